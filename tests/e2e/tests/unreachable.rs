//! Whatever stands in the server's place: nothing but *unreachable*, and no byte of a request.

use countersign_e2e::{Account, FakeWindows, Server};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{CertificateDer, PrivateKeyDer},
};

const MACHINE: &str = "S-1-5-21-100-200-301";

fn joined() -> (Server, FakeWindows) {
    let server = Server::start();
    let account = Account::new("CORP", "mara", "S-1-5-21-7-8-9-1001", "correct horse");
    let windows = FakeWindows::new("PC-A", MACHINE, &[account]);
    windows.join(&server.join_code("default"));
    (server, windows)
}

fn sign_in_is_unreachable(windows: &FakeWindows, what: &str) {
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    assert_eq!(
        (terminal.view(), terminal.reason()),
        ("password", "unreachable"),
        "{what}: {}",
        terminal.screen
    );
}

/// Listens where the server was.
fn in_place_of(server: &mut Server) -> TcpListener {
    let address = server.address();
    server.kill();
    TcpListener::bind(address).expect("the server's address is free")
}

/// What an impostor does with a connection.
type Deed = fn(TcpStream);

#[test]
fn whatever_answers_in_the_servers_place_is_unreachable() {
    let deeds: [(&str, Deed); 4] = [
        ("a connection that is closed at once", |_| {}),
        ("something that never answers", |mut stream| {
            let mut byte = [0];
            while stream.read(&mut byte).is_ok_and(|n| n > 0) {}
        }),
        ("rubbish", |mut stream| {
            let _ = stream.write_all(&[0x55; 4096]);
        }),
        ("plain HTTP", |mut stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }),
    ];
    let (mut server, windows) = joined();
    sign_in_is_unreachable_after_kill(&mut server, &windows);
    for (what, deed) in deeds {
        let listener = TcpListener::bind(server.address()).expect("free again");
        let (stop, address) = serve(listener, deed);
        sign_in_is_unreachable(&windows, what);
        stop_serving(&stop, address);
    }
    server.restart();
    let mut terminal = windows.open(&[]);
    terminal.type_in(&["CORP\\mara", "correct horse"]);
    assert_eq!(terminal.view(), "enroll", "and when the server is back, all is well: {}", terminal.screen);
}

fn sign_in_is_unreachable_after_kill(server: &mut Server, windows: &FakeWindows) {
    server.kill();
    sign_in_is_unreachable(windows, "a server that is stopped");
}

/// Serves until told to stop.
fn serve(listener: TcpListener, deed: Deed) -> (Arc<AtomicUsize>, SocketAddr) {
    let stop = Arc::new(AtomicUsize::new(0));
    let address = listener.local_addr().expect("bound");
    let for_thread = Arc::clone(&stop);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if for_thread.load(Ordering::SeqCst) > 0 {
                return;
            }
            thread::spawn(move || deed(stream));
        }
    });
    (stop, address)
}

fn stop_serving(stop: &AtomicUsize, address: SocketAddr) {
    stop.store(1, Ordering::SeqCst);
    let _woken = TcpStream::connect(address);
    thread::sleep(Duration::from_millis(100));
}

/// A certificate for 127.0.0.1 by an authority of our own; the authority in PEM.
fn certified() -> (Arc<ServerConfig>, String) {
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new(Vec::new()).expect("params");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).expect("an authority");
    let issuer = rcgen::Issuer::from_params(&params, &authority_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = rcgen::CertificateParams::new(vec!["127.0.0.1".into()])
        .and_then(|params| params.signed_by(&key, &issuer))
        .expect("a certificate");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("a configuration");
    let body = data_encoding::BASE64.encode(authority.der());
    (Arc::new(config), format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"))
}

#[test]
fn a_proxy_with_another_certificate_sees_no_byte_of_a_request_even_if_the_machine_trusts_its_root() {
    let (mut server, windows) = joined();
    let (config, authority) = certified();
    let root = windows.folder().join("root.pem");
    std::fs::write(&root, authority).expect("written");
    let listener = in_place_of(&mut server);
    let seen = Arc::new(AtomicUsize::new(0));
    let connections = Arc::new(AtomicUsize::new(0));
    let (for_thread, count) = (Arc::clone(&seen), Arc::clone(&connections));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            count.fetch_add(1, Ordering::SeqCst);
            let (config, seen) = (Arc::clone(&config), Arc::clone(&for_thread));
            thread::spawn(move || {
                let Ok(mut connection) = ServerConnection::new(config) else { return };
                let mut tls = Stream::new(&mut connection, &mut stream);
                let mut buffer = [0; 1024];
                while let Ok(count @ 1..) = tls.read(&mut buffer) {
                    seen.fetch_add(count, Ordering::SeqCst);
                }
            });
        }
    });
    sign_in_is_unreachable(&windows, "a certificate of somebody else");
    // The same with the proxy's root among those the machine trusts: pins decide, not roots.
    let mut trusting = windows.agent(&["doctor"]);
    trusting.env("SSL_CERT_FILE", &root);
    let output = trusting.output().expect("staged-agent runs");
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() || said.to_lowercase().contains("not"), "{said}");
    assert!(connections.load(Ordering::SeqCst) >= 2, "the proxy was asked");
    assert_eq!(seen.load(Ordering::SeqCst), 0, "bytes of a request reached the proxy");
}
