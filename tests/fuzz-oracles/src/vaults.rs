//! What must hold for vaults, sealed and not, and for the suites of OCRA.

use model::{Secret, UnixTime};
use otp::{Algorithm, Counter, OcraInput, OcraOutput, OcraSuite, Seed};
use vault::{
    backup_files,
    container::{Container, SlotKey, SlotKind, payload},
};

/// What the passkey answers that opens the good files of `vault_container`.
pub const PASSKEY_ANSWER: [u8; 32] = [7; 32];

/// What is read of a container holds together; where a key opens it, its contents are a vault as
/// [`vault_payload`] wants it.
pub fn vault_container(data: &[u8]) -> bool {
    let Ok(container) = Container::read(data) else { return false };
    let slots = container.slots();
    assert!(
        (1..=vault::container::MAX_SLOTS).contains(&slots.len()),
        "a container with {} slots",
        slots.len()
    );
    let key = SlotKey::of_passkey(&Secret::new(PASSKEY_ANSWER.to_vec())).expect("32 bytes are an answer");
    for slot in slots.iter().filter(|slot| slot.kind() == SlotKind::Passkey) {
        if let Ok((vault, keyring)) = container.open(slot.id(), &key) {
            assert_eq!(vault.generation(), container.generation());
            assert!(keyring.is_key_of(slot.id(), &key));
            vault_payload(&payload::write(&vault));
        }
    }
    true
}

/// Contents that are taken are written and taken again as the same, and merging a vault with itself changes nothing.
pub fn vault_payload(data: &[u8]) -> bool {
    let Ok(vault) = payload::read(data) else { return false };
    let again = payload::read(&payload::write(&vault)).expect("what is written is read");
    assert_eq!(again, vault, "a vault changed when written");
    let (merged, report) = vault::merge(&vault, &again).expect("a vault fits with itself");
    assert_eq!(merged, vault, "a vault changed when merged with itself");
    assert!(report.notes.is_empty(), "{:?}", report.notes);
    let _ = vault::export::otpauth_list(&vault);
    for entry in vault.all() {
        let _ = entry.token.code_at(UnixTime::from_secs(u64::MAX));
    }
    true
}

/// Names that are found in a listing are names, each once, and not too many; a listing of them gives the same.
pub fn backup_names(data: &[u8]) -> bool {
    let names = backup_files::names_in(&String::from_utf8_lossy(data));
    assert!(names.len() <= 64 && names.iter().all(|name| backup_files::is_name(name)), "{names:?}");
    assert_eq!(backup_files::names_in(&names.join(" ")), names);
    !names.is_empty()
}

/// A suite that is taken is the text it was read from, and answers a challenge in the form it says.
pub fn ocra_suite(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(suite) = text.parse::<OcraSuite>() else { return false };
    assert_eq!(suite.as_str(), text);
    let seed = Seed::new(Secret::new(vec![1; 20])).expect("20 bytes are a seed");
    let pin = Secret::from_text("1234".to_owned());
    let input = OcraInput {
        // Fits each kind of challenge, and the shortest there is.
        challenge: "1234",
        counter: Counter::new(u64::MAX),
        pin: Some(&pin),
        session: Some(b"x"),
        now: UnixTime::from_secs(u64::MAX),
    };
    let answer = otp::ocra(&seed, &suite, &input).expect("nothing is missing");
    let length = match (suite.output(), suite.algorithm()) {
        (OcraOutput::Digits(digits), _) => usize::from(digits),
        (OcraOutput::Whole, Algorithm::Sha1) => 40,
        (OcraOutput::Whole, Algorithm::Sha256) => 64,
        (OcraOutput::Whole, Algorithm::Sha512) => 128,
    };
    assert_eq!(answer.len(), length);
    true
}
