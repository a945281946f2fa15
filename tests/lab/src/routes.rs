//! What the lab answers.

use crate::{
    accounts::Accounts,
    door::{Door, guard},
    machine::Machine,
    page,
    phone::Phone,
    said::Said,
    screen,
};
use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response, Sse, sse::Event, sse::KeepAlive},
    routing::{any, get, post},
};
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::mpsc;

/// Screens that may be open at the same time: a person has a few tabs.
const MAX_SCREENS: usize = 16;
/// What may have been said to a screen that it has not got round to.
const MAX_UNHEARD: usize = 16;
/// The longest thing the page may say, in bytes: two passwords as long as the engine takes, escaped.
const MAX_SAID: usize = 32 * 1024;

struct Lab {
    door: Arc<Door>,
    machine: Arc<dyn Machine>,
    accounts: Accounts,
    /// Open screens by their number; those whose page is gone are removed when the next one opens.
    screens: Mutex<HashMap<u64, mpsc::Sender<Said>>>,
    next: AtomicU64,
}

/// The page, its screens, and the phone beside it: the server's app.
pub(crate) fn router(
    door: Arc<Door>,
    machine: Arc<dyn Machine>,
    accounts: Accounts,
    phone: Option<Phone>,
) -> Router {
    let screens = Mutex::new(HashMap::new());
    let lab = Arc::new(Lab { door: Arc::clone(&door), machine, accounts, screens, next: AtomicU64::new(1) });
    let mut router = Router::new()
        .route("/", get(async || Redirect::temporary("/lab")))
        .route("/lab", get(async |State(lab): State<Arc<Lab>>| page::html(&lab.door)))
        .route("/lab/lab.css", get(async || page::css()))
        .route("/lab/lab.js", get(async || page::js()))
        .route("/lab/mark.svg", get(async || page::mark()))
        .route("/lab/{token}/screen", get(open))
        .route("/lab/{token}/screen/{number}", post(say))
        .with_state(lab);
    if let Some(phone) = phone {
        let phone = Arc::new(phone);
        for path in Phone::PATHS {
            router = router.route(path, any(pass_on).with_state(Arc::clone(&phone)));
        }
    }
    router.layer(middleware::from_fn_with_state(door, guard))
}

async fn pass_on(State(phone): State<Arc<Phone>>, request: Request) -> Response {
    phone.pass_on(request).await
}

/// Opens a screen and tells what is on it for as long as somebody listens.
async fn open(State(lab): State<Arc<Lab>>, Path(token): Path<String>) -> Response {
    if !lab.door.is_token(&token) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (said, heard) = mpsc::channel(MAX_UNHEARD);
    let number = lab.next.fetch_add(1, Ordering::Relaxed);
    {
        let mut screens = lab.screens.lock().unwrap_or_else(PoisonError::into_inner);
        screens.retain(|_, said| !said.is_closed());
        if screens.len() >= MAX_SCREENS {
            return (StatusCode::SERVICE_UNAVAILABLE, "Too many lab pages are open. Close some.")
                .into_response();
        }
        screens.insert(number, said);
    }
    let (scenes, shown) = mpsc::unbounded_channel();
    // The screen itself, so that the page knows how to speak to it.
    let _ = scenes.send(json!({ "stage": "begin", "number": number }));
    tokio::spawn(screen::run(Arc::clone(&lab.machine), heard, scenes));
    let answer = Sse::new(events(lab, shown)).keep_alive(KeepAlive::default());
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

fn events(
    lab: Arc<Lab>,
    shown: mpsc::UnboundedReceiver<Value>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((lab, shown), async |(lab, mut shown)| {
        let mut scene = shown.recv().await?;
        if scene["stage"] == "lock" {
            scene["accounts"] = lab.accounts.to_json();
        }
        Some((Ok(Event::default().data(scene.to_string())), (lab, shown)))
    })
}

/// Passes on what a person did.
async fn say(
    State(lab): State<Arc<Lab>>,
    Path((token, number)): Path<(String, u64)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if !lab.door.is_token(&token) {
        return StatusCode::NOT_FOUND.into_response();
    }
    // What a form of another page could send has another type.
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(body): Result<Bytes, _> = to_bytes(request.into_body(), MAX_SAID).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(said) = Said::read(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let to = lab.screens.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
    let Some(to) = to else { return StatusCode::GONE.into_response() };
    let status = match to.try_send(said) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(mpsc::error::TrySendError::Full(_)) => StatusCode::TOO_MANY_REQUESTS,
        Err(mpsc::error::TrySendError::Closed(_)) => StatusCode::GONE,
    };
    status.into_response()
}

#[cfg(test)]
mod tests;
