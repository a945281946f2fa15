//! A file that was opened: a vault of ours, or an import.

use crate::{
    edge,
    file::{self, Existing},
    output, password,
};
use anyhow::bail;
use model::Secret;
use rand_core::Rng;
use std::path::{Path, PathBuf};
use vault::{
    EntryId, Stored, Vault,
    container::{CannotOpen, Container, Keyring, MAGIC, NewSlot, PasswordParameters, RecoveryKey, derive},
    import::{self, CannotImport, Import},
};
use zeroize::Zeroizing;

/// What a file turned out to be.
pub(crate) enum Source {
    /// A vault of ours.
    Ours(Box<OpenVault>),
    /// Somebody else's file.
    Foreign(Import),
}

/// A vault, with what is needed to store it again.
pub(crate) struct OpenVault {
    pub(crate) vault: Vault,
    pub(crate) keyring: Keyring,
    path: PathBuf,
    /// As it was read: another program may have written in between.
    bytes: Option<Zeroizing<Vec<u8>>>,
}

/// Opens a file, asking for a password only where one is needed.
pub(crate) fn open(path: &Path, password_env: Option<&str>) -> anyhow::Result<Source> {
    let bytes = file::read(path)?;
    let question = format!("Password of {}", output::shown(&path.display().to_string()));
    if bytes.starts_with(MAGIC) {
        let (vault, keyring) = open_container(&bytes, || password::get(password_env, &question))?;
        let open = OpenVault { vault, keyring, path: path.to_owned(), bytes: Some(bytes) };
        return Ok(Source::Ours(Box::new(open)));
    }
    match import::read(&bytes, None) {
        Err(CannotImport::NeedsPassword(_)) => {
            let password = password::get(password_env, &question)?;
            Ok(Source::Foreign(import::read(&bytes, Some(&password))?))
        }
        read => Ok(Source::Foreign(read?)),
    }
}

/// Opens a vault of ours, or makes a new one in memory where there is no file.
pub(crate) fn open_or_new(path: &Path, password_env: Option<&str>) -> anyhow::Result<OpenVault> {
    if let Some(bytes) = file::read_if_there(path)? {
        let question = format!("Password of {}", output::shown(&path.display().to_string()));
        let (vault, keyring) = open_container(&bytes, || password::get(password_env, &question))?;
        return Ok(OpenVault { vault, keyring, path: path.to_owned(), bytes: Some(bytes) });
    }
    let question = format!("New password for {}", output::shown(&path.display().to_string()));
    let password = password::get_new(password_env, &question)?;
    Ok(OpenVault {
        vault: Vault::new(),
        keyring: new_keyring(&password)?,
        path: path.to_owned(),
        bytes: None,
    })
}

/// The keys of a new vault under a password.
pub(crate) fn new_keyring(password: &Secret) -> anyhow::Result<Keyring> {
    let mut rng = edge::rng();
    let parameters = PasswordParameters::random(&mut rng);
    let slot = NewSlot::password(parameters, derive(password, &parameters)?);
    Ok(Keyring::create(slot, edge::now(), &mut rng)?)
}

/// By the password, or by the recovery code where what was typed is one.
fn open_container(
    bytes: &[u8],
    password: impl FnOnce() -> anyhow::Result<Secret>,
) -> anyhow::Result<(Vault, Keyring)> {
    let container = Container::read(bytes)?;
    let password = password()?;
    let code = password.expose_text().and_then(|text| text.parse::<RecoveryKey>().ok());
    if let Some(Ok(opened)) = code.map(|code| container.open_with_recovery_code(&code)) {
        return Ok(opened);
    }
    match container.open_with_password(&password) {
        Err(CannotOpen::NoSuchSlot) => bail!("this vault is opened by its recovery code, not by a password"),
        opened => Ok(opened?),
    }
}

/// A new id for an entry.
pub(crate) fn new_id() -> EntryId {
    let mut bytes = [0; 16];
    edge::rng().fill_bytes(&mut bytes);
    EntryId::from_bytes(bytes)
}

impl OpenVault {
    /// Seals the vault and writes it to its file.
    pub(crate) fn store(&mut self) -> anyhow::Result<Stored> {
        let there = file::read_if_there(&self.path)?;
        if there.as_ref().map(|bytes| bytes.as_slice()) != self.bytes.as_ref().map(|bytes| bytes.as_slice()) {
            bail!("{} was changed by another program meanwhile; nothing was written", self.path.display());
        }
        let sealed = self.keyring.seal(&mut self.vault, &mut edge::rng())?;
        file::write(&self.path, sealed.bytes(), Existing::Replace)?;
        self.bytes = Some(Zeroizing::new(sealed.bytes().to_vec()));
        Ok(sealed.into_stored())
    }
}

impl Source {
    /// The tokens as a vault to look at: of a foreign file, what could be read of it.
    pub(crate) fn into_vault(self) -> anyhow::Result<Vault> {
        let import = match self {
            Self::Ours(open) => return Ok(open.vault),
            Self::Foreign(import) => import,
        };
        let mut vault = Vault::new();
        let refused = import.found.iter().filter(|found| found.outcome.is_err()).count();
        if refused > 0 {
            output::remark(&format!("what cannot be read was left out: {refused}; `inspect` says why"))?;
        }
        remark_incomplete(&import)?;
        for found in import.found {
            let Ok(draft) = found.outcome else { continue };
            let id = new_id();
            vault.add(draft, id, edge::now())?;
            if found.trashed {
                vault.trash(id, edge::now())?;
            }
        }
        Ok(vault)
    }
}

/// Says which parts of an export over several QR codes are not there.
pub(crate) fn remark_incomplete(import: &Import) -> anyhow::Result<()> {
    for batch in &import.incomplete {
        let missing: Vec<String> = batch.missing.iter().map(u32::to_string).collect();
        output::remark(&format!("this export has {} parts; missing: {}", batch.of, missing.join(", ")))?;
    }
    Ok(())
}
