//! The statement of keys: what a machine believes about its server, signed by the server's signing key.
//!
//! It names the server's addresses, the hashes of its present and next TLS keys, and the signing keys that follow
//! each other. It is verified over the bytes as they were received, so it needs no proof of the answer it came in:
//! a machine fetches it before it trusts anything else, at join with the fingerprint from the join code.

use crate::signature::{Fingerprint, SignatureValue, SigningKey, VerifyingKey, decode};
use data_encoding::HEXLOWER;
use model::UnixTime;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The version of statements written and read here.
const VERSION: u32 = 1;
const MAX_TEXT: usize = 16 * 1024;
const MAX_URLS: usize = 16;
const MAX_SPKI: usize = 8;
const MAX_SUCCESSIONS: usize = 16;
const MAX_URL: usize = 255;

const STATEMENT: &str = "countersign-statement-1";
const SUCCESSION: &str = "countersign-succession-1";

/// An address of the server: `https://name[:port][/path]`.
///
/// INVARIANT: at most 255 visible ASCII characters; no user, query or fragment; no `/` at the end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerUrl(String);

/// A text is not an address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address of a server: expected a form like https://countersign.example:8443")]
pub struct InvalidUrl;

impl ServerUrl {
    /// The whole address, without `/` at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `name` or `name:port`, as in `Host`.
    pub fn authority(&self) -> &str {
        self.split().0
    }

    /// What comes before the paths of the API: empty or `/…`.
    pub fn path(&self) -> &str {
        self.split().1
    }

    fn split(&self) -> (&str, &str) {
        let rest = self.0.get("https://".len()..).unwrap_or("");
        rest.split_at(rest.find('/').unwrap_or(rest.len()))
    }
}

impl FromStr for ServerUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        if text.len() > MAX_URL {
            return Err(InvalidUrl);
        }
        let text = text.trim_end_matches('/');
        let rest = text.strip_prefix("https://").ok_or(InvalidUrl)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let name_ok = !authority.is_empty()
            && !authority.starts_with(':')
            && authority.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        let path_ok = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~%".contains(&b));
        if name_ok && path_ok { Ok(Self(text.to_owned())) } else { Err(InvalidUrl) }
    }
}

impl TryFrom<String> for ServerUrl {
    type Error = InvalidUrl;

    fn try_from(text: String) -> Result<Self, InvalidUrl> {
        text.parse()
    }
}

impl From<ServerUrl> for String {
    fn from(url: ServerUrl) -> String {
        url.0
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A signing key says which one comes after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    from: VerifyingKey,
    to: VerifyingKey,
    signature: SignatureValue,
}

impl Succession {
    /// `from` names its successor.
    pub fn sign(from: &SigningKey, to: VerifyingKey) -> Self {
        Self { from: from.verifying_key(), to, signature: from.sign(SUCCESSION, &to.to_bytes()) }
    }

    fn holds(&self) -> bool {
        self.from.verifies(SUCCESSION, &self.to.to_bytes(), &self.signature)
    }
}

/// A statement as it travels and is stored: a JSON text, kept as it is, and the signature over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedStatement {
    statement: String,
    signature: SignatureValue,
}

/// Why a statement is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not of the form, or with more entries than a statement can have.
    #[error("the statement of keys is malformed")]
    Malformed,
    /// Of a version this code does not know.
    #[error("the statement of keys has version {0}, which this program is too old to read")]
    Version(u32),
    /// Signed by a key to which no chain leads from a trusted one. The server is another one, or the signing key
    /// was replaced without its predecessor's word: the machine has to be joined again.
    #[error("the statement of keys is signed by the untrusted key {0}")]
    Untrusted(Fingerprint),
    /// Altered.
    #[error("the signature of the statement of keys does not fit")]
    BadSignature,
    /// Not newer than the one at hand: a replay, or nothing has changed.
    #[error("the statement of keys is not newer than the one at hand")]
    NotNewer,
}

/// What a new statement is to say, besides the key that signs it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where the server is reached, best first; 1 to 16.
    pub urls: Vec<ServerUrl>,
    /// SHA-256 of the `SubjectPublicKeyInfo` of the present TLS key and the next; 1 to 8.
    pub spki_sha256: Vec<[u8; 32]>,
    /// The signing keys that followed each other, oldest first, and the next one where it is known; at most 16.
    /// Naming the next one early lets machines follow when the server starts to sign with it.
    pub successions: Vec<Succession>,
    /// When it is signed. For people; nothing is decided by it.
    pub issued_at: UnixTime,
    /// Greater than that of every earlier statement.
    pub serial: u64,
}

