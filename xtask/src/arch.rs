//! Which crate may use which: the one table, and `cargo xtask arch`, which holds the workspace to it.

use crate::{
    documents, manifests, purity,
    workspace::{Dependency, DependencyKind, Member, Workspace},
};
use anyhow::{Context, Result};
use std::{collections::BTreeSet, fs, process::ExitCode};

/// One crate of the workspace, built already or planned.
pub(crate) struct Part {
    /// Folder; its last component is the short name the table and the documents use.
    pub(crate) folder: &'static str,
    /// Name in its manifest.
    pub(crate) package: &'static str,
    /// What rules it is under.
    pub(crate) kind: Kind,
    /// Where it has to build.
    pub(crate) builds: Builds,
    /// The crates of ours it may use, by short name.
    pub(crate) uses: Uses,
}

/// What rules a crate is under.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// No I/O, clock, randomness, platform or `unsafe` of its own; see [`purity`].
    Pure,
    /// Touches the world for the crates above it.
    Edge,
    /// Shipped; never reaches a test crate.
    App,
    /// Used by tests only.
    Test,
    /// The project's own commands.
    Tool,
}

/// Where a crate has to build.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Builds {
    /// On the developer's machine, for Windows and for wasm.
    Everywhere,
    /// On the developer's machine and for Windows.
    HostAndWindows,
    /// On the developer's machine only.
    Host,
    /// For Windows only.
    Windows,
    /// For browsers only.
    Wasm,
}

/// The crates of ours a crate may use.
#[derive(Clone, Copy)]
pub(crate) enum Uses {
    /// These, by short name.
    Only(&'static [&'static str]),
    /// Any: it sees the system as a whole.
    Anything,
}

use Builds::{Everywhere, Host, HostAndWindows, Wasm, Windows};
use Kind::{App, Edge, Pure, Test, Tool};
use Uses::{Anything, Only};

