//! The server under test: the shipped program, in a process and a data folder of its own.

use crate::{http, process::Process};
use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};
use store::{MasterKeys, Postgres, Store};
use testkit::postgres::Cluster;
use tokio_rustls::TlsConnector;

/// What the server says before its address.
const LISTENING: &str = "listening on https://";

/// The program, the folder it works in, and its database where that is not in the folder.
pub(crate) struct Installed {
    pub(crate) program: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) postgres: Option<Database>,
}

/// A database in a PostgreSQL server.
pub(crate) struct Database {
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) name: String,
    pub(crate) address: String,
}

impl Database {
    /// A new and empty one.
    pub(crate) fn new(cluster: &Rc<Cluster>, name: String) -> Self {
        let address = cluster.database(&name);
        Self { cluster: Rc::clone(cluster), name, address }
    }
}

/// A running server; it ends with this value.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start to its first answer.
    pub(crate) first_answer: Duration,
}

impl Installed {
    /// Starts the server and asks for its health once.
    ///
    /// # Errors
    /// When it does not start or answer.
    pub(crate) async fn start(&self, tls: &TlsConnector) -> Result<Running> {
        let log = self.folder.with_extension("log");
        let started = Instant::now();
        let mut child = self
            .program()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let mut output = BufReader::new(child.stdout.take().context("its output is a pipe")?);
        let mut running = Running { child, address: ([0; 4], 0).into(), first_answer: Duration::ZERO };
        let mut line = String::new();
        running.address = loop {
            line.clear();
            if output.read_line(&mut line)? == 0 {
                bail!("the server ended; it says:\n{}", fs::read_to_string(&log)?);
            }
            if let Some((_, address)) = line.split_once(LISTENING) {
                break address.trim().parse().with_context(|| format!("no address: {line}"))?;
            }
        };
        // Whatever else it says is of no interest, and must not fill the pipe.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let mut connection = http::Connection::open(running.address, tls).await?;
        let get = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", running.address);
        let status = connection.exchange(get.as_bytes()).await?.status;
        if status != 200 {
            bail!("the server is not well: /healthz answers {status}");
        }
        running.first_answer = started.elapsed();
        Ok(running)
    }

    /// Runs one of the server's commands; what it writes.
    ///
    /// # Errors
    /// When it fails.
    pub(crate) fn command(&self, words: &[&str]) -> Result<String> {
        let output = self.program().args(words).arg("--data").arg(&self.folder).output()?;
        if !output.status.success() {
            bail!("countersign {} failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn program(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(database) = &self.postgres {
            command.env("COUNTERSIGN_DATABASE_URL", &database.address);
        }
        command
    }

    /// The database, while no server runs, and what its secrets are sealed under.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn open(&self) -> Result<(Store, MasterKeys)> {
        let (file, key) = (self.folder.join("countersign.db"), self.folder.join("master.key"));
        let keys = MasterKeys::read(&key, &file)?;
        let store = match &self.postgres {
            None => Store::open(&file)?,
            Some(database) => Store::open_postgres(&Postgres::parse(&database.address)?)?,
        };
        Ok((store, keys))
    }

    /// Bytes of the database, and where it is a file, of its log.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub(crate) fn database_bytes(&self) -> Result<u64> {
        if let Some(database) = &self.postgres {
            let said = database.cluster.sql(&database.name, "SELECT pg_database_size(current_database())");
            return Ok(said.parse()?);
        }
        let mut bytes = 0;
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            if file.file_name().to_string_lossy().starts_with("countersign.db") {
                bytes += file.metadata()?.len();
            }
        }
        Ok(bytes)
    }
}

impl Running {
    pub(crate) fn process(&self) -> Process {
        Process::new(self.child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way there is nothing left to do about it.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// A folder for a run, removed with its value.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn new(parent: &Path) -> Result<Self> {
        let path = parent.join(format!("countersign-bench-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.0);
    }
}
