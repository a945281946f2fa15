//! The shipped agent.

use std::process::ExitCode;
#[cfg(not(windows))]
use std::sync::Arc;

#[cfg(windows)]
fn main() -> ExitCode {
    match win::Windows::new() {
        Ok(windows) => countersign_agent::run_with(std::sync::Arc::new(windows)),
        Err(error) => {
            eprintln!("countersign-agent: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(windows))]
fn main() -> ExitCode {
    countersign_agent::run_with(Arc::new(os::NotWindows))
}
