use super::{
    Fingerprint, MAX_BODY, ReceivedHeaders, SignatureValue, SignedHeaders, SigningKey, VerifyingKey,
    field::{FieldError, Fields, Params, digest, digest_field, signature_base},
};
use crate::http::{BodyError, from_body};
use model::UnixTime;
use serde::de::DeserializeOwned;
use std::ops::Deref;

const COVERED: &str = r#"("@status" "content-digest" "signature";req)"#;
const TAG: &str = "countersign-answer";

/// Why an answer does not count as the server's answer to this request. To the sign-in each of them means
/// *unreachable*; `doctor` tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// One of the three fields is not there: something else than our server answered.
    #[error("the answer is not signed")]
    Missing,
    /// Not of the form this protocol has, or too long.
    #[error("the answer or its signature is malformed")]
    Malformed,
    /// Signed by a key this machine does not trust; a newer statement of keys may say more.
    #[error("the answer is signed by the unknown key {0}")]
    UnknownKey(Fingerprint),
    /// The signature does not fit: altered, or the answer to another request.
    #[error("the signature of the answer does not fit this request")]
    BadSignature,
    /// Signed, but over another body.
    #[error("the body of the answer is not the one that was signed")]
    BadDigest,
}

impl From<FieldError> for AnswerError {
    fn from(error: FieldError) -> Self {
        match error {
            FieldError::Missing => Self::Missing,
            FieldError::Malformed => Self::Malformed,
        }
    }
}

/// Signs an answer, errors included, binding it to the request it answers.
///
/// The key id in it is the key's fingerprint. A body of more than [`MAX_BODY`] bytes is signed but no machine takes
/// it.
pub fn sign_answer(
    key: &SigningKey,
    created: UnixTime,
    status: u16,
    body: &[u8],
    request_signature: &SignatureValue,
) -> SignedHeaders {
    let content_digest = digest_field(&digest(body));
    let keyid = key.verifying_key().fingerprint().to_string();
    let params = Params::write(COVERED, created, None, &keyid, TAG);
    let signature = key.sign_raw(&base(status, &content_digest, request_signature, &params));
    SignedHeaders { signature_input: format!("sig={params}"), signature, content_digest }
}

/// Checks that `body` is what one of the `trusted` keys answered to the request with this signature.
///
/// The time of the answer is not judged: a request's nonce is new, so its answer cannot be an old one, and the
/// machine's clock may be the one that is wrong.
///
/// # Errors
///
/// See [`AnswerError`].
pub fn verify_answer<'a>(
    trusted: &[VerifyingKey],
    headers: &ReceivedHeaders<'_>,
    status: u16,
    body: &'a [u8],
    request_signature: &SignatureValue,
) -> Result<AnswerProof<'a>, AnswerError> {
    if body.len() > MAX_BODY {
        return Err(AnswerError::Malformed);
    }
    let fields = Fields::parse(headers, COVERED)?;
    let params = &fields.params;
    let (Some(created), None, Some(keyid), Some(TAG)) =
        (params.created, params.nonce, params.keyid, params.tag)
    else {
        return Err(AnswerError::Malformed);
    };
    let keyid: Fingerprint = keyid.parse().map_err(|_| AnswerError::Malformed)?;
    let key = trusted.iter().find(|key| key.fingerprint() == keyid).ok_or(AnswerError::UnknownKey(keyid))?;
    let base = base(status, fields.digest_text, request_signature, fields.params_text);
    if !key.verifies_raw(&base, &fields.signature) {
        return Err(AnswerError::BadSignature);
    }
    if digest(body) != fields.digest {
        return Err(AnswerError::BadDigest);
    }
    Ok(AnswerProof { status, created, key: keyid, body })
}

fn base(status: u16, content_digest: &str, request_signature: &SignatureValue, params: &str) -> Vec<u8> {
    let components = [
        (r#""@status""#, &*format!("{status:03}")),
        (r#""content-digest""#, content_digest),
        (r#""signature";req"#, &*request_signature.to_string()),
    ];
    signature_base(&components, params)
}

/// Proof that the server answered the request with this status and this body.
#[derive(Debug)]
pub struct AnswerProof<'a> {
    status: u16,
    created: UnixTime,
    key: Fingerprint,
    body: &'a [u8],
}

impl AnswerProof<'_> {
    /// The HTTP status, signed with the rest.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// When the server signed, by its own clock: what the machine's clock offset is made from.
    pub fn created(&self) -> UnixTime {
        self.created
    }

    /// The key that signed.
    pub fn key(&self) -> Fingerprint {
        self.key
    }

    /// Reads the body that was verified.
    ///
    /// # Errors
    ///
    /// [`BodyError`] when it is not a `T`: a server of another version.
    pub fn parse<T: DeserializeOwned>(self) -> Result<Authentic<T>, BodyError> {
        from_body(self.body).map(Authentic)
    }
}

/// A value the server has said, in answer to a request of this machine.
///
/// INVARIANT: made by [`AnswerProof::parse`] alone; there is no other way, in tests neither.
///
/// ```compile_fail,E0423
/// let forged = countersign_protocol::signature::Authentic(true);
/// ```
#[derive(Debug)]
pub struct Authentic<T>(T);

impl<T> Authentic<T> {
    /// The value, which is from here on as good as any other.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Authentic<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
