//! `cargo xtask lab`: a server and an agent on a fake Windows on this machine, to try sign-ins in a browser and in the
//! terminal.

mod children;
mod keys;

use crate::{app, setup, steps, test, workspace::Workspace};
use anyhow::{Context, Result, bail};
use children::{Page, Server};
use keys::{Keys, Pressed};
use serde_json::{Value, json};
use std::{
    env, fs,
    fs::File,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long the server may take to listen. A debug build on a busy machine takes a second or two.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The file in the lab's folder that stands for Windows.
const FAKE_WINDOWS: &str = "fake-windows.json";

/// The file there that says that the agent has joined, and where the server listens.
const JOINED: &str = "joined";

/// The server's output, with the link that sets up the console.
const SERVER_LOG: &str = "server.log";

/// The port of the page in a folder that is kept: what a browser keeps for it belongs to that address.
const PAGE_PORT: &str = "page-port";

/// What the page's program writes besides its address.
const PAGE_LOG: &str = "page.log";

/// The fake machine's name, which its local accounts have before theirs, and its SID, which theirs begin with.
const MACHINE: (&str, &str) = ("LAB", "S-1-5-21-1000-2000-3000");

/// Who has an account there: name, password, state.
const ACCOUNTS: [(&str, &str, &str); 4] = [
    ("mara", "correct-horse", "ok"),
    ("jonas", "battery-staple", "ok"),
    ("ines", "changed-long-ago", "expired"),
    ("otto", "behind-bars", "locked"),
];

/// Sets everything up, then lets the person sign in again and again until they quit.
///
/// `data` keeps what the lab writes for the next time; without it a temporary folder is used and removed.
///
/// # Errors
/// When something does not build, start or answer.
pub(crate) fn run(data: Option<PathBuf>) -> Result<ExitCode> {
    let keys = Keys::listen()?;
    let workspace = Workspace::read()?;
    let (programs, has_app) = build(&workspace)?;
    keys.go_on()?;
    let folder = Folder::new(data)?;
    let lab = Lab { programs, folder: &folder.path, keys };

    steps::heading("start the server");
    let server = lab.start_server()?;
    steps::heading("join the agent");
    lab.join(&server)?;
    steps::heading("start the page");
    let page = lab.start_page()?;

    println!("\nAccounts on the fake Windows:");
    for (name, password, state) in ACCOUNTS {
        println!("  {name:<8} password {password:<18} {state}");
    }
    println!("\nThe sign-in screen is on {} (open it in a browser on this machine)", page.address);
    if !has_app {
        println!("without the authenticator beside it: building it failed, see above");
    }
    println!(
        "The server listens on https://{}, data is in {}. It says:",
        server.address,
        folder.path.display()
    );
    print!("{}", fs::read_to_string(folder.path.join(SERVER_LOG))?);

    // The view takes the whole terminal: nobody reads the lines above unless asked first.
    let mut question = "Enter for a sign-in in this terminal, q to quit: ";
    loop {
        print!("\n{question}");
        io::stdout().flush()?;
        if lab.keys.line()? != Pressed::Enter {
            println!();
            return Ok(ExitCode::SUCCESS);
        }
        // Its exit status is the outcome of that sign-in, which it has told the person already.
        let _status = lab.agent("try").status().context("cannot start staged-agent")?;
        question = "Enter for another sign-in, q to quit: ";
    }
}

/// Builds all there is to the lab: the folder of its programs, and whether the authenticator could be built. The lab
/// works without it: any authenticator app does.
///
/// # Errors
/// When a program does not build.
pub(crate) fn build(workspace: &Workspace) -> Result<(PathBuf, bool)> {
    let site = app::folder(workspace);
    let app = setup::ensure_wasm(&workspace.root).and_then(|()| app::build(workspace, &site));
    if let Err(error) = &app {
        eprintln!("lab: the authenticator is left out: {error:#}");
    }
    let has_app = app.is_ok();
    Ok((test::build_programs(workspace, has_app.then_some(&*site))?, has_app))
}

/// The programs, and the folder all of them write to.
struct Lab<'a> {
    programs: PathBuf,
    folder: &'a Path,
    keys: Keys,
}

