//! iCloud, by CloudKit's web services through our server: one record in the person's private database.

use super::{
    Asked, Failed, field,
    request::{Answer, send},
    set, text,
};
use data_encoding::BASE64;
use js_sys::{Array, JSON, Object, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::UrlSearchParams;

/// The one record.
const RECORD: &str = "countersign-backup";
/// Its type, and its field of bytes, which the container's schema has.
const TYPE: &str = "Backup";

/// The person's web token, which changes with every answer.
struct Icloud(RefCell<String>);

/// What is asked of this place; the newest web token is in `access`.
pub(super) async fn serve(asked: &Asked, answer: &Object) -> Result<(), Failed> {
    let place = Icloud(RefCell::new(asked.text("access")));
    let done = match asked.text("what").as_str() {
        "begin" => place.begin(answer).await,
        "enter" => {
            let token = UrlSearchParams::new_with_str(&asked.text("search"))?.get("ckWebAuthToken");
            place.0.replace(token.ok_or(Failed::Word("sign-in"))?);
            Ok(())
        }
        "read" => place.read(answer).await,
        "write" => place.write(asked, answer).await,
        _ => Ok(()),
    };
    set(answer, "access", &place.0.take().into())?;
    done
}

impl Icloud {
    async fn send(&self, what: &str, question: &str) -> Result<Answer, Failed> {
        let authorization = format!("Bearer {}", self.0.borrow());
        let mut headers = vec![("content-type", "application/json")];
        if authorization.len() > "Bearer ".len() {
            headers.push(("authorization", &authorization));
        }
        let answer =
            send("POST", &format!("/api/v1/icloud/{what}"), &headers, Some(question.as_bytes())).await?;
        if let Some(token) = &answer.web_token {
            self.0.replace(token.clone());
        }
        Ok(answer)
    }

    /// Without a token Apple says where to get one.
    async fn begin(&self, to: &Object) -> Result<(), Failed> {
        let answer = self.send("current", "").await?;
        if answer.status != 421 || !answer.of_place {
            return Err(answer.failure());
        }
        let address = text(&JSON::parse(&answer.text())?, "redirectURL");
        let address = address.filter(|address| address.starts_with("https://"));
        Ok(set(to, "address", &address.ok_or(Failed::Word("refused"))?.into())?)
    }

    /// The record of an answer, or the word that Apple has for what is wrong with it.
    async fn record(&self, what: &str, question: &str) -> Result<Result<JsValue, String>, Failed> {
        let answer = self.send(what, question).await?;
        match (answer.status, answer.of_place) {
            (200, true) => {}
            (401 | 421, true) => return Err(Failed::Word("sign-in")),
            _ => return Err(answer.failure()),
        }
        let records = field(&JSON::parse(&answer.text())?, "records").dyn_into::<Array>().unwrap_or_default();
        let record = records.get(0);
        Ok(text(&record, "serverErrorCode").map_or(Ok(record), Err))
    }

    async fn read(&self, to: &Object) -> Result<(), Failed> {
        let kept = Array::new();
        let question = format!("{{\"records\":[{{\"recordName\":\"{RECORD}\"}}]}}");
        match self.record("lookup", &question).await? {
            Ok(record) => {
                let content = text(&field(&field(&record, "fields"), "content"), "value").unwrap_or_default();
                let bytes = BASE64.decode(content.as_bytes()).unwrap_or_default();
                let mark = field(&record, "recordChangeTag");
                kept.push(&Array::of2(&mark, &Uint8Array::from(bytes.as_slice())));
            }
            Err(word) if word == "NOT_FOUND" => {}
            Err(word) => return Err(refused(word)),
        }
        Ok(set(to, "kept", &kept)?)
    }

    async fn write(&self, asked: &Asked, to: &Object) -> Result<(), Failed> {
        let known = asked.text("known");
        let (operation, tag) = match known.as_str() {
            "" => ("create", String::new()),
            tag => {
                ("update", format!("\"recordChangeTag\":{},", String::from(JSON::stringify(&tag.into())?)))
            }
        };
        let content = BASE64.encode(&asked.bytes("bytes"));
        let question = format!(
            "{{\"operations\":[{{\"operationType\":\"{operation}\",\"record\":{{\"recordName\":\"{RECORD}\",\
             \"recordType\":\"{TYPE}\",{tag}\"fields\":{{\"content\":{{\"value\":\"{content}\"}}}}}}}}]}}"
        );
        match self.record("modify", &question).await? {
            Ok(record) => Ok(set(to, "mark", &field(&record, "recordChangeTag"))?),
            // One that was removed is made anew.
            Err(word) if ["CONFLICT", "EXISTS", "NOT_FOUND"].contains(&word.as_str()) => {
                Err(Failed::Word("changed"))
            }
            Err(word) => Err(refused(word)),
        }
    }
}

fn refused(word: String) -> Failed {
    match word.as_str() {
        "AUTHENTICATION_FAILED" | "AUTHENTICATION_REQUIRED" => Failed::Word("sign-in"),
        "QUOTA_EXCEEDED" => Failed::Word("full"),
        "THROTTLED" => Failed::Word("too-many"),
        _ => Failed::Said("refused", word),
    }
}
