//! A fuzzer made of the description: for each operation valid requests and broken ones, from a seed. Whatever is sent, no
//! answer is a failure of the server, each fits its schema, and no error tells a secret.

use super::key;
use crate::{
    pc::Pc,
    server::{HOST, Server},
};
use axum::{body::Body, http::Request};
use domain::Right;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng, SeedableRng},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Requests for each operation.
const ROUNDS: u32 = 40;
/// Texts that go wrong somewhere, now and then.
const ODD: [&str; 12] = [
    "",
    " ",
    "\u{0}",
    "%",
    "'",
    "\"; DROP TABLE people;--",
    "../..",
    "\u{202e}x",
    "per_",
    "-1",
    "99999999999999999999",
    "ä\u{1f600}",
];

struct Fuzzer {
    rng: ChaCha20Rng,
    /// Texts that mean something here.
    known: Vec<String>,
    document: Value,
}

impl Fuzzer {
    fn below(&mut self, end: u32) -> u32 {
        self.rng.next_u32() % end
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.below(of.len() as u32);
        &of[at as usize]
    }

    fn text(&mut self) -> String {
        match self.below(3) {
            0 => self.known[self.rng.next_u32() as usize % self.known.len()].clone(),
            1 => (*self.pick(&ODD)).to_owned(),
            _ => {
                let length = self.below(300);
                (0..length).map(|_| char::from(b' ' + (self.rng.next_u32() % 95) as u8)).collect()
            }
        }
    }

    fn resolved(&self, schema: &Value) -> Value {
        match schema["$ref"].as_str() {
            Some(name) => self.document["components"]["schemas"][name.rsplit('/').next().unwrap()].clone(),
            None => schema.clone(),
        }
    }

    /// A value that fits a schema.
    fn fitting(&mut self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(words) = schema["enum"].as_array() {
            return self.pick(&words.clone()).clone();
        }
        let kinds = kinds(&schema);
        match kinds[self.below(kinds.len() as u32) as usize].as_str() {
            "object" => {
                let mut fields = Map::new();
                for (name, inner) in schema["properties"].as_object().cloned().unwrap_or_default() {
                    if required(&schema, &name) || self.below(2) == 0 {
                        let value = self.fitting(&inner);
                        fields.insert(name, value);
                    }
                }
                Value::Object(fields)
            }
            "array" => (0..self.below(4)).map(|_| self.fitting(&schema["items"])).collect(),
            "integer" => {
                let (least, most) =
                    (schema["minimum"].as_u64().unwrap_or(0), schema["maximum"].as_u64().unwrap_or(1_000));
                json!(least + self.rng.next_u64() % (most - least + 1))
            }
            "boolean" => json!(self.below(2) == 0),
            "null" => Value::Null,
            _ => json!(self.text()),
        }
    }

    /// A body with something wrong in it, or none at all.
    fn broken(&mut self, schema: &Value) -> Vec<u8> {
        let mut value = self.fitting(schema);
        if let Some(fields) = value.as_object_mut() {
            let name = fields.keys().next().cloned().unwrap_or_default();
            match self.rng.next_u32() % 4 {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert("unknown".into(), json!(1))),
                2 => drop(fields.insert(name, json!([{ "deep": [[[]]] }]))),
                _ => drop(fields.insert(name, json!(-1.5))),
            }
        }
        let mut bytes = value.to_string().into_bytes();
        match self.below(4) {
            0 => bytes.truncate(bytes.len() / 2),
            1 => bytes.push(0xff),
            _ => {}
        }
        bytes
    }

    fn escaped(&mut self) -> String {
        self.text().bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    /// What is wrong with a value by a schema. Knows of JSON Schema what the description uses.
    fn fault(&self, schema: &Value, value: &Value) -> Option<String> {
        let schema = self.resolved(schema);
        if let Some(words) = schema["enum"].as_array() {
            return (!words.contains(value)).then(|| format!("{value} is none of {words:?}"));
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !kinds(&schema).iter().any(|known| known == kind) {
            return Some(format!("{value} is not {:?}", kinds(&schema)));
        }
        if let Some(fault) =
            value.as_array().into_iter().flatten().find_map(|item| self.fault(&schema["items"], item))
        {
            return Some(fault);
        }
        let open = schema["additionalProperties"] != Value::Null;
        for (name, inner) in value.as_object().into_iter().flatten().filter(|_| !open) {
            let Some(property) = schema["properties"].get(name) else {
                return Some(format!("{name} is not described"));
            };
            if let Some(fault) = self.fault(property, inner) {
                return Some(format!("{name}: {fault}"));
            }
        }
        let missing = schema["required"].as_array().into_iter().flatten().find(|name| {
            value.as_object().is_some_and(|fields| !fields.contains_key(name.as_str().unwrap_or_default()))
        });
        missing.map(|name| format!("{name} is missing"))
    }
}

fn kinds(schema: &Value) -> Vec<String> {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        kind => vec![kind.as_str().unwrap_or("string").to_owned()],
    }
}

