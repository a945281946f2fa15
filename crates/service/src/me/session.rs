//! Sessions of people: how long they are good, and another code for what changes something.

use super::sign_in::compare;
use crate::{
    AdminError, Service, Trouble, Work,
    operators::{FRESH, Visitor, hash},
    sessions,
    tries::{Taken, try_again_at},
    work::Event,
};
use domain::{Actor, AuditKind, Person, PersonState};
use model::{PersonId, Secret, SessionId, UnixTime};
use store::{Rx, tables, tables::sessions::Session};

/// Somebody who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub person: Person,
    /// What their browser is to hold. Whoever has it is taken for them.
    pub secret: Secret,
    /// Until when what changes something may be done. In the past until another code was shown.
    pub fresh_until: UnixTime,
}

impl SignedIn {
    /// Whether what asks for another code may be done now.
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        now < self.fresh_until
    }

    /// Fails where that is not so: whoever calls has asked for a code before.
    pub(super) fn must_be_fresh(&self, now: UnixTime) -> Result<(), AdminError> {
        if self.is_fresh(now) {
            return Ok(());
        }
        Err(AdminError::Refused("type another one-time password first".into()))
    }
}

/// What became of showing another code.
#[derive(Debug)]
pub enum Stepped {
    /// The browser is to hold another secret from now on.
    Up(SignedIn),
    /// The code was wrong, or used before, or too many were; the session is as it was.
    Wrong,
    /// Too many tries from there.
    Blocked {
        /// When the next may be made.
        until: UnixTime,
    },
    /// The session is over.
    Over,
}

pub(super) fn begin_session(
    work: &mut Work<'_, '_>,
    person: Person,
    visitor: &Visitor,
) -> Result<SignedIn, Trouble> {
    // The code of the sign-in is not enough for changes.
    let never = UnixTime::from_secs(0);
    let (session, secret) = sessions::begin(work, person.id, visitor, never)?;
    Ok(SignedIn { session, person, secret, fresh_until: never })
}

/// The session of a secret with its person, if both are good.
fn find(rx: &Rx<'_>, secret: &Secret, now: UnixTime) -> Result<Option<(Session<PersonId>, Person)>, Trouble> {
    let Some(session) = tables::sessions::by_hash::<PersonId>(rx, &hash(secret))? else { return Ok(None) };
    let person = tables::people::find(rx, session.owner)?;
    let person = person.filter(|person| person.state == PersonState::Active);
    Ok(person.filter(|_| sessions::is_good(&session, now)).map(|person| (session, person)))
}

/// Who holds a secret. `None`: nobody does who is signed in.
///
/// # Errors
/// [`Trouble`].
pub async fn session(service: &Service, now: UnixTime, secret: Secret) -> Result<Option<SignedIn>, Trouble> {
    let Some((session, person)) = service.read(|rx| find(rx, &secret, now))? else { return Ok(None) };
    sessions::note_use(service, now, &session).await?;
    let fresh_until = session.stepped_up_at.plus(FRESH);
    Ok(Some(SignedIn { session: session.id, person, secret, fresh_until }))
}

/// Shows another code. The secret is another one afterwards.
///
/// # Errors
/// [`Trouble`].
pub async fn step_up(
    service: &Service,
    now: UnixTime,
    visitor: Visitor,
    secret: Secret,
    code: Secret,
) -> Result<Stepped, Trouble> {
    if service.tries_in_self_service().take(&visitor.network, now, super::sign_in::PER_HOUR) != Taken::Yes {
        return Ok(Stepped::Blocked { until: try_again_at(now) });
    }
    let network = visitor.network;
    let stepped: Result<Stepped, Trouble> = service
        .work(now, Actor::Person, move |work| {
            let Some((session, person)) = find(work.tx, &secret, work.now)? else { return Ok(Stepped::Over) };
            if let Err(why) = compare(work, &person, &code)? {
                let detail = format!("from {}: {why}", visitor.network);
                work.record(Event::new(AuditKind::SelfServiceRefused).person(person.id).detail(detail))?;
                return Ok(Stepped::Wrong);
            }
            let Some(new) = sessions::renew::<PersonId>(work, session.id, &secret)? else {
                return Ok(Stepped::Over);
            };
            let fresh_until = work.now.plus(FRESH);
            Ok(Stepped::Up(SignedIn { session: session.id, person, secret: new, fresh_until }))
        })
        .await;
    if matches!(stepped, Ok(Stepped::Up(_))) {
        service.tries_in_self_service().give_back(&network);
    }
    stepped
}

/// Ends the session.
///
/// # Errors
/// [`Trouble`].
pub fn sign_out(work: &mut Work<'_, '_>, signed_in: &SignedIn) -> Result<(), Trouble> {
    tables::sessions::end::<PersonId>(work.tx, signed_in.session)?;
    Ok(())
}
