//! The tile image, written as a BMP file of 24 bits a pixel.

use crate::com::{Answer, Failure};
use serde_json::json;
use std::path::Path;
use windows::Win32::Graphics::Gdi::*;

/// The pixels of a bitmap, top row first, three bytes each: red, green, blue.
pub(crate) struct Pixels {
    /// Pixels in a row.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
    /// The pixels.
    pub(crate) rgb: Vec<u8>,
}

/// Reads a bitmap as Windows would draw it.
pub(crate) fn pixels(bitmap: HBITMAP) -> Result<Pixels, Failure> {
    let mut header = BITMAPINFO::default();
    header.bmiHeader.biSize = size_of::<BITMAPINFOHEADER>() as u32;
    // SAFETY: A null window: the screen.
    let dc = unsafe { GetDC(None) };
    // SAFETY: Without a buffer only the header is filled in.
    let known = unsafe { GetDIBits(dc, bitmap, 0, 0, None, &raw mut header, DIB_RGB_COLORS) };
    let (width, height) = (header.bmiHeader.biWidth, header.bmiHeader.biHeight.abs());
    let mut bgrx = vec![0_u8; usize::try_from(i64::from(width) * i64::from(height) * 4).unwrap_or(0)];
    header.bmiHeader = BITMAPINFOHEADER {
        biSize: size_of::<BITMAPINFOHEADER>() as u32,
        biWidth: width,
        biHeight: -height,
        biPlanes: 1,
        biBitCount: 32,
        biCompression: BI_RGB.0,
        ..Default::default()
    };
    let lines = height.unsigned_abs();
    // SAFETY: The buffer holds all rows at four bytes a pixel.
    let read = unsafe {
        GetDIBits(dc, bitmap, 0, lines, Some(bgrx.as_mut_ptr().cast()), &raw mut header, DIB_RGB_COLORS)
    };
    // SAFETY: Got above.
    unsafe { ReleaseDC(None, dc) };
    if known == 0 || read == 0 || bgrx.is_empty() {
        return Err(Failure::new("the tile image is no bitmap that can be read"));
    }
    let rgb = bgrx.chunks_exact(4).flat_map(|p| [p[2], p[1], p[0]]).collect();
    Ok(Pixels { width: width.unsigned_abs() as usize, height: lines as usize, rgb })
}

/// Writes a bitmap as a BMP file.
pub(crate) fn write(bitmap: HBITMAP, file: &Path) -> Answer {
    let Pixels { width, height, rgb } = pixels(bitmap)?;
    let row = (width * 3).next_multiple_of(4);
    let size = 54 + row * height;
    let mut bmp = Vec::with_capacity(size);
    bmp.extend(b"BM");
    bmp.extend((size as u32).to_le_bytes());
    bmp.extend([0; 4]);
    bmp.extend(54_u32.to_le_bytes());
    bmp.extend(40_u32.to_le_bytes());
    bmp.extend((width as u32).to_le_bytes());
    bmp.extend((height as u32).to_le_bytes());
    bmp.extend(1_u16.to_le_bytes());
    bmp.extend(24_u16.to_le_bytes());
    bmp.extend([0; 24]);
    for line in rgb.chunks_exact(width * 3).rev() {
        bmp.extend(line.chunks_exact(3).flat_map(|p| [p[2], p[1], p[0]]));
        bmp.resize(bmp.len() + row - width * 3, 0);
    }
    std::fs::write(file, bmp)?;
    Ok(json!({"width": width, "height": height}))
}
