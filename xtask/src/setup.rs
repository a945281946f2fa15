//! What has to be on the machine before everything can be built and tested, and installing it.

use crate::steps;
use anyhow::{Result, bail};
use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

/// A program the build or a test starts, or a file it needs.
struct Tool {
    /// What is looked for on the path, or at this path when it begins with a slash.
    program: &'static str,
    /// The Debian package that has it.
    package: &'static str,
    /// What breaks without it.
    reason: &'static str,
}

/// Every system package the project needs besides Rust, git and a C compiler's own libraries.
const TOOLS: &[Tool] = &[
    Tool { program: "cc", package: "gcc", reason: "links everything; SQLite and ring have parts in C" },
    Tool {
        program: "x86_64-w64-mingw32-gcc",
        package: "gcc-mingw-w64-x86-64-win32",
        reason: "links what is built for Windows, and compiles ring's parts in C for it",
    },
    Tool {
        program: "oathtool",
        package: "oathtool",
        reason: "an independent implementation our one-time passwords are compared with",
    },
    Tool { program: "faketime", package: "faketime", reason: "a machine whose clock is an hour off" },
    Tool { program: "pebble", package: "pebble", reason: "an ACME server to obtain a certificate from" },
    Tool {
        program: "strace",
        package: "strace",
        reason: "shows that an accepted code is on disk before the answer leaves",
    },
    Tool { program: "wine", package: "wine", reason: "runs what is built for Windows" },
    Tool {
        program: "/usr/lib/wine/wine64",
        package: "wine64",
        reason: "the 64-bit half of Wine, without which the package wine takes the other one",
    },
    Tool { program: "Xvfb", package: "xvfb", reason: "a screen for what is run in Wine" },
    Tool {
        program: "/usr/share/i18n/locales/de_DE",
        package: "locales",
        reason: "what a German locale is made from, which a sign-in screen in Wine takes its language from",
    },
    Tool { program: "import", package: "imagemagick", reason: "takes pictures of that screen" },
    Tool {
        program: "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        package: "fonts-dejavu-core",
        reason: "letters for what Wine and the browser draw",
    },
    Tool { program: "chromium", package: "chromium", reason: "the browser the authenticator is tested in" },
    Tool { program: "chromedriver", package: "chromium-driver", reason: "lets a test use that browser" },
    Tool {
        program: "/usr/sbin/apache2",
        package: "apache2-bin",
        reason: "a WebDAV server that the relay is tried with",
    },
    Tool {
        program: "pg_ctlcluster",
        package: "postgresql",
        reason: "the database of several servers; tests start clusters of their own",
    },
    Tool {
        program: "radclient",
        package: "freeradius-utils",
        reason: "a RADIUS client that the server is tried with",
    },
    Tool {
        program: "/usr/sbin/samba",
        package: "samba-ad-dc",
        reason: "an Active Directory that people are read from; tests make domains of their own",
    },
    Tool {
        program: "/usr/share/samba/setup/provision.ldif",
        package: "samba-ad-provision",
        reason: "what such a domain is made from",
    },
    Tool { program: "/usr/sbin/slapd", package: "slapd", reason: "an OpenLDAP that people are read from" },
    Tool { program: "ldapmodify", package: "ldap-utils", reason: "changes entries there" },
    Tool {
        program: "npm",
        package: "npm",
        reason: "fetches axe-core, which looks for what keeps people out of a page",
    },
];

/// A target of the compiler besides the developer's machine.
struct Target {
    name: &'static str,
    reason: &'static str,
}

/// For Windows; linked with mingw.
pub(crate) const WINDOWS: &str = "x86_64-pc-windows-gnu";
/// For browsers, and the proof that a pure crate needs no operating system.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

const TARGETS: [Target; 2] = [
    Target { name: WASM, reason: "pure crates have to build for it, and the norms' vectors run in it" },
    Target { name: WINDOWS, reason: "the agent and what it is made of have to build for it" },
];

/// Whether missing things may be installed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Setup {
    /// Install them where that can be done.
    Install,
    /// Only say what is missing.
    Tell,
}

impl From<bool> for Setup {
    fn from(install: bool) -> Self {
        if install { Self::Install } else { Self::Tell }
    }
}

/// Makes sure that everything is there.
///
/// # Errors
/// When something is missing and was not, or could not be, installed. The message has the line that does it.
pub(crate) fn ensure(root: &Path, setup: Setup) -> Result<()> {
    let mut missing = missing_tools();
    if !missing.is_empty() && setup == Setup::Install && is_root_on_debian() {
        install_packages(&missing)?;
        missing = missing_tools();
    }
    let mut missing_targets = missing_targets(root)?;
    if !missing_targets.is_empty() && setup == Setup::Install {
        steps::heading("rustup target add");
        // Whether it worked is asked of the compiler below; rustup may not be what this Rust came from.
        let _status = Command::new("rustup").args(["target", "add"]).args(names(&missing_targets)).status();
        missing_targets = self::missing_targets(root)?;
    }
    match complaint(&missing, &missing_targets) {
        Some(text) => bail!(text),
        None => Ok(()),
    }
}

