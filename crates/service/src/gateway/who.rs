//! Whom a gateway means.

use super::Gateway;
use crate::{
    Service, Trouble, Work,
    signin::{Counted, Place, Tally, count},
    work::Event,
};
use domain::{AuditKind, Person, PersonState};
use model::PersonId;
use std::collections::BTreeSet;
use store::{Rx, tables};

/// Somebody's name as a gateway sends it, with the domain beside it if it says one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserName {
    /// `user`, `DOMAIN\user`, `user@domain`, or whatever was typed.
    pub user: String,
    /// A domain.
    pub realm: Option<String>,
}

impl UserName {
    /// The ways to write it, the most exact one first.
    fn forms(&self) -> Vec<String> {
        let mut forms = Vec::new();
        if let Some(realm) = self.realm.as_deref().filter(|realm| !realm.is_empty()) {
            forms.push(format!("{realm}\\{}", self.user));
            forms.push(format!("{}@{realm}", self.user));
        }
        forms.push(self.user.clone());
        forms
    }
}

/// Who was found under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked {
    /// One person.
    One(PersonId),
    /// Nobody.
    Nobody,
    /// Several.
    Several,
}

impl Asked {
    /// Looks a name up. Outside of the transaction that decides, since names are searched for among all; and in every form,
    /// whatever was found, so that it takes the same for every name.
    pub(crate) fn find(service: &Service, user: &UserName) -> Result<Self, Trouble> {
        service.read(|rx| {
            let mut found = Vec::new();
            for form in user.forms() {
                found.push(ids(tables::people::by_text(rx, &form)?));
            }
            found.push(ids(in_a_domain(rx, &user.user)?));
            Ok(match found.into_iter().find(|people| !people.is_empty()) {
                None => Self::Nobody,
                Some(people) if people.len() > 1 => Self::Several,
                Some(people) => people.first().map_or(Self::Nobody, |&id| Self::One(id)),
            })
        })
    }
}

fn ids(people: Vec<Person>) -> BTreeSet<PersonId> {
    people.into_iter().map(|person| person.id).collect()
}

/// Those whose account in a domain or tenant is called that, whichever domain it is. Accounts of single machines are left
/// out: whoever has a PC can give one any name.
fn in_a_domain(rx: &Rx<'_>, user: &str) -> Result<Vec<Person>, Trouble> {
    Ok(tables::people::by_user_in_a_domain(rx, user)?)
}

/// The person who is meant and a counted try at their code; `None`: refused, and recorded why.
pub(crate) fn someone(
    work: &mut Work<'_, '_>,
    gateway: &Gateway,
    asked: Asked,
) -> Result<Option<(Person, Tally)>, Trouble> {
    let event = || Event::new(AuditKind::SignInRefused);
    // The name is not recorded: people type passwords into the wrong field.
    let found = match asked {
        Asked::One(id) => tables::people::find(work.tx, id)?,
        Asked::Nobody => None,
        Asked::Several => {
            work.record(event().detail("a name that several people have"))?;
            return Ok(None);
        }
    };
    let Some(person) = found else {
        work.record(event().detail("an unknown name"))?;
        return Ok(None);
    };
    if person.state == PersonState::Disabled {
        work.record(event().person(person.id).detail("the person is disabled"))?;
        return Ok(None);
    }
    match count(work, person.id, Place::Gateway(gateway.id()))? {
        Counted::Open(tally) => Ok(Some((person, tally))),
        Counted::Blocked { until, .. } => {
            work.record(event().person(person.id).detail(format!("blocked until {until}")))?;
            Ok(None)
        }
    }
}
