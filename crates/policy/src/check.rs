//! What TOML and serde cannot check with a line and a hint: unknown keys, ranges, names.

use crate::{
    GroupSettings, LimitSettings, LockoutSettings, PolicyError, Rule, TokenSettings,
    keys::{Accepts, Key, is_name},
    rule::ASK,
};
use std::collections::BTreeSet;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A part of the document and the keys it can have.
pub(crate) struct Section {
    /// Its name in TOML; empty for the top.
    pub(crate) path: &'static str,
    pub(crate) keys: &'static [Key],
}

const TOP: Section = Section {
    path: "",
    keys: &[Key {
        name: "ask",
        unit: "",
        accepts: ASK,
        doc: &[
            " What holds where no rule matches. `never` leaves everybody without protection whom no rule names.",
        ],
    }],
};
const RULES: Section = Section { path: "rules", keys: Rule::KEYS };
const DEFAULTS: Section = Section { path: "defaults", keys: GroupSettings::KEYS };
const TOKENS: Section = Section { path: "tokens", keys: TokenSettings::KEYS };
const LOCKOUT: Section = Section { path: "lockout", keys: LockoutSettings::KEYS };
const LIMITS: Section = Section { path: "limits", keys: LimitSettings::KEYS };

/// Every section, in the order of the reference page.
pub(crate) const SECTIONS: [Section; 6] = [TOP, RULES, DEFAULTS, TOKENS, LOCKOUT, LIMITS];

type Result<T> = std::result::Result<T, PolicyError>;

/// The line of a byte position, counted from 1.
pub(crate) fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count()
}

/// Checks a whole document. A value of the wrong type is left to serde, which reports it with its line.
pub(crate) fn document(text: &str, document: &DeTable<'_>) -> Result<()> {
    let check = Check { text };
    for (key, value) in document {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("rules", DeValue::Array(rules)) => check.rules(rules)?,
            ("groups", DeValue::Table(groups)) => {
                for (name, group) in groups {
                    check.name(name, is_name(name.get_ref()))?;
                    check.section(&format!("groups.{}.", name.get_ref()), DEFAULTS.keys, group)?;
                }
            }
            ("defaults", _) => check.section("defaults.", DEFAULTS.keys, value)?,
            ("tokens", _) => check.section("tokens.", TOKENS.keys, value)?,
            ("lockout", _) => check.section("lockout.", LOCKOUT.keys, value)?,
            ("limits", _) => check.section("limits.", LIMITS.keys, value)?,
            ("rules" | "groups", _) => {}
            _ => check.entry("", TOP.keys, key.get_ref(), key.span().start, value)?,
        }
    }
    Ok(())
}

struct Check<'a> {
    text: &'a str,
}

