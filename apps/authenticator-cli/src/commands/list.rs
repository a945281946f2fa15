use super::name;
use crate::{args::Sort, output, source};
use serde::Serialize;
use std::{path::Path, process::ExitCode};

#[derive(Serialize)]
struct Row<'a> {
    r#type: &'static str,
    issuer: &'a str,
    account: &'a str,
    tags: &'a [String],
    pinned: bool,
}

pub(super) fn run(
    file: &Path,
    query: &str,
    sort: Sort,
    json: bool,
    password_env: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let vault = source::open(file, password_env)?.into_vault()?;
    let entries = vault.list(sort.order(&vault), query);
    if json {
        let rows: Vec<Row<'_>> = entries
            .iter()
            .map(|entry| Row {
                r#type: entry.token.kind().as_str(),
                issuer: &entry.issuer,
                account: &entry.account,
                tags: &entry.tags,
                pinned: entry.pinned,
            })
            .collect();
        output::json(&rows)?;
        return Ok(ExitCode::SUCCESS);
    }
    for entry in entries {
        let tags: String = entry.tags.iter().map(|tag| format!("  #{}", output::shown(tag))).collect();
        output::line(&format!("{:<5} {}{tags}", entry.token.kind().as_str(), name(entry)))?;
    }
    Ok(ExitCode::SUCCESS)
}
