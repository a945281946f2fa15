use super::{NotAVault, VERSION};
use crate::{
    Entry, EntryId, Exporting, Kind, SortOrder, Token, Vault, draft::check_texts, limits, settings::Settings,
    wiped_json,
};
use model::{Secret, UnixTime};
use otp::{Counter, Digits, Period, Seed};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};
use zeroize::Zeroizing;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents<'a> {
    version: u32,
    #[serde(borrow)]
    entries: Vec<Row<'a>>,
    removed: BTreeMap<String, u64>,
    settings: SettingsRow<'a>,
}

/// Read before all else: in a later version everything but this may differ.
#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsRow<'a> {
    #[serde(borrow)]
    sort: Cow<'a, str>,
    values: BTreeMap<String, String>,
    changed_at: u64,
}

/// What is absent is `None`, empty or false.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    r#type: &'a str,
    /// Borrowed, so that reading makes no copy of it: base32 has nothing to escape.
    secret: &'a str,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'a str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digits: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suite: Option<&'a str>,
    #[serde(borrow)]
    issuer: Cow<'a, str>,
    #[serde(borrow)]
    account: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    note: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pinned: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    created_at: u64,
    changed_at: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    use_count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<u64>,
    place: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    never_export: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub(super) fn write(vault: &Vault) -> Zeroizing<Vec<u8>> {
    let secrets: Vec<Secret> = vault.entries.values().map(|entry| entry.token.seed().to_base32()).collect();
    let contents = Contents {
        version: VERSION,
        entries: vault.entries.values().zip(&secrets).map(|(entry, secret)| row(entry, secret)).collect(),
        removed: vault.tombstones.iter().map(|(id, at)| (id.to_string(), at.as_secs())).collect(),
        settings: SettingsRow {
            sort: vault.settings.sort().as_str().into(),
            values: vault.settings.values().map(|(name, value)| (name.into(), value.into())).collect(),
            changed_at: vault.settings.changed_at().as_secs(),
        },
    };
    wiped_json::write(&contents)
}

fn row<'a>(entry: &'a Entry, secret: &'a Secret) -> Row<'a> {
    let mut row = Row {
        id: entry.id.to_string(),
        aliases: entry.aliases.iter().map(EntryId::to_string).collect(),
        r#type: entry.token.kind().as_str(),
        secret: secret.expose_text().unwrap_or_default(),
        algorithm: None,
        digits: None,
        period: None,
        counter: None,
        suite: None,
        issuer: entry.issuer.as_str().into(),
        account: entry.account.as_str().into(),
        note: entry.note.as_str().into(),
        tags: entry.tags.clone(),
        pinned: entry.pinned,
        icon: entry.icon.clone(),
        created_at: entry.created_at.as_secs(),
        changed_at: entry.changed_at.as_secs(),
        use_count: entry.use_count,
        last_used_at: entry.last_used_at.map(UnixTime::as_secs),
        deleted_at: entry.deleted_at.map(UnixTime::as_secs),
        place: entry.place,
        never_export: entry.exporting == Exporting::Never,
    };
    match &entry.token {
        Token::Totp { algorithm, digits, period, .. } => {
            row.algorithm = Some(algorithm.as_str());
            row.digits = Some(digits.count());
            row.period = Some(period.as_secs());
        }
        Token::Hotp { algorithm, digits, counter, .. } => {
            row.algorithm = Some(algorithm.as_str());
            row.digits = Some(digits.count());
            row.counter = Some(counter.value());
        }
        Token::Steam { .. } => {}
        Token::Ocra { suite, counter, .. } => {
            row.suite = Some(suite.as_str());
            row.counter = Some(counter.value());
        }
    }
    row
}

pub(super) fn read(bytes: &[u8]) -> Result<Vault, NotAVault> {
    let version: VersionOnly = serde_json::from_slice(bytes).map_err(|_| NotAVault::Malformed)?;
    match version.version {
        VERSION => {}
        0 => return Err(NotAVault::Malformed),
        newer => return Err(NotAVault::Newer(newer)),
    }
    let contents: Contents<'_> = serde_json::from_slice(bytes).map_err(|_| NotAVault::Malformed)?;
    vault(contents).ok_or(NotAVault::Malformed)
}

