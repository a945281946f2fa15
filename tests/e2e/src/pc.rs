use crate::{Account, Server, Wine};
use serde_json::{Value, json};
use std::{
    io::Write,
    ops::Deref,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

/// SID of the machine every test's PC is, and the name of it.
const MACHINE: (&str, &str) = ("PC-W", "S-1-5-21-100-200-900");

/// A PC in Wine: provider registered, agent joined, as a service or not yet.
pub struct Pc {
    wine: Wine,
    accounts: Vec<Account>,
}

impl Deref for Pc {
    type Target = Wine;

    fn deref(&self) -> &Wine {
        &self.wine
    }
}

impl Pc {
    /// A PC with the provider registered by the staged script, that knows of no server and has no agent.
    pub fn bare(accounts: &[Account]) -> Self {
        let pc = Self { wine: Wine::new(), accounts: accounts.to_vec() };
        pc.write_windows(&[]);
        // A service inherits no environment but the system's, as it was when the first program of the prefix started.
        let name = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
        let file = pc.windows_path("windows.json");
        pc.run("reg", &["add", name, "/v", "COUNTERSIGN_FAKE_OS", "/t", "REG_SZ", "/d", &file, "/f"]);
        // Once more if need be: on a busy machine Wine's `cmd` now and then does not find `reg`.
        let script = pc.windows_path("register.cmd");
        let once = pc.program("cmd").args(["/c", &script]).stdin(Stdio::null()).output();
        if !once.is_ok_and(|output| output.status.success()) {
            pc.run("cmd", &["/c", &script]);
        }
        pc
    }

    /// A PC that has joined this server and whose agent runs as a service.
    pub fn joined(server: &Server, accounts: &[Account]) -> Self {
        let pc = Self::bare(accounts);
        pc.join(&server.join_code("default"));
        pc.install_agent();
        pc
    }

    /// An account of this PC.
    pub fn account(name: &str, number: u32, password: &str) -> Account {
        Account::new(MACHINE.0, name, &format!("{}-{number}", MACHINE.1), password)
    }

    /// `PC\name` of an account of this PC.
    pub fn name(name: &str) -> String {
        format!(r"{}\{name}", MACHINE.0)
    }

    /// What Windows is said to know: the accounts as they are, and sessions of Remote Desktop.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write_windows(&self, sessions: &[Value]) {
        let accounts: Vec<Value> = self
            .accounts
            .iter()
            .map(|account| {
                json!({ "domain": account.domain, "name": account.name, "sid": account.sid,
                        "password": account.password, "state": account.state })
            })
            .collect();
        let file = json!({ "machine": { "name": MACHINE.0, "sid": MACHINE.1, "firmware_uuid": "" },
                           "accounts": accounts, "sessions": sessions });
        std::fs::write(self.file("windows.json"), file.to_string()).expect("written");
    }

    /// Who is on the sign-in screen: these accounts, as Windows names them to a provider. The word for `open`.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn users(&self, names: &[&str]) -> String {
        let users: Vec<Value> = self
            .accounts
            .iter()
            .filter(|account| names.contains(&account.name.as_str()))
            .map(|account| json!({ "name": format!(r"{}\{}", account.domain, account.name), "sid": account.sid }))
            .collect();
        std::fs::write(self.file("users.json"), Value::from(users).to_string()).expect("written");
        format!("users={}", self.windows_path("users.json"))
    }

    /// Joins the machine with a join code, given on standard input.
    ///
    /// # Panics
    /// When it is refused.
    pub fn join(&self, code: &str) {
        let mut child = self
            .program("staged-agent.exe")
            .args(["join", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("wine starts");
        let mut input = child.stdin.take().expect("piped");
        writeln!(input, "{code}").expect("the agent reads");
        drop(input);
        let output = child.wait_with_output().expect("staged-agent ends");
        assert!(output.status.success(), "join: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes the agent a service of Wine's, which starts it.
    pub fn install_agent(&self) {
        self.run("staged-agent.exe", &["install"]);
    }

    /// Starts the service.
    pub fn start_agent(&self) {
        self.run("net", &["start", "countersign-agent"]);
    }

    /// Stops the service in order.
    pub fn stop_agent(&self) {
        self.run("net", &["stop", "countersign-agent"]);
    }

    /// Ends the agent as a crash would.
    pub fn kill_agent(&self) {
        self.run("taskkill", &["/F", "/IM", "staged-agent.exe"]);
        let give_up = Instant::now() + Duration::from_secs(10);
        while self.run("tasklist", &[]).contains("staged-agent") {
            assert!(Instant::now() < give_up, "the agent survives");
            thread::sleep(Duration::from_millis(50));
        }
    }
}
