//! The description of the routes, made of the table; the schemas are in `openapi/admin.json`.

use super::table::{Parameter, ROUTES, Route};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::openapi::PathItem;

/// Each path with its operations.
pub(crate) fn described() -> Result<BTreeMap<String, PathItem>, serde_json::Error> {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in ROUTES {
        paths.entry(route.path).or_default().insert(route.method.to_ascii_lowercase(), operation(route));
    }
    paths
        .into_iter()
        .map(|(path, operations)| Ok((path.to_owned(), serde_json::from_value(Value::Object(operations))?)))
        .collect()
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "description": "An id, or a name or serial that one alone has.",
                    "schema": { "type": "string" } })
        })
        .chain(route.query.iter().map(query))
        .collect();
    parameters.push(header("Authorization", "`Bearer ` and a key.", true));
    if route.method == "PUT" {
        parameters.push(header("If-Match", "The ETag that was read.", false));
    }
    let (status, answer) = route.answer;
    let needs = format!("Needs the right `{}`.", route.right.as_str());
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "description": needs,
        "parameters": parameters,
        "responses": {
            status.to_string(): { "description": "Done.", "content": content(answer) },
            "default": { "description": "Why not: `key_missing`, `key_unknown` (401), `right_missing` (403), `not_found` (404), \
                `ambiguous` (409), `precondition_required` (428), `changed` (412), `too_large` (413), `refused` (422), \
                `too_many_tries` (429), `request` (400), `busy` (503), `server_trouble` (500).", "content": content("AppError") },
        },
    });
    if let (Some(body), Some(fields)) = (route.body, operation.as_object_mut()) {
        fields.insert("requestBody".to_owned(), json!({ "required": true, "content": content(body) }));
    }
    operation
}

fn query(parameter: &Parameter) -> Value {
    let kind = if parameter.is_number { "integer" } else { "string" };
    json!({ "name": parameter.name, "in": "query", "required": false, "description": parameter.about,
            "schema": { "type": kind } })
}

fn header(name: &str, about: &str, required: bool) -> Value {
    json!({ "name": name, "in": "header", "required": required, "description": about, "schema": { "type": "string" } })
}

fn content(schema: &str) -> Value {
    json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } })
}
