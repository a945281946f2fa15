//! A real file server: Apache's `mod_dav` with TLS and passwords, in a folder of the test's. Needs Debian's package
//! `apache2-bin`, which has the program and no service.

use crate::pem;
use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const APACHE: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";
/// An ordinary user: Apache serves nothing as root.
const NOBODY: u32 = 65_534;
/// Who may enter.
pub const USER: &str = "mara";
/// Their password.
pub const PASSWORD: &str = "correct-horse";

/// A file server that is ended with the test.
pub struct Apache {
    child: Option<Child>,
    port: u16,
    folder: TempDir,
}

impl Apache {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir_all(path.join("dav/mara")).unwrap();
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(path.join("cert.pem"), pem("CERTIFICATE", own.cert.der())).unwrap();
        fs::write(path.join("key.pem"), pem("PRIVATE KEY", own.signing_key.serialized_der())).unwrap();
        // `correct-horse` in SHA-1, as Apache reads it.
        fs::write(path.join("passwords"), "mara:{SHA}NstYn3QVe0WBGmkMWLQ0CV9I6fo=\n").unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        fs::write(path.join("apache.conf"), configuration(path, port)).unwrap();
        if is_root() {
            give_away(path);
        }
        let mut apache = Self { child: None, port, folder };
        apache.go_on();
        apache
    }

    /// Starts it again where it was.
    pub fn go_on(&mut self) {
        let mut command = Command::new(APACHE);
        command.args(["-X", "-f"]).arg(self.folder.path().join("apache.conf"));
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{APACHE} does not start ({error}); apt-get install apache2-bin"));
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "{}", self.log("error.log"));
            sleep(Duration::from_millis(50));
        }
    }

    /// Ends it.
    pub fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _killed = child.kill();
            let _status = child.wait();
        }
    }

    /// The port that it listens on, of `localhost`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that is served, `/mara/`.
    pub fn served(&self) -> PathBuf {
        self.folder.path().join("dav/mara")
    }

    /// The address of the folder that is served.
    pub fn address(&self) -> String {
        format!("https://localhost:{}/mara/", self.port)
    }

    /// The certificate, for whoever is to believe it.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// What is in the folder that the app makes, in the order of the names.
    pub fn backups(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.served().join("countersign")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        // What `mod_dav` keeps its own notes in.
        files.retain(|path| path.is_file());
        files.sort();
        files
    }

    /// What it was asked, line by line: method and path.
    pub fn asked(&self) -> String {
        self.log("access.log")
    }

    /// What a log of it says, `error.log` or `access.log`.
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn give_away(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            give_away(&path);
        } else {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

fn configuration(folder: &Path, port: u16) -> String {
    let modules = [
        "mpm_prefork",
        "unixd",
        "authn_core",
        "authn_file",
        "authz_core",
        "authz_user",
        "auth_basic",
        "dav",
        "dav_fs",
        "ssl",
        "alias",
        "log_config",
    ];
    let modules: String = modules
        .iter()
        // What is built in is not there as a file.
        .filter(|name| Path::new(&format!("{MODULES}/mod_{name}.so")).exists())
        .map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"))
        .collect();
    let folder = folder.display();
    format!(
        "{modules}ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\n\
         ErrorLog {folder}/error.log\nMutex file:{folder}\nDavLockDB {folder}/locks\nDocumentRoot {folder}/dav\n\
         LogFormat \"%m %U %>s\" short\nCustomLog {folder}/access.log short\n\
         Redirect /moved https://127.0.0.1:1/\n\
         SSLEngine on\nSSLCertificateFile {folder}/cert.pem\nSSLCertificateKeyFile {folder}/key.pem\n\
         <Directory {folder}/dav>\nDav On\nAuthType Basic\nAuthName files\nAuthUserFile {folder}/passwords\n\
         Require valid-user\n</Directory>\n"
    )
}
