//! A stream of bytes sealed under a password, in chunks.
//!
//! Version 1: the line `countersign backup 1`, memory in KiB and passes of Argon2id (4 bytes each, most significant
//! first), a salt (16), the start of the nonces (19); then chunks of 256 KiB, each with a tag (16) behind it. The last
//! chunk is 0 to 256 KiB long. The key is Argon2id (RFC 9106, version 1.3, one lane) of the password. The nonce of a
//! chunk is the start, the chunk's number from 0 (4 bytes) and 1 for the last chunk or 0 for the others: a chunk that is
//! missing, repeated or in another place does not open, and neither does a stream that ends early. The tag covers
//! everything before the first chunk too.

use super::ArchiveError;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{AeadInOut, Key, KeyInit, XChaCha20Poly1305, XNonce};
use model::Secret;
use rand_core::CryptoRng;
use std::io::{self, Read, Write};
use zeroize::{Zeroize, Zeroizing};

const TITLE: &[u8] = b"countersign backup ";
const VERSION: u32 = 1;
const SALT: usize = 16;
const START: usize = 19;
const TAG: usize = 16;
/// Longer than any title line.
const LINE: usize = 32;
const FIXED: usize = 4 + 4 + SALT + START;
/// Plain bytes in a chunk.
pub(super) const CHUNK: usize = 256 * 1024;

/// What deriving the key costs whoever guesses the password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Memory in KiB; 8 to 1,048,576 (1 GiB), so that no file makes a reader run out of it.
    pub memory_kib: u32,
    /// Passes; 1 to 32.
    pub passes: u32,
}

impl Cost {
    /// 128 MiB, 4 passes: half a second or so on a server.
    pub const DEFAULT: Self = Self { memory_kib: 128 * 1024, passes: 4 };

    fn key(self, password: &Secret, salt: &[u8; SALT]) -> Result<XChaCha20Poly1305, ArchiveError> {
        if !(8..=1024 * 1024).contains(&self.memory_kib) || !(1..=32).contains(&self.passes) {
            return Err(ArchiveError::Malformed);
        }
        let params =
            Params::new(self.memory_kib, self.passes, 1, None).map_err(|_| ArchiveError::Malformed)?;
        let mut key = Key::default();
        let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            password.expose(),
            salt,
            key.as_mut_slice(),
        );
        let cipher = XChaCha20Poly1305::new(&key);
        key.as_mut_slice().zeroize();
        derived.map(|()| cipher).map_err(|_| ArchiveError::Malformed)
    }
}

/// What chunks are sealed and opened with.
struct Chunks {
    cipher: XChaCha20Poly1305,
    header: Vec<u8>,
    start: [u8; START],
    next: u32,
}

#[derive(Clone, Copy)]
enum Place {
    Inner,
    Last,
}

impl Chunks {
    fn nonce(&mut self, place: Place) -> Result<XNonce, ArchiveError> {
        let mut nonce = [0; 24];
        let parts = self.start.into_iter().chain(self.next.to_be_bytes()).chain([match place {
            Place::Inner => 0,
            Place::Last => 1,
        }]);
        for (to, from) in nonce.iter_mut().zip(parts) {
            *to = from;
        }
        self.next = self.next.checked_add(1).ok_or(ArchiveError::Malformed)?;
        Ok(XNonce::from(nonce))
    }
}

/// Seals what is written to it.
pub(super) struct SealedWriter<W> {
    out: W,
    chunks: Chunks,
    /// Has room for the tag from the start: growing would leave a copy behind.
    plain: Zeroizing<Vec<u8>>,
}

