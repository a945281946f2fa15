//! Backups: read, write, remove a box, list its versions.

use super::{
    answer::{Refused, answer, etag, opaque},
    body, conditions,
    key::{access, network},
};
use crate::state::App;
use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use service::backup::{self, Content, Limits, MAX_CONTENT, Wanted};
use std::sync::Arc;

pub(crate) const PATH: &str = "/api/v1/backup/{box}";
pub(crate) const VERSIONS: &str = "/api/v1/backup/{box}/versions";
pub(crate) const VERSION: &str = "/api/v1/backup/{box}/versions/{number}";

type Name = Result<Path<String>, PathRejection>;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(PATH, get(read).put(write).delete(remove))
        .route(VERSIONS, get(versions))
        .route(VERSION, get(version))
}

/// A handler: what it did, in a word for the figures, and its answer; or why not.
macro_rules! handler {
    ($name:ident, $path:ty, |$app:ident, $limits:ident, $at:ident, $request:ident| $body:expr) => {
        async fn $name(State($app): State<Arc<App>>, $at: $path, $request: Request) -> Response {
            let done: Result<(&'static str, Response), Refused> = async {
                let $limits = enabled(&$app)?;
                $body
            }
            .await;
            match done {
                Ok((word, response)) => {
                    $app.metrics.count_outcome(("backup", word));
                    response
                }
                Err(refused) => {
                    $app.metrics.count_outcome(("backup", refused.error));
                    refused.answer(&$app)
                }
            }
        }
    };
}

handler!(read, Name, |app, limits, name, request| {
    let (Path(name), parts) = (name.map_err(bad_path)?, request.into_parts().0);
    let access = access(&name, &parts.headers)?;
    let from = network(&parts.extensions);
    let found = backup::read(&app.service, app.now(), &limits, from, &access, Wanted::Newest).await?;
    if conditions::is_known(&parts.headers, found.generation.hash) {
        let response = (StatusCode::NOT_MODIFIED, [(header::ETAG, etag(found.generation.hash))]);
        return Ok(("known", response.into_response()));
    }
    Ok(("read", sealed(found)))
});

handler!(version, Result<Path<(String, u64)>, PathRejection>, |app, limits, at, request| {
    let (Path((name, number)), parts) = (at.map_err(bad_path)?, request.into_parts().0);
    let access = access(&name, &parts.headers)?;
    let (from, wanted) = (network(&parts.extensions), Wanted::Number(number));
    let found = backup::read(&app.service, app.now(), &limits, from, &access, wanted).await?;
    Ok(("version_read", sealed(found)))
});

handler!(versions, Name, |app, limits, name, request| {
    let (Path(name), parts) = (name.map_err(bad_path)?, request.into_parts().0);
    let access = access(&name, &parts.headers)?;
    let from = network(&parts.extensions);
    let (prefix, newest, versions) =
        backup::versions(&app.service, app.now(), &limits, from, &access).await?;
    let versions: Vec<_> = versions
        .iter()
        .map(|found| {
            json!({
                "number": found.number,
                "etag": format!("\"{}\"", found.hash),
                "size": found.size,
                "written_at": found.written_at,
            })
        })
        .collect();
    let mut response = answer(StatusCode::OK, &json!({ "box": prefix, "versions": versions }));
    response.headers_mut().insert(header::ETAG, etag(newest));
    Ok(("listed", response))
});

handler!(write, Name, |app, limits, name, request| {
    let (parts, content) = request.into_parts();
    let Path(name) = name.map_err(bad_path)?;
    // What needs no body is looked at first, so that nobody sends a megabyte for nothing.
    let access = access(&name, &parts.headers)?;
    let when = conditions::precondition(&parts.headers)?;
    let from = network(&parts.extensions);
    let content = body::take(&app.bodies, &parts.headers, content, MAX_CONTENT).await?;
    if content.is_empty() {
        return Err(Refused::request("an empty body is no backup"));
    }
    let (service, now) = (&app.service, app.now());
    let written = backup::write(service, now, &limits, from, &access, when, content.to_vec()).await?;
    let (status, word) =
        if written.is_new { (StatusCode::CREATED, "made") } else { (StatusCode::OK, "written") };
    let mut response = answer(status, &json!({ "version": written.number }));
    response.headers_mut().insert(header::ETAG, etag(written.hash));
    Ok((word, response))
});

handler!(remove, Name, |app, limits, name, request| {
    let (Path(name), parts) = (name.map_err(bad_path)?, request.into_parts().0);
    let access = access(&name, &parts.headers)?;
    let (from, when) = (network(&parts.extensions), conditions::if_match(&parts.headers)?);
    backup::remove(&app.service, app.now(), &limits, from, &access, when).await?;
    Ok(("removed", StatusCode::NO_CONTENT.into_response()))
});

/// The limits, where backups are kept at all.
fn enabled(app: &App) -> Result<Limits, Refused> {
    app.settings.backup.ok_or(Refused::new(
        StatusCode::FORBIDDEN,
        "disabled",
        "this server keeps no backups; choose another place for yours",
    ))
}

fn bad_path(_: PathRejection) -> Refused {
    Refused::request("the address is not one of a backup")
}

/// Bytes that nobody but the app makes sense of.
fn sealed(found: Content) -> Response {
    let mut response = opaque(found.bytes);
    response.headers_mut().insert(header::ETAG, etag(found.generation.hash));
    response
}
