use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source, common::HybridBinarizer,
    multi::MultipleBarcodeReader, qrcode::cpp_port::QrReader,
};
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The longest side of a picture that is looked at, in pixels.
pub const MAX_SIDE: usize = 8192;

/// The texts of the QR codes in a gray picture: one byte a pixel, rows from the top, 0 is black.
///
/// Empty when there is none, or when the number of bytes is not `width` × `height`, or a side is 0 or longer than
/// [`MAX_SIDE`]. Light on dark is read too. The texts returned are wiped on drop; the readers' own working memory
/// is not.
pub fn read(gray: &[u8], width: usize, height: usize) -> Vec<Zeroizing<String>> {
    let sides = 1..=MAX_SIDE;
    if !sides.contains(&width) || !sides.contains(&height) || gray.len() != width * height {
        return Vec::new();
    }
    // The two readers miss different pictures; the quick one goes first.
    let texts = read_quickly(gray, width, height);
    if texts.is_empty() { read_thoroughly(gray, width, height) } else { texts }
}

fn read_quickly(gray: &[u8], width: usize, height: usize) -> Vec<Zeroizing<String>> {
    // Both sides are at most `MAX_SIDE`.
    let (width, height) = (width as u32, height as u32);
    let Ok(source) = Luma8Source::new_with_slice(gray, width, height) else { return Vec::new() };
    let hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let find = |picture: &mut BinaryBitmap<_>| {
        let found = QrReader.decode_multiple_with_hints(picture, &hints).unwrap_or_default();
        found.iter().map(|code| Zeroizing::new(code.getText().to_owned())).collect::<Vec<_>>()
    };
    let texts = find(&mut picture);
    if !texts.is_empty() {
        return texts;
    }
    picture.invert();
    find(&mut picture)
}

fn read_thoroughly(gray: &[u8], width: usize, height: usize) -> Vec<Zeroizing<String>> {
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| gray[y * width + x]);
    let grids = picture.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| Zeroizing::new(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_reads_alone() {
        let pixels = crate::Matrix::encode("test").unwrap().pixels(116);
        for reader in [read_quickly, read_thoroughly] {
            let texts = reader(pixels.gray(), pixels.side(), pixels.side());
            assert_eq!(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>(), ["test"]);
        }
    }
}
