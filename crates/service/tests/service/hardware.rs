//! Hardware tokens: into stock, to a person, back; and tokens that ran away.

use crate::{MayRefuse, why};
use domain::{AuditKind, TokenState};
use model::{Reason, Secret};
use otp::{Algorithm, Code, Counter, Digits, Seed, TimeStep, hotp, totp};
use protocol::http::{BeginAnswer, VerifyAnswer};
use service::{
    AdminError,
    tokens::{self, BrokenLines, Confirmed, FileRead, Imported, Options},
};
use testkit::{Pc, Server, domain};

const KEY: &str = "3132333435363738393031323334353637383930";

/// A file with one token that counts.
pub(crate) fn file() -> FileRead {
    read(&format!("hw1,{KEY}\n"))
}

/// A code of it.
pub(crate) fn code(counter: u64) -> Code {
    hotp(&seed(), Algorithm::Sha1, Digits::SIX, Counter::new(counter))
}

fn seed() -> Seed {
    Seed::new(Secret::from_text("12345678901234567890".into())).unwrap()
}

fn read(text: &str) -> FileRead {
    tokens::read(&Secret::from_text(text.into()), &Options::default()).unwrap()
}

/// What a token with a clock shows so many steps from now.
fn shown(server: &Server, steps: i64) -> Code {
    let step = TimeStep::at(server.now(), otp::Period::DEFAULT).shifted(steps).unwrap();
    totp(&seed(), Algorithm::Sha1, Digits::SIX, step)
}

async fn import(server: &Server, text: &str, broken: BrokenLines) -> Imported {
    let file = read(text);
    server.admin(move |work| tokens::import(work, &file, broken, "box-1.csv")).await
}

async fn assign(server: &Server, serial: &'static str, confirmed: Confirmed) -> Result<(), AdminError> {
    let sid = domain(1001).sid.to_string();
    server.try_admin(move |work| tokens::assign(work, serial, &sid, &confirmed).map(|_| ())).await
}

/// Somebody who has no token, and tokens in stock.
async fn stocked(text: &str) -> (Server, Pc) {
    let server = Server::new();
    let pc = server.pc("PC-1").await;
    server.attempt(&pc, &domain(1001)).await;
    assert!(import(&server, text, BrokenLines::RefuseAll).await.done);
    (server, pc)
}

fn stock(server: &Server) -> Vec<String> {
    let stock = server.service.read(|rx| Ok::<_, AdminError>(tokens::stock(rx)?)).unwrap();
    stock.into_iter().map(|token| token.serial).collect()
}

async fn signs_in(server: &Server, pc: &Pc, code: &Code) -> VerifyAnswer {
    server.sign_in(pc, &domain(1001), code.expose()).await
}

