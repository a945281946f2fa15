//! One file out of a ZIP archive, stored or deflated, in the clear or sealed with AES-256 as WinZip does (AE-1, AE-2).
//!
//! By hand, since the crates for archives draw randomness of their own for writing sealed ones, which keeps them out
//! of a pure crate. Only what one known file needs: no archives over several disks, none beyond 4 GiB.

use super::kdf::{self, Hash, Key};
use super::{CannotImport, Format, MAX_BYTES, Password};
use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use miniz_oxide::inflate::decompress_slice_iter_to_slice;
use model::Secret;
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const UNREADABLE: CannotImport = CannotImport::Unreadable(Format::Raivo);

/// Bytes of the record at the end of an archive, and most bytes of the remark that may follow it.
const END: usize = 22;
const MAX_REMARK: usize = 0xffff;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const SEALED: u16 = 99;

/// Number of the extra field that says how a file is sealed.
const AES_FIELD: u16 = 0x9901;

/// Rounds of PBKDF2; the norm has no others.
const ROUNDS: u64 = 1000;

/// What the directory of an archive says about one file.
struct Member<'a> {
    encrypted: bool,
    method: u16,
    packed_size: usize,
    size: usize,
    extra: &'a [u8],
    header_at: usize,
}

/// Whether there is a file of this name, in whatever folder.
pub(super) fn has_file(archive: &[u8], name: &str) -> bool {
    find(archive, name).is_some()
}

/// The bytes of the file with this name.
pub(super) fn read_file(archive: &[u8], name: &str, password: Password<'_>) -> Result<Secret, CannotImport> {
    let member = find(archive, name).ok_or(UNREADABLE)?;
    if member.size > MAX_BYTES {
        return Err(CannotImport::TooLarge);
    }
    let packed = member.packed(archive).ok_or(UNREADABLE)?;
    if !member.encrypted {
        return unpacked(member.method, packed, member.size);
    }
    // Anything but AES is the archive format's own cipher, which keeps nothing secret and which Raivo never used.
    let method = member.sealed_method().ok_or(UNREADABLE)?;
    let opened = opened(packed, password.needed()?)?;
    unpacked(method, opened.expose(), member.size)
}

fn find<'a>(archive: &'a [u8], name: &str) -> Option<Member<'a>> {
    let first = archive.len().saturating_sub(END + MAX_REMARK);
    let end = (first..=archive.len().checked_sub(END)?)
        .rev()
        .find(|&at| archive[at..].starts_with(b"PK\x05\x06"))?;
    let (count, mut at) = (short(archive, end + 10)?, long(archive, end + 16)?);
    for _ in 0..count {
        if !archive.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let lengths = [28, 30, 32].map(|place| short(archive, at + place).map(usize::from));
        let [Some(name_length), Some(extra_length), Some(remark_length)] = lengths else { return None };
        let (name_at, extra_at) = (at + 46, at + 46 + name_length);
        let known = archive.get(name_at..extra_at)?;
        if known == name.as_bytes() || known.ends_with(format!("/{name}").as_bytes()) {
            return Some(Member {
                encrypted: short(archive, at + 8)? & 1 != 0,
                method: short(archive, at + 10)?,
                packed_size: long(archive, at + 20)?,
                size: long(archive, at + 24)?,
                extra: archive.get(extra_at..extra_at + extra_length)?,
                header_at: long(archive, at + 42)?,
            });
        }
        at = extra_at + extra_length + remark_length;
    }
    None
}

impl<'a> Member<'a> {
    /// What stands in the archive after the file's own header, whose lengths may differ from the directory's.
    fn packed(&self, archive: &'a [u8]) -> Option<&'a [u8]> {
        let at = self.header_at;
        archive.get(at..)?.starts_with(b"PK\x03\x04").then_some(())?;
        let lengths = usize::from(short(archive, at + 26)?) + usize::from(short(archive, at + 28)?);
        archive.get(at + 30 + lengths..)?.get(..self.packed_size)
    }

    /// How the file was packed before it was sealed with AES-256; `None` when it is sealed otherwise.
    fn sealed_method(&self) -> Option<u16> {
        let mut extra = self.extra;
        while let Some(length) = short(extra, 2) {
            let field = extra.get(4..4 + usize::from(length))?;
            if short(extra, 0) == Some(AES_FIELD) {
                let aes256 = self.method == SEALED && field.get(2..5) == Some(b"AE\x03");
                return short(field, 5).filter(|_| aes256);
            }
            extra = extra.get(4 + usize::from(length)..)?;
        }
        None
    }
}

/// `salt ‖ check ‖ text ‖ mac` of a file sealed with AES-256.
fn opened(sealed: &[u8], password: &[u8]) -> Result<Secret, CannotImport> {
    let parts = sealed.split_at_checked(16).and_then(|(salt, rest)| {
        let (check, rest) = rest.split_at_checked(2)?;
        let (text, mac) = rest.split_last_chunk::<10>()?;
        Some((salt, check, text, mac))
    });
    let (salt, check, text, mac) = parts.ok_or(UNREADABLE)?;
    let mut keys = Zeroizing::new([0; 66]);
    kdf::pbkdf2(Hash::Sha1, password, salt, ROUNDS, keys.as_mut_slice())?;
    let (sealing, rest) = keys.split_at(32);
    let (vouching, expected) = rest.split_at(32);
    if !bool::from(check.ct_eq(expected)) {
        return Err(CannotImport::WrongPassword);
    }
    let mut computed = <Hmac<Sha1> as KeyInit>::new_from_slice(vouching).map_err(|_| UNREADABLE)?;
    computed.update(text);
    computed.verify_truncated_left(mac).map_err(|_| CannotImport::WrongPassword)?;

    let mut key = Key::default();
    key.copy_from_slice(sealing);
    // The counter begins with 1 and has its lowest byte first.
    let first = 1u128.to_le_bytes();
    let mut text = Zeroizing::new(text.to_vec());
    ctr::Ctr128LE::<Aes256>::new((&*key).into(), &first.into()).apply_keystream(&mut text);
    Ok(Secret::new(std::mem::take(&mut *text)))
}

/// The file as it was before it was packed. Exactly as many bytes as the directory says: a file that unpacks to more
/// is none that anybody made by packing.
fn unpacked(method: u16, packed: &[u8], size: usize) -> Result<Secret, CannotImport> {
    match method {
        STORED if packed.len() == size => Ok(Secret::new(packed.to_vec())),
        DEFLATED => {
            let mut text = Zeroizing::new(vec![0; size]);
            let written = decompress_slice_iter_to_slice(&mut text, std::iter::once(packed), false, true);
            if written != Ok(size) {
                return Err(UNREADABLE);
            }
            Ok(Secret::new(std::mem::take(&mut *text)))
        }
        _ => Err(UNREADABLE),
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let value = bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)?;
    usize::try_from(value).ok()
}
