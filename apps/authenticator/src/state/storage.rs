//! The sealed vault on this device: two generations with checksums, so that a write that was cut off, or a page of the
//! disk that went bad, costs the latest change and not the tokens.

use crate::browser::{
    Refused,
    database::{Database, Record},
};
use leptos::prelude::{LocalStorage, StoredValue, *};
use model::UnixTime;
use sha2::{Digest, Sha256};

/// The two places that are written in turn.
const SLOTS: [&str; 2] = ["a", "b"];

/// What was found saved on this device.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Found {
    /// Nothing.
    #[default]
    Nothing,
    /// The newest state, whole.
    Newest,
    /// The newest one is damaged; the one before it is whole.
    OlderOnly,
    /// Something, and nothing of it whole.
    Damaged,
}

/// A saved state that is whole.
pub(crate) struct Saved {
    number: u64,
    slot: usize,
    /// When it was saved, seconds since 1970.
    pub(crate) at: u64,
    /// The sealed container.
    pub(crate) bytes: Vec<u8>,
    /// What the device remembers of its backup, sealed; empty when it has none.
    note: Vec<u8>,
}

/// Where the sealed vault is kept.
#[derive(Default)]
pub(crate) struct Storage {
    /// Nothing where the browser keeps nothing, or the person chose so.
    database: Option<Database>,
    /// Whether it is to be kept at all.
    keeps_nothing: bool,
    newest: Option<Saved>,
    /// The greatest number there is, whole or not.
    last_number: Option<u64>,
    found: Found,
}

impl Storage {
    /// Opens the browser's database and reads what is saved.
    pub(crate) async fn open() -> Self {
        match Database::open().await {
            Ok(database) => Self::read(database).await.unwrap_or_default(),
            Err(_) => Self::default(),
        }
    }

    async fn read(database: Database) -> Result<Self, Refused> {
        let mut whole = Vec::new();
        let mut last_number = None;
        let mut anything = false;
        for (slot, name) in SLOTS.into_iter().enumerate() {
            anything |= database.has(name).await?;
            let Some(record) = database.read(name).await? else { continue };
            last_number = last_number.max(Some(record.number));
            if hash(&record.bytes, &record.note) == record.hash {
                whole.push(Saved {
                    number: record.number,
                    slot,
                    at: record.saved_at,
                    bytes: record.bytes,
                    note: record.note,
                });
            }
        }
        let newest = whole.into_iter().max_by_key(|saved| saved.number);
        let found = match &newest {
            None if anything => Found::Damaged,
            None => Found::Nothing,
            // The first state ever has no other beside it.
            Some(saved)
                if Some(saved.number) == last_number
                    && (saved.number == 1 || saved_both(&database).await?) =>
            {
                Found::Newest
            }
            Some(_) => Found::OlderOnly,
        };
        Ok(Self { database: Some(database), keeps_nothing: false, newest, last_number, found })
    }

    /// What was found at the start.
    pub(crate) fn found(&self) -> Found {
        self.found
    }

    /// The newest state that is whole.
    pub(crate) fn newest(&self) -> Option<&Saved> {
        self.newest.as_ref()
    }

    /// What the device remembers of its backup, sealed.
    pub(crate) fn note(&self) -> &[u8] {
        self.newest.as_ref().map(|saved| saved.note.as_slice()).unwrap_or_default()
    }

    /// From now on nothing is kept.
    pub(crate) fn keep_nothing(&mut self) {
        self.keeps_nothing = true;
    }

    /// Writes a sealed container into the place that does not have the newest whole state.
    ///
    /// # Errors
    /// When the browser keeps nothing, another tab wrote meanwhile, or there is no room. What was saved stays then.
    pub(crate) async fn write(
        storage: StoredValue<Self, LocalStorage>,
        bytes: &[u8],
        note: Vec<u8>,
        now: UnixTime,
    ) -> Result<(), Refused> {
        let (database, last, slot) = storage.with_value(|storage| {
            let slot = storage.newest.as_ref().map_or(0, |saved| 1 - saved.slot);
            (storage.database.clone().filter(|_| !storage.keeps_nothing), storage.last_number, slot)
        });
        let number = last.unwrap_or_default() + 1;
        let hash = hash(bytes, &note);
        let record = Record { number, saved_at: now.as_secs(), hash, bytes: bytes.to_vec(), note };
        match database {
            Some(database) => database.write(&SLOTS, SLOTS[slot], last, &record).await?,
            None if storage.with_value(|storage| storage.keeps_nothing) => {}
            None => return Err(Refused::Nothing),
        }
        storage.update_value(|storage| {
            storage.last_number = Some(number);
            storage.newest =
                Some(Saved { number, slot, at: record.saved_at, bytes: record.bytes, note: record.note });
        });
        Ok(())
    }

    /// Removes everything from this device.
    ///
    /// # Errors
    /// When the browser does not do it.
    pub(crate) async fn erase(storage: StoredValue<Self, LocalStorage>) -> Result<(), Refused> {
        if let Some(database) = storage.with_value(|storage| storage.database.clone()) {
            database.clear().await?;
            storage.set_value(Self { database: Some(database), ..Self::default() });
        }
        Ok(())
    }
}

/// Whether both places can be read. After the second save, a place that cannot is one that was damaged, and it may have
/// been the newest.
async fn saved_both(database: &Database) -> Result<bool, Refused> {
    for name in SLOTS {
        if database.read(name).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn hash(bytes: &[u8], note: &[u8]) -> Vec<u8> {
    // The length in front, so that no byte can go from one to the other.
    let length = (bytes.len() as u64).to_be_bytes();
    Sha256::new().chain_update(length).chain_update(bytes).chain_update(note).finalize().to_vec()
}
