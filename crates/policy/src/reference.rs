use crate::{
    GroupSettings, LimitSettings, LockoutSettings, TokenSettings,
    check::{SECTIONS, Section, full_name},
    group::GroupSaid,
    keys::{Accepts, Key},
    settings::{LimitSaid, LockoutSaid, TokenSaid},
};
use serde::Serialize;
use std::fmt::Write;
use toml::Table;

/// The part of the page that is written by hand, with a mark where the tables go.
const PAGE: &str = include_str!("reference.md");
const MARK: &str = "<!-- tables -->\n";

/// The reference page of the policy in Markdown: every key with its default, unit, range and purpose.
pub fn reference() -> String {
    PAGE.replace(MARK, &tables())
}

fn tables() -> String {
    let mut out = String::new();
    out.push_str("| key | default | unit | takes | what it does, and what it protects from |\n");
    out.push_str("|---|---|---|---|---|\n");
    for section in &SECTIONS {
        let defaults = defaults(section.path);
        for key in section.keys {
            row(&mut out, section, key, &defaults);
        }
    }
    out
}

fn row(out: &mut String, section: &Section, key: &Key, defaults: &Table) {
    let name = full_name(section.path, key.name);
    let default = defaults.get(key.name).map_or_else(String::new, |value| format!("`{value}`"));
    let doc: String = key.doc.concat();
    // Writing to a String cannot fail.
    let _ =
        writeln!(out, "| `{name}` | {default} | {} | {} | {} |", key.unit, takes(&key.accepts), doc.trim());
}

fn takes(accepts: &Accepts) -> String {
    match accepts {
        Accepts::Number(min, max) => format!("{min} to {max}"),
        Accepts::YesNo => "`true`, `false`".to_owned(),
        Accepts::Date => "a date".to_owned(),
        Accepts::Text(words, _) => format!("text of {words}"),
        Accepts::OneOf(words, tables) => {
            let words = words.iter().map(|word| format!("`\"{word}\"`"));
            let tables =
                tables.iter().map(|(name, accepts)| format!("`{{ {name} = … }}` ({})", takes(accepts)));
            words.chain(tables).collect::<Vec<_>>().join(", ")
        }
        Accepts::List(of) => format!("list of {of}"),
        Accepts::AnyOrList(of, _) => format!("`\"any\"`, or a list of {of}"),
    }
}

/// The default of every key of a section, from the code that holds them.
fn defaults(section: &str) -> Table {
    match section {
        "" => Table::from_iter([("ask".to_owned(), "always".into())]),
        "defaults" => table(GroupSaid::from(GroupSettings::default())),
        "tokens" => table(TokenSaid::from(TokenSettings::default())),
        "lockout" => table(LockoutSaid::from(LockoutSettings::default())),
        "limits" => table(LimitSaid::from(LimitSettings::default())),
        _ => Table::new(),
    }
}

fn table(settings: impl Serialize) -> Table {
    Table::try_from(settings).unwrap_or_default()
}
