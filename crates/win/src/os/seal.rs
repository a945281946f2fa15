//! Sealing with DPAPI for the machine: of no use on another one, though everybody on this one could open it who can
//! read the file. The file's permissions are the guard here.

use super::failed;
use crate::memory::Local;
use model::Secret;
use os::OsError;
use windows::Win32::Security::Cryptography::{
    CRYPT_INTEGER_BLOB, CRYPTPROTECT_LOCAL_MACHINE, CRYPTPROTECT_UI_FORBIDDEN, CryptProtectData,
    CryptUnprotectData,
};
use windows::core::w;
use zeroize::Zeroize;

/// Goes into the seal, so that what another program sealed is not taken for ours. No secret.
const PURPOSE: &[u8] = b"countersign agent 1";

pub(super) fn protect(bytes: &Secret) -> Result<Vec<u8>, OsError> {
    let mut sealed = CRYPT_INTEGER_BLOB::default();
    // SAFETY: the blobs are of slices that are alive and are only read; the last is written.
    unsafe {
        CryptProtectData(
            &blob(bytes.expose())?,
            w!("Countersign agent"),
            Some(&blob(PURPOSE)?),
            None,
            None,
            CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN,
            &mut sealed,
        )
    }
    .map_err(|error| failed("sealing", &error))?;
    take(sealed)
}

pub(super) fn unprotect(sealed: &[u8]) -> Result<Secret, OsError> {
    let mut bytes = CRYPT_INTEGER_BLOB::default();
    // SAFETY: as above.
    unsafe {
        CryptUnprotectData(
            &blob(sealed)?,
            None,
            Some(&blob(PURPOSE)?),
            None,
            None,
            CRYPTPROTECT_UI_FORBIDDEN,
            &mut bytes,
        )
    }
    .map_err(|_| OsError::SealedElsewhere)?;
    take(bytes).map(Secret::new)
}

/// A slice for a call that only reads it.
fn blob(bytes: &[u8]) -> Result<CRYPT_INTEGER_BLOB, OsError> {
    let length = u32::try_from(bytes.len()).map_err(|_| OsError::Failed("too much to seal".into()))?;
    Ok(CRYPT_INTEGER_BLOB { cbData: length, pbData: bytes.as_ptr().cast_mut() })
}

/// Copies what Windows wrote, wipes it there and gives it back.
fn take(blob: CRYPT_INTEGER_BLOB) -> Result<Vec<u8>, OsError> {
    let _freed = Local(blob.pbData.cast());
    if blob.pbData.is_null() {
        return Err(OsError::Failed("Windows sealed nothing".into()));
    }
    // SAFETY: Windows wrote so many bytes there, which nobody else has and which live as long as `_freed`.
    let written = unsafe { std::slice::from_raw_parts_mut(blob.pbData, blob.cbData as usize) };
    let copy = written.to_vec();
    written.zeroize();
    Ok(copy)
}
