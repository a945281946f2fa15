//! The command line: one file a command.

mod attempt;
mod doctor;
mod join;
mod run;
#[cfg(windows)]
mod service;
mod status;

pub(crate) use status::Status;

use crate::state::Folder;
use clap::{Parser, Subcommand};
use os::Os;
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(Parser)]
#[command(name = "countersign-agent", version, about = "The Countersign agent: a second factor for sign-in")]
struct Cli {
    /// Where the agent keeps its state
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// What is logged to standard error: error, warn, info, debug, trace or off
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<tracing::level_filters::LevelFilter>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Join this machine to the server a join code was made on
    Join(join::Options),
    /// Keep the machine's policy and keys fresh and its events flowing, in the foreground
    Run,
    /// Show what this machine knows
    Status(status::Options),
    /// Look for what is wrong, and say what to do
    Doctor,
    /// Install the service, and start it
    #[cfg(windows)]
    Install,
    /// Stop the service, and remove it
    #[cfg(windows)]
    Uninstall,
    /// What Windows starts
    #[cfg(windows)]
    #[command(hide = true)]
    Service,
    /// Sign in here in the terminal, the way it goes at the sign-in screen
    Try(attempt::Options),
}

/// What a command gets to work with.
struct Place {
    os: Arc<dyn Os>,
    folder: Folder,
}

/// Reads the command line and does what it says.
pub(crate) fn main(os: Arc<dyn Os>) -> ExitCode {
    let cli = Cli::parse();
    log(&cli);
    match start(cli, os) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("countersign-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli, os: Arc<dyn Os>) -> anyhow::Result<ExitCode> {
    let folder = Folder::open(&cli.data.unwrap_or_else(Folder::default_path))?;
    let place = Place { os, folder };
    #[cfg(windows)]
    match cli.command {
        Command::Install => return service::install(&place),
        Command::Uninstall => return service::uninstall(),
        Command::Service => return service::run(place),
        _ => {}
    }
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        match cli.command {
            Command::Join(options) => join::run(&place, options).await,
            Command::Run => run::run(&place).await,
            Command::Status(options) => status::run(&place, &options).await,
            Command::Doctor => doctor::run(&place).await,
            Command::Try(options) => attempt::run(&place, &options).await,
            #[cfg(windows)]
            Command::Install | Command::Uninstall | Command::Service => Ok(ExitCode::FAILURE),
        }
    });
    // A question to the operating system that hangs must not keep the process.
    runtime.shutdown_background();
    result
}

/// One thread for everything but what blocks: the agent mostly waits.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(16).build()
}

fn log(cli: &Cli) {
    use tracing::level_filters::LevelFilter;
    let level = cli.log.unwrap_or(match &cli.command {
        Command::Run => LevelFilter::INFO,
        // Lines of a log would tear the screen.
        Command::Try(options) if options.for_a_person() => LevelFilter::OFF,
        _ => LevelFilter::WARN,
    });
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).with_max_level(level).init();
}
