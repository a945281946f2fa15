//! The data folder: database and master key; or the master key alone, where the database is a PostgreSQL one.

use crate::{app, config::Config};
use anyhow::{Context, anyhow, bail};
use model::UnixTime;
use service::{Service, Trouble, keys::ring};
use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use store::{MasterKeys, Postgres, SealError, Sealer, Snapshot, Store};

/// A data folder that is there.
pub(crate) struct Folder {
    path: PathBuf,
    /// `None`: the database is a file in it.
    postgres: Option<Postgres>,
}

impl Folder {
    /// The folder with a server's data in it.
    ///
    /// # Errors
    /// When there is none; the message says how to start.
    pub(crate) fn find(config: &Config) -> anyhow::Result<Self> {
        let folder = Self { path: config.server.data.clone(), postgres: config.database.postgres()? };
        let path = &folder.path;
        let part = if folder.postgres.is_some() { folder.master_key() } else { folder.file() };
        match fs::exists(part) {
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

    /// The folder, made for its owner alone where it is not there, with the database of the configuration.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn make_for(config: &Config) -> anyhow::Result<Self> {
        let postgres = config.database.postgres()?;
        Ok(Self { postgres, ..Self::make(&config.server.data)? })
    }

    /// The same, with the database in it.
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
        Ok(Self { path: path.to_owned(), postgres: None })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file that the database is in, where it is in one.
    pub(crate) fn file(&self) -> PathBuf {
        self.path.join("countersign.db")
    }

    /// The PostgreSQL database, where it is one.
    pub(crate) fn postgres(&self) -> Option<&Postgres> {
        self.postgres.as_ref()
    }

    /// The database, to be shown: its file, or its address.
    pub(crate) fn database(&self) -> PathBuf {
        self.postgres.as_ref().map_or_else(|| self.file(), |address| PathBuf::from(address.place()))
    }

    pub(crate) fn master_key(&self) -> PathBuf {
        self.path.join("master.key")
    }

    /// The database as it is, to be looked at; `None`: there is none yet.
    fn look(&self) -> anyhow::Result<Option<Snapshot>> {
        Ok(match &self.postgres {
            Some(address) => Some(Snapshot::of_postgres(address)?),
            None if fs::exists(self.file())? => Some(Snapshot::open(&self.file())?),
            None => None,
        })
    }

    /// Whether others than the owner can enter or list it.
    pub(crate) fn open_to_others(&self) -> io::Result<bool> {
        Ok(fs::metadata(&self.path)?.permissions().mode() & 0o077 != 0)
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
        if self.postgres.is_some() && !fs::exists(self.master_key())? {
            // Another server may have been here first. A key that nobody has finds out.
            let nobodys = MasterKeys::generate(&mut *app::rng());
            let needed = self.look()?.map(|found| ring::missing(&found, &nobodys)).transpose()?.flatten();
            if let Some(needed) = needed {
                bail!(
                    "{} is missing, and {} needs it (master key {needed}); copy it from another server of this \
                     database, or put it back from your backup",
                    self.master_key().display(),
                    self.database().display()
                );
            }
        }
        let keys = MasterKeys::read_or_create(&self.master_key(), &self.database(), &mut *app::rng())?;
        self.open(keys, now)
    }

    fn open(&self, keys: MasterKeys, now: UnixTime) -> anyhow::Result<Service> {
        let (database, path) = (self.database(), self.master_key());
        // Before anything is written, the schema brought up to date included.
        let missing = self.look()?.map(|found| ring::missing(&found, &keys)).transpose();
        let missing = missing.map_err(|error| match &self.postgres {
            Some(_) => anyhow!("cannot use {}: {error}", database.display()),
            None => anyhow!(
                "cannot open {}: {error}; check the folder, its owner and the space left on the disk",
                database.display()
            ),
        })?;
        if let Some(missing) = missing.flatten() {
            bail!(
                "{} is not the key that {} was sealed under: master key {missing} is not in it; put the key file that \
                 belongs to this database back from your backup; nothing was changed",
                path.display(),
                database.display()
            );
        }
        let store = match &self.postgres {
            Some(address) => Store::open_postgres(address)?,
            None => Store::open(&database)?,
        };
        match Service::new(store, Sealer::of_file(keys, &path, &database), app::entropy(), now) {
            Ok(service) => Ok(service),
            Err(Trouble::Failed(error)) if error.is::<SealError>() => {
                bail!("{} does not open with {}: {error}", database.display(), path.display())
            }
            Err(Trouble::Storage(fault)) if self.postgres.is_some() => {
                bail!("cannot write {}: {fault}", database.display())
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
        let path = self.path.join("maintenance.lock");
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
                    self.path.display()
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
