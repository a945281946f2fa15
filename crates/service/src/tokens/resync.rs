//! The counter or the clock of a token that ran away is found again by two codes in a row.

use crate::{AdminError, Trouble, Work, names, signin, work::Event};
use domain::{AuditKind, Token, TokenState};
use otp::{Code, Counter, Drift, Resync, TimeStep, TokenKind};
use store::tables;

/// Presses of the button since the last code that was accepted.
const LOOK_AHEAD: u32 = 1_000;
/// Steps the clock may be off, either side: eight hours of 30 seconds each.
const CLOCK: u32 = 1_000;

/// Finds a token's counter or clock again by two codes that it showed one after the other. Both are used up.
///
/// # Errors
/// [`AdminError`]; then nothing is changed.
pub fn resynchronize(
    work: &mut Work<'_, '_>,
    name: &str,
    first: &Code,
    second: &Code,
) -> Result<Token, AdminError> {
    let mut token = names::token(work.tx, name)?;
    if token.state != TokenState::Active {
        return Err(AdminError::Refused(format!(
            "{} is {}; only the codes of an active token are looked at",
            token.serial,
            token.state.as_str()
        )));
    }
    let sealed = tables::tokens::seed(work.tx, token.person, token.id)?
        .ok_or_else(|| Trouble::failed("a token vanished under our hands"))?;
    let seed = signin::seed(work.open(signin::seed_cell(&token.id.to_bytes()), &sealed)?)?;
    let (algorithm, digits) = (token.parameters.algorithm, token.parameters.digits);
    let resync = Resync { seed: &seed, algorithm, digits, first, second };
    let found = match token.parameters.kind {
        TokenKind::Hotp { counter } => {
            let next = token.last_step.map_or(counter.value(), |last| last.saturating_add(1));
            resync.hotp(Counter::new(next), LOOK_AHEAD).map(|counter| (counter.value(), Drift::NONE))
        }
        TokenKind::Totp { period } => resync
            .totp(period, work.now, CLOCK, token.last_step.map(TimeStep::from_number))
            .map(|(step, drift)| (step.number(), drift)),
    };
    let Some((step, drift)) = found else {
        return Err(AdminError::Refused(format!(
            "these are not two codes of {} in a row that have not been used; read the next two",
            token.serial
        )));
    };
    // The verdict, as at a sign-in: of all who hold these codes, one changes the row.
    if !tables::tokens::use_step(work.tx, token.person, token.id, step, drift, work.now)? {
        return Err(AdminError::Refused(format!("these codes of {} have been used", token.serial)));
    }
    (token.last_step, token.drift) = (Some(step), drift);
    let detail = match token.parameters.kind {
        TokenKind::Hotp { .. } => format!("{}, counter {step}", token.serial),
        TokenKind::Totp { .. } => format!("{}, clock off by {} steps", token.serial, drift.steps()),
    };
    work.record(
        Event::new(AuditKind::TokenResynchronized).person(token.person).token(token.id).detail(detail),
    )?;
    Ok(token)
}
