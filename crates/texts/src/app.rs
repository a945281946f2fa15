//! The authenticator's texts, behind the feature `app`: no other program wants them.
//!
//! They are in `text/app/*.ftl`. The English file says which there are; German has to have all of them, the other
//! languages fall back to English text by text. A program that is loaded over the network has English in it
//! ([`Texts::english`]) and fetches the file of another language when it is wanted.

mod language;
mod table;

pub use language::AppLanguage;
pub use table::Key;

use std::borrow::Cow;
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

/// The texts of one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Texts {
    language: AppLanguage,
    coded: Cow<'static, str>,
}

impl Texts {
    /// English, and nothing else: a program that needs no other language built in carries none.
    pub const fn english() -> Self {
        Self { language: AppLanguage::English, coded: Cow::Borrowed(table::ENGLISH) }
    }

    /// Any language. Whoever calls it carries them all.
    pub const fn of(language: AppLanguage) -> Self {
        Self { language, coded: Cow::Borrowed(table::texts(language)) }
    }

    /// What [`Self::to_file`] of the same version made.
    pub fn from_file(language: AppLanguage, file: String) -> Self {
        Self { language, coded: Cow::Owned(file) }
    }

    /// The texts as a file, in UTF-8, for a program of the same version: it has no keys in it.
    pub fn to_file(&self) -> &str {
        &self.coded
    }

    /// Which language it is.
    pub const fn language(&self) -> AppLanguage {
        self.language
    }

    /// The text for a key; in English where the language has none. An argument that is not given leaves its name in
    /// brackets, which a test finds.
    pub fn say(&self, key: Key, args: &[(&str, Value<'_>)]) -> String {
        let own = table::coded(&self.coded, key).map(|coded| (self.language, coded));
        let english = || (AppLanguage::English, table::coded(table::ENGLISH, key).unwrap_or_default());
        let (language, coded) = own.unwrap_or_else(english);
        let mut text = String::new();
        fill_in(&mut text, language, coded, args);
        text
    }
}

/// The text for a key in any language, as [`Texts::say`].
pub fn say(language: AppLanguage, key: Key, args: &[(&str, Value<'_>)]) -> String {
    Texts::of(language).say(key, args)
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
