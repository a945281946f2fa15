//! One wasm module with its glue code.

use anyhow::{Context, Result, bail};
use std::{fs, io::ErrorKind, path::Path, process::Command};
use wasm_bindgen_cli_support::Bindgen;

/// What this compiler's wasm uses beyond the first version, which Debian's `wasm-opt` wants named one by one.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A module as the browser loads it.
pub(crate) struct Module {
    /// The glue code, an ECMAScript module.
    pub(crate) js: Vec<u8>,
    /// The wasm that belongs to it.
    pub(crate) wasm: Vec<u8>,
}

/// Makes the glue code for the module in `file`, and the module smaller where `wasm-opt` is installed.
///
/// # Errors
/// When the file is not one that `wasm-bindgen` of the same version made, or `wasm-opt` fails.
pub(crate) fn make(file: &Path, scratch: &Path) -> Result<Module> {
    fs::create_dir_all(scratch)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(file).out_name("module").typescript(false).remove_name_section(true);
    bindgen.remove_producers_section(true).omit_default_module_path(true).web(true)?;
    bindgen.generate(scratch).with_context(|| format!("cannot make the glue of {}", file.display()))?;
    let (js, wasm) = (scratch.join("module.js"), scratch.join("module_bg.wasm"));
    shrink(&wasm)?;
    let module = Module { js: fs::read(&js)?, wasm: fs::read(&wasm)? };
    if scratch.join("snippets").exists() {
        bail!("{} brings JavaScript of its own, which has no hashed name", file.display());
    }
    fs::remove_dir_all(scratch)?;
    Ok(module)
}

fn shrink(wasm: &Path) -> Result<()> {
    let smaller = wasm.with_extension("smaller");
    let mut command = Command::new("wasm-opt");
    command.arg("-Oz").args(FEATURES).arg(wasm).arg("-o").arg(&smaller);
    match command.status() {
        Ok(status) if status.success() => Ok(fs::rename(smaller, wasm)?),
        Ok(status) => bail!("wasm-opt failed ({status})"),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("wasm-opt is not installed (Debian: binaryen); the modules stay larger");
            Ok(())
        }
        Err(error) => Err(error).context("cannot start wasm-opt"),
    }
}
