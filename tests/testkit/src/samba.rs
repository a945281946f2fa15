//! A real domain controller: Samba as an Active Directory, in a folder of the test's, on an address of 127.0.0.0/8 of its
//! own, since its ports cannot be chosen. Needs Debian's packages `samba-ad-dc` and `samba-ad-provision`, and root for the
//! ports. Nothing but its LDAP server runs.

use crate::{Certified, pem, watch::Watch};
use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The password of everybody that [`Samba::add_person`] makes, and of the administrator.
pub const PASSWORD: &str = "Correct-Horse-1";
/// Who may read, as a bind takes it.
pub const READER: &str = "Administrator@ad.example.test";
/// What everything is below.
pub const BASE: &str = "DC=ad,DC=example,DC=test";

/// A domain controller that is ended with the test.
pub struct Samba {
    child: Option<(Child, Watch)>,
    address: Ipv4Addr,
    authority: String,
    folder: TempDir,
}

impl Samba {
    /// Makes a domain and starts its controller; takes some seconds. `None`, and a line that says so: it is not installed,
    /// or this is not root.
    pub fn start() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if !Path::new("/usr/sbin/samba").exists() || !Path::new("/usr/share/samba/setup").exists() {
            println!("skipped: Samba's domain controller is not installed (cargo xtask test --setup)");
            return None;
        }
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            println!("skipped: a domain controller has ports that only root may listen on");
            return None;
        }
        let [_, a, b, c] = (std::process::id() * 8 + NEXT.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
        let address = Ipv4Addr::new(127, 64 + (a & 0x3F), b, c.clamp(1, 254));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        // Samba takes no roots or keys that others can read, and looks at the folder too.
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
        let made = Command::new("samba-tool")
            .args(["domain", "provision", "--realm=AD.EXAMPLE.TEST", "--domain=EXAMPLE", "--server-role=dc"])
            .args(["--dns-backend=NONE", "--host-name=dc1", "--host-ip=127.0.0.1"])
            .arg(format!("--adminpass={PASSWORD}"))
            .arg(format!("--targetdir={}", path.display()))
            // A container lets nobody write the file attributes that Samba keeps its own in.
            .arg("--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb")
            .arg(format!("--option=xattr_tdb:file={}", path.join("xattr.tdb").display()))
            .arg(format!("--option=posix:eadb={}", path.join("eadb.tdb").display()))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let certified = Certified::of(&address.to_string());
        for (name, text) in [
            ("cert.pem", pem("CERTIFICATE", &certified.certificate)),
            ("key.pem", pem("PRIVATE KEY", &certified.key)),
            ("ca.pem", certified.authority.clone()),
            ("smb.conf", configuration(path, address)),
        ] {
            fs::write(path.join(name), text).unwrap();
            fs::set_permissions(path.join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
        let mut samba = Self { child: None, address, authority: certified.authority, folder };
        samba.tool(&["domain", "passwordsettings", "set", "--complexity=off", "--min-pwd-length=4"]);
        samba.go_on();
        Some(samba)
    }

    /// Starts it again where it was.
    pub fn go_on(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let child = Command::new("/usr/sbin/samba")
            .args(["--foreground", "--no-process-group", "--model=single", "--debug-stdout", "--configfile"])
            .arg(self.folder.path().join("smb.conf"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let watch = Watch::over(&child, self.folder.path());
        self.child = Some((child, watch));
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect((self.address, 636)).is_err() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
            assert!(Instant::now() < deadline, "{log}");
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

    /// Its host, for `ldaps://` and for `ldap://` with StartTLS.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The root that its certificate leads to, in PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The SID of the domain.
    pub fn domain_sid(&self) -> String {
        let sid = self.sid_of("Administrator");
        sid[..sid.rfind('-').unwrap()].to_owned()
    }

    /// The SID of somebody or of a group.
    pub fn sid_of(&self, name: &str) -> String {
        let kind = if self.try_tool(&["user", "show", name]).0 { "user" } else { "group" };
        let shown = self.tool(&[kind, "show", name, "--attributes=objectSid"]);
        shown.lines().find_map(|line| line.strip_prefix("objectSid: ")).unwrap().to_owned()
    }

    /// Makes somebody.
    pub fn add_person(&self, name: &str) {
        let mail = format!("--mail-address={name}@example.test");
        self.tool(&["user", "add", name, PASSWORD, &mail]);
    }

    /// Does what an administrator does at the controller's command line; what it printed.
    pub fn tool(&self, words: &[&str]) -> String {
        let (good, said) = self.try_tool(words);
        assert!(good, "{words:?}: {said}");
        said
    }

    fn try_tool(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new("samba-tool")
            .args(words)
            .arg("--configfile")
            .arg(self.folder.path().join("smb.conf"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        self.end();
    }
}

fn configuration(folder: &Path, address: Ipv4Addr) -> String {
    let folder = folder.display();
    format!(
        "[global]\nnetbios name = DC1\nrealm = AD.EXAMPLE.TEST\nworkgroup = EXAMPLE\n\
         server role = active directory domain controller\nserver services = ldap\n\
         bind interfaces only = yes\ninterfaces = {address}/8\n\
         private dir = {folder}/private\nstate directory = {folder}/state\ncache directory = {folder}/cache\n\
         lock directory = {folder}\npid directory = {folder}\nbinddns dir = {folder}/bind-dns\n\
         ncalrpc dir = {folder}/ncalrpc\nlog file = {folder}/log.%m\n\
         tls enabled = yes\ntls certfile = {folder}/cert.pem\ntls keyfile = {folder}/key.pem\n\
         tls cafile = {folder}/ca.pem\n"
    )
}
