//! `countersign doctor`.

use crate::harness::Lab;
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn a_server_under_way_gets_a_good_report_with_notes_on_what_is_not_set() {
    let lab = Lab::new();
    let server = lab.serve();
    let report = lab.good(&["doctor"]);
    assert!(report.contains("good") && !report.contains("BAD"), "{report}");
    for part in [
        "only its owner can enter",
        "master.key fits it",
        "fingerprint",
        "app_url is not set",
        &format!("https://{} is answered by this server", server.address),
        "an address that only this machine reaches",
        "makes a write durable in",
        "backups of the authenticator take 0 of 10240 MB, in 0 boxes",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    let findings = lab.json(&["doctor", "--json"]);
    assert_eq!(findings[0]["level"], "good");
}

#[test]
fn what_is_the_matter_is_said_and_the_exit_code_is_1() {
    let lab = Lab::after_a_first_start();
    fs::set_permissions(lab.data(), fs::Permissions::from_mode(0o755)).unwrap();
    let said = lab.run(&["doctor"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains(&format!("chmod 700 {}", lab.data().display())), "{}", said.out);
    assert!(said.out.contains("cannot be reached from here"), "{}", said.out);
}

#[test]
fn another_server_under_the_same_address_is_told_apart() {
    let (lab, other) = (Lab::new(), Lab::new());
    let under_way = other.serve();
    let address = &under_way.address;
    let config = lab.file("c.toml", &format!("urls = [\"https://{address}\"]"));
    lab.serve_with(&["--config", config.to_str().unwrap()]).stop();
    let said = lab.run(&["doctor"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("is answered with a TLS key that is not this server's"), "{}", said.out);
}

#[test]
fn a_misspelled_variable_is_named_with_the_one_that_is_meant() {
    let lab = Lab::after_a_first_start();
    let output =
        lab.command(&["doctor"]).env("COUNTERSIGN_LISTN", "1").env("COUNTERSIGN_PORT", "2").output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("COUNTERSIGN_LISTN is no setting; if COUNTERSIGN_LISTEN is meant"), "{out}");
    assert!(!out.contains("COUNTERSIGN_PORT"), "{out}");
}

#[test]
fn an_app_url_of_this_server_that_leads_to_no_app_is_named() {
    // Without the variable COUNTERSIGN_APP_DIR a build has no authenticator, and with it the certificate is the matter.
    let lab = Lab::new();
    let config =
        lab.file("c.toml", "urls = [\"https://127.0.0.1:1\"]\napp_url = \"https://127.0.0.1:1/app/\"");
    let config = config.to_str().unwrap();
    lab.serve_with(&["--config", config]).stop();
    let said = lab.run(&["doctor", "--config", config]);
    assert_eq!(said.code, Some(1));
    let named = ["was built without the authenticator", "phones do not trust the built-in certificate"];
    assert!(named.iter().any(|text| said.out.contains(text)), "{}", said.out);
    let elsewhere =
        lab.file("d.toml", "urls = [\"https://127.0.0.1:1\"]\napp_url = \"https://127.0.0.1:10/app/\"");
    let said = lab.run(&["doctor", "--config", elsewhere.to_str().unwrap()]);
    assert!(said.out.contains("which is not looked at from here"), "{}", said.out);
}
