//! The authenticator's texts, behind the feature `app`: no other program wants them.
//!
//! They are in `text/app/*.ftl`. The English file says which there are; German has to have all of them, the other
//! languages fall back to English text by text.

mod language;
mod table;

pub use language::AppLanguage;
pub use table::Key;

use table::Piece;

/// What is filled into a text.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A text, as it is.
    Text(&'a str),
    /// A number of things, which also chooses the plural form.
    Count(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// The text for a key. An argument that is not given leaves its name in brackets, which a test finds.
pub fn say(language: AppLanguage, key: Key, args: &[(&str, Value<'_>)]) -> String {
    let own = table::pieces(language, key).map(|pieces| (language, pieces));
    let (language, pieces) =
        own.unwrap_or((AppLanguage::English, table::pieces(AppLanguage::English, key).unwrap_or_default()));
    let mut text = String::new();
    fill_in(&mut text, language, pieces, args);
    text
}

fn fill_in(text: &mut String, language: AppLanguage, pieces: &[Piece], args: &[(&str, Value<'_>)]) {
    let find = |name: &str| args.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Argument(name) => match find(name) {
                Some(Value::Text(value)) => text.push_str(value),
                Some(Value::Count(value)) => text.push_str(&value.to_string()),
                None => text.extend(["[", name, "]"]),
            },
            Piece::Plural(name, forms) => {
                let count = match find(name) {
                    Some(Value::Count(count)) => count,
                    _ => 0,
                };
                let category = language.plural(count);
                let form = forms.iter().find(|(found, _)| *found == category).or(forms.last());
                if let Some((_, pieces)) = form {
                    fill_in(text, language, pieces, args);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
