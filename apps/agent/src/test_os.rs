//! An operating system for unit tests.

use model::{AccountClaim, AccountName, AuthorityClaim, Place, Secret};
use os::{
    ChangeVerdict, Credentials, Machine, Os, OsError, Packed, PasswordVerdict, Protection, Resolved, Session,
    Severity, Unpacked,
};
use std::{sync::Mutex, thread, time::Duration};

/// Knows one account, `CORP\mara` with the password `right`.
pub(crate) struct TestOs {
    pub(crate) firmware_uuid: String,
    /// How long a proof takes.
    pub(crate) proof_takes: Duration,
    /// How long packing takes.
    pub(crate) packing_takes: Duration,
    /// What was written to the event log.
    pub(crate) events: Mutex<Vec<String>>,
}

impl Default for TestOs {
    fn default() -> Self {
        Self {
            firmware_uuid: "0a0b".into(),
            proof_takes: Duration::ZERO,
            packing_takes: Duration::ZERO,
            events: Mutex::default(),
        }
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

    /// Name, a line's end, password: nothing that Windows would take.
    fn pack(&self, credentials: &Credentials<'_>) -> Result<Packed, OsError> {
        thread::sleep(self.packing_takes);
        let bytes = [credentials.name.as_str().as_bytes(), b"\n", credentials.password.expose()].concat();
        Ok(Packed { package: 7, bytes: Secret::new(bytes) })
    }

    fn unpack(&self, packed: &Packed) -> Result<Unpacked, OsError> {
        let failed = || OsError::Failed("not packed here".into());
        let (name, password) =
            packed.bytes.expose_text().and_then(|text| text.split_once('\n')).ok_or_else(failed)?;
        Ok(Unpacked {
            name: name.parse().map_err(|_| failed())?,
            password: Secret::from_text(password.to_owned()),
        })
    }

    fn session(&self, _: u32) -> Session {
        Session { user: None, place: Place::Console }
    }

    fn pipe_access(&self) -> &'static str {
        ""
    }

    fn record_event(&self, _: Severity, text: &str) {
        self.events.lock().unwrap().push(text.to_owned());
    }
}
