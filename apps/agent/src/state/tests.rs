use super::*;
use crate::{clock, rng::system_rng, test_os::TestOs};
use model::{RequestId, UnixTime};
use protocol::{
    http::{Report, ReportRequest, ReportedEvent},
    signature::SigningKey,
    statement::{Draft, Statement},
};
use std::sync::Arc;

fn folder() -> (tempfile::TempDir, Folder) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::open(&temporary.path().join("data")).unwrap();
    (temporary, folder)
}

fn identity() -> Identity {
    let server = SigningKey::random(&mut system_rng());
    let signed = Draft {
        urls: vec!["https://mfa.example".parse().unwrap()],
        spki_sha256: vec![[1; 32]],
        successions: Vec::new(),
        issued_at: clock::now(),
        serial: 3,
    }
    .sign(&server)
    .unwrap();
    let statement = Statement::verify(&signed, &[server.verifying_key().fingerprint()]).unwrap();
    let key = Arc::new(SigningKey::random(&mut system_rng()));
    Identity { machine: MachineId::random(&mut system_rng()), group: "office".into(), key, signed, statement }
}

fn report(number: u8) -> Report {
    Report {
        id: RequestId::from_bytes([number; 16]),
        attempt: None,
        at: UnixTime::from_secs(1_000),
        account: None,
        what: ReportedEvent::PasswordWrong,
    }
}

#[test]
fn an_identity_is_read_back_and_its_key_is_sealed() {
    let (_temporary, folder) = folder();
    let os = TestOs::default();
    assert!(matches!(folder.identity(&os), Err(IdentityError::NotJoined)));
    let kept = identity();
    folder.keep_identity(&os, &kept).unwrap();
    let read = folder.identity(&os).unwrap();
    assert_eq!((read.machine, &read.group, &read.statement), (kept.machine, &kept.group, &kept.statement));
    assert_eq!(read.key.verifying_key(), kept.key.verifying_key());
    let text = fs::read_to_string(folder.file("identity.json")).unwrap();
    assert!(!text.contains(&data_encoding::BASE64.encode(kept.key.to_secret().expose())));
}

#[test]
fn a_copy_of_the_machine_drops_the_key_and_says_so_until_it_is_joined() {
    let (_temporary, folder) = folder();
    let original = TestOs::default();
    folder.keep_identity(&original, &identity()).unwrap();
    let copy = TestOs { firmware_uuid: "other".into(), ..TestOs::default() };
    assert!(matches!(folder.identity(&copy), Err(IdentityError::Cloned)));
    assert!(!folder.file("identity.json").exists());
    assert!(matches!(folder.identity(&original), Err(IdentityError::Cloned)));
    folder.keep_identity(&copy, &identity()).unwrap();
    assert!(folder.identity(&copy).is_ok());
}

#[test]
fn a_firmware_uuid_that_cannot_be_read_tells_nothing() {
    let (_temporary, folder) = folder();
    folder.keep_identity(&TestOs::default(), &identity()).unwrap();
    assert!(folder.identity(&TestOs { firmware_uuid: String::new(), ..TestOs::default() }).is_ok());
}

#[test]
fn a_damaged_identity_is_told_apart_from_none() {
    let (_temporary, folder) = folder();
    let os = TestOs::default();
    folder.keep_identity(&os, &identity()).unwrap();
    let path = folder.file("identity.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() / 2]).unwrap();
    assert!(matches!(folder.identity(&os), Err(IdentityError::Damaged(_))));
    // The statement says its serial inside of the text that is signed.
    fs::write(&path, text.replace(r#"\"serial\":3"#, r#"\"serial\":4"#)).unwrap();
    assert!(matches!(folder.identity(&os), Err(IdentityError::Damaged(_))));
}

#[cfg(unix)]
#[test]
fn others_can_neither_enter_the_folder_nor_read_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let (_temporary, folder) = folder();
    folder.keep_identity(&TestOs::default(), &identity()).unwrap();
    folder.audit_queue().push(&report(1)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path()), 0o700);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn events_wait_in_order_until_they_are_answered() {
    let (_temporary, folder) = folder();
    let queue = folder.audit_queue();
    for number in 0..70 {
        queue.push(&report(number)).unwrap();
    }
    let oldest = queue.oldest().unwrap();
    assert_eq!(oldest.len(), ReportRequest::MAX_EVENTS);
    assert_eq!(oldest[0], report(0));
    let ids: Vec<RequestId> = oldest.iter().map(|report| report.id).collect();
    queue.push(&report(200)).unwrap();
    queue.remove(&ids).unwrap();
    assert_eq!(queue.waiting().unwrap(), 7);
    assert_eq!(queue.oldest().unwrap().last(), Some(&report(200)));
}

#[test]
fn a_line_a_crash_cut_off_costs_no_other_event() {
    let (_temporary, folder) = folder();
    let queue = folder.audit_queue();
    queue.push(&report(1)).unwrap();
    let path = folder.file("audit.jsonl");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, [&whole[..], &whole[..whole.len() / 2]].concat()).unwrap();
    queue.push(&report(2)).unwrap();
    assert_eq!(queue.oldest().unwrap(), [report(1), report(2)]);
}

#[test]
fn a_full_queue_keeps_the_old_events() {
    let (_temporary, folder) = folder();
    let queue = folder.audit_queue();
    queue.push(&report(1)).unwrap();
    let path = folder.file("audit.jsonl");
    let mut text = fs::read(&path).unwrap();
    text.resize(4 << 20, b' ');
    fs::write(&path, text).unwrap();
    assert!(queue.push(&report(2)).is_err());
    assert_eq!(queue.oldest().unwrap(), [report(1)]);
}

#[test]
fn a_word_that_is_no_setting_is_an_error() {
    let (_temporary, folder) = folder();
    assert_eq!(folder.settings().unwrap(), Settings::default());
    fs::write(folder.file("agent.toml"), "proxy = \"none\"\n").unwrap();
    assert_eq!(folder.settings().unwrap().proxy.as_deref(), Some("none"));
    fs::write(folder.file("agent.toml"), "trust_sytem_roots = true\n").unwrap();
    assert!(folder.settings().unwrap_err().to_string().contains("trust_sytem_roots"));
}
