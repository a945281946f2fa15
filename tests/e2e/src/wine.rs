use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// Where the staged set is in a test's Wine prefix, for Windows' programs.
const FOLDER: &str = r"C:\countersign";
/// Where it is for us.
const FOLDER_HERE: &str = "drive_c/countersign";

/// A Wine prefix of a test's own with the staged set in it, and a screen of its own.
pub struct Wine {
    prefix: PathBuf,
    screen: Child,
    display: String,
}

impl Wine {
    /// Takes a copy of the prefix that `cargo xtask test` makes, and puts the staged set into it.
    ///
    /// # Panics
    /// When there is none; the message says what makes it.
    #[expect(clippy::new_without_default, reason = "it starts programs")]
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let model = made_by_xtask("COUNTERSIGN_WINE_PREFIX");
        let staged = made_by_xtask("COUNTERSIGN_STAGE_DIR");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Beside the model: files are shared by hard links, which do not reach across file systems.
        let prefix = model.with_file_name(format!("test-{}-{number}", std::process::id()));
        link_tree(&model, &prefix);
        let folder = prefix.join(FOLDER_HERE);
        fs::create_dir_all(&folder).expect("a folder in the prefix");
        for entry in fs::read_dir(staged).expect("the staged set").flatten() {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
        }
        let (screen, display) = start_screen();
        Self { prefix, screen, display }
    }

    /// A file of the folder that the staged set is in, for us.
    pub fn file(&self, name: &str) -> PathBuf {
        self.prefix.join(FOLDER_HERE).join(name)
    }

    /// The same for a program of Windows.
    pub fn windows_path(&self, name: &str) -> String {
        format!(r"{FOLDER}\{name}")
    }

    /// The prefix.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// A program of the staged set, or one of Wine's own.
    pub fn program(&self, name: &str) -> Command {
        let mut command = self.linux("wine");
        let staged = self.file(name).exists();
        command.arg(if staged { self.windows_path(name) } else { name.to_owned() });
        command
    }

    /// A program of this system that belongs to the prefix or its screen.
    pub fn linux(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.prefix.join(FOLDER_HERE));
        command.env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all").env("DISPLAY", &self.display);
        command.env("COUNTERSIGN_FAKE_OS", self.windows_path("windows.json"));
        // What panics says where.
        command.env("RUST_BACKTRACE", "1");
        command
    }

    /// Runs a program of the staged set or of Wine's to its end; what it wrote.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, name: &str, words: &[&str]) -> String {
        let output = self.program(name).args(words).stdin(Stdio::null()).output().expect("wine starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{name} {}: {}\n{text}\n{}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        text
    }

    /// Sets a value below `HKLM\SOFTWARE\Countersign`, as an administrator does.
    pub fn set(&self, name: &str, kind: &str, data: &str) {
        let words = ["add", r"HKLM\SOFTWARE\Countersign", "/v", name, "/t", kind, "/d", data, "/f"];
        self.run("reg", &words);
    }

    /// Takes a picture of the whole screen.
    ///
    /// # Panics
    /// When `import` fails.
    pub fn photograph(&self, file: &Path) {
        let status =
            self.linux("import").args(["-window", "root"]).arg(file).status().expect("import starts");
        assert!(status.success(), "import: {status}");
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        for word in ["-k", "-w"] {
            let _ended = self.linux("wineserver").arg(word).stderr(Stdio::null()).status();
        }
        let _killed = self.screen.kill();
        let _status = self.screen.wait();
        if env::var_os("COUNTERSIGN_KEEP_PREFIX").is_none() {
            let _removed = fs::remove_dir_all(&self.prefix);
        }
    }
}

fn made_by_xtask(variable: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(folder) => folder.into(),
        None => panic!("{variable} is not set; run the tests with `cargo xtask test`"),
    }
}

/// Starts a screen that no other one has the number of.
fn start_screen() -> (Child, String) {
    let size = env::var("COUNTERSIGN_SCREEN").unwrap_or_else(|_| "1024x768".into());
    let mut screen = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", &format!("{size}x24"), "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb starts; `cargo xtask test --setup` installs it");
    let mut number = String::new();
    let mut output = BufReader::new(screen.stdout.take().expect("piped"));
    output.read_line(&mut number).expect("a number");
    assert!(!number.trim().is_empty(), "Xvfb found no free number");
    (screen, format!(":{}", number.trim()))
}

/// A copy whose files are the same ones, except the registry, which Wine writes to.
fn link_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for the prefix");
    for entry in fs::read_dir(from).expect("the prefix").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("a kind of file");
        let registry = source.extension().is_some_and(|extension| extension == "reg");
        if kind.is_dir() {
            link_tree(&source, &target);
        } else if kind.is_symlink() {
            let leads_to = fs::read_link(&source).expect("a link");
            std::os::unix::fs::symlink(leads_to, &target).expect("linked");
        } else if registry || fs::hard_link(&source, &target).is_err() {
            fs::copy(&source, &target).expect("copied");
        }
    }
}
