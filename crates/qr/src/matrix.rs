use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use std::fmt;
use zeroize::Zeroizing;

/// Light modules around the code on each side that a reader needs (ISO/IEC 18004 §6.3.8). Every picture has them.
pub const QUIET_ZONE: usize = 4;

/// Bytes that the largest code holds (version 40-L in byte mode). Texts of digits alone may be longer.
pub const MAX_BYTES: usize = 2953;

/// A QR code as a square of dark and light modules, without quiet zone.
///
/// Wiped on drop, not clonable; `Debug` tells the size alone. What may leak is the length of the text, by the size.
pub struct Matrix {
    size: usize,
    dark: Zeroizing<Vec<bool>>,
}

/// The text is longer than any QR code holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is longer than the {MAX_BYTES} bytes a QR code holds")]
pub struct TooLong;

impl Matrix {
    /// The smallest code (ISO/IEC 18004 model 2, correction level L) that holds the text as UTF-8. Where a better
    /// correction level fits into the same size, it is taken.
    ///
    /// # Errors
    /// [`TooLong`] when no version holds the text.
    pub fn encode(text: &str) -> Result<Self, TooLong> {
        // Both buffers hold the text at some point. That they are ours to wipe is why the encoder without a heap
        // was taken.
        let mut code = Zeroizing::new(vec![0; Version::MAX.buffer_len()]);
        let mut scratch = Zeroizing::new(vec![0; Version::MAX.buffer_len()]);
        let (min, max, better_if_free) = (Version::MIN, Version::MAX, true);
        let code = QrCode::encode_text(
            text,
            &mut scratch,
            &mut code,
            QrCodeEcc::Low,
            min,
            max,
            None,
            better_if_free,
        )
        .map_err(|_| TooLong)?;
        let side = code.size();
        let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        let size = side.unsigned_abs() as usize;
        let mut dark = Zeroizing::new(Vec::with_capacity(size * size));
        dark.extend(modules.map(|(x, y)| code.get_module(x, y)));
        Ok(Self { size, dark })
    }

    /// Modules on one side: 21, 25, … 177.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether the module in this column and row is dark. Outside of the code everything is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && y < self.size && self.dark[y * self.size + x]
    }

    /// Modules on one side with the quiet zone.
    pub(crate) fn framed_size(&self) -> usize {
        self.size + 2 * QUIET_ZONE
    }

    /// The same as [`Self::is_dark`], counted from the corner of the quiet zone.
    pub(crate) fn is_dark_framed(&self, x: usize, y: usize) -> bool {
        match (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) {
            (Some(x), Some(y)) => self.is_dark(x, y),
            _ => false,
        }
    }
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matrix").field("size", &self.size).finish_non_exhaustive()
    }
}
