//! The program from outside, where it has nothing to show. What it shows is in `tests/e2e/tests/lab.rs`.

use std::process::{Command, Output, Stdio};

#[expect(clippy::unwrap_used, reason = "a test cannot go on without its folder")]
fn lab(windows: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("windows.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-lab"));
    command.arg("--data").arg(folder.path().join("agent")).stdin(Stdio::null());
    command.env_remove("COUNTERSIGN_FAKE_OS");
    if let Some(windows) = windows {
        std::fs::write(&file, windows).unwrap();
        command.env("COUNTERSIGN_FAKE_OS", file);
    }
    command.output().unwrap()
}

fn refused(output: &Output, why: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(why), "{said}");
    assert!(output.stdout.is_empty(), "no page is announced");
}

#[test]
fn without_a_fake_windows_or_a_joined_machine_there_is_no_page() {
    refused(&lab(None), "COUNTERSIGN_FAKE_OS does not name a file of accounts");
    refused(&lab(Some("{}")), "windows.json");
    let windows = r#"{"machine": {"name": "LAB", "sid": "S-1-5-21-1-2-3"}, "accounts": []}"#;
    refused(&lab(Some(windows)), "join");
}
