//! Loads the provider the way Windows' sign-in screen does, and drives it through COM only.
//!
//! Must not know what the provider decides, or how it is made.
fn main() {}
