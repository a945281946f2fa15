//! `bundle MODULES ASSETS OUT`: from the authenticator's wasm modules to a static site.
//!
//! Must not know what the app does: it makes glue code, gives each file a name with its hash and lists them. A program
//! apart from xtask, since the library that makes the glue takes a minute to compile.
#![forbid(unsafe_code)]

mod module;
mod site;
mod sizes;

use anyhow::{Context, Result};
use std::{env, path::PathBuf};

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let mut next = |what: &str| arguments.next().with_context(|| format!("no {what} folder given"));
    let (modules, assets, out) = (next("modules")?, next("assets")?, next("output")?);
    let built = site::build(&modules, &assets, &out)?;
    sizes::print(&built)
}
