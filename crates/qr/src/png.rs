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
}
