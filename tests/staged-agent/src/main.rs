//! The agent on a fake Windows, for tests and the lab. Never shipped.
#![forbid(unsafe_code)]

use fake_os::{FakeOs, MARKER};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    eprintln!("{MARKER}: a test build. Passwords are proven by a file; do not use it on a real machine.");
    match FakeOs::from_env() {
        Ok(os) => agent::run_with(Arc::new(os)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
