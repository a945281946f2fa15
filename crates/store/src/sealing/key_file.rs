//! The file the master keys live in: text, so that it can be printed and put into a safe.
//!
//! First line a title; then one key a line, 64 hexadecimal digits, the newest first.

use super::{KEY_BYTES, MasterKey, MasterKeys};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use model::Secret;
use rand_core::CryptoRng;
use std::sync::Arc;
use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const TITLE: &str = "countersign master keys 1";
/// Room for a key a month for twenty years; more is another file.
const MAX_BYTES: u64 = 16 * 1024;

/// Why the master keys could not be had. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The database is there and its key is not.
    #[error(
        "{} is missing, and without it the tokens in {} cannot be used; put the file back from your backup \
         (a new one would not open them)", path.display(), database.display()
    )]
    Missing {
        /// Where the key file belongs.
        path: PathBuf,
        /// The database that needs it.
        database: PathBuf,
    },
    /// The file is there and is not a key file, or only a part of one.
    #[error("{} is not a master key file, or a damaged one; put it back from your backup", .0.display())]
    Damaged(PathBuf),
    /// Others can read the file.
    #[error("{} can be read by others; make it readable by its owner only (chmod 600)", .0.display())]
    TooOpen(PathBuf),
    /// Reading or writing failed.
    #[error("cannot use {}", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl MasterKeys {
    /// The keys in a file; on a server that has no database yet, a new key in a new file.
    ///
    /// Call it before the database is created. The new file is readable by its owner only, complete or not there at
    /// all, and on disk when this returns. A file that is there is never overwritten: of two servers that start at
    /// the same moment, both get the key of the one that was first.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read_or_create(
        path: &Path,
        database: &Path,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        if let Some(keys) = Self::read_if_there(path)? {
            return Ok(keys);
        }
        if fs::exists(database).map_err(failed)? {
            return Err(KeyFileError::Missing { path: path.to_owned(), database: database.to_owned() });
        }
        create(path, &Self::generate(rng), rng).map_err(failed)?;
        Self::read_if_there(path)?.ok_or_else(|| KeyFileError::Damaged(path.to_owned()))
    }

    /// The keys in a file that has to be there, next to this database. For commands that must not create anything.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read(path: &Path, database: &Path) -> Result<Self, KeyFileError> {
        Self::read_if_there(path)?
            .ok_or_else(|| KeyFileError::Missing { path: path.to_owned(), database: database.to_owned() })
    }

    /// Puts these keys into the key file, in place of those that are there: complete and on disk, or not at all. Whoever
    /// calls it has made sure that no key is lost that something is sealed under.
    ///
    /// # Errors
    /// [`KeyFileError::Io`]; then the file is as it was.
    pub fn replace_file(&self, path: &Path, rng: &mut dyn CryptoRng) -> Result<(), KeyFileError> {
        replace(path, self, rng).map_err(|source| KeyFileError::Io { path: path.to_owned(), source })
    }

    /// The keys in the text of a key file; `None` when it is none, or a damaged one.
    pub fn from_text(text: &Secret) -> Option<Self> {
        parse(text.expose())
    }

    fn read_if_there(path: &Path) -> Result<Option<Self>, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let about = file.metadata().map_err(failed)?;
        if readable_by_others(&about) {
            return Err(KeyFileError::TooOpen(path.to_owned()));
        }
        // All the room at once: a buffer that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES as usize + 1));
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        parse(&bytes).map(Some).ok_or_else(|| KeyFileError::Damaged(path.to_owned()))
    }
}

fn parse(bytes: &[u8]) -> Option<MasterKeys> {
    if bytes.len() as u64 > MAX_BYTES {
        return None;
    }
    let mut lines = bytes.strip_suffix(b"\n")?.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    if lines.next()? != TITLE.as_bytes() {
        return None;
    }
    let key = |line: &[u8]| {
        let key = Secret::new(HEXLOWER_PERMISSIVE.decode(line).ok()?);
        (key.len() == KEY_BYTES).then(|| Arc::new(MasterKey::new(key)))
    };
    let current = key(lines.next()?)?;
    Some(MasterKeys { current, older: lines.map(key).collect::<Option<_>>()? })
}

/// Writes a complete file under a name nobody has, then gives it its own name, which fails if that is taken.
pub(super) fn create(path: &Path, keys: &MasterKeys, rng: &mut dyn CryptoRng) -> io::Result<()> {
    let (draft, written) = draft(path, keys, rng)?;
    // A rename would replace a file that is there; a link does not.
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    });
    fs::remove_file(&draft).and(linked)?;
    sync_folder(path)
}

/// Writes a complete file beside the one that is there, then puts it in its place in one step.
fn replace(path: &Path, keys: &MasterKeys, rng: &mut dyn CryptoRng) -> io::Result<()> {
    let (draft, written) = draft(path, keys, rng)?;
    if let Err(error) = written.and_then(|()| fs::rename(&draft, path)) {
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    sync_folder(path)
}

/// A file beside `path` for its owner alone, and whether everything is in it and on disk.
fn draft(path: &Path, keys: &MasterKeys, rng: &mut dyn CryptoRng) -> io::Result<(PathBuf, io::Result<()>)> {
    let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES as usize));
    text.push_str(TITLE);
    text.push('\n');
    for key in keys.all() {
        HEXLOWER.encode_append(key.key.expose(), &mut text);
        text.push('\n');
    }
    let draft = path.with_added_extension(format!("{:016x}", rng.next_u64()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    Ok((draft, written))
}

/// Without this a power cut could take the name of the file back, and with it every token enrolled since.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn readable_by_others(about: &fs::Metadata) -> bool {
    #[cfg(unix)]
    return std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    {
        let _ = about;
        false
    }
}
