use crate::{FakeWindows, program};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

/// A running `countersign-lab`, ended with this value.
pub struct Lab {
    /// Its process.
    pub child: Child,
    /// Its input: it ends when this is closed.
    pub input: Option<ChildStdin>,
    /// Where it is, without a path.
    pub origin: String,
    /// What it wrote to its log so far.
    pub log: Arc<Mutex<String>>,
}

impl Lab {
    /// Starts one for this machine.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(windows: &FakeWindows) -> Self {
        let mut child = Command::new(program("countersign-lab"))
            .arg("--data")
            .arg(windows.data())
            .env("COUNTERSIGN_FAKE_OS", windows.file())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the lab starts");
        let (input, mut errors) = (child.stdin.take(), child.stderr.take().expect("piped"));
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            let mut part = [0; 1024];
            while let Ok(length @ 1..) = errors.read(&mut part) {
                kept.lock().expect("nobody panicked").push_str(&String::from_utf8_lossy(&part[..length]));
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("its first line");
        let address = line.trim().strip_prefix("the lab page is on ");
        let origin = address.and_then(|address| address.strip_suffix("/lab")).map(str::to_owned);
        let origin = origin.unwrap_or_else(|| panic!("{line} {}", log.lock().expect("nobody panicked")));
        Self { child, input, origin, log }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
