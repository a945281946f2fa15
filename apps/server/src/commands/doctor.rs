//! `countersign doctor`: what is or will be the matter.
pub(crate) use crate::config::Config;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, help = "Print JSON")]
    json: bool,
}

pub(crate) fn run(_config: &Config, _args: &Args) -> anyhow::Result<()> {
    Ok(())
}
