use model::{AccountClaim, AuthorityClaim, Sid};

/// The SID of the domain that [`domain`] accounts are in.
pub const DOMAIN: &str = "S-1-5-21-1004336348-1177238915-682003330";

/// A domain account.
pub fn domain(rid: u32) -> AccountClaim {
    AccountClaim {
        authority: AuthorityClaim::Domain(sid(DOMAIN)),
        sid: sid(&format!("{DOMAIN}-{rid}")),
        name: format!("CORP\\user{rid}").parse().unwrap(),
        upn: Some(format!("user{rid}@corp.example").parse().unwrap()),
    }
}

/// An Entra account.
pub fn entra(number: u32) -> AccountClaim {
    AccountClaim {
        authority: AuthorityClaim::Entra("0f0e0d0c-0b0a-4908-8706-050403020100".into()),
        sid: sid(&format!("S-1-12-1-1-2-3-{number}")),
        name: format!("AzureAD\\user{number}").parse().unwrap(),
        upn: Some(format!("user{number}@cloud.example").parse().unwrap()),
    }
}

pub(crate) fn sid(text: &str) -> Sid {
    text.parse().unwrap()
}
