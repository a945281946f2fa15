use super::Message;
use crate::Credentials;
use model::{AccountName, AuthorityClaim, NameForm, SignInKind};

/// `Identity_LocalUserProvider`, in memory order: the tile of an account that Windows itself keeps.
pub const LOCAL_USER_PROVIDER: [u8; 16] =
    [0x9b, 0x52, 0x98, 0xa1, 0x0f, 0x73, 0x89, 0x40, 0xb6, 0x46, 0xa1, 0x25, 0x57, 0xf5, 0x66, 0x5e];

/// `CREDUIWIN_PACK_32_WOW`.
const PACK_32_WOW: u32 = 0x1000_0000;

/// How credentials have to be packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packing {
    /// By [`pack`](super::pack), the password protected by `CredProtect`.
    Logon {
        /// What for.
        message: Message,
        /// Domain or machine, never `.`; may be empty.
        domain: String,
        /// The user in it.
        user: String,
    },
    /// By `CredPackAuthenticationBuffer` as those of an identity provider: Microsoft and Entra accounts.
    IdentityProvider {
        /// `Provider\name`.
        name: String,
    },
    /// By `CredPackAuthenticationBuffer` for the program that asked for an elevation.
    Elevation {
        /// `DOMAIN\user` or `Provider\name`.
        name: String,
        /// Whether that program is a 32-bit one (`CRED_PACK_WOW_BUFFER`).
        wow: bool,
    },
}

impl Packing {
    /// What is due for these credentials on the machine of this name.
    ///
    /// What is packed is the account as the system resolved it, since that is the one that was approved: a name as typed
    /// could mean another account to whoever reads it next. Accounts of identity providers have no other name than the
    /// one typed.
    pub fn of(credentials: &Credentials<'_>, machine: &str) -> Self {
        let message = match credentials.kind {
            SignInKind::Elevation => {
                return Self::Elevation {
                    name: identity(credentials)
                        .unwrap_or_else(|| credentials.account.name.as_str().to_owned()),
                    wow: credentials.flags & PACK_32_WOW != 0,
                };
            }
            SignInKind::SignIn => Message::Interactive,
            SignInKind::Unlock => Message::WorkstationUnlock,
        };
        if let Some(name) = identity(credentials) {
            return Self::IdentityProvider { name };
        }
        let (domain, user) = domain_and_user(&credentials.account.name, machine);
        Self::Logon { message, domain: domain.to_owned(), user: user.to_owned() }
    }
}

/// `Provider\name` of an account that an identity provider vouches for.
fn identity(credentials: &Credentials<'_>) -> Option<String> {
    let foreign_tile = credentials.provider.is_some_and(|provider| provider != LOCAL_USER_PROVIDER);
    let principal = matches!(credentials.name.form(), NameForm::Principal { .. });
    let prefix = match &credentials.account.authority {
        AuthorityClaim::Domain(_) => return None,
        AuthorityClaim::Entra(_) => "AzureAD",
        // A local account has no principal name; whoever was found by one has a Microsoft account.
        AuthorityClaim::ThisMachine if foreign_tile || principal => "MicrosoftAccount",
        AuthorityClaim::ThisMachine => return None,
    };
    let name = credentials.name.as_str();
    Some(match (credentials.name.form(), &credentials.account.upn) {
        (NameForm::Principal { .. }, _) => format!("{prefix}\\{name}"),
        (NameForm::Domain { domain, user }, _)
            if domain.eq_ignore_ascii_case(prefix) && user.contains('@') =>
        {
            name.to_owned()
        }
        (_, Some(upn)) => format!("{prefix}\\{upn}"),
        _ => name.to_owned(),
    })
}

/// Domain and user of a name. `.` is the machine; a user principal name is a user without a domain.
pub fn domain_and_user<'a>(name: &'a AccountName, machine: &'a str) -> (&'a str, &'a str) {
    match name.form() {
        NameForm::Bare(user) => ("", user),
        NameForm::ThisMachine(user) => (machine, user),
        NameForm::Domain { domain, user } => (domain, user),
        NameForm::Principal { .. } => ("", name.as_str()),
    }
}
