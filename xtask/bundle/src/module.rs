//! One wasm module with its glue code.
//!
//! Debian's `wasm-opt` is of no use here: its version 108 cannot read `table.fill`, which the glue for reference types
//! needs, and a newer one would have to be fetched from elsewhere.

use anyhow::{Context, Result, bail};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// A module as the browser loads it.
pub(crate) struct Module {
    /// The glue code, an ECMAScript module.
    pub(crate) js: Vec<u8>,
    /// The wasm that belongs to it.
    pub(crate) wasm: Vec<u8>,
}

/// Makes the glue code for the module in `file`.
///
/// # Errors
/// When the file is not one that `wasm-bindgen` of the same version made.
pub(crate) fn make(file: &Path, scratch: &Path) -> Result<Module> {
    fs::create_dir_all(scratch)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(file).out_name("module").typescript(false).remove_name_section(true);
    bindgen.remove_producers_section(true).omit_default_module_path(true).web(true)?;
    bindgen.generate(scratch).with_context(|| format!("cannot make the glue of {}", file.display()))?;
    if scratch.join("snippets").exists() {
        bail!("{} brings JavaScript of its own, which has no hashed name", file.display());
    }
    let module =
        Module { js: fs::read(scratch.join("module.js"))?, wasm: fs::read(scratch.join("module_bg.wasm"))? };
    fs::remove_dir_all(scratch)?;
    Ok(module)
}
