//! Whatever stands in the server's place: nothing but *unreachable*, and where the key is not the server's, no byte
//! of a request.

use countersign_e2e::{Account, Deed, FakeWindows, Impostor, Oath, Server};
use protocol::signature::{SignatureValue, SigningKey, sign_answer};
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{CertificateDer, PrivateKeyDer},
};

const MACHINE: &str = "S-1-5-21-100-200-301";

fn joined(server: &Server) -> FakeWindows {
    let account = Account::new("CORP", "mara", "S-1-5-21-7-8-9-1001", "correct horse");
    let windows = FakeWindows::new("PC-A", MACHINE, &[account]);
    windows.join(&server.join_code("default"));
    windows
}

fn sign_in_is_unreachable(windows: &FakeWindows, what: &str, variables: &[(&str, &str)]) {
    let mut terminal = windows.open_in(&[], variables);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    assert_eq!(
        (terminal.view(), terminal.reason()),
        ("password", "unreachable"),
        "{what}: {}\n{}",
        terminal.screen,
        terminal.text()
    );
}

fn sign_in_works(windows: &FakeWindows, what: &str) {
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    assert_eq!(terminal.view(), "enroll", "{what}: {}\n{}", terminal.screen, terminal.text());
}

#[test]
fn whatever_answers_without_the_servers_certificate_is_unreachable() {
    let mut server = Server::start();
    let windows = joined(&server);
    server.kill();
    sign_in_is_unreachable(&windows, "a server that is stopped", &[]);

    let silent: (&str, Deed) = ("something that never answers", |mut stream| {
        let mut buffer = [0; 512];
        while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
    });
    for (what, deed) in Impostor::DEEDS.into_iter().chain([silent]) {
        let impostor = Impostor::at(server.address(), deed);
        sign_in_is_unreachable(&windows, what, &[]);
        assert!(impostor.was_asked(), "{what}");
    }
    server.restart();
    sign_in_works(&windows, "the server is back");
}

/// A server with a certificate for 127.0.0.1, and the authority that signed it.
struct Certified {
    config: Arc<ServerConfig>,
    authority: String,
}

fn certified() -> Certified {
    let testkit::Certified { authority, certificate, key } = testkit::Certified::of("127.0.0.1");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate)],
            PrivateKeyDer::try_from(key).expect("a key"),
        )
        .expect("a configuration");
    Certified { config: Arc::new(config), authority }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.to_string_lossy().into_owned()
}

/// Speaks TLS with somebody else's certificate and counts what comes through it.
fn eavesdrop(mut stream: TcpStream, config: &Arc<ServerConfig>, seen: &AtomicUsize) {
    let Ok(mut connection) = ServerConnection::new(Arc::clone(config)) else { return };
    let mut tls = Stream::new(&mut connection, &mut stream);
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = tls.read(&mut buffer) {
        seen.fetch_add(count, Ordering::SeqCst);
    }
}

#[test]
fn an_impostor_with_another_certificate_sees_no_byte_of_a_request_even_if_its_root_is_trusted() {
    let mut server = Server::start();
    let windows = joined(&server);
    let certified = certified();
    let root = write(windows.folder(), "root.pem", &certified.authority);
    let (seen, config) = (Arc::new(AtomicUsize::new(0)), certified.config);
    server.kill();
    let counted = Arc::clone(&seen);
    let impostor = Impostor::at(server.address(), move |stream| eavesdrop(stream, &config, &counted));
    sign_in_is_unreachable(&windows, "somebody else's certificate", &[]);
    // Pins decide, not roots.
    sign_in_is_unreachable(&windows, "a certificate of a trusted root", &[("SSL_CERT_FILE", &root)]);
    assert!(impostor.was_asked());
    assert_eq!(seen.load(Ordering::SeqCst), 0, "bytes of a request reached the impostor");
}

#[test]
fn a_proxy_that_breaks_tls_open_sees_no_byte_of_a_request_even_if_its_root_is_trusted() {
    let server = Server::start();
    let windows = joined(&server);
    let certified = certified();
    let root = write(windows.folder(), "root.pem", &certified.authority);
    let (seen, config) = (Arc::new(AtomicUsize::new(0)), certified.config);
    let counted = Arc::clone(&seen);
    let any = "127.0.0.1:0".parse().expect("an address");
    let proxy = Impostor::at(any, move |mut stream| {
        if accept_connect(&mut stream).is_some() {
            eavesdrop(stream, &config, &counted);
        }
    });
    let address = format!("http://{}", proxy.address);
    sign_in_is_unreachable(&windows, "a proxy's certificate", &[("HTTPS_PROXY", &address)]);
    let both = [("HTTPS_PROXY", address.as_str()), ("SSL_CERT_FILE", root.as_str())];
    sign_in_is_unreachable(&windows, "a proxy's certificate of a trusted root", &both);
    assert!(proxy.was_asked());
    assert_eq!(seen.load(Ordering::SeqCst), 0, "bytes of a request reached the proxy");
}

