//! The four requests that a backup needs of Drive's interface, version 3.

use super::token::not_there;
use crate::{
    authenticator::{Refused, take_body},
    relay::{carry, tried},
    state::App,
};
use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use service::backup::MAX_CONTENT;
use std::sync::Arc;

/// What a backup has beside its content: its name, and the lines that separate the two.
const AROUND: usize = 4 * 1024;

/// What is there: a hundred of the newest, which is more than there ever is.
pub(super) async fn list(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = "drive/v3/files?spaces=appDataFolder&pageSize=100&fields=files(id,name)";
    carried(&app, path, request).await
}

/// A new file: name and content, as `multipart/related` (RFC 2387).
pub(super) async fn create(State(app): State<Arc<App>>, request: Request) -> Response {
    carried(&app, "upload/drive/v3/files?uploadType=multipart&fields=id", request).await
}

/// The content of a file.
pub(super) async fn read(State(app): State<Arc<App>>, Path(id): Path<String>, request: Request) -> Response {
    one(&app, &id, "?alt=media", request).await
}

/// Removes a file.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    one(&app, &id, "", request).await
}

async fn one(app: &App, id: &str, query: &str, request: Request) -> Response {
    if !is_id(id) {
        return Refused::request("this is no id of a file").answer(app);
    }
    carried(app, &format!("drive/v3/files/{id}{query}"), request).await
}

/// Letters, digits, dashes and underscores, so that an id leads nowhere else.
fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

async fn carried(app: &App, path: &str, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answered = async {
        let drive = app.drive.as_ref().ok_or_else(not_there)?;
        let body = take_body(&app.bodies, &parts.headers, body, MAX_CONTENT + AROUND).await?;
        let path = format!("{}{path}", drive.api.prefix());
        tried(app, &parts.extensions, carry(&drive.relay, &drive.api, &path, &parts, body)).await
    };
    answered.await.unwrap_or_else(|refused| refused.answer(app))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_nowhere_else() {
        assert!(is_id("1AbC-_9"));
        for id in ["", ".", "..", "a/b", "a%2Fb", "a?b", "a#b", "a b", "é", &"a".repeat(129)] {
            assert!(!is_id(id), "{id}");
        }
    }
}
