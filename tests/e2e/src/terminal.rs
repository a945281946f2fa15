use crate::{FakeWindows, program};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Output, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

/// How long a screen may take. Far more than it does, for machines that are busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// `staged-agent try` with somebody at its terminal.
pub struct Terminal {
    child: Child,
    input: Option<ChildStdin>,
    screens: mpsc::Receiver<Value>,
    text: Arc<Mutex<String>>,
    /// How much of the text there was before the last line was typed.
    mark: usize,
    /// The last screen that was not busy.
    pub screen: Value,
}

impl FakeWindows {
    /// `staged-agent` for this machine.
    pub fn agent(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("staged-agent"));
        command.args(words).arg("--data").arg(self.data()).env("COUNTERSIGN_FAKE_OS", self.file());
        command
    }

    /// Joins the machine with a join code, given on standard input.
    ///
    /// # Panics
    /// When the agent cannot be started.
    pub fn try_join(&self, code: &str) -> Output {
        let mut child = self
            .agent(&["join", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("staged-agent starts");
        let mut input = child.stdin.take().expect("piped");
        // An agent that refuses before it reads has closed its end.
        let _written = writeln!(input, "{code}");
        drop(input);
        child.wait_with_output().expect("staged-agent ends")
    }

    /// Joins the machine.
    ///
    /// # Panics
    /// When it is refused.
    pub fn join(&self, code: &str) {
        let output = self.try_join(code);
        assert!(output.status.success(), "join: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Opens a sign-in view, and waits for its first screen.
    pub fn open(&self, words: &[&str]) -> Terminal {
        self.open_in(words, &[])
    }

    /// Opens a sign-in view in an environment with these variables, and waits for its first screen.
    pub fn open_in(&self, words: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let words: Vec<&str> = ["try", "--transcript"].into_iter().chain(words.iter().copied()).collect();
        let mut command = self.agent(&words);
        command.envs(variables.iter().copied());
        Terminal::start(command)
    }
}

impl FakeWindows {
    /// Opens a sign-in view through a program that starts others, such as `faketime`.
    pub fn open_under(&self, mut starter: Command) -> Terminal {
        let agent = self.agent(&["try", "--transcript"]);
        starter.arg(agent.get_program()).args(agent.get_args());
        starter.env("COUNTERSIGN_FAKE_OS", self.file());
        Terminal::start(starter)
    }
}

impl Terminal {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("staged-agent starts");
        let (sender, screens) = mpsc::channel();
        let output = child.stdout.take().expect("piped");
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Ok(screen) = serde_json::from_str(&line)
                    && sender.send(screen).is_err()
                {
                    return;
                }
            }
        });
        let text = Arc::new(Mutex::new(String::new()));
        let errors = child.stderr.take().expect("piped");
        let for_thread = Arc::clone(&text);
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if let Ok(mut text) = for_thread.lock() {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
        });
        let input = child.stdin.take();
        let mut terminal = Self { child, input, screens, text, mark: 0, screen: Value::Null };
        terminal.settle();
        terminal
    }

    /// Types a line, or a command such as `/show-qr`. Does not wait.
    ///
    /// # Panics
    /// When the agent is gone.
    pub fn line(&mut self, text: &str) {
        self.mark = self.text().len();
        let input = self.input.as_mut().expect("still open");
        writeln!(input, "{text}").and_then(|()| input.flush()).expect("the agent reads");
    }

    /// Types several lines and waits for the screen that follows the last one.
    pub fn type_in(&mut self, lines: &[&str]) -> &Value {
        for line in lines {
            self.line(line);
        }
        self.settle()
    }

    /// Waits for the next screen that is not busy.
    ///
    /// # Panics
    /// When none comes.
    pub fn settle(&mut self) -> &Value {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.screens.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(screen) => {
                    self.screen = screen;
                    if self.screen["busy"] == false {
                        return &self.screen;
                    }
                }
                Err(_) => panic!("no further screen after {}; it said:\n{}", self.screen, self.text()),
            }
        }
    }

    /// The next screen, busy or not.
    ///
    /// # Panics
    /// When none comes.
    pub fn next_screen(&mut self) -> &Value {
        self.screen = self.screens.recv_timeout(PATIENCE).expect("a screen");
        &self.screen
    }

    /// Which view it is.
    pub fn view(&self) -> &str {
        self.screen["view"].as_str().unwrap_or_default()
    }

    /// What its message says, as a key of `crates/texts`.
    pub fn reason(&self) -> &str {
        self.screen["reason"].as_str().unwrap_or_default()
    }

    /// Everything a person would have read so far.
    pub fn text(&self) -> String {
        self.text.lock().map(|text| text.clone()).unwrap_or_default()
    }

    /// The text in the QR code that came after the last line typed, read from its half blocks as a phone reads it from the glass.
    ///
    /// # Panics
    /// When there is none, or it cannot be read.
    pub fn scan(&self) -> String {
        // The text may come a moment after the transcript.
        let until = Instant::now() + Duration::from_secs(5);
        loop {
            let text = self.text();
            if let Some(found) = last_qr(&text[self.mark..]) {
                return found;
            }
            if Instant::now() > until {
                panic!("no QR code in:\n{text}");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Closes the terminal and waits for the agent to end; whether it succeeded.
    pub fn close(mut self) -> bool {
        self.input = None;
        self.child.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Reads the last block of half-block lines as a picture.
fn last_qr(text: &str) -> Option<String> {
    let plain = strip_colors(text);
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for line in plain.lines() {
        let is_qr = line.chars().count() >= 29 && line.chars().all(|c| " █▀▄".contains(c));
        if is_qr {
            blocks.last_mut()?.push(line);
        } else if blocks.last().is_some_and(|block| !block.is_empty()) {
            blocks.push(Vec::new());
        }
    }
    blocks.into_iter().rev().find(|block| block.len() >= 14).and_then(|block| {
        // Which of the two is dark depends on the terminal; a reader tries both, and so does this.
        [true, false].into_iter().find_map(|ink_is_dark| read(&block, ink_is_dark))
    })
}

fn read(lines: &[&str], ink_is_dark: bool) -> Option<String> {
    const SCALE: usize = 6;
    const MARGIN: usize = 4;
    let columns = lines.iter().map(|line| line.chars().count()).max()?;
    let side = (columns + 2 * MARGIN) * SCALE;
    let height = (2 * lines.len() + 2 * MARGIN) * SCALE;
    let mut gray = vec![255u8; side * height];
    for (row, line) in lines.iter().enumerate() {
        for (column, c) in line.chars().enumerate() {
            for (half, inked) in [matches!(c, '█' | '▀'), matches!(c, '█' | '▄')].into_iter().enumerate()
            {
                if inked != ink_is_dark {
                    continue;
                }
                for y in 0..SCALE {
                    let start = ((2 * row + half + MARGIN) * SCALE + y) * side + (column + MARGIN) * SCALE;
                    gray[start..start + SCALE].fill(0);
                }
            }
        }
    }
    qr::read(&gray, side, height).first().map(|text| text.to_string())
}

fn strip_colors(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(c);
        }
    }
    plain
}
