use super::far::FarPlace;
use crate::browser::{
    Refused, folder,
    request::{self, Request},
};
use js_sys::{Array, JSON, Reflect};
use model::Secret;
use vault::backup_box::PlaceKind;
use wasm_bindgen::{JsCast, JsValue};

/// What the server has to offer besides itself, as its administrator has set it.
#[derive(Clone, Default)]
pub(crate) struct Offered {
    /// The folders of file servers (WebDAV) that it carries backups to.
    pub(crate) webdav: Vec<String>,
}

impl Offered {
    /// Asks the server. A static host offers nothing.
    pub(crate) async fn ask() -> Self {
        let request = Request { method: "GET", path: "/api/v1/places", headers: &[], body: None };
        let answer = request::send(&request).await.ok().filter(|answer| answer.status == 200);
        let text = answer.and_then(|answer| String::from_utf8(answer.body).ok()).unwrap_or_default();
        let places = JSON::parse(&text).unwrap_or(JsValue::UNDEFINED);
        let webdav = Reflect::get(&places, &"webdav".into()).ok().and_then(|list| list.dyn_into::<Array>().ok());
        Self { webdav: webdav.unwrap_or_default().iter().filter_map(|target| target.as_string()).collect() }
    }

    /// Whether a place of this kind can be had here.
    pub(crate) fn has(&self, kind: PlaceKind) -> bool {
        match kind {
            PlaceKind::Server | PlaceKind::File => true,
            PlaceKind::Folder => folder::can_be_kept(),
            PlaceKind::Webdav => !self.webdav.is_empty(),
            PlaceKind::Drive | PlaceKind::Icloud => false,
        }
    }
}

/// Lets the person choose a folder of this device, which the browser may write to from then on. Gives back its name and
/// how the app finds it again.
///
/// # Errors
/// When the person turned away, or the browser does not keep it.
pub(crate) async fn choose_folder() -> Result<(String, Secret), Refused> {
    let handle = folder::choose().await?;
    let name = Reflect::get(&handle, &"name".into()).ok().and_then(|name| name.as_string());
    // Another one each time: the backup that there is goes on in its own folder until the new one is set up.
    let access = Secret::from_text(format!("folder {}", crate::browser::page::now_ms()));
    let place = FarPlace::new(PlaceKind::Folder, &access);
    place.ask("keep", &[("handle", handle)]).await.map_err(|_| Refused::NotAllowed)?;
    Ok((name.unwrap_or_default(), access))
}
