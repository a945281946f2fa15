//! The app's texts to Rust constants: one key for each message of the English file, one string for each language.
//!
//! The string has all texts in the order of the keys, with marks in them, since a table of slices takes half as much
//! room again and the app is loaded over the network. `src/app/table.rs` says what the marks mean and reads them.

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

// The marks, as in `src/app/table.rs`.
const TEXT_END: char = '\u{1}';
const NAME: char = '\u{2}';
const NAME_END: char = '\u{3}';
const PLURAL: char = '\u{4}';
const FORM_END: char = '\u{5}';
const PLURAL_END: char = '\u{6}';

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
        "];\n}\npub(super) const fn texts(language: AppLanguage) -> &'static str {\nmatch language {\n",
    );
    for (language, _, texts) in &all {
        let mut coded = String::new();
        for key in english.keys() {
            // A language that does not have the text has nothing there.
            encode(&mut coded, texts.get(key).map(Vec::as_slice).unwrap_or_default());
            coded.push(TEXT_END);
        }
        let _ = writeln!(code, "AppLanguage::{language} => {coded:?},");
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
        PatternElement::TextElement { value } if value.chars().any(|c| ('\0'..'\n').contains(&c)) => {
            Err(format!("{key} has a control character"))
        }
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
        let pieces = resolve(key, value)?;
        if pieces.iter().any(|piece| matches!(piece, Piece::Plural { .. })) {
            return Err(format!("{key} has a plural in a plural"));
        }
        forms.push((category, pieces));
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

/// As `Plural::letter` in `src/app/table.rs`.
fn letter(category: &str) -> char {
    match category {
        "one" => 'o',
        "few" => 'f',
        "many" => 'm',
        _ => 'x',
    }
}

fn encode(coded: &mut String, pieces: &[Piece]) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => coded.push_str(text),
            Piece::Argument(name) => {
                coded.push(NAME);
                coded.push_str(name);
                coded.push(NAME_END);
            }
            Piece::Plural { of, forms } => {
                coded.push(NAME);
                coded.push_str(of);
                coded.extend([NAME_END, PLURAL]);
                for (category, pieces) in forms {
                    coded.push(letter(category));
                    encode(coded, pieces);
                    coded.push(FORM_END);
                }
                coded.push(PLURAL_END);
            }
        }
    }
}
