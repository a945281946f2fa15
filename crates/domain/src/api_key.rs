use crate::{Right, Scope};
use model::{ApiKeyId, UnixTime};
use serde::Serialize;
use std::collections::BTreeSet;

/// A key of the administration API, for a program. The secret is not kept, only its hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ApiKey {
    /// Which key.
    pub id: ApiKeyId,
    /// What it is called; unique, and what the audit trail knows.
    pub name: String,
    /// What it may do.
    pub rights: BTreeSet<Right>,
    /// Where.
    pub scope: Scope,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it stops being good; `None`: never by itself.
    pub expires_at: Option<UnixTime>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<UnixTime>,
}

impl ApiKey {
    /// Whether a right is had, be it for some groups alone: what it is used on has to be looked at besides.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right) && (right.is_by_group() || self.scope == Scope::All)
    }

    /// Whether this is at least what the other one is. Nobody hands on more than they have.
    pub fn includes(&self, other: &Self) -> bool {
        other.rights.iter().all(|&right| !other.may(right) || self.may(right))
            && self.scope.covers_all_of(&other.scope)
    }

    /// Whether it is still good.
    pub fn is_good(&self, now: UnixTime) -> bool {
        self.expires_at.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::GroupId;

    fn key(rights: &[Right], scope: Scope) -> ApiKey {
        ApiKey {
            id: ApiKeyId::from_bytes([1; 16]),
            name: "sync".into(),
            rights: rights.iter().copied().collect(),
            scope,
            created_at: UnixTime::from_secs(0),
            expires_at: Some(UnixTime::from_secs(10)),
            last_used_at: None,
        }
    }

    #[test]
    fn a_key_for_a_group_has_no_say_in_what_is_about_all_and_hands_on_no_more_than_it_has() {
        let one = Scope::Groups([GroupId::from_bytes([1; 16])].into());
        let all = key(&[Right::ManageKeys, Right::ViewMachines], Scope::All);
        let scoped = key(&[Right::ManageKeys, Right::ViewMachines], one.clone());
        assert!(
            all.may(Right::ManageKeys) && !scoped.may(Right::ManageKeys) && scoped.may(Right::ViewMachines)
        );
        assert!(all.includes(&scoped) && !scoped.includes(&all));
        assert!(!all.includes(&key(&[Right::ViewPeople], one)));
    }

    #[test]
    fn a_key_is_good_until_its_time_is_over() {
        let key = key(&[], Scope::All);
        assert!(key.is_good(UnixTime::from_secs(9)) && !key.is_good(UnixTime::from_secs(10)));
    }
}
