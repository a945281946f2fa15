use model::Secret;
use os::OsError;
use windows::core::{PCWSTR, PWSTR};
use zeroize::Zeroizing;

/// A text as Windows takes it: UTF-16 with a zero at the end, wiped on drop as it may be a password.
///
/// INVARIANT: the last unit is zero, and no other.
pub(super) struct Wide(Zeroizing<Vec<u16>>);

impl Wide {
    /// The text, or an error when it has a zero in it, where Windows would see its end.
    pub(super) fn new(text: &str) -> Result<Self, OsError> {
        if text.contains('\0') {
            return Err(OsError::Failed("a text has a zero character".into()));
        }
        // Of the final size from the start: a buffer that grows leaves copies behind.
        let mut units = Zeroizing::new(Vec::with_capacity(text.len() + 1));
        units.extend(text.encode_utf16());
        units.push(0);
        Ok(Self(units))
    }

    /// The same of a secret that is text.
    pub(super) fn secret(secret: &Secret) -> Result<Self, OsError> {
        Self::new(secret.expose_text().ok_or_else(|| OsError::Failed("a password is not text".into()))?)
    }

    /// For a call that reads it while this is alive.
    pub(super) fn pointer(&self) -> PCWSTR {
        PCWSTR(self.0.as_ptr())
    }

    /// The units, with the zero.
    pub(super) fn units(&self) -> &[u16] {
        &self.0
    }
}

/// A buffer that Windows writes a text into.
pub(super) struct Buffer(Zeroizing<Vec<u16>>);

impl Buffer {
    /// Room for so many units, the zero included; one more than asked for, which Windows is not told of.
    pub(super) fn new(units: u32) -> Self {
        Self(Zeroizing::new(vec![0; units as usize + 1]))
    }

    pub(super) fn pointer(&mut self) -> PWSTR {
        PWSTR(self.0.as_mut_ptr())
    }

    /// The text up to the first zero.
    pub(super) fn text(&self) -> Result<String, OsError> {
        String::from_utf16(self.units()).map_err(|_| OsError::Failed("a text of Windows is not text".into()))
    }

    /// The same as a secret.
    pub(super) fn secret(&self) -> Result<Secret, OsError> {
        // A unit becomes at most three bytes.
        let mut text = Zeroizing::new(String::with_capacity(3 * self.units().len()));
        for character in char::decode_utf16(self.units().iter().copied()) {
            text.push(character.map_err(|_| OsError::Failed("a password is not text".into()))?);
        }
        Ok(Secret::from_text(std::mem::take(&mut *text)))
    }

    fn units(&self) -> &[u16] {
        self.0.split(|&unit| unit == 0).next().unwrap_or_default()
    }
}

/// A text that Windows owns and keeps alive, up to its zero; `None` for a null pointer or what is not text.
///
/// # Safety
/// Null, or readable up to a zero for the time of the call.
pub(super) unsafe fn copied(text: PWSTR) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and as the caller promises.
    unsafe { text.to_string() }.ok()
}
