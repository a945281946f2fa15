//! `countersign backup`, `restore` and `key`: what comes back, and what is refused.

use crate::harness::{Lab, Said};
use model::Secret;
use std::{
    fs,
    io::Cursor,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Output,
};
use store::{ArchiveReader, ArchiveWriter, Cost, Store, params};

const PASSWORD: &str = "correct horse battery staple";

impl Lab {
    fn with_password(&self, args: &[&str], password: &str) -> Said {
        let mut command = self.command(args);
        Said::from(command.env("PW", password).args(["--password-env", "PW"]).output().unwrap())
    }

    fn backup(&self, name: &str) -> PathBuf {
        let file = self.folder().join(name);
        let said = self.with_password(&["backup", file.to_str().unwrap()], PASSWORD);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
        file
    }

    fn restore(&self, file: &Path, more: &[&str]) -> Said {
        let args: Vec<&str> = ["restore", file.to_str().unwrap()].iter().chain(more).copied().collect();
        self.with_password(&args, PASSWORD)
    }

    /// What is in the data folder besides the lock.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.data()) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "maintenance.lock");
        names.sort();
        names
    }

    fn fingerprint(&self) -> String {
        let report = self.run(&["doctor"]).out;
        report.split("fingerprint ").nth(1).unwrap().chars().take(64).collect()
    }
}