/// Every crate with the arrows that may leave it. `ARCHITECTURE.md` says the same with the reasons, and is compared
/// with this table. A change here is a change of the architecture: make it in both places, in one commit.
pub(crate) const PARTS: &[Part] = &[
    part("crates/model", "countersign-model", Pure, Everywhere, Only(&[])),
    part("crates/otp", "countersign-otp", Pure, Everywhere, Only(&["model"])),
    part("crates/hardware", "countersign-hardware", Pure, Everywhere, Only(&["model", "otp"])),
    part("crates/qr", "countersign-qr", Pure, Everywhere, Only(&["model"])),
    part("crates/roster", "countersign-roster", Pure, Everywhere, Only(&["model"])),
    part("crates/vault", "countersign-vault", Pure, Everywhere, Only(&["model", "otp"])),
    part("crates/strength", "countersign-strength", Edge, Everywhere, Only(&["model"])),
    part("crates/policy", "countersign-policy", Pure, Everywhere, Only(&["model"])),
    part("crates/texts", "countersign-texts", Pure, Everywhere, Only(&["model"])),
    part("crates/protocol", "countersign-protocol", Pure, Everywhere, Only(&["model"])),
    part("crates/radius", "countersign-radius", Pure, Everywhere, Only(&["model"])),
    part("crates/compat", "countersign-compat", Pure, Everywhere, Only(&["model"])),
    part(
        "crates/signin",
        "countersign-signin",
        Pure,
        Everywhere,
        Only(&["model", "otp", "policy", "protocol", "texts"]),
    ),
    part("crates/domain", "countersign-domain", Pure, Everywhere, Only(&["model", "otp", "policy"])),
    part("crates/store", "countersign-store", Edge, Host, Only(&["domain", "model", "otp"])),
    part(
        "crates/service",
        "countersign-service",
        Edge,
        Host,
        Only(&["domain", "hardware", "model", "otp", "policy", "protocol", "roster", "store"]),
    ),
    part("crates/directory", "countersign-directory", Edge, Host, Only(&["domain", "model"])),
    part(
        "crates/web",
        "countersign-web",
        Edge,
        Host,
        Only(&["compat", "domain", "model", "protocol", "qr", "service"]),
    ),
    part("crates/os", "countersign-os", Edge, HostAndWindows, Only(&["model"])),
    part("crates/win", "countersign-win", Edge, Windows, Only(&["model", "os"])),
    part(
        "apps/server",
        "countersign",
        App,
        Host,
        Only(&["directory", "domain", "model", "policy", "protocol", "radius", "service", "store", "web"]),
    ),
    part(
        "apps/agent",
        "countersign-agent",
        App,
        HostAndWindows,
        Only(&["model", "os", "policy", "protocol", "qr", "signin", "texts", "win"]),
    ),
    part("apps/provider", "countersign-provider", App, Windows, Only(&["model", "protocol", "texts"])),
    part(
        "apps/authenticator",
        "countersign-app",
        App,
        Wasm,
        Only(&["model", "otp", "qr", "strength", "texts", "vault"]),
    ),
    part(
        "apps/authenticator-cli",
        "countersign-authenticator-cli",
        App,
        HostAndWindows,
        Only(&["model", "otp", "qr", "strength", "vault"]),
    ),
    part(
        "tests/testkit",
        "countersign-testkit",
        Test,
        Host,
        Only(&["domain", "model", "otp", "policy", "protocol", "service", "store"]),
    ),
    part("tests/fake-os", "countersign-fake-os", Test, HostAndWindows, Only(&["model", "os"])),
    part(
        "tests/staged-agent",
        "staged-agent",
        Test,
        HostAndWindows,
        Only(&["agent", "fake-os", "model", "os"]),
    ),
    part(
        "tests/lab",
        "countersign-lab",
        Test,
        Host,
        Only(&["agent", "fake-os", "model", "os", "protocol", "qr", "signin", "texts"]),
    ),
    part("tests/host", "countersign-host", Test, Windows, Only(&[])),
    part(
        "tests/wasm-vectors",
        "countersign-wasm-vectors",
        Test,
        Everywhere,
        Only(&["domain", "model", "otp", "policy", "protocol", "qr", "signin", "texts", "vault"]),
    ),
    part(
        "tests/fuzz-oracles",
        "countersign-fuzz-oracles",
        Test,
        Host,
        Only(&[
            "compat",
            "directory",
            "hardware",
            "model",
            "os",
            "otp",
            "policy",
            "protocol",
            "qr",
            "radius",
            "roster",
            "vault",
        ]),
    ),
    part(
        "tests/bench",
        "countersign-bench",
        Test,
        Host,
        Only(&["domain", "model", "otp", "protocol", "store", "testkit"]),
    ),
    part("tests/e2e", "countersign-e2e", Test, Host, Anything),
    part("xtask", "xtask", Tool, Host, Only(&[])),
    part("xtask/bundle", "bundle", Tool, Host, Only(&["texts"])),
];

/// What the tests of any crate may use.
const TEST_SUPPORT: [&str; 2] = ["testkit", "wasm-vectors"];

const fn part(folder: &'static str, package: &'static str, kind: Kind, builds: Builds, uses: Uses) -> Part {
    Part { folder, package, kind, builds, uses }
}

impl Part {
    /// The name the table and the documents use: `crates/otp` is *otp*.
    pub(crate) fn short_name(&self) -> &'static str {
        self.folder.rsplit('/').next().unwrap_or(self.folder)
    }

    /// Whether it builds on the developer's machine.
    pub(crate) fn builds_on_host(&self) -> bool {
        !matches!(self.builds, Windows | Wasm)
    }

    /// Whether it has to build for Windows.
    pub(crate) fn builds_on_windows(&self) -> bool {
        !matches!(self.builds, Host | Wasm)
    }

    fn may_use(&self, other: &Self) -> bool {
        match self.uses {
            Only(names) => names.contains(&other.short_name()),
            Anything => true,
        }
    }

    /// Tests may also use [`TEST_SUPPORT`], whatever the crate could reach through the crates it uses, and the crate
    /// itself, which is how a test turns on one of its features.
    fn may_use_in_tests(&self, other: &Self) -> bool {
        let name = other.short_name();
        name == self.short_name()
            || TEST_SUPPORT.contains(&name)
            || self.may_use(other)
            || self.lower().contains(name)
    }

    /// The crates it can reach along allowed arrows.
    fn lower(&self) -> BTreeSet<&'static str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![self];
        while let Some(part) = open.pop() {
            let Only(names) = part.uses else { continue };
            open.extend(
                names.iter().filter(|name| reached.insert(**name)).filter_map(|name| by_short_name(name)),
            );
        }
        reached
    }
}

