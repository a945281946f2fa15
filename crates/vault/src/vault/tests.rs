use super::*;
use crate::{SortOrder, Token};
use model::Secret;
use otp::{Algorithm, Counter, Digits, Period, Seed};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn at(secs: u64) -> UnixTime {
    UnixTime::from_secs(NOW.as_secs() + secs)
}

fn id(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

fn seed(n: u8) -> Seed {
    Seed::new(Secret::new(vec![n; 20])).unwrap()
}

fn totp(n: u8) -> Token {
    Token::Totp { seed: seed(n), algorithm: Algorithm::Sha1, digits: Digits::SIX, period: Period::DEFAULT }
}

fn hotp(counter: u64) -> Token {
    let seed = Seed::new(Secret::from_text("12345678901234567890".into())).unwrap();
    Token::Hotp { seed, algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter::new(counter) }
}

/// Entries 1 to `count`, each a TOTP token of its own.
fn vault(count: u8) -> Vault {
    let mut vault = Vault::new();
    for n in 1..=count {
        vault.add(Draft::new(totp(n), format!("Issuer {n}"), "mara"), id(n), at(n.into())).unwrap();
    }
    vault
}

fn listed(vault: &Vault, order: SortOrder) -> Vec<u8> {
    vault.list(order, "").iter().map(|entry| entry.id.to_bytes()[0]).collect()
}

#[test]
fn a_code_of_a_counter_comes_out_only_when_the_moved_counter_is_stored() {
    let mut vault = Vault::new();
    vault.add(Draft::new(hotp(0), "Acme", "mara"), id(1), NOW).unwrap();
    let before = Stored { generation: vault.generation };
    let code = vault.next_code(id(1), NOW).unwrap();
    assert_eq!(vault.get(id(1)).unwrap().token.counter(), Some(Counter::new(1)));
    let NotStored(code) = code.reveal(&before).unwrap_err();
    vault.generation += 1;
    let code = code.reveal(&Stored { generation: vault.generation }).unwrap();
    // RFC 4226 appendix D, counter 0.
    assert_eq!(code.expose(), "755224");
    let entry = vault.get(id(1)).unwrap();
    assert_eq!((entry.use_count, entry.last_used_at, entry.changed_at), (1, Some(NOW), NOW));
}

#[test]
fn a_counter_at_its_end_gives_no_code_and_does_not_wrap() {
    let mut vault = Vault::new();
    vault.add(Draft::new(hotp(u64::MAX), "", ""), id(1), NOW).unwrap();
    assert_eq!(vault.next_code(id(1), NOW).unwrap_err(), CannotAsk::UsedUp);
    assert_eq!(vault.get(id(1)).unwrap().token.counter(), Some(Counter::new(u64::MAX)));
    assert_eq!(vault.next_code(id(2), NOW).unwrap_err(), CannotAsk::NoSuchEntry);
}

#[test]
fn an_answer_waits_for_storing_only_where_a_counter_is_part_of_it() {
    let mut vault = Vault::new();
    for (n, suite) in [(1, "OCRA-1:HOTP-SHA1-6:QN08"), (2, "OCRA-1:HOTP-SHA1-6:C-QN08")] {
        let seed = Seed::new(Secret::from_text("12345678901234567890".into())).unwrap();
        let token = Token::Ocra { seed, suite: suite.parse().unwrap(), counter: Counter::new(7) };
        vault.add(Draft::new(token, "Bank", "mara"), id(n), NOW).unwrap();
    }
    let input = AnswerInput { challenge: " 00000000 ", pin: None, session: None };
    let Answer::Ready(code) = vault.answer(id(1), input, NOW).unwrap() else { panic!("has no counter") };
    // RFC 6287 appendix C.1.
    assert_eq!(code.expose(), "237653");
    assert!(matches!(vault.answer(id(2), input, NOW).unwrap(), Answer::Unsaved(_)));
    assert_eq!(vault.get(id(2)).unwrap().token.counter(), Some(Counter::new(8)));
    // A challenge that does not fit moves nothing.
    let wrong = AnswerInput { challenge: "x", ..input };
    assert!(vault.answer(id(2), wrong, NOW).is_err());
    assert_eq!(vault.get(id(2)).unwrap().token.counter(), Some(Counter::new(8)));
    assert_eq!(vault.next_code(id(1), NOW).unwrap_err(), CannotAsk::OtherKind);
}

#[test]
fn what_is_in_the_trash_is_listed_there_only_until_it_is_restored() {
    let mut vault = vault(3);
    vault.trash(id(2), at(10)).unwrap();
    assert_eq!(listed(&vault, SortOrder::Manual), [1, 3]);
    assert_eq!(vault.in_trash().len(), 1);
    assert_eq!(vault.get(id(2)).unwrap().deleted_at, Some(at(10)));
    vault.restore(id(2), at(11)).unwrap();
    assert_eq!(listed(&vault, SortOrder::Manual), [1, 2, 3]);
}

#[test]
fn only_what_is_in_the_trash_is_removed_for_ever_and_leaves_a_tombstone_without_secret() {
    let mut vault = vault(2);
    assert_eq!(vault.remove_for_ever(id(1), at(5)), Err(CannotChange::NotInTrash));
    vault.trash(id(1), at(6)).unwrap();
    vault.remove_for_ever(id(1), at(7)).unwrap();
    assert!(vault.get(id(1)).is_none());
    assert_eq!(vault.tombstones().collect::<Vec<_>>(), [Tombstone { id: id(1), removed_at: at(7) }]);
    let again = vault.add(Draft::new(totp(1), "", ""), id(1), at(8));
    assert_eq!(again, Err(CannotKeep::IdTaken));
}

#[test]
fn emptying_the_trash_leaves_what_was_put_there_lately() {
    let mut vault = vault(3);
    vault.trash(id(1), at(10)).unwrap();
    vault.trash(id(2), at(20)).unwrap();
    assert_eq!(vault.empty_trash(at(15), at(30)), 1);
    assert_eq!(vault.in_trash().iter().map(|entry| entry.id).collect::<Vec<_>>(), [id(2)]);
}

#[test]
fn every_change_is_later_than_the_one_before_even_when_the_clock_goes_back() {
    let mut vault = vault(1);
    vault.edit(id(1), Edit { note: Some("one".into()), ..Edit::default() }, at(100)).unwrap();
    vault.edit(id(1), Edit { note: Some("two".into()), ..Edit::default() }, at(50)).unwrap();
    assert_eq!(vault.get(id(1)).unwrap().changed_at, at(101));
}

#[test]
fn what_is_too_long_changes_nothing() {
    let mut vault = vault(1);
    let long = Edit {
        note: Some("x".repeat(limits::NOTE_BYTES + 1)),
        issuer: Some("New".into()),
        ..Edit::default()
    };
    let why = CannotKeep::TooLong(crate::TextField::Note);
    assert_eq!(vault.edit(id(1), long, at(9)), Err(CannotChange::Kept(why)));
    assert_eq!(vault.get(id(1)).unwrap().issuer, "Issuer 1");
    let draft = Draft { note: "x".repeat(limits::NOTE_BYTES + 1), ..Draft::new(totp(9), "", "") };
    assert_eq!(vault.add(draft, id(9), NOW), Err(why));
}

#[test]
fn tags_are_kept_trimmed_sorted_and_once() {
    let mut vault = Vault::new();
    let tags = ["work", " home ", "", "work"].map(str::to_owned).to_vec();
    vault.add(Draft { tags, ..Draft::new(totp(1), " Acme ", " mara ") }, id(1), NOW).unwrap();
    let entry = vault.get(id(1)).unwrap();
    assert_eq!(entry.tags, ["home", "work"]);
    assert_eq!(entry.name(), "Acme: mara");
    assert_eq!(vault.tags(), ["home", "work"]);
}

#[test]
fn a_query_finds_entries_that_have_all_its_words() {
    let mut vault = Vault::new();
    let draft = Draft {
        note: "Spare key in the safe".into(),
        tags: vec!["Work".into()],
        ..Draft::new(totp(1), "GitHub", "mara@corp.example")
    };
    vault.add(draft, id(1), NOW).unwrap();
    for (query, found) in [
        ("", true),
        ("git", true),
        ("HUB mara", true),
        ("safe", true),
        ("#wo", true),
        ("#ork", false),
        ("ork", true),
        ("git lab", false),
    ] {
        assert_eq!(vault.list(SortOrder::Manual, query).len() == 1, found, "{query}");
    }
}

#[test]
fn entries_are_listed_in_each_order_with_pinned_ones_first() {
    let mut vault = vault(4);
    vault.edit(id(4), Edit { issuer: Some("aaa".into()), ..Edit::default() }, NOW).unwrap();
    vault.edit(id(2), Edit { account: Some("Bob".into()), ..Edit::default() }, NOW).unwrap();
    vault.note_use(id(3), at(50)).unwrap();
    vault.note_use(id(3), at(51)).unwrap();
    vault.note_use(id(2), at(60)).unwrap();
    for (order, expected) in [
        (SortOrder::Manual, [1, 2, 3, 4]),
        (SortOrder::Issuer, [4, 1, 2, 3]),
        (SortOrder::Account, [2, 4, 1, 3]),
        (SortOrder::MostUsed, [3, 2, 1, 4]),
        (SortOrder::LastUsed, [2, 3, 1, 4]),
        (SortOrder::Newest, [4, 3, 2, 1]),
    ] {
        assert_eq!(listed(&vault, order), expected, "{order:?}");
        assert_eq!(SortOrder::from_word(order.as_str()), Some(order));
    }
    vault.set_pinned(id(3), true, at(70)).unwrap();
    assert_eq!(listed(&vault, SortOrder::Manual), [3, 1, 2, 4]);
}

#[test]
fn an_entry_moves_to_where_it_is_put() {
    let mut vault = vault(4);
    for (which, position, expected) in [
        (4, Position::First, [4, 1, 2, 3]),
        (4, Position::Last, [1, 2, 3, 4]),
        (1, Position::Before(id(4)), [2, 3, 1, 4]),
        (1, Position::Behind(id(4)), [2, 3, 4, 1]),
        (1, Position::Behind(id(2)), [2, 1, 3, 4]),
    ] {
        vault.move_to(id(which), position, at(9)).unwrap();
        assert_eq!(listed(&vault, SortOrder::Manual), expected, "{which} {position:?}");
    }
    let nobody = vault.move_to(id(1), Position::Before(id(9)), at(9));
    assert_eq!(nobody, Err(CannotChange::NoSuchEntry));
}

#[test]
fn the_same_seed_twice_is_noticed() {
    let mut vault = vault(2);
    vault.add(Draft::new(totp(1), "Other", "name"), id(7), NOW).unwrap();
    vault.add(Draft::new(Token::Steam { seed: seed(2) }, "Steam", ""), id(8), NOW).unwrap();
    assert_eq!(vault.duplicates(), [vec![id(1), id(7)]]);
    assert_eq!(vault.duplicates_of(&totp(2)).len(), 1);
    vault.trash(id(7), at(1)).unwrap();
    assert!(vault.duplicates().is_empty());
}

#[test]
fn codes_hold_to_the_end_of_their_period() {
    let token = totp(1);
    let first = token.code_at(UnixTime::from_secs(1_700_000_010)).unwrap();
    assert_eq!((first.remaining, first.ends_at), (30, UnixTime::from_secs(1_700_000_040)));
    let last = token.code_at(UnixTime::from_secs(1_700_000_039)).unwrap();
    assert_eq!((last.remaining, &last.code), (1, &first.code));
    assert_eq!(token.code_at(UnixTime::from_secs(1_700_000_040)).unwrap().code, first.next);
    assert!(hotp(0).code_at(NOW).is_none());
}

#[test]
fn nothing_prints_a_seed() {
    let mut vault = vault(1);
    vault.add(Draft::new(hotp(0), "", ""), id(9), NOW).unwrap();
    let text = format!("{vault:?} {:?}", vault.next_code(id(9), NOW));
    assert!(!text.contains("1, 1, 1") && !text.contains("49, 50") && !text.contains("755224"), "{text}");
}

proptest! {
    #[test]
    fn moving_at_random_keeps_every_entry_and_puts_it_where_it_was_asked(
        moves in proptest::collection::vec((1u8..=6, 1u8..=6, any::<bool>()), 0..60)
    ) {
        let mut vault = vault(6);
        // Places without room between them, so that they have to be dealt anew.
        for (i, entry) in vault.entries.values_mut().enumerate() {
            entry.place = i as u64;
        }
        let mut expected = vec![1, 2, 3, 4, 5, 6];
        for (which, other, before) in moves {
            if which == other { continue; }
            let position = if before { Position::Before(id(other)) } else { Position::Behind(id(other)) };
            vault.move_to(id(which), position, at(1)).unwrap();
            expected.retain(|&n| n != which);
            let at = expected.iter().position(|&n| n == other).unwrap() + usize::from(!before);
            expected.insert(at, which);
            prop_assert_eq!(&listed(&vault, SortOrder::Manual), &expected);
        }
    }
}
