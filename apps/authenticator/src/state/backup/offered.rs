use super::{App, far::FarPlace};
use crate::browser::{
    Refused, field, folder, page,
    request::{self, Request},
};
use js_sys::{Array, JSON};
use model::Secret;
use vault::backup_box::PlaceKind;
use wasm_bindgen::{JsCast, JsValue};

/// What the server has to offer besides itself, as its administrator has set it.
#[derive(Clone, Default)]
pub(crate) struct Offered {
    /// The folders of file servers (WebDAV) that it carries backups to.
    pub(crate) webdav: Vec<String>,
    /// Where the person signs in at Google, if there is a client for it.
    pub(crate) drive: Option<String>,
    /// Whether there is a container of iCloud.
    pub(crate) icloud: bool,
}

impl Offered {
    /// Asks the server. A static host offers nothing.
    pub(crate) async fn ask() -> Self {
        let request = Request { method: "GET", path: "/api/v1/places", headers: &[], body: None };
        let answer = request::send(&request).await.ok().filter(|answer| answer.status == 200);
        let text = answer.and_then(|answer| String::from_utf8(answer.body).ok()).unwrap_or_default();
        let places = JSON::parse(&text).unwrap_or(JsValue::UNDEFINED);
        let webdav = field(&places, "webdav").dyn_into::<Array>().unwrap_or_default();
        Self {
            webdav: webdav.iter().filter_map(|target| target.as_string()).collect(),
            drive: field(&places, "drive").as_string(),
            icloud: field(&places, "icloud").is_truthy(),
        }
    }

    /// Whether a place of this kind can be had here.
    pub(crate) fn has(&self, kind: PlaceKind) -> bool {
        match kind {
            PlaceKind::Server | PlaceKind::File => true,
            PlaceKind::Folder => folder::can_be_kept(),
            PlaceKind::Webdav => !self.webdav.is_empty(),
            PlaceKind::Drive => self.drive.is_some(),
            PlaceKind::Icloud => self.icloud,
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
    let name = field(&handle, "name").as_string();
    // Another one each time: the backup that there is goes on in its own folder until the new one is set up.
    let access = Secret::from_text(format!("folder {}", page::now_ms()));
    let place = FarPlace::new(PlaceKind::Folder, &access);
    place.ask("keep", &[("handle", handle)]).await.map_err(|_| Refused::NotAllowed)?;
    Ok((name.unwrap_or_default(), access))
}

/// A signing in at the place itself, in a window of its own, that has begun.
pub(crate) struct SigningIn {
    place: FarPlace,
    /// Where the person goes.
    pub(crate) address: String,
    pending: JsValue,
}

impl App {
    /// Begins to sign in at a place.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn begin_signing_in(
        self,
        kind: PlaceKind,
        authorize: &str,
    ) -> Result<SigningIn, String> {
        let place = FarPlace::new(kind, &Secret::default());
        let more = [("authorize", authorize.into()), ("redirect", page::address().into())];
        let answer = place.ask("begin", &more).await.map_err(|error| self.explain_place(error))?;
        let address = field(&answer, "address").as_string().unwrap_or_default();
        Ok(SigningIn { place, address, pending: field(&answer, "pending") })
    }

    /// Waits for the window to come back. Gives back how the place is reached.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn finish_signing_in(self, begun: SigningIn) -> Result<Secret, String> {
        let search = page::hear_of_return().await.map_err(|refused| self.explain(&refused))?;
        let more =
            [("pending", begun.pending), ("search", search.into()), ("redirect", page::address().into())];
        begun.place.ask("enter", &more).await.map_err(|error| self.explain_place(error))?;
        Ok(begun.place.access())
    }
}
