//! From a scanned, pasted or linked text to tokens in the vault.

use super::{App, Key, said::Said, session::fresh_entry_id};
use crate::why;
use leptos::prelude::*;
use otp::{InvalidSeed, UriField};
use vault::{
    Draft,
    import::{self, CannotImport, GoogleParts, Import, Refused},
};

/// What became of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Tokens were added; this is to be told.
    Added(String),
    /// Every token was there already; this is to be told.
    Duplicate(String),
    /// A part of an export that goes over several codes; this is to be told, and the next one scanned.
    Part(String),
    /// No token came of it; this is to be told.
    Problem(String),
}

impl App {
    /// Adds the token or tokens that a text describes. `parts` collects an export that goes over several QR codes.
    pub(crate) async fn enroll_text(
        self,
        text: &str,
        parts: StoredValue<GoogleParts, LocalStorage>,
    ) -> Outcome {
        let text = text.trim();
        let read = if text.to_ascii_lowercase().starts_with("otpauth-migration:") {
            let mut added = Ok(());
            parts.update_value(|parts| added = parts.add(text.as_bytes()));
            match added {
                Ok(()) if parts.with_value(GoogleParts::is_complete) => {
                    parts.try_update_value(std::mem::take).unwrap_or_default().finish()
                }
                Ok(()) => return self.part(parts),
                Err(error) => Err(error),
            }
        } else {
            import::read_scanned(text)
        };
        match read {
            Ok(import) => self.enroll(import).await,
            Err(error) => Outcome::Problem(self.no_import(error)),
        }
    }

    /// What the tokens are called that a text describes, before they are added.
    ///
    /// # Errors
    /// What to tell the person when there is none.
    pub(crate) fn names_in(self, text: &str) -> Result<String, String> {
        let found = import::read_scanned(text.trim()).map_err(|error| self.no_import(error))?.found;
        let mut names = Vec::new();
        let mut problem = None;
        for found in found {
            match found.outcome {
                Ok(draft) => names.push(self.name_or_unnamed(&draft.issuer, &draft.account)),
                Err(refused) => problem = Some(self.no_token(refused)),
            }
        }
        match names.is_empty() {
            true => Err(problem.unwrap_or_else(|| self.t(Key::QrNotAToken))),
            false => Ok(names.join(", ")),
        }
    }

    fn part(self, parts: StoredValue<GoogleParts, LocalStorage>) -> Outcome {
        let progress = parts.with_value(GoogleParts::progress);
        let Some(batch) = progress.last() else { return Outcome::Problem(self.t(Key::QrNotAToken)) };
        let total = batch.of.to_string();
        let missing = batch.missing.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let read = self.t_with(
            Key::GooglePart,
            &[("count", u64::from(batch.have).into()), ("total", total.as_str().into())],
        );
        let still = self.t_with(Key::GoogleMissing, &[("parts", missing.as_str().into())]);
        Outcome::Part(format!("{read} {still}"))
    }

    async fn enroll(self, import: Import) -> Outcome {
        let mut drafts = Vec::new();
        let mut known = None;
        let mut problem = None;
        for found in import.found {
            match found.outcome {
                Ok(draft) => match self.name_of_twin(&draft) {
                    Some(name) => known = Some(name),
                    None => drafts.push(draft),
                },
                Err(refused) => problem = Some(self.no_token(refused)),
            }
        }
        if drafts.is_empty() {
            return match (known, problem) {
                (Some(name), _) => {
                    Outcome::Duplicate(self.t_with(Key::TokenDuplicate, &[("name", name.as_str().into())]))
                }
                (None, problem) => Outcome::Problem(problem.unwrap_or_else(|| self.t(Key::QrNotAToken))),
            };
        }
        let count = drafts.len() as u64;
        let name = drafts.first().map(|draft| self.name_or_unnamed(&draft.issuer, &draft.account));
        match self.add_all(drafts).await {
            Ok(()) if count == 1 => {
                let name = name.unwrap_or_default();
                Outcome::Added(self.t_with(Key::TokenAdded, &[("name", name.as_str().into())]))
            }
            Ok(()) => Outcome::Added(self.t_with(Key::ImportDone, &[("count", count.into())])),
            Err(why) => Outcome::Problem(why),
        }
    }

    /// Adds tokens, all or none.
    ///
    /// # Errors
    /// What to tell the person.
    pub(crate) async fn add_all(self, drafts: Vec<Draft>) -> Result<(), String> {
        let added = self
            .change(move |vault, now| {
                drafts.into_iter().try_for_each(|draft| vault.add(draft, fresh_entry_id(), now))
            })
            .await;
        added.map(|_| ()).map_err(|why| why.said(self))
    }

    /// What the token is called that is the same as this one, if there is one outside the trash.
    pub(crate) fn name_of_twin(self, draft: &Draft) -> Option<String> {
        self.session.with_value(|session| {
            let vault = &session.as_ref()?.vault;
            let twins = vault.duplicates_of(&draft.token);
            let twin = twins.into_iter().find(|entry| !entry.is_deleted())?;
            Some(self.name_or_unnamed(&twin.issuer, &twin.account))
        })
    }

    /// A name for people.
    pub(crate) fn name_or_unnamed(self, issuer: &str, account: &str) -> String {
        match (issuer, account) {
            ("", "") => self.t(Key::Unnamed),
            ("", name) | (name, "") => name.to_owned(),
            (issuer, account) => format!("{issuer} ({account})"),
        }
    }

    fn no_token(self, refused: Refused) -> String {
        match refused {
            Refused::NotAToken(_) => self.t(Key::QrNotAToken),
            Refused::Missing(UriField::Secret) => self.t(Key::QrMissingSecret),
            Refused::Bad(UriField::Secret) | Refused::Secret(InvalidSeed::NotBase32 | InvalidSeed::Empty) => {
                self.t(Key::QrBadSecret)
            }
            Refused::TooLong | Refused::Secret(InvalidSeed::TooLong) => self.t(Key::QrTooLong),
            other => {
                let word = why::of_entry(other);
                let what = self.field(word).unwrap_or_else(|| self.why(word));
                self.t_with(Key::QrBadValue, &[("what", what.as_str().into())])
            }
        }
    }

    fn no_import(self, error: CannotImport) -> String {
        match error {
            CannotImport::Unknown => self.t(Key::QrNotAToken),
            CannotImport::TooLarge => self.t(Key::QrTooLong),
            other => self.why(why::of_file(other)),
        }
    }
}
