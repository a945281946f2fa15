//! Addresses of tokens: `otpauth://` in the forms that authenticators write, and lists of them, one a line or with
//! commas between. Ente's plain export is such a list with its own parameter `codeDisplay`.

use super::entry::{self, Entry, Extra, Given, Kind, Made, Names};
use super::json::Json;
use super::sniff::starts_with;
use super::{
    BatchProgress, CannotImport, Found, GoogleParts, MAX_ENTRIES, NotAToken, Refused, Unsupported, google,
};
use otp::{Counter, OcraSuite, Plus, TokenUri, UriField, percent_decode};
use zeroize::Zeroizing;

/// How an address of a token begins.
const SCHEMES: [&str; 5] = ["otpauth://", "apple-otpauth://", google::SCHEME, "steam://", "motp://"];

/// The parameter in which Ente keeps what is no part of the token, in JSON.
const ENTE: &str = "codeDisplay=";

/// Parameters of single authenticators, which can be longer than everything else together.
const OWN: [&str; 3] = ["codeDisplay", "image", "icon"];

/// Longest address that is looked at, in bytes: a token with a long note in every letter's longest form.
const MAX_URI: usize = 64 << 10;

fn is_address(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| starts_with(text, scheme))
}

/// Whether the first line that is not empty is an address.
pub(super) fn fits(text: &str) -> bool {
    is_address(text.trim_start())
}

/// Whether an address has the parameter that only Ente writes.
pub(super) fn is_ente(text: &str) -> bool {
    text.contains(ENTE)
}

/// What a list holds: every address, with a verdict on whatever else stands in it, and what is missing of Google's
/// exports, whose tokens come last.
pub(super) struct List {
    pub(super) found: Vec<Found>,
    pub(super) incomplete: Vec<BatchProgress>,
}

pub(super) fn read_list(text: &str) -> Result<List, CannotImport> {
    let mut found = Vec::new();
    let mut parts = GoogleParts::default();
    for piece in text.lines().flat_map(pieces) {
        if !starts_with(piece, google::SCHEME) {
            found.push(read(found.len(), piece, Names::default(), Extra::default()));
        } else if let Err(why) = parts.add(piece.as_bytes()) {
            if why == CannotImport::TooLarge {
                return Err(why);
            }
            found.push(Names::default().found(found.len(), || Err(Refused::Damaged)));
        }
        if found.len() > MAX_ENTRIES {
            return Err(CannotImport::TooLarge);
        }
    }
    let mut list = List { found, incomplete: Vec::new() };
    if let Ok(import) = parts.finish() {
        list.found.extend(import.found);
        list.incomplete = import.incomplete;
    }
    if list.found.len() > MAX_ENTRIES { Err(CannotImport::TooLarge) } else { Ok(list) }
}

/// The addresses in a line: a comma separates only where an address follows, as it may also stand in a name.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let end =
            line.match_indices(',').map(|(at, _)| at).find(|at| is_address(line[at + 1..].trim_start()));
        rest = end.map(|at| &line[at + 1..]);
        Some(line[..end.unwrap_or(line.len())].trim_matches(|c: char| c.is_whitespace() || c == ','))
    })
    .filter(|piece| !piece.is_empty())
}

/// The token of one address. `given` names it where the address does not.
pub(super) fn read(at: usize, text: &str, given: Names<'_>, extra: Extra) -> Found {
    let text = text.trim();
    match judge(text, given, extra) {
        Ok(made) => {
            let label = entry::label(at, &made.draft.issuer, &made.draft.account);
            Made::found(Ok(made), label)
        }
        Err(why) => {
            let (issuer, label) = names_of(text).unwrap_or_default();
            let told = Names::of_label(&issuer, &label);
            let names = if told.issuer.is_empty() && told.account.is_empty() { given } else { told };
            names.found(at, || Err(why))
        }
    }
}

fn judge(text: &str, given: Names<'_>, extra: Extra) -> Result<Made, Refused> {
    if text.len() > MAX_URI {
        return Err(Refused::TooLong);
    }
    let secret_alone = text.get("steam://".len()..).filter(|_| starts_with(text, "steam://"));
    if let Some(secret) = secret_alone {
        let secret = Given::Base32(secret.trim_end_matches('/'));
        return Entry { kind: Kind::Steam, names: given, secret, extra, ..Entry::default() }.token();
    }
    if !is_address(text) {
        return Err(Refused::NotAToken(NotAToken::Text));
    }
    let Some(address) = Address::split(text) else {
        return Err(Refused::Unsupported(Unsupported::Motp));
    };
    if address.kind.trim().eq_ignore_ascii_case("ocra") {
        return address.ocra(given, extra);
    }
    match Kind::named(address.kind) {
        Kind::Unsupported(what) => Err(Refused::Unsupported(what)),
        Kind::Steam => address.steam(given, extra),
        _ if address.says_steam() => address.steam(given, extra),
        kind => address.token(kind, given, extra),
    }
}

