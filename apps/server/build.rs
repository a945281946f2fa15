//! Takes the authenticator's files into the server, compressed, where `COUNTERSIGN_APP_DIR` names a folder with them.

use sha2::{Digest, Sha256};
use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

const VARIABLE: &str = "COUNTERSIGN_APP_DIR";
/// Brotli's best; the files are compressed once and sent many times.
const QUALITY: i32 = 11;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut files = Vec::new();
    if let Some(folder) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        let folder = PathBuf::from(folder);
        // A build script runs in the package's folder, not where cargo was called.
        if !folder.is_absolute() {
            return Err(format!("{VARIABLE}: {} is not a full path", folder.display()).into());
        }
        if !folder.join("index.html").is_file() {
            return Err(format!(
                "{VARIABLE}: there is no index.html in {}; `cargo xtask app` makes the folder",
                folder.display()
            )
            .into());
        }
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, &folder, &mut files)?;
    }
    files.sort();
    fs::write(out.join("site.rs"), table(&files, &out)?)?;
    Ok(())
}

/// Every file below a folder: its path from the top with slashes, and where it is.
fn collect(top: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(top, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(top)?.to_str().ok_or("a file's name is not UTF-8")?;
        files.push((name.to_owned(), path));
    }
    Ok(())
}

/// The files as the source of a table.
fn table(files: &[(String, PathBuf)], out: &Path) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("/// The files, by path.\npub(crate) const FILES: &[SiteFile] = &[\n");
    for (number, (name, path)) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let brotli = match compressed(name, &bytes)? {
            Some(packed) => {
                let file = out.join(format!("site-{number}.br"));
                fs::write(&file, packed)?;
                format!("Some(include_bytes!({file:?}))")
            }
            None => "None".to_owned(),
        };
        let mut sha256 = String::new();
        for byte in Sha256::digest(&bytes) {
            write!(sha256, "{byte:02x}")?;
        }
        writeln!(
            source,
            "    SiteFile {{ path: {name:?}, bytes: include_bytes!({path:?}), brotli: {brotli}, sha256: {sha256:?} }},"
        )?;
    }
    source.push_str("];\n");
    Ok(source)
}

/// The content compressed, where that is worth it. Pictures are compressed already.
fn compressed(name: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    if name.ends_with(".png") {
        return Ok(None);
    }
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters)?;
    Ok((packed.len() < bytes.len()).then_some(packed))
}