impl Draft {
    /// Signs the statement.
    ///
    /// # Errors
    ///
    /// [`StatementError::Malformed`] when it has too few or too many entries or a succession that does not hold.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedStatement, StatementError> {
        let body = Body {
            version: VERSION,
            urls: self.urls.clone(),
            spki_sha256: self.spki_sha256.iter().copied().map(SpkiHash).collect(),
            signing_key: key.verifying_key(),
            successions: self.successions.clone(),
            issued_at: self.issued_at,
            serial: self.serial,
        };
        body.check()?;
        let statement = serde_json::to_string(&body).map_err(|_| StatementError::Malformed)?;
        if statement.len() > MAX_TEXT {
            return Err(StatementError::Malformed);
        }
        let signature = key.sign(STATEMENT, statement.as_bytes());
        Ok(SignedStatement { statement, signature })
    }
}

/// A statement that was found good. INVARIANT: made by [`Statement::verify`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement(Body);

impl Statement {
    /// Checks a statement against the fingerprints of trusted signing keys: that of the join code, or that of the
    /// statement at hand.
    ///
    /// The key that signed must be a trusted one, or follow from one by the successions in the statement itself.
    ///
    /// # Errors
    ///
    /// See [`StatementError`]; not `NotNewer`.
    pub fn verify(signed: &SignedStatement, trusted: &[Fingerprint]) -> Result<Self, StatementError> {
        let text = &signed.statement;
        if text.len() > MAX_TEXT {
            return Err(StatementError::Malformed);
        }
        let Version { version } = serde_json::from_str(text).map_err(|_| StatementError::Malformed)?;
        if version != VERSION {
            return Err(StatementError::Version(version));
        }
        let body: Body = serde_json::from_str(text).map_err(|_| StatementError::Malformed)?;
        body.check()?;
        if !body.follows_from(trusted) {
            return Err(StatementError::Untrusted(body.signing_key.fingerprint()));
        }
        if !body.signing_key.verifies(STATEMENT, text.as_bytes(), &signed.signature) {
            return Err(StatementError::BadSignature);
        }
        Ok(Self(body))
    }

    /// Checks a statement that is to replace this one.
    ///
    /// # Errors
    ///
    /// See [`StatementError`]; [`StatementError::NotNewer`] when its serial is not greater: whoever kept an old
    /// statement cannot bring back the TLS key in it.
    pub fn accept_newer(&self, signed: &SignedStatement) -> Result<Self, StatementError> {
        let trusted: Vec<Fingerprint> = self.answer_keys().iter().map(VerifyingKey::fingerprint).collect();
        let next = Self::verify(signed, &trusted)?;
        if next.newer_than(self) { Ok(next) } else { Err(StatementError::NotNewer) }
    }

    /// Whether this was issued after `other`, by the serial.
    pub fn newer_than(&self, other: &Self) -> bool {
        self.0.serial > other.0.serial
    }

    /// Whether a TLS certificate with this key is the server's.
    pub fn accepts_spki(&self, spki_sha256: &[u8; 32]) -> bool {
        self.0.spki_sha256.iter().any(|known| known.0 == *spki_sha256)
    }

    /// SHA-256 of the `SubjectPublicKeyInfo` of the TLS keys it names.
    pub fn spki_sha256(&self) -> impl Iterator<Item = [u8; 32]> + '_ {
        self.0.spki_sha256.iter().map(|known| known.0)
    }

    /// The keys that answers may be signed with: the one that signed this statement and those that follow it.
    /// For [`crate::signature::verify_answer`].
    pub fn answer_keys(&self) -> Vec<VerifyingKey> {
        let mut keys = vec![self.0.signing_key];
        for link in &self.0.successions {
            if keys.contains(&link.from) && !keys.contains(&link.to) {
                keys.push(link.to);
            }
        }
        keys
    }

    /// Where the server is reached, best first.
    pub fn urls(&self) -> &[ServerUrl] {
        &self.0.urls
    }

    /// The key that signed.
    pub fn signing_key(&self) -> VerifyingKey {
        self.0.signing_key
    }

    /// When it was signed, by the server's clock.
    pub fn issued_at(&self) -> UnixTime {
        self.0.issued_at
    }

    /// Its number; a newer statement has a greater one.
    pub fn serial(&self) -> u64 {
        self.0.serial
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    version: u32,
    urls: Vec<ServerUrl>,
    spki_sha256: Vec<SpkiHash>,
    signing_key: VerifyingKey,
    successions: Vec<Succession>,
    issued_at: UnixTime,
    serial: u64,
}

