//! The accounts of the fake Windows, for the page to show: their passwords are no secret, nobody else has them.

use fake_os::{File, State};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

/// The file that stands for Windows.
pub(crate) struct Accounts(PathBuf);

impl Accounts {
    /// Those of a file. It is read each time: a password can be changed at the sign-in screen.
    pub(crate) fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// Name, password and what is special, as a JSON array; empty when the file cannot be read.
    pub(crate) fn to_json(&self) -> Value {
        let file = fs::read_to_string(&self.0).ok().and_then(|text| serde_json::from_str::<File>(&text).ok());
        let accounts = file.map(|file| file.accounts).unwrap_or_default();
        accounts
            .into_iter()
            .map(|account| {
                json!({
                    "name": account.name,
                    "account": format!("{}\\{}", account.domain, account.name),
                    "password": account.password,
                    "note": note(account.state),
                })
            })
            .collect()
    }
}

fn note(state: State) -> &'static str {
    match state {
        State::Ok => "",
        State::Expired => "The password has expired: a new one has to be chosen.",
        State::Locked => "Windows has locked it. The screen must not say so.",
        State::Disabled => "It is turned off in Windows. The screen must not say so.",
        State::Unknown => "Windows does not know it. The screen must not say so.",
        State::Unprovable => "Windows cannot check its password.",
    }
}
