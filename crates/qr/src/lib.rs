//! QR codes: text to module matrix to picture (SVG, pixels, terminal), and behind the feature `read` picture to
//! text.
//!
//! Must not know what a text means, where a picture is shown or where a frame comes from.
//!
//! A code that carries a seed is the seed: matrices and pictures are wiped on drop and never print themselves.
#![forbid(unsafe_code)]

mod matrix;
mod pixels;
mod png;
#[cfg(any(feature = "read", test))]
mod read;
mod svg;
mod terminal;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "read", test))]
mod treat;

pub use matrix::{MAX_BYTES, Matrix, QUIET_ZONE, TooLong};
pub use pixels::Pixels;
#[cfg(any(feature = "read", test))]
pub use read::{FRAME_TURNS, MAX_SIDE, read, read_frame};
pub use terminal::Ink;
