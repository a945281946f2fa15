use super::{
    Fingerprint, KeyId, MAX_BODY, ReceivedHeaders, SignatureValue, SignedHeaders, SigningKey, VerifyingKey,
    field::{FieldError, Fields, Params, digest, digest_field, signature_base},
    key::decode,
};
use data_encoding::BASE64;
use model::UnixTime;
use std::{borrow::Cow, time::Duration};

const COVERED: &str = r#"("@method" "@authority" "@path" "@query" "content-digest")"#;
const TAG: &str = "countersign-request";

/// Why a request does not count as sent by the machine it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not signed at all: one of the three fields is not there.
    #[error("the request is not signed")]
    Missing,
    /// Not of the form this protocol has, or too long.
    #[error("the request or its signature is malformed")]
    Malformed,
    /// Signed, but over another body. Only the holder of the key gets to read this.
    #[error("the body is not the one that was signed")]
    BadDigest,
    /// Not signed by that key, or not this request.
    #[error("the signature does not fit")]
    BadSignature,
    /// All in order except the time. Only the holder of the key gets to read this.
    #[error("the clocks differ by {} seconds", server_ahead.unsigned_abs())]
    ClockOff {
        /// Seconds by which the server's clock is ahead of the machine's; negative when it is behind.
        server_ahead: i64,
    },
}

impl From<FieldError> for SignatureError {
    fn from(error: FieldError) -> Self {
        match error {
            FieldError::Missing => Self::Missing,
            FieldError::Malformed => Self::Malformed,
        }
    }
}

/// What is signed of a request.
///
/// INVARIANT: no part has a blank, a control character or anything beyond ASCII, so no part can be read as two
/// lines of a signature base; the body is at most [`MAX_BODY`] bytes.
#[derive(Clone, Debug)]
pub struct RequestParts<'a> {
    method: &'a str,
    authority: Cow<'a, str>,
    path: &'a str,
    query: Cow<'a, str>,
    body: &'a [u8],
}

