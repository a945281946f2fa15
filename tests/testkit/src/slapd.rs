//! A real OpenLDAP server, in a folder of the test's, on free ports of `localhost`. Needs Debian's packages `slapd` and
//! `ldap-utils`.

use crate::{Certified, pem, watch::Watch};
use std::{
    fs,
    io::Write,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Who may do everything.
pub const ADMINISTRATOR: &str = "cn=admin,dc=example,dc=test";
/// Their password.
pub const PASSWORD: &str = "correct-horse";
/// What everything is below.
pub const BASE: &str = "dc=example,dc=test";

/// A server that is ended with the test.
pub struct Slapd {
    child: Option<(Child, Watch)>,
    ports: (u16, u16),
    authority: String,
    folder: TempDir,
}

impl Slapd {
    /// Starts it with these entries besides the two on top, in LDIF. `None`, and a line that says so: it is not installed.
    pub fn start(entries: &str) -> Option<Self> {
        Self::start_with("", entries)
    }

    /// The same, with more lines for the database in its configuration.
    pub fn start_with(more: &str, entries: &str) -> Option<Self> {
        if !Path::new("/usr/sbin/slapd").exists() {
            println!("skipped: OpenLDAP is not installed (cargo xtask test --setup)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::create_dir(path.join("data")).unwrap();
        let certified = Certified::of("localhost");
        fs::write(path.join("cert.pem"), pem("CERTIFICATE", &certified.certificate)).unwrap();
        fs::write(path.join("key.pem"), pem("PRIVATE KEY", &certified.key)).unwrap();
        fs::write(path.join("ca.pem"), &certified.authority).unwrap();
        fs::write(path.join("slapd.conf"), configuration(path, more)).unwrap();
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let top = format!(
            "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n\
             dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n\
             dn: ou=groups,{BASE}\nobjectClass: organizationalUnit\nou: groups\n\n{entries}"
        );
        fs::write(path.join("first.ldif"), top).unwrap();
        let added = Command::new("/usr/sbin/slapadd")
            .arg("-f")
            .arg(path.join("slapd.conf"))
            .arg("-l")
            .arg(path.join("first.ldif"))
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let mut slapd = Self { child: None, ports: (free(), free()), authority: certified.authority, folder };
        slapd.go_on();
        Some(slapd)
    }

    /// Starts it again where it was.
    pub fn go_on(&mut self) {
        let (plain, tls) = self.ports;
        let child = Command::new("/usr/sbin/slapd")
            .args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}"), "-f"])
            .arg(self.folder.path().join("slapd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let watch = Watch::over(&child, self.folder.path());
        self.child = Some((child, watch));
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", tls)).is_err() {
            assert!(Instant::now() < deadline, "slapd does not answer");
            sleep(Duration::from_millis(50));
        }
    }

    /// Ends it.
    pub fn end(&mut self) {
        if let Some((mut child, _)) = self.child.take() {
            let _killed = child.kill();
            let _status = child.wait();
        }
    }

    /// Its port without TLS, and with StartTLS.
    pub fn port(&self) -> u16 {
        self.ports.0
    }

    /// Its port with TLS.
    pub fn tls_port(&self) -> u16 {
        self.ports.1
    }

    /// The root that its certificate leads to, in PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Changes entries, in LDIF with `changetype`.
    pub fn change(&self, ldif: &str) {
        let mut child = Command::new("ldapmodify")
            .args([
                "-x",
                "-H",
                &format!("ldap://127.0.0.1:{}", self.ports.0),
                "-D",
                ADMINISTRATOR,
                "-w",
                PASSWORD,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{ldif}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.end();
    }
}

fn configuration(folder: &Path, more: &str) -> String {
    let folder = folder.display();
    let schemas: String = ["core", "cosine", "nis", "inetorgperson"]
        .map(|name| format!("include /etc/ldap/schema/{name}.schema\n"))
        .concat();
    format!(
        "{schemas}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {folder}/pid\n\
         TLSCACertificateFile {folder}/ca.pem\nTLSCertificateFile {folder}/cert.pem\n\
         TLSCertificateKeyFile {folder}/key.pem\n\
         database mdb\nsuffix \"{BASE}\"\nrootdn \"{ADMINISTRATOR}\"\nrootpw {PASSWORD}\n\
         directory {folder}/data\n{more}\n"
    )
}
