//! What happened on a machine, for the audit trail.

use super::still_heard;
use crate::{CallError, Service, Work, work::Event};
use domain::{AccountKey, Actor, AuditKind, Machine};
use model::UnixTime;
use protocol::http::{Report, ReportAnswer, ReportRequest, ReportedEvent};
use store::tables;

/// Records reported events; each once, however often it is reported.
///
/// # Errors
/// [`CallError::Request`] for too many at once.
pub async fn report(
    service: &Service,
    now: UnixTime,
    machine: Machine,
    request: ReportRequest,
) -> Result<ReportAnswer, CallError> {
    if request.events.len() > ReportRequest::MAX_EVENTS {
        return Err(CallError::Request("too many events in one report"));
    }
    service
        .work(now, Actor::Machine, move |work| {
            let machine = still_heard(work, machine.id)?;
            for event in request.events {
                if tables::attempts::note_report(work.tx, machine.id, event.id, work.now)? {
                    record(work, &machine, event)?;
                }
            }
            Ok(ReportAnswer {})
        })
        .await
}

fn record(work: &mut Work<'_, '_>, machine: &Machine, report: Report) -> Result<(), CallError> {
    let (kind, what) = match report.what {
        ReportedEvent::SignedIn => (AuditKind::SignedIn, String::new()),
        ReportedEvent::WindowsRefused { status, substatus } => {
            (AuditKind::WindowsRefused, format!("status {status:#010x}, substatus {substatus:#010x}; "))
        }
        ReportedEvent::PasswordWrong => (AuditKind::PasswordWrong, String::new()),
        ReportedEvent::Abandoned => (AuditKind::SignInAbandoned, String::new()),
        ReportedEvent::Refused { reason } => (AuditKind::AgentRefused, format!("{}; ", reason.key())),
        ReportedEvent::BreakGlass => {
            (AuditKind::CodeNotNeeded, "break-glass, set on the machine; ".to_owned())
        }
        ReportedEvent::SteppedAside { broken_starts } => {
            (AuditKind::ProviderSteppedAside, format!("after {broken_starts} broken starts in a row; "))
        }
        // Of a later version: nothing to record it as.
        ReportedEvent::Other => return Ok(()),
    };
    let mut event = Event::new(kind).machine(machine.id);
    let mut name = String::new();
    if let Some(claim) = &report.account {
        let key = AccountKey::claimed_by(claim, machine.id);
        name = claim.name.to_string();
        if let Some(person) = tables::people::by_account(work.tx, &key)? {
            event = event.person(person.id);
        }
    }
    // The machine's clock is its own word; the event's time is ours.
    Ok(work.record(event.detail(format!("{what}{name} at {}", report.at).trim_start().to_owned()))?)
}
