//! What several screens are made of.

mod answer;
mod field;
mod notice;
mod password;
mod taking;
mod token_row;
mod top;
mod ways;

pub(crate) use answer::Answering;
pub(crate) use field::{Choice, TextField};
pub(crate) use notice::{Notice, Tone};
pub(crate) use password::{NewPassword, PasswordField, Typing};
pub(crate) use taking::{Taken, taking};
pub(crate) use token_row::TokenRow;
pub(crate) use top::Top;
pub(crate) use ways::Ways;

use leptos::{html, prelude::*};
use model::Secret;

/// What is typed in a field, taken out of it without a copy that stays.
pub(crate) fn typed(field: NodeRef<html::Input>) -> Secret {
    Secret::from_text(field.get_untracked().map(|input| input.value()).unwrap_or_default())
}

/// Empties a field.
pub(crate) fn empty(field: NodeRef<html::Input>) {
    if let Some(input) = field.get_untracked() {
        input.set_value("");
    }
}

/// An id for an element, different from all others of the page.
pub(crate) fn fresh_id() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("f{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
