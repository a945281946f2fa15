//! Secrets that administrators keep in files of their own.

use anyhow::{Context, bail};
use model::Secret;
use std::{fs, io::Read, os::unix::fs::PermissionsExt, path::Path};

/// The longest secret, in bytes.
const MAX: u64 = 1024;

/// The first line of a file that nobody else can read. `what` is what names the file, such as a key of the
/// configuration.
///
/// # Errors
/// When it cannot be read, others can read it, or the line is empty or too long.
pub(crate) fn first_line(path: &Path, what: &str) -> anyhow::Result<Secret> {
    let unreadable = || format!("cannot read {what} {}", path.display());
    let file = fs::File::open(path).with_context(unreadable)?;
    let about = file.metadata().with_context(unreadable)?;
    if about.permissions().mode() & 0o077 != 0 {
        bail!("others than its owner can read {what} {0}; chmod 600 {0}", path.display());
    }
    // All the room at once: a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(MAX as usize + 1);
    file.take(MAX + 1).read_to_end(&mut bytes).with_context(unreadable)?;
    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
    let bytes = Secret::new(bytes);
    match bytes.expose().get(..end) {
        Some(line) if (1..=MAX as usize).contains(&end) => Ok(Secret::new(line.to_vec())),
        _ => bail!("there is no secret in the first line of {what} {}", path.display()),
    }
}
