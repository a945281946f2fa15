//! The person asks to see the QR or the key.

use super::{Found, begin_pending, find, newest_token, uri};
use crate::signin::{self, Counted, count, refusal, waiting};
use crate::{CallError, Service, Trouble, Work, answers::Arrived, work::Event};
use domain::{Attempt, AuditKind, Machine, Origin, Stage};
use model::{Reason, Secret, UnixTime};
use otp::EnrollmentCode;
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
    let arrived = Arrived { machine: machine.id, request: request.request, body_hash };
    service
        .answer_once::<ShowRequest, _>(now, arrived, move |work| {
            let attempt = waiting(work, machine.id, request.attempt, Stage::Enroll)?;
            decide(work, &machine, &attempt, &request)
        })
        .await
}

fn decide(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    request: &ShowRequest,
) -> Result<ShowAnswer, CallError> {
    let (person, origin) = (attempt.person, Origin::Machine(machine.id));
    // A token may have been born since the attempt began; then there is nothing to enroll.
    if let Some((machine, at)) = newest_token(work, person)? {
        return Ok(ShowAnswer::EnrolledElsewhere { machine, at });
    }
    let found = find(work, person, origin)?;
    if let Found::Lost(machine, at) = found {
        return Ok(ShowAnswer::EnrolledElsewhere { machine, at });
    }
    if attempt.needs_code
        && matches!(found, Found::Nothing)
        && let Some(answer) = check_code(work, machine, attempt, request.enrollment_code.as_ref())?
    {
        return Ok(answer);
    }
    let account = tables::accounts::of(work.tx, person)?
        .into_iter()
        .find(|account| account.key == attempt.account)
        .ok_or(CallError::AttemptOver)?;
    let (pending, seed, resumed, kind) = match found {
        Found::Good(pending, seed) if !request.start_over => {
            (pending, seed, true, AuditKind::EnrollmentResumed)
        }
        found => {
            let over = matches!(found, Found::Good(..));
            if !over && !allowance_left(work, machine, attempt)? {
                return Ok(ShowAnswer::Refuse {
                    refusal: refusal(work, &machine.group_name, Reason::EnrollmentLimit, None),
                });
            }
            let (pending, seed) = begin_pending(work, person, origin)?;
            let kind = if over { AuditKind::EnrollmentStartedOver } else { AuditKind::EnrollmentStarted };
            (pending, seed, false, kind)
        }
    };
    work.record(Event::new(kind).person(person).machine(machine.id).detail(format!("on {}", machine.name)))?;
    let uri = uri(work, &machine.group_name, account.name.as_str(), &pending, seed)?;
    let context = [machine.id.to_bytes(), attempt.id.to_bytes()].concat();
    let sealed_uri = seal_to(&request.seal_to, &context, &uri, &mut *work.rng)
        .map_err(|_| CallError::Request("the key to seal to is of no use"))?;
    let pending = Pending { shown_at: pending.shown_at, expires_at: pending.expires_at };
    Ok(ShowAnswer::Show { sealed_uri, pending, resumed })
}

/// Counts a person who begins to enroll on this machine today without a code or an approval.
fn allowance_left(work: &mut Work<'_, '_>, machine: &Machine, attempt: &Attempt) -> Result<bool, Trouble> {
    let approved = tables::enrollments::approval_for(work.tx, attempt.person, machine.id)?
        .is_some_and(|asked| asked.granted == Some(true));
    if attempt.needs_code || approved {
        return Ok(true);
    }
    let begun = tables::people::count_new(work.tx, machine.id, signin::day(work))?;
    if begun <= work.policy.group(&machine.group_name).new_people_per_day {
        return Ok(true);
    }
    work.record(
        Event::new(AuditKind::EnrollmentRefused)
            .person(attempt.person)
            .machine(machine.id)
            .detail("too many new people on this machine today"),
    )?;
    Ok(false)
}

pub(super) fn code_cell(row: &[u8; 16]) -> Cell<'_> {
    Cell { table: "enrollment_codes", column: "code", row }
}

/// Checks the enrollment code; `None`: it is right.
fn check_code(
    work: &mut Work<'_, '_>,
    machine: &Machine,
    attempt: &Attempt,
    typed: Option<&Secret>,
) -> Result<Option<ShowAnswer>, CallError> {
    let place = Origin::Machine(machine.id);
    let (left, then) = match count(work, attempt.person, place)? {
        Counted::Open { left, then } => (left, then),
        Counted::Blocked { reason, until } => {
            let refusal = refusal(work, &machine.group_name, reason, Some(until));
            return Ok(Some(ShowAnswer::Refuse { refusal }));
        }
    };
    let typed = typed.and_then(Secret::expose_text).and_then(|text| text.parse::<EnrollmentCode>().ok());
    let stored = match tables::enrollments::code(work.tx, attempt.person, work.now)? {
        Some(sealed) => Some(work.open(code_cell(&attempt.person.to_bytes()), &sealed)?),
        None => None,
    };
    let stored =
        stored.as_ref().and_then(Secret::expose_text).and_then(|text| text.parse::<EnrollmentCode>().ok());
    if typed.is_some() && typed == stored {
        signin::forgive(work, attempt.person, place)?;
        return Ok(None);
    }
    work.record(
        Event::new(AuditKind::EnrollmentRefused)
            .person(attempt.person)
            .machine(machine.id)
            .detail("wrong enrollment code"),
    )?;
    signin::record_block(work, attempt.person, Some(machine.id), then)?;
    Ok(Some(match then {
        Some((reason, until)) => {
            ShowAnswer::Refuse { refusal: refusal(work, &machine.group_name, reason, Some(until)) }
        }
        None => ShowAnswer::CodeWrong { left },
    }))
}
