//! `cargo xtask dist DIR`: what is installed on a server: the program with the authenticator in it, a Debian package, and
//! what a container is built from.

use crate::{app, setup, stage, steps, workspace::Workspace};
use anyhow::{Context, Result};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// The package.
const SERVER: &str = "countersign";
/// What the package needs: the C library it was linked against, and what makes its user. Certificates of others are
/// checked by the system's roots.
const DEPENDS: &str = "libc6, systemd, ca-certificates";

/// Builds everything into `folder`, which is made when it is not there.
///
/// # Errors
/// When something does not build, or `dpkg-deb` is not installed.
pub(crate) fn run(folder: &Path) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    setup::ensure_wasm(&workspace.root)?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let folder = folder.canonicalize()?;
    let program = build(&workspace)?;
    copy(&program, &folder.join(SERVER), 0o755)?;
    copy(&workspace.root.join("packaging/Containerfile"), &folder.join("Containerfile"), 0o644)?;
    steps::heading("make the Debian package");
    let package = debian(&workspace, &program, &folder)?;
    for file in [folder.join(SERVER), folder.join("Containerfile"), package] {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The server as it is shipped, with the authenticator's site in it.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let site = app::folder(workspace);
    app::build(workspace, &site)?;
    steps::heading("build the server");
    let mut build = steps::cargo(&workspace.root);
    build.args(["build", "--release", "-p", SERVER]).env("COUNTERSIGN_APP_DIR", &site);
    steps::run("the build", &mut build)?;
    let program = workspace.target_dir.join("release").join(SERVER);
    stage::refuse_the_fake(&program)?;
    Ok(program)
}

/// The Debian package, made by `dpkg-deb` of a tree that is laid out here.
fn debian(workspace: &Workspace, program: &Path, out: &Path) -> Result<PathBuf> {
    let said = steps::output(Command::new(program).arg("--version"))?;
    let version = said.split_whitespace().last().context("the server does not say its version")?;
    let architecture = steps::output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let tree = workspace.target_dir.join("debian");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    let (packaging, docs) = (workspace.root.join("packaging"), "usr/share/doc/countersign");
    let file = |from: PathBuf, to: &str, mode| copy(&from, &tree.join(to), mode);
    file(program.to_owned(), "usr/bin/countersign", 0o755)?;
    file(packaging.join("countersign.service"), "lib/systemd/system/countersign.service", 0o644)?;
    file(packaging.join("countersign.toml"), "etc/countersign/countersign.toml", 0o644)?;
    file(packaging.join("debian/sysusers.conf"), "usr/lib/sysusers.d/countersign.conf", 0o644)?;
    file(packaging.join("grafana-dashboard.json"), "usr/share/countersign/grafana-dashboard.json", 0o644)?;
    file(workspace.root.join("LICENSE-MIT"), &format!("{docs}/copyright"), 0o644)?;
    for entry in fs::read_dir(workspace.root.join("docs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "md") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            file(path, &format!("{docs}/{name}"), 0o644)?;
        }
    }
    for script in ["postinst", "prerm", "postrm"] {
        file(packaging.join("debian").join(script), &format!("DEBIAN/{script}"), 0o755)?;
    }
    let size = fs::metadata(program)?.len() / 1024;
    fs::write(tree.join("DEBIAN/conffiles"), "/etc/countersign/countersign.toml\n")?;
    fs::write(
        tree.join("DEBIAN/control"),
        format!(
            "Package: countersign\nVersion: {version}\nArchitecture: {architecture}\nDepends: {DEPENDS}\n\
             Section: admin\nPriority: optional\nInstalled-Size: {size}\n\
             Maintainer: The Countersign authors <countersign@localhost>\n\
             Description: second factor for Windows sign-in: the server\n \
             Asks for a one-time password when somebody signs in to Windows, at the\n \
             console and over Remote Desktop, and lets each person enroll their own token.\n"
        ),
    )?;
    let package = out.join(format!("countersign_{version}_{architecture}.deb"));
    let mut make = Command::new("dpkg-deb");
    make.args(["--root-owner-group", "--build"]).arg(&tree).arg(&package);
    steps::run("making the Debian package", &mut make)?;
    Ok(package)
}

/// Copies a file into a folder that is made where it is not there, with this mode whatever the original has.
fn copy(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let cannot = || format!("cannot copy {} to {}", from.display(), to.display());
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(cannot)?;
    }
    fs::copy(from, to).with_context(cannot)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).with_context(cannot)
}
