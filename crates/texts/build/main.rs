//! Turns the texts into constants at build time. A missing or unknown text stops the build.

mod generate;

use std::{env, error::Error, fs, path::Path};

/// Variants of `Language` and their files.
const FILES: [(&str, &str); 2] = [("English", "text/en.ftl"), ("German", "text/de.ftl")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=text");
    let mut texts = Vec::new();
    for (language, file) in FILES {
        texts.push((language, fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?));
    }
    let constants = generate::generate(&texts)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("constants.rs"), constants)?;
    Ok(())
}
