use model::{AccountClaim, AccountName, AuthorityClaim, MachineId, PersonId, Sid, UnixTime};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Who vouches for an account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Authority {
    /// One machine: its local and Microsoft accounts.
    Machine(MachineId),
    /// An Active Directory domain.
    Domain(Sid),
    /// An Entra tenant.
    Entra(String),
}

/// A text is not an authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an authority: expected machine:ID, domain:SID or entra:TENANT")]
pub struct InvalidAuthority;

impl Authority {
    /// What a machine's claim means when this machine makes it.
    pub fn claimed_by(claim: &AuthorityClaim, machine: MachineId) -> Self {
        match claim {
            AuthorityClaim::ThisMachine => Self::Machine(machine),
            AuthorityClaim::Domain(sid) => Self::Domain(sid.clone()),
            AuthorityClaim::Entra(tenant) => Self::Entra(tenant.clone()),
        }
    }
}

/// `machine:mch_…`, `domain:S-1-5-21-…`, `entra:…`.
impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(id) => write!(f, "machine:{id}"),
            Self::Domain(sid) => write!(f, "domain:{sid}"),
            Self::Entra(tenant) => write!(f, "entra:{tenant}"),
        }
    }
}

impl FromStr for Authority {
    type Err = InvalidAuthority;

    fn from_str(text: &str) -> Result<Self, InvalidAuthority> {
        match text.split_once(':') {
            Some(("machine", id)) => id.parse().map(Self::Machine).map_err(|_| InvalidAuthority),
            Some(("domain", sid)) => sid.parse().map(Self::Domain).map_err(|_| InvalidAuthority),
            Some(("entra", tenant)) if !tenant.is_empty() => Ok(Self::Entra(tenant.to_owned())),
            _ => Err(InvalidAuthority),
        }
    }
}

impl TryFrom<String> for Authority {
    type Error = InvalidAuthority;

    fn try_from(text: String) -> Result<Self, InvalidAuthority> {
        text.parse()
    }
}

impl From<Authority> for String {
    fn from(authority: Authority) -> String {
        authority.to_string()
    }
}

/// What makes an account the same account: who vouches for it, and its SID.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct AccountKey {
    /// Who vouches.
    pub authority: Authority,
    /// The SID.
    pub sid: Sid,
}

impl AccountKey {
    /// What a machine's claim means when this machine makes it.
    pub fn claimed_by(claim: &AccountClaim, machine: MachineId) -> Self {
        Self { authority: Authority::claimed_by(&claim.authority, machine), sid: claim.sid.clone() }
    }
}

/// A Windows account of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Which account.
    #[serde(flatten)]
    pub key: AccountKey,
    /// Whose.
    pub person: PersonId,
    /// `DOMAIN\user` as last seen.
    pub name: AccountName,
    /// `user@domain` as last seen.
    pub upn: Option<AccountName>,
    /// When it was first seen.
    pub first_seen_at: UnixTime,
    /// On which machine.
    pub first_seen_on: Option<MachineId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_survives_its_text_form() {
        let domain: Sid = "S-1-5-21-1-2-3".parse().unwrap();
        for authority in [
            Authority::Machine(MachineId::from_bytes([7; 16])),
            Authority::Domain(domain),
            Authority::Entra("0f0e".into()),
        ] {
            assert_eq!(authority.to_string().parse(), Ok(authority));
        }
        for bad in ["", "machine:", "domain:x", "entra:", "other:1"] {
            assert_eq!(bad.parse::<Authority>(), Err(InvalidAuthority), "{bad}");
        }
    }

    #[test]
    fn a_local_account_belongs_to_the_machine_that_speaks() {
        let (a, b) = (MachineId::from_bytes([1; 16]), MachineId::from_bytes([2; 16]));
        assert_ne!(
            Authority::claimed_by(&AuthorityClaim::ThisMachine, a),
            Authority::claimed_by(&AuthorityClaim::ThisMachine, b)
        );
    }
}
