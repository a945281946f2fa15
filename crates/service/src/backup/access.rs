use super::{BackupError, Limits, Network};
use crate::{Service, Trouble, tries::Taken};
use domain::{BackupBox, BoxId};
use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, UnixTime};
use sha2::Sha256;
use store::{Rx, tables};
use subtle::ConstantTimeEq;

/// The name under which the key of the hashes below is kept.
pub(crate) const PEPPER: &str = "backup_pepper";

/// What opens a box, as the app sends it: 16 bytes of a name and 32 of a key.
///
/// INVARIANT: neither is stored or logged; what is stored is made by [`Access::keyed`].
#[derive(Debug)]
pub struct Access {
    name: [u8; 16],
    key: Secret,
}

/// What is stored of an [`Access`]. Hashed under a key of the server's, which is sealed: whoever steals the database
/// cannot try passwords against it.
#[derive(Clone, Copy)]
pub(super) struct Keyed {
    pub(super) id: BoxId,
    pub(super) key_hash: [u8; 32],
}

/// A box that may be there.
pub(super) enum Seen {
    /// It is, and this is its key.
    Open(BackupBox),
    /// It is, and this is not its key.
    WrongKey,
    /// It is not.
    Unknown,
}

impl Access {
    /// From the name and the key that the app sent; the key has 32 bytes.
    pub fn new(name: [u8; 16], key: Secret) -> Self {
        Self { name, key }
    }

    pub(super) fn keyed(&self, service: &Service) -> Result<Keyed, Trouble> {
        let hash = |what: &[u8], parts: [&[u8]; 2]| -> Result<[u8; 32], Trouble> {
            let mut mac =
                Hmac::<Sha256>::new_from_slice(service.backup_pepper().expose()).map_err(Trouble::failed)?;
            mac.update(what);
            parts.iter().for_each(|part| mac.update(part));
            Ok(mac.finalize().into_bytes().into())
        };
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = hash(b"box\0", [&self.name, &[]])?;
        let id = BoxId::from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]);
        Ok(Keyed { id, key_hash: hash(b"key\0", [&self.name, self.key.expose()])? })
    }
}

impl Keyed {
    /// Looks a box up. The same steps whether there is one or not; keys are compared in constant time.
    pub(super) fn look(&self, rx: &Rx<'_>) -> Result<Seen, store::DbError> {
        let found = tables::backups::find(rx, self.id)?;
        let stored = found.as_ref().map_or([0; 32], |found| found.key_hash);
        let right = bool::from(stored.ct_eq(&self.key_hash));
        Ok(match found {
            Some(found) if right => Seen::Open(found),
            Some(_) => Seen::WrongKey,
            None => Seen::Unknown,
        })
    }
}

impl Service {
    /// The box that this opens. Whatever it does not open counts as a try of that network, before it is looked at.
    ///
    /// # Errors
    /// [`BackupError::NotFound`] for an unknown box and a wrong key alike, [`BackupError::TooManyTries`].
    pub(super) async fn open_box(
        &self,
        now: UnixTime,
        limits: &Limits,
        network: Network,
        access: &Access,
    ) -> Result<(Keyed, BackupBox), BackupError> {
        let keyed = access.keyed(self)?;
        match self.look(now, limits, network, keyed).await? {
            Seen::Open(found) => Ok((keyed, found)),
            Seen::WrongKey | Seen::Unknown => Err(BackupError::NotFound),
        }
    }

    /// As [`Service::open_box`], for whoever may make a box that is not there: being unknown is no try then.
    pub(super) async fn open_or_make(
        &self,
        now: UnixTime,
        limits: &Limits,
        network: Network,
        access: &Access,
    ) -> Result<Keyed, BackupError> {
        let keyed = access.keyed(self)?;
        match self.look(now, limits, network, keyed).await? {
            Seen::Open(_) => Ok(keyed),
            Seen::Unknown => {
                self.give_try_back(network);
                Ok(keyed)
            }
            Seen::WrongKey => Err(BackupError::NotFound),
        }
    }

    async fn look(
        &self,
        now: UnixTime,
        limits: &Limits,
        network: Network,
        keyed: Keyed,
    ) -> Result<Seen, BackupError> {
        // Nothing waits between taking the try and giving it back, so that many at once take no more than are compared.
        let (taken, seen) = match self.tries().take(&network, now, limits.tries_per_hour) {
            Taken::Yes => (Taken::Yes, Some(self.read(|rx| Ok::<_, BackupError>(keyed.look(rx)?))?)),
            refused => (refused, None),
        };
        if matches!(seen, Some(Seen::Open(_))) {
            self.give_try_back(network);
        }
        self.admit_try(taken, network, now, limits.tries_per_hour).await?;
        Ok(seen.unwrap_or(Seen::Unknown))
    }
}
