//! The answers. The names and types of the fields are what the clients' parsers read; see `docs/privacyidea.md`.

use data_encoding::BASE64;
use model::Secret;
use serde_json::{Map, Value, json};

/// The version whose answers these are like. Clients compare it before they use what came with it.
const VERSION_NUMBER: &str = "3.12";

/// The serial in a challenge, the same for everybody: a real one would tell who has a token.
const NO_SERIAL: &str = "COUNTERSIGN";

/// The token whose code was right.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Its serial.
    pub serial: &'a str,
    /// `totp` or `hotp`.
    pub kind: &'a str,
    /// Digits of its codes.
    pub digits: u8,
}

/// A token that is being enrolled.
#[derive(Clone, Copy, Debug)]
pub struct Enrollment<'a> {
    /// What the first code is to be sent with; also in place of a serial, which it does not have yet.
    pub transaction: &'a str,
    /// The `otpauth` URI.
    pub uri: &'a str,
    /// Its QR code as PNG.
    pub png: &'a Secret,
    /// What the person is told.
    pub message: &'a str,
}

/// A service account that has signed in.
#[derive(Clone, Copy, Debug)]
pub struct LoggedIn<'a> {
    /// What it shows with further requests.
    pub token: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it may do, in privacyIDEA's words.
    pub rights: &'a [&'a str],
}

/// The code was right.
pub fn accept(time: f64, found: Found<'_>) -> Value {
    let detail = json!({
        "message": "matching 1 tokens",
        "serial": found.serial,
        "type": found.kind,
        "otplen": found.digits,
    });
    envelope(time, json!({ "status": true, "value": true, "authentication": "ACCEPT" }), detail)
}

/// It was not.
pub fn refuse(time: f64, message: &str) -> Value {
    let result = json!({ "status": true, "value": false, "authentication": "REJECT" });
    envelope(time, result, json!({ "message": message }))
}

/// The code is asked for. `value` is what the endpoint has there: `false`, or the number of challenges.
pub fn challenge(time: f64, value: Value, transaction: &str, message: &str) -> Value {
    let one = json!({
        "type": "totp",
        "client_mode": "interactive",
        "message": message,
        "serial": NO_SERIAL,
        "transaction_id": transaction,
        "image": "",
        "attributes": null,
    });
    let detail = json!({
        "message": message,
        "messages": [message],
        "client_mode": "interactive",
        "preferred_client_mode": "interactive",
        "type": "totp",
        "serial": NO_SERIAL,
        "transaction_id": transaction,
        "transaction_ids": [transaction],
        "multi_challenge": [one],
    });
    envelope(time, json!({ "status": true, "value": value, "authentication": "CHALLENGE" }), detail)
}

/// A token is to be enrolled: the QR code is shown, and its first code asked for (`enroll_via_multichallenge`).
pub fn enroll(time: f64, enrollment: Enrollment<'_>) -> Value {
    let Enrollment { transaction, uri, message, .. } = enrollment;
    let one = json!({
        "type": "totp",
        "client_mode": "interactive",
        "message": message,
        "serial": transaction,
        "transaction_id": transaction,
        "image": picture(enrollment.png),
        "link": uri,
        "attributes": null,
    });
    let mut detail = one.as_object().cloned().unwrap_or_default();
    detail.extend(fields(json!({
        "messages": [message],
        "preferred_client_mode": "interactive",
        "transaction_ids": [transaction],
        "multi_challenge": [one],
        "enroll_via_multichallenge": true,
        "enroll_via_multichallenge_optional": false,
    })));
    let result = json!({ "status": true, "value": false, "authentication": "CHALLENGE" });
    envelope(time, result, Value::Object(detail))
}

/// The first half of `/token/init`: there is a secret, and the token comes with its first code.
pub fn initialized(time: f64, enrollment: Enrollment<'_>) -> Value {
    let image = picture(enrollment.png);
    let detail = json!({
        "serial": enrollment.transaction,
        "type": "totp",
        "rollout_state": "verify",
        "verify": { "message": enrollment.message },
        "googleurl": { "description": "URL for an authenticator app", "value": enrollment.uri, "img": image },
    });
    envelope(time, json!({ "status": true, "value": true }), detail)
}

/// Whether a transaction was answered somewhere else, as with a push token. There are none.
pub fn poll(time: f64) -> Value {
    let result = json!({ "status": true, "value": false, "authentication": "CHALLENGE" });
    envelope(time, result, json!({ "challenge_status": "pending" }))
}

/// A service account has signed in.
pub fn logged_in(time: f64, LoggedIn { token, name, rights }: LoggedIn<'_>) -> Value {
    let value = json!({
        "token": token,
        "username": name,
        "realm": "",
        "role": "admin",
        "rights": rights,
        "menus": [],
    });
    envelope(
        time,
        json!({ "status": true, "value": value, "authentication": "ACCEPT" }),
        json!({ "username": name }),
    )
}

/// There is no verdict. The numbers are those of privacyIDEA.
pub fn error(time: f64, code: i32, message: &str) -> Value {
    let message = format!("ERR{code}: {message}");
    let result = json!({ "status": false, "error": { "code": code, "message": message } });
    envelope(time, result, Value::Null)
}

fn envelope(time: f64, result: Value, detail: Value) -> Value {
    let detail = match detail {
        Value::Object(mut fields) => {
            fields.insert("threadid".to_owned(), json!(1));
            Value::Object(fields)
        }
        other => other,
    };
    json!({
        "id": 2,
        "jsonrpc": "2.0",
        "result": result,
        "detail": detail,
        "time": time,
        "version": concat!("Countersign ", env!("CARGO_PKG_VERSION")),
        "versionnumber": VERSION_NUMBER,
    })
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn picture(png: &Secret) -> String {
    format!("data:image/png;base64,{}", BASE64.encode(png.expose()))
}
