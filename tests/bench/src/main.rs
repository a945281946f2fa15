//! Measures the real server over the network path that machines use, and compares the figures with the budgets.
//!
//! Must not know how the server works inside: it starts the shipped program, fills its database through the store,
//! and asks it over TLS with signed requests. `cargo xtask bench` builds and runs it.
#![forbid(unsafe_code)]

mod http;
mod load;
mod machine;
mod operations;
mod people;
mod plan;
mod process;
mod report;
mod server;

use anyhow::{Context, Result};
use clap::Parser;
use model::UnixTime;
use report::What;
use std::{fs, path::PathBuf, rc::Rc, time::SystemTime};
use testkit::postgres::Cluster;

/// Measures the Countersign server.
#[derive(Parser)]
struct Arguments {
    /// The program to measure, built in release.
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// A folder on the disk to measure, not in memory; what is written there is removed at the end.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Measure on PostgreSQL, in a cluster of its own that syncs its commits, in the temporary folder.
    #[arg(long)]
    postgres: bool,
    /// Also measure with 1,000,000 tokens.
    #[arg(long)]
    full: bool,
    /// Measure this operation alone, which is what a profiler wants.
    #[arg(long, value_name = "OPERATION")]
    only: Option<What>,
    /// Write everything measured to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let sizes: &[usize] = if arguments.full { &[1_000, 100_000, 1_000_000] } else { &[1_000, 100_000] };
    // One thread: a client on several would take more from a server on the same processors.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let what = arguments.only.map_or(What::ALL.to_vec(), |one| vec![one]);
    let cluster = match arguments.postgres {
        true => Some(Rc::new(Cluster::durable().context("PostgreSQL is not installed")?)),
        false => None,
    };
    let measured = plan::run(&arguments.server, &arguments.data, cluster.as_ref(), sizes, &what);
    let report = runtime.block_on(measured)?;
    println!("{report}");
    if let Some(path) = arguments.json {
        let json = serde_json::to_string_pretty(&report)?;
        fs::write(&path, json + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// This machine's clock, which is the server's too.
#[expect(clippy::disallowed_methods, reason = "this is the edge that reads the clock")]
fn now() -> UnixTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_secs(since_1970.as_secs())
}
