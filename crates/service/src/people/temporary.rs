//! A code for somebody who has no token at hand: made by the help desk, shown once, good for a while.

use crate::{AdminError, Service, Trouble, Work, names, work::Event};
use domain::{AuditKind, Person, PersonState, TokenState};
use model::{Secret, UnixTime};
use otp::{CodeHash, TemporaryCode};
use std::time::Duration;
use store::tables::{self, temporary_codes::Stored};

/// The longest time a code is good.
pub const LONGEST: Duration = Duration::from_secs(7 * 86_400);

/// A new code and its hash; slow, so made before the transaction that keeps it.
#[derive(Debug)]
pub struct NewTemporaryCode {
    shown: Secret,
    hash: String,
}

impl NewTemporaryCode {
    /// Makes a code. Takes some hundredths of a second.
    ///
    /// # Errors
    /// When it cannot be hashed.
    pub fn random(rng: &mut dyn rand_core::CryptoRng) -> Result<Self, AdminError> {
        let code = TemporaryCode::random(rng);
        let hash = CodeHash::new(&code, rng).map_err(Trouble::failed)?;
        Ok(Self { shown: code.to_groups(), hash: hash.as_str().to_owned() })
    }

    /// The same from async code, one at a time with other slow hashes.
    ///
    /// # Errors
    /// When it cannot be hashed, or too much waits.
    pub async fn make(service: &Service) -> Result<Self, AdminError> {
        let mut rng = service.rng();
        service.compute(move || Self::random(&mut *rng)).await?
    }
}

/// How often a code is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Uses {
    /// So many times; at least once.
    Times(u32),
    /// As often as it is typed.
    Any,
}

/// A code that was made.
#[derive(Debug)]
pub struct Made {
    /// Whose.
    pub person: Person,
    /// The code, in groups.
    pub code: Secret,
    /// When it stops being good.
    pub expires_at: UnixTime,
}

/// Gives a person a temporary code; an older one is void. It is good in place of a one-time password, also where the token
/// is disabled or revoked: whoever makes it has made sure who asks.
///
/// # Errors
/// [`AdminError`], also for somebody who never had a token: they enroll instead.
pub fn set_temporary_code(
    work: &mut Work<'_, '_>,
    name: &str,
    new: NewTemporaryCode,
    valid: Duration,
    uses: Uses,
) -> Result<Made, AdminError> {
    let person = names::person(work.tx, name)?;
    if valid > LONGEST || valid.is_zero() {
        return Err(AdminError::Refused("a temporary code is good for at most 7 days".into()));
    }
    let uses_left = match uses {
        Uses::Times(0) => return Err(AdminError::Refused("a temporary code is good at least once".into())),
        Uses::Times(times) => Some(times),
        Uses::Any => None,
    };
    if person.state == PersonState::Disabled {
        return Err(AdminError::Refused(format!("{} is disabled; enable them first", person.name)));
    }
    let tokens = tables::tokens::of(work.tx, person.id)?;
    if tokens.iter().all(|token| token.state == TokenState::Replaced) {
        return Err(AdminError::Refused(format!(
            "{} has no token, so that no code of it is asked for; they enroll one, or are invited",
            person.name
        )));
    }
    let expires_at = work.now.plus(valid);
    let stored = Stored { hash: new.hash, created_at: work.now, expires_at, uses_left };
    tables::temporary_codes::set(work.tx, person.id, &stored)?;
    let times = uses_left.map_or_else(|| "any number of times".to_owned(), |times| format!("{times} times"));
    let detail = format!("good until {expires_at}, {times}");
    work.record(Event::new(AuditKind::TemporaryCodeMade).person(person.id).detail(detail))?;
    Ok(Made { person, code: new.shown, expires_at })
}

/// Ends a person's temporary code before its time.
///
/// # Errors
/// [`AdminError`], also when there is none that is good.
pub fn end_temporary_code(work: &mut Work<'_, '_>, name: &str) -> Result<Person, AdminError> {
    let person = names::person(work.tx, name)?;
    if !tables::temporary_codes::end(work.tx, person.id, work.now)? {
        return Err(AdminError::Refused(format!("{} has no temporary code that is good", person.name)));
    }
    work.record(Event::new(AuditKind::TemporaryCodeEnded).person(person.id))?;
    Ok(person)
}