#[test]
fn a_backup_of_a_running_server_is_the_same_server_on_another_machine() {
    let lab = Lab::new();
    let server = lab.serve();
    lab.good(&["user", "add", "Mara"]);
    let file = lab.backup("b.csb");
    lab.good(&["user", "add", "Late"]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!lab.names().iter().any(|name| name.contains("draft")), "{:?}", lab.names());
    assert!(lab.good(&["audit", "list"]).contains("server_backed_up"));
    assert!(lab.run(&["doctor"]).out.contains("good  the last backup is of"));
    let sealed = fs::read(&file).unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"Mara"), "a name is in the file in the clear");
    assert!(lab.bad(&["backup", file.to_str().unwrap()]).contains("is there already"));
    drop(server);

    let new = Lab::new();
    let said = new.restore(&file, &[]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
    for part in ["1 people, 0 tokens, 0 machines", "schema ", &lab.fingerprint(), "stop the old server"] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    let people = new.good(&["user", "list"]);
    assert!(people.contains("Mara") && !people.contains("Late"), "{people}");
    assert_eq!(new.fingerprint(), lab.fingerprint());
    assert!(new.good(&["audit", "list"]).contains("server_restored"));
    assert!(new.good(&["audit", "verify"]).contains("are good"));
    for name in ["countersign.db", "master.key"] {
        assert_eq!(
            fs::metadata(new.data().join(name)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
    assert_eq!(fs::metadata(new.data()).unwrap().permissions().mode() & 0o777, 0o700);
    new.serve().stop();
}

#[test]
fn a_restore_overwrites_nothing_and_moves_aside_only_when_told() {
    let lab = Lab::after_a_first_start();
    let file = lab.backup("b.csb");
    lab.good(&["user", "add", "Late"]);
    let before = lab.names();
    let said = lab.restore(&file, &[]);
    assert!(said.err.contains("is not empty") && said.err.contains("--force"), "{}", said.err);
    let server = lab.serve();
    let said = lab.restore(&file, &["--force"]);
    assert!(said.err.contains("a server runs in"), "{}", said.err);
    assert!(lab.good(&["user", "list"]).contains("Late"));
    server.stop();
    assert_eq!(lab.names(), before);
    let said = lab.restore(&file, &["--force"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!lab.good(&["user", "list"]).contains("Late"));
    let aside = lab.names().into_iter().find(|name| name.starts_with("before-restore-")).unwrap();
    assert!(said.out.contains(&aside));
    let old =
        lab.command(&["user", "list"]).env("COUNTERSIGN_DATA", lab.data().join(aside)).output().unwrap();
    assert!(Said::from(old).out.contains("Late"), "what was there is there still");
}

#[test]
fn settings_and_certificate_come_along() {
    let lab = Lab::new();
    let certified = rcgen::generate_simple_self_signed(vec!["countersign.example".to_owned()]).unwrap();
    let certificate = lab.file("cert.pem", &certified.cert.pem());
    let key = lab.file("key.pem", &certified.signing_key.serialize_pem());
    let config = lab.file("c.toml", &format!("[tls]\ncertificate = {certificate:?}\nkey = {key:?}\n"));
    let config_flag = config.to_str().unwrap();
    lab.serve_with(&["--config", config_flag]).stop();
    let file = lab.folder().join("b.csb");
    let mut command =
        lab.command(&["backup", file.to_str().unwrap(), "--password-env", "PW", "--config", config_flag]);
    let said = Said::from(
        command.env("PW", PASSWORD).env("COUNTERSIGN_APP_URL", "https://app.example").output().unwrap(),
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
    let new = Lab::new();
    let said = new.restore(&file, &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for (name, original) in
        [("countersign.toml", &config), ("tls-certificate.pem", &certificate), ("tls-key.pem", &key)]
    {
        assert_eq!(fs::read(new.data().join(name)).unwrap(), fs::read(original).unwrap(), "{name}");
        assert!(said.out.contains(name), "{}", said.out);
    }
    assert!(said.out.contains("COUNTERSIGN_APP_URL=https://app.example"), "{}", said.out);
}

#[test]
fn a_password_is_not_taken_from_the_command_line_and_not_when_it_is_short() {
    let lab = Lab::after_a_first_start();
    let file = lab.folder().join("b.csb");
    let file = file.to_str().unwrap();
    let said = lab.with_password(&["backup", file], "1234567");
    assert!(said.err.contains("too short"), "{}", said.err);
    assert!(lab.bad(&["backup", file, "--password-env", "NOT_THERE"]).contains("NOT_THERE is not set"));
    assert_eq!(lab.run(&["backup", file, "--password", PASSWORD]).code, Some(2));
    assert!(!Path::new(file).exists());
    let said = lab.with_password(&["backup", file], "password");
    assert_eq!(said.code, Some(0));
    assert!(said.err.contains("the password is weak"), "{}", said.err);
}

#[test]
fn a_damaged_cut_or_foreign_file_and_a_wrong_password_restore_nothing() {
    let lab = Lab::after_a_first_start();
    let whole = fs::read(lab.backup("b.csb")).unwrap();
    // Near the beginning, and near the end, which is another part where a database is long enough.
    let flipped_at = |at: usize| {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        flipped
    };
    let (begins, ends) = (flipped_at(1_000), flipped_at(whole.len() - 1_000));
    let longer = [whole.as_slice(), b"x"].concat();
    for (content, says) in [
        (&begins[..], "wrong, or the beginning of the backup is damaged"),
        (&ends[..], "damaged"),
        (&whole[..whole.len() / 2], "damaged"),
        (&whole[..40], "not of the form"),
        (&longer, "damaged"),
        (b"PK\x03\x04 something else".as_slice(), "not a backup of a Countersign server"),
        (b"countersign backup 7\n".as_slice(), "has format 7"),
    ] {
        let new = Lab::new();
        let file = new.folder().join("bad.csb");
        fs::write(&file, content).unwrap();
        let said = new.restore(&file, &[]);
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains(says), "{says}: {}", said.err);
        assert_eq!(new.names(), Vec::<String>::new());
    }
    let new = Lab::new();
    let said =
        new.with_password(&["restore", lab.folder().join("b.csb").to_str().unwrap()], "another password");
    assert!(said.err.contains("the password is wrong"), "{}", said.err);
    assert!(!new.data().exists());
}

/// The contents of a backup, changed and sealed again by somebody who has the password.
fn forged(file: &Path, change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let password = Secret::from_text(PASSWORD.into());
    let mut reader = ArchiveReader::start(fs::File::open(file).unwrap(), &password).unwrap();
    let cheap = Cost { memory_kib: 8, passes: 1 };
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let mut writer = ArchiveWriter::start(Vec::new(), &password, cheap, &mut rng).unwrap();
    while let Some(entry) = reader.next_entry().unwrap() {
        let mut content = Vec::new();
        reader.copy_to(&mut content, &mut |_| {}).unwrap();
        if let Some(content) = change(&entry.name, content) {
            let size = content.len() as u64;
            writer.add(&entry.name, size, &mut Cursor::new(content), &mut |_| {}).unwrap();
        }
    }
    writer.finish().unwrap()
}

#[test]
fn a_backup_whose_parts_do_not_belong_together_restores_nothing() {
    let (lab, other) = (Lab::after_a_first_start(), Lab::after_a_first_start());
    let file = lab.backup("b.csb");
    let others_key = fs::read(other.data().join("master.key")).unwrap();
    let newer = |content: Vec<u8>| {
        let path = lab.folder().join("newer.db");
        fs::write(&path, content).unwrap();
        let store = Store::open(&path).unwrap();
        store
            .write_blocking(|tx| {
                tx.execute(
                    "INSERT INTO schema_migrations (number, name, checksum) VALUES (99, 'later', x'00')",
                    params![],
                )
            })
            .unwrap();
        drop(store);
        fs::read(path).unwrap()
    };
    type Change<'a> = Box<dyn Fn(&str, Vec<u8>) -> Option<Vec<u8>> + 'a>;
    let only = |name: &'static str, change: Change<'static>| -> Change<'static> {
        Box::new(move |found, content| if found == name { change(found, content) } else { Some(content) })
    };
    let cases: [(Change<'_>, &str); 6] = [
        (
            Box::new(|name, content| Some(if name == "countersign.db" { newer(content) } else { content })),
            "migration 99",
        ),
        (
            Box::new(|name, content| Some(if name == "master.key" { others_key.clone() } else { content })),
            "lacks the master key",
        ),
        (only("master.key", Box::new(|_, _| None)), "lacks the database or its master key"),
        (only("manifest.json", Box::new(|_, _| None)), "does not say what is in it"),
        (
            only("countersign.db", Box::new(|_, content| Some(content[..content.len() - 4096].to_vec()))),
            "damaged",
        ),
        (
            only(
                "manifest.json",
                Box::new(|_, content| {
                    Some(
                        String::from_utf8(content)
                            .unwrap()
                            .replace("\"people\":0", "\"people\":7")
                            .into_bytes(),
                    )
                }),
            ),
            "not the one it speaks of",
        ),
    ];
    for (change, says) in cases {
        let new = Lab::new();
        let path = new.folder().join("forged.csb");
        fs::write(&path, forged(&file, change)).unwrap();
        let said = new.restore(&path, &[]);
        assert_eq!(said.code, Some(1), "{says}");
        assert!(said.err.contains(says), "{says}: {}", said.err);
        assert_eq!(new.names(), Vec::<String>::new(), "{says}");
    }
    // Changed in nothing, it is taken.
    let new = Lab::new();
    let path = new.folder().join("same.csb");
    fs::write(&path, forged(&file, |_, content| Some(content))).unwrap();
    assert_eq!(new.restore(&path, &[]).code, Some(0));
}

/// Runs the binary where no file can become longer than so many blocks of 512 bytes.
fn cramped(lab: &Lab, blocks: u32, args: &[&str]) -> Said {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let output: Output = std::process::Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_countersign")])
        .args(args)
        .args(["--password-env", "PW"])
        .env_clear()
        .env("PW", PASSWORD)
        .env("COUNTERSIGN_DATA", lab.data())
        .output()
        .unwrap();
    Said::from(output)
}

#[test]
fn a_disk_that_fills_up_leaves_no_half_backup_and_no_half_server() {
    let lab = Lab::after_a_first_start();
    let file = lab.backup("b.csb");
    let full = lab.folder().join("full.csb");
    // Too little for the copy of the database, then enough for it and too little for the sealed file.
    let size = fs::metadata(&file).unwrap().len();
    for blocks in [100, (size / 512) as u32] {
        let said = cramped(&lab, blocks, &["backup", full.to_str().unwrap()]);
        assert_eq!(said.code, Some(1), "{blocks}: {}", said.out);
        assert!(said.err.contains("cannot") && said.err.contains("space left on the disk"), "{}", said.err);
        assert_eq!(
            fs::read_dir(lab.folder()).unwrap().count(),
            2,
            "only the data folder and the good backup"
        );
        assert!(!lab.names().iter().any(|name| name.contains("draft")), "{:?}", lab.names());
    }
    lab.good(&["user", "add", "Mara"]);
    let new = Lab::new();
    let said = cramped(&new, 100, &["restore", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("cannot write countersign.db"), "{}", said.err);
    assert_eq!(new.names(), Vec::<String>::new());
}

#[test]
fn a_folder_that_may_not_be_written_is_named_and_nothing_is_lost() {
    let lab = Lab::of_an_ordinary_user();
    lab.serve().stop();
    let file = lab.backup("b.csb");
    let set = |mode| fs::set_permissions(lab.data(), fs::Permissions::from_mode(mode)).unwrap();
    let before = fs::read(lab.data().join("master.key")).unwrap();
    set(0o500);
    fs::set_permissions(lab.data().join("maintenance.lock"), fs::Permissions::from_mode(0o400)).unwrap();
    for args in [&["backup", "c.csb"][..], &["key", "rotate"]] {
        let said = if args[0] == "backup" { lab.with_password(args, PASSWORD) } else { lab.run(args) };
        assert_eq!(said.code, Some(1), "{}", said.out);
        assert!(said.err.contains("check the folder, its owner"), "{}", said.err);
    }
    set(0o700);
    assert_eq!(fs::read(lab.data().join("master.key")).unwrap(), before);
    lab.good(&["user", "list"]);
    drop(file);
}

#[test]
fn a_missing_master_key_is_named_by_its_id_and_nothing_is_touched() {
    let (lab, other) = (Lab::after_a_first_start(), Lab::after_a_first_start());
    let id = lab.json(&["key", "list", "--json"])[0]["key"].as_str().unwrap().to_owned();
    fs::copy(other.data().join("master.key"), lab.data().join("master.key")).unwrap();
    let before = fs::read(lab.data().join("countersign.db")).unwrap();
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["key", "rotate"], &["user", "add", "Mara"]] {
        let error = lab.bad(args);
        assert!(error.contains(&format!("master key {id} is not in it")), "{error}");
    }
    assert!(lab.run(&["doctor"]).out.contains(&id));
    assert_eq!(fs::read(lab.data().join("countersign.db")).unwrap(), before);
    assert_eq!(
        fs::read(lab.data().join("master.key")).unwrap(),
        fs::read(other.data().join("master.key")).unwrap()
    );
}

#[test]
fn a_new_master_key_takes_over_while_the_server_runs() {
    let lab = Lab::new();
    let server = lab.serve();
    let old = fs::read_to_string(lab.data().join("master.key")).unwrap();
    let before = lab.json(&["key", "list", "--json"]);
    lab.good(&["key", "rotate"]);
    let after = lab.json(&["key", "list", "--json"]);
    assert_eq!(after.as_array().unwrap().len(), 1);
    assert_ne!(after[0]["key"], before[0]["key"]);
    assert_eq!((&after[0]["seals"], &after[0]["values"]), (&true.into(), &before[0]["values"]));
    let new = fs::read_to_string(lab.data().join("master.key")).unwrap();
    assert!(new != old && new.lines().count() == 2);
    server.stop();
    lab.serve().stop();
    let kinds = lab.good(&["audit", "list"]);
    assert!(kinds.contains("master_key_changed") && kinds.contains("master_keys_retired"), "{kinds}");
}

#[test]
fn an_old_backup_is_said_to_be_old() {
    let lab = Lab::after_a_first_start();
    assert!(lab.run(&["doctor"]).out.contains("note  no backup was made"));
    lab.backup("b.csb");
    let store = Store::open(&lab.data().join("countersign.db")).unwrap();
    store
        .write_blocking(|tx| store::tables::settings::set(tx, "server_backed_up_at", b"1700000000"))
        .unwrap();
    drop(store);
    let said = lab.run(&["doctor"]);
    assert!(
        said.out.contains("BAD   the last backup is of 2023-11-14T22:13:20Z, more than 7 days"),
        "{}",
        said.out
    );
    assert!(lab.run(&["doctor", "--backup-days", "9999"]).out.contains("good  the last backup"));
}
