//! What the authenticator needs of its server: its files, a place for backups, the time.
//!
//! Apart from the machine API, since nothing here is signed: the app trusts the connection as a browser does, and what it
//! keeps here is sealed before it leaves the phone.

mod answer;
mod backup;
mod body;
mod conditions;
mod cors;
mod key;
mod places;
mod site;
mod time;

pub(crate) use answer::{Refused, answer, opaque};
pub use site::SiteFile;

#[cfg(test)]
pub(crate) use backup::{PATH as BACKUP, VERSION, VERSIONS};
pub(crate) use body::{Places, take as take_body};
pub(crate) use cors::{cors, origin_of};
pub(crate) use key::network;
#[cfg(test)]
pub(crate) use places::PATH as PLACES;
#[cfg(test)]
pub(crate) use time::PATH as TIME;

use crate::{drive, icloud, relay::Relay, state::App};
use axum::Router;
use std::sync::Arc;

/// The calls of the app under `/api/v1`, besides those of machines.
pub(crate) fn is_call(path: &str) -> bool {
    path == time::PATH
        || path == places::PATH
        || path.starts_with("/api/v1/backup/")
        || Relay::is_call(path)
        || drive::is_call(path)
        || icloud::is_call(path)
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().merge(backup::routes()).merge(places::routes()).merge(time::routes()).merge(site::routes())
}
