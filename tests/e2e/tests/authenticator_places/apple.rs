//! A server that answers as the reference of CloudKit's web services says, for as much of it as a backup needs: the
//! address to sign in at, web tokens that are good once, and one record. It is not the real service, and nothing here
//! shows what that does.

use super::service::{Answer, Request, Service, said};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

pub(crate) const CONTAINER: &str = "iCloud.com.example.test";
pub(crate) const TOKEN: &str = "api-token-of-the-container";

/// What it knows.
#[derive(Default)]
pub(crate) struct State {
    /// Web tokens that have not been used.
    good: Vec<String>,
    /// Records by name: tag and fields.
    pub(crate) records: HashMap<String, (String, Value)>,
    /// Where signing in comes back to: what was said when the API token was made.
    pub(crate) callback: String,
    here: String,
    count: u32,
}

impl State {
    fn new_token(&mut self) -> String {
        self.count += 1;
        let token = format!("web+token/{}=", self.count);
        self.good.push(token.clone());
        token
    }
}

/// A running one.
pub(crate) struct Apple {
    pub(crate) state: Arc<Mutex<State>>,
    service: Service,
}

impl Apple {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let service = Service::start(move |request| answer(request, &mut shared.lock().unwrap()));
        state.lock().unwrap().here = service.address();
        Self { state, service }
    }

    /// The configuration that an administrator with a gateway before Apple would write.
    pub(crate) fn configuration(&self) -> String {
        format!(
            "log = \"trace\"\n[relay]\nca = {:?}\n[icloud]\ncontainer = \"{CONTAINER}\"\ntoken = \"{TOKEN}\"\n\
             environment = \"development\"\napi = \"{}\"\n",
            self.service.certificate(),
            self.service.address()
        )
    }
}

fn answer(request: &Request, state: &mut State) -> Answer {
    // Where a person signs in, who always does.
    if request.path == "/sign-in" {
        let token = state.new_token().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        return (302, format!("location: {}?ckWebAuthToken={token}\r\n", state.callback), Vec::new());
    }
    let database = format!("/database/1/{CONTAINER}/development/");
    let Some(path) = request.path.strip_prefix(&database) else { return said(404, &json!({})) };
    if request.query.get("ckAPIToken").map(String::as_str) != Some(TOKEN) {
        return said(401, &json!({ "serverErrorCode": "AUTHENTICATION_FAILED" }));
    }
    let token = request.query.get("ckWebAuthToken");
    let known = token.and_then(|token| state.good.iter().position(|good| good == token));
    let Some(known) = known else {
        let redirect = format!("{}sign-in", state.here);
        return said(421, &json!({ "serverErrorCode": "AUTHENTICATION_REQUIRED", "redirectURL": redirect }));
    };
    // Each is for one round trip.
    state.good.remove(known);
    let token = state.new_token();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let record = match path {
        "private/records/lookup" => {
            let name = body["records"][0]["recordName"].as_str().unwrap();
            match state.records.get(name) {
                Some(record) => shown(name, record),
                None => json!({ "recordName": name, "serverErrorCode": "NOT_FOUND", "reason": "x" }),
            }
        }
        "private/records/modify" => modify(&body["operations"][0], state),
        _ => return said(404, &json!({})),
    };
    let (status, more, content) = said(200, &json!({ "records": [record] }));
    (status, format!("{more}x-apple-cloudkit-web-auth-token: {token}\r\n"), content)
}

fn modify(operation: &Value, state: &mut State) -> Value {
    let record = &operation["record"];
    let name = record["recordName"].as_str().unwrap().to_owned();
    assert_eq!(record["recordType"], "Backup");
    let tag = state.records.get(&name).map(|(tag, _)| json!(tag));
    let wrong = match (operation["operationType"].as_str().unwrap(), tag) {
        ("create", Some(_)) => Some("EXISTS"),
        ("update", None) => Some("NOT_FOUND"),
        ("update", Some(tag)) if tag != record["recordChangeTag"] => Some("CONFLICT"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        return json!({ "recordName": name, "serverErrorCode": wrong, "reason": "x" });
    }
    state.count += 1;
    let made = (format!("tag{}", state.count), record["fields"].clone());
    let shown = shown(&name, &made);
    state.records.insert(name, made);
    shown
}

fn shown(name: &str, (tag, fields): &(String, Value)) -> Value {
    json!({ "recordName": name, "recordType": "Backup", "recordChangeTag": tag, "fields": fields })
}
