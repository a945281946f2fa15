use super::place::{BackupPlace, Kept, PlaceError};
use crate::browser::{Refused, field, folder, worker::Worker};
use js_sys::{Array, Object, Reflect, Uint8Array};
use model::Secret;
use std::cell::RefCell;
use vault::backup_box::PlaceKind;
use wasm_bindgen::{JsCast, JsValue};

/// A place that is served by a worker of its own, loaded when it is used. The worker says what it can be asked.
pub(super) struct FarPlace {
    kind: PlaceKind,
    /// How it is reached; with some it changes with each use.
    access: RefCell<Secret>,
}

impl FarPlace {
    /// The place of a kind, and how it is reached.
    pub(super) fn new(kind: PlaceKind, access: &Secret) -> Self {
        Self { kind, access: RefCell::new(access.duplicate()) }
    }

    /// How it is reached from now on.
    pub(super) fn access(&self) -> Secret {
        self.access.borrow().duplicate()
    }

    /// Asks for something. When the person has to allow it once more, they are asked, which works while a tap is fresh.
    pub(super) async fn ask(&self, what: &str, more: &[(&str, JsValue)]) -> Result<JsValue, PlaceError> {
        let answer = self.ask_once(what, more).await?;
        let handle = field(&answer, "asks");
        if handle.is_undefined() {
            return Ok(answer);
        }
        folder::ask_again(&handle).await.map_err(|_| PlaceError::NotAllowed)?;
        self.ask_once(what, more).await
    }

    async fn ask_once(&self, what: &str, more: &[(&str, JsValue)]) -> Result<JsValue, PlaceError> {
        let place = match self.kind {
            PlaceKind::Folder => "folder",
            PlaceKind::Drive => "drive",
            PlaceKind::Icloud => "icloud",
            _ => "webdav",
        };
        let asked = async {
            let worker = Worker::start("places-worker")?;
            let request = Object::new();
            let access = self.access().expose_text().unwrap_or_default().into();
            let fields = [("place", place.into()), ("what", what.into()), ("access", access)];
            for (name, value) in fields.iter().chain(more) {
                Reflect::set(&request, &(*name).into(), value).map_err(Refused::from_js)?;
            }
            worker.ask(&request, &Array::new()).await
        };
        // A worker that cannot be loaded is on the server, too.
        let answer = asked.await.map_err(|_| PlaceError::Unreachable)?;
        if let Some(access) = field(&answer, "access").as_string() {
            self.access.replace(Secret::from_text(access));
        }
        let detail = field(&answer, "detail").as_string().unwrap_or_default();
        Err(match field(&answer, "failed").as_string().as_deref() {
            None => return Ok(answer),
            Some("unreachable") => PlaceError::Unreachable,
            Some("slow") => PlaceError::TooSlow,
            Some("too-large") => PlaceError::TooLarge,
            Some("too-many") => PlaceError::TooMany,
            Some("full") => PlaceError::Full,
            Some("changed") => PlaceError::Changed,
            Some("sign-in") => PlaceError::SignIn,
            Some("permission") => PlaceError::NotAllowed,
            Some("folder") => PlaceError::NotWritten,
            Some("no-backups") => PlaceError::NoBackups(detail),
            Some(_) => PlaceError::Refused(detail),
        })
    }
}

impl BackupPlace for FarPlace {
    async fn read(&self) -> Result<Vec<Kept>, PlaceError> {
        let answer = self.ask("read", &[]).await?;
        let kept = field(&answer, "kept").dyn_into::<Array>().unwrap_or_default();
        let kept = kept.iter().map(|kept| {
            let kept = Array::from(&kept);
            let bytes = Uint8Array::new(&kept.get(1)).to_vec();
            Kept { damaged: bytes.is_empty(), bytes, etag: kept.get(0).as_string() }
        });
        Ok(kept.collect())
    }

    async fn write(&self, bytes: &[u8], expected: Option<&str>) -> Result<Option<String>, PlaceError> {
        let more = [("bytes", Uint8Array::from(bytes).into()), ("known", expected.into())];
        Ok(field(&self.ask("write", &more).await?, "mark").as_string())
    }

    async fn settle(&self, mark: Option<&str>, expected: Option<&str>) {
        // What stays is merged in once more the next time, which changes nothing, and removed then.
        let _settled = self.ask("settle", &[("mark", mark.into()), ("known", expected.into())]).await;
    }
}
