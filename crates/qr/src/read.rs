use crate::treat::Gray;
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source, common::HybridBinarizer,
    multi::MultipleBarcodeReader, qrcode::cpp_port::QrReader,
};
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The longest side of a picture that is looked at, in pixels.
pub const MAX_SIDE: usize = 8192;

/// In so many frames a code that stands still is tried in every way that [`read_frame`] has.
pub const FRAME_TURNS: usize = IN_FRAMES.len();

/// Pixels of the largest picture that is treated before it is read; of more than that, a code has enough as it is.
const MAX_TREATED: usize = 2400 * 1800;
/// Pixels of the largest picture that is doubled.
const MAX_DOUBLED: usize = 1280 * 720;
/// Of a larger frame only the middle is doubled: it would take too long else, and people hold a code there.
const DOUBLED_FRAME: (usize, usize) = (640, 480);

/// A way to read a picture that is not read at once.
type Way = fn(&Gray) -> Texts;
type Texts = Vec<Zeroizing<String>>;

/// What is quick: as it is, and half as large, where noise and blur are less and a quarter of the time is taken.
const QUICK: [Way; 2] =
    [|gray| read_quickly(gray, BOTH), |gray| read_treated(gray, |gray| gray.halve().threshold(10))];

/// Against noise and low light.
const SMOOTHED: Way = |gray| read_treated(gray, |gray| gray.smooth(1).smooth(1).stretch());
/// Against blur, with some noise.
const SHARPENED: Way = |gray| read_treated(gray, |gray| gray.smooth(1).sharpen(4, 4));
/// Against blur that varies over the picture.
const NARROW: Way = |gray| read_treated(gray, |gray| gray.smooth(1).threshold(6));
/// Against few pixels a module.
const DOUBLED: Way = |gray| {
    let small = gray.pixels.len() <= MAX_DOUBLED;
    if small { read_quickly(&gray.double().sharpen(4, 2), BOTH) } else { Texts::new() }
};

/// What is tried in a still picture, one after the other. They miss different pictures.
const IN_STILLS: [Way; 5] = [SMOOTHED, SHARPENED, read_thoroughly, DOUBLED, NARROW];

/// What is tried in frames of a video, one of them in each. What takes most of the time that a frame has stands alone,
/// and else what is quick comes first.
const IN_FRAMES: [(Beside, Way); 6] = [
    (Beside::Quick, SMOOTHED),
    (Beside::Quick, SHARPENED),
    (Beside::Nothing, |gray| read_thoroughly(&gray.smooth(1))),
    (Beside::Nothing, |gray| read_doubled_frame(gray, &[Ink::Dark])),
    (Beside::Quick, NARROW),
    (Beside::Nothing, |gray| read_doubled_frame(gray, &[Ink::Light])),
];

/// What is tried in the same frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Quick,
    Nothing,
}

/// Which modules are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ink {
    /// Dark ones on light, as usual.
    Dark,
    /// Light ones on dark.
    Light,
}

const BOTH: &[Ink] = &[Ink::Dark, Ink::Light];

/// The texts of the QR codes in a gray picture: one byte a pixel, rows from the top, 0 is black.
///
/// Empty when there is none, or when the number of bytes is not `width` × `height`, or a side is shorter
/// than the 21 modules of the smallest code or longer than [`MAX_SIDE`]. Light on dark is read too. Takes the longest
/// when there is none: what [`FRAME_TURNS`] frames take.
/// The texts returned are wiped on drop; the readers' own working memory is not.
pub fn read(gray: &[u8], width: usize, height: usize) -> Vec<Zeroizing<String>> {
    read_in_ways(gray, width, height, QUICK.iter().chain(&IN_STILLS))
}

/// The same for one frame of a video, in a time that a frame has: what is quick is tried in each frame, and of the
/// rest one way after the other. `number` counts the frames, from anything on.
pub fn read_frame(gray: &[u8], width: usize, height: usize, number: usize) -> Vec<Zeroizing<String>> {
    let (beside, way) = &IN_FRAMES[number % IN_FRAMES.len()];
    let quick: &[Way] = if *beside == Beside::Quick { &QUICK } else { &[] };
    read_in_ways(gray, width, height, quick.iter().chain([way]))
}

fn read_in_ways<'a>(gray: &[u8], width: usize, height: usize, ways: impl Iterator<Item = &'a Way>) -> Texts {
    // The smallest code has 21 modules a side (ISO/IEC 18004 §5.3.1), and what treats a picture halves it.
    let sides = 21..=MAX_SIDE;
    if !sides.contains(&width) || !sides.contains(&height) || gray.len() != width * height {
        return Texts::new();
    }
    let gray = Gray { pixels: Zeroizing::new(gray.to_vec()), width, height };
    ways.map(|way| way(&gray)).find(|texts| !texts.is_empty()).unwrap_or_default()
}

fn read_treated(gray: &Gray, treat: fn(&Gray) -> Gray) -> Texts {
    if gray.pixels.len() <= MAX_TREATED { read_quickly(&treat(gray), BOTH) } else { Texts::new() }
}

fn read_doubled_frame(gray: &Gray, inks: &[Ink]) -> Texts {
    let (width, height) = DOUBLED_FRAME;
    read_quickly(&gray.middle(width, height).double().sharpen(4, 2), inks)
}

fn read_quickly(gray: &Gray, inks: &[Ink]) -> Texts {
    if gray.pixels.is_empty() {
        return Texts::new();
    }
    // Both sides are at most twice `MAX_SIDE`.
    let (width, height) = (gray.width as u32, gray.height as u32);
    let Ok(source) = Luma8Source::new_with_slice(&gray.pixels, width, height) else { return Texts::new() };
    let hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let find = |picture: &mut BinaryBitmap<_>| {
        let found = QrReader.decode_multiple_with_hints(picture, &hints).unwrap_or_default();
        found.iter().map(|code| Zeroizing::new(code.getText().to_owned())).collect::<Texts>()
    };
    for &ink in inks {
        if ink == Ink::Light {
            picture.invert();
        }
        let texts = find(&mut picture);
        if !texts.is_empty() {
            return texts;
        }
    }
    Texts::new()
}

fn read_thoroughly(gray: &Gray) -> Texts {
    let level = |x, y| gray.pixels[y * gray.width + x];
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(gray.width, gray.height, level);
    let grids = picture.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| Zeroizing::new(text)).collect()
}

#[cfg(test)]
mod tests;
