//! `cargo xtask lab`: a server and an agent on a fake Windows on this machine, to try sign-ins in the terminal.

use crate::{steps, test, workspace::Workspace};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    env, fs,
    fs::File,
    io::{self, BufRead, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode},
    thread,
    time::{Duration, Instant},
};

/// How long the server may take to listen. A debug build on a busy machine takes a second or two.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Somebody with an account on the fake Windows: domain, name, SID, password, state.
type Account = (&'static str, &'static str, &'static str, &'static str, &'static str);

const ACCOUNTS: [Account; 4] = [
    ("LAB", "mara", "S-1-5-21-1000-2000-3000-1001", "correct-horse", "ok"),
    ("LAB", "jonas", "S-1-5-21-1000-2000-3000-1002", "battery-staple", "ok"),
    ("LAB", "ines", "S-1-5-21-1000-2000-3000-1003", "changed-long-ago", "expired"),
    ("LAB", "otto", "S-1-5-21-1000-2000-3000-1004", "behind-bars", "locked"),
];

/// Sets everything up, then lets the person sign in again and again until they quit.
///
/// `data` keeps what the lab writes for the next time; without it a temporary folder is used and removed.
///
/// # Errors
/// When something does not build, start or answer.
pub(crate) fn run(data: Option<PathBuf>) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    let programs = test::build_programs(&workspace)?;
    let folder = Folder::new(data)?;
    let lab = Lab { programs, folder: &folder.path };

    steps::heading("start the server");
    let server = lab.start_server()?;
    steps::heading("join the agent");
    lab.join()?;

    println!("\nAccounts on the fake Windows:");
    for (domain, name, _, password, state) in ACCOUNTS {
        println!("  {:<12} password {password:<18} {state}", format!("{domain}\\{name}"));
    }
    println!("Server https://{}, data in {}", server.address, folder.path.display());

    loop {
        println!();
        // Its exit status is the outcome of that sign-in, which it has told the person already.
        let _status = lab.agent("try").status().context("cannot start staged-agent")?;
        print!("\nEnter for another sign-in, q to quit: ");
        io::stdout().flush()?;
        let mut answer = String::new();
        let end = io::stdin().lock().read_line(&mut answer)? == 0;
        if end || answer.trim().eq_ignore_ascii_case("q") {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// The programs, and the folder all of them write to.
struct Lab<'a> {
    programs: PathBuf,
    folder: &'a Path,
}

impl Lab<'_> {
    fn server(&self) -> Command {
        Command::new(self.programs.join(format!("countersign{}", env::consts::EXE_SUFFIX)))
    }

    fn agent(&self, command: &str) -> Command {
        let mut agent = Command::new(self.programs.join(format!("staged-agent{}", env::consts::EXE_SUFFIX)));
        agent.arg(command).arg("--data").arg(self.folder.join("agent"));
        agent.env("COUNTERSIGN_FAKE_OS", self.folder.join("accounts.json"));
        agent
    }

    /// Starts the server on a free port of this machine, and waits until it accepts connections.
    fn start_server(&self) -> Result<Server> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log_path = self.folder.join("server.log");
        let log = File::create(&log_path)?;
        let mut command = self.server();
        command.arg("serve").arg("--data").arg(self.folder.join("server"));
        command.args(["--listen", &address.to_string()]).stdout(log.try_clone()?).stderr(log);
        let mut server = Server { child: command.spawn().context("cannot start countersign")?, address };

        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            let gave_up = match server.child.try_wait()? {
                Some(status) => Some(format!("the server ended ({status})")),
                None if started.elapsed() > START_LIMIT => Some("the server does not listen".to_owned()),
                None => None,
            };
            if let Some(reason) = gave_up {
                bail!("{reason}; its output:\n{}", fs::read_to_string(&log_path)?.trim_end());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Writes the accounts of the fake Windows, and joins the agent unless an earlier lab in this folder did.
    fn join(&self) -> Result<()> {
        fs::write(self.folder.join("accounts.json"), format!("{:#}\n", accounts()))?;
        let mut new_code = self.server();
        new_code.args(["join-code", "new", "--json", "--data"]).arg(self.folder.join("server"));
        let answer = steps::output(&mut new_code)?;
        let code = join_code(&answer)
            .with_context(|| format!("no code in the answer of join-code new: {answer}"))?;
        steps::run("joining", self.agent("join").arg(code))
    }
}

fn accounts() -> Value {
    let list: Vec<Value> = ACCOUNTS
        .iter()
        .map(|(domain, name, sid, password, state)| {
            json!({ "domain": domain, "name": name, "sid": sid, "password": password, "state": state })
        })
        .collect();
    json!({ "accounts": list })
}

fn join_code(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer.get("code")?.as_str()?.to_owned())
}

/// The running server; it ends with this value.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, or by the same Ctrl-C; either way there is nothing left to do about it.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Where the lab writes.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn new(kept: Option<PathBuf>) -> Result<Self> {
        let temporary = kept.is_none();
        let path = match kept {
            Some(path) => std::path::absolute(path)?,
            None => env::temp_dir().join(format!("countersign-lab-{}", std::process::id())),
        };
        let mut builder = fs::DirBuilder::new();
        // Somebody else's folder of that name in a shared temporary folder is an error, not ours to write keys to.
        builder.recursive(!temporary);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path, temporary })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            let _removed = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_join_code_is_read_from_the_answer_and_nothing_else_is_taken_for_one() {
        assert_eq!(join_code(r#"{"code": "abc", "expires": 1}"#).as_deref(), Some("abc"));
        for answer in ["", "abc", "{}", r#"{"code": 7}"#, r#""code""#] {
            assert_eq!(join_code(answer), None, "{answer}");
        }
    }

    #[test]
    fn a_temporary_folder_goes_with_its_value_and_a_named_one_stays() {
        let temporary = Folder::new(None).unwrap();
        let path = temporary.path.clone();
        assert!(path.is_dir());
        drop(temporary);
        assert!(!path.exists());

        let kept = Folder::new(Some(path.join("deeper"))).unwrap();
        drop(kept);
        assert!(path.join("deeper").is_dir());
        fs::remove_dir_all(&path).unwrap();
    }
}