impl<'a> RequestParts<'a> {
    /// Takes the parts in the form they have on the wire: `method` in capitals, `authority` as in `Host`
    /// (`name` or `name:port`), `path` percent-encoded, `query` without its `?` and empty when there is none.
    ///
    /// They are normalized as RFC 9421 §2.2 says: the authority in small letters and without the port of HTTPS,
    /// no path as `/`.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Malformed`] when a part has characters it cannot have or the body is too long.
    pub fn new(
        method: &'a str,
        authority: &'a str,
        path: &'a str,
        query: &'a str,
        body: &'a [u8],
    ) -> Result<Self, SignatureError> {
        let visible = |part: &str| part.bytes().all(|byte| byte.is_ascii_graphic());
        let well_formed = !method.is_empty()
            && !authority.is_empty()
            && (path.is_empty() || path.starts_with('/'))
            && [method, authority, path, query].into_iter().all(visible)
            && body.len() <= MAX_BODY;
        if !well_formed {
            return Err(SignatureError::Malformed);
        }
        let authority = authority.strip_suffix(":443").unwrap_or(authority);
        let authority = if authority.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(authority.to_ascii_lowercase())
        } else {
            Cow::Borrowed(authority)
        };
        let path = if path.is_empty() { "/" } else { path };
        let query = if query.is_empty() { Cow::Borrowed("?") } else { Cow::Owned(format!("?{query}")) };
        Ok(Self { method, authority, path, query, body })
    }

    fn base(&self, content_digest: &str, params: &str) -> Vec<u8> {
        let components = [
            (r#""@method""#, self.method),
            (r#""@authority""#, &*self.authority),
            (r#""@path""#, self.path),
            (r#""@query""#, &*self.query),
            (r#""content-digest""#, content_digest),
        ];
        signature_base(&components, params)
    }
}

/// Signs a request.
///
/// `created` is the time of the server as far as the machine knows it; `nonce` is new for each request, retries
/// included. The caller keeps [`SignedHeaders::signature`] for [`super::verify_answer`].
pub fn sign_request(
    key: &SigningKey,
    keyid: KeyId,
    created: UnixTime,
    nonce: [u8; 16],
    request: &RequestParts<'_>,
) -> SignedHeaders {
    let content_digest = digest_field(&digest(request.body));
    let nonce = BASE64.encode(&nonce);
    let params = Params::write(COVERED, created, Some(&nonce), &keyid.to_string(), TAG);
    let signature = key.sign_raw(&request.base(&content_digest, &params));
    SignedHeaders { signature_input: format!("sig={params}"), signature, content_digest }
}

/// Reads the fields of a request without believing them, so that the key can be looked up.
///
/// # Errors
///
/// [`SignatureError::Missing`] and [`SignatureError::Malformed`] alone.
pub fn parse_request_headers<'a>(headers: &ReceivedHeaders<'a>) -> Result<Unverified<'a>, SignatureError> {
    let fields = Fields::parse(headers, COVERED)?;
    let params = &fields.params;
    let (Some(created), Some(nonce), Some(keyid), Some(TAG)) =
        (params.created, params.nonce, params.keyid, params.tag)
    else {
        return Err(SignatureError::Malformed);
    };
    let keyid = keyid.parse().map_err(|_| SignatureError::Malformed)?;
    let nonce = decode(&BASE64, nonce).ok_or(SignatureError::Malformed)?;
    Ok(Unverified { keyid, created, nonce, fields })
}

/// What the fields of a request say, not verified.
pub struct Unverified<'a> {
    keyid: KeyId,
    created: UnixTime,
    nonce: [u8; 16],
    fields: Fields<'a>,
}

impl Unverified<'_> {
    /// Whose key the request claims to be signed with.
    pub fn keyid(&self) -> KeyId {
        self.keyid
    }

    /// The signature, for answering this request even if it does not fit.
    pub fn signature(&self) -> SignatureValue {
        self.fields.signature
    }

    /// Checks the signature first, the body next, the clock last: who does not hold the key learns nothing of
    /// the server's clock, and cannot have the server hash long bodies.
    ///
    /// # Errors
    ///
    /// [`SignatureError::BadSignature`], [`SignatureError::BadDigest`], [`SignatureError::ClockOff`] when
    /// `created` is more than `max_skew` from `now` on either side.
    pub fn verify(
        &self,
        key: &VerifyingKey,
        request: &RequestParts<'_>,
        now: UnixTime,
        max_skew: Duration,
    ) -> Result<VerifiedRequest, SignatureError> {
        // A key id that is a fingerprint names one key; taking another would let the body choose.
        let named = match self.keyid {
            KeyId::Machine(_) => true,
            KeyId::New(fingerprint) => key.fingerprint() == fingerprint,
        };
        let base = request.base(self.fields.digest_text, self.fields.params_text);
        if !named || !key.verifies_raw(&base, &self.fields.signature) {
            return Err(SignatureError::BadSignature);
        }
        if digest(request.body) != self.fields.digest {
            return Err(SignatureError::BadDigest);
        }
        if now.since(self.created) > max_skew || self.created.since(now) > max_skew {
            // `created` has 15 digits at most; a server's own clock beyond `i64` does not occur.
            let server_ahead =
                now.as_secs().cast_signed().saturating_sub(self.created.as_secs().cast_signed());
            return Err(SignatureError::ClockOff { server_ahead });
        }
        Ok(VerifiedRequest {
            keyid: self.keyid,
            key: key.fingerprint(),
            created: self.created,
            nonce: self.nonce,
            signature: self.fields.signature,
        })
    }
}

/// A request that was signed by the key it was verified with, over this body, at about this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRequest {
    keyid: KeyId,
    key: Fingerprint,
    created: UnixTime,
    nonce: [u8; 16],
    signature: SignatureValue,
}

impl VerifiedRequest {
    /// Whose key it was.
    pub fn keyid(&self) -> KeyId {
        self.keyid
    }

    /// Fingerprint of the key it was verified with.
    pub fn key(&self) -> Fingerprint {
        self.key
    }

    /// When the machine signed it, by the machine's idea of the server's clock.
    pub fn created(&self) -> UnixTime {
        self.created
    }

    /// The request's nonce. Refusing one that was seen within the clock's tolerance stops replays.
    pub fn nonce(&self) -> [u8; 16] {
        self.nonce
    }

    /// The signature, to which the answer is bound.
    pub fn signature(&self) -> SignatureValue {
        self.signature
    }
}
