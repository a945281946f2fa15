//! Takes in what the app sends: so much, in so long a time, so many at once.

use super::answer::Refused;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header::CONTENT_LENGTH},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;
use tokio::{sync::Semaphore, time::timeout};

/// How long a body may take to arrive: a megabyte from a phone with little reception.
const ARRIVES: Duration = Duration::from_secs(60);
/// How long it may wait for its turn.
const TURN: Duration = Duration::from_secs(5);
/// Bodies taken in at once, each of at most a megabyte or so: memory is bounded.
const AT_ONCE: usize = 64;

/// Places for bodies.
pub(crate) struct Places(Semaphore);

impl Default for Places {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

/// The whole body.
pub(crate) async fn take(
    places: &Places,
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Bytes, Refused> {
    let too_large = || Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a backup has at most 1 MiB");
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let Ok(Ok(_place)) = timeout(TURN, places.0.acquire()).await else {
        return Err(service::Trouble::Overloaded.into());
    };
    match timeout(ARRIVES, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refused::request("the message broke off")),
        Err(_) => Err(Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "the message took too long to arrive; try again with a better connection",
        )),
    }
}
