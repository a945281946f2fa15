//! The Countersign server: `countersign serve`, and the commands an administrator works with.
//!
//! Must not know rules: it reads the configuration, puts the parts together, and says what came of it.
#![forbid(unsafe_code)]

mod app;
mod cli;
mod commands;
mod config;
mod directory_sync;
mod folder;
mod manifest;
mod outgoing_tls;
mod output;
mod password;
mod progress;
mod secret_file;
mod serve;
mod site;
mod times;
mod tls;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain in one sentence; `eprintln!` would panic where nobody reads it any more.
            let _ =
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("countersign: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}
