//! The console: who may ask what, and what comes from elsewhere.

mod access;
mod attacks;
pub(crate) mod browser;
mod pages;
mod scoped;
