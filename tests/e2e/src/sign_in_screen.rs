use crate::{Gray, LogonBuffer, Oath, Wine};
use serde_json::Value;
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// How long an answer or a screen may take. Far more than it does, for machines that are busy.
const PATIENCE: Duration = Duration::from_secs(180);

/// `countersign-host.exe` in Wine: what stands for Windows' sign-in screen, one command at a time.
pub struct SignInScreen<'a> {
    wine: &'a Wine,
    child: Child,
    input: ChildStdin,
    answers: mpsc::Receiver<Value>,
}

/// What is to be seen of the selected tile.
#[derive(Debug)]
pub struct Seen(Value);

impl Wine {
    /// Starts a sign-in screen. Nothing is opened yet.
    ///
    /// # Panics
    /// When Wine does not start.
    pub fn sign_in_screen(&self) -> SignInScreen<'_> {
        self.start_screen("out", &[])
    }

    /// The same beside others: each has a folder for its trace.
    ///
    /// # Panics
    /// When Wine does not start.
    pub fn sign_in_screen_of(&self, folder: &str) -> SignInScreen<'_> {
        self.start_screen(folder, &[])
    }

    /// Starts one on a German Windows. Wine takes the language from the locale of the system, which need not have a German
    /// one: it is made for this.
    ///
    /// # Panics
    /// When Wine does not start, or the locale cannot be made.
    pub fn german_sign_in_screen(&self) -> SignInScreen<'_> {
        let folder = self.prefix().join("locale");
        std::fs::create_dir_all(&folder).expect("a folder in the prefix");
        let made = Command::new("localedef")
            .args(["--no-archive", "-i", "de_DE", "-f", "UTF-8"])
            .arg(folder.join("de_DE.UTF-8"))
            .status()
            .expect("localedef starts");
        assert!(made.success(), "localedef: {made}; `cargo xtask test --setup` installs what it needs");
        self.start_screen("out", &[("LOCPATH", folder.as_os_str()), ("LC_ALL", "de_DE.UTF-8".as_ref())])
    }

    fn start_screen(&self, folder: &str, variables: &[(&str, &OsStr)]) -> SignInScreen<'_> {
        let mut child = self
            .program("countersign-host.exe")
            .envs(variables.iter().copied())
            .args(["--out", &self.windows_path(folder), "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Debian's Wine says each time that its 32-bit half is not there.
            .stderr(Stdio::null())
            .spawn()
            .expect("wine starts");
        let (sender, answers) = mpsc::channel();
        let output = child.stdout.take().expect("piped");
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let answer = serde_json::from_str(&line).unwrap_or(Value::String(line));
                if sender.send(answer).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take().expect("piped");
        SignInScreen { wine: self, child, input, answers }
    }
}

