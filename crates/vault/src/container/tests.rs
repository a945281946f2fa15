use super::*;
use crate::{AnswerInput, Draft, Edit, EntryId, Exporting, SortOrder, Token, Vault};
use model::{Secret, UnixTime};
use otp::{Algorithm, Counter, Digits, Period, Seed};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(4)
}

/// As weak as can be, so that tests take no time.
fn parameters() -> PasswordParameters {
    PasswordParameters::new([7; 16], 8, 1, 1).unwrap()
}

fn password(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn password_slot(text: &str) -> NewSlot {
    NewSlot::password(parameters(), derive(&password(text), &parameters()).unwrap())
}

fn seed(length: usize) -> Seed {
    Seed::new(Secret::new((0..length).map(|i| i as u8 ^ 0x5a).collect())).unwrap()
}

/// One entry of each kind, with everything in use.
fn vault() -> Vault {
    let mut vault = Vault::new();
    let tokens = [
        Token::Totp {
            seed: seed(32),
            algorithm: Algorithm::Sha256,
            digits: Digits::EIGHT,
            period: Period::from_secs(60).unwrap(),
        },
        Token::Hotp {
            seed: seed(20),
            algorithm: Algorithm::Sha1,
            digits: Digits::SIX,
            counter: Counter::new(u64::MAX),
        },
        Token::Steam { seed: seed(10) },
        Token::Ocra {
            seed: seed(64),
            suite: "OCRA-1:HOTP-SHA512-8:C-QN08".parse().unwrap(),
            counter: Counter::new(3),
        },
    ];
    for (n, token) in (1..).zip(tokens) {
        let draft = Draft {
            note: "a \"note\"\nwith ümläut \u{1f600}".into(),
            tags: vec!["work".into(), "home".into()],
            pinned: n == 2,
            icon: Some("github".into()),
            use_count: n.into(),
            last_used_at: Some(NOW),
            exporting: if n == 3 { Exporting::Never } else { Exporting::Allowed },
            ..Draft::new(token, "Iss: uer", "mara@corp.example")
        };
        vault.add(draft, EntryId::from_bytes([n; 16]), NOW).unwrap();
    }
    vault.trash(EntryId::from_bytes([3; 16]), NOW).unwrap();
    vault.add(Draft::new(Token::Steam { seed: seed(1) }, "", ""), EntryId::from_bytes([9; 16]), NOW).unwrap();
    vault.trash(EntryId::from_bytes([9; 16]), NOW).unwrap();
    vault.remove_for_ever(EntryId::from_bytes([9; 16]), NOW).unwrap();
    vault.settings_mut().set_sort(SortOrder::MostUsed, NOW);
    vault.settings_mut().set("lock-after", Some("60"), NOW).unwrap();
    vault
}

fn sealed() -> (Vec<u8>, Vault) {
    let mut vault = vault();
    let keyring = Keyring::create(password_slot("correct horse"), NOW, &mut rng()).unwrap();
    let sealed = keyring.seal(&mut vault, &mut rng()).unwrap();
    (sealed.bytes().to_vec(), vault)
}

#[test]
fn what_was_sealed_opens_with_the_password_and_is_the_same() {
    let (bytes, vault) = sealed();
    let container = Container::read(&bytes).unwrap();
    assert_eq!(container.generation(), 1);
    let (opened, _) = container.open_with_password(&password("correct horse")).unwrap();
    assert_eq!(opened, vault);
    let wrong = container.open_with_password(&password("correct  horse")).err();
    assert_eq!(wrong, Some(CannotOpen::WrongKey));
    assert!(container.open_with_recovery_code(&RecoveryKey::random(&mut rng())).is_err());
}

#[test]
fn nothing_of_the_contents_is_readable_in_the_file() {
    let (bytes, vault) = sealed();
    let text = String::from_utf8_lossy(&bytes);
    let seed = vault.get(EntryId::from_bytes([1; 16])).unwrap().token.seed();
    for clear in ["mara", "Iss", "totp", "secret", "work", "lock-after"] {
        assert!(!text.contains(clear), "{clear}");
    }
    assert!(!bytes.windows(16).any(|window| window == &seed.expose()[..16]));
}

#[test]
fn every_altered_byte_and_every_cut_is_noticed() {
    let (bytes, _) = sealed();
    let key = derive(&password("correct horse"), &parameters()).unwrap();
    let opens = |bytes: &[u8]| {
        Container::read(bytes).is_ok_and(|container| {
            container.slots().iter().any(|slot| container.open(slot.id(), &key).is_ok())
        })
    };
    assert!(opens(&bytes));
    // The header whole, the payload at some places: it is one authenticated block.
    let header = bytes.len() - payload::padded(1) - cipher::NONCE - cipher::TAG;
    for at in (0..header + 60).chain((header + 60..bytes.len()).step_by(97)) {
        for bit in [1, 0x80] {
            let mut altered = bytes.clone();
            altered[at] ^= bit;
            assert!(!opens(&altered), "byte {at}");
        }
    }
    for length in (0..bytes.len()).step_by(37).chain([bytes.len() - 1]) {
        assert!(!opens(&bytes[..length]), "cut to {length}");
    }
    assert!(!opens(&[bytes.as_slice(), &[0]].concat()));
    assert!(!opens(&[bytes.as_slice(), &[0; 4096]].concat()));
}

#[test]
fn a_slot_cannot_be_put_into_the_file_or_taken_out_without_the_master_key() {
    let mut vault = vault();
    let mut rng = rng();
    let mut keyring = Keyring::create(password_slot("one"), NOW, &mut rng).unwrap();
    let bytes = keyring.seal(&mut vault, &mut rng).unwrap().bytes().to_vec();
    keyring.add(NewSlot::recovery_code(&RecoveryKey::random(&mut rng)), NOW, &mut rng).unwrap();
    let two = keyring.seal(&mut vault, &mut rng).unwrap().bytes().to_vec();
    // Header of the first, payload of the second, and the other way round.
    let cut = |bytes: &[u8]| bytes.len() - payload::padded(1) - cipher::NONCE - cipher::TAG;
    for (header, payload) in [(&bytes, &two), (&two, &bytes)] {
        let mixed = [&header[..cut(header)], &payload[cut(payload)..]].concat();
        let container = Container::read(&mixed).unwrap();
        assert_eq!(container.open_with_password(&password("one")).err(), Some(CannotOpen::Altered));
    }
}

#[test]
fn each_way_opens_what_the_others_sealed() {
    let mut rng = rng();
    let mut vault = vault();
    let code = RecoveryKey::random(&mut rng);
    let prf = Secret::new(vec![9; 32]);
    let mut keyring = Keyring::create(password_slot("pass"), NOW, &mut rng).unwrap();
    keyring.add(NewSlot::recovery_code(&code).labeled("in the safe"), NOW, &mut rng).unwrap();
    let passkey = NewSlot::passkey(vec![1; 1023], [8; 32], &prf).unwrap().labeled("phone");
    let passkey = keyring.add(passkey, NOW, &mut rng).unwrap();
    let sealed = keyring.seal(&mut vault, &mut rng).unwrap();
    let container = Container::read(sealed.bytes()).unwrap();
    let labels: Vec<_> = container.slots().iter().map(|slot| (slot.kind(), slot.label())).collect();
    let expected =
        [(SlotKind::Password, ""), (SlotKind::RecoveryCode, "in the safe"), (SlotKind::Passkey, "phone")];
    assert_eq!(labels, expected);
    let way = Way::Passkey { credential_id: vec![1; 1023], salt: [8; 32] };
    assert_eq!(container.slots()[2].way(), &way);

    assert_eq!(container.open_with_password(&password("pass")).unwrap().0, vault);
    let typed: RecoveryKey = code.to_groups().expose_text().unwrap().to_lowercase().parse().unwrap();
    assert_eq!(container.open_with_recovery_code(&typed).unwrap().0, vault);
    let (opened, keyring) = container.open(passkey, &SlotKey::of_passkey(&prf).unwrap()).unwrap();
    assert_eq!(opened, vault);
    let mut opened = opened;
    let again = keyring.seal(&mut opened, &mut rng).unwrap();
    let again = Container::read(again.bytes()).unwrap();
    assert_eq!(again.open_with_password(&password("pass")).unwrap().0, opened);
    let other = SlotKey::of_passkey(&Secret::new(vec![10; 32])).unwrap();
    assert_eq!(container.open(passkey, &other).err(), Some(CannotOpen::WrongKey));
    assert!(SlotKey::of_passkey(&Secret::new(vec![9; 31])).is_none());
}

#[test]
fn a_changed_password_opens_new_copies_and_the_old_one_does_not() {
    let mut rng = rng();
    let mut vault = vault();
    let mut keyring = Keyring::create(password_slot("old"), NOW, &mut rng).unwrap();
    let slot = keyring.slots()[0].id();
    assert!(keyring.is_key_of(slot, &derive(&password("old"), &parameters()).unwrap()));
    assert!(!keyring.is_key_of(slot, &derive(&password("new"), &parameters()).unwrap()));
    keyring.replace(password_slot("new"), NOW, &mut rng).unwrap();
    let sealed = keyring.seal(&mut vault, &mut rng).unwrap();
    let container = Container::read(sealed.bytes()).unwrap();
    assert_eq!(container.open_with_password(&password("old")).err(), Some(CannotOpen::WrongKey));
    assert_eq!(container.open_with_password(&password("new")).unwrap().0, vault);
}

#[test]
fn a_passkey_is_never_the_only_way_and_the_last_way_stays() {
    let mut rng = rng();
    let passkey = || NewSlot::passkey(vec![1], [8; 32], &Secret::new(vec![9; 32])).unwrap();
    let created = Keyring::create(passkey(), NOW, &mut rng);
    assert_eq!(created.err(), Some(CannotChangeSlots::NoOtherWay));
    let mut keyring = Keyring::create(password_slot("pass"), NOW, &mut rng).unwrap();
    let first = keyring.slots()[0].id();
    keyring.add(passkey(), NOW, &mut rng).unwrap();
    assert_eq!(keyring.remove(first), Err(CannotChangeSlots::NoOtherWay));
    let code = RecoveryKey::random(&mut rng);
    let code = keyring.add(NewSlot::recovery_code(&code), NOW, &mut rng).unwrap();
    assert_eq!(keyring.remove(first), Ok(()));
    assert_eq!(keyring.remove(first), Err(CannotChangeSlots::NoSuchSlot));
    assert_eq!(keyring.remove(code), Err(CannotChangeSlots::NoOtherWay));
    for _ in keyring.slots().len()..MAX_SLOTS {
        keyring.add(passkey(), NOW, &mut rng).unwrap();
    }
    assert_eq!(keyring.add(passkey(), NOW, &mut rng), Err(CannotChangeSlots::TooMany));
}

#[test]
fn each_sealing_has_a_greater_generation_and_other_bytes() {
    let mut vault = vault();
    let mut rng = rng();
    let keyring = Keyring::create(password_slot("pass"), NOW, &mut rng).unwrap();
    let one = keyring.seal(&mut vault, &mut rng).unwrap();
    let two = keyring.seal(&mut vault, &mut rng).unwrap();
    assert_eq!((one.generation(), two.generation(), vault.generation()), (1, 2, 2));
    assert_ne!(one.bytes()[one.bytes().len() - 100..], two.bytes()[two.bytes().len() - 100..]);
}

#[test]
fn a_code_is_revealed_by_the_container_that_has_its_counter_and_by_none_before() {
    let mut vault = vault();
    let mut rng = rng();
    let keyring = Keyring::create(password_slot("pass"), NOW, &mut rng).unwrap();
    let id = EntryId::from_bytes([4; 16]);
    let early = keyring.seal(&mut vault, &mut rng).unwrap().into_stored();
    let input = AnswerInput { challenge: "00000000", pin: None, session: None };
    let crate::Answer::Unsaved(code) = vault.answer(id, input, NOW).unwrap() else { panic!("has a counter") };
    let code = code.reveal(&early).unwrap_err().0;
    let sealed = keyring.seal(&mut vault, &mut rng).unwrap();
    let (stored, _) = Container::read(sealed.bytes()).unwrap().open_with_password(&password("pass")).unwrap();
    assert_eq!(stored.get(id).unwrap().token.counter(), Some(Counter::new(4)));
    assert!(code.reveal(&sealed.into_stored()).is_ok());
}

#[test]
fn the_size_tells_the_number_of_tokens_in_coarse_steps_only() {
    let mut rng = rng();
    let keyring = Keyring::create(password_slot("pass"), NOW, &mut rng).unwrap();
    let size = |count: u8| {
        let mut vault = Vault::new();
        for n in 0..count {
            let draft = Draft::new(Token::Steam { seed: seed(20) }, "Issuer", "account");
            vault.add(draft, EntryId::from_bytes([n; 16]), NOW).unwrap();
        }
        keyring.seal(&mut vault, &mut ChaCha20Rng::seed_from_u64(1)).unwrap().bytes().len()
    };
    assert_eq!(size(0), size(10));
    assert_eq!((size(40) - size(0)) % 4096, 0);
    assert_eq!([1, 4096, 4097, 65_536, 65_537].map(payload::padded), [4096, 4096, 8192, 65_536, 131_072]);
}

#[test]
fn what_is_no_container_ends_in_a_sentence() {
    let (bytes, _) = sealed();
    let mut newer = bytes.clone();
    newer[9] = 2;
    let huge = vec![0; MAX_BYTES + 1];
    let mut many_slots = bytes.clone();
    many_slots[18] = 17;
    for (bytes, why) in [
        (&b""[..], NotAContainer::Foreign),
        (b"{\"version\":1}", NotAContainer::Foreign),
        (b"CSVAULT\n", NotAContainer::Damaged),
        (&bytes[..18], NotAContainer::Damaged),
        (&many_slots, NotAContainer::Damaged),
        (&newer, NotAContainer::Newer(2)),
        (&huge, NotAContainer::TooLarge),
    ] {
        assert_eq!(Container::read(bytes).err(), Some(why));
        assert!(why.to_string().len() > 20);
    }
}

#[test]
fn a_file_cannot_ask_for_absurd_work() {
    for (memory, passes, lanes, fits) in [
        (64 * 1024, 3, 1, true),
        (1024 * 1024, 4, 4, true),
        (1024 * 1024, 5, 1, false),
        (1024 * 1024 + 1, 1, 1, false),
        (u32::MAX, u32::MAX, 1, false),
        (8, 524_288, 1, true),
        (8, 524_289, 1, false),
        (7, 1, 1, false),
        (16, 1, 3, false),
        (64, 0, 1, false),
        (64, 1, 0, false),
        (1024, 1, 17, false),
    ] {
        assert_eq!(
            PasswordParameters::new([0; 16], memory, passes, lanes).is_ok(),
            fits,
            "{memory} {passes}"
        );
    }
    let (mut bytes, _) = sealed();
    // Magic, version, generation, count, length of the slot, kind, id, time, length of the label, salt: then memory.
    let at = 8 + 2 + 8 + 1 + 2 + 1 + 8 + 8 + 1 + 16;
    assert_eq!(bytes[at..at + 4], [0, 0, 0, 8]);
    bytes[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(Container::read(&bytes).err(), Some(NotAContainer::Damaged));
}

#[test]
fn the_key_of_a_password_is_that_of_argon2id() {
    // Made with the Argon2id of OpenSSL: see tests/independent.rs for whole files.
    let parameters = PasswordParameters::new(*b"0123456789abcdef", 64, 2, 1).unwrap();
    let key = derive(&password("pässword"), &parameters).unwrap();
    let hex: String = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "7a204394693a93c4ecf77a7f18d616c1ad5f7b86a44cb816e579e971bb876d67");
    let long = Secret::new(vec![b'x'; PasswordParameters::MAX_PASSWORD_BYTES + 1]);
    assert_eq!(derive(&long, &parameters).err(), Some(CannotDerive::TooLong));
    assert_eq!(PasswordParameters::random(&mut rng()).memory_kib(), 65_536);
}

#[test]
fn contents_that_are_not_a_vault_are_refused() {
    let good = r#"{"version":1,"entries":[{"id":"01010101010101010101010101010101","type":"steam","secret":"MFRGGZDF","issuer":"","account":"","created_at":1,"changed_at":1,"place":1}],"removed":{},"settings":{"sort":"manual","values":{},"changed_at":0}}"#;
    assert_eq!(payload::read(good.as_bytes()).unwrap().len(), 1);
    for (from, to) in [
        ("\"version\":1", "\"version\":0"),
        ("\"version\":1,", ""),
        ("0101\"", "01\""),
        ("steam", "push"),
        ("MFRGGZDF", ""),
        ("MFRGGZDF", "M!"),
        ("MFRGGZDF", "\\u004dFRGGZDF"),
        ("\"place\":1", "\"place\":-1"),
        ("\"place\":1", "\"place\":1,\"digits\":6"),
        ("\"place\":1", "\"place\":1,\"unknown\":6"),
        ("\"place\":1", "\"place\":1,\"aliases\":[\"x\"]"),
        ("\"place\":1", "\"place\":1,\"aliases\":[\"00000000000000000000000000000000\"]"),
        ("\"removed\":{}", "\"removed\":{\"01010101010101010101010101010101\":5}"),
        ("\"sort\":\"manual\"", "\"sort\":\"color\""),
        ("steam\"", "totp\""),
        ("steam\"", "totp\",\"algorithm\":\"SHA1\",\"digits\":5,\"period\":30"),
        ("steam\"", "totp\",\"algorithm\":\"SHA1\",\"digits\":6,\"period\":0"),
        ("steam\"", "hotp\",\"algorithm\":\"SHA1\",\"digits\":6,\"counter\":18446744073709551616"),
        ("steam\"", "ocra\",\"suite\":\"OCRA\",\"counter\":1"),
        ("}}", "}}x"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert_eq!(payload::read(bad.as_bytes()).err(), Some(payload::NotAVault::Malformed), "{to}");
    }
    let newer = good.replace("\"version\":1", "\"version\":2,\"more\":[]");
    assert_eq!(payload::read(newer.as_bytes()).err(), Some(payload::NotAVault::Newer(2)));
    let deep = "[".repeat(1 << 20);
    assert_eq!(payload::read(deep.as_bytes()).err(), Some(payload::NotAVault::Malformed));
}

#[test]
fn keys_and_codes_do_not_print_themselves() {
    let mut rng = rng();
    let keyring = Keyring::create(password_slot("pass"), NOW, &mut rng).unwrap();
    let text = format!("{keyring:?} {:?} {:?}", password_slot("pass"), keyring.master());
    assert!(!text.contains("Zeroizing") && !text.contains("9, 9"), "{text}");
}

#[test]
fn other_keys_of_the_master_key_differ_by_their_label() {
    let keyring = Keyring::create(password_slot("pass"), NOW, &mut rng()).unwrap();
    let (a, b) = (keyring.master().derive("backup id"), keyring.master().derive("backup key"));
    assert_ne!(a, b);
    assert_ne!(a.expose(), &*keyring.master().payload_key());
    assert_eq!(a.len(), 32);
}

proptest! {
    #[test]
    fn any_bytes_are_judged_without_a_panic(bytes: Vec<u8>, at in 0usize..200, value: u8) {
        let _ = Container::read(&bytes);
        let _ = Container::read(&[MAGIC.as_slice(), &[0, 1], &bytes].concat());
        let _ = payload::read(&bytes);
        let (mut sealed, _) = sealed();
        sealed[at] = value;
        if let Ok(container) = Container::read(&sealed) {
            for slot in container.slots() {
                let _ = container.open(slot.id(), &SlotKey::from_bytes([1; 32].into()));
            }
        }
    }

    #[test]
    fn what_a_person_wrote_survives_sealing(issuer: String, account: String, note: String, tags: Vec<String>) {
        let mut vault = vault();
        let edit = Edit { issuer: Some(issuer), account: Some(account), note: Some(note), tags: Some(tags), ..Edit::default() };
        prop_assume!(vault.edit(EntryId::from_bytes([1; 16]), edit, NOW).is_ok());
        let read = payload::read(&payload::write(&vault)).unwrap();
        prop_assert_eq!(read, vault);
    }
}
