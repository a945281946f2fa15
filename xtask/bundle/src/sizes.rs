//! How much a phone has to load, against the budget.

use crate::site::Site;
use anyhow::{Result, bail};
use std::{fs, path::Path};

/// What may be loaded before the first screen and with it, compressed, without what reads QR codes.
const BUDGET_BYTES: u64 = 400 * 1024;

/// What is loaded when a QR code or a file is read, a place for backups is used or a new password is typed, for the first
/// time.
const LATER: [&str; 4] = ["assets/qr-", "assets/files-", "assets/places-", "assets/strength-"];
/// The texts in another language than English. Nobody needs more than one of them: the largest counts.
const LANGUAGE: &str = "assets/text-";

/// Prints each file with its size as it is and compressed, and the sum.
///
/// # Errors
/// When the sum without what is loaded later is above the budget, or a file cannot be read.
pub(crate) fn print(site: &Site) -> Result<()> {
    let (mut first, mut later, mut language) = (0, 0, 0);
    for file in &site.files {
        let path = site.folder.join(file);
        let (plain, packed) = (fs::metadata(&path)?.len(), compressed(&path)?);
        println!("{plain:>9} {packed:>9}  {file}");
        if file.starts_with(LANGUAGE) {
            language = packed.max(language);
            continue;
        }
        let sum = if LATER.iter().any(|start| file.starts_with(start)) { &mut later } else { &mut first };
        *sum += packed;
    }
    first += language;
    let kib = |bytes: u64| bytes.div_ceil(1024);
    println!(
        "compressed with Brotli: {} KB, and {} KB when QR codes, files, places and new passwords are; budget {} KB without",
        kib(first),
        kib(later),
        kib(BUDGET_BYTES)
    );
    if first > BUDGET_BYTES {
        bail!("the app is larger than its budget");
    }
    Ok(())
}

/// With Brotli at its best, as the server compresses its files when it is built.
fn compressed(file: &Path) -> Result<u64> {
    let content = fs::read(file)?;
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    brotli::BrotliCompress(&mut content.as_slice(), &mut packed, &parameters)?;
    Ok(packed.len() as u64)
}
