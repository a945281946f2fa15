use super::{InvalidUri, TokenUri, UriField};
use crate::{Algorithm, Counter, Digits, Period, Plus, Seed, TokenKind, TokenParameters, percent_decode};
use zeroize::Zeroizing;

/// Longest text that is looked at, in bytes.
const MAX_BYTES: usize = 4096;

/// The names a value can be glued to when a program forgot the `&`.
const NAMES: [&str; 6] = ["secret", "issuer", "algorithm", "digits", "period", "counter"];

impl TokenUri {
    /// Reads `otpauth://totp/…` and `otpauth://hotp/…`.
    ///
    /// - Scheme, type and names of parameters in any case; `apple-otpauth://` is the same.
    /// - The issuer is the parameter, else what stands before the first unencoded colon of the label, else before the
    ///   first encoded one. With the parameter, the same name (trimmed, ignoring case) is cut from the front of the
    ///   label; any other label is the account as a whole.
    /// - Missing, empty or `null` algorithm, digits and period mean SHA-1, 6 and 30. Anything else that is not in
    ///   range is refused, never replaced: a guess would make wrong codes. A secret `null` is none.
    /// - `#` and `/` in the label and `+` for a blank in parameters are understood, as are a parameter glued to the
    ///   one before by a blank, and `&amp;`. Of a repeated parameter the first counts; unknown ones are ignored.
    ///
    /// What may leak through timing is what [`Seed::from_base32`] says, and lengths.
    ///
    /// # Errors
    /// What is missing or wrong, by the name of the part.
    pub fn read(text: &str) -> Result<Self, InvalidUri> {
        if text.len() > MAX_BYTES {
            return Err(InvalidUri::TooLong);
        }
        let (scheme, rest) = text.trim().split_once("://").ok_or(InvalidUri::NotOtpauth)?;
        if !["otpauth", "apple-otpauth"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(InvalidUri::NotOtpauth);
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, label) = path.split_once('/').unwrap_or((path, ""));
        let query = Query::new(query);

        let kind = if kind.eq_ignore_ascii_case("totp") {
            TokenKind::Totp { period: query.period()? }
        } else if kind.eq_ignore_ascii_case("hotp") {
            TokenKind::Hotp { counter: query.counter()? }
        } else if kind.is_empty() {
            return Err(InvalidUri::Missing(UriField::Type));
        } else {
            return Err(InvalidUri::Bad(UriField::Type));
        };
        let parameters = TokenParameters { algorithm: query.algorithm()?, digits: query.digits()?, kind };
        let seed = Seed::from_base32(&query.setting("secret").ok_or(InvalidUri::Missing(UriField::Secret))?)?;
        let issuer = query.value("issuer").map(|issuer| issuer.as_str().to_owned());
        let (issuer, account) = names(issuer, label);
        let label = Some(percent_decode(label, Plus::Itself).as_str().to_owned());
        Ok(Self { issuer, account, label, seed, parameters })
    }
}

/// Issuer and account, from the parameter and the label as it stands in the URI.
fn names(issuer: Option<String>, label: &str) -> (Option<String>, String) {
    let trimmed = |text: &str| percent_decode(text, Plus::Itself).trim().to_owned();
    if let Some(issuer) = issuer {
        let label = trimmed(label);
        let wanted = issuer.to_lowercase();
        let account = label
            .match_indices(':')
            .map(|(at, _)| label.split_at(at))
            .find(|(prefix, _)| prefix.trim().to_lowercase() == wanted)
            .map(|(_, rest)| rest[1..].trim().to_owned());
        return (Some(issuer), account.unwrap_or(label));
    }
    let encoded =
        || label.split_once("%3A").into_iter().chain(label.split_once("%3a")).min_by_key(|(a, _)| a.len());
    match label.split_once(':').or_else(encoded) {
        Some((prefix, account)) => {
            (Some(trimmed(prefix)).filter(|issuer| !issuer.is_empty()), trimmed(account))
        }
        None => (None, trimmed(label)),
    }
}

/// The parameters, still encoded.
struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    fn new(query: &'a str) -> Self {
        let mut pairs = Vec::new();
        for mut piece in query.split('&') {
            // A parameter of each name at most: cutting on and on would take time that grows with the square of the
            // length.
            for cuts in 0..=NAMES.len() {
                let end = NAMES.iter().filter_map(|name| piece.find(&format!(" {name}="))).min();
                let end = end.filter(|_| cuts < NAMES.len());
                let (first, rest) = piece.split_at(end.unwrap_or(piece.len()));
                let (name, value) = first.split_once('=').unwrap_or((first, ""));
                let name = name.trim();
                pairs.push((name.strip_prefix("amp;").unwrap_or(name), value));
                if end.is_none() {
                    break;
                }
                // A piece that begins with a blank has an empty first part; the blank must go for the search to end.
                piece = rest.strip_prefix(' ').unwrap_or(rest);
            }
        }
        Self(pairs)
    }

    /// The decoded, trimmed value; `None` when it is missing or empty.
    fn value(&self, name: &str) -> Option<Zeroizing<String>> {
        let (_, value) = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let decoded = percent_decode(value, Plus::Blank);
        let value = decoded.trim();
        (!value.is_empty()).then(|| Zeroizing::new(value.to_owned()))
    }

    /// The value of a parameter that has a default; `null`, which some programs write, means the default too.
    fn setting(&self, name: &str) -> Option<Zeroizing<String>> {
        self.value(name).filter(|value| !value.eq_ignore_ascii_case("null"))
    }

    fn algorithm(&self) -> Result<Algorithm, InvalidUri> {
        let parse = |text: Zeroizing<String>| text.parse().map_err(|_| InvalidUri::Bad(UriField::Algorithm));
        self.setting("algorithm").map_or(Ok(Algorithm::default()), parse)
    }

    fn digits(&self) -> Result<Digits, InvalidUri> {
        let parse = |text: Zeroizing<String>| {
            let count = number(&text).and_then(|count| u8::try_from(count).ok());
            count.and_then(|count| Digits::new(count).ok()).ok_or(InvalidUri::Bad(UriField::Digits))
        };
        self.setting("digits").map_or(Ok(Digits::default()), parse)
    }

    fn period(&self) -> Result<Period, InvalidUri> {
        let parse = |text: Zeroizing<String>| {
            let secs = number(&text).and_then(|secs| u32::try_from(secs).ok());
            secs.and_then(|secs| Period::from_secs(secs).ok()).ok_or(InvalidUri::Bad(UriField::Period))
        };
        self.setting("period").map_or(Ok(Period::default()), parse)
    }

    /// Has no default: codes of another counter are wrong codes.
    fn counter(&self) -> Result<Counter, InvalidUri> {
        let text = self.value("counter").ok_or(InvalidUri::Missing(UriField::Counter))?;
        number(&text).map(Counter::new).ok_or(InvalidUri::Bad(UriField::Counter))
    }
}

/// A number of plain digits; `parse` alone would take a sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
