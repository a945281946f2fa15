use crate::program;
use data_encoding::BASE64;
use rustls::{pki_types::CertificateDer, server::ParsedCertificate};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A running `countersign serve` with a data folder of its own.
pub struct Server {
    data: PathBuf,
    address: SocketAddr,
    more: Vec<String>,
    environment: Vec<(String, String)>,
    child: Option<Child>,
    log: Arc<Mutex<String>>,
    _folder: TempDir,
}

impl Server {
    /// Starts a server on a free port of this machine.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a server with more words on its command line.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let (child, address, log) = spawn(&data, "127.0.0.1:0", more, &[]);
        let more = more.iter().map(|&word| word.to_owned()).collect();
        Self { data, address, more, environment: Vec::new(), child: Some(child), log, _folder: folder }
    }

    /// Starts a server in a folder that stays, with these environment variables.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_in(data: &Path, environment: &[(&str, &str)]) -> Self {
        let environment: Vec<_> =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let (child, address, log) = spawn(data, "127.0.0.1:0", &[], &environment);
        let (data, folder) = (data.to_owned(), tempfile::tempdir().expect("a temporary folder"));
        Self { data, address, more: Vec::new(), environment, child: Some(child), log, _folder: folder }
    }

    /// Starts a server on a PostgreSQL database; if it is not the first one there, with the master key of another.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_on(database: &str, beside: Option<&Self>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let mut environment = vec![("COUNTERSIGN_DATABASE_URL".to_owned(), database.to_owned())];
        if let Some(other) = beside {
            std::fs::create_dir(&data).expect("a data folder");
            std::fs::copy(other.data.join("master.key"), data.join("master.key")).expect("a master key");
            // Nodes are reached under the same addresses.
            environment.push(("COUNTERSIGN_URLS".to_owned(), format!("https://{}", other.address)));
        }
        let (child, address, log) = spawn(&data, "127.0.0.1:0", &[], &environment);
        Self { data, address, more: Vec::new(), environment, child: Some(child), log, _folder: folder }
    }

    /// Names a PostgreSQL database to it, from its next start and command on.
    pub fn point_to(&mut self, database: &str) {
        self.environment.push(("COUNTERSIGN_DATABASE_URL".to_owned(), database.to_owned()));
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> String {
        self.log.lock().map(|log| log.clone()).unwrap_or_default()
    }

    /// Ends it as a power cut would: no signal it could handle.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _killed = child.kill();
            let _status = child.wait();
        }
    }

    /// Starts it again where it was.
    pub fn restart(&mut self) {
        self.kill();
        let more: Vec<&str> = self.more.iter().map(String::as_str).collect();
        let (child, address, log) = spawn(&self.data, &self.address.to_string(), &more, &self.environment);
        assert_eq!(address, self.address);
        (self.child, self.log) = (Some(child), log);
    }

    /// Ends it for good, and starts it at the same address over another data folder, on which `put_back` puts something.
    ///
    /// # Panics
    /// When it does not start there.
    pub fn start_elsewhere(&mut self, put_back: impl FnOnce(&Path)) {
        self.kill();
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.data = folder.path().join("data");
        put_back(&self.data);
        self._folder = folder;
        self.restart();
    }

    /// The process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// SHA-256 of the public key that it shows to a browser, in base64.
    ///
    /// # Panics
    /// When it cannot be reached.
    pub async fn key_hash(&self) -> String {
        // There may be one already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .no_proxy()
            .tls_info(true)
            .build()
            .expect("a client");
        let answer = client.get(format!("https://{}/app/", self.address)).send().await.expect("an answer");
        let info = answer.extensions().get::<reqwest::tls::TlsInfo>().expect("TLS");
        let certificate = CertificateDer::from(info.peer_certificate().expect("a certificate"));
        let certificate = ParsedCertificate::try_from(&certificate).expect("a certificate");
        BASE64.encode(&Sha256::digest(certificate.subject_public_key_info()))
    }

    /// Runs `countersign` with these words against the data folder.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn try_cli(&self, words: &[&str]) -> Output {
        Command::new(program("countersign"))
            .args(words)
            .arg("--data")
            .arg(&self.data)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("countersign runs")
    }

    /// Runs `countersign` and takes its output.
    ///
    /// # Panics
    /// When it fails.
    pub fn cli(&self, words: &[&str]) -> String {
        let output = self.try_cli(words);
        assert!(
            output.status.success(),
            "countersign {}: {}",
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs `countersign … --json` and reads its output.
    ///
    /// # Panics
    /// When it fails or the output is not JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.cli(&words)).expect("JSON")
    }

    /// A new join code for a group.
    ///
    /// # Panics
    /// When there is none.
    pub fn join_code(&self, group: &str) -> String {
        let answer = self.json(&["join-code", "new", "--group", group, "--uses", "1000"]);
        answer["code"].as_str().expect("a code").to_owned()
    }

    /// Puts a policy in force.
    ///
    /// # Panics
    /// When it is refused.
    pub fn policy(&self, toml: &str) {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(toml.as_bytes()).expect("written");
        self.cli(&["policy", "set", &file.path().to_string_lossy(), "--force"]);
    }

    /// The kinds of audit events about a person or on a machine, newest first.
    pub fn audit(&self, more: &[&str]) -> Vec<Value> {
        let words: Vec<&str> =
            ["audit", "list", "--limit", "1000"].into_iter().chain(more.iter().copied()).collect();
        match self.json(&words) {
            Value::Array(events) => events,
            other => vec![other],
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts `serve` and waits for the line that says where it listens.
#[expect(clippy::expect_used, clippy::panic, reason = "a test cannot go on without its server")]
fn spawn(
    data: &Path,
    listen: &str,
    more: &[&str],
    environment: &[(String, String)],
) -> (Child, SocketAddr, Arc<Mutex<String>>) {
    let mut child = Command::new(program("countersign"))
        .args(["serve", "--listen", listen, "--data"])
        .arg(data)
        .args(more)
        // Under systemd it would keep the link with which the console is set up to itself.
        .env_remove("JOURNAL_STREAM")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("countersign starts");
    let log = Arc::new(Mutex::new(String::new()));
    let (found, address) = mpsc::channel();
    let streams: [Box<dyn Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
    for stream in streams {
        let (log, found) = (Arc::clone(&log), found.clone());
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if let Some(address) = line.split("listening on https://").nth(1) {
                    let _sent = found.send(address.trim().to_owned());
                }
                if let Ok(mut log) = log.lock() {
                    log.push_str(&line);
                    log.push('\n');
                }
            }
        });
    }
    match address.recv_timeout(Duration::from_secs(30)) {
        Ok(address) => (child, address.parse().expect("an address"), log),
        Err(_) => {
            let _killed = child.kill();
            panic!(
                "the server does not listen; its log:\n{}",
                log.lock().map(|log| log.clone()).unwrap_or_default()
            )
        }
    }
}
