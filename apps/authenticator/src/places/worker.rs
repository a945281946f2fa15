//! What the worker is asked, and what it answers.

mod drive;
mod folder;
mod icloud;
mod request;
mod webdav;

use js_sys::{Array, Object, Reflect, Uint8Array};
use vault::backup_files::{is_whole, name_of};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// Reads, writes or tidies a place.
///
/// `place` names its kind, `access` says how it is reached, `what` is one of:
/// - `read`: gives back `kept`, a list of marks, each with its bytes; without bytes where they are damaged;
/// - `write`: `bytes`, if there is nothing but what is marked in `known`; gives back the new `mark`;
/// - `settle`: removes what is marked in `known`, since `mark` has it all;
/// - `keep`: remembers `handle`, a folder of this device, under `access`;
/// - `begin`: gives back `address`, where the person signs in so as to come back to `redirect`, and `pending`;
/// - `enter`: what came back is in `search`; with `pending` it becomes `access`.
///
/// Where how a place is reached changes with each use, the newest is in `access`, whatever came of it.
///
/// What went wrong is in `failed`, a word, with `detail`. `asks` is a folder that the person has to allow once more.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "called by the worker's script")]
pub async fn answer(request: JsValue) -> Result<JsValue, JsValue> {
    let answer = Object::new();
    let asked = Asked(request);
    let done = match asked.text("place").as_str() {
        "folder" => match folder::DeviceFolder::open(&asked).await {
            Ok(place) => serve(&place, &asked, &answer).await,
            Err(failed) => Err(failed),
        },
        "webdav" => match webdav::FileServer::of(&asked.text("access")) {
            Some(place) => serve(&place, &asked, &answer).await,
            None => Err(Failed::Word("address")),
        },
        "drive" => match asked.text("what").as_str() {
            "begin" => drive::begin(&asked, &answer),
            "enter" => drive::enter(&asked, &answer).await,
            _ => match drive::Drive::open(&asked).await {
                Ok(place) => serve(&place, &asked, &answer).await,
                Err(failed) => Err(failed),
            },
        },
        "icloud" => icloud::serve(&asked, &answer).await,
        _ => Err(Failed::Word("refused")),
    };
    match done {
        Ok(()) => {}
        Err(Failed::Word(word)) => set(&answer, "failed", &word.into())?,
        Err(Failed::Said(word, detail)) => {
            set(&answer, "failed", &word.into())?;
            set(&answer, "detail", &detail.into())?;
        }
        Err(Failed::Asks(handle)) => set(&answer, "asks", &handle)?,
        Err(Failed::Thrown(error)) => {
            set(&answer, "failed", &"refused".into())?;
            set(&answer, "detail", &field(&error, "name"))?;
        }
    }
    Ok(answer.into())
}

/// Why there is no answer.
enum Failed {
    Word(&'static str),
    Said(&'static str, String),
    Asks(JsValue),
    /// What the browser threw.
    Thrown(JsValue),
}

impl From<JsValue> for Failed {
    fn from(error: JsValue) -> Self {
        Self::Thrown(error)
    }
}

/// The request, field by field.
struct Asked(JsValue);

impl Asked {
    fn field(&self, name: &str) -> JsValue {
        field(&self.0, name)
    }

    fn text(&self, name: &str) -> String {
        self.field(name).as_string().unwrap_or_default()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        self.field(name).dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default()
    }
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn text(object: &JsValue, name: &str) -> Option<String> {
    field(object, name).as_string()
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &name.into(), value).map(|_| ())
}

/// A place where backups are files, none of which is written twice: [`vault::backup_files`] says how.
trait Files {
    /// The names of the backups.
    async fn names(&self) -> Result<Vec<String>, Failed>;
    /// The content of one, unless it is gone.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Failed>;
    /// Makes a new one.
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failed>;
    /// Removes one.
    async fn remove(&self, name: &str) -> Result<(), Failed>;
}

async fn serve(place: &impl Files, asked: &Asked, answer: &Object) -> Result<(), Failed> {
    let known = asked.text("known");
    let known = known.split(',').filter(|name| !name.is_empty());
    match asked.text("what").as_str() {
        "read" => {
            let kept = Array::new();
            for name in place.names().await? {
                let Some(mut bytes) = place.get(&name).await? else { continue };
                if !is_whole(&name, &bytes) {
                    bytes.clear();
                }
                kept.push(&Array::of2(&name.into(), &Uint8Array::from(bytes.as_slice())));
            }
            set(answer, "kept", &kept)?;
        }
        "write" => {
            let names = place.names().await?;
            if names.iter().any(|name| !known.clone().any(|known| known == name)) {
                return Err(Failed::Word("changed"));
            }
            let bytes = asked.bytes("bytes");
            let name = name_of(&bytes);
            // Where nothing has changed since it was written, it is there already.
            if !names.contains(&name) {
                place.put(&name, &bytes).await?;
            }
            set(answer, "mark", &name.into())?;
        }
        "settle" => {
            let mark = asked.text("mark");
            for name in known.filter(|name| *name != mark) {
                place.remove(name).await?;
            }
        }
        _ => {}
    }
    Ok(())
}