#[tokio::test]
async fn of_a_file_with_broken_lines_nothing_is_imported_or_the_rest_as_is_chosen() {
    let server = Server::new();
    let rows = format!("a1,{KEY}\nbroken\na2,{KEY},totp,8\na1,{KEY}\nshort,1212\n");
    let looked = {
        let file = read(&rows);
        server.service.read(|rx| Ok::<_, AdminError>(tokens::check(rx, &file)?)).unwrap()
    };
    let bad: Vec<_> = looked.bad.iter().map(|bad| (bad.line, bad.problem.as_str())).collect();
    assert_eq!(bad, [(2, "it has no key"), (4, "line 1 has the same serial")]);
    assert_eq!(looked.tokens.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(looked.tokens[2].notes, ["the key has 16 bits, and 128 are the least it should have"]);
    assert!(!looked.done && stock(&server).is_empty());

    let refused = import(&server, &rows, BrokenLines::RefuseAll).await;
    assert_eq!(refused, looked);
    assert!(stock(&server).is_empty());
    assert_eq!(server.count(AuditKind::HardwareTokensImported), 0);

    let done = import(&server, &rows, BrokenLines::Skip).await;
    assert_eq!((done.done, &done.bad), (true, &looked.bad));
    assert_eq!(stock(&server), ["A1", "A2", "SHORT"]);
    assert_eq!(server.events().last().unwrap().detail, "3 of box-1.csv (oath-csv), 2 lines left out");

    // The same box once more.
    let again = import(&server, &rows, BrokenLines::Skip).await;
    assert!(!again.done && again.tokens.is_empty());
    assert_eq!(again.bad[0].problem, "a token with this serial is here already");
    assert_eq!(stock(&server).len(), 3);
}

#[tokio::test]
async fn a_token_is_given_by_a_code_of_it_which_is_burnt_by_that() {
    let (server, pc) = stocked(&format!("hw1,{KEY}\nhw2,{KEY},totp\n")).await;
    for wrong in [code(101), code(700)] {
        let refused = assign(&server, "hw1", Confirmed::ByCode(wrong)).await;
        assert!(matches!(refused, Err(AdminError::Refused(_))), "{refused:?}");
    }
    assert_eq!(stock(&server), ["HW1", "HW2"]);
    assign(&server, "hw1", Confirmed::ByCode(code(7))).await.unwrap();
    assert_eq!(stock(&server), ["HW2"]);
    assert_eq!(server.events().last().unwrap().detail, "HW1, confirmed by a code of it");
    // Not a second time, to nobody.
    assert!(
        assign(&server, "hw1", Confirmed::ByWord)
            .await
            .unwrap_err()
            .to_string()
            .contains("no token in stock")
    );

    let burnt = signs_in(&server, &pc, &code(7)).await;
    assert!(matches!(burnt, VerifyAnswer::Used { .. }), "{burnt:?}");
    assert!(matches!(signs_in(&server, &pc, &code(9)).await, VerifyAnswer::Accept { .. }));
    assert!(matches!(signs_in(&server, &pc, &code(8)).await, VerifyAnswer::Used { .. }));

    // One with a clock that is four minutes behind.
    assign(&server, "hw2", Confirmed::ByCode(shown(&server, -8))).await.unwrap();
    server.wait(60);
    assert!(matches!(signs_in(&server, &pc, &shown(&server, -8)).await, VerifyAnswer::Accept { .. }));
}

#[tokio::test]
async fn a_token_given_by_word_says_so_in_the_trail_and_ends_what_was_pending() {
    let (server, pc) = stocked(&format!("hw1,{KEY},totp\n")).await;
    let attempt = server.attempt(&pc, &domain(1001)).await;
    let shown_before = attempt.show().await;
    assign(&server, "hw1", Confirmed::ByWord).await.unwrap();
    assert_eq!(server.events().last().unwrap().detail, "HW1, confirmed by the administrator's word");
    let late = attempt.confirm(&shown_before.phone().code(server.now())).await;
    assert!(matches!(late, protocol::http::ConfirmAnswer::EnrolledElsewhere { .. }), "{late:?}");
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Code { .. }));
    assert!(matches!(signs_in(&server, &pc, &shown(&server, 0)).await, VerifyAnswer::Accept { .. }));
}

#[tokio::test]
async fn nobody_gets_more_tokens_than_the_policy_allows_nor_any_who_is_disabled() {
    let (server, _) = stocked(&format!("hw1,{KEY}\nhw2,{KEY}\n")).await;
    server.policy("[limits]\ntokens_per_person = 1\n").await;
    server.set_person(&domain(1001), domain::PersonState::Disabled).await;
    assert!(assign(&server, "hw1", Confirmed::ByWord).await.unwrap_err().to_string().contains("disabled"));
    server.set_person(&domain(1001), domain::PersonState::Active).await;
    assign(&server, "hw1", Confirmed::ByWord).await.unwrap();
    assert!(assign(&server, "hw2", Confirmed::ByWord).await.unwrap_err().to_string().contains("1 tokens"));
    assert_eq!(stock(&server), ["HW2"]);
}

#[tokio::test]
async fn a_token_taken_back_keeps_what_is_used_up_and_one_that_is_revoked_stays_so() {
    let (server, pc) = stocked(&format!("hw1,{KEY}\n")).await;
    assign(&server, "hw1", Confirmed::ByCode(code(3))).await.unwrap();
    server.admin(|work| tokens::unassign(work, "hw1")).await;
    assert_eq!(stock(&server), ["HW1"]);
    // Without a token again: enrolls at the next sign-in.
    assert!(matches!(server.at(&pc, &domain(1001)).begin().await, BeginAnswer::Enroll { .. }));
    for used in 0..=3 {
        assert!(assign(&server, "hw1", Confirmed::ByCode(code(used))).await.is_err(), "{used}");
    }
    assign(&server, "hw1", Confirmed::ByCode(code(4))).await.unwrap();
    assert!(matches!(signs_in(&server, &pc, &code(5)).await, VerifyAnswer::Accept { .. }));

    server.admin(|work| tokens::set_state(work, "hw1", TokenState::Revoked)).await;
    let kept = server.try_admin(|work| tokens::unassign(work, "hw1")).await;
    assert!(kept.unwrap_err().to_string().contains("cannot be undone"));
    assert_eq!(why(&server.at(&pc, &domain(1001)).begin().await), Reason::TokenDisabled);
    // Its serial is not free either.
    let again = import(&server, &format!("hw1,{KEY}\n"), BrokenLines::Skip).await;
    assert!(!again.done);
    // What was enrolled in a phone goes into no stock.
    let phone = server.enroll(&pc, &domain(1002)).await;
    drop(phone);
    let serial = server.tokens(&pc, &domain(1002))[0].serial.clone();
    assert!(server.try_admin(move |work| tokens::unassign(work, &serial)).await.is_err());
}

