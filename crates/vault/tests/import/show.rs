//! One line for each entry, to be compared with what it should be.

use countersign_vault::import::{self, CannotImport, Found, Import};
use countersign_vault::{Draft, Kind, Token};
use model::{Secret, UnixTime};
use std::fs;
use std::path::PathBuf;

/// The password of the files that are made for these tests.
pub(crate) const PASSWORD: &str = "pässwörd ✓";

/// When the codes in the tables hold; oathtool made them.
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import/files").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn read(bytes: &[u8], password: Option<&str>) -> Result<Import, CannotImport> {
    let password = password.map(|text| Secret::from_text(text.to_owned()));
    import::read(bytes, password.as_ref())
}

/// `issuer|account|kind|code`, and in brackets what is kept besides; or `label: why there is no token`.
pub(crate) fn lines(import: &Import) -> Vec<String> {
    import.found.iter().map(line).collect()
}

fn line(found: &Found) -> String {
    match &found.outcome {
        Ok(draft) => {
            let mut line = format!("{}|{}|{}", draft.issuer, draft.account, token(&draft.token));
            for extra in extras(found, draft) {
                line.push_str(&format!(" [{extra}]"));
            }
            line
        }
        Err(why) => format!("{}: {why}", found.label),
    }
}

fn token(token: &Token) -> String {
    match token {
        Token::Totp { algorithm, digits, period, .. } => {
            let code = token.code_at(NOW).unwrap();
            format!("totp {algorithm} {} {}|{}", digits.count(), period.as_secs(), code.code.expose())
        }
        Token::Hotp { seed, algorithm, digits, counter } => {
            let code = otp::hotp(seed, *algorithm, *digits, *counter);
            format!("hotp {algorithm} {} {}|{}", digits.count(), counter.value(), code.expose())
        }
        Token::Steam { .. } => format!("steam|{}", token.code_at(NOW).unwrap().code.expose()),
        other => format!("{:?}", Kind::as_str(other.kind())),
    }
}

fn extras(found: &Found, draft: &Draft) -> Vec<String> {
    let mut extras: Vec<String> = draft.tags.iter().map(|tag| format!("#{tag}")).collect();
    let mut add = |is_there: bool, text: String| is_there.then(|| extras.push(text));
    add(draft.pinned, "pinned".into());
    add(found.trashed, "trashed".into());
    add(found.shortened, "shortened".into());
    add(!draft.note.is_empty(), format!("note {}", draft.note));
    add(draft.icon.is_some(), format!("icon {}", draft.icon.as_deref().unwrap_or_default()));
    add(draft.use_count > 0, format!("used {}", draft.use_count));
    add(draft.last_used_at.is_some(), format!("last {}", draft.last_used_at.unwrap_or_default().as_secs()));
    extras
}
