//! What cargo says about our own crates: where they are and which of them each one uses.

use crate::steps;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The workspace as its manifests declare it, optional and platform-specific dependencies included.
pub(crate) struct Workspace {
    /// The folder of the workspace manifest.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(crate) target_dir: PathBuf,
    /// Every crate in the workspace.
    pub(crate) members: Vec<Member>,
}

/// One of our crates.
pub(crate) struct Member {
    /// Name in its manifest.
    pub(crate) package: String,
    /// Folder relative to the root, with `/` between its parts.
    pub(crate) folder: String,
    /// The crates of ours it uses.
    pub(crate) dependencies: Vec<Dependency>,
}

/// That one crate of ours uses another.
pub(crate) struct Dependency {
    /// Name of the crate that is used.
    pub(crate) package: String,
    /// What for.
    pub(crate) kind: DependencyKind,
}

/// What a dependency is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DependencyKind {
    /// In the crate itself or in its build script.
    Shipped,
    /// In its tests only.
    Dev,
}

impl Workspace {
    /// Asks cargo about the workspace round the current folder. Nothing is resolved, fetched or locked.
    ///
    /// # Errors
    /// When cargo cannot read the manifests.
    pub(crate) fn read() -> Result<Self> {
        let text = steps::output(steps::cargo(Path::new(".")).args([
            "metadata",
            "--format-version=1",
            "--no-deps",
        ]))?;
        Self::parse(&text).context("cannot understand the output of cargo metadata")
    }

    /// Whether a crate with this package name exists.
    pub(crate) fn has(&self, package: &str) -> bool {
        self.members.iter().any(|member| member.package == package)
    }

    fn parse(metadata: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(metadata)?;
        let root = PathBuf::from(text(&value, "workspace_root")?);
        let members =
            list(&value, "packages")?.iter().map(|package| member(package, &root)).collect::<Result<_>>()?;
        Ok(Self { target_dir: text(&value, "target_directory")?.into(), members, root })
    }
}

fn member(package: &Value, root: &Path) -> Result<Member> {
    let manifest = Path::new(text(package, "manifest_path")?);
    let folder = manifest.parent().unwrap_or(root).strip_prefix(root)?;
    let dependencies = list(package, "dependencies")?
        .iter()
        // Only a dependency inside the workspace has a path.
        .filter(|dependency| dependency.get("path").is_some_and(Value::is_string))
        .map(|dependency| {
            let kind = match dependency.get("kind").and_then(Value::as_str) {
                Some("dev") => DependencyKind::Dev,
                _ => DependencyKind::Shipped,
            };
            Ok(Dependency { package: text(dependency, "name")?.to_owned(), kind })
        })
        .collect::<Result<_>>()?;
    Ok(Member {
        package: text(package, "name")?.to_owned(),
        folder: folder.to_string_lossy().replace('\\', "/"),
        dependencies,
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value.get(key).and_then(Value::as_str).with_context(|| format!("no text {key}"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value.get(key).and_then(Value::as_array).with_context(|| format!("no list {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_dependencies_count_as_shipped_and_foreign_crates_are_left_out() {
        let workspace = Workspace::parse(
            r#"{"workspace_root": "/w", "target_directory": "/t", "packages": [{
                "name": "a", "manifest_path": "/w/crates/a/Cargo.toml", "dependencies": [
                    {"name": "ours", "path": "/w/crates/ours", "kind": null},
                    {"name": "built", "path": "/w/crates/built", "kind": "build"},
                    {"name": "tried", "path": "/w/crates/tried", "kind": "dev"},
                    {"name": "serde", "kind": null}]}]}"#,
        )
        .unwrap();
        assert_eq!(workspace.members[0].folder, "crates/a");
        let seen: Vec<_> = workspace.members[0]
            .dependencies
            .iter()
            .map(|found| (found.package.as_str(), found.kind))
            .collect();
        assert_eq!(
            seen,
            [
                ("ours", DependencyKind::Shipped),
                ("built", DependencyKind::Shipped),
                ("tried", DependencyKind::Dev)
            ]
        );
    }
}
