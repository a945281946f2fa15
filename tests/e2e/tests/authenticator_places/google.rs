//! A server that answers as Google's documentation says, for as much of it as a backup needs: signing in (OAuth 2.0 for
//! web servers, with PKCE), tokens, and Drive's files in `appDataFolder`. It is not the real service, and nothing here
//! shows what that does.

use super::service::{Answer, Request, Service, fields, said};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

pub(crate) const CLIENT: &str = "7-test.apps.googleusercontent.com";
pub(crate) const SECRET: &str = "GOCSPX-only-the-server-knows";
pub(crate) const REFRESH: &str = "1//refresh-token-of-mara";
const SCOPE: &str = "https://www.googleapis.com/auth/drive.appdata";

/// What it knows.
#[derive(Default)]
pub(crate) struct State {
    /// Codes that were given out: challenge and redirect address of each.
    codes: HashMap<String, (String, String)>,
    /// Files by id: name and content.
    pub(crate) files: HashMap<String, (String, Vec<u8>)>,
    /// Whether the person has taken the app's access away.
    pub(crate) revoked: bool,
    /// Whether what is read is another byte than what was written.
    pub(crate) lies: bool,
    /// Whether the person says no.
    pub(crate) denies: bool,
    /// How often the token endpoint gave something.
    pub(crate) granted: u32,
    count: u32,
}

/// A running one.
pub(crate) struct Google {
    pub(crate) state: Arc<Mutex<State>>,
    service: Service,
}

impl Google {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        Self { state, service: Service::start(move |request| answer(request, &mut shared.lock().unwrap())) }
    }

    /// The configuration that an administrator with a gateway before Google would write.
    pub(crate) fn configuration(&self) -> String {
        let here = self.service.address();
        format!(
            "log = \"trace\"\n[relay]\nca = {:?}\n[drive]\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\n\
             accounts = \"{here}\"\ntokens = \"{here}\"\napi = \"{here}\"\n",
            self.service.certificate()
        )
    }

    pub(crate) fn file_names(&self) -> Vec<String> {
        self.state.lock().unwrap().files.values().map(|(name, _)| name.clone()).collect()
    }
}

fn answer(request: &Request, state: &mut State) -> Answer {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/o/oauth2/v2/auth") => authorize(request, state),
        ("POST", "/token") => token(request, state),
        _ if request.headers.get("authorization").map(String::as_str) != Some("Bearer ya29.access")
            || state.revoked =>
        {
            said(401, &json!({ "error": { "code": 401, "status": "UNAUTHENTICATED" } }))
        }
        ("GET", "/drive/v3/files") => {
            assert_eq!(request.query["spaces"], "appDataFolder");
            let files = state.files.iter().map(|(id, (name, _))| json!({ "id": id, "name": name }));
            said(200, &json!({ "files": files.collect::<Vec<_>>() }))
        }
        ("POST", "/upload/drive/v3/files") => upload(request, state),
        (method, path) => {
            let id = path.strip_prefix("/drive/v3/files/").unwrap_or_default();
            let Some((_, content)) = state.files.get(id) else {
                return said(404, &json!({ "error": { "code": 404 } }));
            };
            match method {
                "GET" if request.query["alt"] == "media" => {
                    let mut content = content.clone();
                    if state.lies
                        && let Some(last) = content.last_mut()
                    {
                        *last ^= 1;
                    }
                    (200, "content-type: application/octet-stream\r\n".to_owned(), content)
                }
                "DELETE" => {
                    state.files.remove(id);
                    (204, String::new(), Vec::new())
                }
                _ => said(400, &json!({ "error": { "code": 400 } })),
            }
        }
    }
}

/// The page where a person agrees; here somebody who always does, or never.
fn authorize(request: &Request, state: &mut State) -> Answer {
    let field = |name: &str| request.query.get(name).cloned().unwrap_or_default();
    let right = field("client_id") == CLIENT
        && field("response_type") == "code"
        && field("scope") == SCOPE
        && field("access_type") == "offline"
        && field("code_challenge_method") == "S256"
        && field("code_challenge").len() == 43;
    if !right {
        return said(400, &json!({ "error": "invalid_request" }));
    }
    state.count += 1;
    let code = format!("4/code-{}", state.count);
    let redirect = field("redirect_uri");
    let end = if state.denies {
        "error=access_denied".to_owned()
    } else {
        state.codes.insert(code.clone(), (field("code_challenge"), redirect.clone()));
        format!("code={}&scope=x", code.replace('/', "%2F"))
    };
    (302, format!("location: {redirect}?state={}&{end}\r\n", field("state")), Vec::new())
}

fn token(request: &Request, state: &mut State) -> Answer {
    let sent = fields(std::str::from_utf8(&request.body).unwrap());
    let field = |name: &str| sent.get(name).cloned().unwrap_or_default();
    if field("client_id") != CLIENT || field("client_secret") != SECRET {
        return said(401, &json!({ "error": "invalid_client" }));
    }
    let mut answer = json!({ "access_token": "ya29.access", "expires_in": 3599, "token_type": "Bearer" });
    let good = match field("grant_type").as_str() {
        "authorization_code" => {
            answer["refresh_token"] = json!(REFRESH);
            let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(field("code_verifier")));
            // A code is good once.
            state.codes.remove(&field("code")) == Some((challenge, field("redirect_uri")))
        }
        "refresh_token" => field("refresh_token") == REFRESH && !state.revoked,
        _ => false,
    };
    if good {
        state.granted += 1;
        said(200, &answer)
    } else {
        said(400, &json!({ "error": "invalid_grant" }))
    }
}

/// RFC 2387: a part of JSON and a part of bytes.
fn upload(request: &Request, state: &mut State) -> Answer {
    assert_eq!(request.query["uploadType"], "multipart");
    let boundary = request.headers["content-type"].split("boundary=").nth(1).unwrap();
    let text = |at: usize, what: &str| {
        let rest = &request.body[at..];
        rest.windows(what.len()).position(|part| part == what.as_bytes()).map(|found| at + found)
    };
    let first = text(0, "\r\n\r\n").unwrap() + 4;
    let line = format!("\r\n--{boundary}");
    let second = text(first, &line).unwrap();
    let content = text(second, "\r\n\r\n").unwrap() + 4;
    let end = text(content, &format!("{line}--")).unwrap();
    let about: Value = serde_json::from_slice(&request.body[first..second]).unwrap();
    assert_eq!(about["parents"], json!(["appDataFolder"]));
    state.count += 1;
    let id = format!("file_{}", state.count);
    let name = about["name"].as_str().unwrap().to_owned();
    state.files.insert(id.clone(), (name, request.body[content..end].to_vec()));
    said(200, &json!({ "id": id }))
}
