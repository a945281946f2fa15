//! `countersign-lab`: the real sign-in engine drawn in a browser, the authenticator beside it. Never shipped.
//!
//! Must not decide anything about a sign-in: it draws the screens the engine names and hands back what was typed, as
//! the provider does on Windows. Accounts and passwords are those of the fake Windows, so nothing here is worth
//! stealing; all the same no other website that is open in the browser can drive it ([`door`]).
#![forbid(unsafe_code)]

mod accounts;
mod door;
mod draw;
mod listen;
mod machine;
mod page;
mod phone;
mod routes;
mod said;
mod screen;

use agent::{agent::Agent, state::Folder};
use anyhow::Context as _;
use clap::Parser;
use fake_os::{FakeOs, MARKER, VARIABLE};
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tokio::io::AsyncReadExt;

/// Serves the lab page until standard input ends or Ctrl-C is pressed.
#[derive(Parser)]
#[command(name = "countersign-lab", version)]
struct Options {
    /// The folder of an agent that has joined a server
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The port on this machine's loopback addresses; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

fn main() -> ExitCode {
    eprintln!("{MARKER}: a test build. Passwords are proven by a file; do not use it on a real machine.");
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_max_level(tracing::Level::WARN)
        .init();
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("countersign-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> anyhow::Result<()> {
    let options = Options::parse();
    let windows: PathBuf = std::env::var_os(VARIABLE)
        .with_context(|| format!("{VARIABLE} does not name a file of accounts"))?
        .into();
    let os: Arc<dyn os::Os> = Arc::new(FakeOs::new(windows.clone())?);
    let folder = Folder::open(&options.data)?;
    let identity = folder.identity(&*os)?;
    let agent = Arc::new(Agent::open(os, folder)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(async {
        let doors = listen::bind(options.port).await?;
        let origin = doors.origin();
        // The first screen already knows the policy, as long as the server is there.
        let _ = agent.hello().await;
        let server = identity.statement.urls().first().context("the statement of keys names no server")?;
        let phone = phone::Phone::new(server.as_str(), identity.statement.clone(), &origin)?;
        let machine = machine::Joined::new(Arc::clone(&agent), format!("{origin}/app"));
        let accounts = accounts::Accounts::new(windows);
        let app = routes::router(door::Door::new(&origin), Arc::new(machine), accounts, Some(phone));
        // Whoever started this program reads it.
        println!("the lab page is on {origin}/lab");
        tokio::select! {
            served = doors.serve(app) => served?,
            () = parent_gone() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    });
    // A browser keeps its connections open; they end with the program.
    runtime.shutdown_background();
    result
}

/// Standard input is a pipe from whoever started this program, and ends with it.
async fn parent_gone() {
    let mut input = tokio::io::stdin();
    let mut rest = [0; 256];
    while matches!(input.read(&mut rest).await, Ok(1..)) {}
}
