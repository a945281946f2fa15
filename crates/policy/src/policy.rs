use crate::{
    Ask, GroupSettings, LimitSettings, LockoutSettings, Rule, TokenSettings, check,
    group::GroupSaid,
    keys::Layer,
    settings::{LimitSaid, LockoutSaid, TokenSaid},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::collections::{BTreeMap, BTreeSet};
use toml::de::{DeTable, Deserializer as TomlDeserializer};

/// Longest policy text taken, in bytes: 256 KB. Protects the parser from what cannot be a policy.
pub const MAX_POLICY_BYTES: usize = 256 * 1024;

/// Who needs a code, who may enroll, and the numbers around it.
///
/// Holds what its document says and nothing more, so that a value left out follows the default of the version that
/// reads it. In JSON it is one string with the TOML text: a policy is read in one way only. A policy that an older
/// agent cannot read, because it has a key the agent does not know, must be handled like [`Policy::default`], which
/// asks everybody; ignoring the key could let somebody in whom it was meant to stop.
///
/// INVARIANT: built by [`Policy::from_toml`] alone (or empty), so every value is within its range.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policy(Document);

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<Ask>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<Rule>,
    #[serde(skip_serializing_if = "is_default")]
    tokens: TokenSaid,
    #[serde(skip_serializing_if = "is_default")]
    lockout: LockoutSaid,
    #[serde(skip_serializing_if = "is_default")]
    limits: LimitSaid,
    #[serde(skip_serializing_if = "is_default")]
    defaults: GroupSaid,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<String, GroupSaid>,
}

/// Why a text is not a policy. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// More than [`MAX_POLICY_BYTES`].
    #[error("the policy has {bytes} bytes, and {MAX_POLICY_BYTES} are the most")]
    TooLarge {
        /// Size of the text.
        bytes: usize,
    },
    /// Not TOML, or a value of the wrong type.
    #[error("{}{message}", at(*line))]
    Malformed {
        /// Where, if the parser can tell.
        line: Option<usize>,
        /// What the parser says.
        message: String,
    },
    /// A key or word that policies do not have.
    #[error("line {line}: unknown key or word `{key}`{}", did_you_mean(nearest.as_deref()))]
    UnknownKey {
        /// Where.
        line: usize,
        /// The key with its section, or the word.
        key: String,
        /// The known one most like it, if one is.
        nearest: Option<String>,
    },
    /// A number beyond its bounds.
    #[error("line {line}: `{key}` takes {min} to {max} {unit}")]
    OutOfRange {
        /// Where.
        line: usize,
        /// The key with its section.
        key: String,
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
        /// Unit of the value.
        unit: &'static str,
    },
    /// A value that has the right type and still cannot be used.
    #[error("line {line}: `{key}`: {problem}")]
    Unusable {
        /// Where.
        line: usize,
        /// The key with its section.
        key: String,
        /// What is the matter with it.
        problem: String,
    },
}

impl Policy {
    /// Reads a policy from TOML 1.1.
    ///
    /// # Errors
    /// The first thing found that is the matter with the text, with its line.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::TooLarge { bytes: text.len() });
        }
        let malformed = |error: toml::de::Error| PolicyError::Malformed {
            line: error.span().map(|span| check::line_at(text, span.start)),
            message: error.message().to_owned(),
        };
        let table = DeTable::parse(text).map_err(malformed)?;
        check::document(text, table.get_ref())?;
        Document::deserialize(TomlDeserializer::from(table)).map(Self).map_err(malformed)
    }

    /// The policy as TOML without comments, always in the same order; reads back as the same policy.
    ///
    /// # Errors
    /// None in practice: every policy came from TOML. The error is the serializer's.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(&self.0)
    }

    /// The rules, first match first.
    pub fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// What holds where no rule matches.
    pub fn default_ask(&self) -> Ask {
        self.0.ask.unwrap_or_default()
    }

    /// Parameters of new tokens.
    pub fn tokens(&self) -> TokenSettings {
        self.0.tokens.over(TokenSettings::default())
    }

    /// What wrong codes lead to.
    pub fn lockout(&self) -> LockoutSettings {
        self.0.lockout.over(LockoutSettings::default())
    }

    /// Life times and quantities.
    pub fn limits(&self) -> LimitSettings {
        self.0.limits.over(LimitSettings::default())
    }

    /// What holds for the machines of a group. A group the policy does not name has the defaults.
    pub fn group(&self, name: &str) -> GroupSettings {
        let defaults = self.0.defaults.over(GroupSettings::default());
        match self.0.groups.get(name) {
            Some(said) => said.over(defaults),
            None => defaults,
        }
    }

    /// Every machine group the policy names, so that a name no group has can be reported: a misspelled one makes its
    /// rule match nobody.
    pub fn group_names(&self) -> BTreeSet<&str> {
        let in_rules = self.0.rules.iter().flat_map(|rule| rule.groups.iter().flatten());
        in_rules.chain(self.0.groups.keys()).map(String::as_str).collect()
    }

    /// Whether a rule asks for groups of the directory. Machines are told such a rule as one that may match, and that
    /// asks for a code where in doubt; which it is, the server knows.
    pub fn names_directory_groups(&self) -> bool {
        self.0.rules.iter().any(|rule| rule.directory_groups.is_some())
    }

    /// The share of one group's machines: the rules that can match there and the group's settings. Nothing about other
    /// groups leaves the server. For machines of the group it decides as the whole policy does, but for rules on groups of
    /// the directory, which machines do not know: see [`Policy::names_directory_groups`].
    pub fn for_group(&self, name: &str) -> Self {
        let mut share = self.0.clone();
        share.rules.retain_mut(|rule| match rule.groups.take() {
            Some(groups) => groups.contains(name),
            None => true,
        });
        share.rules.iter_mut().for_each(Rule::told_to_machines);
        if let Some(said) = share.groups.remove(name) {
            share.defaults = said.or(share.defaults);
        }
        share.groups.clear();
        Self(share)
    }
}

/// One string holding the TOML text.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_toml().map_err(ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_toml(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn at(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!("line {line}: "))
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
