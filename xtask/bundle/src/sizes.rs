//! How much a phone has to load, against the budget.

use crate::site::Site;
use anyhow::{Context, Result, bail};
use std::{fs, path::Path, process::Command};

/// What may be loaded before the first screen and with it, compressed, without what reads QR codes.
const BUDGET_BYTES: u64 = 400 * 1024;

/// Prints each file with its size as it is and compressed, and the sum.
///
/// # Errors
/// When the sum without the QR reader is above the budget, or `gzip` is not there.
pub(crate) fn print(site: &Site) -> Result<()> {
    let (mut first, mut later) = (0, 0);
    for file in &site.files {
        let path = site.folder.join(file);
        let (plain, packed) = (fs::metadata(&path)?.len(), compressed(&path)?);
        println!("{plain:>9} {packed:>9}  {file}");
        let sum = if file.starts_with("assets/qr-") { &mut later } else { &mut first };
        *sum += packed;
    }
    let kib = |bytes: u64| bytes.div_ceil(1024);
    println!(
        "compressed (gzip -9): {} KB, and {} KB when a QR code is read; budget {} KB without",
        kib(first),
        kib(later),
        kib(BUDGET_BYTES)
    );
    if first > BUDGET_BYTES {
        bail!("the app is larger than its budget");
    }
    Ok(())
}

fn compressed(file: &Path) -> Result<u64> {
    let output = Command::new("gzip").args(["-9", "-c"]).arg(file).output().context("cannot start gzip")?;
    Ok(output.stdout.len() as u64)
}
