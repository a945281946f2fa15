//! The calls of the authenticator, described in `authenticator.json`.

use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::openapi::{PathItem, RefOr, Schema};

/// Paths and schemas, as the file has them.
#[derive(Deserialize)]
pub(super) struct Described {
    pub(super) paths: BTreeMap<String, PathItem>,
    pub(super) schemas: BTreeMap<String, RefOr<Schema>>,
}

pub(super) fn described() -> Result<Described, serde_json::Error> {
    serde_json::from_str(include_str!("authenticator.json"))
}
