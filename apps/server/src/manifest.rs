//! What a backup of the server says about itself.

use model::UnixTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::tables::restored::Counts;

/// The names of the things in a backup.
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const MASTER_KEY: &str = "master.key";
pub(crate) const DATABASE: &str = "countersign.db";
pub(crate) const SETTINGS: &str = "countersign.toml";
pub(crate) const CERTIFICATE: &str = "tls-certificate.pem";
pub(crate) const CERTIFICATE_KEY: &str = "tls-key.pem";

/// The first thing in a backup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The server's version.
    pub(crate) version: String,
    /// When the database was copied.
    pub(crate) taken_at: UnixTime,
    /// The name of the machine it ran on.
    pub(crate) machine: String,
    /// The newest migration of the database.
    pub(crate) schema: u32,
    /// The fingerprint of the signing key, by which machines know the server.
    pub(crate) signing_key: String,
    /// The ids of the master keys.
    pub(crate) master_keys: Vec<String>,
    /// Addresses machines reach the server under.
    pub(crate) urls: Vec<String>,
    pub(crate) people: u64,
    pub(crate) tokens: u64,
    pub(crate) machines: u64,
    pub(crate) events: u64,
    /// Settings that came from environment variables, by their names.
    pub(crate) variables: BTreeMap<String, String>,
}

impl Manifest {
    /// Whether these are the counts.
    pub(crate) fn counts(&self) -> Counts {
        Counts { people: self.people, tokens: self.tokens, machines: self.machines, events: self.events }
    }

    /// In words.
    pub(crate) fn said(&self) -> String {
        format!(
            "{} people, {} tokens, {} machines, {} events",
            self.people, self.tokens, self.machines, self.events
        )
    }
}
