use super::{Refusal, received::field};
use crate::state::App;
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
    response::Response,
};
use model::UnixTime;
use protocol::{
    http::{ErrorAnswer, ErrorKind},
    signature::{SignatureValue, SigningKey, sign_answer},
};
use std::sync::Arc;

pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
pub(super) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Signs the answer to one request, if that carried a signature to bind it to.
pub(crate) struct Signer {
    key: Arc<SigningKey>,
    pub(super) now: UnixTime,
    request: Option<SignatureValue>,
}

impl Signer {
    /// Reads the request's `Signature` field, without believing it.
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Self {
        let request = field(headers, &SIGNATURE).and_then(|value| value.parse().ok());
        Self { key: Arc::clone(app.service.signing_key()), now: app.now(), request }
    }

    /// A JSON answer.
    pub(crate) fn answer(&self, status: StatusCode, body: Vec<u8>) -> Response {
        let mut fields = None;
        if let Some(request) = &self.request {
            let signed = sign_answer(&self.key, self.now, status.as_u16(), &body, request);
            fields = Some([
                (SIGNATURE_INPUT, signed.signature_input),
                (SIGNATURE, signed.signature.to_string()),
                (CONTENT_DIGEST, signed.content_digest),
            ]);
        }
        let mut response = json(status, body);
        for (name, value) in fields.into_iter().flatten() {
            // Made of ASCII by the protocol; were it not, the answer would go out unsigned and count for nothing.
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// An error as a machine reads it.
    pub(crate) fn refuse(&self, refusal: &Refusal) -> Response {
        let answer = ErrorAnswer {
            error: refusal.kind,
            server_time: self.now,
            message: refusal.message.clone().into_owned(),
        };
        // Writing a few plain fields does not fail.
        let mut response = self.answer(refusal.status, serde_json::to_vec(&answer).unwrap_or_default());
        if refusal.kind == ErrorKind::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// A JSON answer that is not kept by anybody in between.
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
