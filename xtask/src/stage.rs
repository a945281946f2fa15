//! `cargo xtask stage DIR`: a set of programs for Windows that anybody can run under Wine, and what each must not hold.

mod version;

use crate::{
    setup::{self, Setup},
    steps,
    test::by_name,
    wine,
    workspace::Workspace,
};
use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};
use version::Version;

/// The provider's package, and the profile it is shipped with.
const PROVIDER: (&str, &str) = ("countersign-provider", "provider");
/// The DLL.
const DLL: &str = "countersign_provider.dll";
/// The programs beside it: package, and its file. The shipped agent is built to be looked at; it does not run in Wine.
const PROGRAMS: [(&str, &str); 3] = [
    ("staged-agent", "staged-agent.exe"),
    ("countersign-host", "countersign-host.exe"),
    (SHIPPED_AGENT.0, SHIPPED_AGENT.1),
];
const SHIPPED_AGENT: (&str, &str) = ("countersign-agent", "countersign-agent.exe");

/// What the fake Windows leaves in every file it is linked into.
const FAKE_MARKER: &[u8] = b"COUNTERSIGN-FAKE-OS";
/// The most bytes the DLL may have.
const DLL_LIMIT: u64 = 400 * 1024;
/// What it exports, and nothing else.
const DLL_EXPORTS: [&str; 2] = ["DllCanUnloadNow", "DllGetClassObject"];
/// Files of Windows that the DLL may need. Each is on every Windows 10 and Server 2016, in `system32`.
const SYSTEM_DLLS: [&str; 18] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "gdi32.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "rpcrt4.dll",
    "sechost.dll",
    "shcore.dll",
    "shell32.dll",
    "shlwapi.dll",
    "user32.dll",
    "wtsapi32.dll",
];

const README: &str = include_str!("stage/README.txt");
const REGISTER: &str = include_str!("stage/register.cmd");
const UNREGISTER: &str = include_str!("stage/unregister.cmd");
const ACCOUNTS: &str = include_str!("stage/accounts.json");

/// Builds the set and puts it into `folder`.
///
/// # Errors
/// When something is missing, does not build, or does not have the shape it must have.
pub(crate) fn run(folder: &Path, setup: Setup) -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    setup::ensure(&workspace.root, setup)?;
    stage(&workspace, folder, Programs::Debug)?;
    println!("staged in {}; README.txt there says how to run it", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// How the agents and the host are built. The provider is always built as it is shipped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Programs {
    /// Quickly.
    Debug,
    /// As they are shipped, to measure them.
    Release,
}

/// Builds the set, checks it, and puts it into `folder`, which is made when it is not there.
///
/// # Errors
/// As [`run`].
pub(crate) fn stage(workspace: &Workspace, folder: &Path, programs: Programs) -> Result<()> {
    let dll = build_provider(workspace)?;
    let programs = build_programs(workspace, programs)?;
    check_dll(&dll)?;
    for file in [&dll, &programs.join(SHIPPED_AGENT.1)] {
        refuse_the_fake(file)?;
    }
    for file in [&dll, &programs.join(SHIPPED_AGENT.1), &programs.join("countersign-host.exe")] {
        check_version(file)?;
    }
    // The other way round, so that the check above is seen to find what it looks for.
    if refuse_the_fake(&programs.join("staged-agent.exe")).is_ok() {
        bail!(
            "staged-agent.exe lacks the mark of the fake Windows, so that a shipped file could not be told"
        );
    }

    steps::heading("stage");
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    copy(&dll, &folder.join(DLL))?;
    for (package, file) in PROGRAMS {
        if package != SHIPPED_AGENT.0 {
            copy(&programs.join(file), &folder.join(file))?;
        }
    }
    wine::compile_stub(&workspace.root, &folder.join(wine::STUB))?;
    for (name, text) in [("register.cmd", REGISTER), ("unregister.cmd", UNREGISTER), ("README.txt", README)] {
        // The command interpreter of Windows wants its own ends of lines.
        fs::write(folder.join(name), text.replace('\n', "\r\n"))?;
    }
    fs::write(folder.join("accounts.json"), ACCOUNTS)?;
    Ok(())
}

fn build_provider(workspace: &Workspace) -> Result<PathBuf> {
    let (package, profile) = PROVIDER;
    steps::heading("build the provider for Windows");
    let mut build = steps::cargo(&workspace.root);
    build.args(["build", "--target", setup::WINDOWS, "--profile", profile]).args(by_name([package]));
    steps::run("the build of the provider", &mut build)?;
    Ok(workspace.target_dir.join(setup::WINDOWS).join(profile).join(DLL))
}

