//! Proving and changing passwords.

use super::{accounts, machine, wide::Wide};
use crate::memory::Handle;
use model::{AccountClaim, AccountName, AuthorityClaim, NameForm, Secret};
use os::{
    ChangeVerdict, PasswordVerdict,
    logon::domain_and_user,
    windows::{Judgment, judge_change, judge_logon},
};
use windows::Win32::{
    Foundation::{HANDLE, WIN32_ERROR},
    NetworkManagement::NetManagement::NetUserChangePassword,
    Security::{
        LOGON32_LOGON, LOGON32_LOGON_INTERACTIVE, LOGON32_LOGON_NETWORK, LOGON32_PROVIDER_DEFAULT, LogonUserW,
    },
};
use windows::core::PCWSTR;

/// ERROR_NO_LOGON_SERVERS: no domain controller could be asked.
const NO_LOGON_SERVERS: u32 = 1311;

/// Asks Windows for a network logon, which neither uses nor renews what Windows remembers of earlier sign-ins, and
/// closes it again. A wrong password counts at Windows as one wrong password.
///
/// Where no domain controller can be asked, a second, interactive one is tried, which uses what Windows remembers, as
/// the sign-in itself will. It tells who somebody is and in which groups, and proves nothing: the password may have been
/// changed in the domain since.
pub(super) fn prove(name: &AccountName, password: &Secret) -> PasswordVerdict {
    let (token, remembered) = match log_on(name, password, LOGON32_LOGON_NETWORK) {
        Err(NO_LOGON_SERVERS) => (log_on(name, password, LOGON32_LOGON_INTERACTIVE), true),
        token => (token, false),
    };
    match token {
        Ok(token) => match accounts::resolve_token(&token) {
            Ok(Some(resolved)) if remembered => PasswordVerdict::CouldNotTell(Some(resolved)),
            Ok(Some(resolved)) => PasswordVerdict::Proven(resolved),
            // Right, but of an account that is nobody's, such as that of a service, or that cannot be named.
            Ok(None) | Err(_) => PasswordVerdict::CouldNotTell(None),
        },
        Err(code) => match judge_logon(code) {
            Judgment::Wrong => match accounts::claim(name).ok().flatten() {
                // Windows says so of right passwords of these accounts too.
                Some(AccountClaim { authority: AuthorityClaim::Entra(_), .. }) => {
                    PasswordVerdict::CouldNotTell(accounts::resolve(name).ok().flatten())
                }
                account => PasswordVerdict::Wrong(account),
            },
            Judgment::MustChange => match accounts::resolve(name) {
                Ok(Some(resolved)) => PasswordVerdict::MustChange(resolved),
                Ok(None) | Err(_) => PasswordVerdict::CouldNotTell(None),
            },
            Judgment::CouldNotTell => PasswordVerdict::CouldNotTell(accounts::resolve(name).ok().flatten()),
        },
    }
}

/// The token of a logon, or the error code.
fn log_on(name: &AccountName, password: &Secret, kind: LOGON32_LOGON) -> Result<Handle, u32> {
    // What is no text, or has a zero in it, no account has for a password.
    const LOGON_FAILURE: u32 = 1326;
    let (domain, user) = match name.form() {
        NameForm::ThisMachine(user) => (Some("."), user),
        NameForm::Domain { domain, user } => (Some(domain), user),
        // Without a domain Windows looks for the name on the machine first.
        NameForm::Bare(_) => (None, name.as_str()),
        // Without one it takes the principal name of a domain's account apart by itself, and no other.
        NameForm::Principal { .. } => {
            (accounts::claim(name).ok().flatten().and_then(identity_provider), name.as_str())
        }
    };
    let wide = |text: &str| Wide::new(text).map_err(|_| LOGON_FAILURE);
    let user = wide(user)?;
    let domain = domain.map(wide).transpose()?;
    let password = Wide::secret(password).map_err(|_| LOGON_FAILURE)?;
    let mut token = HANDLE::default();
    // SAFETY: the texts end with zeros and are alive; the handle is written.
    let result = unsafe {
        LogonUserW(
            user.pointer(),
            domain.as_ref().map_or(PCWSTR::null(), Wide::pointer),
            password.pointer(),
            kind,
            LOGON32_PROVIDER_DEFAULT,
            &mut token,
        )
    };
    match result {
        Ok(()) => Ok(Handle(token)),
        Err(error) => Err(WIN32_ERROR::from_error(&error).map_or(0, |code| code.0)),
    }
}

/// The domain by which Windows knows accounts of an identity provider. A local account that was found by a principal
/// name is a Microsoft account.
fn identity_provider(account: AccountClaim) -> Option<&'static str> {
    match account.authority {
        AuthorityClaim::ThisMachine => Some("MicrosoftAccount"),
        AuthorityClaim::Entra(_) => Some("AzureAD"),
        AuthorityClaim::Domain(_) => None,
    }
}

/// Changes a password as its owner would, who has to know the old one.
pub(super) fn change(account: &AccountClaim, old: &Secret, new: &Secret) -> ChangeVerdict {
    let Ok(host) = machine::name() else { return ChangeVerdict::Failed };
    let (domain, user) = domain_and_user(&account.name, &host);
    let texts = (Wide::new(domain), Wide::new(user), Wide::secret(old), Wide::secret(new));
    let (Ok(domain), Ok(user), Ok(old), Ok(new)) = texts else { return ChangeVerdict::Failed };
    // SAFETY: the texts end with zeros and are alive.
    let code =
        unsafe { NetUserChangePassword(domain.pointer(), user.pointer(), old.pointer(), new.pointer()) };
    judge_change(code)
}
