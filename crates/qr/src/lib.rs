//! QR codes: text to module matrix to picture.
