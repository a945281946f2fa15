//! The agent on a fake Windows, for tests and the lab. Never shipped.
#![forbid(unsafe_code)]

use fake_os::{FakeOs, MARKER, VARIABLE};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    eprintln!("{MARKER}: a test build. Passwords are proven by a file; do not use it on a real machine.");
    // A service gets no variable of whoever installs it: then the accounts are in a file beside the program.
    let beside = std::env::current_exe().map(|program| program.with_file_name("fake-os.json"));
    let os = match (std::env::var_os(VARIABLE), beside) {
        (None, Ok(beside)) if beside.is_file() => FakeOs::new(beside),
        _ => FakeOs::from_env(),
    };
    match os {
        Ok(os) => agent::run_with(Arc::new(os)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
