//! The language of the texts. English is in the app; each other language is a file that is fetched when it is wanted.

use super::{App, Key};
use crate::browser::{
    page,
    request::{self, Request},
};
use leptos::prelude::*;
use texts::app::{AppLanguage, Texts};

/// The name of the setting.
const SETTING: &str = "language";

/// The texts of the language that was chosen, or else of the one the person prefers; English where they cannot be had.
pub(crate) async fn at_start() -> Texts {
    let chosen = page::setting(SETTING).and_then(|tag| AppLanguage::from_tag(&tag));
    let preferred = || page::languages().iter().find_map(|tag| AppLanguage::from_tag(tag));
    let language = chosen.or_else(preferred).unwrap_or_default();
    fetch(language).await.unwrap_or(Texts::english())
}

impl App {
    /// Shows everything in another language from now on, or says why not.
    pub(crate) async fn speak(self, language: AppLanguage) {
        let Some(texts) = fetch(language).await else { return self.tell(self.t(Key::LanguageUnreachable)) };
        page::keep_setting(SETTING, language.tag());
        self.texts.set_value(texts);
        self.language.set(language);
    }
}

async fn fetch(language: AppLanguage) -> Option<Texts> {
    if language == AppLanguage::English {
        return Some(Texts::english());
    }
    let path = page::named_file(&format!("text-{}", language.tag()))?;
    let request = Request { method: "GET", path: &path, headers: &[], body: None };
    let answer = request::send(&request).await.ok().filter(|answer| answer.status == 200)?;
    Some(Texts::from_file(language, String::from_utf8(answer.body).ok()?))
}
