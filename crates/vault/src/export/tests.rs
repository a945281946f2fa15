use super::*;
use crate::{EntryId, Kind, Token, import};
use otp::{Algorithm, Counter, Digits, Period, Seed};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn seed(n: u8) -> Seed {
    Seed::new(Secret::new(vec![n; 20])).unwrap()
}

fn vault() -> Vault {
    let tokens = [
        Token::Totp {
            seed: seed(1),
            algorithm: Algorithm::Sha256,
            digits: Digits::EIGHT,
            period: Period::from_secs(60).unwrap(),
        },
        Token::Hotp {
            seed: seed(2),
            algorithm: Algorithm::Sha1,
            digits: Digits::SIX,
            counter: Counter::new(1 << 40),
        },
        Token::Steam { seed: seed(3) },
        Token::Ocra {
            seed: seed(4),
            suite: "OCRA-1:HOTP-SHA1-6:C-QN08".parse().unwrap(),
            counter: Counter::new(9),
        },
        Token::Steam { seed: seed(0x5e) },
        Token::Steam { seed: seed(0x7a) },
    ];
    let mut vault = Vault::new();
    for (n, token) in (1..).zip(tokens) {
        let draft = Draft {
            note: format!("note <{n}>"),
            tags: vec!["work & home".into(), format!("tag {n}")],
            pinned: n == 1,
            exporting: if n == 5 { Exporting::Never } else { Exporting::Allowed },
            ..Draft::new(token, format!("Issuer: {n}"), "mara & co")
        };
        vault.add(draft, EntryId::from_bytes([n; 16]), NOW).unwrap();
    }
    vault.trash(EntryId::from_bytes([6; 16]), NOW).unwrap();
    vault
}

/// What must stay: the one marked so, and the one in the trash.
fn holds_what_must_stay(text: &Secret) -> bool {
    let text = text.expose_text().unwrap().replace(' ', "");
    [0x5e, 0x7a].iter().any(|&n| {
        let stays = seed(n).to_base32();
        text.contains(stays.expose_text().unwrap())
    })
}

/// The drafts of an import, which must have refused none.
fn imported(export: &Export, password: Option<&Secret>) -> Vec<Draft> {
    let import = import::read(export.text.expose(), password).unwrap();
    import.found.into_iter().map(|found| found.outcome.unwrap()).collect()
}

#[test]
fn a_list_of_addresses_is_read_back_the_same() {
    let vault = vault();
    let export = otpauth_list(&vault);
    assert_eq!((export.count, export.left_out.len()), (4, 1));
    assert_eq!(export.left_out[0], ("Issuer: 5: mara & co".to_owned(), LeftOut::NeverExport));
    assert!(!holds_what_must_stay(&export.text));
    // No other program has a form for OCRA; this one reads its own.
    let lines: Vec<&str> = export.text.expose_text().unwrap().lines().collect();
    assert!(
        lines[3].starts_with("otpauth://ocra/")
            && lines[3].ends_with("&suite=OCRA-1:HOTP-SHA1-6:C-QN08&counter=9")
    );
    assert!(lines[2].starts_with("otpauth://steam/"));
    let drafts = imported(&export, None);
    assert_eq!(drafts.len(), 4);
    for (draft, entry) in drafts.iter().zip(vault.list(SortOrder::Manual, "")) {
        assert_eq!(
            (&draft.token, &draft.issuer, &draft.account),
            (&entry.token, &entry.issuer, &entry.account)
        );
    }
}

#[test]
fn an_export_for_aegis_is_read_back_the_same_with_its_password_only() {
    let vault = vault();
    let password = Secret::from_text("correct horse".into());
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let export = aegis(&vault, &password, &mut rng).unwrap();
    assert_eq!(export.count, 3);
    let why: Vec<LeftOut> = export.left_out.iter().map(|(_, why)| *why).collect();
    assert_eq!(why, [LeftOut::NeverExport, LeftOut::NotInThisFormat]);
    let drafts = imported(&export, Some(&password));
    assert_eq!(drafts.len(), 3);
    for (draft, entry) in drafts.iter().zip(vault.list(SortOrder::Manual, "")) {
        assert_eq!(
            (&draft.token, &draft.issuer, &draft.account),
            (&entry.token, &entry.issuer, &entry.account)
        );
        assert_eq!((&draft.note, draft.pinned), (&entry.note, entry.pinned));
        let mut tags = draft.tags.clone();
        tags.sort();
        assert_eq!(tags, entry.tags);
    }
    let wrong = import::read(export.text.expose(), Some(&Secret::from_text("correct".into())));
    assert!(wrong.is_err());
    assert!(!export.text.expose_text().unwrap().contains("mara"));
    let empty = aegis(&vault, &Secret::default(), &mut rng);
    assert_eq!(empty.err(), Some(CannotExport::NoPassword));
}

#[test]
fn a_printed_page_shows_each_token_and_runs_nothing_that_is_in_a_name() {
    let mut vault = vault();
    let edit = crate::Edit { issuer: Some("<script>alert(1)</script>\"'".into()), ..crate::Edit::default() };
    vault.edit(EntryId::from_bytes([1; 16]), edit, NOW).unwrap();
    let mut drawn = Vec::new();
    let export = page(&vault, PageTexts::default(), |uri| {
        drawn.push(uri.expose_text().unwrap()[..15].to_owned());
        Some("<svg/>".to_owned())
    });
    let text = export.text.expose_text().unwrap();
    assert_eq!((export.count, drawn.len(), text.matches("<svg/>").count()), (4, 4, 4));
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;"));
    assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("src="));
    assert!(!holds_what_must_stay(&export.text));
    let key = seed(1).to_base32_groups();
    assert!(text.contains(key.expose_text().unwrap()) && text.contains("note &lt;2&gt;"));
}

#[test]
fn one_token_becomes_an_address_unless_it_must_stay() {
    let vault = vault();
    let of = |n: u8| uri(vault.get(EntryId::from_bytes([n; 16])).unwrap());
    assert!(of(2).unwrap().expose_text().unwrap().ends_with("&counter=1099511627776"));
    assert_eq!(of(5).err(), Some(LeftOut::NeverExport));
}

#[test]
fn a_vault_for_somebody_else_has_neither_trash_nor_what_must_stay() {
    let (copy, left_out) = shareable(&vault(), NOW);
    let kinds: Vec<Kind> = copy.list(SortOrder::Manual, "").iter().map(|entry| entry.token.kind()).collect();
    assert_eq!(kinds, [Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Ocra]);
    assert_eq!((left_out.len(), copy.all().count(), copy.tombstones().count()), (1, 4, 0));
}