fn vault(contents: Contents<'_>) -> Option<Vault> {
    let Contents { version: _, entries, removed, settings } = contents;
    if entries.len() > limits::ENTRIES || removed.len() > limits::TOMBSTONES {
        return None;
    }
    let mut vault = Vault::new();
    for (id, at) in removed {
        vault.tombstones.insert(id.parse().ok()?, UnixTime::from_secs(at));
    }
    let mut taken: Vec<EntryId> = vault.tombstones.keys().copied().collect();
    for row in entries {
        let entry = entry(row)?;
        taken.extend(entry.aliases.iter().chain([&entry.id]));
        vault.entries.insert(entry.id, entry);
    }
    taken.sort_unstable();
    if taken.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    vault.settings = self::settings(settings)?;
    Some(vault)
}

fn settings(row: SettingsRow<'_>) -> Option<Settings> {
    let at = UnixTime::from_secs(row.changed_at);
    let mut settings = Settings::default();
    settings.set_sort(SortOrder::from_word(&row.sort)?, at);
    for (name, value) in row.values {
        settings.set(&name, Some(&value), at).ok()?;
    }
    Some(settings)
}

fn entry(row: Row<'_>) -> Option<Entry> {
    check_texts(&row.issuer, &row.account, &row.note, &row.tags, row.icon.as_deref()).ok()?;
    if row.aliases.len() > limits::ALIASES {
        return None;
    }
    let token = token(&row)?;
    let aliases = row.aliases.iter().map(|alias| alias.parse().ok()).collect::<Option<Vec<EntryId>>>()?;
    let mut entry = Entry {
        id: row.id.parse().ok()?,
        aliases,
        token,
        issuer: row.issuer.into_owned(),
        account: row.account.into_owned(),
        note: row.note.into_owned(),
        tags: row.tags,
        pinned: row.pinned,
        icon: row.icon,
        created_at: UnixTime::from_secs(row.created_at),
        changed_at: UnixTime::from_secs(row.changed_at),
        use_count: row.use_count,
        last_used_at: row.last_used_at.map(UnixTime::from_secs),
        deleted_at: row.deleted_at.map(UnixTime::from_secs),
        place: row.place,
        exporting: if row.never_export { Exporting::Never } else { Exporting::Allowed },
    };
    entry.tidy();
    // Of all its ids an entry goes by the smallest, so that it is the same in every copy.
    entry.aliases.iter().all(|alias| entry.id < *alias).then_some(entry)
}

fn token(row: &Row<'_>) -> Option<Token> {
    let seed = Seed::from_base32(row.secret).ok()?;
    let kind = [Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Ocra]
        .into_iter()
        .find(|kind| kind.as_str() == row.r#type)?;
    // A field that does not belong to the kind means that we understand the entry wrongly.
    let fields = [
        row.algorithm.is_some(),
        row.digits.is_some(),
        row.period.is_some(),
        row.counter.is_some(),
        row.suite.is_some(),
    ];
    let expected = match kind {
        Kind::Totp => [true, true, true, false, false],
        Kind::Hotp => [true, true, false, true, false],
        Kind::Steam => [false; 5],
        Kind::Ocra => [false, false, false, true, true],
    };
    if fields != expected {
        return None;
    }
    let counter = Counter::new(row.counter.unwrap_or_default());
    Some(match kind {
        Kind::Totp => Token::Totp {
            seed,
            algorithm: row.algorithm?.parse().ok()?,
            digits: Digits::new(row.digits?).ok()?,
            period: Period::from_secs(row.period?).ok()?,
        },
        Kind::Hotp => Token::Hotp {
            seed,
            algorithm: row.algorithm?.parse().ok()?,
            digits: Digits::new(row.digits?).ok()?,
            counter,
        },
        Kind::Steam => Token::Steam { seed },
        Kind::Ocra => Token::Ocra { seed, suite: row.suite?.parse().ok()?, counter },
    })
}
