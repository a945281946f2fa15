//! A hardware token goes from stock to a person, and back.

use super::import::stock_cell;
use crate::{
    AdminError, Trouble, Work, enroll, names,
    signin::{seed, seed_cell, seed_copy},
    work::Event,
};
use domain::{AuditKind, HardwareToken, Origin, PersonState, Token, TokenState};
use otp::{
    Code, Counter, Drift, HotpCheck, HotpVerdict, Seed, TimeStep, TokenKind, TotpCheck, Verdict, Window,
};
use store::tables;

/// Presses of the button on the way from the maker to the person.
const LOOK_AHEAD: u8 = 100;
/// Steps that the clock of a new token may be off, either side: five minutes of 30 seconds each.
const CLOCK: u8 = 10;

/// How it is known that the person has the very token.
#[derive(Debug)]
pub enum Confirmed {
    /// They have read a code from it.
    ByCode(Code),
    /// The administrator says so. The event tells that nobody has seen a code.
    ByWord,
}

/// Gives a token in stock to a person. What was pending of them ends, as at every new token.
///
/// # Errors
/// [`AdminError`], also when the code is not one of this token.
pub fn assign(
    work: &mut Work<'_, '_>,
    serial: &str,
    person: &str,
    confirmed: &Confirmed,
) -> Result<Token, AdminError> {
    let (stocked, sealed) = names::in_stock(work.tx, serial)?;
    let person = names::person(work.tx, person)?;
    if person.state == PersonState::Disabled {
        return Err(AdminError::Refused(format!("{} is disabled; enable them first", person.name)));
    }
    let tokens = enroll::tokens_kept(work, person.id)?;
    if tokens >= work.policy.limits().tokens_per_person as usize {
        return Err(AdminError::Refused(format!(
            "{} has {tokens} tokens, which is all the policy allows; revoke one first",
            person.name
        )));
    }
    let row = stocked.id.to_bytes();
    let seed = seed(work.open(stock_cell(&row), &sealed)?)?;
    let (last_step, drift) = match confirmed {
        Confirmed::ByCode(code) => first_code(work, &stocked, &seed, code).ok_or_else(|| {
            AdminError::Refused(format!(
                "this is not a code that {} shows now; read the next one. A token whose clock or counter is far off can be \
                 assigned without a code, and found again by two codes with `countersign token resync`",
                stocked.serial
            ))
        })?,
        Confirmed::ByWord => (before_now(work, &stocked), stocked.drift),
    };
    // The conditional update: of two who give it to somebody at the same moment, one does.
    if !tables::hardware_tokens::take(work.tx, stocked.id)? {
        return Err(Trouble::failed("a token left the stock under our hands").into());
    }
    let token = Token {
        id: stocked.id,
        person: person.id,
        serial: stocked.serial,
        label: stocked.maker,
        parameters: stocked.parameters,
        last_step,
        drift,
        state: TokenState::Active,
        created_at: work.now,
        origin: Origin::Hardware,
        last_used_at: None,
    };
    let sealed = work.seal(seed_cell(&row), &seed_copy(&seed))?;
    tables::tokens::add(work.tx, &token, &sealed)?;
    enroll::end_pending(work, person.id, &format!("the hardware token {}", token.serial))?;
    let how = match confirmed {
        Confirmed::ByCode(_) => "by a code of it",
        Confirmed::ByWord => "by the administrator's word",
    };
    let detail = format!("{}, confirmed {how}", token.serial);
    work.record(Event::new(AuditKind::TokenAssigned).person(person.id).token(token.id).detail(detail))?;
    Ok(token)
}

/// The step or counter of a first code, and how far the clock is off. It is used up with that.
fn first_code(
    work: &Work<'_, '_>,
    token: &HardwareToken,
    seed: &Seed,
    code: &Code,
) -> Option<(Option<u64>, Drift)> {
    let (algorithm, digits) = (token.parameters.algorithm, token.parameters.digits);
    match token.parameters.kind {
        TokenKind::Totp { period } => {
            let window = Window { before: CLOCK, after: CLOCK };
            let last_step = token.last_step.map(TimeStep::from_number);
            let check = TotpCheck { seed, algorithm, digits, period, window, drift: token.drift, last_step };
            match check.verify(code, work.now) {
                Verdict::Accepted { step, drift } => Some((Some(step.number()), drift)),
                Verdict::Used | Verdict::Wrong => None,
            }
        }
        TokenKind::Hotp { counter } => {
            let next = token.last_step.map_or(counter.value(), |last| last.saturating_add(1));
            let next = Counter::new(next);
            let check = HotpCheck { seed, algorithm, digits, next, look_ahead: LOOK_AHEAD, look_behind: 0 };
            match check.verify(code) {
                HotpVerdict::Accepted { counter } => Some((Some(counter.value()), Drift::NONE)),
                HotpVerdict::Used | HotpVerdict::Wrong => None,
            }
        }
    }
}

/// What is used up of a token that no code was read from: with a clock, everything before this moment.
fn before_now(work: &Work<'_, '_>, token: &HardwareToken) -> Option<u64> {
    match token.parameters.kind {
        TokenKind::Totp { period } => {
            TimeStep::at(work.now, period).number().checked_sub(1 + u64::from(CLOCK)).max(token.last_step)
        }
        TokenKind::Hotp { .. } => token.last_step,
    }
}

/// Takes a hardware token back into stock. What was used up of it stays used up.
///
/// # Errors
/// [`AdminError`], also for a token that is none of hardware, or was revoked or replaced, which is for good.
pub fn unassign(work: &mut Work<'_, '_>, name: &str) -> Result<Token, AdminError> {
    let token = names::token(work.tx, name)?;
    if tables::hardware_tokens::maker(work.tx, token.id)?.is_none() {
        return Err(AdminError::Refused(format!(
            "{} is no hardware token; revoke or replace it instead",
            token.serial
        )));
    }
    let sealed = tables::tokens::seed(work.tx, token.person, token.id)?
        .ok_or_else(|| Trouble::failed("a token vanished under our hands"))?;
    if !tables::tokens::remove(work.tx, token.person, token.id)? {
        return Err(AdminError::Refused(format!(
            "{} is {}, which cannot be undone",
            token.serial,
            token.state.as_str()
        )));
    }
    let row = token.id.to_bytes();
    let seed = work.open(seed_cell(&row), &sealed)?;
    let sealed = work.seal(stock_cell(&row), &seed)?;
    if !tables::hardware_tokens::put_back(work.tx, token.id, &sealed, token.last_step, token.drift)? {
        return Err(Trouble::failed("a token was in stock and with somebody").into());
    }
    work.record(
        Event::new(AuditKind::TokenUnassigned)
            .person(token.person)
            .token(token.id)
            .detail(token.serial.clone()),
    )?;
    Ok(token)
}
