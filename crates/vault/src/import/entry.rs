//! The one place that makes a token of what the formats say about one, or says why not.

use super::json::{Json, WrongKind};
use super::{Found, Refused, Unsupported};
use crate::{Draft, Token, limits};
use model::{Secret, UnixTime};
use otp::{
    Algorithm, Counter, Digits, OcraSuite, Period, Seed, TokenKind, TokenParameters, TokenUri, UriField,
};

/// Longest label, in characters.
const MAX_LABEL: usize = 120;

/// What kind of code an entry makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Kind {
    #[default]
    Totp,
    Hotp,
    Steam,
    Unsupported(Unsupported),
    Unknown,
}

impl Kind {
    /// The kind by the names that the formats have for it; no name is TOTP.
    pub(super) fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "" | "totp" => Self::Totp,
            "hotp" => Self::Hotp,
            "steam" | "steamtotp" => Self::Steam,
            "motp" => Self::Unsupported(Unsupported::Motp),
            "yandex" | "yaotp" => Self::Unsupported(Unsupported::Yandex),
            _ => Self::Unknown,
        }
    }
}

/// How the secret stands in the file.
#[derive(Default)]
pub(super) enum Given<'a> {
    #[default]
    Nothing,
    Base32(&'a str),
    Bytes(Secret),
}

/// What a format says about one entry.
#[derive(Default)]
pub(super) struct Entry<'a> {
    pub(super) kind: Kind,
    pub(super) names: Names<'a>,
    pub(super) secret: Given<'a>,
    /// In the spelling of the file; empty or `null` is SHA-1.
    pub(super) algorithm: &'a str,
    pub(super) digits: Option<i64>,
    pub(super) period: Option<i64>,
    pub(super) counter: Option<i64>,
    pub(super) extra: Extra,
}

/// Who issued a token, and whose it is.
#[derive(Clone, Copy, Default)]
pub(super) struct Names<'a> {
    pub(super) issuer: &'a str,
    pub(super) account: &'a str,
}

/// What is kept besides the token itself. Nothing of it makes codes, so what is too long is cut and never costs the
/// token.
#[derive(Default)]
pub(super) struct Extra {
    note: String,
    tags: Vec<String>,
    pub(super) pinned: bool,
    pub(super) trashed: bool,
    icon: Option<String>,
    pub(super) use_count: u64,
    last_used_at: Option<UnixTime>,
    shortened: bool,
}

impl Extra {
    /// Nothing but whether it stands before the others.
    pub(super) fn pinned(pinned: bool) -> Self {
        Self { pinned, ..Self::default() }
    }

    /// Sets the note.
    pub(super) fn note(&mut self, note: &str) {
        let end = note.floor_char_boundary(limits::NOTE_BYTES);
        self.shortened |= end < note.len();
        self.note = note[..end].to_owned();
    }

    /// Adds a tag, unless it is empty or there already.
    pub(super) fn tag(&mut self, name: &str) {
        let name = name.trim();
        if name.is_empty() || self.tags.iter().any(|tag| tag == name) {
            return;
        }
        if self.tags.len() < limits::TAGS && name.len() <= limits::TAG_BYTES {
            self.tags.push(name.to_owned());
        } else {
            self.shortened = true;
        }
    }

    /// Sets the name of the icon, if it is one and no picture or address.
    pub(super) fn icon(&mut self, name: &str) {
        let name = name.trim();
        let is_name = (1..=64).contains(&name.len()) && !name.contains([':', '/', '\\']);
        self.icon = (is_name && !name.eq_ignore_ascii_case("default")).then(|| name.to_owned());
    }

    /// Sets when it was last used, in seconds since the epoch; 0 means never.
    pub(super) fn last_used(&mut self, secs: u64) {
        self.last_used_at = (secs > 0).then(|| UnixTime::from_secs(secs));
    }
}

/// A token that was made of an entry, and what is said beside it.
pub(super) struct Made {
    pub(super) draft: Draft,
    trashed: bool,
    shortened: bool,
}

impl Made {
    fn new(token: Token, issuer: &str, account: &str, extra: Extra) -> Result<Self, Refused> {
        let draft = Draft {
            note: extra.note,
            tags: extra.tags,
            pinned: extra.pinned,
            icon: extra.icon,
            use_count: extra.use_count,
            last_used_at: extra.last_used_at,
            ..Draft::new(token, issuer.trim(), account.trim())
        };
        draft.check()?;
        Ok(Self { draft, trashed: extra.trashed, shortened: extra.shortened })
    }

    /// The verdict under a label.
    pub(super) fn found(made: Result<Self, Refused>, label: String) -> Found {
        match made {
            Ok(Self { draft, trashed, shortened }) => Found { label, trashed, shortened, outcome: Ok(draft) },
            Err(why) => Found { label, trashed: false, shortened: false, outcome: Err(why) },
        }
    }
}

