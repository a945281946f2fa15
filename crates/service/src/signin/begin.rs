//! A person has typed a name and a password: what is to happen now?

use super::{accept, facts, refusal};
use crate::{CallError, Service, Work, answers::Arrived, machines, work::Event};
use domain::{
    Account, AccountKey, Attempt, AuditKind, Machine, Origin, Person, PersonState, Stage, TokenState,
};
use model::{PersonId, Reason, UnixTime};
use policy::{Decision, Needs, Password};
use protocol::http::{BeginAnswer, BeginRequest, PasswordEvidence, Pending, Refusal};
use std::time::Duration;
use store::tables;

/// How much longer than the password an attempt lives: what its answers need to arrive.
const SLACK: Duration = Duration::from_secs(60);

/// Begins an attempt.
///
/// Whether a code is asked for, a person is made, and whether they must enroll is one decision in one transaction.
///
/// # Errors
/// [`CallError`].
pub async fn begin(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    body_hash: [u8; 32],
    request: BeginRequest,
) -> Result<BeginAnswer, CallError> {
    if request.groups.len() > BeginRequest::MAX_GROUPS {
        return Err(CallError::Request("too many groups"));
    }
    let arrived = Arrived::begin(machine.id, request.attempt, request.request, body_hash);
    service
        .answer_once::<BeginRequest, _>(now, arrived, move |work| {
            let machine = machines::still_heard(work, machine.id)?;
            decide(work, &machine, &request)
        })
        .await
}

fn decide(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    request: &BeginRequest,
) -> Result<BeginAnswer, CallError> {
    if !facts::is_consistent(machine, request) {
        return refuse_account(work, machine, request);
    }
    let key = facts::account_key(machine, request);
    let person = tables::people::by_account(work.tx, &key)?;
    let question = facts::Question {
        machine,
        kind: request.kind,
        place: request.place,
        authority: request.account.authority.clone(),
        sid: &request.account.sid,
        groups: &request.groups,
        password: match request.password {
            PasswordEvidence::Proven => Password::Proven,
            PasswordEvidence::Unproven => Password::Unproven,
        },
        person: person.as_ref(),
    };
    match facts::decision(work, &question)? {
        Decision::NotNeeded { rule, break_glass } => {
            let person = seen(work, machine, request, &key, person)?;
            let detail =
                if break_glass { format!("break-glass, rule {rule}") } else { format!("rule {rule}") };
            approve_without_code(work, machine, request, key, person, detail)
        }
        Decision::PasswordOnly { until } => {
            let person = seen(work, machine, request, &key, person)?;
            let detail =
                format!("the password could not be proven; the password alone is enough until {until}");
            approve_without_code(work, machine, request, key, person, detail)
        }
        Decision::AskCode { .. } => {
            let person = seen(work, machine, request, &key, person)?;
            let digits = digits(work, person)?;
            open(work, machine, request, key, person, Stage::Code, false)?;
            Ok(BeginAnswer::Code { digits })
        }
        Decision::Enroll { needs, .. } => {
            let needs_code = needs == Needs::Code;
            let person = seen(work, machine, request, &key, person)?;
            note_first_seen(work, machine, &key, person)?;
            open(work, machine, request, key, person, Stage::Enroll, needs_code)?;
            let pending = tables::enrollments::find(work.tx, person, Origin::Machine(machine.id))?
                .map(|(pending, _)| pending)
                .filter(|pending| pending.is_good(work.now))
                .map(|pending| Pending { shown_at: pending.shown_at, expires_at: pending.expires_at });
            if pending.is_none() && !needs_code {
                // From here on, not from the first display: people made on first sight are bounded by it too.
                facts::note_begun(work, machine.id, person)?;
            }
            Ok(BeginAnswer::Enroll { pending, needs_code })
        }
        Decision::WaitForApproval => {
            let person = seen(work, machine, request, &key, person)?;
            note_first_seen(work, machine, &key, person)?;
            if tables::enrollments::request_approval(work.tx, person, machine.id, work.now)? {
                facts::note_begun(work, machine.id, person)?;
                work.record(Event::new(AuditKind::ApprovalRequested).person(person).machine(machine.id))?;
            }
            Ok(BeginAnswer::Refuse {
                refusal: refusal(work, &machine.group_name, Reason::ApprovalNeeded, None),
            })
        }
        Decision::Refuse { reason, until, cause } => {
            let mut event = Event::new(AuditKind::SignInRefused).machine(machine.id).detail(format!(
                "{}: {}",
                request.account.name,
                cause.key()
            ));
            if let Some(person) = &person {
                event = event.person(person.id);
            }
            work.record(event)?;
            Ok(BeginAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, until) })
        }
    }
}

