//! A certificate from a real ACME server, which checks the name by TLS-ALPN-01.

use crate::harness::{Lab, connect, get};
use serde_json::json;
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use testkit::pem;

/// Ended with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn quiet(command: &mut Command) -> std::io::Result<Program> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Program)
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !there() {
        assert!(Instant::now() < deadline, "{what}");
        sleep(Duration::from_millis(100));
    }
}

/// Needs the ACME test server `pebble` and its `pebble-challtestsrv` (Debian: `apt install pebble`).
#[test]
fn a_certificate_is_obtained_for_the_present_key_shown_and_kept() {
    let lab = Lab::new();
    let [directory, management, server, dns, dns_management] = [(); 5].map(|()| free_port());
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let root = lab.file("root.pem", &pem("CERTIFICATE", own.cert.der()));
    let key = lab.file("root.key", &pem("PRIVATE KEY", own.signing_key.serialized_der()));
    let config = json!({ "pebble": {
        "listenAddress": format!("127.0.0.1:{directory}"),
        "managementListenAddress": format!("127.0.0.1:{management}"),
        "certificate": root,
        "privateKey": key,
        "httpPort": 1,
        "tlsPort": server,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": false,
    }});
    let config = lab.file("pebble.json", &config.to_string());
    let names = quiet(Command::new("pebble-challtestsrv").args([
        "-defaultIPv4",
        "127.0.0.1",
        "-defaultIPv6",
        "",
        "-http01",
        "",
        "-https01",
        "",
        "-tlsalpn01",
        "",
        "-dns01",
        &format!("127.0.0.1:{dns}"),
        "-management",
        &format!("127.0.0.1:{dns_management}"),
    ]));
    let pebble = quiet(
        Command::new("pebble")
            .args(["-config", config.to_str().unwrap(), "-dnsserver", &format!("127.0.0.1:{dns}")])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", "0"),
    );
    let (Ok(_names), Ok(_pebble)) = (names, pebble) else {
        return println!("skipped: pebble and pebble-challtestsrv are not installed");
    };
    wait_for("pebble does not start", || TcpStream::connect(("127.0.0.1", directory)).is_ok());

    let acme = format!(
        "[acme]\ndomains = [\"own.example\"]\ncontact = \"admin@own.example\"\nca = {root:?}\n\
         directory = \"https://localhost:{directory}/dir\""
    );
    let acme = lab.file("c.toml", &acme);
    let (listen, acme) = (format!("127.0.0.1:{server}"), ["--config", acme.to_str().unwrap()]);
    let under_way = lab.serve_at(&listen, &acme);
    let before = get(&listen, "/healthz").1;
    let chain = || connect(&listen).0.conn.peer_certificates().unwrap().to_vec();
    wait_for("no certificate came", || chain().len() > 1);
    let obtained = chain();
    // The key that machines know is the key in it.
    assert_eq!(get(&listen, "/healthz").1, before);
    assert!(obtained[0].as_ref().windows(11).any(|bytes| bytes == b"own.example"));
    under_way.stop();

    // Kept: shown from the first handshake on, whether the ACME server is there or not.
    drop(_pebble);
    let _again = lab.serve_at(&listen, &acme);
    assert_eq!(chain(), obtained);
}
