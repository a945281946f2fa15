use crate::{
    output::{self, line, shown},
    source::{self, Source},
};
use model::Secret;
use otp::{Algorithm, STEAM_PERIOD};
use serde::Serialize;
use std::{path::Path, process::ExitCode};
use vault::{Draft, Exporting, Token};

/// One entry. What does not apply is left out.
#[derive(Serialize)]
struct Row<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(flatten)]
    token: Option<TokenRow<'a>>,
}

#[derive(Serialize)]
struct TokenRow<'a> {
    r#type: &'static str,
    issuer: &'a str,
    account: &'a str,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "is_false")]
    pinned: bool,
    #[serde(skip_serializing_if = "is_false")]
    trashed: bool,
    #[serde(skip_serializing_if = "is_false")]
    never_export: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Drop for TokenRow<'_> {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.secret);
    }
}

pub(super) fn run(file: &Path, json: bool, password_env: Option<&str>) -> anyhow::Result<ExitCode> {
    let source = source::open(file, password_env)?;
    let rows: Vec<Row<'_>> = match &source {
        Source::Ours(open) => open
            .vault
            .list(vault::SortOrder::Manual, "")
            .into_iter()
            .chain(open.vault.in_trash())
            .map(|entry| {
                let words = (&*entry.issuer, &*entry.account, &*entry.note, &*entry.tags);
                let flags = (entry.pinned, entry.is_deleted(), entry.exporting);
                good(token(&entry.token, words, flags))
            })
            .collect(),
        Source::Foreign(import) => import
            .found
            .iter()
            .map(|found| match &found.outcome {
                Ok(draft) => good(of_draft(draft, found.trashed)),
                Err(why) => Row {
                    verdict: "refused",
                    reason: Some(why.to_string()),
                    label: Some(&found.label),
                    token: None,
                },
            })
            .collect(),
    };
    if let Source::Foreign(import) = &source {
        source::remark_incomplete(import)?;
    }
    if json {
        output::json(&rows)?;
        return Ok(ExitCode::SUCCESS);
    }
    for row in &rows {
        print(row)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(row: &Row<'_>) -> anyhow::Result<()> {
    let Some(token) = &row.token else {
        let reason = row.reason.as_deref().unwrap_or_default();
        return Ok(line(&format!("refused  {}: {}", shown(row.label.unwrap_or_default()), shown(reason)))?);
    };
    let number =
        |word: &str, value: Option<u64>| value.map_or_else(String::new, |value| format!(" {word} {value}"));
    let text = Secret::from_text(format!(
        "{:<8} {}: {}  {}{}{}{}{}{}",
        token.r#type,
        shown(token.issuer),
        shown(token.account),
        token.secret,
        token.algorithm.map_or_else(String::new, |algorithm| format!(" {algorithm}")),
        number("digits", token.digits.map(u64::from)),
        number("period", token.period.map(u64::from)),
        number("counter", token.counter),
        token.suite.map_or_else(String::new, |suite| format!(" {suite}")),
    ));
    Ok(line(text.expose_text().unwrap_or_default())?)
}

fn good(token: TokenRow<'_>) -> Row<'_> {
    Row { verdict: "ok", reason: None, label: None, token: Some(token) }
}

fn of_draft(draft: &Draft, trashed: bool) -> TokenRow<'_> {
    let words = (&*draft.issuer, &*draft.account, &*draft.note, &*draft.tags);
    token(&draft.token, words, (draft.pinned, trashed, draft.exporting))
}

fn token<'a>(
    token: &'a Token,
    (issuer, account, note, tags): (&'a str, &'a str, &'a str, &'a [String]),
    (pinned, trashed, exporting): (bool, bool, Exporting),
) -> TokenRow<'a> {
    let (algorithm, digits, period) = match token {
        Token::Totp { algorithm, digits, period, .. } => {
            (Some(*algorithm), Some(digits.count()), Some(*period))
        }
        Token::Hotp { algorithm, digits, .. } => (Some(*algorithm), Some(digits.count()), None),
        Token::Steam { .. } => (Some(Algorithm::Sha1), Some(5), Some(STEAM_PERIOD)),
        Token::Ocra { .. } => (None, None, None),
    };
    TokenRow {
        r#type: token.kind().as_str(),
        issuer,
        account,
        secret: token.seed().to_base32().expose_text().unwrap_or_default().to_owned(),
        algorithm: algorithm.map(Algorithm::as_str),
        digits,
        period: period.map(otp::Period::as_secs),
        counter: token.counter().map(otp::Counter::value),
        suite: match token {
            Token::Ocra { suite, .. } => Some(suite.as_str()),
            _ => None,
        },
        note,
        tags,
        pinned,
        trashed,
        never_export: exporting == Exporting::Never,
    }
}
