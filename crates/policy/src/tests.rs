mod applies;
mod decide;
mod lockout;
mod policy;
mod reference;

use crate::{Facts, MachineFacts, Password, Policy, Subject};
use model::{AuthorityClaim, Place, Sid, SignInKind, UnixTime};

/// 2026-11-24T06:40:00Z.
const NOW: UnixTime = UnixTime::from_secs(1_795_502_400);
const DOMAIN: &str = "S-1-5-21-1-2-3";

fn sid(text: &str) -> Sid {
    text.parse().unwrap()
}

fn policy(text: &str) -> Policy {
    Policy::from_toml(text).unwrap()
}

fn machine(group: &str) -> MachineFacts {
    MachineFacts { group: group.to_owned(), kind: SignInKind::SignIn, place: Place::Console }
}

/// Account 1001 of a domain, member of the domain's users, at the console of a machine in the group `office`.
fn stranger() -> Facts {
    let subject = Subject {
        machine: machine("office"),
        account: sid("S-1-5-21-1-2-3-1001"),
        account_groups: vec![sid("S-1-5-32-545"), sid("S-1-5-21-1-2-3-513")],
        directory_groups: Vec::new(),
    };
    Facts::of_a_stranger(subject, AuthorityClaim::Domain(sid(DOMAIN)), Password::Proven, NOW)
}