impl<'a> Names<'a> {
    /// The names in a label that may begin with the issuer: the issuer is what is given as such, else what stands
    /// before the first colon; the same name is cut from the front of the label.
    pub(super) fn of_label(issuer: &'a str, label: &'a str) -> Self {
        let issuer = issuer.trim();
        let split = label.split_once(':').map(|(prefix, rest)| (prefix.trim(), rest.trim()));
        match split {
            Some((prefix, account)) if issuer.is_empty() => Self { issuer: prefix, account },
            Some((prefix, account)) if prefix.to_lowercase() == issuer.to_lowercase() => {
                Self { issuer, account }
            }
            _ => Self { issuer, account: label.trim() },
        }
    }

    /// The verdict on the entry at this place, counted from 0, under its names.
    pub(super) fn found(self, at: usize, judge: impl FnOnce() -> Result<Made, Refused>) -> Found {
        Made::found(judge(), label(at, self.issuer, self.account))
    }
}

/// What to call an entry.
pub(super) fn label(at: usize, issuer: &str, account: &str) -> String {
    let (issuer, account) = (issuer.trim(), account.trim());
    let whole = match (issuer.is_empty(), account.is_empty()) {
        (true, true) => return format!("entry {}", at + 1),
        (false, false) if issuer != account => {
            let issuer: String = issuer.chars().take(MAX_LABEL).collect();
            return format!("{issuer}: {account}").chars().take(MAX_LABEL).collect();
        }
        (false, _) => issuer,
        (true, false) => account,
    };
    whole.chars().take(MAX_LABEL).collect()
}

/// The whole number with this name in an entry.
pub(super) fn number(entry: &Json, name: &str, field: UriField) -> Result<Option<i64>, Refused> {
    entry.whole(name).map_err(|WrongKind| Refused::Bad(field))
}

impl Entry<'_> {
    /// The token, if the entry is one.
    pub(super) fn token(self) -> Result<Made, Refused> {
        let parameters = match self.kind {
            Kind::Unsupported(what) => return Err(Refused::Unsupported(what)),
            Kind::Unknown => return Err(Refused::Bad(UriField::Type)),
            // Steam's codes are always made in the same way, whatever the file says.
            Kind::Steam => None,
            Kind::Totp | Kind::Hotp => Some(self.parameters()?),
        };
        let seed = match self.secret {
            Given::Nothing => return Err(Refused::Missing(UriField::Secret)),
            Given::Base32(text) if text.trim().is_empty() => return Err(Refused::Missing(UriField::Secret)),
            Given::Base32(text) => Seed::from_base32(text)?,
            Given::Bytes(bytes) if bytes.is_empty() => return Err(Refused::Missing(UriField::Secret)),
            Given::Bytes(bytes) => Seed::new(bytes)?,
        };
        let token = match parameters {
            None => Token::Steam { seed },
            Some(parameters) => Token::from_parameters(seed, parameters),
        };
        Made::new(token, self.names.issuer, self.names.account, self.extra)
    }

    fn parameters(&self) -> Result<TokenParameters, Refused> {
        let algorithm = match self.algorithm.trim() {
            "" => Algorithm::default(),
            null if null.eq_ignore_ascii_case("null") => Algorithm::default(),
            name => name.parse().map_err(|_| Refused::Bad(UriField::Algorithm))?,
        };
        let digits = match self.digits {
            None => Digits::default(),
            Some(count) => u8::try_from(count)
                .ok()
                .and_then(|count| Digits::new(count).ok())
                .ok_or(Refused::Bad(UriField::Digits))?,
        };
        let kind = if self.kind == Kind::Hotp {
            // No default: codes of another counter are wrong codes.
            let counter = self.counter.ok_or(Refused::Missing(UriField::Counter))?;
            let counter = u64::try_from(counter).map_err(|_| Refused::Bad(UriField::Counter))?;
            TokenKind::Hotp { counter: Counter::new(counter) }
        } else {
            let secs = self
                .period
                .map(|secs| u32::try_from(secs).ok().and_then(|secs| Period::from_secs(secs).ok()));
            let period =
                secs.map_or(Ok(Period::default()), |period| period.ok_or(Refused::Bad(UriField::Period)))?;
            TokenKind::Totp { period }
        };
        Ok(TokenParameters { algorithm, digits, kind })
    }
}

/// The token of an address that was read; `given` names what the address does not.
pub(super) fn of_uri(uri: TokenUri, steam: bool, given: Names<'_>, extra: Extra) -> Result<Made, Refused> {
    let names = (uri.issuer, uri.account);
    let token = if steam {
        Token::Steam { seed: uri.seed }
    } else {
        Token::from_parameters(uri.seed, uri.parameters)
    };
    named(token, names, given, extra)
}

/// The same of a token that answers challenges; the address was read without what only those have.
pub(super) fn of_ocra_uri(
    uri: TokenUri,
    suite: OcraSuite,
    counter: Counter,
    given: Names<'_>,
    extra: Extra,
) -> Result<Made, Refused> {
    let names = (uri.issuer, uri.account);
    named(Token::Ocra { seed: uri.seed, suite, counter }, names, given, extra)
}

fn named(
    token: Token,
    (issuer, account): (Option<String>, String),
    given: Names<'_>,
    extra: Extra,
) -> Result<Made, Refused> {
    let issuer = issuer.as_deref().unwrap_or(given.issuer);
    let account = if account.is_empty() { given.account } else { &account };
    Made::new(token, issuer, account, extra)
}
