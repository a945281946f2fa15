//! `countersign-authenticator`: the authenticator in a terminal. Opens a vault or any file that can be imported, lists
//! tokens, shows and copies codes, imports, exports, verifies backups.
//!
//! Must not know how anything is sealed, read or made: `vault` does that.

mod args;
mod commands;
mod edge;
mod file;
mod output;
mod password;
mod source;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = commands::run(args::Args::parse().command);
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("countersign-authenticator: {}", output::shown(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
