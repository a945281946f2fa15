use crate::{
    ChangeVerdict, Credentials, Machine, Os, OsError, Packed, PasswordVerdict, Protection, Resolved, Session,
    Severity, Unpacked,
};
use model::{AccountClaim, AccountName, Place, Secret, Sid};
use sha2::{Digest, Sha256};
use std::fs;

/// A system that is not Windows: the machine can be joined and asked for its status, but no password is ever
/// proven, because there is nobody to prove it.
#[derive(Debug, Clone, Copy, Default)]
pub struct NotWindows;

impl Os for NotWindows {
    fn resolve(&self, _: &AccountName) -> Result<Option<Resolved>, OsError> {
        Err(OsError::NotHere("accounts"))
    }

    fn prove_password(&self, _: &AccountName, _: &Secret) -> PasswordVerdict {
        PasswordVerdict::CouldNotTell(None)
    }

    fn change_password(&self, _: &AccountClaim, _: &Secret, _: &Secret) -> ChangeVerdict {
        ChangeVerdict::Failed
    }

    fn machine(&self) -> Result<Machine, OsError> {
        let id = line("/etc/machine-id")
            .ok_or(OsError::NotHere("which machine it is: /etc/machine-id is missing"))?;
        Ok(Machine {
            name: line("/proc/sys/kernel/hostname").unwrap_or_else(|| "unnamed".into()),
            sid: sid_of(&id)?,
            // Readable by root only on most systems.
            firmware_uuid: line("/sys/class/dmi/id/product_uuid").unwrap_or_default().to_lowercase(),
            os: os_name(&fs::read_to_string("/etc/os-release").unwrap_or_default())
                .unwrap_or_else(|| std::env::consts::OS.into()),
        })
    }

    fn protect(&self, bytes: &Secret) -> Result<Vec<u8>, OsError> {
        Ok(bytes.expose().to_vec())
    }

    fn unprotect(&self, sealed: &[u8]) -> Result<Secret, OsError> {
        Ok(Secret::new(sealed.to_vec()))
    }

    fn protection(&self) -> Protection {
        Protection::FilePermissions
    }

    fn pack(&self, _: &Credentials<'_>) -> Result<Packed, OsError> {
        Err(OsError::NotHere("how credentials are packed"))
    }

    fn unpack(&self, _: &Packed) -> Result<Unpacked, OsError> {
        Err(OsError::NotHere("how credentials are packed"))
    }

    fn session(&self, _: u32) -> Session {
        Session { user: None, place: Place::Remote }
    }

    fn pipe_access(&self) -> &'static str {
        ""
    }

    fn record_event(&self, _: Severity, _: &str) {}
}

/// A SID of the form a Windows machine has, from the machine id, which systemd asks not to be shown as it is.
fn sid_of(machine_id: &str) -> Result<Sid, OsError> {
    let digest = Sha256::digest(format!("countersign machine sid {machine_id}"));
    let part = |i: usize| u32::from_be_bytes([digest[i], digest[i + 1], digest[i + 2], digest[i + 3]]);
    format!("S-1-5-21-{}-{}-{}", part(0), part(4), part(8))
        .parse()
        .map_err(|_| OsError::Failed("a machine SID could not be made".into()))
}

/// The first line of a file, when it says something.
fn line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.chars().take(256).collect())
}

/// `PRETTY_NAME` of os-release(5).
fn os_name(release: &str) -> Option<String> {
    let value = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim_matches(['"', '\'']).chars().take(128).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sid_is_a_machine_sid_that_depends_on_the_machine_id() {
        let (one, two) = (sid_of("aa").unwrap(), sid_of("ab").unwrap());
        assert!(one.is_issuer() && one != two && one == sid_of("aa").unwrap());
        assert!(!one.as_str().contains("aa"));
    }

    #[test]
    fn the_name_of_the_system_is_read_from_os_release() {
        assert_eq!(os_name("ID=debian\nPRETTY_NAME=\"Debian 12\"\n").as_deref(), Some("Debian 12"));
        assert_eq!(os_name("ID=debian\n"), None);
    }

    #[test]
    fn no_password_is_ever_proven() {
        let name = "mara".parse().unwrap();
        let verdict = NotWindows.prove_password(&name, &Secret::from_text("test".into()));
        assert_eq!(verdict, PasswordVerdict::CouldNotTell(None));
    }

    #[test]
    fn what_is_protected_can_be_opened_again() {
        let key = Secret::new(vec![1, 2, 3]);
        assert_eq!(NotWindows.unprotect(&NotWindows.protect(&key).unwrap()).unwrap(), key);
    }
}
