use super::*;

const FILE: &str = r#"{
  "machine": { "name": "LAB1", "sid": "S-1-5-21-1-2-3", "firmware_uuid": "0a" },
  "accounts": [
    { "domain": "CORP", "name": "mara", "upn": "mara@corp.example", "sid": "S-1-5-21-7-8-9-1001", "password": "domain-pass", "groups": ["S-1-5-32-544"] },
    { "domain": "LAB1", "name": "mara", "sid": "S-1-5-21-1-2-3-1001", "password": "local-pass" },
    { "domain": "CORP", "name": "otto", "sid": "S-1-5-21-7-8-9-1002", "password": "old-password", "state": "expired" },
    { "domain": "CORP", "name": "lock", "sid": "S-1-5-21-7-8-9-1003", "password": "p", "state": "locked" },
    { "domain": "CORP", "name": "gone", "sid": "S-1-5-21-7-8-9-1004", "password": "p", "state": "unknown" },
    { "domain": "AzureAD", "name": "ella", "sid": "S-1-12-1-1-2-3-4", "tenant": "t-1", "password": "p", "state": "unprovable" }
  ]
}"#;

fn fake() -> (tempfile::TempDir, FakeOs) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("os.json");
    std::fs::write(&path, FILE).unwrap();
    let os = FakeOs::new(path).unwrap();
    (folder, os)
}

fn prove(os: &FakeOs, name: &str, password: &str) -> PasswordVerdict {
    os.prove_password(&name.parse().unwrap(), &Secret::from_text(password.into()))
}

#[test]
fn every_form_of_a_name_finds_its_account() {
    let (_folder, os) = fake();
    for (name, sid) in [
        ("CORP\\mara", Some("S-1-5-21-7-8-9-1001")),
        ("corp\\MARA", Some("S-1-5-21-7-8-9-1001")),
        ("mara@corp.example", Some("S-1-5-21-7-8-9-1001")),
        (".\\mara", Some("S-1-5-21-1-2-3-1001")),
        ("mara", Some("S-1-5-21-1-2-3-1001")),
        ("otto", Some("S-1-5-21-7-8-9-1002")),
        ("CORP\\gone", None),
        ("CORP\\nobody", None),
    ] {
        let found = os.resolve(&name.parse().unwrap()).unwrap();
        assert_eq!(found.map(|found| found.account.sid.to_string()).as_deref(), sid, "{name}");
    }
}

#[test]
fn the_verdict_follows_password_and_state() {
    let (_folder, os) = fake();
    assert!(matches!(prove(&os, "CORP\\mara", "domain-pass"), PasswordVerdict::Proven(found)
        if found.account.authority == AuthorityClaim::Domain("S-1-5-21-7-8-9".parse().unwrap()) && found.groups.len() == 1));
    assert!(matches!(prove(&os, ".\\mara", "local-pass"), PasswordVerdict::Proven(found)
        if found.account.authority == AuthorityClaim::ThisMachine));
    assert!(matches!(prove(&os, "CORP\\mara", "local-pass"), PasswordVerdict::Wrong(Some(_))));
    assert!(matches!(prove(&os, "CORP\\otto", "old-password"), PasswordVerdict::MustChange(_)));
    assert!(matches!(prove(&os, "CORP\\otto", "x"), PasswordVerdict::Wrong(Some(_))));
    assert!(matches!(prove(&os, "CORP\\lock", "p"), PasswordVerdict::Wrong(Some(_))));
    assert_eq!(prove(&os, "CORP\\gone", "p"), PasswordVerdict::Wrong(None));
    assert!(matches!(prove(&os, "AzureAD\\ella", "whatever"), PasswordVerdict::CouldNotTell(Some(found))
        if found.account.authority == AuthorityClaim::Entra("t-1".into())));
}

#[test]
fn a_changed_password_is_in_force_and_in_the_file() {
    let (folder, os) = fake();
    let PasswordVerdict::MustChange(otto) = prove(&os, "otto", "old-password") else { panic!("not expired") };
    let change = |old: &str, new: &str| {
        os.change_password(&otto.account, &Secret::from_text(old.into()), &Secret::from_text(new.into()))
    };
    assert_eq!(change("old-password", "short"), ChangeVerdict::NotTaken);
    assert_eq!(change("old-password", "old-password"), ChangeVerdict::NotTaken);
    assert_eq!(change("not-this-one", "new-password"), ChangeVerdict::Failed);
    assert_eq!(change("old-password", "new-password"), ChangeVerdict::Changed);
    assert!(matches!(prove(&os, "otto", "new-password"), PasswordVerdict::Proven(_)));
    let again = FakeOs::new(folder.path().join("os.json")).unwrap();
    assert!(matches!(prove(&again, "otto", "new-password"), PasswordVerdict::Proven(_)));
}

#[test]
fn a_file_with_a_word_it_does_not_know_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("os.json");
    std::fs::write(&path, FILE.replace("\"upn\"", "\"mail\"")).unwrap();
    assert!(FakeOs::new(path).unwrap_err().to_string().contains("mail"));
}

#[test]
fn what_another_machine_sealed_is_not_opened() {
    let (_folder, os) = fake();
    let key = Secret::new(vec![9; 32]);
    let sealed = os.protect(&key).unwrap();
    assert_eq!(os.unprotect(&sealed).unwrap(), key);
    assert!(matches!(os.unprotect(key.expose()), Err(OsError::SealedElsewhere)));
}

#[test]
fn what_is_packed_names_the_resolved_account_and_can_be_unpacked() {
    let (_folder, os) = fake();
    let (typed, password) = ("mara".parse().unwrap(), Secret::from_text("local-pass".into()));
    let PasswordVerdict::Proven(mara) = os.prove_password(&typed, &password) else { panic!("not proven") };
    let mut credentials = Credentials {
        account: &mara.account,
        name: &typed,
        password: &password,
        kind: SignInKind::SignIn,
        flags: 0,
        provider: None,
    };
    let packed = os.pack(&credentials).unwrap();
    assert_eq!((packed.package, packed.bytes.expose()[0]), (PACKAGE, 2));
    let unpacked = os.unpack(&packed).unwrap();
    assert_eq!((unpacked.name.as_str(), &unpacked.password), ("LAB1\\mara", &password));
    credentials.kind = SignInKind::Unlock;
    assert_eq!(os.pack(&credentials).unwrap().bytes.expose()[0], 7);
    let cut = Secret::new(packed.bytes.expose()[..70].to_vec());
    let error = os.unpack(&Packed { package: PACKAGE, bytes: cut }).unwrap_err();
    assert!(error.to_string().contains("outside"), "{error}");
}

#[test]
fn a_session_is_what_the_file_says_of_it() {
    let (folder, os) = fake();
    let nobody = os::Session { user: None, place: Place::Console };
    assert_eq!(os.session(1), nobody);
    let sessions =
        r#""sessions": [ { "id": 1, "user": "CORP\\mara", "remote": true }, { "id": 2 } ], "accounts""#;
    std::fs::write(folder.path().join("os.json"), FILE.replace("\"accounts\"", sessions)).unwrap();
    assert_eq!(
        os.session(1),
        os::Session { user: Some("CORP\\mara".parse().unwrap()), place: Place::Remote }
    );
    assert_eq!((os.session(2), os.session(3)), (nobody.clone(), nobody));
    std::fs::remove_file(folder.path().join("os.json")).unwrap();
    assert_eq!(os.session(2).place, Place::Remote);
}
