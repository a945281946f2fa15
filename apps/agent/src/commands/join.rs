use super::Place;
use crate::join::join;
use anyhow::Context;
use std::{io, process::ExitCode};
use zeroize::Zeroizing;

#[derive(clap::Args)]
pub(super) struct Options {
    /// The join code, or `-` to read it from standard input, so that it is on no command line
    code: String,
}

pub(super) async fn run(place: &Place, options: Options) -> anyhow::Result<ExitCode> {
    let mut code = Zeroizing::new(options.code);
    if *code == "-" {
        *code = io::read_to_string(io::stdin()).context("the join code cannot be read")?;
    }
    let joined = join(&*place.os, &place.folder, &code).await?;
    println!("Joined as {} in the group {}.", joined.machine, joined.group);
    Ok(ExitCode::SUCCESS)
}
