//! A backup file: named entries in a stream sealed under a password.
//!
//! Inside the stream, each entry is the length of its name (1 byte, 1 to 64), the name, the length of its content (8
//! bytes, most significant first) and the content. The stream ends after the last entry. Apart from `sealing`, which
//! knows the master key: here the master key is content.

mod stream;

#[cfg(test)]
mod tests;

pub use stream::Cost;

use model::Secret;
use rand_core::CryptoRng;
use std::io::{self, Read, Write};
use stream::{SealedReader, SealedWriter};

/// The longest name of an entry.
const NAME: usize = 64;

/// Why a backup file cannot be written or read. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file does not begin as one does.
    #[error("this is not a backup of a Countersign server")]
    NotABackup,
    /// Written by a later version.
    #[error("this backup has format {0}, which this version does not know; use the version that made it")]
    Version(u32),
    /// The first part does not open.
    #[error("the password is wrong, or the beginning of the backup is damaged")]
    Password,
    /// A later part does not open.
    #[error(
        "the backup is damaged, cut off or put together from parts, {at} bytes after its beginning; use another one"
    )]
    Damaged {
        /// About how far into the file.
        at: u64,
    },
    /// It opens, and is not of the form.
    #[error("the backup is not of the form that this version writes; use another one")]
    Malformed,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One thing in a backup.
///
/// INVARIANT: the name is 1 to 64 small letters, digits, dots and dashes, and does not begin with a dot. So it is a file
/// name and never leads out of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
}

fn good_name(name: &str) -> bool {
    (1..=NAME).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
}

/// Writes a backup file.
pub struct ArchiveWriter<W>(SealedWriter<W>);

impl<W: Write> ArchiveWriter<W> {
    /// Begins one. Deriving the key takes as long as [`Cost`] says.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn start(
        out: W,
        password: &Secret,
        cost: Cost,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, ArchiveError> {
        SealedWriter::start(out, password, cost, rng).map(Self)
    }

    /// Adds an entry with `size` bytes of `content`; `told` hears now and then how many are done.
    ///
    /// # Errors
    /// When reading or writing fails, the content is shorter, or the name is none.
    pub fn add(
        &mut self,
        name: &str,
        size: u64,
        content: &mut dyn Read,
        told: &mut dyn FnMut(u64),
    ) -> Result<(), ArchiveError> {
        if !good_name(name) {
            return Err(ArchiveError::Malformed);
        }
        self.0.write(&[name.len() as u8])?;
        self.0.write(name.as_bytes())?;
        self.0.write(&size.to_be_bytes())?;
        let mut buffer = zeroize::Zeroizing::new(vec![0; stream::CHUNK]);
        let mut done = 0;
        while done < size {
            let most = (size - done).min(buffer.len() as u64) as usize;
            let part = buffer.get_mut(..most).unwrap_or_default();
            content.read_exact(part)?;
            self.0.write(part)?;
            done += most as u64;
            told(done);
        }
        Ok(())
    }

    /// Ends it. What was written is not on disk before the caller has seen to that.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn finish(self) -> Result<W, ArchiveError> {
        self.0.finish()
    }
}

/// Reads a backup file.
pub struct ArchiveReader<R> {
    stream: SealedReader<R>,
    /// What is left of the present entry.
    left: u64,
}

impl<R: Read> ArchiveReader<R> {
    /// Opens one. Deriving the key takes as long as the file says, at most a GiB of memory and 32 passes.
    ///
    /// # Errors
    /// [`ArchiveError`]; [`ArchiveError::Password`] when the password is wrong.
    pub fn start(input: R, password: &Secret) -> Result<Self, ArchiveError> {
        Ok(Self { stream: SealedReader::start(input, password)?, left: 0 })
    }

    /// The next entry, after skipping what was not read of the one before; `None` at the end, which has then been seen to
    /// be the true one.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ArchiveError> {
        self.copy_to(&mut io::sink(), &mut |_| {})?;
        let Some(&length) = self.stream.read(1)?.first() else { return Ok(None) };
        let name = String::from_utf8(self.bytes(length.into())?).map_err(|_| ArchiveError::Malformed)?;
        let size = self.bytes(8)?;
        let size = u64::from_be_bytes(*size.first_chunk().ok_or(ArchiveError::Malformed)?);
        if !good_name(&name) {
            return Err(ArchiveError::Malformed);
        }
        self.left = size;
        Ok(Some(Entry { name, size }))
    }

    /// Copies what is left of the present entry; `told` hears now and then how many bytes are done.
    ///
    /// # Errors
    /// [`ArchiveError`]. What was copied before is authentic, and may be incomplete.
    pub fn copy_to(&mut self, out: &mut dyn Write, told: &mut dyn FnMut(u64)) -> Result<(), ArchiveError> {
        let mut done = 0;
        while self.left > 0 {
            let part = self.stream.read(usize::try_from(self.left).unwrap_or(usize::MAX))?;
            if part.is_empty() {
                return Err(ArchiveError::Malformed);
            }
            out.write_all(part)?;
            self.left -= part.len() as u64;
            done += part.len() as u64;
            told(done);
        }
        Ok(())
    }

    /// The present entry, which is to be at most so long.
    ///
    /// # Errors
    /// [`ArchiveError`]; [`ArchiveError::Malformed`] when it is longer.
    pub fn secret(&mut self, most: usize) -> Result<Secret, ArchiveError> {
        let size = usize::try_from(self.left).ok().filter(|size| *size <= most);
        let mut bytes = Vec::with_capacity(size.ok_or(ArchiveError::Malformed)?);
        self.copy_to(&mut bytes, &mut |_| {})?;
        Ok(Secret::new(bytes))
    }

    fn bytes(&mut self, count: usize) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::with_capacity(count);
        while bytes.len() < count {
            let part = self.stream.read(count - bytes.len())?;
            if part.is_empty() {
                return Err(ArchiveError::Malformed);
            }
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }
}