impl Body {
    fn check(&self) -> Result<(), StatementError> {
        let ok = (1..=MAX_URLS).contains(&self.urls.len())
            && (1..=MAX_SPKI).contains(&self.spki_sha256.len())
            && self.successions.len() <= MAX_SUCCESSIONS
            && self.successions.iter().all(Succession::holds);
        if ok { Ok(()) } else { Err(StatementError::Malformed) }
    }

    /// Successions come oldest first, so one pass finds every key that follows from a trusted one.
    fn follows_from(&self, trusted: &[Fingerprint]) -> bool {
        let mut trusted = trusted.to_vec();
        for link in &self.successions {
            if trusted.contains(&link.from.fingerprint()) {
                trusted.push(link.to.fingerprint());
            }
        }
        trusted.contains(&self.signing_key.fingerprint())
    }
}

/// SHA-256 of a `SubjectPublicKeyInfo`, as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct SpkiHash([u8; 32]);

impl TryFrom<String> for SpkiHash {
    type Error = StatementError;

    fn try_from(text: String) -> Result<Self, StatementError> {
        decode(&HEXLOWER, &text).map(Self).ok_or(StatementError::Malformed)
    }
}

impl From<SpkiHash> for String {
    fn from(hash: SpkiHash) -> String {
        HEXLOWER.encode(&hash.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn key(seed: u64) -> SigningKey {
        SigningKey::random(&mut ChaCha20Rng::seed_from_u64(seed))
    }

    fn fingerprint(key: &SigningKey) -> Fingerprint {
        key.verifying_key().fingerprint()
    }

    fn draft(serial: u64) -> Draft {
        Draft {
            urls: vec!["https://countersign.example:8443".parse().unwrap()],
            spki_sha256: vec![[1; 32], [2; 32]],
            successions: vec![],
            issued_at: UnixTime::from_secs(1_800_000_000),
            serial,
        }
    }

    #[test]
    fn a_statement_of_a_trusted_key_says_what_was_signed() {
        let key = key(1);
        let signed = draft(7).sign(&key).unwrap();
        let text = serde_json::to_string(&signed).unwrap();
        let statement =
            Statement::verify(&serde_json::from_str(&text).unwrap(), &[fingerprint(&key)]).unwrap();
        assert_eq!((statement.serial(), statement.urls()), (7, &draft(7).urls[..]));
        assert_eq!(statement.signing_key(), key.verifying_key());
        assert_eq!(statement.issued_at(), UnixTime::from_secs(1_800_000_000));
        assert!(statement.accepts_spki(&[1; 32]) && statement.accepts_spki(&[2; 32]));
        assert!(!statement.accepts_spki(&[3; 32]));
    }

    #[test]
    fn another_key_is_not_trusted_however_well_it_signs() {
        let signed = draft(7).sign(&key(2)).unwrap();
        let expected = StatementError::Untrusted(fingerprint(&key(2)));
        assert_eq!(Statement::verify(&signed, &[fingerprint(&key(1))]), Err(expected));
        assert_eq!(Statement::verify(&signed, &[]), Err(expected));
    }

    #[test]
    fn every_altered_byte_of_the_text_is_noticed() {
        let key = key(1);
        let signed = draft(7).sign(&key).unwrap();
        for at in 0..signed.statement.len() {
            let mut bytes = signed.statement.clone().into_bytes();
            bytes[at] ^= 1;
            let altered = SignedStatement { statement: String::from_utf8(bytes).unwrap(), ..signed.clone() };
            assert!(Statement::verify(&altered, &[fingerprint(&key)]).is_err(), "{at}");
        }
        let blank = SignedStatement { statement: format!("{} ", signed.statement), ..signed };
        assert_eq!(Statement::verify(&blank, &[fingerprint(&key)]), Err(StatementError::BadSignature));
    }

    #[test]
    fn an_older_or_equal_serial_is_refused() {
        let key = key(1);
        let [old, now, same, new] = [4, 5, 5, 6].map(|serial| draft(serial).sign(&key).unwrap());
        let at_hand = Statement::verify(&now, &[fingerprint(&key)]).unwrap();
        assert_eq!(at_hand.accept_newer(&old), Err(StatementError::NotNewer));
        assert_eq!(at_hand.accept_newer(&same), Err(StatementError::NotNewer));
        assert_eq!(at_hand.accept_newer(&new).unwrap().serial(), 6);
    }

    #[test]
    fn a_chain_of_successors_carries_trust_to_a_machine_that_slept_through_it() {
        let (first, second, third) = (key(1), key(2), key(3));
        let successions = vec![
            Succession::sign(&first, second.verifying_key()),
            Succession::sign(&second, third.verifying_key()),
        ];
        let signed = Draft { successions, ..draft(9) }.sign(&third).unwrap();
        for trusted in [&first, &second, &third] {
            assert!(Statement::verify(&signed, &[fingerprint(trusted)]).is_ok());
        }
        // Once the newest is at hand, the keys before it are nobody's any more.
        let at_hand = Statement::verify(&signed, &[fingerprint(&first)]).unwrap();
        assert_eq!(at_hand.answer_keys(), [third.verifying_key()]);
        let by_first = draft(10).sign(&first).unwrap();
        assert_eq!(at_hand.accept_newer(&by_first), Err(StatementError::Untrusted(fingerprint(&first))));
    }

    #[test]
    fn a_successor_named_in_advance_may_sign_answers_and_the_next_statement() {
        let (now, next) = (key(1), key(2));
        let successions = vec![Succession::sign(&now, next.verifying_key())];
        let signed = Draft { successions, ..draft(1) }.sign(&now).unwrap();
        let at_hand = Statement::verify(&signed, &[fingerprint(&now)]).unwrap();
        assert_eq!(at_hand.answer_keys(), [now.verifying_key(), next.verifying_key()]);
        assert!(at_hand.accept_newer(&draft(2).sign(&next).unwrap()).is_ok());
    }

    #[test]
    fn a_succession_needs_the_signature_of_the_key_before() {
        let (first, second) = (key(1), key(2));
        let mut forged = Succession::sign(&second, second.verifying_key());
        forged.from = first.verifying_key();
        let refused = Draft { successions: vec![forged.clone()], ..draft(1) }.sign(&second);
        assert_eq!(refused, Err(StatementError::Malformed));
        // The same put together by hand, as an attacker would.
        let signed = draft(1).sign(&second).unwrap();
        let mut body: Body = serde_json::from_str(&signed.statement).unwrap();
        body.successions = vec![forged];
        let statement = serde_json::to_string(&body).unwrap();
        let signature = second.sign(STATEMENT, statement.as_bytes());
        let signed = SignedStatement { statement, signature };
        assert_eq!(Statement::verify(&signed, &[fingerprint(&first)]), Err(StatementError::Malformed));
    }

    #[test]
    fn a_later_version_is_named_even_when_the_rest_cannot_be_read() {
        let signed = SignedStatement {
            statement: r#"{"version":2,"news":true}"#.into(),
            signature: SignatureValue::from_bytes([0; 64]),
        };
        assert_eq!(Statement::verify(&signed, &[]), Err(StatementError::Version(2)));
    }

    #[test]
    fn a_statement_out_of_bounds_is_neither_signed_nor_read() {
        let key = key(1);
        let url: ServerUrl = "https://a.example".parse().unwrap();
        let drafts = [
            Draft { urls: vec![], ..draft(1) },
            Draft { urls: vec![url; MAX_URLS + 1], ..draft(1) },
            Draft { spki_sha256: vec![], ..draft(1) },
            Draft { spki_sha256: vec![[0; 32]; MAX_SPKI + 1], ..draft(1) },
            Draft {
                successions: vec![Succession::sign(&key, key.verifying_key()); MAX_SUCCESSIONS + 1],
                ..draft(1)
            },
        ];
        for draft in drafts {
            assert_eq!(draft.sign(&key), Err(StatementError::Malformed));
        }
        let statement = format!("{}{}", draft(1).sign(&key).unwrap().statement, " ".repeat(MAX_TEXT));
        let signature = key.sign(STATEMENT, statement.as_bytes());
        let oversize = SignedStatement { statement, signature };
        assert_eq!(Statement::verify(&oversize, &[fingerprint(&key)]), Err(StatementError::Malformed));
    }

    #[test]
    fn addresses_are_taken_in_one_form() {
        for (text, authority, path) in [
            ("https://a.example", "a.example", ""),
            ("https://a.example/", "a.example", ""),
            ("https://a.example:8443/countersign/", "a.example:8443", "/countersign"),
            ("https://[::1]:8443", "[::1]:8443", ""),
        ] {
            let url: ServerUrl = text.parse().unwrap();
            assert_eq!((url.authority(), url.path()), (authority, path));
        }
        for bad in [
            "",
            "https://",
            "https:///x",
            "https://:443",
            "http://a.example",
            "a.example",
            "https://u@a.example",
            "https://a.example?x",
            "https://a.example/#x",
            "https://a.example/ b",
            "https://a.ex\nample",
            &format!("https://{}", "a".repeat(MAX_URL)),
        ] {
            assert_eq!(bad.parse::<ServerUrl>(), Err(InvalidUrl), "{bad}");
        }
    }
}
