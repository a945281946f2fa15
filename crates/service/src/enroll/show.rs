//! The person asks to see the QR or the key.

use super::{Found, begin_pending, find, newest_token, uri};
use crate::signin::{self, Counted, Question, Tally, Wrong, count, refusal, waiting};
use crate::{CallError, Service, Work, answers::Arrived, machines, work::Event};
use domain::{Attempt, AuditKind, Machine, Origin, PersonState, Stage};
use model::{Reason, Secret, UnixTime};
use otp::EnrollmentCode;
use policy::{Decision, Lock, Needs, Password, Tokens};
use protocol::http::{Pending, ShowAnswer, ShowRequest};
use protocol::seal::seal_to;
use store::{Cell, tables};

/// Begins the pending enrollment of an attempt, or fetches it again.
///
/// # Errors
/// [`CallError`].
pub async fn show(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    body_hash: [u8; 32],
    request: ShowRequest,
) -> Result<ShowAnswer, CallError> {
    let arrived = Arrived::step(machine.id, request.attempt, request.request, body_hash);
    service
        .answer_once::<ShowRequest, _>(now, arrived, move |work| {
            let (attempt, person) = waiting(work, machine.id, request.attempt, Stage::Enroll)?;
            // As it is now: its group may carry another policy.
            let machine = machines::still_heard(work, machine.id)?;
            decide(work, &machine, &attempt, person, &request)
        })
        .await
}

fn decide(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    person: PersonState,
    request: &ShowRequest,
) -> Result<ShowAnswer, CallError> {
    if let Some(answer) = stand(work, machine, attempt, person)? {
        return Ok(answer);
    }
    let origin = Origin::Machine(machine.id);
    let (pending, seed, resumed, kind) = match find(work, attempt.person, origin)? {
        Found::Good(pending, seed) if !request.start_over => {
            (pending, seed, true, AuditKind::EnrollmentResumed)
        }
        found => {
            let kind = if matches!(found, Found::Good(..)) {
                AuditKind::EnrollmentStartedOver
            } else if let Some(answer) = let_in(work, machine, attempt, request.enrollment_code.as_ref())? {
                return Ok(answer);
            } else {
                AuditKind::EnrollmentStarted
            };
            let (pending, seed) = begin_pending(work, attempt.person, origin)?;
            (pending, seed, false, kind)
        }
    };
    let account = tables::accounts::of(work.tx, attempt.person)?
        .into_iter()
        .find(|account| account.key == attempt.account)
        .ok_or(CallError::AttemptOver)?;
    work.record(
        Event::new(kind).person(attempt.person).machine(machine.id).detail(format!("on {}", machine.name)),
    )?;
    let uri = uri(work, &machine.group_name, account.name.as_str(), &pending, seed)?;
    let context = [machine.id.to_bytes(), attempt.id.to_bytes()].concat();
    let sealed_uri = seal_to(&request.seal_to, &context, &uri, &mut *work.rng)
        .map_err(|_| CallError::Request("the key to seal to is of no use"))?;
    let pending = Pending { shown_at: pending.shown_at, expires_at: pending.expires_at };
    Ok(ShowAnswer::Show { sealed_uri, pending, resumed })
}

/// What has come up since the attempt began that leaves nothing to enroll.
fn stand(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    person: PersonState,
) -> Result<Option<ShowAnswer>, CallError> {
    let why = if person == PersonState::Disabled {
        (Reason::PersonDisabled, None)
    } else {
        match (signin::account_tokens(work.tx, attempt.person)?, newest_token(work, attempt.person)?) {
            (Tokens::Active, Some((machine, at))) => {
                return Ok(Some(ShowAnswer::EnrolledElsewhere { machine, at }));
            }
            // Nobody enrolls around a revoked token.
            (Tokens::Active | Tokens::NoneActive, _) => (Reason::TokenDisabled, None),
            (Tokens::None, _) => match signin::lock_state(work, attempt.person, Origin::Machine(machine.id))?
            {
                Lock::Open => return Ok(None),
                Lock::Here { until } => (Reason::Locked, Some(until)),
                Lock::Everywhere { until } => (Reason::LockedEverywhere, Some(until)),
            },
        }
    };
    refuse(work, machine, attempt, why).map(Some)
}

