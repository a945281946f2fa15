//! Each trouble is one sentence that says what to do.

use crate::harness::{Lab, Said};
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

#[test]
fn a_command_without_data_says_how_to_start_and_makes_nothing() {
    let lab = Lab::new();
    for args in [
        &["join-code", "new"][..],
        &["user", "list"],
        &["token", "list"],
        &["machine", "list"],
        &["policy", "show"],
        &["audit", "verify"],
    ] {
        let error = lab.bad(args);
        assert!(error.contains(&format!("countersign serve --data {}", lab.data().display())), "{error}");
    }
    assert!(lab.run(&["doctor"]).out.contains("there is no server data in"));
    assert!(!lab.data().exists());
}

#[test]
fn a_port_in_use_is_named() {
    let lab = Lab::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = lab.bad(&["serve", "--listen", &address]);
    assert_eq!(
        error,
        format!(
            "{address} is in use by another program; stop that one, or choose another address with --listen"
        )
    );
    let error = lab.bad(&["serve", "--listen", "192.0.2.1:0"]);
    assert!(error.contains("choose an address of this machine"), "{error}");
}

#[test]
fn a_missing_master_key_is_not_replaced() {
    let lab = Lab::after_a_first_start();
    fs::remove_file(lab.data().join("master.key")).unwrap();
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "list"]] {
        let error = lab.bad(args);
        assert!(error.contains("master.key is missing") && error.contains("from your backup"), "{error}");
    }
    assert!(!lab.data().join("master.key").exists());
}

#[test]
fn the_master_key_of_another_database_is_told_apart() {
    let (lab, other) = (Lab::after_a_first_start(), Lab::after_a_first_start());
    fs::copy(other.data().join("master.key"), lab.data().join("master.key")).unwrap();
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["join-code", "new"]] {
        let error = lab.bad(args);
        assert!(error.contains("is not the key that") && error.contains("from your backup"), "{error}");
    }
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_remedy() {
    let lab = Lab::after_a_first_start();
    fs::set_permissions(lab.data().join("master.key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(lab.bad(&["user", "list"]).contains("chmod 600"));
}

#[test]
fn a_configuration_that_cannot_be_read_or_has_an_unknown_key_stops_everything() {
    let lab = Lab::new();
    let error = lab.bad(&["serve", "--config", "/nowhere/c.toml"]);
    assert!(error.starts_with("cannot read the configuration /nowhere/c.toml: "), "{error}");
    let config = lab.file("c.toml", "lissten = \"127.0.0.1:0\"");
    let error = lab.bad(&["serve", "--config", config.to_str().unwrap()]);
    assert!(error.ends_with("has the unknown key “lissten”; did you mean “listen”?"), "{error}");
    assert!(!lab.data().exists());
}

#[test]
fn a_folder_that_may_not_be_written_is_named() {
    let lab = Lab::of_an_ordinary_user();
    fs::set_permissions(lab.folder(), fs::Permissions::from_mode(0o555)).unwrap();
    let error = lab.bad(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("cannot make the data folder") && error.contains("--data"), "{error}");
}

#[test]
fn a_database_that_may_not_be_written_is_named() {
    let lab = Lab::of_an_ordinary_user();
    lab.serve().stop();
    let set = |mode| fs::set_permissions(lab.data(), fs::Permissions::from_mode(mode)).unwrap();
    set(0o500);
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "add", "Mara"]] {
        let error = lab.bad(args);
        assert!(
            error.contains("countersign.db: ") && error.contains("check the folder, its owner"),
            "{error}"
        );
    }
    set(0o000);
    assert!(lab.bad(&["user", "list"]).contains("as the user the server runs as"));
    set(0o700);
}

#[test]
fn a_database_that_is_none_is_named() {
    let lab = Lab::after_a_first_start();
    fs::write(lab.data().join("countersign.db"), "not a database, ".repeat(500)).unwrap();
    let error = lab.bad(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("the database is damaged"), "{error}");
}

/// Needs a file system that can be filled: a mount of its own.
#[test]
fn a_full_disk_is_named() {
    let lab = Lab::new();
    fs::create_dir(lab.data()).unwrap();
    let script = "mount -t tmpfs -o size=96k,mode=700 none \"$1\" && echo mounted && exec \"$2\" serve --listen 127.0.0.1:0";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(lab.data())
        .arg(env!("CARGO_BIN_EXE_countersign"))
        .env("COUNTERSIGN_DATA", lab.data())
        .stdin(Stdio::null())
        .output();
    let said = match output {
        Ok(output) => Said::from(output),
        Err(error) => return println!("skipped: unshare cannot be run: {error}"),
    };
    if !said.out.starts_with("mounted") {
        return println!("skipped: a file system to fill cannot be mounted: {}", said.err);
    }
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains("the disk is full") && said.err.contains("space left"), "{}", said.err);
}
