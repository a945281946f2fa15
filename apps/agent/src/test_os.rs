//! An operating system for unit tests.

use model::{AccountClaim, AccountName, AuthorityClaim, Secret};
use os::{ChangeVerdict, Machine, Os, OsError, PasswordVerdict, Protection, Resolved, Severity};
use std::{thread, time::Duration};

/// Knows one account, `CORP\mara` with the password `right`.
pub(crate) struct TestOs {
    pub(crate) firmware_uuid: String,
    /// How long a proof takes.
    pub(crate) proof_takes: Duration,
}

impl Default for TestOs {
    fn default() -> Self {
        Self { firmware_uuid: "0a0b".into(), proof_takes: Duration::ZERO }
    }
}

pub(crate) fn mara() -> Resolved {
    Resolved {
        account: AccountClaim {
            authority: AuthorityClaim::Domain("S-1-5-21-7-8-9".parse().unwrap()),
            sid: "S-1-5-21-7-8-9-1001".parse().unwrap(),
            name: "CORP\\mara".parse().unwrap(),
            upn: None,
        },
        groups: Vec::new(),
    }
}

impl Os for TestOs {
    fn resolve(&self, name: &AccountName) -> Result<Option<Resolved>, OsError> {
        Ok((name.as_str() == "CORP\\mara").then(mara))
    }

    fn prove_password(&self, name: &AccountName, password: &Secret) -> PasswordVerdict {
        thread::sleep(self.proof_takes);
        match (name.as_str(), password.expose()) {
            ("CORP\\mara", b"right") => PasswordVerdict::Proven(mara()),
            ("CORP\\mara", _) => PasswordVerdict::Wrong(Some(mara().account)),
            _ => PasswordVerdict::Wrong(None),
        }
    }

    fn change_password(&self, _: &AccountClaim, _: &Secret, _: &Secret) -> ChangeVerdict {
        ChangeVerdict::Failed
    }

    fn machine(&self) -> Result<Machine, OsError> {
        Ok(Machine {
            name: "LAB1".into(),
            sid: "S-1-5-21-1-2-3".parse().unwrap(),
            firmware_uuid: self.firmware_uuid.clone(),
            os: "Test".into(),
        })
    }

    fn protect(&self, bytes: &Secret) -> Result<Vec<u8>, OsError> {
        Ok(bytes.expose().iter().map(|byte| byte ^ 0x55).collect())
    }

    fn unprotect(&self, sealed: &[u8]) -> Result<Secret, OsError> {
        Ok(Secret::new(sealed.iter().map(|byte| byte ^ 0x55).collect()))
    }

    fn protection(&self) -> Protection {
        Protection::FilePermissions
    }

    fn record_event(&self, _: Severity, _: &str) {}
}