impl<W: Write> SealedWriter<W> {
    pub(super) fn start(
        mut out: W,
        password: &Secret,
        cost: Cost,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, ArchiveError> {
        let (mut salt, mut start) = ([0; SALT], [0; START]);
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut start);
        let mut header = TITLE.to_vec();
        header.extend_from_slice(format!("{VERSION}\n").as_bytes());
        header.extend_from_slice(&cost.memory_kib.to_be_bytes());
        header.extend_from_slice(&cost.passes.to_be_bytes());
        header.extend_from_slice(&salt);
        header.extend_from_slice(&start);
        out.write_all(&header)?;
        let cipher = cost.key(password, &salt)?;
        let plain = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        Ok(Self { out, chunks: Chunks { cipher, header, start, next: 0 }, plain })
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), ArchiveError> {
        while !bytes.is_empty() {
            // A full chunk goes out when more follows, since only then it is known not to be the last.
            if self.plain.len() == CHUNK {
                self.seal(Place::Inner)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.plain.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, ArchiveError> {
        self.seal(Place::Last)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal(&mut self, place: Place) -> Result<(), ArchiveError> {
        let nonce = self.chunks.nonce(place)?;
        let Chunks { cipher, header, .. } = &self.chunks;
        cipher.encrypt_in_place(&nonce, header, &mut *self.plain).map_err(|_| ArchiveError::Malformed)?;
        self.out.write_all(&self.plain)?;
        self.plain.clear();
        Ok(())
    }
}

/// Opens a sealed stream.
pub(super) struct SealedReader<R> {
    input: R,
    chunks: Chunks,
    /// The chunk that is being read, from `at` on.
    plain: Zeroizing<Vec<u8>>,
    at: usize,
    /// What was read of the next chunk: one byte, to tell whether there is one.
    ahead: Option<u8>,
    ended: bool,
}

impl<R: Read> SealedReader<R> {
    pub(super) fn start(mut input: R, password: &Secret) -> Result<Self, ArchiveError> {
        let mut header = title(&mut input)?;
        let line = header.len();
        header.resize(line + FIXED, 0);
        read_exact(&mut input, header.get_mut(line..).unwrap_or_default())?;
        let fixed = header.get(line..).unwrap_or_default();
        let (memory, rest) = fixed.split_first_chunk::<4>().ok_or(ArchiveError::Malformed)?;
        let (passes, rest) = rest.split_first_chunk::<4>().ok_or(ArchiveError::Malformed)?;
        let (salt, rest) = rest.split_first_chunk::<SALT>().ok_or(ArchiveError::Malformed)?;
        let (start, _) = rest.split_first_chunk::<START>().ok_or(ArchiveError::Malformed)?;
        let cost = Cost { memory_kib: u32::from_be_bytes(*memory), passes: u32::from_be_bytes(*passes) };
        let (start, cipher) = (*start, cost.key(password, salt)?);
        let ahead = one_byte(&mut input)?;
        let mut reader = Self {
            input,
            chunks: Chunks { cipher, header, start, next: 0 },
            plain: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)),
            at: 0,
            ahead,
            ended: false,
        };
        // The first chunk tells whether the password is right.
        reader.next_chunk()?;
        Ok(reader)
    }

    /// Some of the next bytes, at most so many; empty at the end of the stream only.
    pub(super) fn read(&mut self, most: usize) -> Result<&[u8], ArchiveError> {
        while self.at == self.plain.len() && !self.ended {
            self.next_chunk()?;
        }
        let end = self.plain.len().min(self.at.saturating_add(most));
        let bytes = self.plain.get(self.at..end).unwrap_or_default();
        self.at = end;
        Ok(bytes)
    }

    fn next_chunk(&mut self) -> Result<(), ArchiveError> {
        let number = self.chunks.next;
        self.plain.clear();
        self.at = 0;
        self.plain.extend(self.ahead.take());
        let rest = (CHUNK + TAG - self.plain.len()) as u64;
        (&mut self.input).take(rest).read_to_end(&mut self.plain)?;
        let place = if self.plain.len() < CHUNK + TAG {
            Place::Last
        } else {
            self.ahead = one_byte(&mut self.input)?;
            if self.ahead.is_some() { Place::Inner } else { Place::Last }
        };
        self.ended = matches!(place, Place::Last);
        let nonce = self.chunks.nonce(place)?;
        let Chunks { cipher, header, .. } = &self.chunks;
        cipher.decrypt_in_place(&nonce, header, &mut *self.plain).map_err(|_| match number {
            0 => ArchiveError::Password,
            _ => ArchiveError::Damaged { at: u64::from(number) * (CHUNK + TAG) as u64 },
        })
    }
}

/// The first line, with the version that is read here.
fn title(input: &mut impl Read) -> Result<Vec<u8>, ArchiveError> {
    let mut line = Vec::with_capacity(LINE + FIXED);
    while let Some(byte) = one_byte(input)? {
        line.push(byte);
        if byte == b'\n' || line.len() == LINE {
            break;
        }
    }
    let version = line.strip_prefix(TITLE).and_then(|rest| rest.strip_suffix(b"\n"));
    let version = version.and_then(|digits| std::str::from_utf8(digits).ok());
    let version = version.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match version.and_then(|digits| digits.parse().ok()).ok_or(ArchiveError::NotABackup)? {
        VERSION if line.len() == TITLE.len() + 2 => Ok(line),
        VERSION => Err(ArchiveError::NotABackup),
        other => Err(ArchiveError::Version(other)),
    }
}

fn one_byte(input: &mut impl Read) -> Result<Option<u8>, ArchiveError> {
    let mut byte = [0];
    loop {
        match input.read(&mut byte) {
            Ok(0) => return Ok(None),
            Ok(_) => return Ok(Some(byte[0])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn read_exact(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), ArchiveError> {
    input.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Malformed,
        _ => error.into(),
    })
}
