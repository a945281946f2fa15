//! A directory that people and groups come from.

use super::{
    ConfigError,
    section::Said,
    setting::{Number, Setting, one},
};
use crate::{outgoing_tls, secret_file};
use directory::{Address, Attributes, Kind, Limits, Settings, Unencrypted};
use model::Secret;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The password, where it is in the environment and in no file. Not a key of the file.
pub(crate) const PASSWORD_VARIABLE: &str = "COUNTERSIGN_DIRECTORY_PASSWORD";

section! {
    /// A directory (LDAP, Active Directory) that people and groups are read from. See [directory.md](directory.md).
    Directory, "directory" {
        /// Its servers, which hold the same; the first that can be reached is read. `ldap://` means StartTLS.
        urls: Urls = Urls(Vec::new()), "none: off";
        /// What kind of directory it is.
        kind: Word = Word::ActiveDirectory, "`active-directory`";
        /// Who reads: a DN, or in Active Directory also `reader@ad.example`. Reading everything below the base is all it
        /// has to be allowed.
        bind: Option<Text> = None, "none: anonymously";
        /// A file with the password, for its owner alone. Without one it is taken from the environment variable
        /// `COUNTERSIGN_DIRECTORY_PASSWORD`, if that is set.
        password_file: Option<PathBuf> = None, "none";
        /// A PEM file with the root that the directory's certificate leads to, for one inside a company; the system's
        /// roots are believed as well.
        ca: Option<PathBuf> = None, "none";
        /// Whether connections are encrypted. `none` leaves it out for addresses on this machine. Elsewhere the word is
        /// `none-and-anybody-can-read-the-password`.
        encryption: Encryption = Encryption(Unencrypted::Refused), "`required`";
        /// The DN below which people and groups are.
        base: Option<Text> = None, "what the directory says";
        /// Which entries are people (RFC 4515).
        people_filter: Option<Text> = None, "users; with `ldap`, `(objectClass=inetOrgPerson)`";
        /// Which entries are groups. Those in between have to be among them, or who is in a group through another one
        /// is not found.
        groups_filter: Option<Text> = None, "all groups";
        /// With the kind `ldap`: the attribute that tells entries and never changes.
        id_attribute: Option<Text> = None, "`entryUUID`";
        /// With the kind `ldap`: the attribute with a person's name.
        name_attribute: Option<Text> = None, "`uid`";
        /// With the kind `ldap`: the attribute with the SID of a Windows account, such as `sambaSID`.
        sid_attribute: Option<Text> = None, "none";
        /// How often it is read, in seconds, 1 to 86400. Several servers on one database take turns.
        interval_seconds: Number<1, 86_400> = Number(900), "900";
        /// The most people that one read may disable, in percent of those in the directory, 0 to 100; up to five always
        /// may. What would disable more is not believed and changes nothing.
        most_disabled_percent: Number<0, 100> = Number(10), "10";
    }
}

/// Addresses of servers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Urls(Vec<Address>);

impl Setting for Urls {
    const TAKES: &'static str = "a list of addresses, such as `ldaps://dc1.ad.example`";
    const LIST: bool = true;

    fn parse(values: &[String]) -> Result<Self, String> {
        let urls = values.iter().map(|text| text.parse().map_err(|error| format!("“{text}”: {error}")));
        urls.collect::<Result<_, _>>().map(Self)
    }
}

/// A kind of directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Word {
    ActiveDirectory,
    Ldap,
}

impl Setting for Word {
    const TAKES: &'static str = "`active-directory` or `ldap`";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "active-directory" => Ok(Self::ActiveDirectory),
            "ldap" => Ok(Self::Ldap),
            text => Err(format!("“{text}” is neither active-directory nor ldap")),
        }
    }
}

/// Whether encryption may be left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Encryption(Unencrypted);

impl Setting for Encryption {
    const TAKES: &'static str = "`required`, `none` or `none-and-anybody-can-read-the-password`";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "required" => Ok(Self(Unencrypted::Refused)),
            "none" => Ok(Self(Unencrypted::Loopback)),
            "none-and-anybody-can-read-the-password" => Ok(Self(Unencrypted::Anywhere)),
            text => Err(format!("“{text}” is not {}", Self::TAKES.replace('`', ""))),
        }
    }
}

/// A text that is not empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Text(String);

impl Setting for Text {
    const TAKES: &'static str = "a text";

    fn parse(values: &[String]) -> Result<Self, String> {
        match one(values) {
            "" => Err("the text is empty".to_owned()),
            text => Ok(Self(text.to_owned())),
        }
    }
}

/// What reads the directory.
#[derive(Debug)]
pub(crate) struct Reader {
    settings: Directory,
    password: Option<Secret>,
}

impl Reader {
    pub(super) fn read(said: &Said<'_>, path: &Path) -> Result<Self, ConfigError> {
        let settings = Directory::read(said)?;
        let password = (said.env)(PASSWORD_VARIABLE).map(Secret::from_text);
        let wrong = |what: &str| {
            Err(ConfigError::Value {
                place: format!("{} [directory]", path.display()),
                what: what.to_owned(),
            })
        };
        if settings.urls.0.is_empty() && (settings.bind.is_some() || settings.base.is_some()) {
            return wrong("directory.urls is not set; without it the other keys of [directory] say nothing");
        }
        let has_password = settings.password_file.is_some() || password.is_some();
        if settings.bind.is_some() && !has_password {
            return wrong("directory.bind needs a password: set directory.password_file");
        }
        if settings.bind.is_none() && settings.password_file.is_some() {
            return wrong("directory.password_file is set and directory.bind is not");
        }
        let of_ldap = [&settings.id_attribute, &settings.name_attribute, &settings.sid_attribute];
        if settings.kind == Word::ActiveDirectory && of_ldap.iter().any(|attribute| attribute.is_some()) {
            return wrong("attributes are named with directory.kind = \"ldap\" alone");
        }
        Ok(Self { settings, password })
    }

    /// Whether there is a directory.
    pub(crate) fn enabled(&self) -> bool {
        !self.settings.urls.0.is_empty()
    }

    /// How often it is read.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(self.settings.interval_seconds.0.into())
    }

    /// The share of people that may be disabled by one read, in percent.
    pub(crate) fn most_disabled_percent(&self) -> u32 {
        self.settings.most_disabled_percent.0
    }

    /// What a read needs. Files are read anew each time, so that a new password is taken without a restart.
    ///
    /// # Errors
    /// When password or roots cannot be read.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        let said = &self.settings;
        let text = |value: &Option<Text>| value.as_ref().map(|text| text.0.clone());
        let password = match (&said.password_file, &self.password) {
            (Some(path), _) => Some(secret_file::first_line(path, "directory.password_file")?),
            (None, password) => password.as_ref().map(Secret::duplicate),
        };
        let usual = Attributes::default();
        Ok(Settings {
            servers: said.urls.0.clone(),
            tls: outgoing_tls::config(said.ca.as_deref(), "directory.ca", "the directory")?,
            unencrypted: said.encryption.0,
            bind: text(&said.bind).zip(password),
            base: text(&said.base),
            people_filter: text(&said.people_filter),
            groups_filter: text(&said.groups_filter),
            kind: match said.kind {
                Word::ActiveDirectory => Kind::ActiveDirectory,
                Word::Ldap => Kind::Ldap(Attributes {
                    id: text(&said.id_attribute).unwrap_or(usual.id),
                    name: text(&said.name_attribute).unwrap_or(usual.name),
                    sid: text(&said.sid_attribute),
                }),
            },
            limits: Limits::default(),
        })
    }
}
