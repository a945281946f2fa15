//! The reference page of the configuration, from the same lists that reading it uses.
#![cfg(test)]

use super::{SECTIONS, section::variable};
use std::fmt::Write;

const PAGE: &str = include_str!("reference.md");
const MARK: &str = "<!-- tables -->\n";

fn page() -> String {
    let mut tables = String::new();
    for (table, about, keys) in SECTIONS {
        let title = if table.is_empty() { "Top level".to_owned() } else { format!("`[{table}]`") };
        write!(tables, "## {title}\n\n{}\n\n", about.trim()).unwrap();
        tables.push_str("| key | environment | takes | default | what it does |\n|---|---|---|---|---|\n");
        for key in *keys {
            let (name, variable) = (key.name, variable(table, key.name));
            let doc = key.doc.concat();
            writeln!(
                tables,
                "| `{name}` | `{variable}` | {} | {} | {} |",
                key.takes,
                key.default,
                doc.trim()
            )
            .unwrap();
        }
        tables.push('\n');
    }
    PAGE.replace(MARK, &tables)
}

/// `UPDATE_DOCS=1` writes the page.
#[test]
fn the_page_in_the_documentation_is_the_one_made_from_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, page(), "run the test with UPDATE_DOCS=1 and commit docs/configuration.md");
}
