//! Turns the texts into constants at build time. A missing or unknown text stops the build.

mod app;
mod generate;

use std::{env, error::Error, fs, path::Path};

/// Variants of `Language` and their files.
const FILES: [(&str, &str); 2] = [("English", "text/en.ftl"), ("German", "text/de.ftl")];

/// The same for the authenticator's texts. The first says which there are.
const APP_FILES: [(&str, app::Extent, &str); 6] = [
    ("English", app::Extent::Complete, "text/app/en.ftl"),
    ("German", app::Extent::Complete, "text/app/de.ftl"),
    ("French", app::Extent::AsFarAsTranslated, "text/app/fr.ftl"),
    ("Spanish", app::Extent::AsFarAsTranslated, "text/app/es.ftl"),
    ("Ukrainian", app::Extent::AsFarAsTranslated, "text/app/uk.ftl"),
    ("Russian", app::Extent::AsFarAsTranslated, "text/app/ru.ftl"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=text");
    let mut texts = Vec::new();
    for (language, file) in FILES {
        texts.push((language, read(file)?));
    }
    let mut app_texts = Vec::new();
    for (language, extent, file) in APP_FILES {
        app_texts.push((language, extent, read(file)?));
    }
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("constants.rs"), generate::generate(&texts)?)?;
    fs::write(Path::new(&out).join("app.rs"), app::generate(&app_texts)?)?;
    Ok(())
}

fn read(file: &str) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))
}
