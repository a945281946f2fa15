use crate::frame::{ReadError, Reader, Writer};
use model::Secret;

/// A drawn QR code, so that the provider needs not know how to make one. Wiped on drop: it shows a seed.
///
/// INVARIANT: the side is that of a QR code, 21 to 177 in steps of 4 (ISO/IEC 18004); the modules are bits, row by
/// row from the top left, the highest bit of a byte first, and bits left over are zero.
#[derive(Debug, PartialEq, Eq)]
pub struct QrPicture {
    side: u8,
    modules: Secret,
}

/// Modules in the side of the largest QR code.
const MAX_SIDE: u8 = 177;

impl QrPicture {
    /// The picture with this many modules in a side, without quiet zone. `is_dark` is asked for column and row.
    ///
    /// `None` when no QR code has that side.
    pub fn new(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> Option<Self> {
        let small = u8::try_from(side).ok().filter(|&side| is_side(side))?;
        let mut modules = vec![0; bytes_for(small)];
        for index in (0..side * side).filter(|index| is_dark(index % side, index / side)) {
            modules[index / 8] |= 0x80 >> (index % 8);
        }
        Some(Self { side: small, modules: Secret::new(modules) })
    }

    /// Modules in a side.
    pub fn side(&self) -> usize {
        self.side.into()
    }

    /// Whether the module in this column and row is dark. Outside the picture all is light, as in the quiet zone.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        if x >= self.side() || y >= self.side() {
            return false;
        }
        let index = y * self.side() + x;
        self.modules.expose().get(index / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0)
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.u8(self.side).secret(&self.modules);
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        let side = r.u8()?;
        if !is_side(side) {
            return Err(ReadError::BadValue);
        }
        let modules = r.secret(bytes_for(side))?;
        let spare = bytes_for(side) * 8 - usize::from(side).pow(2);
        // Zero bits where no module is: then a picture has one spelling.
        let last = modules.expose().last().copied().unwrap_or_default();
        if modules.len() != bytes_for(side) || last & ((1 << spare) - 1) != 0 {
            return Err(ReadError::BadValue);
        }
        Ok(Self { side, modules })
    }
}

const fn is_side(side: u8) -> bool {
    side >= 21 && side <= MAX_SIDE && side % 4 == 1
}

fn bytes_for(side: u8) -> usize {
    usize::from(side).pow(2).div_ceil(8)
}
