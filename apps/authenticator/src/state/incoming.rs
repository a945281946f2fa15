//! A file of another authenticator, or of this one: what is in it, entry by entry, before anything is added.

use super::{App, Key};
use crate::browser::{Refused, field, worker::Worker};
use js_sys::{Array, Object, Reflect, Uint8Array};
use model::Secret;
use vault::{Draft, EntryId, Vault, container::payload};
use wasm_bindgen::{JsCast, JsValue};

/// What a file holds.
pub(crate) struct Incoming {
    /// Whose file it is.
    pub(crate) format: String,
    /// The parts of an export over several codes that are not in the file, in a sentence.
    pub(crate) missing: Option<String>,
    /// Each entry with what would become of it.
    pub(crate) verdicts: Vec<(String, String)>,
    /// What would be added.
    pub(crate) drafts: Vec<Draft>,
}

/// Why nothing of a file can be shown.
pub(crate) enum NoFile {
    /// It is encrypted, and there was no password or a wrong one.
    AsksForPassword,
    /// Anything else; in a sentence.
    Unreadable(String),
}

impl App {
    /// Reads a file without adding anything.
    ///
    /// # Errors
    /// When it asks for a password or cannot be read.
    pub(crate) async fn look_into(self, file: &[u8], password: Option<&Secret>) -> Result<Incoming, NoFile> {
        let read = ask("file", file, password).await;
        let answer = read.map_err(|_| NoFile::Unreadable(self.t(Key::ImportNotRead)))?;
        match field(&answer, "unreadable").as_string() {
            Some(word) if word == "password" => return Err(NoFile::AsksForPassword),
            Some(word) => return Err(NoFile::Unreadable(self.why(&word))),
            None => {}
        }
        let tokens = Secret::new(Uint8Array::new(&field(&answer, "tokens")).to_vec());
        let vault = payload::read(tokens.expose()).map_err(|_| NoFile::Unreadable(self.why("")))?;
        // A list of addresses is nobody's format.
        let format = field(&answer, "format").as_string().unwrap_or_else(|| self.t(Key::ExportLinks));
        let missing = field(&answer, "missing").as_string();
        let missing =
            missing.map(|parts| self.t_with(Key::GoogleMissing, &[("parts", parts.as_str().into())]));
        Ok(Incoming { missing, ..self.judge(format, &Array::from(&field(&answer, "entries")), &vault) })
    }

    fn judge(self, format: String, entries: &Array, vault: &Vault) -> Incoming {
        let mut incoming = Incoming { format, missing: None, verdicts: Vec::new(), drafts: Vec::new() };
        for (place, found) in entries.iter().enumerate() {
            let text = |at| Array::from(&found).get(at).as_string().unwrap_or_default();
            let (mut name, word) = (text(0), text(1));
            let verdict = match vault.get(EntryId::from_bytes((place as u128).to_be_bytes())).map(Draft::of) {
                Some(draft) => {
                    name = self.name_or_unnamed(&draft.issuer, &draft.account);
                    let twice = incoming.drafts.iter().any(|known| known.token.is_same_token(&draft.token));
                    if twice || self.name_of_twin(&draft).is_some() {
                        self.t(Key::ImportVerdictDuplicate)
                    } else {
                        incoming.drafts.push(draft);
                        self.t(if word.is_empty() { Key::ImportVerdictNew } else { Key::ImportVerdictCut })
                    }
                }
                None => self.t_with(Key::ImportVerdictRefused, &[("why", self.why(&word).as_str().into())]),
            };
            incoming.verdicts.push((name, verdict));
        }
        incoming
    }
}

/// A file for Aegis, and the names of the tokens that are not in it.
///
/// # Errors
/// What the worker says.
pub(crate) async fn aegis(vault: &Vault, password: &Secret) -> Result<(Secret, Vec<String>), Refused> {
    let made: Array = ask("aegis", &payload::write(vault), Some(password)).await?.unchecked_into();
    let file = Secret::new(Uint8Array::new(&made.shift()).to_vec());
    Ok((file, made.iter().filter_map(|name| name.as_string()).collect()))
}

/// Asks the worker for files. It is started for it and ended after it, so that its memory is given back.
async fn ask(what: &str, bytes: &[u8], password: Option<&Secret>) -> Result<JsValue, Refused> {
    let worker = Worker::start("files-worker")?;
    let request = Object::new();
    let moved = Array::new();
    for (name, bytes) in [(what, Some(bytes)), ("password", password.map(Secret::expose))] {
        let Some(bytes) = bytes else { continue };
        let bytes = Uint8Array::from(bytes);
        Reflect::set(&request, &name.into(), &bytes).map_err(Refused::from_js)?;
        moved.push(&bytes.buffer().unchecked_into::<JsValue>());
    }
    worker.ask(&request, &moved).await
}
