//! The configuration: one TOML file, each key also by environment variable; flags first, then environment, then
//! file, then default.

#[macro_use]
mod section;
mod acme;
mod backup;
mod database;
mod directory;
mod drive;
mod icloud;
mod log;
mod radius;
mod reference;
mod relay;
mod server;
mod setting;
mod tls;

pub(crate) use acme::Acme;
pub(crate) use backup::Backup;
pub(crate) use database::{Database, Opening};
pub(crate) use directory::{Directory, Reader};
pub(crate) use drive::Drive;
pub(crate) use icloud::Icloud;
pub(crate) use log::Format;
pub(crate) use radius::Radius;
pub(crate) use relay::Relay;
pub(crate) use section::Key;
pub(crate) use server::Server;
pub(crate) use tls::Tls;

use section::{Said, prefixed};
use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where the file is looked for when nobody says where it is.
pub(crate) const DEFAULT_FILE: &str = "/etc/countersign/countersign.toml";

/// Everything that can be set.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file it was read from, where there is one.
    pub(crate) file: Option<PathBuf>,
    pub(crate) server: Server,
    pub(crate) tls: Tls,
    pub(crate) acme: Acme,
    pub(crate) backup: Backup,
    pub(crate) relay: Relay,
    pub(crate) radius: Radius,
    pub(crate) database: Opening,
    pub(crate) directory: Arc<Reader>,
    pub(crate) drive: Drive,
    pub(crate) icloud: Icloud,
}

/// What the command line says; it comes before everything else.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    pub(crate) data: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) config: Option<PathBuf>,
}

/// The sections of the file: the name of each table and its keys. The first is the file's top level.
pub(crate) const SECTIONS: &[(&str, &str, &[Key])] = &[
    (Server::TABLE, Server::ABOUT, Server::KEYS),
    (Tls::TABLE, Tls::ABOUT, Tls::KEYS),
    (Acme::TABLE, Acme::ABOUT, Acme::KEYS),
    (Backup::TABLE, Backup::ABOUT, Backup::KEYS),
    (Relay::TABLE, Relay::ABOUT, Relay::KEYS),
    (Radius::TABLE, Radius::ABOUT, Radius::KEYS),
    (Database::TABLE, Database::ABOUT, Database::KEYS),
    (Directory::TABLE, Directory::ABOUT, Directory::KEYS),
    (Drive::TABLE, Drive::ABOUT, Drive::KEYS),
    (Icloud::TABLE, Icloud::ABOUT, Icloud::KEYS),
];

/// Why the configuration cannot be used. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration {}", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} line {line}: {what}", path.display())]
    Syntax { path: PathBuf, line: usize, what: String },
    #[error("{} has the unknown key “{key}”; {hint}", path.display())]
    Unknown { path: PathBuf, key: String, hint: String },
    #[error("{place}: {what}")]
    Value { place: String, what: String },
}

impl Config {
    /// The configuration this process is to run with.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub(crate) fn load(flags: Flags) -> Result<Self, ConfigError> {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let named = flags.config.clone().or_else(|| env("COUNTERSIGN_CONFIG").map(PathBuf::from));
        let file = match &named {
            Some(path) => Some(read(path)?),
            None => match read(Path::new(DEFAULT_FILE)) {
                Err(ConfigError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    None
                }
                file => Some(file?),
            },
        };
        let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        let config = Self::merge(flags, &path, file.as_deref().unwrap_or_default(), &env)?;
        Ok(Self { file: file.map(|_| path), ..config })
    }

    fn merge(
        flags: Flags,
        path: &Path,
        file: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let table = parse(path, file)?;
        let said = Said { path, table: &table, env };
        let mut config = Self {
            file: None,
            server: Server::read(&said)?,
            tls: Tls::read(&said)?,
            acme: Acme::read(&said)?,
            backup: Backup::read(&said)?,
            relay: Relay::read(&said)?,
            radius: Radius::read(&said)?,
            database: Opening::read(&said, path)?,
            directory: Arc::new(Reader::read(&said, path)?),
            drive: Drive::read(&said)?,
            icloud: Icloud::read(&said)?,
        };
        config.tls.check(path)?;
        config.acme.check(&config.tls, path)?;
        config.radius.check(path)?;
        config.drive.check(path)?;
        config.icloud.check(path)?;
        if let Some(data) = flags.data {
            config.server.data = data;
        }
        if let Some(listen) = flags.listen {
            config.server.listen = listen;
        }
        Ok(config)
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })
}

/// The file as a table in which every key is known.
fn parse(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        line: error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count()) + 1,
        what: error.message().replace('\n', " "),
    })?;
    for (key, value) in &table {
        match (SECTIONS.iter().find(|(name, ..)| name == key), value) {
            (Some((section, _, keys)), toml::Value::Table(inner)) if !section.is_empty() => {
                if let Some(odd) = inner.keys().find(|name| !keys.iter().any(|key| key.name == *name)) {
                    return Err(unknown(path, &format!("{section}.{odd}")));
                }
            }
            (Some(_), _) => {
                let what = format!("is a section: write [{key}] and its keys below it");
                return Err(ConfigError::Value { place: format!("{} {key}", path.display()), what });
            }
            (None, _) if Server::KEYS.iter().any(|known| known.name == key) => {}
            (None, _) => return Err(unknown(path, key)),
        }
    }
    Ok(table)
}

fn unknown(path: &Path, key: &str) -> ConfigError {
    let names: Vec<String> = SECTIONS
        .iter()
        .flat_map(|(table, _, keys)| keys.iter().map(move |known| prefixed(table, known.name, ".")))
        .chain(SECTIONS.iter().map(|(table, ..)| (*table).to_owned()).filter(|table| !table.is_empty()))
        .collect();
    let hint = match nearest(key, names.iter().map(String::as_str)) {
        Some(name) => format!("did you mean “{name}”?"),
        None => format!("the keys are {}", names.join(", ")),
    };
    ConfigError::Unknown { path: path.to_owned(), key: key.to_owned(), hint }
}

fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (strsim::normalized_damerau_levenshtein(word, name), name))
        .filter(|(score, _)| *score >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The environment variables of ours that are set, the data folder's apart.
pub(crate) fn set_variables() -> BTreeMap<String, String> {
    SECTIONS
        .iter()
        .flat_map(|(table, _, keys)| keys.iter().map(move |key| section::variable(table, key.name)))
        .filter(|name| name != "COUNTERSIGN_DATA")
        .filter_map(|name| {
            std::env::var(&name).ok().filter(|value| !value.is_empty()).map(|value| (name, value))
        })
        .collect()
}

/// Environment variables that read like a misspelled key, each with the key that was probably meant. Others of our
/// prefix are left alone: container platforms make such variables by themselves (`COUNTERSIGN_PORT`).
pub(crate) fn misspelled_variables() -> Vec<(String, String)> {
    let names: Vec<String> = SECTIONS
        .iter()
        .flat_map(|(table, _, keys)| keys.iter().map(move |key| section::variable(table, key.name)))
        .collect();
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("COUNTERSIGN_") && !names.contains(name))
        .filter_map(|name| {
            let near = names.iter().find(|known| strsim::damerau_levenshtein(&name, known) <= 2)?.clone();
            Some((name, near))
        })
        .collect()
}

#[cfg(test)]
mod tests;
