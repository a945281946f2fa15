//! What an administrator says about enrollments.

use super::show::code_cell;
use crate::{AdminError, Work, work::Event};
use domain::{Approval, AuditKind, Origin};
use model::{MachineId, PersonId, Secret};
use otp::EnrollmentCode;
use std::time::Duration;
use store::{DbError, Rx, tables};

/// Makes an enrollment code for a person, in place of an older one; shown once, in groups.
///
/// # Errors
/// [`AdminError::Trouble`].
pub fn new_enrollment_code(
    work: &mut Work<'_, '_>,
    person: PersonId,
    valid: Duration,
) -> Result<Secret, AdminError> {
    let code = EnrollmentCode::random(&mut *work.rng);
    let row = person.to_bytes();
    let sealed = work.seal(code_cell(&row), &Secret::from_text(code.expose().to_owned()))?;
    let until = work.now.plus(valid);
    tables::enrollments::set_code(work.tx, person, &sealed, work.now, until)?;
    work.record(
        Event::new(AuditKind::EnrollmentCodeMade).person(person).detail(format!("good until {until}")),
    )?;
    Ok(code.to_groups())
}

/// The enrollments that wait for a word, and those that got one; open ones first.
///
/// # Errors
/// [`DbError`].
pub fn approvals(rx: &Rx<'_>) -> Result<Vec<Approval>, DbError> {
    tables::enrollments::approvals(rx)
}

/// Approves or denies a person's enrollment on a machine. It need not have been asked for. A denial also ends what is
/// pending there.
///
/// # Errors
/// [`AdminError::Trouble`].
pub fn decide_approval(
    work: &mut Work<'_, '_>,
    person: PersonId,
    machine: MachineId,
    granted: bool,
) -> Result<(), AdminError> {
    tables::enrollments::request_approval(work.tx, person, machine, work.now)?;
    tables::enrollments::decide_approval(work.tx, person, machine, granted, work.now)?;
    if !granted {
        tables::enrollments::drop(work.tx, person, Origin::Machine(machine))?;
    }
    let kind = if granted { AuditKind::ApprovalGranted } else { AuditKind::ApprovalDenied };
    Ok(work.record(Event::new(kind).person(person).machine(machine))?)
}