#[test]
fn an_honest_proxy_lets_a_sign_in_through() {
    let server = Server::start();
    let windows = joined(&server);
    let any = "127.0.0.1:0".parse().expect("an address");
    let proxy = Impostor::at(any, |mut client| {
        let Some(target) = accept_connect(&mut client) else { return };
        let Ok(mut upstream) = TcpStream::connect(target) else { return };
        let (Ok(mut from_client), Ok(mut to_upstream)) = (client.try_clone(), upstream.try_clone()) else {
            return;
        };
        thread::spawn(move || {
            let _copied = std::io::copy(&mut from_client, &mut to_upstream);
        });
        let _copied = std::io::copy(&mut upstream, &mut client);
    });
    let address = format!("http://{}", proxy.address);
    let mut terminal = windows.open_in(&[], &[("HTTPS_PROXY", &address)]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    assert_eq!(terminal.view(), "enroll", "{}\n{}", terminal.screen, terminal.text());
    assert!(proxy.was_asked());
}

/// Reads a `CONNECT` and agrees; where to.
fn accept_connect(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        (stream.read(&mut byte).ok()? == 1 && head.len() < 4096).then_some(())?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    Some(target)
}

#[test]
fn whoever_is_vouched_for_by_a_trusted_root_and_lacks_the_signing_key_is_unreachable() {
    let certified = certified();
    let mut server = Server::start();
    let windows = joined(&server);
    // The widest trust there is: the policy lets the machine's own roots vouch for a server.
    server.policy("[groups.default]\ntrust_system_roots = true\n");
    let root = write(windows.folder(), "root.pem", &certified.authority);
    let trusting = [("SSL_CERT_FILE", root.as_str())];
    let told = windows.agent(&["doctor"]).output().expect("staged-agent runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
    sign_in_works(&windows, "the server itself");

    let accept = r#"{"next":"not_needed","accept":{"attempt":"att_00000000000000000000000000","machine":"mch_00000000000000000000000000","sid":"S-1-5-21-7-8-9-1001","session":1,"valid_for_s":60}}"#;
    type Answer = fn(&str, &str) -> String;
    let plain: Answer = |_, body| http(body, "");
    let other_key: Answer = |request, body| {
        let value = request.lines().find_map(|line| line.strip_prefix("signature: "));
        let Some(value) = value.and_then(|value| value.trim().parse::<SignatureValue>().ok()) else {
            return http(body, "");
        };
        let key = SigningKey::random(&mut rand_core::UnwrapErr(getrandom::SysRng));
        let signed = sign_answer(&key, model::UnixTime::from_secs(1), 200, body.as_bytes(), &value);
        let (input, digest) = (signed.signature_input, signed.content_digest);
        http(
            body,
            &format!(
                "signature-input: {input}\r\nsignature: {}\r\ncontent-digest: {digest}\r\n",
                signed.signature
            ),
        )
    };
    let cases: [(&str, &'static str, Answer); 4] = [
        ("unsigned", accept, plain),
        ("signed by another key", accept, other_key),
        ("rubbish", "\u{1}not json", plain),
        ("rubbish signed by another key", "[[[[", other_key),
    ];
    server.kill();
    for (what, body, answer) in cases {
        let (config, asked) = (Arc::clone(&certified.config), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&asked);
        let _impostor = Impostor::at(server.address(), move |mut stream| {
            let Ok(mut connection) = ServerConnection::new(Arc::clone(&config)) else { return };
            let mut tls = Stream::new(&mut connection, &mut stream);
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = tls.read(&mut buffer) {
                request.extend_from_slice(&buffer[..count]);
                let text = String::from_utf8_lossy(&request).to_lowercase();
                if text.contains("\r\n\r\n") && text.trim_end().ends_with('}') {
                    counted.fetch_add(1, Ordering::SeqCst);
                    // Field values are case-sensitive, so the answer is made from the request as it came.
                    let original = String::from_utf8_lossy(&request).replace("Signature: ", "signature: ");
                    let _written = tls.write_all(answer(&original, body).as_bytes());
                    return;
                }
            }
        });
        sign_in_is_unreachable(&windows, what, &trusting);
        assert!(asked.load(Ordering::SeqCst) > 0, "{what}: the impostor was asked");
    }
    server.restart();
    sign_in_works(&windows, "the server is back");
}

fn http(body: &str, more: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n{body}"
    )
}

#[test]
fn a_machine_whose_clock_is_an_hour_off_signs_in_all_the_same() {
    let server = Server::start();
    let windows = joined(&server);
    for offset in ["+3600s", "-3600s"] {
        let mut command = std::process::Command::new("faketime");
        command.args(["--exclude-monotonic", "-f", offset]);
        let mut terminal = windows.open_under(command);
        terminal.type_in(&["CORP\\mara", "correct horse"]);
        assert_eq!(terminal.view(), "enroll", "{offset}: {}\n{}", terminal.screen, terminal.text());
        terminal.type_in(&["/show-qr"]);
        let token = Oath::scan(&terminal.scan());
        terminal.type_in(&[&token.wrong_code()]);
        assert_eq!(terminal.reason(), "enroll-code-wrong", "{offset}: {}", terminal.screen);
    }
}
