//! Pictures as pixels: the QR code with its quiet zone, and the mark.

use protocol::pipe::QrPicture;

/// Light modules around a QR code (ISO/IEC 18004, 9.1).
pub(crate) const QUIET: usize = 4;
/// A picture in a tile is at least this wide: Windows makes it smaller, and a large module outlives that.
const QR_PIXELS: usize = 360;
/// The mark's side. Windows asks for 72 and more on large screens.
const MARK_PIXELS: usize = 192;

const WHITE: u32 = 0xffff_ffff;
const BLACK: u32 = 0xff00_0000;
const ACCENT: u32 = 0xff0b_5d57;

/// A square picture, rows from the top, `0xAARRGGBB`.
pub(crate) struct Pixels {
    /// Pixels in a side.
    pub(crate) side: usize,
    /// Row by row.
    pub(crate) rows: Vec<u32>,
}

impl Drop for Pixels {
    fn drop(&mut self) {
        // It may show a seed. `black_box` keeps the writes.
        self.rows.fill(0);
        std::hint::black_box(&self.rows);
    }
}

/// Pixels in the side of a module, so that the whole picture has at least `pixels` and each module the same.
pub(crate) fn module_side(modules: usize, pixels: usize) -> usize {
    pixels.div_ceil(modules.max(1)).max(1)
}

/// The QR code, black on white.
pub(crate) fn qr(picture: &QrPicture) -> Pixels {
    let modules = picture.side() + 2 * QUIET;
    let scale = module_side(modules, QR_PIXELS);
    let side = modules * scale;
    let dark = |x: usize, y: usize| {
        let place = |at: usize| (at / scale).checked_sub(QUIET);
        place(x).zip(place(y)).is_some_and(|(x, y)| picture.is_dark(x, y))
    };
    let rows = (0..side * side).map(|index| if dark(index % side, index / side) { BLACK } else { WHITE });
    Pixels { side, rows: rows.collect() }
}

/// The mark: two strokes that cross and become a check mark, on white.
pub(crate) fn mark() -> Pixels {
    // In hundredths of the side: the signature runs down to the right, the countersignature crosses it upwards.
    const STROKES: [((f32, f32), (f32, f32)); 2] =
        [((18.0, 44.0), (50.0, 80.0)), ((38.0, 82.0), (84.0, 20.0))];
    const HALF_WIDTH: f32 = 6.5;
    let side = MARK_PIXELS;
    let unit = 100.0 / side as f32;
    let color = |index: usize| {
        let point = ((index % side) as f32 * unit + unit / 2.0, (index / side) as f32 * unit + unit / 2.0);
        let nearest = STROKES.iter().map(|&(a, b)| distance(point, a, b)).fold(f32::MAX, f32::min);
        // One pixel of soft edge.
        blend(((HALF_WIDTH - nearest) / unit + 0.5).clamp(0.0, 1.0))
    };
    Pixels { side, rows: (0..side * side).map(color).collect() }
}

fn distance(point: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (px, py) = (point.0 - a.0, point.1 - a.1);
    let along = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (px - along * dx).hypot(py - along * dy)
}

/// The accent over white.
fn blend(share: f32) -> u32 {
    let channel = |shift: u32| {
        let value = ((ACCENT >> shift) & 0xff) as f32 * share + 255.0 * (1.0 - share);
        (value as u32).min(255) << shift
    };
    0xff00_0000 | channel(16) | channel(8) | channel(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_of_a_drawn_qr_code_is_a_square_of_the_same_size_in_a_white_frame() {
        for side in [21, 37, 57, 177] {
            let picture = QrPicture::new(side, |x, y| (x * 7 + y * 3) % 5 < 2).unwrap();
            let pixels = qr(&picture);
            let modules = side + 2 * QUIET;
            assert!(pixels.side >= QR_PIXELS && pixels.side.is_multiple_of(modules));
            let scale = pixels.side / modules;
            for y in 0..pixels.side {
                for x in 0..pixels.side {
                    let (column, row) = (x / scale, y / scale);
                    let dark =
                        column >= QUIET && row >= QUIET && picture.is_dark(column - QUIET, row - QUIET);
                    assert_eq!(pixels.rows[y * pixels.side + x], if dark { BLACK } else { WHITE });
                }
            }
        }
    }

    #[test]
    fn the_mark_is_opaque_and_has_both_strokes() {
        let pixels = mark();
        assert!(pixels.rows.iter().all(|pixel| pixel >> 24 == 0xff));
        let at =
            |x: usize, y: usize| pixels.rows[(y * pixels.side / 100) * pixels.side + x * pixels.side / 100];
        assert_eq!((at(0, 0), at(34, 62), at(61, 51)), (WHITE, ACCENT, ACCENT));
    }
}
