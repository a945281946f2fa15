//! `.ftl` files to Rust constants: the small part of fluent's syntax that the texts use, and nothing else.

use fluent_syntax::{
    ast::{
        Attribute, Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Variant, VariantKey,
    },
    parser,
};
use model::{Command, Field, Reason};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// What a text can ask for: the name in the `.ftl` files and the variant of `Argument`.
const ARGUMENTS: [(&str, &str); 7] = [
    ("left", "Left"),
    ("until", "Until"),
    ("at", "At"),
    ("shown", "Shown"),
    ("machine", "Machine"),
    ("support", "Support"),
    ("app_url", "AppUrl"),
];
/// The term whose use in a text says that the support line may follow.
const HELP_DESK: &str = "help-desk";
const SUPPORT_LINE: &str = "support-line";
/// The attribute with the text for when an argument is not known.
const PLAIN: &str = "plain";

/// The module of constants made from a file for each language, named by its variant of `Language`.
///
/// # Errors
/// A sentence for whoever edits the texts: a text is missing, unknown, empty or has something that constants
/// cannot say.
pub(crate) fn generate(files: &[(&str, String)]) -> Result<String, String> {
    let mut reasons = String::new();
    let mut fields = String::new();
    let mut commands = String::new();
    let mut support_lines = String::new();
    for (language, text) in files {
        let source = Source::parse(text).map_err(|problem| format!("{language}: {problem}"))?;
        source
            .write(language, &mut reasons, &mut fields, &mut commands, &mut support_lines)
            .map_err(|problem| format!("{language}: {problem}"))?;
    }
    Ok(format!(
        "use model::{{Command, Field, Reason}};\n\
         pub(crate) const fn reason(language: Language, reason: Reason) -> Wording {{\n\
         match (language, reason) {{\n{reasons}}}\n}}\n\
         pub(crate) const fn field(language: Language, field: Field) -> &'static str {{\n\
         match (language, field) {{\n{fields}}}\n}}\n\
         pub(crate) const fn command(language: Language, command: Command) -> &'static str {{\n\
         match (language, command) {{\n{commands}}}\n}}\n\
         pub(crate) const fn support_line(language: Language) -> &'static [Part] {{\n\
         match language {{\n{support_lines}}}\n}}\n"
    ))
}

/// A text as constants can say it.
#[derive(Default)]
struct Resolved {
    parts: Vec<Piece>,
    names_help_desk: bool,
}

enum Piece {
    Text(String),
    Argument(&'static str),
    Plural { one: Vec<Piece>, other: Vec<Piece> },
}

/// The messages and terms of one file.
struct Source<'a> {
    messages: BTreeMap<&'a str, Message<&'a str>>,
    terms: BTreeMap<&'a str, Pattern<&'a str>>,
}