/// Makes sure that browsers' wasm can be built, with rustup where it cannot be yet.
///
/// # Errors
/// When it still cannot. The message has the line that changes it.
pub(crate) fn ensure_wasm(root: &Path) -> Result<()> {
    let missing = || -> Result<Vec<&'static Target>> {
        Ok(missing_targets(root)?.into_iter().filter(|target| target.name == WASM).collect())
    };
    if missing()?.is_empty() {
        return Ok(());
    }
    steps::heading("rustup target add");
    // Whether it worked is asked of the compiler; rustup may not be what this Rust came from.
    let _status = Command::new("rustup").args(["target", "add", WASM]).status();
    match complaint(&[], &missing()?) {
        Some(text) => bail!(text),
        None => Ok(()),
    }
}

/// What is missing, why it is needed and how to get it; nothing when nothing is missing.
fn complaint(tools: &[&Tool], targets: &[&Target]) -> Option<String> {
    let mut lines = Vec::new();
    for tool in tools {
        lines.push(format!("{} is missing: {}", tool.program, tool.reason));
    }
    for target in targets {
        lines.push(format!("the standard library for {} is missing: {}", target.name, target.reason));
    }
    if lines.is_empty() {
        return None;
    }
    if !tools.is_empty() {
        lines.push("as root on Debian:".to_owned());
        let packages: Vec<_> = tools.iter().map(|tool| tool.package).collect();
        lines.push(format!("  apt-get install -y --no-install-recommends {}", packages.join(" ")));
    }
    if !targets.is_empty() {
        lines.push("with rustup:".to_owned());
        lines.push(format!("  rustup target add {}", names(targets).join(" ")));
        lines.push(
            "where rustup cannot fetch them, a compiler that has its own source (Debian: rustc-web, rust-web-src) \
             builds them:\n  \
             RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 cargo build -Zbuild-std=std,panic_unwind --target TARGET\n\
             copy the .rlib files this leaves into lib/rustlib/TARGET/lib of a sysroot folder, and let RUSTC name a \
             script that calls that compiler with --sysroot"
                .to_owned(),
        );
    }
    Some(lines.join("\n"))
}

fn names(targets: &[&Target]) -> Vec<&'static str> {
    targets.iter().map(|target| target.name).collect()
}

fn missing_tools() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| !is_there(tool.program)).collect()
}

fn is_there(program: &str) -> bool {
    if program.starts_with('/') { Path::new(program).is_file() } else { is_on_path(program) }
}

fn is_on_path(program: &str) -> bool {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// Targets without a standard library, asked of the compiler cargo would use.
fn missing_targets(root: &Path) -> Result<Vec<&'static Target>> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut missing = Vec::new();
    for target in &TARGETS {
        let mut command = Command::new(&compiler);
        command.args(["--print", "target-libdir", "--target", target.name]).current_dir(root);
        let folder = steps::output(&mut command)?;
        // The folder is there and empty of libraries when a target was added and removed.
        let there = fs::read_dir(folder.trim()).is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        });
        if !there {
            missing.push(target);
        }
    }
    Ok(missing)
}

fn is_root_on_debian() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && Path::new("/etc/debian_version").exists() && is_on_path("apt-get")
}

fn install_packages(missing: &[&Tool]) -> Result<()> {
    steps::heading("apt-get install");
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        command
    };
    steps::run("apt-get update", apt().args(["update", "--quiet"]))?;
    let packages = missing.iter().map(|tool| tool.package);
    let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
    steps::run("apt-get install", apt().args(install).args(packages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_missing_is_no_complaint() {
        assert_eq!(complaint(&[], &[]), None);
    }

    #[test]
    fn the_complaint_has_one_line_that_installs_all_missing_packages() {
        let text = complaint(&[&TOOLS[2], &TOOLS[5]], &[]).unwrap();
        assert!(text.contains("oathtool is missing"), "{text}");
        assert!(text.ends_with("\n  apt-get install -y --no-install-recommends oathtool strace"), "{text}");
    }

    #[test]
    fn the_complaint_about_a_target_names_the_rustup_line_and_the_way_without_it() {
        let text = complaint(&[], &[&TARGETS[0]]).unwrap();
        assert!(text.contains("  rustup target add wasm32-unknown-unknown"), "{text}");
        assert!(text.contains("-Zbuild-std"), "{text}");
        assert!(!text.contains("apt-get"), "{text}");
    }
}
