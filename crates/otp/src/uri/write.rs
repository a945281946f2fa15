use super::{CannotWriteUri, TokenUri};
use crate::{Algorithm, Digits, Period, Seed, TokenKind};
use model::Secret;

impl TokenUri {
    /// The most bytes of a URI that is shown as a QR code on the sign-in screen: what a code of version 6 holds at
    /// error correction level M (ISO/IEC 18004, table 7).
    pub const SCREEN_LIMIT: usize = 106;

    /// The whole URI, `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER`, default parameters left out.
    pub fn write(&self) -> Secret {
        self.put(self.trimmed_issuer(), self.account.trim())
    }

    /// The URI in at most `limit` bytes, with names shortened where needed.
    ///
    /// What does not fit is cut at the end, by whole characters and only as far as needed, in this order:
    /// 1. the domain of the account, after its last `@` or before its `\`; the separator goes with the last of it;
    /// 2. the user in the account, down to one character;
    /// 3. the issuer, down to one character;
    /// 4. the whole account;
    /// 5. the whole issuer.
    ///
    /// [`Self::SCREEN_LIMIT`] is enough for every TOTP token with a seed of 20 bytes.
    ///
    /// # Errors
    /// When the seed has fewer than 128 bits, or does not fit even without names.
    pub fn write_within(&self, limit: usize) -> Result<Secret, CannotWriteUri> {
        if self.seed.expose().len() < Seed::MIN_NEW_BYTES {
            return Err(CannotWriteUri::SeedTooShort);
        }
        let (issuer, account) = (self.trimmed_issuer(), Account::new(self.account.trim()));
        let put =
            |issuer: &str, account: &str| Some(self.put(issuer, account)).filter(|uri| uri.len() <= limit);
        let (user, initial) = (account.user, first_character(account.user));

        put(issuer, self.account.trim())
            .or_else(|| longest(account.domain, |domain| put(issuer, &account.with_domain(domain))))
            .or_else(|| put(issuer, user))
            .or_else(|| longest(user, |user| put(issuer, user)))
            .or_else(|| longest(issuer, |issuer| put(issuer, initial)))
            .or_else(|| put(first_character(issuer), ""))
            .or_else(|| put("", ""))
            .ok_or(CannotWriteUri::LimitTooSmall)
    }

    fn trimmed_issuer(&self) -> &str {
        self.issuer.as_deref().unwrap_or_default().trim()
    }

    fn put(&self, issuer: &str, account: &str) -> Secret {
        let (kind, moving) = match self.parameters.kind {
            TokenKind::Totp { period: Period::DEFAULT } => ("totp", String::new()),
            TokenKind::Totp { period } => ("totp", format!("&period={}", period.as_secs())),
            TokenKind::Hotp { counter } => ("hotp", format!("&counter={}", counter.value())),
        };
        let secret = self.seed.to_base32();
        // Room for the worst case, three bytes for one: growing would leave copies of the secret behind.
        let mut uri = String::with_capacity(128 + 3 * (2 * issuer.len() + account.len()) + secret.len());
        uri.push_str("otpauth://");
        uri.push_str(kind);
        uri.push('/');
        encode(issuer, &mut uri);
        // Without an issuer the colon says so: the encoded one in the account would be taken for the separator.
        if !issuer.is_empty() || account.contains(':') {
            uri.push(':');
        }
        encode(account, &mut uri);
        uri.push_str("?secret=");
        uri.push_str(secret.expose_text().unwrap_or_default());
        if !issuer.is_empty() {
            uri.push_str("&issuer=");
            encode(issuer, &mut uri);
        }
        if self.parameters.algorithm != Algorithm::default() {
            uri.push_str("&algorithm=");
            uri.push_str(self.parameters.algorithm.as_str());
        }
        if self.parameters.digits != Digits::default() {
            uri.push_str("&digits=");
            uri.push_str(&self.parameters.digits.count().to_string());
        }
        uri.push_str(&moving);
        Secret::from_text(uri)
    }
}

/// An account cut at its separator: `user@domain` or `DOMAIN\user`.
struct Account<'a> {
    user: &'a str,
    domain: &'a str,
    domain_first: bool,
}

impl<'a> Account<'a> {
    fn new(account: &'a str) -> Self {
        if let Some((domain, user)) = account.split_once('\\') {
            return Self { user, domain, domain_first: true };
        }
        let (user, domain) = account.rsplit_once('@').unwrap_or((account, ""));
        Self { user, domain, domain_first: false }
    }

    fn with_domain(&self, domain: &str) -> String {
        if self.domain_first { format!("{domain}\\{}", self.user) } else { format!("{}@{domain}", self.user) }
    }
}

/// What `put` makes of the longest beginning of `text`, of at least one character, that it can make something of.
/// A longer beginning must not fit where a shorter one does not.
fn longest<T>(text: &str, put: impl Fn(&str) -> Option<T>) -> Option<T> {
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    // Blanks that would end up last go too: reading trims names.
    let cut = |end: &usize| text[..*end].trim_end();
    let fitting = ends.partition_point(|end| put(cut(end)).is_some());
    ends[..fitting].last().and_then(|end| put(cut(end)))
}

fn first_character(text: &str) -> &str {
    text.char_indices().nth(1).map_or(text, |(end, _)| &text[..end])
}

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3 and `@`, which needs no escape in a path or a
/// query (§3.3, §3.4) and stands in most accounts.
fn encode(text: &str, uri: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.push(char::from(HEX[usize::from(byte >> 4)]));
            uri.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
