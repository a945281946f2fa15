//! The data folder: database and master key.

use crate::app;
use anyhow::{Context, anyhow, bail};
use model::UnixTime;
use service::{Service, Trouble, keys::ring};
use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use store::{MasterKeys, SealError, Sealer, Snapshot, Store};

/// A data folder that is there.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The folder with a server's data in it.
    ///
    /// # Errors
    /// When there is none; the message says how to start.
    pub(crate) fn find(path: &Path) -> anyhow::Result<Self> {
        let folder = Self(path.to_owned());
        match fs::exists(folder.database()) {
            Ok(true) => Ok(folder),
            Ok(false) => bail!(
                "there is no server data in {0}; start the server once with `countersign serve --data {0}`, or say \
                 where its data is with --data or COUNTERSIGN_DATA",
                path.display()
            ),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => bail!(
                "{} cannot be entered by you; give the command as the user the server runs as (sudo -u USER)",
                path.display()
            ),
            Err(error) => {
                Err(error).with_context(|| format!("cannot look into the data folder {}", path.display()))
            }
        }
    }

    /// The folder, made for its owner alone where it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn make(path: &Path) -> anyhow::Result<Self> {
        if let Some(parent) = path.parent() {
            // Folders above it keep the usual mode; others may have business there.
            fs::create_dir_all(parent).with_context(|| cannot_make(path))?;
        }
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(error).with_context(|| cannot_make(path)),
        }
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("countersign.db")
    }

    pub(crate) fn master_key(&self) -> PathBuf {
        self.0.join("master.key")
    }

    /// Whether others than the owner can enter or list it.
    pub(crate) fn open_to_others(&self) -> io::Result<bool> {
        Ok(fs::metadata(&self.0)?.permissions().mode() & 0o077 != 0)
    }

    /// The use cases over what is there.
    ///
    /// # Errors
    /// When key or database are missing, unreadable, or do not belong together.
    pub(crate) fn service(&self, now: UnixTime) -> anyhow::Result<Service> {
        let keys = MasterKeys::read(&self.master_key(), &self.database())?;
        self.open(keys, now)
    }

    /// As [`Folder::service`]; in an empty folder, key and database are made.
    pub(crate) fn service_or_new(&self, now: UnixTime) -> anyhow::Result<Service> {
        let keys = MasterKeys::read_or_create(&self.master_key(), &self.database(), &mut *app::rng())?;
        self.open(keys, now)
    }

    fn open(&self, keys: MasterKeys, now: UnixTime) -> anyhow::Result<Service> {
        let (database, path) = (self.database(), self.master_key());
        // Before anything is written, the schema brought up to date included.
        let missing = match fs::exists(&database)? {
            true => ring::missing(&Snapshot::open(&database)?, &keys).map_err(|error| {
                anyhow!(
                    "cannot open {}: {error}; check the folder, its owner and the space left on the disk",
                    database.display()
                )
            })?,
            false => None,
        };
        if let Some(missing) = missing {
            bail!(
                "{} is not the key that {} was sealed under: master key {missing} is not in it; put the key file that \
                 belongs to this database back from your backup; nothing was changed",
                path.display(),
                database.display()
            );
        }
        let store = Store::open(&database)?;
        match Service::new(store, Sealer::of_file(keys, &path, &database), app::entropy(), now) {
            Ok(service) => Ok(service),
            Err(Trouble::Failed(error)) if error.is::<SealError>() => {
                bail!("{} does not open with {}: {error}", database.display(), path.display())
            }
            Err(Trouble::Storage(fault)) => bail!(
                "cannot write {}: {fault}; check the folder, its owner and the space left on the disk",
                database.display()
            ),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps other backups, restores and rotations out until it is dropped.
    ///
    /// # Errors
    /// When one of them is under way.
    pub(crate) fn maintain(&self) -> anyhow::Result<Maintenance> {
        let path = self.0.join("maintenance.lock");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path).with_context(|| {
            format!(
                "cannot write {}; check the folder, its owner and the space left on the disk",
                path.display()
            )
        })?;
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Maintenance { _locked: file }),
            Err(rustix::io::Errno::WOULDBLOCK) => {
                bail!(
                    "another backup, restore or key rotation is under way in {}; wait for it",
                    self.0.display()
                )
            }
            Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }
}

/// That nobody else makes a backup, restores or rotates keys. The system ends it with the process, however that ends.
pub(crate) struct Maintenance {
    _locked: fs::File,
}

fn cannot_make(path: &Path) -> String {
    format!(
        "cannot make the data folder {}; choose another one with --data, or make it and give it to the user the \
         server runs as",
        path.display()
    )
}
