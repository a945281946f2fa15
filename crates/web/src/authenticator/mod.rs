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

use crate::{drive, icloud, relay, state::App};
use axum::Router;
use std::sync::Arc;

/// The calls of the app under `/api/v1`, besides those of machines.
pub(crate) fn is_call(path: &str) -> bool {
    let is_below = |start| path.strip_prefix(start).is_some_and(|rest: &str| rest.starts_with('/'));
    path == time::PATH
        || path == places::PATH
        || ["/api/v1/backup", relay::PATH, drive::PATH, icloud::PATH].into_iter().any(is_below)
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().merge(backup::routes()).merge(places::routes()).merge(time::routes()).merge(site::routes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_are_calls() {
        assert!(is_call("/api/v1/drive/token") && is_call("/api/v1/drive/files/x"));
        assert!(!is_call("/api/v1/drive") && !is_call("/api/v1/drivel/token"));
    }
}
