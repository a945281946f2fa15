//! The console: who may ask what, and what comes from elsewhere.

mod access;
mod attacks;
mod browser;
mod pages;
mod scoped;
