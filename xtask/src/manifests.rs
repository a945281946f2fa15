//! What the manifests and the lock file have to say and may not say.

use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;

/// Crates that bring the platform's or OpenSSL's TLS. Ours is rustls everywhere, so that every build checks
/// certificates the same way and none needs a C library that has to be patched apart from us.
const BANNED: [&str; 2] = ["native-tls", "openssl-sys"];

/// Every dependency without a reason and every banned crate in the lock file.
///
/// # Errors
/// When a manifest or the lock file cannot be read.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let read = |name: &str| {
        let path = workspace.root.join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut broken = without_reason("Cargo.toml", &read("Cargo.toml")?);
    for member in &workspace.members {
        let name = format!("{}/Cargo.toml", member.folder);
        broken.extend(without_reason(&name, &read(&name)?));
    }
    broken.extend(banned(&read("Cargo.lock")?));
    Ok(broken)
}

/// Dependencies from elsewhere that no comment on their own lines explains. One that is taken over from the
/// workspace manifest is explained there; one of our own crates is in `ARCHITECTURE.md`.
fn without_reason(file: &str, manifest: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let mut in_dependencies = false;
    let mut entry = String::new();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if entry.is_empty() {
            if line.starts_with('[') {
                in_dependencies = line.ends_with("dependencies]");
                if line.contains("dependencies.") && !is_taken_over(manifest, index) {
                    broken.push(format!(
                        "{file}:{}: write {line} on one line, with the reason behind it",
                        index + 1
                    ));
                }
                continue;
            }
            if !in_dependencies || line.is_empty() || line.starts_with('#') {
                continue;
            }
        }
        entry.push_str(line);
        entry.push('\n');
        if is_open(&entry) {
            continue;
        }
        let explained =
            entry.contains("# ") || entry.contains("workspace = true") || entry.contains("path = ");
        if !explained {
            let name = entry.split(['=', ' ', '.']).next().unwrap_or_default();
            broken.push(format!("{file}:{}: {name} has no comment that says what it is for", index + 1));
        }
        entry.clear();
    }
    broken
}

/// Whether the table that begins on this line takes its dependency over from the workspace manifest.
fn is_taken_over(manifest: &str, header: usize) -> bool {
    let mut lines =
        manifest.lines().skip(header + 1).map(str::trim).take_while(|line| !line.starts_with('['));
    lines.any(|line| line == "workspace = true")
}

/// Whether an entry goes on in the next line. Brackets inside comments or texts would confuse it; our manifests have
/// balanced ones.
fn is_open(entry: &str) -> bool {
    let count = |signs: [char; 2]| entry.matches(signs).count();
    count(['[', '{']) > count([']', '}'])
}

fn banned(lock: &str) -> Vec<String> {
    BANNED
        .iter()
        .filter(|name| lock.lines().any(|line| line == format!("name = \"{name}\"")))
        .map(|name| {
            format!(
                "Cargo.lock: {name} is not allowed, TLS is rustls; `cargo tree -i {name}` shows who brings it, \
                 usually a crate whose default features have to go"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_comment_is_found_and_one_with_is_let_through() {
        let manifest = "\
[package]
name = \"x\"

[workspace.dependencies]
# A heading explains nothing.
bare = \"1\"
open = { version = \"1\", features = [
    \"a\",
] }
said = \"1\" # what for
long = { version = \"1\", features = [ # what for
    \"a\",
] }
ours = { path = \"crates/ours\" }
taken.workspace = true

[target.'cfg(windows)'.dependencies]
late = \"1\"

[dev-dependencies.apart]
version = \"1\"

[target.'cfg(windows)'.dependencies.taken]
workspace = true
features = [
    \"a\",
]

[lints]
workspace = true
";
        assert_eq!(
            without_reason("Cargo.toml", manifest),
            [
                "Cargo.toml:6: bare has no comment that says what it is for",
                "Cargo.toml:9: open has no comment that says what it is for",
                "Cargo.toml:18: late has no comment that says what it is for",
                "Cargo.toml:20: write [dev-dependencies.apart] on one line, with the reason behind it",
            ]
        );
    }

    #[test]
    fn openssl_in_the_lock_file_is_found() {
        let lock = "[[package]]\nname = \"openssl-sys\"\n\n[[package]]\nname = \"native-tls-free\"\n";
        let broken = banned(lock);
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].starts_with("Cargo.lock: openssl-sys"), "{broken:?}");
    }
}
