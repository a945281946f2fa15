//! The directory: whether it can be read, and was.

use super::Findings;
use crate::{
    app,
    commands::directory::{check, runtime},
    config::Config,
};
use service::{Service, directory};

/// Looks at the connection, and at how the last read ended.
pub(super) fn look(config: &Config, service: &Service, findings: &mut Findings) {
    let reader = &config.directory;
    if !reader.enabled() {
        return;
    }
    match runtime().and_then(|runtime| runtime.block_on(check(reader))) {
        Ok((server, base)) => {
            findings.good(format!("{server} lets the reader of the directory in, below {base}"))
        }
        Err(error) => findings.bad(format!("the directory cannot be read: {error:#}")),
    }
    match service.read(directory::last) {
        Ok(None) => {
            findings.note("the directory has not been read yet; `countersign directory sync` does so now")
        }
        Ok(Some(last)) => match (last.error, last.summary) {
            (Some(error), _) => {
                findings.bad(format!("the last read of the directory failed at {}: {error}", last.at))
            }
            (None, _) if app::now().since(last.at) > reader.interval() * 4 => findings.bad(format!(
                "the directory was last read at {}, which is long ago; see whether a server runs",
                last.at
            )),
            (None, summary) => {
                let told = summary.map(|summary| summary.to_string()).unwrap_or_default();
                findings.good(format!("the directory was read at {}: {told}", last.at));
            }
        },
        Err(error) => findings.bad(format!("when the directory was read cannot be told: {error}")),
    }
}
