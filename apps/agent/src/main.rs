//! The shipped agent.

use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    countersign_agent::run_with(Arc::new(os::NotWindows))
}
