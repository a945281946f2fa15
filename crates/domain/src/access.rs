//! Who may do what in the console and by the administration API: roles, rights, and how far they reach.

use crate::{UnknownWord, words};
use model::{GroupId, OperatorId, UnixTime};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

words! {
    /// What somebody is to the server. It decides the rights.
    Role, "role" {
        /// Everything, and who else may do what.
        Owner = "owner",
        /// People, machines, policy and settings, but not other operators.
        Administrator = "administrator",
        /// Gets people back in: sees them and their machines, unlocks, hands out codes.
        HelpDesk = "help_desk",
        /// Sees everything, changes nothing.
        Auditor = "auditor",
    }
}

words! {
    /// One thing that somebody may or may not do.
    Right, "right" {
        /// See people, their tokens, enrollments and sign-ins.
        ViewPeople = "view_people",
        /// Get people back in: unlock, enrollment codes, temporary codes.
        HelpPeople = "help_people",
        /// Add, disable, join people; approve enrollments; invite; revoke, replace, assign tokens.
        ManagePeople = "manage_people",
        /// See machines, groups and how they are.
        ViewMachines = "view_machines",
        /// Join codes, and suspend, move, remove machines.
        ManageMachines = "manage_machines",
        /// See the policy and what it means for somebody.
        ViewPolicy = "view_policy",
        /// Change the policy.
        ManagePolicy = "manage_policy",
        /// See the audit trail.
        ViewAudit = "view_audit",
        /// Take the audit trail out as a file.
        ExportAudit = "export_audit",
        /// Make operators, change their roles, end their sessions.
        ManageOperators = "manage_operators",
        /// Make and end keys of the API.
        ManageKeys = "manage_keys",
        /// Notices, directories and what else is set for the whole server.
        ManageSettings = "manage_settings",
    }
}

impl Role {
    /// Whether the role has a right at all; how far it reaches is the [`Scope`]'s affair.
    pub const fn has(self, right: Right) -> bool {
        match self {
            Self::Owner => true,
            Self::Administrator => !matches!(right, Right::ManageOperators),
            Self::HelpDesk => matches!(right, Right::ViewPeople | Right::HelpPeople | Right::ViewMachines),
            Self::Auditor => matches!(
                right,
                Right::ViewPeople
                    | Right::ViewMachines
                    | Right::ViewPolicy
                    | Right::ViewAudit
                    | Right::ExportAudit
            ),
        }
    }
}

impl Right {
    /// Whether it can be had for some groups of machines alone. The others are about the whole server: policy, the audit
    /// trail, operators, keys and settings have no part that belongs to one group.
    pub const fn is_by_group(self) -> bool {
        matches!(
            self,
            Self::ViewPeople
                | Self::HelpPeople
                | Self::ManagePeople
                | Self::ViewMachines
                | Self::ManageMachines
        )
    }
}

/// Which groups of machines somebody's rights reach. People belong to the groups on whose machines they have been.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// All, also those made later.
    All,
    /// These. None: nothing.
    Groups(BTreeSet<GroupId>),
}

impl Scope {
    /// Whether a group is within it.
    pub fn covers(&self, group: GroupId) -> bool {
        match self {
            Self::All => true,
            Self::Groups(groups) => groups.contains(&group),
        }
    }

    /// Whether everything that the other reaches is within this one.
    pub fn covers_all_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Groups(_), Self::All) => false,
            (Self::Groups(ours), Self::Groups(theirs)) => theirs.is_subset(ours),
        }
    }
}

/// `all`, or ids of groups with spaces between.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Groups(groups) => {
                for (number, group) in groups.iter().enumerate() {
                    write!(f, "{}{group}", if number == 0 { "" } else { " " })?;
                }
                Ok(())
            }
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text == "all" {
            return Ok(Self::All);
        }
        let groups = text.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        groups.map(Self::Groups).map_err(|_| UnknownWord { what: "scope", word: text.to_owned() })
    }
}

impl TryFrom<String> for Scope {
    type Error = UnknownWord;

