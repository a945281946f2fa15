//! Gathering what a decision rests on.

use super::lock;
use crate::{CallError, Trouble, Work};
use domain::{AccountKey, Machine, Origin, Person, PersonState, TokenState};
use model::{AuthorityClaim, Place, SignInKind};
use policy::{Approval, EnrollmentCode, Facts, MachineFacts, Password, Subject, Tokens};
use protocol::http::{BeginRequest, PasswordEvidence};
use store::{Rx, tables};

/// What is asked about.
pub(crate) struct Question<'a> {
    pub(crate) machine: &'a Machine,
    pub(crate) request: &'a BeginRequest,
    pub(crate) person: Option<&'a Person>,
}

/// The facts about a begin request.
pub(crate) fn gather(work: &Work<'_, '_>, question: &Question<'_>) -> Result<Facts, CallError> {
    let Question { machine, request, person } = question;
    let subject = Subject {
        machine: machine_facts(machine, request.kind, request.place),
        account: request.account.sid.clone(),
        account_groups: request.groups.clone(),
    };
    let password = match request.password {
        PasswordEvidence::Proven => Password::Proven,
        PasswordEvidence::Unproven => Password::Unproven,
    };
    let mut facts = Facts::of_a_stranger(subject, request.account.authority.clone(), password, work.now);
    facts.machine_suspended_until = machine.suspended_until;
    facts.new_people_today = tables::people::new_on(work.tx, machine.id, day(work))?;
    if let Some(person) = person {
        facts.person_disabled = person.state == PersonState::Disabled;
        facts.first_seen_at = Some(person.first_seen_at);
        facts.tokens = tokens(work.tx, person)?;
        facts.lock = lock::state(work, person.id, Origin::Machine(machine.id))?;
        facts.approval = match tables::enrollments::approval_for(work.tx, person.id, machine.id)? {
            None => Approval::None,
            Some(asked) => match asked.granted {
                None => Approval::Requested,
                Some(true) => Approval::Granted,
                Some(false) => Approval::Denied,
            },
        };
        // A pending enrollment that is good was let in before: by its code, its approval or the day's allowance.
        if good_pending(work, person, machine)? {
            facts.enrollment_code = EnrollmentCode::Right;
        }
    }
    Ok(facts)
}

fn good_pending(work: &Work<'_, '_>, person: &Person, machine: &Machine) -> Result<bool, Trouble> {
    let found = tables::enrollments::find(work.tx, person.id, Origin::Machine(machine.id))?;
    Ok(found.is_some_and(|(pending, _)| pending.lost_to.is_none() && work.now < pending.expires_at))
}

pub(crate) fn machine_facts(machine: &Machine, kind: SignInKind, place: Place) -> MachineFacts {
    MachineFacts { group: machine.group_name.clone(), kind, place }
}

pub(crate) fn tokens(rx: &Rx<'_>, person: &Person) -> Result<Tokens, Trouble> {
    let tokens = tables::tokens::of(rx, person.id)?;
    Ok(if tokens.iter().any(|token| token.state == TokenState::Active) {
        Tokens::Active
    } else if tokens.iter().any(|token| token.state != TokenState::Replaced) {
        Tokens::NoneActive
    } else {
        Tokens::None
    })
}

/// Whole days since 1970, UTC.
pub(crate) fn day(work: &Work<'_, '_>) -> u64 {
    work.now.as_secs() / 86_400
}

/// Whether a claim can be true at all: what issued the SID fits who is said to vouch for it.
///
/// A machine may speak for local accounts of its own machine SID and of no other one.
pub(crate) fn is_consistent(machine: &Machine, request: &BeginRequest) -> bool {
    let sid = &request.account.sid;
    match &request.account.authority {
        AuthorityClaim::ThisMachine => sid.issuer().as_ref() == Some(&machine.machine_sid),
        AuthorityClaim::Domain(domain) => {
            sid.issuer().as_ref() == Some(domain) && *domain != machine.machine_sid
        }
        AuthorityClaim::Entra(_) => sid.is_entra(),
    }
}

/// The account's key on the server.
pub(crate) fn account_key(machine: &Machine, request: &BeginRequest) -> AccountKey {
    AccountKey::claimed_by(&request.account, machine.id)
}