fn required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
}

#[tokio::test]
async fn whatever_is_sent_no_answer_is_a_failure_and_each_fits_its_schema() {
    let server = Server::new();
    let secret = key(&server, "fuzzer", Right::ALL, None).await;
    let pc = Pc::joined(&server, 1).await;
    pc.enroll(1001).await;
    let document: Value = serde_json::from_slice(&server.fetch("/api/openapi.json").await.body).unwrap();
    let policy = service::policies::current(&server.service).unwrap().1;
    let known = vec![
        "DESK\\person1001".into(),
        pc.id().to_string(),
        "default".into(),
        policy,
        "desk".into(),
        "1".into(),
    ];
    let mut fuzzer = Fuzzer { rng: ChaCha20Rng::seed_from_u64(5), known, document: document.clone() };
    let (mut seen, mut operations) = (BTreeMap::<u16, u32>::new(), 0);
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/api/v1/admin/") {
            continue;
        }
        for (method, operation) in
            methods.as_object().unwrap().iter().filter(|(_, what)| what["operationId"].is_string())
        {
            operations += 1;
            for _ in 0..ROUNDS {
                let parts: Vec<_> = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { fuzzer.escaped() } else { part.to_owned() })
                    .collect();
                // The key that asks must not end itself, nor all keys run out.
                let mut uri = parts.join("/");
                let mut query = Vec::new();
                for parameter in operation["parameters"].as_array().unwrap() {
                    if parameter["in"] == "query" && fuzzer.below(3) == 0 {
                        let value = if parameter["schema"]["type"] == "integer" && fuzzer.below(2) == 0 {
                            fuzzer.below(600).to_string()
                        } else {
                            fuzzer.escaped()
                        };
                        query.push(format!("{}={value}", parameter["name"].as_str().unwrap()));
                    }
                }
                if !query.is_empty() {
                    uri = format!("{uri}?{}", query.join("&"));
                }
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let body = match fuzzer.below(3) {
                    _ if schema.is_null() => Vec::new(),
                    0 => fuzzer.broken(schema),
                    _ => fuzzer.fitting(schema).to_string().into_bytes(),
                };
                let mut request =
                    Request::builder().method(method.to_uppercase().as_str()).uri(&uri).header("host", HOST);
                request = request.header("authorization", format!("Bearer {secret}"));
                if fuzzer.below(2) == 0 {
                    request = request.header("if-match", format!("\"{}\"", fuzzer.below(3)));
                }
                let shown = String::from_utf8_lossy(&body).into_owned();
                let answer = server.send(request.body(Body::from(body)).unwrap()).await;
                let status = answer.status.as_u16();
                assert!(status < 500, "{method} {uri} {shown}: {}", answer.text());
                *seen.entry(status).or_default() += 1;
                let value: Value = serde_json::from_slice(&answer.body).unwrap();
                let responses = &operation["responses"];
                let response = match responses.get(status.to_string()) {
                    Some(response) => response,
                    None => {
                        // What is no address of this API is none of its operations.
                        if status == 404 && value["error"] == "request" {
                            continue;
                        }
                        assert!(status >= 400, "{method} {uri}: {status} is not described");
                        assert!(!answer.text().contains("csk_"), "{}", answer.text());
                        &responses["default"]
                    }
                };
                let schema = &response["content"]["application/json"]["schema"];
                assert_eq!(fuzzer.fault(schema, &value), None, "{method} {uri}: {value}");
            }
        }
    }
    assert!(operations > 30, "{operations}");
    // It got somewhere.
    for status in [200, 201, 400, 404, 422, 428] {
        assert!(seen.contains_key(&status), "{seen:?}");
    }
}