impl<'a> Source<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let resource = parser::parse(text).map_err(|(_, problems)| format!("not fluent: {problems:?}"))?;
        let mut source = Self { messages: BTreeMap::new(), terms: BTreeMap::new() };
        for entry in resource.body {
            let twice = match entry {
                Entry::Message(message) => {
                    let key = message.id.name;
                    source.messages.insert(key, message).map(|_| key)
                }
                Entry::Term(term) => source.terms.insert(term.id.name, term.value).map(|_| term.id.name),
                _ => None,
            };
            if let Some(key) = twice {
                return Err(format!("{key} is there twice"));
            }
        }
        source.refuse_unknown_keys()?;
        Ok(source)
    }

    fn refuse_unknown_keys(&self) -> Result<(), String> {
        let mut known = BTreeSet::from([SUPPORT_LINE]);
        known.extend(Reason::ALL.iter().map(|reason| reason.key()));
        known.extend(Field::ALL.iter().map(|field| field.key()));
        known.extend(Command::ALL.iter().map(|command| command.key()));
        match self.messages.keys().find(|key| !known.contains(*key)) {
            Some(key) => Err(format!("nothing says {key}")),
            None => Ok(()),
        }
    }

    /// One arm for each key in this language.
    fn write(
        &self,
        language: &str,
        reasons: &mut String,
        fields: &mut String,
        commands: &mut String,
        support_lines: &mut String,
    ) -> Result<(), String> {
        // Writing to a string does not fail.
        for &reason in Reason::ALL {
            let wording = self.wording(reason.key())?;
            let _ = writeln!(reasons, "(Language::{language}, Reason::{reason:?}) => {wording},");
        }
        for &field in Field::ALL {
            let text = self.fixed(field.key())?;
            let _ = writeln!(fields, "(Language::{language}, Field::{field:?}) => {text:?},");
        }
        for &command in Command::ALL {
            let text = self.fixed(command.key())?;
            let _ = writeln!(commands, "(Language::{language}, Command::{command:?}) => {text:?},");
        }
        let line = self.resolved(SUPPORT_LINE)?;
        let _ = writeln!(support_lines, "Language::{language} => {},", slice(&line.parts));
        Ok(())
    }

    /// A reason's text as a `Wording`.
    fn wording(&self, key: &str) -> Result<String, String> {
        let text = self.resolved(key)?;
        let plain = self.message(key)?.attributes.iter().find(|attribute| attribute.id.name == PLAIN);
        let asks = text.names_help_desk;
        let (full, plain) = match (fixed_text(&text.parts), plain) {
            (Some(fixed), None) => ("None".to_owned(), fixed),
            (Some(_), Some(_)) => return Err(format!("{key} has no arguments and does not need .{PLAIN}")),
            (None, None) => return Err(format!("{key} has arguments and needs .{PLAIN}")),
            (None, Some(Attribute { value, .. })) => {
                let plain = self.resolve(key, value)?;
                if plain.names_help_desk != asks {
                    return Err(format!("{key} and its .{PLAIN} do not both name the {HELP_DESK}"));
                }
                let fixed = fixed_text(&plain.parts).ok_or(format!("{key}.{PLAIN} has arguments"))?;
                (format!("Some({})", slice(&text.parts)), fixed)
            }
        };
        Ok(format!("Wording {{ full: {full}, plain: {plain:?}, names_help_desk: {asks} }}"))
    }

    /// The text of a message that has no arguments.
    fn fixed(&self, key: &str) -> Result<String, String> {
        fixed_text(&self.resolved(key)?.parts).ok_or(format!("{key} can't have arguments"))
    }

    fn message(&self, key: &str) -> Result<&Message<&'a str>, String> {
        self.messages.get(key).ok_or(format!("{key} is missing"))
    }

    fn resolved(&self, key: &str) -> Result<Resolved, String> {
        let value = self.message(key)?.value.as_ref().ok_or(format!("{key} is empty"))?;
        self.resolve(key, value)
    }

    /// A pattern with its references filled in.
    fn resolve(&self, key: &str, pattern: &Pattern<&'a str>) -> Result<Resolved, String> {
        let mut resolved = Resolved::default();
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => resolved.push_text(value),
                PatternElement::Placeable { expression } => self.fill_in(key, expression, &mut resolved)?,
            }
        }
        Ok(resolved)
    }

    fn fill_in(
        &self,
        key: &str,
        expression: &Expression<&'a str>,
        resolved: &mut Resolved,
    ) -> Result<(), String> {
        match expression {
            Expression::Inline(InlineExpression::VariableReference { id }) => {
                let argument = ARGUMENTS.iter().find(|(name, _)| *name == id.name);
                let (_, variant) =
                    argument.ok_or(format!("{key} asks for ${}, which nothing knows", id.name))?;
                resolved.parts.push(Piece::Argument(variant));
            }
            Expression::Inline(InlineExpression::MessageReference { id, attribute: None }) => {
                resolved.push_text(&self.fixed(id.name)?);
            }
            Expression::Inline(InlineExpression::TermReference { id, attribute: None, arguments: None }) => {
                let term = self.terms.get(id.name).ok_or(format!("the term -{} is missing", id.name))?;
                let text = fixed_text(&self.resolve(id.name, term)?.parts);
                resolved.push_text(&text.ok_or(format!("the term -{} can't have arguments", id.name))?);
                resolved.names_help_desk |= id.name == HELP_DESK;
            }
            Expression::Select { selector: InlineExpression::VariableReference { id }, variants }
                if id.name == "left" =>
            {
                resolved.parts.push(self.plural(key, variants)?);
            }
            _ => return Err(format!("{key} has something that constants cannot say")),
        }
        Ok(())
    }

    /// The two plural categories of English and German (CLDR). A language with others needs more of `Part`.
    fn plural(&self, key: &str, variants: &[Variant<&'a str>]) -> Result<Piece, String> {
        match variants {
            [
                Variant { key: VariantKey::Identifier { name: "one" }, value: one, default: false },
                Variant { key: VariantKey::Identifier { name: "other" }, value: other, default: true },
            ] => {
                let (one, other) = (self.resolve(key, one)?, self.resolve(key, other)?);
                Ok(Piece::Plural { one: one.parts, other: other.parts })
            }
            _ => Err(format!("{key} needs [one] and *[other] for its number")),
        }
    }
}

impl Resolved {
    /// Adds text to the last piece where that is text too.
    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.parts.push(Piece::Text(text.to_owned())),
        }
    }
}

fn fixed_text(parts: &[Piece]) -> Option<String> {
    match parts {
        [Piece::Text(text)] => Some(text.clone()),
        _ => None,
    }
}

fn slice(parts: &[Piece]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| match part {
            Piece::Text(text) => format!("Part::Text({text:?})"),
            Piece::Argument(variant) => format!("Part::Argument(Argument::{variant})"),
            Piece::Plural { one, other } => {
                format!("Part::Plural {{ one: {}, other: {} }}", slice(one), slice(other))
            }
        })
        .collect();
    format!("&[{}]", parts.join(", "))
}