fn refuse_account(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    request: &BeginRequest,
) -> Result<BeginAnswer, CallError> {
    work.record(
        Event::new(AuditKind::AccountNotAllowed)
            .machine(machine.id)
            .detail(format!("{} {}", request.account.name, request.account.sid)),
    )?;
    let refusal: Refusal = refusal(work, &machine.group_name, Reason::AccountNotAllowed, None);
    Ok(BeginAnswer::Refuse { refusal })
}

/// The person an account belongs to; on first sight made with it.
fn seen(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    request: &BeginRequest,
    key: &AccountKey,
    person: Option<Person>,
) -> Result<PersonId, CallError> {
    if let Some(person) = person {
        tables::seen_on::note(work.tx, person.id, machine.id, work.now)?;
        return Ok(person.id);
    }
    let id = PersonId::random(&mut *work.rng);
    let person = Person {
        id,
        name: request.account.name.to_string(),
        state: PersonState::Active,
        first_seen_at: work.now,
        blocked_until: None,
    };
    tables::people::add(work.tx, &person)?;
    tables::accounts::add(
        work.tx,
        &Account {
            key: key.clone(),
            person: id,
            name: request.account.name.clone(),
            upn: request.account.upn.clone(),
            first_seen_at: work.now,
            first_seen_on: Some(machine.id),
        },
    )?;
    tables::seen_on::note(work.tx, id, machine.id, work.now)?;
    work.record(
        Event::new(AuditKind::PersonAdded)
            .person(id)
            .machine(machine.id)
            .detail(format!("{} {}", request.account.name, request.account.sid)),
    )?;
    Ok(id)
}

/// Somebody whom only the directory knew is here for the first time: their days to enroll begin now.
fn note_first_seen(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    key: &AccountKey,
    person: PersonId,
) -> Result<(), CallError> {
    let others = tables::accounts::of(work.tx, person)?;
    let was_seen = others.iter().any(|account| account.first_seen_on.is_some());
    if tables::accounts::note_first_seen(work.tx, key, machine.id, work.now)? && !was_seen {
        tables::people::set_first_seen(work.tx, person, work.now)?;
    }
    Ok(())
}

fn digits(work: &Work<'_, '_>, person: PersonId) -> Result<Vec<u8>, CallError> {
    let mut digits: Vec<u8> = tables::tokens::of(work.tx, person)?
        .iter()
        .filter(|token| token.state == TokenState::Active)
        .map(|token| token.parameters.digits.count())
        .collect();
    digits.sort_unstable();
    digits.dedup();
    Ok(digits)
}

fn attempt(
    work: &Work<'_, '_>,
    machine: &Machine,
    request: &BeginRequest,
    key: AccountKey,
    person: PersonId,
    stage: Stage,
    needs_code: bool,
) -> Attempt {
    let hold = Duration::from_secs(work.policy.limits().password_hold_seconds.into());
    Attempt {
        id: request.attempt,
        machine: machine.id,
        person,
        account: key,
        session: request.session,
        kind: request.kind,
        place: request.place,
        stage,
        needs_code,
        begun_at: work.now,
        expires_at: work.now.plus(hold + SLACK),
    }
}

fn open(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    request: &BeginRequest,
    key: AccountKey,
    person: PersonId,
    stage: Stage,
    needs_code: bool,
) -> Result<(), CallError> {
    let attempt = attempt(work, machine, request, key, person, stage, needs_code);
    if tables::attempts::add(work.tx, &attempt)? {
        Ok(())
    } else {
        Err(CallError::Request("its attempt id was used before"))
    }
}

fn approve_without_code(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    request: &BeginRequest,
    key: AccountKey,
    person: PersonId,
    detail: String,
) -> Result<BeginAnswer, CallError> {
    let attempt = attempt(work, machine, request, key, person, Stage::Over, false);
    if !tables::attempts::add(work.tx, &attempt)? {
        return Err(CallError::Request("its attempt id was used before"));
    }
    work.record(Event::new(AuditKind::CodeNotNeeded).person(person).machine(machine.id).detail(detail))?;
    Ok(BeginAnswer::NotNeeded { accept: accept(work, &attempt) })
}
