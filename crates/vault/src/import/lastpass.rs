//! LastPass Authenticator: `{version, accounts, folders}`.

use super::entry::{Entry, Extra, Given, Names, number};
use super::json::Json;
use super::{CannotImport, Format, Found, judged};
use otp::UriField;
use std::collections::HashMap;

pub(super) fn fits(tree: &Json) -> bool {
    let accounts = tree.get("accounts").and_then(Json::as_list);
    accounts.is_some_and(|list| {
        list.first().map_or_else(
            || tree.has("localDeviceId"),
            |first| first.has("issuerName") && first.has("timeStep"),
        )
    })
}

pub(super) fn read(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    let accounts =
        tree.get("accounts").and_then(Json::as_list).ok_or(CannotImport::Unreadable(Format::LastPass))?;
    let id = |folder: &Json, name| folder.whole(name).ok().flatten();
    let folders: HashMap<i64, &str> = tree
        .list("folders")
        .iter()
        .filter_map(|folder| Some((id(folder, "id")?, folder.text("name"))))
        .collect();
    judged(accounts, |at, account| {
        let shown = |name, original| match account.text(name).trim() {
            "" => account.text(original),
            text => text,
        };
        let names = Names {
            issuer: shown("issuerName", "originalIssuerName"),
            account: shown("userName", "originalUserName"),
        };
        names.found(at, || {
            let mut extra = Extra::pinned(account.is_true("isFavorite"));
            // The folders 0 and 1 are everybody's: the other accounts, and the favorites.
            let folder = account.get("folderData").and_then(|data| id(data, "folderId")).filter(|&id| id > 1);
            extra.tag(folder.and_then(|id| folders.get(&id)).copied().unwrap_or_default());
            Entry {
                names,
                secret: Given::Base32(account.text("secret")),
                algorithm: account.text("algorithm"),
                digits: number(account, "digits", UriField::Digits)?,
                period: number(account, "timeStep", UriField::Period)?,
                extra,
                ..Entry::default()
            }
            .token()
        })
    })
}
