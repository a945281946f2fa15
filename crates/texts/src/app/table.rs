//! Made by `build/app.rs` from `text/app/*.ftl`: the keys, and for each language one string with all its texts.
//!
//! In it [`TEXT_END`] ends a text, and an empty one is not there in that language. [`NAME`] and [`NAME_END`] enclose
//! the name of an argument. When [`PLURAL`] follows, it is a count that chooses a form: each form is the letter of its
//! category, its text and [`FORM_END`]; after the last one comes [`PLURAL_END`]. A form has no plural in it.

use super::AppLanguage;

/// Ends a text.
const TEXT_END: char = '\u{1}';
/// Begins the name of an argument.
pub(super) const NAME: char = '\u{2}';
/// Ends the name of an argument.
pub(super) const NAME_END: char = '\u{3}';
/// Begins the forms of a plural.
pub(super) const PLURAL: char = '\u{4}';
/// Ends a form of a plural.
pub(super) const FORM_END: char = '\u{5}';
/// Ends the forms of a plural.
pub(super) const PLURAL_END: char = '\u{6}';

/// A plural category (CLDR).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Plural {
    One,
    Few,
    Many,
    Other,
}

impl Plural {
    /// The letter that stands before the form of this category.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::One => 'o',
            Self::Few => 'f',
            Self::Many => 'm',
            Self::Other => 'x',
        }
    }
}

/// The texts that every program has.
pub(super) const ENGLISH: &str = texts(AppLanguage::English);

/// One of the texts of a language with its marks, when the language has it.
pub(super) fn coded(texts: &str, key: Key) -> Option<&str> {
    texts.split(TEXT_END).nth(key as usize).filter(|text| !text.is_empty())
}

include!(concat!(env!("OUT_DIR"), "/app.rs"));
