use super::terminal::{Screen, WIDTH};
use anyhow::{Context, Result, bail};
use std::{
    env,
    io::{Read, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How long a screen may take to come, the lab's own start included, and building it once more where the code was changed.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long the lab may take to end, asked to.
const END_LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

/// The lab in a terminal of its own.
pub(super) struct Lab {
    child: Child,
    keys: ChildStdin,
    output: Arc<Mutex<Vec<u8>>>,
}

impl Lab {
    /// Starts it.
    ///
    /// # Errors
    /// When `script` is missing, which gives it the terminal. It is on every Debian.
    pub(super) fn start(root: &Path) -> Result<Self> {
        let xtask = env::current_exe()?;
        let xtask = xtask.to_str().context("the path of xtask is not text")?;
        // Enough lines for a QR code: the view says so when there are too few.
        let line = format!("stty rows 50 cols {WIDTH}; exec '{xtask}' lab");
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(root);
        // In English, and with a folder of the same name everywhere.
        command.env("LANG", "en").env("TMPDIR", "/tmp").env("CARGO_TERM_PROGRESS_WHEN", "never");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start script (Debian: bsdutils)")?;
        let keys = child.stdin.take().context("no way to the terminal")?;
        let mut from = child.stdout.take().context("no way from the terminal")?;
        let output = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&output);
        thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut part) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..length]);
            }
        });
        Ok(Self { child, keys, output })
    }

    /// Presses keys.
    ///
    /// # Errors
    /// When the lab is gone.
    pub(super) fn press(&mut self, keys: &str) -> Result<()> {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).context("the lab is gone")
    }

    /// Waits for a screen.
    ///
    /// # Errors
    /// When it does not come; the message has the screen that is there instead.
    pub(super) fn wait(&mut self, what: &str, is_there: impl Fn(&Screen) -> bool) -> Result<Screen> {
        let started = Instant::now();
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return Ok(screen);
            }
            let trouble = match self.child.try_wait()? {
                Some(status) => format!("the lab ended ({status})"),
                None if started.elapsed() > PATIENCE => "it took too long".to_owned(),
                None => {
                    thread::sleep(PAUSE);
                    continue;
                }
            };
            bail!("waiting for {what}: {trouble}; on the screen:\n{}", screen.shown().text());
        }
    }

    /// Ends it from where it asks whether to go on.
    ///
    /// # Errors
    /// When it does not end, or not well.
    pub(super) fn end(&mut self) -> Result<()> {
        self.press("q\r")?;
        match self.ended()? {
            true => Ok(()),
            false => bail!("the lab does not end; on the screen:\n{}", self.screen().shown().text()),
        }
    }

    fn ended(&mut self) -> Result<bool> {
        let started = Instant::now();
        while started.elapsed() < END_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                return if status.success() { Ok(true) } else { bail!("the lab ended with {status}") };
            }
            thread::sleep(PAUSE);
        }
        Ok(false)
    }

    fn screen(&self) -> Screen {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        Screen::after(&with_lasting_names(&String::from_utf8_lossy(&output)))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // Out of whatever view there is and out of the lab, so that it stops its server.
        for keys in ["\x1b", "\x1b", "\x1b", "q\r"] {
            thread::sleep(10 * PAUSE);
            let _pressed = self.press(keys);
        }
        if !matches!(self.ended(), Ok(true)) {
            let _killed = self.child.kill();
            let _status = self.child.wait();
        }
    }
}

/// Ports and folder differ from run to run.
fn with_lasting_names(output: &str) -> String {
    let output = with_digits_after(output, "https://127.0.0.1:", "8443");
    let output = with_digits_after(&output, "http://localhost:", "8080");
    with_digits_after(&output, "/countersign-lab-", "1")
}

/// Replaces the digits behind each occurrence of a text.
fn with_digits_after(text: &str, before: &str, digits: &str) -> String {
    let mut parts = text.split(before);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        replaced.push_str(before);
        replaced.push_str(digits);
        replaced.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_and_the_folder_are_the_same_in_every_run() {
        let said = "on http://localhost:33201/lab on https://127.0.0.1:40123, data in /tmp/countersign-lab-77. data is in /tmp/countersign-lab-77/server";
        let lasting = "on http://localhost:8080/lab on https://127.0.0.1:8443, data in /tmp/countersign-lab-1. data is in /tmp/countersign-lab-1/server";
        assert_eq!(with_lasting_names(said), lasting);
        assert_eq!(with_lasting_names("12 34"), "12 34");
    }
}
