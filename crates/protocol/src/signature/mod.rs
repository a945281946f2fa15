//! Signatures of HTTP requests and answers: RFC 9421 with Ed25519, and the keys they are made with.
//!
//! A request covers `@method`, `@authority`, `@path`, `@query` and `content-digest`. An answer covers `@status`,
//! `content-digest` and the value of the request's own `Signature` field (`"signature";req`, RFC 9421 §2.4), so
//! that an answer to one request is no answer to another. Which components are covered, the label `sig` and the
//! parameters are fixed by this profile (RFC 9421 §1.4); a field in any other form is refused. Parameters may
//! come in any order, as the signature base takes them as they were received (RFC 9421 §2.3).
//!
//! The subset is written by hand in `field.rs` and checked against the norms' vectors. The crate `httpsig` 0.0.26
//! was measured first: 5.4 µs to parse the fields of a request and 8.4 µs with the signature base, which would do
//! (`field.rs` parses in 0.5 µs; `cargo bench -p countersign-protocol`). But it writes the parameters again in an
//! order of its own and drops those it does not know, where the norm takes them as received; its verification
//! reads the system clock as soon as a peer sends `expires`; and it brings 33 more crates (three elliptic curves,
//! a second Ed25519, `rand`) into a pure crate, for the sake of joining five lines.

mod answer;
mod field;
mod key;
mod request;
#[cfg(test)]
mod tests;

pub use answer::{AnswerError, AnswerProof, Authentic, sign_answer, verify_answer};
pub use key::{Fingerprint, InvalidKey, KeyId, SignatureValue, SigningKey, VerifyingKey};
pub(crate) use key::{decode, decode_vec};
pub use request::{
    RequestParts, SignatureError, Unverified, VerifiedRequest, parse_request_headers, sign_request,
};

/// The longest body of a request or an answer, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The longest value of each of the three header fields, in bytes.
pub const MAX_HEADER: usize = 4 * 1024;

/// The header fields that carry a signature, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    /// Value of `Signature-Input` (RFC 9421 §4.1).
    pub signature_input: String,
    /// Value of `Signature` (RFC 9421 §4.2) by its `Display`. Whoever sends a request keeps it for
    /// [`verify_answer`].
    pub signature: SignatureValue,
    /// Value of `Content-Digest` (RFC 9530 §2).
    pub content_digest: String,
}

/// The same three fields as they were received, each `None` when it was not there.
///
/// A field that came in several lines is joined with `, ` as RFC 9110 §5.3 says, and is then refused here.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReceivedHeaders<'a> {
    /// Value of `Signature-Input`.
    pub signature_input: Option<&'a str>,
    /// Value of `Signature`.
    pub signature: Option<&'a str>,
    /// Value of `Content-Digest`.
    pub content_digest: Option<&'a str>,
}
