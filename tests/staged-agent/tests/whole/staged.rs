//! The program under test, with its accounts and its folder.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

const ACCOUNTS: &str = r#"{
  "machine": { "name": "LAB1", "sid": "S-1-5-21-1-2-3", "firmware_uuid": "0a0b" },
  "accounts": [
    { "domain": "CORP", "name": "mara", "sid": "S-1-5-21-7-8-9-1001", "password": "right-password" }
  ]
}"#;

pub(crate) struct Staged {
    folder: tempfile::TempDir,
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Staged {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("os.json"), ACCOUNTS).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end with this on standard input.
    pub(crate) fn run(&self, args: &[&str], input: &str) -> Ended {
        let mut child = Command::new(env!("CARGO_BIN_EXE_staged-agent"))
            .arg("--data")
            .arg(self.path("data"))
            .args(args)
            .env("COUNTERSIGN_FAKE_OS", self.path("os.json"))
            .env("LANG", "C")
            .env("NO_PROXY", "localhost")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        Ended {
            ok: ended.status.success(),
            out: String::from_utf8(ended.stdout).unwrap(),
            err: String::from_utf8(ended.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// What the transcript says of each screen.
    pub(crate) fn screens(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The texts of the QR codes drawn on standard error, as a camera would read them.
    pub(crate) fn qr_texts(&self) -> Vec<String> {
        let blocks =
            |line: &&str| !line.is_empty() && line.chars().all(|c| matches!(c, '█' | '▀' | '▄' | ' '));
        let mut texts: Vec<String> = self
            .err
            .lines()
            .collect::<Vec<_>>()
            .chunk_by(|a, b| blocks(a) == blocks(b))
            .filter(|lines| blocks(&lines[0]) && lines.len() > 10)
            .flat_map(read)
            .collect();
        texts.dedup();
        texts
    }
}

/// Each module 4 pixels wide and high, as the reader wants to see edges.
fn read(lines: &[&str]) -> Vec<String> {
    const SCALE: usize = 4;
    let rows: Vec<Vec<bool>> = lines
        .iter()
        .flat_map(|line| {
            let upper = line.chars().map(|c| matches!(c, '█' | '▀')).collect();
            let lower = line.chars().map(|c| matches!(c, '█' | '▄')).collect();
            [upper, lower]
        })
        .collect();
    let width = rows[0].len() * SCALE;
    let mut pixels = Vec::new();
    for row in &rows {
        for _ in 0..SCALE {
            for dark in row {
                pixels.extend([if *dark { 0 } else { 255 }; SCALE]);
            }
        }
    }
    qr::read(&pixels, width, rows.len() * SCALE).iter().map(|text| text.to_string()).collect()
}
