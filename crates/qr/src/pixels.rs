use crate::Matrix;
use std::fmt;
use zeroize::Zeroizing;

/// The longest side asked for that is honored. A mistaken size must not fill the memory of a sign-in screen.
const MAX_SIDE: usize = 4096;

/// A square black-on-white picture of a code with its quiet zone.
///
/// INVARIANT: every module is a square of the same whole number of pixels; blurred edges do not scan.
pub struct Pixels {
    side: usize,
    gray: Zeroizing<Vec<u8>>,
}

impl Matrix {
    /// A picture whose side is the smallest multiple of the modules (quiet zone included) that is at least
    /// `min_side` pixels; `min_side` counts up to 4,096.
    pub fn pixels(&self, min_side: usize) -> Pixels {
        let module = min_side.min(MAX_SIDE).div_ceil(self.framed_size()).max(1);
        let side = module * self.framed_size();
        let mut gray = Zeroizing::new(Vec::with_capacity(side * side));
        for y in 0..side {
            gray.extend((0..side).map(|x| if self.is_dark_framed(x / module, y / module) { 0 } else { 255 }));
        }
        Pixels { side, gray }
    }
}

impl Pixels {
    /// Pixels on one side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// One byte a pixel, rows from the top: 0 is black, 255 is white.
    pub fn gray(&self) -> &[u8] {
        &self.gray
    }

    /// Four bytes a pixel, rows from the top: three equal colors and an opaque alpha, so it is RGBA and BGRA alike.
    pub fn rgba(&self) -> Zeroizing<Vec<u8>> {
        let mut rgba = Zeroizing::new(Vec::with_capacity(4 * self.gray.len()));
        for &level in self.gray.iter() {
            rgba.extend_from_slice(&[level, level, level, 255]);
        }
        rgba
    }
}

impl fmt::Debug for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pixels").field("side", &self.side).finish_non_exhaustive()
    }
}
