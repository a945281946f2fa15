//! The answers of Windows itself. Each file has the calls of one subject; what an answer means is in
//! `crates/os/src/windows`, and what is packed how in `crates/os/src/logon`.

mod accounts;
mod events;
mod machine;
mod packing;
mod password;
mod seal;
mod session;
mod wide;

use model::{AccountClaim, AccountName, Secret};
use os::{
    ChangeVerdict, Credentials, Machine, Os, OsError, Packed, PasswordVerdict, Protection, Resolved, Session,
    Severity, Unpacked,
};
use windows::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
use windows::core::{s, w};

/// Windows. Wants to run as the system: packing for Windows' sign-in, asking about sessions and proving what group
/// somebody is in need it.
#[derive(Debug)]
pub struct Windows(());

impl Windows {
    /// Windows, where this is Windows.
    ///
    /// # Errors
    /// This is Wine, whose `LogonUser` says yes to any password.
    pub fn new() -> Result<Self, OsError> {
        if is_wine() {
            return Err(OsError::NotHere("whether a password is right: it is Wine, not Windows"));
        }
        Ok(Self(()))
    }
}

/// Whether ntdll has the function by which Wine says what it is. Where ntdll is not found it is not Windows either.
fn is_wine() -> bool {
    // SAFETY: the name is a static text; a module that every process has needs no counting.
    let Ok(ntdll) = (unsafe { GetModuleHandleW(w!("ntdll.dll")) }) else { return true };
    // SAFETY: the handle is of a loaded module, the name a static text; what is found is not called.
    unsafe { GetProcAddress(ntdll, s!("wine_get_version")) }.is_some()
}

impl Os for Windows {
    fn resolve(&self, name: &AccountName) -> Result<Option<Resolved>, OsError> {
        accounts::resolve(name)
    }

    fn prove_password(&self, name: &AccountName, password: &Secret) -> PasswordVerdict {
        password::prove(name, password)
    }

    fn change_password(&self, account: &AccountClaim, old: &Secret, new: &Secret) -> ChangeVerdict {
        password::change(account, old, new)
    }

    fn machine(&self) -> Result<Machine, OsError> {
        machine::machine()
    }

    fn protect(&self, bytes: &Secret) -> Result<Vec<u8>, OsError> {
        seal::protect(bytes)
    }

    fn unprotect(&self, sealed: &[u8]) -> Result<Secret, OsError> {
        seal::unprotect(sealed)
    }

    fn protection(&self) -> Protection {
        Protection::Dpapi
    }

    fn pack(&self, credentials: &Credentials<'_>) -> Result<Packed, OsError> {
        packing::pack(credentials)
    }

    fn unpack(&self, packed: &Packed) -> Result<Unpacked, OsError> {
        packing::unpack(packed)
    }

    fn session(&self, session: u32) -> Session {
        session::session(session)
    }

    fn pipe_access(&self) -> &'static str {
        "O:SYG:SYD:P(A;;GA;;;SY)"
    }

    fn record_event(&self, severity: Severity, text: &str) {
        events::record(severity, text);
    }
}

/// A call of Windows that failed.
fn failed(what: &str, error: &windows::core::Error) -> OsError {
    // The code in place of Windows' words, which are in the language of the machine.
    OsError::Failed(format!("{what}: {:#010x}", error.code().0))
}

/// What can be called without being on Windows: that memory is handed over and freed as it should be. What the answers
/// are worth shows only on Windows.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wine_is_not_taken_for_windows() {
        // What only Wine has beside ntdll; on Windows the two agree the other way.
        let wine = std::path::Path::new("C:\\windows\\system32\\winecfg.exe").exists();
        // As a trait object, so that every call is linked and the loader has to find it.
        let os: Result<Box<dyn Os>, _> = Windows::new().map(|windows| Box::new(windows) as _);
        assert_eq!(os.is_err(), wine);
    }

    #[test]
    fn the_machine_has_a_name_and_a_sid_of_its_own() {
        let machine = machine::machine().unwrap();
        assert!(!machine.name.is_empty() && machine.sid.is_issuer(), "{machine:?}");
        assert!(machine.os.contains("Windows"), "{machine:?}");
    }

    #[test]
    fn whoever_runs_this_is_found_by_name_and_nobody_else() {
        let user = std::env::var("USERNAME").unwrap();
        let bare = accounts::claim(&user.parse().unwrap()).unwrap().unwrap();
        let here = accounts::claim(&format!(".\\{user}").parse().unwrap()).unwrap().unwrap();
        assert_eq!(bare, here);
        assert!(bare.name.as_str().to_lowercase().ends_with(&user.to_lowercase()), "{bare:?}");
        let nobody = accounts::claim(&".\\nobody of this name".parse().unwrap()).unwrap();
        assert_eq!(nobody, None);
    }

    #[test]
    fn what_was_sealed_is_opened_and_what_was_changed_is_not() {
        let secret = Secret::from_text("test secret".into());
        let mut sealed = seal::protect(&secret).unwrap();
        assert_eq!(seal::unprotect(&sealed).unwrap(), secret);
        assert!(!sealed.windows(11).any(|part| part == secret.expose()));
        let middle = sealed.len() / 2;
        sealed[middle] ^= 1;
        assert!(matches!(seal::unprotect(&sealed), Err(OsError::SealedElsewhere)));
        assert!(seal::unprotect(&[]).is_err());
    }

    #[test]
    fn a_session_that_is_not_there_is_nobodys_and_at_a_distance() {
        let session = session::session(54_321);
        assert_eq!(session.place, model::Place::Remote);
    }

    #[test]
    fn a_text_with_a_zero_is_not_handed_to_windows() {
        assert!(wide::Wide::new("a\0b").is_err());
        assert_eq!(wide::Wide::new("aä").unwrap().units(), [0x61, 0xe4, 0]);
    }
}
