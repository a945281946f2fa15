//! Gathering what a decision rests on.

use super::lock;
use crate::{Trouble, Work};
use domain::{AccountKey, Authority, Machine, Origin, Person, PersonState, TokenState};
use model::{AuthorityClaim, MachineId, PersonId, Place, Reason, Sid, SignInKind};
use policy::{
    Approval, Decision, EnrollmentCode, Facts, MachineFacts, Needs, Password, Subject, Tenant, Tokens,
};
use protocol::http::BeginRequest;
use store::{Rx, tables};

/// What is asked about.
pub(crate) struct Question<'a> {
    pub(crate) machine: &'a Machine,
    pub(crate) kind: SignInKind,
    pub(crate) place: Place,
    pub(crate) authority: AuthorityClaim,
    pub(crate) sid: &'a Sid,
    pub(crate) groups: &'a [Sid],
    pub(crate) password: Password,
    /// `None`: nobody has seen this account yet.
    pub(crate) person: Option<&'a Person>,
}

/// What is to happen.
///
/// Somebody whose tokens are all disabled or revoked, and for whom there is a temporary code, is asked for it like somebody
/// who has an active token.
///
/// A right enrollment code opens every mode of enrollment: where the answer would be no, and a code waits for this
/// person to type it, they are asked for it.
pub(crate) fn decision(work: &Work<'_, '_>, question: &Question<'_>) -> Result<Decision, Trouble> {
    let mut facts = gather(work, question)?;
    let mut decision = policy::decide(&work.policy, &facts);
    if let Decision::Refuse { cause: Reason::TokenDisabled, .. } = decision
        && let Some(person) = question.person
        && tables::temporary_codes::good(work.tx, person.id, work.now)?.is_some()
    {
        facts.tokens = Tokens::Active;
        decision = policy::decide(&work.policy, &facts);
    }
    let opened_by_code = match &decision {
        Decision::WaitForApproval => true,
        Decision::Refuse { cause, .. } => matches!(
            cause,
            Reason::EnrollmentOff | Reason::EnrollmentOver | Reason::EnrollmentLimit | Reason::ApprovalNeeded
        ),
        _ => false,
    };
    if opened_by_code
        && let Some(person) = question.person
        && tables::enrollments::code(work.tx, person.id, work.now)?.is_some()
    {
        facts.enrollment_code = EnrollmentCode::Right;
        if let Decision::Enroll { rule, .. } = policy::decide(&work.policy, &facts) {
            return Ok(Decision::Enroll { rule, needs: Needs::Code });
        }
    }
    Ok(decision)
}

/// The facts about a question.
pub(crate) fn gather(work: &Work<'_, '_>, question: &Question<'_>) -> Result<Facts, Trouble> {
    let Question { machine, kind, place, authority, sid, groups, password, person } = question;
    let subject = Subject {
        machine: MachineFacts { group: machine.group_name.clone(), kind: *kind, place: *place },
        account: (*sid).clone(),
        account_groups: groups.to_vec(),
        directory_groups: match person {
            Some(person) if work.policy.names_directory_groups() => {
                let groups = tables::directory::groups_of(work.tx, person.id, sid)?.into_iter();
                groups.flat_map(|group| [Some(group.name), group.sid.map(String::from)]).flatten().collect()
            }
            _ => Vec::new(),
        },
    };
    let mut facts = Facts::of_a_stranger(subject, authority.clone(), *password, work.now);
    facts.machine_suspended_until = machine.suspended_until;
    if let Some(person) = person {
        facts.person_disabled = person.state == PersonState::Disabled;
        facts.first_seen_at = Some(person.first_seen_at);
        facts.tokens = account_tokens(work.tx, person.id)?;
        facts.lock = lock::state(work, person.id, Origin::Machine(machine.id))?;
    }
    if facts.tokens != Tokens::None {
        return Ok(facts);
    }
    // Whom only the directory knows has not been seen yet.
    if let Some(person) = person {
        let accounts = tables::accounts::of(work.tx, person.id)?;
        if !accounts.is_empty() && accounts.iter().all(|account| account.first_seen_on.is_none()) {
            facts.first_seen_at = None;
        }
    }
    facts.new_people_today =
        tables::people::others_begun(work.tx, machine.id, day(work), person.map(|person| person.id))?;
    if let Some(person) = person {
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
    Ok(found.is_some_and(|(pending, _)| pending.is_good(work.now)))
}

/// What is to be said about a person's tokens.
pub(crate) fn account_tokens(rx: &Rx<'_>, person: PersonId) -> Result<Tokens, Trouble> {
    let tokens = tables::tokens::of(rx, person)?;
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

/// Counts a person who begins to enroll on this machine today without a code or an approval.
pub(crate) fn note_begun(
    work: &mut Work<'_, '_>,
    machine: MachineId,
    person: PersonId,
) -> Result<(), Trouble> {
    let approval = tables::enrollments::approval_for(work.tx, person, machine)?;
    if approval.is_some_and(|asked| asked.granted == Some(true)) {
        return Ok(());
    }
    let day = day(work);
    Ok(tables::people::note_begun(work.tx, machine, day, person)?)
}

/// Whether a claim can be true at all: what issued the SID fits who is said to vouch for it.
///
/// A machine may speak for local accounts of its own machine SID and of no other one. (A domain controller's accounts
/// are those of its domain, which has the same SID.) A tenant is written in one way only, or one account could be two.
pub(crate) fn is_consistent(machine: &Machine, request: &BeginRequest) -> bool {
    let sid = &request.account.sid;
    match &request.account.authority {
        AuthorityClaim::ThisMachine => sid.issuer().as_ref() == Some(&machine.machine_sid),
        AuthorityClaim::Domain(domain) => sid.issuer().as_ref() == Some(domain),
        AuthorityClaim::Entra(tenant) => {
            sid.is_entra()
                && Tenant::try_from(tenant.clone()).is_ok_and(|canonical| String::from(canonical) == *tenant)
        }
    }
}

/// The account's key on the server.
pub(crate) fn account_key(machine: &Machine, request: &BeginRequest) -> AccountKey {
    AccountKey::claimed_by(&request.account, machine.id)
}

/// What a machine would claim about an account of this authority.
pub(crate) fn claimed(authority: &Authority) -> AuthorityClaim {
    match authority {
        Authority::Machine(_) => AuthorityClaim::ThisMachine,
        Authority::Domain(sid) => AuthorityClaim::Domain(sid.clone()),
        Authority::Entra(tenant) => AuthorityClaim::Entra(tenant.clone()),
    }
}