impl Lab<'_> {
    fn server(&self) -> Command {
        Command::new(self.programs.join(format!("countersign{}", env::consts::EXE_SUFFIX)))
    }

    fn agent(&self, command: &str) -> Command {
        let mut agent = Command::new(self.programs.join(format!("staged-agent{}", env::consts::EXE_SUFFIX)));
        agent.arg(command).arg("--data").arg(self.folder.join("agent"));
        agent.env("COUNTERSIGN_FAKE_OS", self.folder.join(FAKE_WINDOWS));
        agent
    }

    /// Starts the server and waits until it says that it serves. A joined agent keeps its server's address, so that
    /// is where it listens; before, on a free port of this machine.
    fn start_server(&self) -> Result<Server> {
        let wanted: SocketAddr = match fs::read_to_string(self.folder.join(JOINED)) {
            Ok(text) => text.trim().parse().with_context(|| format!("{JOINED} holds no address"))?,
            Err(_) => (Ipv4Addr::LOCALHOST, 0).into(),
        };
        // Taken for a moment and given up: another program there would be mistaken for the server below.
        let taken = TcpListener::bind(wanted).with_context(|| format!("cannot listen on {wanted}"))?;
        let address = taken.local_addr()?;
        drop(taken);
        let log_path = self.folder.join(SERVER_LOG);
        let log = File::create(&log_path)?;
        let mut command = self.server();
        command.arg("serve").arg("--data").arg(self.folder.join("server"));
        command.args(["--listen", &address.to_string()]).stdout(log.try_clone()?).stderr(log);
        let mut server = Server::start(command, address)?;

        let started = Instant::now();
        loop {
            self.keys.go_on()?;
            let trouble = match server.ended()? {
                Some(status) => format!("the server ended ({status})"),
                // Said once everything is there; the port is bound before.
                None if fs::read_to_string(&log_path)?.contains("listening on https://") => {
                    return Ok(server);
                }
                None if started.elapsed() > START_LIMIT => "the server does not listen".to_owned(),
                None => {
                    thread::sleep(Duration::from_millis(50));
                    continue;
                }
            };
            bail!("{trouble}; its output:\n{}", fs::read_to_string(&log_path)?.trim_end());
        }
    }

    /// Starts the page's program, on the port it had in this folder before.
    fn start_page(&self) -> Result<Page> {
        let port = fs::read_to_string(self.folder.join(PAGE_PORT)).unwrap_or_else(|_| "0".to_owned());
        let mut command =
            Command::new(self.programs.join(format!("countersign-lab{}", env::consts::EXE_SUFFIX)));
        command.arg("--data").arg(self.folder.join("agent")).args(["--port", port.trim()]);
        command.env("COUNTERSIGN_FAKE_OS", self.folder.join(FAKE_WINDOWS));
        let log_path = self.folder.join(PAGE_LOG);
        command.stderr(File::create(&log_path)?);
        let page = Page::start(command).with_context(|| {
            format!("it says:\n{}", fs::read_to_string(&log_path).unwrap_or_default().trim_end())
        })?;
        fs::write(self.folder.join(PAGE_PORT), page.port()?)?;
        Ok(page)
    }

    /// Writes the fake Windows and joins it to the server, unless an earlier lab in this folder did both.
    fn join(&self, server: &Server) -> Result<()> {
        let joined = self.folder.join(JOINED);
        if joined.exists() {
            return Ok(());
        }
        fs::write(self.folder.join(FAKE_WINDOWS), format!("{:#}\n", fake_windows()))?;
        let mut new_code = self.server();
        new_code.args(["join-code", "new", "--json", "--data"]).arg(self.folder.join("server"));
        let answer = steps::output(&mut new_code)?;
        let code = join_code(&answer).context("no code in the answer of join-code new")?;
        // Through a pipe: whoever lists processes reads command lines.
        let mut join =
            self.agent("join").arg("-").stdin(Stdio::piped()).spawn().context("cannot start staged-agent")?;
        join.stdin.take().context("no way to the agent")?.write_all(code.as_bytes())?;
        let status = join.wait()?;
        if !status.success() {
            bail!("joining failed ({status})");
        }
        fs::write(joined, server.address.to_string())?;
        Ok(())
    }
}

/// The file a fake Windows reads, as `tests/fake-os` documents it.
fn fake_windows() -> Value {
    let (machine, machine_sid) = MACHINE;
    // Windows numbers the accounts it makes from 1001 on.
    let accounts: Vec<Value> = (1001..)
        .zip(ACCOUNTS)
        .map(|(number, (name, password, state))| {
            let sid = format!("{machine_sid}-{number}");
            json!({ "domain": machine, "name": name, "sid": sid, "password": password, "state": state })
        })
        .collect();
    json!({ "machine": { "name": machine, "sid": machine_sid }, "accounts": accounts })
}

fn join_code(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer.get("code")?.as_str()?.to_owned())
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
