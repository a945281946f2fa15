use crate::{AccountName, Sid};
use serde::{Deserialize, Serialize};

/// Who vouches for an account, as a machine says it. The server turns `ThisMachine` into the machine's id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityClaim {
    /// The machine that speaks: local accounts, and Microsoft accounts, which have a local SID.
    ThisMachine,
    /// An Active Directory domain, by its SID.
    Domain(Sid),
    /// An Entra tenant, by its id in lower-case hyphenated form.
    Entra(String),
}

/// What a machine says about the Windows account somebody signs in with.
///
/// Evidence, not proof: the server decides what this machine may speak for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccountClaim {
    /// Who vouches for the account.
    pub authority: AuthorityClaim,
    /// The account's SID.
    pub sid: Sid,
    /// `DOMAIN\user` as Windows resolved it; shown to people and written to the audit trail.
    pub name: AccountName,
    /// `user@domain` where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upn: Option<AccountName>,
}
