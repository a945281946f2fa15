//! The two formats under a signature: the base that is signed (RFC 9421 §2.5) and the parameters (§2.3).

use super::{MAX_HEADER, ReceivedHeaders, SignatureValue, key::decode};
use data_encoding::BASE64;
use model::UnixTime;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A field is not there, or is not in the one form taken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldError {
    Missing,
    Malformed,
}

/// The text that is signed: a line per covered component, then the parameters.
///
/// `components` are names as they stand in the signature base, quotation marks and flags included. No value may
/// have a line break: whoever parses values sees to that.
pub(super) fn signature_base(components: &[(&str, &str)], params: &str) -> Vec<u8> {
    let size = components.iter().map(|(name, value)| name.len() + value.len() + 3).sum::<usize>();
    let mut base = String::with_capacity(size + params.len() + 24);
    for (name, value) in components {
        for part in [name, ": ", value, "\n"] {
            base.push_str(part);
        }
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(params);
    base.into_bytes()
}

/// SHA-256 of a body.
pub(super) fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The value of `Content-Digest` for this digest.
pub(super) fn digest_field(digest: &[u8; 32]) -> String {
    format!("sha-256=:{}:", BASE64.encode(digest))
}

/// The three fields, parsed; what a kind of message demands of the parameters is still to be checked.
pub(super) struct Fields<'a> {
    /// Parameters as received, covered components included: what the signature base ends with.
    pub(super) params_text: &'a str,
    pub(super) params: Params<'a>,
    pub(super) signature: SignatureValue,
    pub(super) digest: [u8; 32],
    pub(super) digest_text: &'a str,
}

impl<'a> Fields<'a> {
    /// Parses the fields of a message that covers `covered`, written as in `Signature-Input`.
    pub(super) fn parse(headers: &ReceivedHeaders<'a>, covered: &str) -> Result<Self, FieldError> {
        let signature_input = present(headers.signature_input)?;
        let signature = present(headers.signature)?;
        let digest_text = present(headers.content_digest)?;
        let params_text = signature_input.strip_prefix("sig=").ok_or(FieldError::Malformed)?;
        let params = params_text
            .strip_prefix(covered)
            .and_then(Params::parse)
            .filter(|params| params.alg == Some("ed25519"))
            .ok_or(FieldError::Malformed)?;
        let digest = digest_text
            .strip_prefix("sha-256=:")
            .and_then(|rest| rest.strip_suffix(':'))
            .and_then(|text| decode(&BASE64, text))
            .ok_or(FieldError::Malformed)?;
        let signature = signature.parse().map_err(|_| FieldError::Malformed)?;
        Ok(Self { params_text, params, signature, digest, digest_text })
    }
}

fn present(field: Option<&str>) -> Result<&str, FieldError> {
    let text = field.ok_or(FieldError::Missing)?;
    if text.len() > MAX_HEADER { Err(FieldError::Malformed) } else { Ok(text) }
}

/// The parameters known here, in any order, each at most once.
#[derive(Default)]
pub(super) struct Params<'a> {
    pub(super) created: Option<UnixTime>,
    pub(super) nonce: Option<&'a str>,
    pub(super) keyid: Option<&'a str>,
    pub(super) tag: Option<&'a str>,
    alg: Option<&'a str>,
}

impl<'a> Params<'a> {
    /// `;created=1;keyid="…"…`. An unknown parameter is refused: what it says would be signed, not understood.
    fn parse(text: &'a str) -> Option<Self> {
        let mut params = Self::default();
        // Splitting is safe as no string taken by `string` has a semicolon.
        for param in text.strip_prefix(';')?.split(';') {
            let (name, value) = param.split_once('=')?;
            let fresh = match name {
                "created" => params.created.replace(integer(value)?).is_none(),
                "nonce" => params.nonce.replace(string(value)?).is_none(),
                "keyid" => params.keyid.replace(string(value)?).is_none(),
                "alg" => params.alg.replace(string(value)?).is_none(),
                "tag" => params.tag.replace(string(value)?).is_none(),
                _ => false,
            };
            if !fresh {
                return None;
            }
        }
        Some(params)
    }

    /// The parameters of a new signature, covered components first.
    pub(super) fn write(
        covered: &str,
        created: UnixTime,
        nonce: Option<&str>,
        keyid: &str,
        tag: &str,
    ) -> String {
        let mut text = format!("{covered};created={}", created.as_secs());
        if let Some(nonce) = nonce {
            text.push_str(";nonce=\"");
            text.push_str(nonce);
            text.push('"');
        }
        // Writing to a `String` cannot fail.
        let _ = write!(text, ";keyid=\"{keyid}\";alg=\"ed25519\";tag=\"{tag}\"");
        text
    }
}

/// A structured-field integer (RFC 9651 §3.3.1: 15 digits at most) that is a time.
fn integer(text: &str) -> Option<UnixTime> {
    let plain = (1..=15).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten().map(UnixTime::from_secs)
}

/// A structured-field string (RFC 9651 §3.3.3) of the letters that key ids, nonces and tags are made of.
fn string(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let plain = !inner.is_empty()
        && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-:+/=".contains(&byte));
    plain.then_some(inner)
}