    fn try_from(text: String) -> Result<Self, UnknownWord> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> String {
        scope.to_string()
    }
}

/// What an operator or a key of the API may do: a role, and how far it reaches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Access {
    /// What is allowed.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

impl Access {
    /// Whether a right is had, be it for some groups alone. What a right by group is used on has to be looked at
    /// besides, with [`Scope::covers`].
    pub fn may(&self, right: Right) -> bool {
        self.role.has(right) && (right.is_by_group() || self.scope == Scope::All)
    }

    /// Whether this is at least what the other is. Nobody hands on more than they have.
    pub fn includes(&self, other: &Self) -> bool {
        Right::ALL.iter().all(|&right| !other.may(right) || self.may(right))
            && self.scope.covers_all_of(&other.scope)
    }
}

words! {
    /// Whether an operator may sign in.
    OperatorState, "state of an operator" {
        /// As the role says.
        Active = "active",
        /// Not at all.
        Disabled = "disabled",
    }
}

/// Somebody who works with the console. No person in the sense of Windows sign-in, though they may be the same human being.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Operator {
    /// Which operator.
    pub id: OperatorId,
    /// The name they sign in with, and the audit trail knows.
    pub name: String,
    /// What they may do, and where.
    #[serde(flatten)]
    pub access: Access,
    /// Whether they may sign in.
    pub state: OperatorState,
    /// When they were made.
    pub created_at: UnixTime,
    /// When they last signed in.
    pub last_signed_in_at: Option<UnixTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(of: &[u8]) -> Scope {
        Scope::Groups(of.iter().map(|&n| GroupId::from_bytes([n; 16])).collect())
    }

    #[test]
    fn a_scope_survives_its_text_form() {
        for scope in [Scope::All, groups(&[]), groups(&[1]), groups(&[1, 2])] {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        for bad in ["every", "all all", "grp_", "mch_00000000000000000000000000"] {
            assert!(bad.parse::<Scope>().is_err(), "{bad}");
        }
    }

    #[test]
    fn who_sees_a_group_alone_has_no_say_in_what_is_about_all() {
        let scoped = Access { role: Role::Owner, scope: groups(&[1]) };
        assert!(scoped.may(Right::ManageMachines) && scoped.may(Right::ManagePeople));
        for right in [Right::ManagePolicy, Right::ManageOperators, Right::ManageKeys, Right::ViewAudit] {
            assert!(!scoped.may(right), "{right:?}");
        }
    }

    #[test]
    fn an_auditor_changes_nothing_and_a_help_desk_revokes_nothing() {
        let changes = |right: &Right| !right.as_str().starts_with("view_") && *right != Right::ExportAudit;
        assert!(!Right::ALL.iter().filter(|right| changes(right)).any(|&right| Role::Auditor.has(right)));
        for right in [Right::ManagePeople, Right::ManageMachines, Right::ViewAudit, Right::ManagePolicy] {
            assert!(!Role::HelpDesk.has(right), "{right:?}");
        }
        assert!(!Role::Administrator.has(Right::ManageOperators));
    }

    #[test]
    fn nobody_includes_more_than_they_have() {
        let access = |role, scope| Access { role, scope };
        let (all, one) = (Scope::All, groups(&[1]));
        assert!(
            access(Role::Owner, all.clone()).includes(&access(Role::Administrator, groups(&[1, 2])))
                && access(Role::Administrator, one.clone()).includes(&access(Role::HelpDesk, one.clone()))
        );
        for (has, wants) in [
            (access(Role::Administrator, all.clone()), access(Role::Owner, all.clone())),
            (access(Role::HelpDesk, all.clone()), access(Role::Auditor, all.clone())),
            (access(Role::Administrator, one.clone()), access(Role::HelpDesk, groups(&[2]))),
            (access(Role::Owner, one), access(Role::HelpDesk, all)),
        ] {
            assert!(!has.includes(&wants), "{has:?} {wants:?}");
        }
    }
}
