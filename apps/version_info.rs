//! Build script of what is shipped for Windows: who made the file, what it is and which version, as Windows shows it in a
//! file's properties and an administrator's inventory reads it.
//!
//! It is compiled by `windres`, which comes with mingw, or by Microsoft's `rc` for Microsoft's linker. Where there is none,
//! the file is built without, and the build says so; `cargo xtask stage` refuses such a file.

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The resource compiler: of mingw on another system, and on Windows.
const COMPILERS: [&str; 2] = ["x86_64-w64-mingw32-windres", "windres"];
/// What Microsoft's linker takes is compiled by this, if it is on the path.
const MICROSOFT: [&str; 1] = ["rc"];
const PRODUCT: &str = "Countersign";
const LICENSE: &str = "LICENSE-MIT";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-changed={}", folder.join("Cargo.toml").display());
    println!("cargo::rerun-if-changed={}", file!());
    if env::var("CARGO_CFG_TARGET_OS")? != "windows" {
        return Ok(());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let microsoft = env::var("CARGO_CFG_TARGET_ENV")? == "msvc";
    let (script, object) =
        (out.join("version.rc"), out.join(if microsoft { "version.res" } else { "version.o" }));
    fs::write(&script, Version::read(&folder)?.to_string())?;
    if !compile(&script, &object, microsoft)? {
        println!(
            "cargo::warning=neither windres (Debian: binutils-mingw-w64-x86-64) nor rc: no version information"
        );
        return Ok(());
    }
    let kind = if is_program(&folder) { "bins" } else { "cdylib" };
    println!("cargo::rustc-link-arg-{kind}={}", object.display());
    Ok(())
}

fn is_program(folder: &Path) -> bool {
    folder.join("src/main.rs").exists()
}

/// `false`: there is no compiler.
fn compile(script: &Path, object: &Path, microsoft: bool) -> Result<bool, Box<dyn std::error::Error>> {
    for compiler in if microsoft { &MICROSOFT[..] } else { &COMPILERS[..] } {
        let mut command = Command::new(compiler);
        if microsoft {
            command.args(["/nologo", "/fo"]).arg(object).arg(script);
        } else {
            command.arg("--output-format=coff").arg(script).arg(object);
        }
        let output = command.output();
        match output {
            Ok(output) if output.status.success() => return Ok(true),
            Ok(output) => return Err(String::from_utf8_lossy(&output.stderr).into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

/// What is said of a file. Displayed as a resource script.
struct Version {
    /// Four numbers; the last is always 0.
    numbers: String,
    is_dll: bool,
    texts: [(&'static str, String); 8],
}

impl Version {
    fn read(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let package = |name: &str| env::var(format!("CARGO_PKG_{name}"));
        let [name, version, description] = [package("NAME")?, package("VERSION")?, package("DESCRIPTION")?];
        let numbers = [package("VERSION_MAJOR")?, package("VERSION_MINOR")?, package("VERSION_PATCH")?];
        let is_dll = !is_program(folder);
        let file = if is_dll { format!("{}.dll", name.replace('-', "_")) } else { format!("{name}.exe") };
        let copyright = copyright(folder)?;
        // "Copyright (c) 2026 The authors"
        let company = copyright.splitn(4, ' ').nth(3).ok_or("the license names nobody")?.to_owned();
        Ok(Self {
            numbers: format!("{},0", numbers.join(",")),
            is_dll,
            texts: [
                ("CompanyName", company),
                ("FileDescription", description.trim_end_matches('.').to_owned()),
                ("FileVersion", version.clone()),
                ("InternalName", name),
                ("LegalCopyright", copyright),
                ("OriginalFilename", file),
                ("ProductName", PRODUCT.to_owned()),
                ("ProductVersion", version),
            ],
        })
    }
}

/// The license's first line.
fn copyright(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let root = folder.ancestors().find(|folder| folder.join(LICENSE).exists()).ok_or("no license")?;
    let text = fs::read_to_string(root.join(LICENSE))?;
    Ok(text.lines().next().ok_or("an empty license")?.trim().to_owned())
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { numbers, is_dll, texts } = self;
        // VOS_NT_WINDOWS32; VFT_DLL or VFT_APP.
        let kind = if *is_dll { 2 } else { 1 };
        writeln!(
            f,
            "1 VERSIONINFO FILEVERSION {numbers} PRODUCTVERSION {numbers} FILEOS 0x40004 FILETYPE {kind}"
        )?;
        // American English, Unicode.
        writeln!(f, "BEGIN BLOCK \"StringFileInfo\" BEGIN BLOCK \"040904B0\" BEGIN")?;
        for (name, text) in texts {
            writeln!(f, "VALUE \"{name}\", \"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))?;
        }
        writeln!(f, "END END BLOCK \"VarFileInfo\" BEGIN VALUE \"Translation\", 0x409, 0x4B0 END END")
    }
}
