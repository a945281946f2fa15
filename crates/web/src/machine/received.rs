use super::{
    Refusal,
    answer::{CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, Signer},
};
use crate::{metrics::Outcome, state::App};
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{CONTENT_LENGTH, HOST},
        request::Parts,
    },
    response::Response,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::{MachineId, UnixTime};
use protocol::{
    http::{BodyError, ErrorKind, from_body, to_body},
    signature::{
        KeyId, MAX_BODY, ReceivedHeaders, RequestParts, SignatureError, Unverified, VerifyingKey,
        parse_request_headers,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use service::{CallError, Trouble};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How far a machine's clock may be off.
const MAX_SKEW: Duration = Duration::from_secs(300);
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// A request of a machine as it arrived.
pub(super) struct Received {
    parts: Parts,
    body: Result<Bytes, NoBody>,
    signer: Signer,
}

/// Why there is no body to look at.
#[derive(Clone, Copy)]
enum NoBody {
    TooLarge,
    BrokenOff,
    TooSlow,
}

impl Received {
    /// Takes in the body, at most [`MAX_BODY`] bytes of it.
    pub(super) async fn read(app: &App, request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let signer = Signer::of(app, &parts.headers);
        let body = read_body(&parts.headers, body).await;
        Self { parts, body, signer }
    }

    pub(super) fn now(&self) -> UnixTime {
        self.signer.now
    }

    /// The machine the request claims to come from.
    pub(super) fn machine(&self) -> Result<MachineId, Refusal> {
        match self.claims()?.keyid() {
            KeyId::Machine(id) => Ok(id),
            KeyId::New(_) => Err(CallError::MachineUnknown.into()),
        }
    }

    /// Checks that the request was signed with this key, as it is, at about this time.
    pub(super) fn verify(&self, key: &VerifyingKey) -> Result<(), Refusal> {
        self.verify_claims(&self.claims()?, key)
    }

    /// The message. Of a request that is not verified it is anybody's word.
    pub(super) fn message<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        Ok(from_body(self.body()?)?)
    }

    /// Checks that a machine which is not known yet signed with the key it brings.
    pub(super) fn verify_new(&self, key: &VerifyingKey) -> Result<(), Refusal> {
        let claims = self.claims()?;
        match claims.keyid() {
            KeyId::New(_) => self.verify_claims(&claims, key),
            KeyId::Machine(_) => Err(SignatureError::BadSignature.into()),
        }
    }

    /// SHA-256 of the body: what tells a retry from another message.
    pub(super) fn body_hash(&self) -> [u8; 32] {
        Sha256::digest(self.body.as_deref().unwrap_or_default()).into()
    }

    /// Answers.
    pub(super) fn answer<A: Serialize + Outcome>(self, app: &App, answer: Result<A, Refusal>) -> Response {
        let written = answer.and_then(|answer| {
            let body = to_body(&answer).map_err(|error| Trouble::Failed(Box::new(error)))?;
            app.metrics.count_outcome(answer.outcome());
            Ok(body)
        });
        match written {
            Ok(body) => self.signer.answer(StatusCode::OK, body),
            Err(refusal) => {
                if let Some(trouble) = &refusal.trouble {
                    app.log(trouble);
                }
                self.signer.refuse(&refusal)
            }
        }
    }

    fn claims(&self) -> Result<Unverified<'_>, Refusal> {
        let headers = &self.parts.headers;
        Ok(parse_request_headers(&ReceivedHeaders {
            signature_input: field(headers, &SIGNATURE_INPUT),
            signature: field(headers, &SIGNATURE),
            content_digest: field(headers, &CONTENT_DIGEST),
        })?)
    }

    fn body(&self) -> Result<&Bytes, Refusal> {
        self.body.as_ref().map_err(|&why| why.into())
    }

    fn verify_claims(&self, claims: &Unverified<'_>, key: &VerifyingKey) -> Result<(), Refusal> {
        let uri = &self.parts.uri;
        let authority = match uri.authority() {
            Some(authority) => authority.as_str(),
            None => field(&self.parts.headers, &HOST).unwrap_or_default(),
        };
        let method = self.parts.method.as_str();
        let query = uri.query().unwrap_or_default();
        let request = RequestParts::new(method, authority, uri.path(), query, self.body()?)?;
        claims.verify(key, &request, self.now(), MAX_SKEW)?;
        Ok(())
    }
}

impl From<NoBody> for Refusal {
    fn from(why: NoBody) -> Self {
        match why {
            NoBody::TooLarge => BodyError::TooLarge.into(),
            NoBody::BrokenOff => Self::new(ErrorKind::Request, "the message broke off"),
            NoBody::TooSlow => Self::new(ErrorKind::Request, "the message took too long to arrive")
                .with_status(StatusCode::REQUEST_TIMEOUT),
        }
    }
}

/// The one value of a field. One that came twice, or is not ASCII, reads as empty, which nothing takes: joined as
/// RFC 9110 §5.3 says it would be refused as well.
pub(super) fn field<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(if values.next().is_none() { first.to_str().unwrap_or_default() } else { "" })
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, NoBody> {
    let announced = field(headers, &CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(NoBody::TooLarge);
    }
    match tokio::time::timeout(BODY_TIME, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Ok(Err(_)) => Err(NoBody::BrokenOff),
        Err(_) => Err(NoBody::TooSlow),
    }
}