impl Check<'_> {
    fn rules(&self, rules: &[Spanned<DeValue<'_>>]) -> Result<()> {
        let mut names = BTreeSet::new();
        for rule in rules {
            self.section("rules.", RULES.keys, rule)?;
            let name = rule.get_ref().as_table().and_then(|table| table.get("name"));
            if let Some(name) = name
                && let Some(text) = name.get_ref().as_str()
                && !names.insert(text)
            {
                return Err(self.unusable("rules.name", name.span().start, "another rule has this name"));
            }
        }
        Ok(())
    }

    /// `prefix` is the section's name with a dot, or nothing for the top.
    fn section(&self, prefix: &str, keys: &[Key], section: &Spanned<DeValue<'_>>) -> Result<()> {
        let Some(table) = section.get_ref().as_table() else { return Ok(()) };
        for (key, value) in table {
            self.entry(prefix, keys, key.get_ref(), key.span().start, value)?;
        }
        Ok(())
    }

    fn entry(
        &self,
        prefix: &str,
        keys: &[Key],
        name: &str,
        position: usize,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<()> {
        let path = format!("{prefix}{name}");
        match keys.iter().find(|key| key.name == name) {
            Some(key) => self.value(&path, key.unit, &key.accepts, value),
            None => Err(PolicyError::UnknownKey {
                line: line_at(self.text, position),
                nearest: nearest_key(prefix, keys, name),
                key: path,
            }),
        }
    }

    fn value(
        &self,
        path: &str,
        unit: &'static str,
        accepts: &Accepts,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<()> {
        let position = value.span().start;
        match (accepts, value.get_ref()) {
            (&Accepts::Number(min, max), DeValue::Integer(number)) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                if number.is_ok_and(|number| (min..=max).contains(&number)) {
                    return Ok(());
                }
                let line = line_at(self.text, position);
                Err(PolicyError::OutOfRange { line, key: path.to_owned(), min, max, unit })
            }
            (Accepts::Text(words, good), DeValue::String(text)) if !good(text) => {
                Err(self.unusable(path, position, &format!("takes a text of {words}")))
            }
            (Accepts::List(_), DeValue::Array(list)) if list.is_empty() => Err(self.unusable(
                path,
                position,
                "an empty list matches nobody; leave the key out to match all",
            )),
            (Accepts::AnyOrList(words, good), DeValue::Array(list)) => {
                match list.iter().find(|item| item.get_ref().as_str().is_some_and(|text| !good(text))) {
                    Some(bad) => {
                        Err(self.unusable(path, bad.span().start, &format!("takes a list of {words}")))
                    }
                    None => Ok(()),
                }
            }
            (Accepts::OneOf(words, _), DeValue::String(word)) if !words.contains(&word.as_ref()) => {
                Err(PolicyError::UnknownKey {
                    line: line_at(self.text, position),
                    nearest: nearest(word, words.iter().copied()),
                    key: word.to_string(),
                })
            }
            (Accepts::OneOf(_, tables), DeValue::Table(table)) => {
                for (key, value) in table {
                    let name = key.get_ref().as_ref();
                    match tables.iter().find(|(known, _)| *known == name) {
                        Some((_, accepts)) => {
                            self.value(&format!("{path}.{name}"), "days", accepts, value)?
                        }
                        None => {
                            return Err(PolicyError::UnknownKey {
                                line: line_at(self.text, key.span().start),
                                nearest: nearest(name, tables.iter().map(|(known, _)| *known)),
                                key: format!("{path}.{name}"),
                            });
                        }
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn name(&self, name: &Spanned<std::borrow::Cow<'_, str>>, good: bool) -> Result<()> {
        if good {
            return Ok(());
        }
        Err(self.unusable("groups", name.span().start, &format!("a group's name has {}", crate::keys::NAME)))
    }

    fn unusable(&self, key: &str, position: usize, problem: &str) -> PolicyError {
        PolicyError::Unusable {
            line: line_at(self.text, position),
            key: key.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

/// The known key most like an unknown one, with its section: in the same section if one is alike there, else anywhere,
/// because a right key in the wrong section is a common slip.
fn nearest_key(prefix: &str, keys: &[Key], name: &str) -> Option<String> {
    if let Some(here) = nearest(name, keys.iter().map(|key| key.name)) {
        return Some(format!("{prefix}{here}"));
    }
    if let Some(section) = nearest(name, SECTIONS.iter().map(|section| section.path).chain(["groups"])) {
        return Some(section.to_owned());
    }
    let paths = SECTIONS.iter().flat_map(|section| section.keys.iter().map(|key| (section.path, key.name)));
    let alike = paths.max_by(|(_, a), (_, b)| likeness(name, a).total_cmp(&likeness(name, b)));
    alike.filter(|(_, key)| likeness(name, key) >= ALIKE).map(|(path, key)| full_name(path, key))
}

/// A key with its section.
pub(crate) fn full_name(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .filter(|known| likeness(name, known) >= ALIKE)
        .max_by(|a, b| likeness(name, a).total_cmp(&likeness(name, b)))
        .map(str::to_owned)
}

/// Below this two words have less than two thirds in common, and a hint would lead astray.
const ALIKE: f64 = 0.65;

/// From 0, nothing in common, to 1, the same. Long texts are not compared: a key of 256 KB is no slip.
fn likeness(name: &str, known: &str) -> f64 {
    if name.len() > 64 { 0.0 } else { strsim::normalized_damerau_levenshtein(name, known) }
}
