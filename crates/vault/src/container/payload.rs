//! What is sealed: the vault as JSON, and the padding around it. In the clear, so nothing but the container and its
//! tests should want it.

mod json;

use crate::Vault;
use zeroize::Zeroizing;

/// The version of the JSON that is written, and the only one that is read. Grows with every field, since a reader that
/// does not know one would drop it when it writes.
pub const VERSION: u32 = 1;

/// Why bytes are not a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAVault {
    /// Written by a version that came later.
    #[error("this vault was written by a newer version of the authenticator (contents {0})")]
    Newer(u32),
    /// Not the JSON of a vault, or beyond its limits.
    #[error("what is in this vault cannot be read")]
    Malformed,
}

/// The vault as JSON. In memory that is wiped.
pub fn write(vault: &Vault) -> Zeroizing<Vec<u8>> {
    json::write(vault)
}

/// Reads a vault from JSON. Its generation is not in there.
///
/// # Errors
/// When it is not what [`write`] makes.
pub fn read(bytes: &[u8]) -> Result<Vault, NotAVault> {
    json::read(bytes)
}

/// Up to here the size is told in steps of [`SMALL_STEP`], beyond in steps of [`LARGE_STEP`].
const SMALL: usize = 64 << 10;
const SMALL_STEP: usize = 4 << 10;
const LARGE_STEP: usize = 64 << 10;

/// The next size in steps.
pub(super) fn padded(length: usize) -> usize {
    length.max(1).next_multiple_of(if length <= SMALL { SMALL_STEP } else { LARGE_STEP })
}

/// Its length in four bytes, the text, zeros.
pub(super) fn pad(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    let size = padded(plain.len() + 4);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    bytes.extend_from_slice(&(plain.len() as u32).to_be_bytes());
    bytes.extend_from_slice(plain);
    bytes.resize(size, 0);
    bytes
}

pub(super) fn unpad(bytes: &[u8]) -> Option<&[u8]> {
    let (&length, rest) = bytes.split_first_chunk::<4>()?;
    let (plain, padding) = rest.split_at_checked(u32::from_be_bytes(length) as usize)?;
    padding.iter().all(|&byte| byte == 0).then_some(plain)
}
