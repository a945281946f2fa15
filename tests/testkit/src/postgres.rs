//! A PostgreSQL of a test's own: a cluster in a temporary folder, on a Unix socket, gone with the test.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};
use store::{Postgres, Snapshot, Store};

/// Where the tests that this process was started for find their cluster.
const SOCKET: &str = "COUNTERSIGN_TEST_POSTGRES";
/// Who we are there; the cluster believes whoever reaches the socket.
const USER: &str = "countersign";
/// Only in the name of the socket: nothing listens on it.
const PORT: u16 = 5432;

/// A running cluster.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    /// Ends the cluster when this process ends, however that happens.
    watch: Option<(Child, ChildStdin)>,
    server: Option<Child>,
    settings: Vec<String>,
    /// A port of this machine besides the socket, with TLS and passwords.
    port: Option<u16>,
}

impl Cluster {
    /// Starts a cluster that forgets everything when the power goes, which is faster. `None`, and a line that says so:
    /// PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with(vec!["fsync=off".to_owned()], None)
    }

    /// Starts a cluster that syncs its commits, as in production.
    pub fn durable() -> Option<Self> {
        Self::start_with(Vec::new(), None)
    }

    /// Starts a cluster that also listens on a free port of `localhost`, with this certificate and its key, both as PEM,
    /// and asks for passwords there.
    pub fn with_tls(certificate: &str, key: &str) -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_with(vec!["fsync=off".to_owned()], Some((port, certificate, key)))
    }

    /// The port, where it has one.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    fn start_with(settings: Vec<String>, tls: Option<(u16, &str, &str)>) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let Some(bin) = programs() else {
            println!("skipped: PostgreSQL is not installed (cargo xtask test --setup)");
            return None;
        };
        // Short: the name of a socket has a hundred bytes.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("cs-pg-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        if is_root() {
            // It refuses to run as root. Debian's package makes this user.
            let given = Command::new("chown").arg("postgres").arg(&folder).status().unwrap();
            assert!(given.success());
        }
        let port = tls.map(|(port, ..)| port);
        let mut cluster = Self { folder, bin, watch: None, server: None, settings, port };
        let made = cluster
            .command("initdb")
            .args(["--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256"])
            .args(["--encoding=UTF8", "--locale=C.UTF-8"])
            .arg(format!("--username={USER}"))
            .arg("--pgdata")
            .arg(cluster.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        if let Some((_, certificate, key)) = tls {
            cluster.use_tls(certificate, key);
        }
        cluster.start_again();
        cluster.sql("postgres", &format!("CREATE DATABASE {USER}"));
        Some(cluster)
    }

    fn use_tls(&mut self, certificate: &str, key: &str) {
        for (name, text, setting) in
            [("server.crt", certificate, "ssl_cert_file"), ("server.key", key, "ssl_key_file")]
        {
            let path = self.folder.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            if is_root() {
                assert!(Command::new("chown").arg("postgres").arg(&path).status().unwrap().success());
            }
            self.settings.push(format!("{setting}={}", path.display()));
        }
        self.settings.push("ssl=on".to_owned());
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts it where it was, and waits until it answers.
    pub fn start_again(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut command = self.command("postgres");
        let hosts = if self.port.is_some() { "localhost" } else { "" };
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.folder).args(["-h", hosts, "-p"]);
        command.arg(self.port.unwrap_or(PORT).to_string()).args(["-c", "max_connections=200"]);
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let server = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.watch(&server);
        self.server = Some(server);
        for _ in 0..600 {
            let asked = self.psql("postgres", "SELECT 1").output().unwrap();
            if asked.status.success() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the cluster does not answer: {}", fs::read_to_string(self.folder.join("log")).unwrap());
    }

    /// Ends it as a crash does: nothing is written that was not, and connections break.
    pub fn crash(&mut self) {
        self.end("-QUIT");
    }

    fn end(&mut self, signal: &str) {
        let Some(mut server) = self.server.take() else { return };
        let sent = Command::new("kill").args([signal, &server.id().to_string()]).status().unwrap();
        assert!(sent.success());
        server.wait().unwrap();
        if let Some((mut watch, _)) = self.watch.take() {
            let _ = watch.kill();
            let _ = watch.wait();
        }
    }

    /// A shell that waits for the end of this process.
    fn watch(&mut self, server: &Child) {
        let script = r#"read -r line; kill -QUIT "$1"; while kill -0 "$1"; do sleep 0.05; done; rm -rf "$2""#;
        let mut watch = Command::new("sh")
            .args(["-c", script, "sh", &server.id().to_string()])
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let line = watch.stdin.take().unwrap();
        self.watch = Some((watch, line));
    }

    /// A new and empty database; its address.
    pub fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        let port = self.port.unwrap_or(PORT);
        format!("postgres://{USER}@/{name}?host={}&port={port}", self.folder.display())
    }

    /// Runs SQL, as its administrator would; what it returned.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        ran(self.psql(database, sql))
    }

    fn psql(&self, database: &str, sql: &str) -> Command {
        psql(&self.folder, &self.bin, self.port.unwrap_or(PORT), database, sql)
    }

    /// Runs the tests of this very program again, on this cluster, but for those with these words in their names.
    pub fn run_tests(&self, but: &[&str]) {
        let mut command = Command::new(env::current_exe().unwrap());
        command.env(SOCKET, &self.folder).args(["--test-threads", "4"]);
        for name in but {
            command.args(["--skip", name]);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        let summary = said.lines().rev().find(|line| line.starts_with("test result")).unwrap_or_default();
        println!("on PostgreSQL: {summary}");
        assert!(!summary.contains(" 0 passed"), "nothing was tested");
    }

    fn command(&self, program: &str) -> Command {
        let path = self.bin.join(program);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
        command.current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.end("-QUIT");
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The server's database that belongs to a path: this file, or a database in the cluster that the tests are run on.
pub fn open(path: &Path) -> Store {
    match of_path(path) {
        Some(address) => Store::open_postgres(&address).unwrap(),
        None => Store::open(path).unwrap(),
    }
}

/// The same, only looked at.
pub fn look(path: &Path) -> Snapshot {
    match of_path(path) {
        Some(address) => Snapshot::of_postgres(&address).unwrap(),
        None => Snapshot::open(path).unwrap(),
    }
}

/// The database that stands for a file where the tests are run on a cluster.
pub fn of_path(path: &Path) -> Option<Postgres> {
    let name: String = path.to_string_lossy().chars().filter(char::is_ascii_alphanumeric).collect();
    of_this_run_named(&name.to_ascii_lowercase())
}

/// An empty database of its own for a test, where this process was started by [`Cluster::run_tests`].
pub fn of_this_run() -> Option<Postgres> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    of_this_run_named(&format!("number{number}"))
}

fn of_this_run_named(name: &str) -> Option<Postgres> {
    // Of two that make the same schema at the same moment one fails, `IF NOT EXISTS` or not.
    static MAKING: Mutex<()> = Mutex::new(());
    let folder = PathBuf::from(env::var_os(SOCKET)?);
    // Schemas, since they are made in a moment.
    let schema = format!("s{}_{name}", std::process::id());
    let bin = programs().unwrap();
    let sql = format!("SET client_min_messages = error; CREATE SCHEMA IF NOT EXISTS {schema}");
    let making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    ran(psql(&folder, &bin, PORT, USER, &sql));
    drop(making);
    let url = format!(
        "postgres://{USER}@/{USER}?host={}&port={PORT}&options=-c%20search_path%3D{schema}",
        folder.display()
    );
    Some(Postgres::parse(&url).unwrap())
}

fn ran(mut psql: Command) -> String {
    let output = psql.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.truncate(text.trim_end().len());
    text
}

fn psql(folder: &Path, bin: &Path, port: u16, database: &str, sql: &str) -> Command {
    let mut command = Command::new(bin.join("psql"));
    command.args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1"]);
    command.arg("--host").arg(folder).args(["--port", &port.to_string(), "--username", USER]);
    command.args(["--dbname", database, "--command", sql]);
    command
}

/// The folder with the programs of the newest version: Debian keeps those that only a server needs off the path.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}
