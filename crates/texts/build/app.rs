//! The app's texts to Rust constants: one key for each message of the English file, a table for each language.

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey},
    parser,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Plural categories (CLDR) that a text may tell apart; `other` is the default one.
const CATEGORIES: [&str; 4] = ["one", "few", "many", "other"];

/// The texts of one language, in the order of their keys.
type Texts = BTreeMap<String, Vec<Piece>>;

enum Piece {
    Text(String),
    Argument(String),
    Plural { of: String, forms: Vec<(&'static str, Vec<Piece>)> },
}

/// Whether a language has to have every text. One that does not falls back to English text by text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Complete,
    AsFarAsTranslated,
}

/// Keys and tables made from a file for each language; the first is the one that says which keys there are.
///
/// # Errors
/// A sentence for whoever edits the texts.
pub(crate) fn generate(files: &[(&str, Extent, String)]) -> Result<String, String> {
    let mut all = Vec::new();
    for (language, extent, text) in files {
        all.push((*language, *extent, parse(text).map_err(|problem| format!("{language}: {problem}"))?));
    }
    let Some((_, _, english)) = all.first() else { return Err("no language".to_owned()) };
    for (language, extent, texts) in &all {
        compare(english, texts, *extent).map_err(|problem| format!("{language}: {problem}"))?;
    }
    // Writing to a string does not fail.
    let mut code = String::from(
        "/// A text of the app.\n#[derive(Clone, Copy, PartialEq, Eq, Debug)]\npub enum Key {\n",
    );
    for (key, pieces) in english {
        let _ = writeln!(code, "/// {}\n{},", shown(pieces).replace('\n', " "), camel(key));
    }
    code.push_str("}\nimpl Key {\n/// Every key, for tests.\npub const ALL: &'static [Self] = &[");
    for key in english.keys() {
        let _ = write!(code, "Self::{},", camel(key));
    }
    code.push_str(
        "];\n}\npub(super) fn pieces(language: AppLanguage, key: Key) -> Option<&'static [Piece]> {\n",
    );
    code.push_str("match language {\n");
    for (language, _, texts) in &all {
        let _ = writeln!(code, "AppLanguage::{language} => match key {{");
        for (key, pieces) in texts {
            let _ = writeln!(code, "Key::{} => Some({}),", camel(key), slice(pieces));
        }
        if texts.len() < english.len() {
            code.push_str("_ => None,\n");
        }
        code.push_str("},\n");
    }
    code.push_str("}\n}\n");
    Ok(code)
}

fn parse(text: &str) -> Result<Texts, String> {
    let resource = parser::parse(text).map_err(|(_, problems)| format!("not fluent: {problems:?}"))?;
    let mut texts = Texts::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let key = message.id.name;
        let value = message.value.as_ref().ok_or(format!("{key} is empty"))?;
        if texts.insert(key.to_owned(), resolve(key, value)?).is_some() {
            return Err(format!("{key} is there twice"));
        }
    }
    Ok(texts)
}

fn resolve(key: &str, pattern: &Pattern<&str>) -> Result<Vec<Piece>, String> {
    let piece = |element: &PatternElement<&str>| match element {
        PatternElement::TextElement { value } => Ok(Piece::Text((*value).to_owned())),
        PatternElement::Placeable { expression } => match expression {
            Expression::Inline(InlineExpression::VariableReference { id }) => {
                Ok(Piece::Argument(id.name.to_owned()))
            }
            Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
                plural(key, id.name, variants)
            }
            _ => Err(format!("{key} has something that constants cannot say")),
        },
    };
    pattern.elements.iter().map(piece).collect()
}

fn plural(key: &str, of: &str, variants: &[Variant<&str>]) -> Result<Piece, String> {
    let mut forms = Vec::new();
    for Variant { key: variant, value, default } in variants {
        let VariantKey::Identifier { name } = variant else {
            return Err(format!("{key} asks for a number that is no plural category"));
        };
        let category = CATEGORIES.into_iter().find(|category| category == name);
        let category = category.ok_or(format!("{key} has the unknown plural category {name}"))?;
        if *default != (category == "other") {
            return Err(format!("{key}: the default has to be other"));
        }
        forms.push((category, resolve(key, value)?));
    }
    Ok(Piece::Plural { of: of.to_owned(), forms })
}

fn compare(english: &Texts, texts: &Texts, extent: Extent) -> Result<(), String> {
    if let Some(key) = texts.keys().find(|key| !english.contains_key(*key)) {
        return Err(format!("{key} is not in the English texts"));
    }
    for (key, pieces) in english {
        match texts.get(key) {
            Some(own) if arguments(own) != arguments(pieces) => {
                return Err(format!("{key} has other arguments than in English"));
            }
            None if extent == Extent::Complete => return Err(format!("{key} is missing")),
            _ => {}
        }
    }
    Ok(())
}

fn arguments(pieces: &[Piece]) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Argument(name) => {
                names.insert(name.as_str());
            }
            Piece::Plural { of, forms } => {
                names.insert(of.as_str());
                names.extend(forms.iter().flat_map(|(_, pieces)| arguments(pieces)));
            }
        }
    }
    names
}

/// The text as the documentation of its key.
fn shown(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Argument(name) => format!("`{name}`"),
            Piece::Plural { forms, .. } => forms.last().map(|(_, pieces)| shown(pieces)).unwrap_or_default(),
        })
        .collect()
}

/// `add-new-token` to `AddNewToken`.
fn camel(key: &str) -> String {
    key.split('-')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

fn slice(pieces: &[Piece]) -> String {
    let parts: Vec<String> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => format!("Piece::Text({text:?})"),
            Piece::Argument(name) => format!("Piece::Argument({name:?})"),
            Piece::Plural { of, forms } => {
                let forms: Vec<String> = forms
                    .iter()
                    .map(|(category, pieces)| format!("(Plural::{}, {})", camel(category), slice(pieces)))
                    .collect();
                format!("Piece::Plural({of:?}, &[{}])", forms.join(", "))
            }
        })
        .collect();
    format!("&[{}]", parts.join(", "))
}
