//! `countersign backup-box`: boxes with sealed backups of the authenticator. Whose they are, nobody can tell.

use crate::{app::App, output};
use service::{AdminError, backup};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List all boxes, the one written last first. The app shows the same name of its own box.
    List {
        #[arg(long, help = "Print JSON")]
        json: bool,
    },
}

pub(crate) fn run(app: &App<'_>, command: Command) -> anyhow::Result<()> {
    let Command::List { json } = command;
    let boxes = app.service()?.read(|rx| Ok::<_, AdminError>(backup::list(rx)?))?;
    if json {
        return output::json(&boxes);
    }
    let rows: Vec<_> = boxes
        .into_iter()
        .map(|listed| {
            [
                listed.r#box,
                listed.bytes.to_string(),
                listed.written.to_string(),
                listed.written_at.to_string(),
                listed.used_at.to_string(),
                listed.created_at.to_string(),
            ]
        })
        .collect();
    output::table(["BOX", "BYTES", "WRITES", "LAST CHANGED", "LAST USED", "MADE"], &rows, "no backups yet")
}
