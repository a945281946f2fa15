//! Files: read up to a size, written whole or not at all, for their owner only.

use anyhow::{Context, bail};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// Larger than anything that is read here.
const MAX_BYTES: u64 = (vault::container::MAX_BYTES + 1) as u64;

/// The whole file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    read_if_there(path)?.with_context(|| format!("{} is not there", path.display()))
}

/// The whole file, or `None` when there is none.
pub(crate) fn read_if_there(path: &Path) -> anyhow::Result<Option<Zeroizing<Vec<u8>>>> {
    let what = || format!("{} cannot be read", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(what),
    };
    let size = file.metadata().with_context(what)?.len().min(MAX_BYTES);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size as usize + 1));
    file.take(MAX_BYTES).read_to_end(&mut bytes).with_context(what)?;
    Ok(Some(bytes))
}

/// Whether to write over a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Replace,
    Keep,
}

/// Writes a file: after a crash there is the old one or the new one, never a part. Readable by its owner only.
pub(crate) fn write(path: &Path, bytes: &[u8], existing: Existing) -> anyhow::Result<()> {
    let what = || format!("{} cannot be written", path.display());
    if existing == Existing::Keep && path.try_exists().with_context(what)? {
        bail!("{} is there already; --force writes over it", path.display());
    }
    let mut name = path.file_name().context("the file to write has no name")?.to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    // Opened anew, so that a link put there is not written through.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside).with_context(what)?;
    let done = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&beside, path));
    if let Err(error) = done {
        let _ = fs::remove_file(&beside);
        return Err(error).with_context(what);
    }
    // A rename is only as lasting as the folder's entry.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(what)?;
    }
    Ok(())
}
