//! Made by `build/app.rs` from `text/app/*.ftl`.

use super::AppLanguage;

/// A part of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    Text(&'static str),
    Argument(&'static str),
    Plural(&'static str, &'static [(Plural, &'static [Piece])]),
}

/// A plural category (CLDR).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Plural {
    One,
    Few,
    Many,
    Other,
}

include!(concat!(env!("OUT_DIR"), "/app.rs"));
