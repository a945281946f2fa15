//! What can be written in a policy, described once: the parser's checks and the reference page both read it.

/// One key of the policy.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// Unit of the value; empty where it has none.
    pub(crate) unit: &'static str,
    pub(crate) accepts: Accepts,
    /// What it does and what it protects from. The lines of the field's doc comment.
    pub(crate) doc: &'static [&'static str],
}

/// Which values a key takes.
pub(crate) enum Accepts {
    /// A whole number within both bounds.
    Number(i64, i64),
    YesNo,
    Date,
    /// A text that passes a check; the words say which texts do.
    Text(&'static str, fn(&str) -> bool),
    /// One of some words, or a table with one of some keys.
    OneOf(&'static [&'static str], &'static [(&'static str, Accepts)]),
    /// A list; the words say of what.
    List(&'static str),
    /// The word `any`, or a list of texts that each pass a check; the words say of what.
    AnyOrList(&'static str, fn(&str) -> bool),
}

/// What a document says about a section.
pub(crate) trait Layer {
    /// What was said here, and what was said there for the rest.
    fn or(self, other: Self) -> Self;
}

/// Defines a section of the policy: the settings with every value present, what a document said about them with
/// every value optional, and the description of each key.
macro_rules! settings {
    (
        $(#[doc = $about:literal])+
        $name:ident, $said:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr, $unit:literal, $accepts:expr;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            pub(crate) const KEYS: &'static [crate::keys::Key] = &[$(crate::keys::Key {
                name: stringify!($field),
                unit: $unit,
                accepts: $accepts,
                doc: &[$($doc),+],
            },)+];
        }

        /// The values a document names; what it leaves out stays with the settings it is laid over.
        #[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, expecting = "a table")]
        pub(crate) struct $said {
            $(#[serde(default, skip_serializing_if = "Option::is_none")] pub(crate) $field: Option<$type>,)+
        }

        impl $said {
            /// What was said here, and the base's values for the rest.
            pub(crate) fn over(&self, base: $name) -> $name {
                $name { $($field: self.$field.clone().unwrap_or(base.$field),)+ }
            }
        }

        impl crate::keys::Layer for $said {
            fn or(self, other: Self) -> Self {
                Self { $($field: self.$field.or(other.$field),)+ }
            }
        }

        impl From<$name> for $said {
            fn from(settings: $name) -> Self {
                Self { $($field: Some(settings.$field),)+ }
            }
        }
    };
}
pub(crate) use settings;

/// Whether a text can be shown on a screen as it is: no control characters, and none of the invisible and
/// bidirectional ones that make a text read as another (UAX #9).
pub(crate) fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    })
}

/// Whether a text can name a rule or a machine group: plain, 1 to 64 characters, no blank at either end.
pub(crate) fn is_name(text: &str) -> bool {
    is_plain(text) && text.trim() == text && (1..=64).contains(&text.chars().count())
}

/// The words for [`is_name`].
pub(crate) const NAME: &str = "1 to 64 characters, no blank at either end";
