//! What the source of a pure crate may not contain.
//!
//! A scan of the text, not of the compiled crate: it sees code for every platform at once, and says which line.
//! What a crate does only in its tests does not count. Building for wasm, part of `cargo xtask ci`, finds most of
//! what a scan misses.

use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A token with its line.
type Token<'a> = (usize, &'a str);

/// Every line of the crate in `folder` that a pure crate may not have.
///
/// # Errors
/// When its source cannot be read.
pub(crate) fn check(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for path in sources(&root.join(folder).join("src"))? {
        let source = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let shown = path.strip_prefix(root).unwrap_or(&path).display();
        if path.ends_with("src/lib.rs") && !code_only(&source).contains("#![forbid(unsafe_code)]") {
            broken.push(format!("{shown}: a pure crate says #![forbid(unsafe_code)]"));
        }
        broken.extend(findings(&source).into_iter().map(|(line, what)| {
            format!("{shown}:{line}: {what} in a pure crate (ARCHITECTURE.md, \"Pure crates\")")
        }));
    }
    Ok(broken)
}

/// The `.rs` files under `folder` in order, without those that hold tests only.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Line (from 1) and name of each thing a pure crate may not have.
fn findings(source: &str) -> Vec<(usize, String)> {
    let code = code_only(source);
    let tokens = tokens(&code);
    let mut found = Vec::new();
    for (at, &(line, token)) in tokens.iter().enumerate() {
        match token {
            "async" | "SystemTime" | "Instant" => found.push((line, format!("`{token}`"))),
            "std" => found.extend(standard_modules(&tokens[at + 1..])),
            "cfg" | "cfg_attr" => found.extend(platforms(&tokens[at + 1..])),
            _ => {}
        }
    }
    found
}

/// `std::fs`, `std::{fmt, fs}` and the like, from the tokens after `std`.
fn standard_modules(after: &[Token<'_>]) -> Vec<(usize, String)> {
    let forbidden = |name: &str| matches!(name, "fs" | "net" | "process");
    let mut found = Vec::new();
    if !matches!(after, [(_, ":"), (_, ":"), ..]) {
        return found;
    }
    match after.get(2) {
        Some(&(line, name)) if forbidden(name) => found.push((line, format!("`std::{name}`"))),
        Some((_, "{")) => {
            // In a group the module is the first word of its branch: `net` in `{fmt, net::X}`, not in `{a::net}`.
            for pair in inside(&after[2..], "{", "}").windows(2) {
                if let [(1, (_, "{" | ",")), (1, (line, name))] = pair
                    && forbidden(name)
                {
                    found.push((*line, format!("`std::{name}`")));
                }
            }
        }
        _ => {}
    }
    found
}

/// The platforms named in the parentheses of `cfg(…)` or `cfg!(…)`, from the tokens after `cfg`.
fn platforms(after: &[Token<'_>]) -> Vec<(usize, String)> {
    let after = match after {
        [(_, "!"), rest @ ..] => rest,
        _ => after,
    };
    inside(after, "(", ")")
        .into_iter()
        .map(|(_, token)| token)
        .filter(|(_, token)| matches!(*token, "windows" | "unix" | "target_os" | "target_family"))
        .map(|(line, token)| (line, format!("`cfg({token})`")))
        .collect()
}

/// The tokens of the group that begins here, each with its depth; none where no group begins.
fn inside<'a>(tokens: &[Token<'a>], open: &str, close: &str) -> Vec<(usize, Token<'a>)> {
    let mut depth = 0;
    let mut found = Vec::new();
    for &(line, token) in tokens {
        if token == open {
            depth += 1;
        } else if token == close {
            depth -= 1;
        }
        if depth == 0 {
            break;
        }
        found.push((depth, (line, token)));
    }
    found
}

/// Words and single signs.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (token, after) = rest.split_at(if word == 0 { first.len_utf8() } else { word });
            found.push((index + 1, token));
            rest = after.trim_start();
        }
    }
    found
}

/// The source with comments, the contents of literals and items under `#[cfg(test)]` blanked, line by line as long
/// as before.
fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (length, keep) = match blank_length(rest, code.chars().next_back()) {
            Some(length) => (length, false),
            None => (first.len_utf8(), true),
        };
        let (piece, after) = rest.split_at(length);
        if keep {
            code.push_str(piece);
        } else {
            code.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    without_tests(&code)
}

/// How much of `rest` is a comment or a literal that begins right here; `before` is the character before it.
fn blank_length(rest: &str, before: Option<char>) -> Option<usize> {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if !in_word && let Some(hashes) = raw_string_hashes(rest) {
        let start = rest.find('"')? + 1;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len()));
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    // `'a'` is a character and `'a` a lifetime: a character ends after one (perhaps escaped) sign.
    let mut signs = rest.strip_prefix('\'')?.chars();
    match (signs.next()?, signs.next()) {
        ('\\', _) | (_, Some('\'')) => Some(quoted(rest, '\'')),
        _ => None,
    }
}

fn raw_string_hashes(rest: &str) -> Option<usize> {
    let rest = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let after = rest.trim_start_matches('#');
    after.starts_with('"').then(|| rest.len() - after.len())
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        kept.push_str(&rest[..at]);
        let end = at + MARK.len() + item_length(&rest[at + MARK.len()..]);
        kept.extend(rest[at..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    kept + rest
}

/// The length of the item that begins here: to the `;` or the closing brace at its own level.
fn item_length(code: &str) -> usize {
    let mut depth = 0usize;
    for (at, sign) in code.char_indices() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests;
