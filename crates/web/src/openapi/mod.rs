//! The description of the API of machines and of the authenticator, for people and generators: `/api/openapi.json`.
//!
//! Made from a table of calls and `schemas.json`, since the protocol's types are built for wasm too and carry no
//! annotations. Tests hold schemas against what the types really write.

#[cfg(test)]
mod tests;

mod authenticator;

use crate::{admin_api, machine::json, state::App};
use axum::{Router, body::Bytes, http::StatusCode, response::Response, routing::get};
use protocol::http::{
    BeginRequest, Call, ConfirmRequest, HelloRequest, JoinRequest, NoopRequest, ReportRequest,
    STATEMENT_PATH, ShowRequest, VerifyRequest,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};
use utoipa::openapi::{
    Components, Content, HttpMethod, Info, OpenApi, OpenApiBuilder, PathItem, Paths, Ref, RefOr, Required,
    Schema,
    path::{OperationBuilder, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    response::ResponseBuilder,
    schema::{ObjectBuilder, Type},
};

const ABOUT: &str = "Calls of machines (POST): every request is signed by the machine (RFC 9421, Ed25519: method, authority, path, query, \
    content digest, created, nonce, key id), and every answer by the server, bound to the signature of the request. \
    An answer that is not signed counts as no answer. Bodies are JSON of at most 64 KiB. Calls \
    of the authenticator (`/api/v1/backup`, `/api/v1/drive`, `/api/v1/icloud`, `/api/v1/places`, `/api/v1/relay`, `/api/v1/time`) are not signed. Calls of administrators' \
    programs (`/api/v1/admin/…`) are not signed either, and come with a key: `Authorization: Bearer`.";

/// Path, operation, summary; the schemas are named after the operation.
const CALLS: [(&str, &str, &str); 8] = [
    (
        JoinRequest::PATH,
        "Join",
        "Join a machine. Signed with the key in the message; its key id is `new:` and the key's fingerprint.",
    ),
    (HelloRequest::PATH, "Hello", "Say who the machine is, and hear policy and news."),
    (ReportRequest::PATH, "Report", "Report what happened, for the audit trail."),
    (NoopRequest::PATH, "Noop", "Do nothing, signed both ways."),
    (BeginRequest::PATH, "Begin", "Begin a sign-in, once Windows has judged the password."),
    (VerifyRequest::PATH, "Verify", "Verify a one-time password or a recovery code."),
    (ShowRequest::PATH, "Show", "Show the QR of a new token, sealed to the machine."),
    (ConfirmRequest::PATH, "Confirm", "Confirm the first one-time password of a new token."),
];

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/api/openapi.json", get(document))
}

async fn document() -> Response {
    static DOCUMENT: LazyLock<Option<Bytes>> =
        LazyLock::new(|| describe().ok()?.to_json().ok().map(Bytes::from));
    match &*DOCUMENT {
        Some(text) => json(StatusCode::OK, text.clone()),
        None => json(StatusCode::INTERNAL_SERVER_ERROR, "{}"),
    }
}

fn describe() -> Result<OpenApi, serde_json::Error> {
    let mut paths = Paths::new();
    for (path, name, summary) in CALLS {
        paths.paths.insert(path.to_owned(), call(name, summary));
    }
    paths.paths.insert(STATEMENT_PATH.to_owned(), statement());
    let app = authenticator::described()?;
    paths.paths.extend(app.paths);
    paths.paths.extend(admin_api::described()?);
    let mut components = Components::new();
    components.schemas = serde_json::from_str(include_str!("schemas.json"))?;
    components.schemas.extend(app.schemas);
    let admin: BTreeMap<String, RefOr<Schema>> = serde_json::from_str(include_str!("admin.json"))?;
    components.schemas.extend(admin);
    let mut info = Info::new("Countersign API", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    Ok(OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build())
}

fn call(name: &str, summary: &str) -> PathItem {
    let mut operation =
        OperationBuilder::new().operation_id(Some(name.to_lowercase())).summary(Some(summary));
    for (field, what) in [
        ("Signature-Input", "RFC 9421 §4.1, label `sig`, tag `countersign-request`"),
        ("Signature", "RFC 9421 §4.2"),
        ("Content-Digest", "RFC 9530 §2, sha-256"),
    ] {
        operation = operation.parameter(
            ParameterBuilder::new()
                .name(field)
                .parameter_in(ParameterIn::Header)
                .required(Required::True)
                .description(Some(what))
                .schema(Some(ObjectBuilder::new().schema_type(Type::String))),
        );
    }
    let body = RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", content(&format!("{name}Request")))
        .build();
    let operation = operation
        .request_body(Some(body))
        .response("200", answer("The answer.", &format!("{name}Answer")))
        .response("default", answer("Why there is none.", "ErrorAnswer"))
        .build();
    PathItem::new(HttpMethod::Post, operation)
}

fn statement() -> PathItem {
    let operation = OperationBuilder::new()
        .operation_id(Some("statement"))
        .summary(Some("The statement of keys. The one request that need not be signed."))
        .response("200", answer("The statement, signed in itself.", "SignedStatement"))
        .build();
    PathItem::new(HttpMethod::Get, operation)
}

fn answer(description: &str, schema: &str) -> utoipa::openapi::Response {
    ResponseBuilder::new().description(description).content("application/json", content(schema)).build()
}

fn content(schema: &str) -> Content {
    Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(schema))))
}
