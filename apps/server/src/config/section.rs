//! One section of the configuration, described once: reading it and its reference page use the same list.

use super::{ConfigError, setting::Setting};
use std::path::Path;

/// One key of a section.
#[cfg_attr(not(test), expect(dead_code, reason = "the reference page is made by a test"))]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// Which values it takes.
    pub(crate) takes: &'static str,
    /// What holds when nobody sets it.
    pub(crate) default: &'static str,
    /// What it does; the lines of the field's doc comment.
    pub(crate) doc: &'static [&'static str],
}

/// What file and environment say.
pub(crate) struct Said<'a> {
    pub(crate) path: &'a Path,
    pub(crate) table: &'a toml::Table,
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
}

impl Said<'_> {
    /// The value of a key, from the environment or else the file.
    pub(crate) fn value<T: Setting>(&self, section: &str, key: &str) -> Result<Option<T>, ConfigError> {
        let variable = variable(section, key);
        if let Some(text) = (self.env)(&variable) {
            let values: Vec<String> = if T::LIST {
                text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
            } else {
                vec![text]
            };
            return T::parse(&values).map(Some).map_err(|what| ConfigError::Value { place: variable, what });
        }
        let table = if section.is_empty() {
            Some(self.table)
        } else {
            self.table.get(section).and_then(toml::Value::as_table)
        };
        let Some(value) = table.and_then(|table| table.get(key)) else { return Ok(None) };
        let wrong = |what| ConfigError::Value {
            place: format!("{} {}", self.path.display(), prefixed(section, key, ".")),
            what,
        };
        let values = texts(value, T::LIST, T::BARE).ok_or_else(|| wrong(format!("takes {}", T::TAKES)))?;
        T::parse(&values).map(Some).map_err(wrong)
    }
}

fn texts(value: &toml::Value, list: bool, bare: bool) -> Option<Vec<String>> {
    match value {
        toml::Value::String(text) if !bare => Some(vec![text.clone()]),
        toml::Value::Integer(number) if bare => Some(vec![number.to_string()]),
        toml::Value::Boolean(yes) if bare => Some(vec![yes.to_string()]),
        toml::Value::Array(values) if list => {
            values.iter().map(|value| value.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}

/// `section.key`, or `key` at the top level.
pub(super) fn prefixed(section: &str, key: &str, separator: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}{separator}{key}") }
}

/// The environment variable of a key.
pub(super) fn variable(section: &str, key: &str) -> String {
    format!("COUNTERSIGN_{}", prefixed(section, key, "_").to_uppercase())
}

/// Two keys of a section of which one alone says nothing: both are set, or none. `why` follows in the error.
pub(super) fn together(
    path: &Path,
    section: &str,
    keys: [(&str, bool); 2],
    why: &str,
) -> Result<(), ConfigError> {
    match keys {
        [(_, true), (missing, false)] | [(missing, false), (_, true)] => Err(ConfigError::Value {
            place: format!("{} [{section}]", path.display()),
            what: format!("{section}.{missing} is not set; {why}"),
        }),
        _ => Ok(()),
    }
}

/// Defines a section: its values, and the description of each key.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident, $table:literal {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr, $shown:literal;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            $($(#[doc = $doc])+ pub(crate) $field: $type,)+
        }

        impl $name {
            /// The name of the table in the file; empty for the top level.
            pub(crate) const TABLE: &'static str = $table;
            /// What the section is about.
            pub(crate) const ABOUT: &'static str = concat!($($about),+);
            /// Its keys.
            pub(crate) const KEYS: &'static [crate::config::section::Key] =
                &[$(crate::config::section::Key {
                    name: stringify!($field),
                    takes: <$type as crate::config::setting::Setting>::TAKES,
                    default: $shown,
                    doc: &[$($doc),+],
                },)+];

            /// The section as file and environment say, with defaults for the rest.
            pub(crate) fn read(
                said: &crate::config::section::Said<'_>,
            ) -> Result<Self, crate::config::ConfigError> {
                Ok(Self {
                    $($field: match said.value($table, stringify!($field))? {
                        Some(value) => value,
                        None => $default,
                    },)+
                })
            }
        }
    };
}