#[tokio::test]
async fn a_counter_that_ran_away_is_found_by_two_codes_in_a_row_and_both_are_used_up() {
    let (server, pc) = stocked(&format!("hw1,{KEY}\n")).await;
    assign(&server, "hw1", Confirmed::ByCode(code(0))).await.unwrap();
    assert!(matches!(signs_in(&server, &pc, &code(500)).await, VerifyAnswer::Wrong { .. }));
    for (first, second) in [(500, 502), (501, 500), (0, 1), (1_001, 1_003)] {
        let refused = server
            .try_admin(move |work| tokens::resynchronize(work, "hw1", &code(first), &code(second)))
            .await;
        assert!(matches!(refused, Err(AdminError::Refused(_))), "{first} {second}: {refused:?}");
    }
    server.admin(|work| tokens::resynchronize(work, "hw1", &code(500), &code(501))).await;
    assert_eq!(server.events().last().unwrap().detail, "HW1, counter 501");
    assert!(matches!(signs_in(&server, &pc, &code(501)).await, VerifyAnswer::Used { .. }));
    assert!(matches!(signs_in(&server, &pc, &code(502)).await, VerifyAnswer::Accept { .. }));
    // The same two once more find nothing.
    assert!(
        server.try_admin(|work| tokens::resynchronize(work, "hw1", &code(500), &code(501))).await.is_err()
    );
}

#[tokio::test]
async fn a_clock_that_ran_away_is_found_by_two_codes_in_a_row() {
    let (server, pc) = stocked(&format!("hw1,{KEY},totp\n")).await;
    assign(&server, "hw1", Confirmed::ByWord).await.unwrap();
    // An hour behind: older than what is used up at a token given by word, so only after that hour.
    server.wait(3_700);
    assert!(matches!(signs_in(&server, &pc, &shown(&server, -100)).await, VerifyAnswer::Wrong { .. }));
    let (first, second) = (shown(&server, -101), shown(&server, -100));
    server.admin(move |work| tokens::resynchronize(work, "hw1", &first, &second)).await;
    assert_eq!(server.events().last().unwrap().detail, "HW1, clock off by -100 steps");
    let used = signs_in(&server, &pc, &shown(&server, -100)).await;
    assert!(matches!(used, VerifyAnswer::Used { .. }) && used.refusal().is_none(), "{used:?}");
    server.wait(30);
    assert!(matches!(signs_in(&server, &pc, &shown(&server, -100)).await, VerifyAnswer::Accept { .. }));
    server.admin(|work| tokens::set_state(work, "hw1", TokenState::Disabled)).await;
    let (first, second) = (shown(&server, -99), shown(&server, -98));
    let off = server.try_admin(move |work| tokens::resynchronize(work, "hw1", &first, &second)).await;
    assert!(off.unwrap_err().to_string().contains("is disabled"));
}

#[tokio::test]
async fn a_seed_in_stock_is_sealed_and_one_that_was_discarded_is_gone() {
    let server = Server::on_disk();
    assert!(import(&server, &format!("hw1,{KEY}\nhw2,{KEY}\n"), BrokenLines::RefuseAll).await.done);
    let copy = server.database().with_extension("copy");
    server.service.store().copy_to(&copy).unwrap();
    let bytes = std::fs::read(copy).unwrap();
    let finds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(finds(b"HW1") && !finds(seed().expose()) && !finds(KEY.as_bytes()));
    server.admin(|work| tokens::discard(work, "hw1")).await;
    assert_eq!(stock(&server), ["HW2"]);
    assert_eq!(server.rows("hardware_tokens"), 1);
    // Its serial is free again.
    assert!(import(&server, &format!("hw1,{KEY}\n"), BrokenLines::RefuseAll).await.done);
}

#[tokio::test]
async fn a_label_is_short_plain_text() {
    let (server, pc) = stocked(&format!("hw1,{KEY}\n")).await;
    assign(&server, "hw1", Confirmed::ByWord).await.unwrap();
    server.admin(|work| tokens::rename(work, "hw1", "  key ring ")).await;
    assert_eq!(server.tokens(&pc, &domain(1001))[0].label, "key ring");
    for bad in ["\u{1b}[2J", "a\u{202e}b", &"x".repeat(65)] {
        let bad = bad.to_owned();
        assert!(server.try_admin(move |work| tokens::rename(work, "hw1", &bad)).await.is_err());
    }
}