fn by_short_name(name: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.short_name() == name)
}

fn by_package(package: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.package == package)
}

/// The crates of the table that exist in the workspace.
pub(crate) fn existing(workspace: &Workspace) -> impl Iterator<Item = &'static Part> {
    PARTS.iter().filter(|part| workspace.has(part.package))
}

/// `cargo xtask arch`: prints every broken rule.
///
/// # Errors
/// When the workspace cannot be read.
pub(crate) fn run() -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    let mut broken = arrows(&workspace.members);
    for part in existing(&workspace).filter(|part| part.kind == Kind::Pure) {
        broken.extend(purity::check(&workspace.root, part.folder)?);
    }
    broken.extend(manifests::check(&workspace)?);
    let path = workspace.root.join("ARCHITECTURE.md");
    let page = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    broken.extend(documents::check(&page, existing(&workspace)));

    for line in &broken {
        eprintln!("arch: {line}");
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Every crate that is not in the table and every arrow the table does not allow.
fn arrows(members: &[Member]) -> Vec<String> {
    let mut broken = Vec::new();
    for member in members {
        match by_package(&member.package) {
            None => broken.push(format!(
                "{} is not in the table: add it to PARTS in xtask/src/arch.rs and to ARCHITECTURE.md",
                member.package
            )),
            Some(part) if part.folder != member.folder => broken.push(format!(
                "{} lives in {}, the table says {}",
                member.package, member.folder, part.folder
            )),
            Some(part) => {
                let wrong = member.dependencies.iter().filter_map(|dependency| wrong_arrow(part, dependency));
                broken.extend(wrong);
                if part.kind == App {
                    broken.extend(way_to_a_test_crate(member, members));
                }
            }
        }
    }
    broken
}

fn wrong_arrow(part: &Part, dependency: &Dependency) -> Option<String> {
    // A crate the table does not know is reported once, for itself.
    let other = by_package(&dependency.package)?;
    let (allowed, used_by) = match dependency.kind {
        DependencyKind::Shipped => (part.may_use(other), "uses"),
        DependencyKind::Dev => (part.may_use_in_tests(other), "uses in its tests"),
    };
    let may = match part.uses {
        Only([]) => "none of our crates".to_owned(),
        Only(names) => names.join(", "),
        Anything => "anything".to_owned(),
    };
    (!allowed).then(|| {
        format!(
            "{}/Cargo.toml: {from} {used_by} {to}, and {from} may use {may} (arrow `{to} ← {from}`: PARTS in \
             xtask/src/arch.rs, reasons in ARCHITECTURE.md)",
            part.folder,
            from = part.short_name(),
            to = other.short_name(),
        )
    })
}

/// The shortest way along shipped dependencies from an app to a crate under `tests/`, as a complaint.
fn way_to_a_test_crate(app: &Member, members: &[Member]) -> Option<String> {
    let mut ways = vec![vec![app]];
    let mut seen = BTreeSet::from([app.package.as_str()]);
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last()?;
            if last.folder.starts_with("tests/") {
                let names: Vec<_> = way.iter().map(|member| member.package.as_str()).collect();
                return Some(format!("{}: an app ships a test crate: {}", app.folder, names.join(" uses ")));
            }
            let shipped = last.dependencies.iter().filter(|found| found.kind == DependencyKind::Shipped);
            for next in
                shipped.filter_map(|found| members.iter().find(|member| member.package == found.package))
            {
                if seen.insert(next.package.as_str()) {
                    longer.push([way.as_slice(), &[next]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

#[cfg(test)]
mod tests;
