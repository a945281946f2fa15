//! Google Drive, in the folder that only this app sees, through our server: signing in (RFC 6749 §4.1, RFC 7636) and files.

use super::{
    Asked, Failed, Files, field,
    request::{Answer, send},
    set, text,
};
use data_encoding::BASE64URL_NOPAD;
use js_sys::{Array, JSON, Object, encode_uri_component};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use vault::backup_files::is_name;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::UrlSearchParams;

/// Separates name and content; it is not in either.
const LINE: &str = "countersign-3b0f6c6d1e5a4f0e";

/// Gives back `address`, where the person signs in, and `pending`, which belongs to it.
pub(super) fn begin(asked: &Asked, answer: &Object) -> Result<(), Failed> {
    let random = || -> Result<String, Failed> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| Failed::Word("refused"))?;
        Ok(BASE64URL_NOPAD.encode(&bytes))
    };
    let (state, verifier) = (random()?, random()?);
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes()));
    let redirect = String::from(encode_uri_component(&asked.text("redirect")));
    let address = asked.text("authorize");
    let address = format!("{address}&redirect_uri={redirect}&state={state}&code_challenge={challenge}");
    set(answer, "address", &address.into())?;
    Ok(set(answer, "pending", &format!("{state} {verifier}").into())?)
}

/// Exchanges what the window came back with, if it is the one that was opened; gives back `access`.
pub(super) async fn enter(asked: &Asked, answer: &Object) -> Result<(), Failed> {
    let search = UrlSearchParams::new_with_str(&asked.text("search"))?;
    let pending = asked.text("pending");
    let (state, verifier) = pending.split_once(' ').unwrap_or_default();
    let code = search.get("code").filter(|_| search.get("state").as_deref() == Some(state));
    // Another window's, or the person said no.
    let code = code.ok_or(Failed::Word("sign-in"))?;
    let question = Object::new();
    for (name, value) in [("code", code), ("verifier", verifier.into()), ("redirect", asked.text("redirect"))]
    {
        set(&question, name, &value.into())?;
    }
    let granted = token(&question).await?;
    let access = text(&granted, "refresh").ok_or(Failed::Word("sign-in"))?;
    Ok(set(answer, "access", &access.into())?)
}

async fn token(question: &Object) -> Result<JsValue, Failed> {
    let body = String::from(JSON::stringify(question)?);
    let headers = [("content-type", "application/json")];
    let answer = send("POST", "/api/v1/drive/token", &headers, Some(body.as_bytes())).await?;
    match answer.status {
        200 => Ok(JSON::parse(&answer.text())?),
        401 => Err(Failed::Word("sign-in")),
        _ => Err(answer.failure()),
    }
}

pub(super) struct Drive {
    authorization: String,
    /// The ids of files by name, once they were listed.
    ids: RefCell<Option<Vec<(String, String)>>>,
}

impl Drive {
    /// Access for some minutes, by the refresh token in `access`.
    pub(super) async fn open(asked: &Asked) -> Result<Self, Failed> {
        let question = Object::new();
        set(&question, "refresh", &asked.field("access"))?;
        let access = text(&token(&question).await?, "access").ok_or(Failed::Word("sign-in"))?;
        Ok(Self { authorization: format!("Bearer {access}"), ids: RefCell::default() })
    }

    async fn send(
        &self,
        method: &str,
        id: &str,
        more: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, Failed> {
        let mut headers = vec![("authorization", self.authorization.as_str())];
        headers.extend(more);
        let slash = if id.is_empty() { "" } else { "/" };
        send(method, &format!("/api/v1/drive/files{slash}{id}"), &headers, body).await
    }

    async fn id(&self, name: &str) -> Result<Option<String>, Failed> {
        if self.ids.borrow().is_none() {
            self.names().await?;
        }
        let ids = self.ids.borrow();
        Ok(ids.iter().flatten().find(|(known, _)| known == name).map(|(_, id)| id.clone()))
    }
}

impl Files for Drive {
    async fn names(&self) -> Result<Vec<String>, Failed> {
        let answer = self.send("GET", "", &[], None).await?;
        if !(answer.status == 200 && answer.of_place) {
            return Err(answer.failure());
        }
        let files = field(&JSON::parse(&answer.text())?, "files").dyn_into::<Array>().unwrap_or_default();
        let ids = files.iter().filter_map(|file| Some((text(&file, "name")?, text(&file, "id")?)));
        let ids: Vec<_> = ids.filter(|(name, _)| is_name(name)).collect();
        let mut names: Vec<_> = ids.iter().map(|(name, _)| name.clone()).collect();
        names.dedup();
        self.ids.replace(Some(ids));
        Ok(names)
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        let Some(id) = self.id(name).await? else { return Ok(None) };
        let answer = self.send("GET", &id, &[], None).await?;
        match (answer.status, answer.of_place) {
            (200, true) => Ok(Some(answer.body)),
            (404, true) => Ok(None),
            _ => Err(answer.failure()),
        }
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        let about = format!("{{\"name\":\"{name}\",\"parents\":[\"appDataFolder\"]}}");
        let mut body = format!(
            "--{LINE}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{about}\r\n--{LINE}\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{LINE}--\r\n").as_bytes());
        let kind = format!("multipart/related; boundary={LINE}");
        let answer = self.send("POST", "", &[("content-type", kind.as_str())], Some(&body)).await?;
        match (answer.status, answer.of_place) {
            (200, true) => Ok(()),
            _ => Err(answer.failure()),
        }
    }

    async fn remove(&self, name: &str) -> Result<(), Failed> {
        let Some(id) = self.id(name).await? else { return Ok(()) };
        let answer = self.send("DELETE", &id, &[], None).await?;
        match (answer.status, answer.of_place) {
            (200 | 204 | 404, true) => Ok(()),
            _ => Err(answer.failure()),
        }
    }
}
