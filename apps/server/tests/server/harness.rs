//! Runs the binary over a data folder of a test's own.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// An ordinary user, for what root is not refused.
const NOBODY: u32 = 65_534;

/// A data folder, gone with the test.
pub(crate) struct Lab {
    folder: tempfile::TempDir,
    ordinary: bool,
    /// What else is in the environment of every command.
    variables: Vec<(&'static str, PathBuf)>,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A server under way; killed with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    /// What it printed after the line others wait for.
    pub(crate) rest: BufReader<std::process::ChildStdout>,
    /// From its start to that line.
    pub(crate) ready_after: Duration,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), ordinary: false, variables: Vec::new() }
    }

    /// Commands run as an ordinary user, to whom the folder belongs.
    pub(crate) fn of_an_ordinary_user() -> Self {
        let lab = Self { ordinary: rustix::process::getuid().is_root(), ..Self::new() };
        if lab.ordinary {
            std::os::unix::fs::chown(lab.folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        lab
    }

    /// This variable, with the path of a file in the folder, is in the environment from now on.
    pub(crate) fn set(&mut self, variable: &'static str, file: &str) -> PathBuf {
        let path = self.folder.path().join(file);
        self.variables.push((variable, path.clone()));
        path
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The binary with this data folder and nothing of the surroundings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.env_clear().env("COUNTERSIGN_DATA", self.data()).args(args).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, path)| (name, path)));
        if self.ordinary {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        Said::from(self.command(args).output().unwrap())
    }

    /// Runs a command that has to succeed.
    pub(crate) fn good(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{args:?}: {}", said.out);
        said.out
    }

    /// Runs a command that has to succeed and print JSON.
    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.good(args)).unwrap()
    }

    /// Runs a command that has to fail; the sentence it fails with.
    pub(crate) fn bad(&self, args: &[&str]) -> String {
        let said = self.run(args);
        let err = said.err.strip_prefix("countersign: ").unwrap_or(&said.err).trim_end().to_owned();
        assert_eq!(said.code, Some(1), "{args:?}: {err}");
        assert!(!err.contains('\n') && !err.is_empty(), "{args:?}: {err}");
        err
    }

    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, args: &[&str]) -> Server {
        self.serve_at("127.0.0.1:0", args)
    }

    pub(crate) fn serve_at(&self, address: &str, args: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--listen", address]);
        let start = Instant::now();
        let mut child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut rest = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        rest.read_line(&mut line).unwrap();
        let ready_after = start.elapsed();
        let Some(address) = line.strip_prefix("listening on https://") else {
            let mut err = String::new();
            child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
            panic!("the server said {line:?} and {err}");
        };
        Server { child, address: address.trim_end().to_owned(), rest, ready_after }
    }

    /// A server that ran once and was stopped.
    pub(crate) fn after_a_first_start() -> Self {
        let lab = Self::new();
        lab.serve().stop();
        lab
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Server {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// Tells it to stop; how long that took, and what it logged.
    pub(crate) fn stop(mut self) -> (Duration, String) {
        let start = Instant::now();
        self.signal(rustix::process::Signal::TERM);
        let status = self.child.wait().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert_eq!(status.code(), Some(0), "{log}");
        (start.elapsed(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Stopped already, most likely.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A TLS client that takes any certificate, and remembers its key.
type Connection = rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream>;

/// Connects as a browser does; the hash of the key that was shown, in hexadecimal.
pub(crate) fn connect(address: &str) -> (Connection, String) {
    try_connect(address, &[]).unwrap()
}

/// The hash of the key that is shown to machines.
pub(crate) fn key_for_machines(address: &str) -> String {
    try_connect(address, &[protocol::http::MACHINE_ALPN, b"http/1.1"]).unwrap().1
}

/// The same, where the server may be gone.
pub(crate) fn try_connect(address: &str, protocols: &[&[u8]]) -> std::io::Result<(Connection, String)> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(std::sync::Arc::new(TakesAny))
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let name = "localhost".try_into().unwrap();
    let mut connection = rustls::ClientConnection::new(std::sync::Arc::new(config), name).unwrap();
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    let key = spki(&connection.peer_certificates().unwrap()[0]);
    Ok((rustls::StreamOwned::new(connection, stream), key))
}

/// The answer to a GET request, and the hash of the server's key.
pub(crate) fn get(address: &str, path: &str) -> (String, String) {
    let (mut stream, key) = connect(address);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer, key)
}

/// SHA-256 of the public key of a certificate, in hexadecimal.
pub(crate) fn spki(certificate: &rustls::pki_types::CertificateDer<'_>) -> String {
    use sha2::Digest;
    let parsed = rustls::server::ParsedCertificate::try_from(certificate).unwrap();
    data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(parsed.subject_public_key_info().as_ref()))
}

#[derive(Debug)]
struct TakesAny;

impl rustls::client::danger::ServerCertVerifier for TakesAny {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
