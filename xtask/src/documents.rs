//! `ARCHITECTURE.md` has to name every crate and the arrows that leave it as the table in `arch.rs` has them.

use crate::arch::{PARTS, Part, Uses};
use std::collections::BTreeSet;

/// Crates without a row in the page's code map, and rows that disagree with the table.
///
/// A row begins "| `FOLDER` | USES |", where USES is short names with commas, *nothing* or *anything*.
pub(crate) fn check(page: &str, existing: impl Iterator<Item = &'static Part>) -> Vec<String> {
    let rows: Vec<(&str, &str)> = page.lines().filter_map(row).collect();
    let mut broken: Vec<String> = existing
        .filter(|part| !rows.iter().any(|(folder, _)| *folder == part.folder))
        .map(|part| format!("ARCHITECTURE.md: {} has no row in the code map", part.folder))
        .collect();
    for part in PARTS {
        let told = rows.iter().filter(|(folder, _)| *folder == part.folder);
        broken.extend(told.filter(|(_, uses)| !agrees(part.uses, uses)).map(|(folder, uses)| {
            format!(
                "ARCHITECTURE.md: {folder} uses \"{uses}\" there, but \"{}\" in PARTS in xtask/src/arch.rs",
                worded(part.uses)
            )
        }));
    }
    broken
}

fn row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix("| `")?.split('|');
    let folder = cells.next()?.trim().strip_suffix('`')?;
    Some((folder, cells.next()?.trim()))
}

fn agrees(uses: Uses, told: &str) -> bool {
    match uses {
        Uses::Only(names) if !names.is_empty() => {
            names.iter().copied().collect::<BTreeSet<_>>() == told.split(", ").collect()
        }
        _ => told == worded(uses),
    }
}

fn worded(uses: Uses) -> String {
    match uses {
        Uses::Only([]) => "nothing".to_owned(),
        Uses::Only(names) => names.join(", "),
        Uses::Anything => "anything".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_against_otp_and_e2e(page: &str) -> Vec<String> {
        check(page, PARTS.iter().filter(|part| ["crates/otp", "tests/e2e"].contains(&part.folder)))
    }

    #[test]
    fn a_page_that_agrees_passes() {
        let page =
            "| `crates/otp` | model | … |\n| `tests/e2e` | anything | … |\n| `apps/agent` is | no row |";
        assert_eq!(check_against_otp_and_e2e(page), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_row_fails() {
        let broken = check_against_otp_and_e2e("| `crates/otp` | model | … |");
        assert_eq!(broken, ["ARCHITECTURE.md: tests/e2e has no row in the code map"]);
    }

    #[test]
    fn a_row_with_another_arrow_than_the_table_fails_even_for_a_planned_crate() {
        let page = "| `crates/otp` | model, policy | … |\n| `tests/e2e` | anything | … |\n| `apps/agent` | nothing |";
        assert_eq!(check_against_otp_and_e2e(page).len(), 2);
    }
}