fn build_programs(workspace: &Workspace, programs: Programs) -> Result<PathBuf> {
    steps::heading("build the agents and the host for Windows");
    let (profile, folder) = match programs {
        Programs::Debug => ("dev", "debug"),
        Programs::Release => ("release", "release"),
    };
    let mut build = steps::cargo(&workspace.root);
    build.args(["build", "--target", setup::WINDOWS, "--profile", profile]);
    build.args(by_name(PROGRAMS.iter().map(|(package, _)| *package)));
    steps::run("the build for Windows", &mut build)?;
    Ok(workspace.target_dir.join(setup::WINDOWS).join(folder))
}

/// Size, imports and exports.
fn check_dll(file: &Path) -> Result<()> {
    let size = fs::metadata(file).with_context(|| format!("the build left no {}", file.display()))?.len();
    eprintln!("{DLL}: {size} bytes");
    if size > DLL_LIMIT {
        bail!("{DLL} has {size} bytes, more than {DLL_LIMIT}");
    }
    let listing = steps::output(Command::new("x86_64-w64-mingw32-objdump").arg("-p").arg(file))?;
    let found = Tables::read(&listing);
    if let Some(foreign) = found.foreign_imports().first() {
        bail!("{DLL} needs {foreign}, which is no file of Windows that is always there");
    }
    if found.exports != DLL_EXPORTS {
        bail!("{DLL} exports {:?} instead of {DLL_EXPORTS:?}", found.exports);
    }
    Ok(())
}

/// What Windows shows of a file in its properties.
fn check_version(file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let Some(version) = Version::read(&bytes) else {
        bail!("{} has no version information: is there no windres?", file.display());
    };
    let (name, own) = (file.file_name().and_then(OsStr::to_str), env!("CARGO_PKG_VERSION"));
    let numbers = version.numbers.map(|number| number.to_string()).join(".");
    let expected =
        [("FileVersion", Some(own)), ("ProductName", Some("Countersign")), ("OriginalFilename", name)];
    for (text, expected) in expected {
        if version.text(text) != expected {
            bail!("{}: {text} is {:?} instead of {expected:?}", file.display(), version.text(text));
        }
    }
    for text in ["CompanyName", "FileDescription", "LegalCopyright"] {
        if version.text(text).is_none_or(str::is_empty) {
            bail!("{}: {text} is missing", file.display());
        }
    }
    if numbers != format!("{own}.0") {
        bail!("{} says it is version {numbers}, not {own}", file.display());
    }
    Ok(())
}

/// What a listing by `objdump -p` says.
struct Tables {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Tables {
    fn read(listing: &str) -> Self {
        let imports = listing
            .lines()
            .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
            .map(str::to_lowercase)
            .collect();
        let mut exports: Vec<String> = listing
            .lines()
            .skip_while(|line| !line.starts_with("[Ordinal/Name Pointer] Table"))
            .skip(1)
            .map_while(|line| line.trim().strip_prefix('['))
            .filter_map(|line| line.split_whitespace().last().map(str::to_owned))
            .collect();
        exports.sort_unstable();
        Self { imports, exports }
    }

    fn foreign_imports(&self) -> Vec<&str> {
        let known = |name: &str| SYSTEM_DLLS.contains(&name) || name.starts_with("api-ms-win-");
        self.imports.iter().map(String::as_str).filter(|name| !known(name)).collect()
    }
}

/// Refuses a program that the fake Windows is linked into.
///
/// # Errors
/// When it is, or the file cannot be read.
pub(crate) fn refuse_the_fake(file: &Path) -> Result<()> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    if bytes.windows(FAKE_MARKER.len()).any(|window| window == FAKE_MARKER) {
        bail!("{} holds the fake Windows", file.display());
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    // Removed first: a program of an earlier set may be running, and its file must not be written into.
    let _gone = fs::remove_file(to);
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "
\tDLL Name: KERNEL32.dll
\tDLL Name: libgcc_s_seh-1.dll
\tDLL Name: api-ms-win-core-synch-l1-2-0.dll

[Ordinal/Name Pointer] Table
\t[   1] DllGetClassObject
\t[   0] DllCanUnloadNow

The Function Table
";

    #[test]
    fn a_dll_that_windows_does_not_have_is_found() {
        let tables = Tables::read(LISTING);
        assert_eq!(tables.imports.len(), 3);
        assert_eq!(tables.foreign_imports(), ["libgcc_s_seh-1.dll"]);
    }

    #[test]
    fn the_exports_are_read() {
        assert_eq!(Tables::read(LISTING).exports, DLL_EXPORTS);
    }

    #[test]
    fn a_file_with_the_fake_in_it_is_refused() {
        let folder = std::env::temp_dir().join(format!("countersign-stage-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (clean, fake) = (folder.join("clean"), folder.join("fake"));
        fs::write(&clean, b"MZ COUNTERSIGN").unwrap();
        fs::write(&fake, [b"MZ ", FAKE_MARKER, b" more"].concat()).unwrap();
        assert!(refuse_the_fake(&clean).is_ok());
        assert!(refuse_the_fake(&fake).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
