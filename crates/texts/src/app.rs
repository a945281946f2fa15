//! The authenticator's texts, behind the feature `app`: no other program wants them.
//!
//! They are in `text/app/*.ftl`. The English file says which there are; German has to have all of them, the other
//! languages fall back to English text by text.

mod language;
mod table;

pub use language::AppLanguage;
pub use table::Key;

use table::Plural;

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
    let own = table::coded(language, key).map(|coded| (language, coded));
    let (language, coded) =
        own.unwrap_or((AppLanguage::English, table::coded(AppLanguage::English, key).unwrap_or_default()));
    let mut text = String::new();
    fill_in(&mut text, language, coded, args);
    text
}

fn fill_in(text: &mut String, language: AppLanguage, coded: &str, args: &[(&str, Value<'_>)]) {
    let mut rest = coded;
    while let Some((before, after)) = rest.split_once(table::NAME) {
        text.push_str(before);
        let (name, after) = after.split_once(table::NAME_END).unwrap_or((after, ""));
        let given = args.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        let Some(plural) = after.strip_prefix(table::PLURAL) else {
            match given {
                Some(Value::Text(value)) => text.push_str(value),
                Some(Value::Count(value)) => text.push_str(&value.to_string()),
                None => text.extend(["[", name, "]"]),
            }
            rest = after;
            continue;
        };
        let (forms, after) = plural.split_once(table::PLURAL_END).unwrap_or((plural, ""));
        let count = match given {
            Some(Value::Count(count)) => count,
            _ => 0,
        };
        let find = |category: Plural| {
            forms.split(table::FORM_END).find_map(|form| form.strip_prefix(category.letter()))
        };
        if let Some(form) = find(language.plural(count)).or_else(|| find(Plural::Other)) {
            fill_in(text, language, form, args);
        }
        rest = after;
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests;