/// Whether a first seed may be made, decided anew: what let the attempt begin (a pending enrollment that was still good,
/// a policy, an approval) may be gone by now. `None`: it may.
fn let_in(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    typed: Option<&Secret>,
) -> Result<Option<ShowAnswer>, CallError> {
    let person = tables::people::find(work.tx, attempt.person)?.ok_or(CallError::AttemptOver)?;
    let question = Question {
        machine,
        kind: attempt.kind,
        place: attempt.place,
        authority: signin::claimed(&attempt.account.authority),
        sid: &attempt.account.sid,
        groups: &[],
        password: Password::Proven,
        person: Some(&person),
    };
    let needs_code = match signin::decision(work, &question)? {
        Decision::Enroll { needs, .. } => needs == Needs::Code,
        // The rule that asked for a code was one for a Windows group; what groups there are, only the beginning knew.
        Decision::NotNeeded { .. } => attempt.needs_code,
        Decision::WaitForApproval => {
            return refuse(work, machine, attempt, (Reason::ApprovalNeeded, None)).map(Some);
        }
        Decision::Refuse { reason, until, .. } => {
            return refuse(work, machine, attempt, (reason, until)).map(Some);
        }
        Decision::AskCode { .. } | Decision::PasswordOnly { .. } => return Err(CallError::AttemptOver),
    };
    match (needs_code, typed) {
        (false, _) => {
            signin::note_begun(work, machine.id, attempt.person)?;
            Ok(None)
        }
        (true, Some(typed)) => check_code(work, machine, attempt, typed),
        // The attempt was told that no code is needed, which has changed: it has to begin anew.
        (true, None) => Err(CallError::AttemptOver),
    }
}

fn refuse(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    why: (Reason, Option<UnixTime>),
) -> Result<ShowAnswer, CallError> {
    let refusal = signin::refuse(work, &machine.group_name, attempt, AuditKind::EnrollmentRefused, why)?;
    Ok(ShowAnswer::Refuse { refusal })
}

pub(crate) fn code_cell(row: &[u8; 16]) -> Cell<'_> {
    Cell { table: "enrollment_codes", column: "code", row }
}

/// Checks the enrollment code; `None`: it is right. It is used up when the token is born.
fn check_code(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    typed: &Secret,
) -> Result<Option<ShowAnswer>, CallError> {
    let stored = match tables::enrollments::code(work.tx, attempt.person, work.now)? {
        Some(sealed) => Some(work.open(code_cell(&attempt.person.to_bytes()), &sealed)?),
        None => None,
    };
    let tally = match count(work, attempt.person, Origin::Machine(machine.id))? {
        Counted::Open(tally) => tally,
        Counted::Blocked { reason, until } => {
            return refuse(work, machine, attempt, (reason, Some(until))).map(Some);
        }
    };
    if is_right(&tally, typed, stored.as_ref()) {
        tally.forgiven(work)?;
        return Ok(None);
    }
    let Wrong { left, then } = tally.stands(work)?;
    work.record(
        Event::new(AuditKind::EnrollmentRefused)
            .person(attempt.person)
            .machine(machine.id)
            .detail("wrong enrollment code"),
    )?;
    signin::record_block(work, attempt.person, Some(machine.id), then)?;
    Ok(Some(match then {
        Some((reason, until)) => {
            tables::attempts::end(work.tx, attempt.machine, attempt.id)?;
            ShowAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, Some(until)) }
        }
        None => ShowAnswer::CodeWrong { left },
    }))
}

pub(super) fn is_right(_counted: &Tally, typed: &Secret, stored: Option<&Secret>) -> bool {
    let code = |secret: &Secret| secret.expose_text().and_then(|text| text.parse::<EnrollmentCode>().ok());
    code(typed).is_some_and(|typed| stored.and_then(code) == Some(typed))
}