impl SignInScreen<'_> {
    /// Gives a command, each word as it is, without waiting for the answer.
    pub fn tell(&mut self, words: &[&str]) {
        let line: Vec<String> = words.iter().map(|word| spelled(word)).collect();
        // A program that has ended answers nothing, which is seen then.
        let _written = writeln!(self.input, "{}", line.join(" ")).and_then(|()| self.input.flush());
    }

    /// The next answer. Nothing when the program has ended.
    pub fn hear(&mut self) -> Option<Value> {
        self.answers.recv_timeout(PATIENCE).ok()
    }

    /// Gives a command and takes the answer, whatever it is. Nothing when the program has ended.
    pub fn try_ask(&mut self, words: &[&str]) -> Option<Value> {
        self.tell(words);
        self.hear()
    }

    /// Gives a command and takes its answer.
    ///
    /// # Panics
    /// When it is refused.
    pub fn ask(&mut self, words: &[&str]) -> Value {
        let answer = self.try_ask(words).unwrap_or_else(|| panic!("no answer to {}", words[0]));
        assert_eq!(answer["ok"], true, "{}: {answer}", words[0]);
        answer
    }

    /// Opens the provider as at the start of a sign-in, and selects its first tile.
    pub fn open(&mut self, words: &[&str]) -> Value {
        let words: Vec<&str> = ["open"].into_iter().chain(words.iter().copied()).collect();
        let opened = self.ask(&words);
        if opened["count"] != 0 {
            self.ask(&["select", "0"]);
        }
        opened
    }

    /// The same for somebody who types their name: there is one tile.
    ///
    /// # Panics
    /// When there are more or none.
    pub fn open_for_anybody(&mut self) {
        let opened = self.open(&["logon", "options=both"]);
        assert_eq!(opened["count"], 1, "{opened}");
    }

    /// What is to be seen now.
    pub fn see(&mut self) -> Seen {
        Seen(self.ask(&["fields"]))
    }

    /// Waits until the screen is as `wanted` says.
    ///
    /// # Panics
    /// When it never is; `what` names it.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let seen = self.see();
            if wanted(&seen) {
                return seen;
            }
            assert!(Instant::now() < give_up, "never {what}: {seen:?}");
            self.ask(&["wait", "20"]);
        }
    }

    /// Waits until there is this field to type into or link to click.
    pub fn until_there_is(&mut self, label: &str) -> Seen {
        self.until(label, |seen| seen.has(label))
    }

    /// Types a text into a field.
    pub fn type_in(&mut self, label: &str, text: &str) {
        self.ask(&["type", label, text]);
    }

    /// Clicks a link.
    pub fn click(&mut self, label: &str) {
        self.ask(&["click", label]);
    }

    /// Presses Enter, and waits for what `Connect` and `GetSerialization` say.
    pub fn submit(&mut self) -> Value {
        self.ask(&["submit"])
    }

    /// Types name and password and presses Enter.
    pub fn give_password(&mut self, name: &str, password: &str) -> Value {
        let seen = self.until_there_is("Password");
        if seen.has("User name") {
            self.type_in("User name", name);
        }
        self.type_in("Password", password);
        self.submit()
    }

    /// Types a one-time password and presses Enter.
    pub fn give_code(&mut self, code: &str) -> Value {
        self.until_there_is("One-time password");
        self.type_in("One-time password", code);
        self.submit()
    }

    /// Asks for the QR code, which stays shown, and scans it.
    ///
    /// # Panics
    /// When there is none.
    pub fn show_qr(&mut self) -> Oath {
        self.until_there_is("Show QR");
        self.click("Show QR");
        self.until_there_is("Hide QR");
        Oath::scan(&self.scan_tile().expect("a QR code"))
    }

    /// What the QR code in the tile's picture says, if there is one.
    pub fn scan_tile(&mut self) -> Option<String> {
        let name = self.wine.windows_path("tile.bmp");
        self.ask(&["bitmap", &name]);
        Gray::read(&self.wine.file("tile.bmp")).scan().pop()
    }

    /// What a phone before the screen reads, if anything.
    pub fn scan_screen(&self) -> Option<String> {
        let file = self.wine.file("screen.png");
        self.wine.photograph(&file);
        Gray::read(&file).scan().pop()
    }

    /// What the provider handed over for Windows.
    ///
    /// # Panics
    /// When there is nothing.
    pub fn handed_over(&mut self) -> LogonBuffer {
        let name = self.wine.windows_path("serialization");
        self.ask(&["serialization", &name]);
        LogonBuffer::read(&std::fs::read(self.wine.file("serialization")).expect("written"))
    }

    /// The trace of everything that crossed the COM boundary so far.
    ///
    /// # Panics
    /// When there is none.
    pub fn trace(&self) -> String {
        std::fs::read_to_string(self.wine.file("out/trace.jsonl")).expect("a trace")
    }
}

impl Drop for SignInScreen<'_> {
    fn drop(&mut self) {
        let _asked = writeln!(self.input, "quit");
        let give_up = Instant::now() + Duration::from_secs(5);
        while Instant::now() < give_up {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Seen {
    fn fields(&self) -> &[Value] {
        self.0["fields"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Whether there is a field to type into, or a link, of this name.
    pub fn has(&self, label: &str) -> bool {
        let usable = |field: &Value| ["edit", "password", "link"].map(Value::from).contains(&field["type"]);
        let named = |field: &Value| field["label"] == label || field["text"] == label;
        self.fields().iter().any(|field| usable(field) && named(field))
    }

    /// All that can be read, one line for each field.
    pub fn text(&self) -> String {
        let texts = self.fields().iter().filter_map(|field| field["text"].as_str());
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// Whether this can be read somewhere.
    pub fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

/// A word as the host reads it: as it is, or as a JSON string; of `name=value` the value.
fn spelled(word: &str) -> String {
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if plain(word) {
        return word.to_owned();
    }
    match word.split_once('=') {
        Some((name, value)) if plain(name) => format!("{name}={}", Value::from(value)),
        _ => Value::from(word).to_string(),
    }
}
