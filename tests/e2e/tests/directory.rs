//! People and groups of a real Active Directory, with the server's job reading it: what happens there is so at the next
//! sign-in.

use countersign_e2e::{Account, FakeWindows, Oath, Server, Terminal};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};
use testkit::samba::{PASSWORD, READER, Samba};

/// A read every second, and some for a slow machine.
const ONE_RUN: Duration = Duration::from_secs(20);

fn private(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("private");
}

fn entry(server: &Server, sid: &str) -> Option<Value> {
    let Value::Array(all) = server.json(&["directory", "list"]) else { panic!("no list") };
    all.into_iter().find(|entry| entry["sid"] == sid)
}

/// Waits until the job has seen it.
fn until(what: &str, mut seen: impl FnMut() -> bool) {
    let end = Instant::now() + ONE_RUN;
    while !seen() {
        assert!(Instant::now() < end, "not within one run of the job: {what}");
        thread::sleep(Duration::from_millis(200));
    }
}

fn in_group(server: &Server, sid: &str, group: &str) -> bool {
    entry(server, sid).is_some_and(|entry| {
        entry["groups"].as_array().is_some_and(|groups| groups.iter().any(|name| name == group))
    })
}

fn sign_in(windows: &FakeWindows, name: &str) -> Terminal {
    let mut terminal = windows.open(&[]);
    terminal.type_in(&[name, "correct horse"]);
    terminal
}

#[test]
fn what_happens_in_active_directory_is_so_at_the_next_sign_in_after_one_run_of_the_job() {
    let Some(mut samba) = Samba::start() else { return };
    for name in ["mara", "tomas"] {
        samba.add_person(name);
    }
    for group in ["Staff", "Finance"] {
        samba.tool(&["group", "add", group]);
    }
    samba.tool(&["group", "addmembers", "Staff", "Finance"]);
    let (mara, tomas) = (samba.sid_of("mara"), samba.sid_of("tomas"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    private(&file("password"), &format!("{PASSWORD}\n"));
    private(&file("ca.pem"), samba.authority());
    let config = format!(
        "[directory]\nurls = ['ldaps://{}']\nbind = '{READER}'\npassword_file = '{}'\nca = '{}'\ninterval_seconds = 1\n",
        samba.host(),
        file("password").display(),
        file("ca.pem").display()
    );
    private(&file("countersign.toml"), &config);
    let config = file("countersign.toml").display().to_string();
    let server = Server::start_with(&["--config", &config]);
    let command = |words: &[&str]| server.try_cli(&[words, &["--config", &config]].concat());
    let said = |words: &[&str]| {
        let output = command(words);
        (
            output.status.success(),
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        )
    };
    until("made", || entry(&server, &mara).is_some() && entry(&server, &tomas).is_some());
    assert!(said(&["directory", "check"]).1.contains("lets the reader in"));

    // Group, nested group, and out of it.
    server.policy("[[rules]]\nname = \"staff\"\ndirectory_groups = [\"staff\"]\nask = \"never\"\n");
    let account = Account::new("EXAMPLE", "mara", &mara, "correct horse");
    let windows = FakeWindows::new("PC-A", "S-1-5-21-100-200-301", &[account]);
    windows.join(&server.join_code("default"));
    let mut terminal = sign_in(&windows, "EXAMPLE\\mara");
    assert_eq!(terminal.view(), "enroll", "{}", terminal.text());
    terminal.type_in(&["/show-qr"]);
    let token = Oath::scan(&terminal.scan());
    terminal.type_in(&[&token.code(0)]);
    assert!(terminal.close());
    samba.tool(&["group", "addmembers", "Finance", "mara"]);
    until("in the nested group", || in_group(&server, &mara, "Staff"));
    let terminal = sign_in(&windows, "EXAMPLE\\mara");
    assert_eq!((terminal.view(), terminal.reason()), ("closed", "welcome"), "{}", terminal.text());
    samba.tool(&["group", "removemembers", "Finance", "mara"]);
    until("moved out", || !in_group(&server, &mara, "Staff"));
    assert_eq!(sign_in(&windows, "EXAMPLE\\mara").view(), "code");

    // Renamed: the same person with the same token.
    samba.tool(&["user", "rename", "mara", "--samaccountname=mara.novak"]);
    until("renamed", || entry(&server, &mara).is_some_and(|entry| entry["name"] == "EXAMPLE\\mara.novak"));
    assert!(server.cli(&["user", "show", "EXAMPLE\\mara.novak"]).contains(&mara));
    // Disabled, and enabled again.
    samba.tool(&["user", "disable", "mara.novak"]);
    until("disabled", || entry(&server, &mara).is_some_and(|entry| entry["state"] == "disabled"));
    let terminal = sign_in(&windows, "EXAMPLE\\mara");
    assert!(terminal.reason().contains("disabled"), "{} {}", terminal.reason(), terminal.text());
    samba.tool(&["user", "enable", "mara.novak"]);
    until("enabled", || entry(&server, &mara).is_some_and(|entry| entry["state"] == "active"));
    assert_eq!(sign_in(&windows, "EXAMPLE\\mara").view(), "code");
    // Removed.
    samba.tool(&["user", "delete", "tomas"]);
    until("gone", || entry(&server, &tomas).is_some_and(|entry| entry["state"] == "gone"));
    assert_eq!(server.audit(&["--kind", "person_disabled"]).len(), 2);

    // A wrong password, a wrong root, nobody there: said, and nothing is changed by it.
    let known = server.json(&["directory", "list"]);
    private(&file("password"), "not-the-password\n");
    let (good, text) = said(&["directory", "sync"]);
    assert!(!good && text.contains("password is not right") && !text.contains("not-the-password"), "{text}");
    private(&file("password"), &format!("{PASSWORD}\n"));
    private(&file("ca.pem"), &testkit::Certified::of("elsewhere").authority);
    let (good, text) = said(&["directory", "sync"]);
    assert!(!good && text.contains("certificate"), "{text}");
    private(&file("ca.pem"), samba.authority());
    samba.end();
    let (good, text) = said(&["directory", "sync"]);
    assert!(!good && text.contains("cannot be reached"), "{text}");
    until("the failure is told", || said(&["doctor"]).1.contains("the last read of the directory failed"));
    assert_eq!(server.json(&["directory", "list"]), known);
    assert_eq!(sign_in(&windows, "EXAMPLE\\mara").view(), "code");
    samba.go_on();
    until("read again", || said(&["doctor"]).1.contains("the directory was read at"));
    let (good, text) = said(&["directory", "sync", "--dry-run"]);
    assert!(good && text.contains("nothing changed"), "{text}");
    assert!(!server.log().contains(PASSWORD) && !server.log().contains("not-the-password"));
}
