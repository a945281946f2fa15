use crate::Wine;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// A program in Wine that serves the agent's pipe and is not the agent.
pub struct FalseServer {
    child: Child,
    lines: mpsc::Receiver<String>,
}

/// Whose the pipe of a false server is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PipeOwner {
    /// Whoever started it.
    Anybody,
    /// Administrators, like the agent's.
    Administrators,
}

impl Wine {
    /// Starts one, and waits until the pipe is there.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn false_server(&self, owner: PipeOwner) -> FalseServer {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/wine/false_server.c");
        let compiled = Command::new("x86_64-w64-mingw32-gcc")
            .arg("-o")
            .arg(self.file("false-server.exe"))
            .args([source, "-ladvapi32"])
            .status()
            .expect("the compiler starts; `cargo xtask test --setup` installs it");
        assert!(compiled.success());
        let mut child = self
            .program("false-server.exe")
            .args((owner == PipeOwner::Administrators).then_some("administrators"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("wine starts");
        let (sender, lines) = mpsc::channel();
        let output = child.stdout.take().expect("piped");
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line.trim().to_owned()).is_err() {
                    return;
                }
            }
        });
        let server = FalseServer { child, lines };
        assert_eq!(server.next(30).as_deref(), Some("serving"));
        server
    }
}

impl FalseServer {
    /// What it says next, within so many seconds.
    pub fn next(&self, seconds: u64) -> Option<String> {
        self.lines.recv_timeout(Duration::from_secs(seconds)).ok()
    }

    /// All that it has said since.
    pub fn said(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }
}

impl Drop for FalseServer {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