/// An `otpauth` address in its parts, still encoded.
struct Address<'a> {
    kind: &'a str,
    label: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Address<'a> {
    /// `None` when it has another scheme.
    fn split(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        if !["otpauth", "apple-otpauth"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return None;
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, label) = path.split_once('/').unwrap_or((path, ""));
        let parameters = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.strip_prefix("amp;").unwrap_or(name), value)
        });
        Some(Self { kind, label, parameters: parameters.collect() })
    }

    /// The value of a parameter, still encoded.
    fn value(&self, name: &str) -> Option<&'a str> {
        let same = |(known, _): &&(&str, &str)| known.trim().eq_ignore_ascii_case(name);
        self.parameters.iter().find(same).map(|(_, value)| *value)
    }

    /// Whether one of the two parameters is there by which authenticators mark Steam's codes.
    fn says_steam(&self) -> bool {
        self.value("steam").is_some()
            || self.value("encoder").is_some_and(|value| value.eq_ignore_ascii_case("steam"))
    }

    /// The address again, of another kind and with some parameters left out.
    fn written(&self, kind: &str, without: &[&str]) -> Zeroizing<String> {
        // The capacity is final: growing would leave a copy behind.
        let parameters: usize =
            self.parameters.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
        let capacity = "otpauth:///?".len() + kind.len() + self.label.len() + parameters;
        let mut text = Zeroizing::new(String::with_capacity(capacity));
        text.push_str("otpauth://");
        text.push_str(kind);
        text.push('/');
        text.push_str(self.label);
        text.push('?');
        for (name, value) in &self.parameters {
            if !without.iter().chain(&OWN).any(|left_out| name.trim().eq_ignore_ascii_case(left_out)) {
                text.push('&');
                text.push_str(name);
                text.push('=');
                text.push_str(value);
            }
        }
        text
    }

    /// A token of Steam, whose codes are always made in the same way, whatever the address says.
    fn steam(&self, given: Names<'_>, extra: Extra) -> Result<Made, Refused> {
        let uri = TokenUri::read(&self.written("totp", &["algorithm", "digits", "period"]))?;
        entry::of_uri(uri, true, given, self.extra(extra))
    }

    /// A token that answers challenges, as our own exports write it: nobody else has an address for those.
    fn ocra(&self, given: Names<'_>, extra: Extra) -> Result<Made, Refused> {
        let suite = self.value("suite").ok_or(Refused::Missing(UriField::Suite))?;
        let suite: OcraSuite = percent_decode(suite, Plus::Itself)
            .as_str()
            .parse()
            .map_err(|_| Refused::Bad(UriField::Suite))?;
        let counter = match self.value("counter") {
            Some(text) => text.parse().map_err(|_| Refused::Bad(UriField::Counter))?,
            // No default where it matters: answers of another counter are wrong answers.
            None if suite.uses_counter() => return Err(Refused::Missing(UriField::Counter)),
            None => 0,
        };
        let without = ["suite", "counter", "algorithm", "digits", "period"];
        let uri = TokenUri::read(&self.written("totp", &without))?;
        entry::of_ocra_uri(uri, suite, Counter::new(counter), given, self.extra(extra))
    }

    fn token(&self, kind: Kind, given: Names<'_>, extra: Extra) -> Result<Made, Refused> {
        // Steam's codes have five characters, which no other token has.
        let five = kind == Kind::Totp && self.value("digits") == Some("5");
        let uri = TokenUri::read(&self.written(self.kind, if five { &["digits"] } else { &[] }))?;
        let steam = uri.issuer.as_deref().is_some_and(is_steam) && kind == Kind::Totp;
        match (steam, five) {
            (true, _) if five || self.value("digits").is_none() => self.steam(given, extra),
            (false, true) => Err(Refused::Bad(UriField::Digits)),
            _ => entry::of_uri(uri, false, given, self.extra(extra)),
        }
    }

    /// What Ente keeps besides the token.
    fn extra(&self, mut extra: Extra) -> Extra {
        let display = self.value("codeDisplay").map(|value| percent_decode(value, Plus::Blank));
        let Some(Ok(Some(display))) = display.map(|text| Json::read(text.as_bytes())) else { return extra };
        extra.pinned |= display.is_true("pinned");
        extra.trashed |= display.is_true("trashed");
        display.list("tags").iter().filter_map(Json::as_text).for_each(|tag| extra.tag(tag));
        extra.note(display.text("note"));
        extra.icon(display.text("iconID"));
        extra.use_count = display.count("tapCount").ok().flatten().unwrap_or(0);
        // Microseconds.
        extra.last_used(display.count("lastUsedAt").ok().flatten().unwrap_or(0) / 1_000_000);
        extra
    }
}

/// Whether an issuer is Steam. Its codes are never those of RFC 6238, so authenticators go by the name.
pub(super) fn is_steam(issuer: &str) -> bool {
    issuer.trim().eq_ignore_ascii_case("steam")
}

/// Issuer and label of an address, to name it by when it is refused. No secret stands there in any form of address that
/// is known; where one might, there is no name.
fn names_of(text: &str) -> Option<(String, String)> {
    let (scheme, rest) = text.split_once("://")?;
    let (path, query) = rest.split_once('?')?;
    let label = match scheme.to_ascii_lowercase().as_str() {
        "otpauth" | "apple-otpauth" => path.split_once('/')?.1,
        "motp" => path,
        _ => return None,
    };
    let issuer = query.split('&').find_map(|pair| pair.strip_prefix("issuer=")).unwrap_or_default();
    let may_be_told = |text: &&str| text.len() <= 1024 && !text.to_ascii_lowercase().contains("secret");
    let decoded = |text, plus| percent_decode(text, plus).as_str().to_owned();
    [issuer, label]
        .iter()
        .all(may_be_told)
        .then(|| (decoded(issuer, Plus::Blank), decoded(label, Plus::Itself)))
}
