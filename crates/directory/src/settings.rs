use crate::{Address, Unencrypted};
use model::Secret;
use rustls::ClientConfig;
use std::{sync::Arc, time::Duration};

/// What a read needs to know.
pub struct Settings {
    /// Servers that hold the same directory; the first that answers is read.
    pub servers: Vec<Address>,
    /// Which certificates are believed.
    pub tls: Arc<ClientConfig>,
    /// Whether encryption may be left out; then it is.
    pub unencrypted: Unencrypted,
    /// Who reads, as a DN or a UPN, with the password. `None`: anonymously.
    pub bind: Option<(String, Secret)>,
    /// The DN below which everything is looked for; `None`: what the directory says its data is below.
    pub base: Option<String>,
    /// Which entries are people (RFC 4515); `None`: the usual ones.
    pub people_filter: Option<String>,
    /// Which entries are groups; `None`: the usual ones.
    pub groups_filter: Option<String>,
    /// What kind of directory it is.
    pub kind: Kind,
    /// What is too much.
    pub limits: Limits,
}

/// What kind of directory it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Active Directory, or Samba as a domain controller: people are told by their SIDs.
    ActiveDirectory,
    /// Another one, such as OpenLDAP.
    Ldap(Attributes),
}

/// What is where in a directory that is not Active Directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attributes {
    /// What tells entries and never changes, also when they are renamed.
    pub id: String,
    /// A person's name.
    pub name: String,
    /// The SID of a Windows account, where the directory has one.
    pub sid: Option<String>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self { id: "entryUUID".to_owned(), name: "uid".to_owned(), sid: None }
    }
}

/// What is too much, so that no directory fills the memory or holds the reader for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Entries in one page (RFC 2696).
    pub page: u16,
    /// People.
    pub people: usize,
    /// Groups.
    pub groups: usize,
    /// Memberships of people, those through other groups counted in.
    pub memberships: usize,
    /// Bytes of all answers.
    pub bytes: u64,
    /// The longest a connection or a single answer may take.
    pub answer: Duration,
    /// The longest the whole may take.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page: 500,
            people: 250_000,
            groups: 50_000,
            memberships: 5_000_000,
            bytes: 512 << 20,
            answer: Duration::from_secs(20),
            whole: Duration::from_secs(600),
        }
    }
}
