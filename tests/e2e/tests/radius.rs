//! Sign-ins to a VPN: FreeRADIUS's `radclient` asks the real server.

use countersign_e2e::{Account, FakeWindows, Oath, Server};
use std::{
    fs,
    io::Write,
    net::{SocketAddr, UdpSocket},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

const MACHINE: &str = "S-1-5-21-100-200-301";
const DOMAIN: &str = "S-1-5-21-7-8-9";
/// What `radclient` is to put its Message-Authenticator into.
const SIGNED: &str = "Message-Authenticator = 0x00";
const REFUSED: &str = "The user name or the one-time password is not right.";

/// A server that answers RADIUS, and somebody with a token.
struct Site {
    server: Server,
    radius: SocketAddr,
    folder: tempfile::TempDir,
    token: Oath,
}

/// A file that its owner alone can read.
fn private(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("private");
}

impl Site {
    /// `more` follows in the table of the client at 127.0.0.1.
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| folder.path().join(name);
        private(&file("secret"), "a secret for tests only\n");
        private(&file("wrong"), "another secret for tests\n");
        let clients = format!(
            "[vpn]\nnetwork = '127.0.0.1'\nsecret_file = '{0}'\n{more}\n\
             [gateway]\nnetwork = '127.0.0.2/32'\nsecret_file = '{0}'\npassword = 'checked-by-client'\n",
            file("secret").display()
        );
        fs::write(file("clients.toml"), clients).expect("written");
        let config =
            format!("[radius]\nlisten = '127.0.0.1:0'\nclients = '{}'\n", file("clients.toml").display());
        fs::write(file("countersign.toml"), config).expect("written");
        let server = Server::start_with(&["--config", &file("countersign.toml").display().to_string()]);
        let line = loop {
            let log = server.log();
            match log.lines().find_map(|line| line.split("answering RADIUS on ").nth(1)) {
                Some(address) => break address.trim().to_owned(),
                None => thread::sleep(Duration::from_millis(20)),
            }
        };
        let account = Account::new("CORP", "mara", &format!("{DOMAIN}-1001"), "correct horse");
        let windows = FakeWindows::new("PC-A", MACHINE, &[account]);
        windows.join(&server.join_code("default"));
        let mut terminal = windows.open(&[]);
        terminal.type_in(&["CORP\\mara", "correct horse"]);
        terminal.type_in(&["/show-qr"]);
        let token = Oath::scan(&terminal.scan());
        terminal.type_in(&[&token.code(0)]);
        assert!(terminal.close());
        Self { server, radius: line.parse().expect("an address"), folder, token }
    }

    fn secret(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What `radclient` prints, asking with these attributes and the shared secret of this file.
    fn ask_at(&self, server: SocketAddr, secret: &str, attributes: &[&str]) -> String {
        let mut client = Command::new("radclient")
            .args(["-x", "-r", "1", "-t", "3", "-S"])
            .arg(self.secret(secret))
            .args([&server.to_string(), "auth"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("radclient, which `cargo xtask test --setup` installs");
        client.stdin.take().expect("piped").write_all(attributes.join(",").as_bytes()).expect("asked");
        let output = client.wait_with_output().expect("an end");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    fn ask(&self, attributes: &[&str]) -> String {
        self.ask_at(self.radius, "secret", attributes)
    }

    /// With this text as password.
    fn give(&self, user: &str, password: &str) -> String {
        self.ask(&[&name(user), &typed(password), SIGNED])
    }
}

fn name(user: &str) -> String {
    format!("User-Name = \"{}\"", user.replace('\\', "\\\\"))
}

fn typed(password: &str) -> String {
    format!("User-Password = \"{password}\"")
}

#[track_caller]
fn accepted(said: &str) {
    assert!(said.contains("Received Access-Accept"), "{said}");
}

#[track_caller]
fn refused(said: &str) {
    assert!(said.contains("Received Access-Reject") && said.contains(REFUSED), "{said}");
}

/// The State of a challenge, as it is given back.
#[track_caller]
fn challenged(said: &str) -> String {
    let received = said.split("Received Access-Challenge").nth(1).unwrap_or_else(|| panic!("{said}"));
    assert!(received.contains("One-time password"), "{said}");
    let state = received.lines().find(|line| line.trim().starts_with("State = ")).expect("a state");
    state.trim().to_owned()
}

#[test]
fn a_right_code_lets_in_once_and_everything_else_reads_the_same() {
    let site = Site::new("");
    // That of the enrollment is used.
    let code = site.token.code(1);
    accepted(&site.give("CORP\\mara", &code));
    refused(&site.give("CORP\\mara", &code));
    refused(&site.give("CORP\\mara", &site.token.wrong_code()));
    refused(&site.give("CORP\\mara", "not a code at all"));
    refused(&site.give("CORP\\nobody", "123456"));
    let audit = site.server.audit(&["--kind", "code_accepted"]);
    assert_eq!(
        audit.last().map(|entry| &entry["event"]["actor"]["gateway"]),
        Some(&"vpn".into()),
        "{audit:?}"
    );
    let log = site.server.log();
    assert!(!log.contains(&code) && !log.contains("nobody"), "{log}");
}

#[test]
fn who_gives_nothing_is_asked_for_the_code_and_so_is_whoever_the_gateway_has_checked() {
    let site = Site::new("");
    let state = challenged(&site.give("CORP\\mara", ""));
    accepted(&site.ask(&[&name("CORP\\mara"), &typed(&site.token.code(1)), &state, SIGNED]));

    let from = "Packet-Src-IP-Address = 127.0.0.2";
    let first = [&*name("CORP\\mara"), &typed("the password of a directory"), SIGNED, from];
    let state = challenged(&site.ask(&first));
    refused(&site.ask(&[&name("CORP\\mara"), &typed(&site.token.wrong_code()), &state, SIGNED, from]));
    // Nothing was counted against them for the password.
    assert_eq!(site.server.audit(&["--kind", "code_wrong"]).len(), 1);
}

#[test]
fn who_does_not_know_the_secret_or_leaves_out_the_authenticator_gets_no_answer() {
    let site = Site::new("");
    let code = site.token.code(1);
    let unsigned = site.ask(&[&name("CORP\\mara"), &typed(&code)]);
    assert!(unsigned.contains("No reply from server"), "{unsigned}");
    let foreign = site.ask_at(site.radius, "wrong", &[&name("CORP\\mara"), &typed(&code), SIGNED]);
    assert!(foreign.contains("No reply from server"), "{foreign}");
    let elsewhere = "Packet-Src-IP-Address = 127.0.0.3";
    let stranger = site.ask(&[&name("CORP\\mara"), &typed(&code), SIGNED, elsewhere]);
    assert!(stranger.contains("No reply from server"), "{stranger}");
    let log = site.server.log();
    for says in ["has no Message-Authenticator", "the shared secrets differ", "is in none of the networks"] {
        assert!(log.contains(says), "{says}: {log}");
    }
    // Nothing was used up by it.
    accepted(&site.give("CORP\\mara", &code));
}

#[test]
fn a_request_that_is_sent_twice_is_answered_twice_alike() {
    let site = Site::new("");
    // Between the two, somebody who sends everything on twice.
    let door = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = door.local_addr().expect("an address");
    let radius = site.radius;
    let twice = thread::spawn(move || {
        let behind = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        behind.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
        let mut bytes = [0; 4096];
        let (length, client) = door.recv_from(&mut bytes).expect("a request");
        let answers: [Vec<u8>; 2] = std::array::from_fn(|_| {
            behind.send_to(&bytes[..length], radius).expect("sent");
            let mut answer = [0; 4096];
            let length = behind.recv(&mut answer).expect("an answer");
            answer[..length].to_vec()
        });
        door.send_to(&answers[1], client).expect("sent");
        answers
    });
    let said = site.ask_at(address, "secret", &[&name("CORP\\mara"), &typed(&site.token.code(1)), SIGNED]);
    accepted(&said);
    let [first, second] = twice.join().expect("both answers");
    assert_eq!(first, second);
    assert_eq!(site.server.audit(&["--kind", "code_used"]).len(), 0);
}

#[test]
fn a_gateway_that_guesses_is_shut_out_and_says_nothing_about_right_codes_any_more() {
    let site = Site::new("wrong_per_hour = 3");
    for _ in 0..3 {
        refused(&site.give("CORP\\nobody", "123456"));
    }
    refused(&site.give("CORP\\mara", &site.token.code(1)));
    assert_eq!(site.server.audit(&["--kind", "gateway_blocked"]).len(), 1);
    // Nobody but the gateway is shut out.
    let from = "Packet-Src-IP-Address = 127.0.0.2";
    let state = challenged(&site.ask(&[&name("CORP\\mara"), &typed("x"), SIGNED, from]));
    accepted(&site.ask(&[&name("CORP\\mara"), &typed(&site.token.code(1)), &state, SIGNED, from]));
}

#[test]
fn the_server_says_that_it_is_there() {
    let site = Site::new("");
    let mut client = Command::new("radclient")
        .args(["-x", "-r", "1", "-t", "3", "-S"])
        .arg(site.secret("secret"))
        .args([&site.radius.to_string(), "status"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("radclient");
    client.stdin.take().expect("piped").write_all(SIGNED.as_bytes()).expect("asked");
    let output = client.wait_with_output().expect("an end");
    accepted(&String::from_utf8_lossy(&output.stdout));
}
