//! Pixels as Windows wants them.

use crate::drawing::Pixels;
use std::ffi::c_void;
use windows::Win32::Graphics::Gdi::{
    BI_RGB, BITMAPINFO, BITMAPINFOHEADER, CreateDIBSection, DIB_RGB_COLORS, HBITMAP,
};

/// A new bitmap, for Windows to keep. `None`: Windows has no memory for it.
pub(crate) fn bitmap(pixels: &Pixels) -> Option<HBITMAP> {
    let side = i32::try_from(pixels.side).ok()?;
    let header = BITMAPINFOHEADER {
        biSize: u32::try_from(size_of::<BITMAPINFOHEADER>()).ok()?,
        biWidth: side,
        // Rows from the top.
        biHeight: -side,
        biPlanes: 1,
        biBitCount: 32,
        biCompression: BI_RGB.0,
        ..BITMAPINFOHEADER::default()
    };
    let info = BITMAPINFO { bmiHeader: header, ..BITMAPINFO::default() };
    let mut memory: *mut c_void = std::ptr::null_mut();
    // SAFETY: header and place outlive the call.
    let bitmap = unsafe { CreateDIBSection(None, &info, DIB_RGB_COLORS, &mut memory, None, 0) }.ok()?;
    if memory.is_null() {
        return None;
    }
    // SAFETY: the section has a row of 32 bits for each pixel of the side, `side` times.
    unsafe { std::ptr::copy_nonoverlapping(pixels.rows.as_ptr(), memory.cast(), pixels.rows.len()) };
    Some(bitmap)
}
