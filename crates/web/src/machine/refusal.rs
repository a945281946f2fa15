use axum::http::StatusCode;
use protocol::{
    http::{BodyError, ErrorKind},
    signature::SignatureError,
};
use service::{CallError, Trouble};
use std::borrow::Cow;

/// Why a request gets an error for an answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(super) kind: ErrorKind,
    pub(super) status: StatusCode,
    /// A sentence for the machine's log. Nothing of the server's inside.
    pub(super) message: Cow<'static, str>,
    /// What the server's own log is told.
    pub(super) trouble: Option<Trouble>,
}

impl Refusal {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { kind, status, message: message.into(), trouble: None }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        CallError::Trouble(trouble).into()
    }
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        let kind = error.kind();
        match error {
            CallError::Trouble(trouble @ (Trouble::Storage(_) | Trouble::Failed(_))) => Self {
                trouble: Some(trouble),
                ..Self::new(kind, "the server has trouble of its own; its log says more")
            },
            told => Self::new(kind, told.to_string()),
        }
    }
}

impl From<SignatureError> for Refusal {
    fn from(error: SignatureError) -> Self {
        let kind = match error {
            SignatureError::ClockOff { .. } => ErrorKind::Clock,
            SignatureError::Missing
            | SignatureError::Malformed
            | SignatureError::BadDigest
            | SignatureError::BadSignature => ErrorKind::Signature,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        let refusal = Self::new(ErrorKind::Request, error.to_string());
        match error {
            BodyError::TooLarge => refusal.with_status(StatusCode::PAYLOAD_TOO_LARGE),
            BodyError::Malformed { .. } => refusal,
        }
    }
}
