//! A picture as a PNG file (RFC 2083), for clients that take nothing else. Not compressed: a compressor's tables would hold
//! what is in the picture, and a code is a few kilobytes.

use crate::Matrix;
use zeroize::Zeroizing;

/// The largest block of bytes that are not compressed (RFC 1951 §3.2.4).
const BLOCK: usize = 0xFFFF;

impl Matrix {
    /// A black-and-white PNG file whose side is as that of [`Matrix::pixels`]. Wiped on drop.
    pub fn png(&self, min_side: usize) -> Zeroizing<Vec<u8>> {
        let pixels = self.pixels(min_side);
        let side = pixels.side();
        // Each row begins with its filter, which is none; then one bit a pixel, 1 for white.
        let width = side.div_ceil(8);
        let mut rows = Zeroizing::new(Vec::with_capacity((width + 1) * side));
        for row in pixels.gray().chunks(side) {
            rows.push(0);
            rows.extend(row.chunks(8).map(|eight| {
                eight.iter().enumerate().fold(0_u8, |byte, (bit, &level)| byte | (level & 0x80) >> bit)
            }));
        }
        let mut data = Zeroizing::new(Vec::with_capacity(rows.len() + rows.len() / 1_000 + 32));
        // Deflate without a dictionary (RFC 1950 §2.2).
        data.extend_from_slice(&[0x78, 0x01]);
        let blocks = rows.len().div_ceil(BLOCK);
        for (number, block) in rows.chunks(BLOCK).enumerate() {
            let length = block.len() as u16;
            data.push(u8::from(number + 1 == blocks));
            data.extend_from_slice(&length.to_le_bytes());
            data.extend_from_slice(&(!length).to_le_bytes());
            data.extend_from_slice(block);
        }
        data.extend_from_slice(&adler32(&rows).to_be_bytes());

        let mut file = Zeroizing::new(Vec::with_capacity(data.len() + 64));
        file.extend_from_slice(b"\x89PNG\r\n\x1a\n");
        let side = (side as u32).to_be_bytes();
        // One bit a pixel, gray, the only compression and filters there are, not interlaced.
        chunk(&mut file, b"IHDR", &[&side[..], &side, &[1, 0, 0, 0, 0]].concat());
        chunk(&mut file, b"IDAT", &data);
        chunk(&mut file, b"IEND", &[]);
        file
    }
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let sum = crc32(file.get(start..).unwrap_or_default());
    file.extend_from_slice(&sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(
            sum ^ u32::from(byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_norms() {
        // RFC 2083 §15 gives no example; these are the usual check values of both sums.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    /// Rows and columns of a file of ours, unpacked as the norms say: true is black.
    fn unpacked(file: &[u8]) -> Vec<Vec<bool>> {
        let side = u32::from_be_bytes(file[16..20].try_into().unwrap()) as usize;
        let length = u32::from_be_bytes(file[33..37].try_into().unwrap()) as usize;
        assert_eq!((&file[12..16], &file[37..41]), (&b"IHDR"[..], &b"IDAT"[..]));
        let (mut data, mut rows) = (&file[43..41 + length - 4], Vec::new());
        while !data.is_empty() {
            let size = usize::from(u16::from_le_bytes([data[1], data[2]]));
            rows.extend_from_slice(&data[5..5 + size]);
            data = &data[5 + size..];
        }
        rows.chunks(1 + side.div_ceil(8))
            .map(|row| (0..side).map(|x| row[1 + x / 8] >> (7 - x % 8) & 1 == 0).collect())
            .collect()
    }

    #[test]
    fn a_file_has_the_pixels_of_the_picture_also_when_it_is_large() {
        for (text, side) in [("otpauth://totp/a?secret=AAAA", 300), ("x", 3_000)] {
            let matrix = Matrix::encode(text).unwrap();
            let (pixels, file) = (matrix.pixels(side), matrix.png(side));
            let wanted: Vec<Vec<bool>> = pixels
                .gray()
                .chunks(pixels.side())
                .map(|row| row.iter().map(|&level| level == 0).collect())
                .collect();
            assert_eq!(unpacked(&file), wanted);
            assert!(file.ends_with(b"IEND\xAE\x42\x60\x82"));
        }
    }
}
