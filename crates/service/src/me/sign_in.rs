//! Somebody signs in to self-service with a name and a code.

use super::session::{SignedIn, begin_session};
use crate::{
    Service, Trouble, Work,
    operators::Visitor,
    signin::{Counted, Judged, Place, candidates, count, judge, record_block},
    tries::{Taken, try_again_at},
    work::Event,
};
use domain::{Actor, AuditKind, Person, PersonState};
use model::{PersonId, Secret, TokenId, UnixTime};
use otp::Code;
use store::tables;

/// Names and codes that a network may try in an hour without a right one.
pub(super) const PER_HOUR: u32 = 30;

/// Why a sign-in is refused. The same for an unknown name, somebody without a token, disabled or blocked, and a wrong or
/// used code.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Something is not right.
    #[error("name and code do not go together")]
    Wrong,
    /// Too many tries from there, whoever was named.
    #[error("too many tries, until {until}")]
    Blocked {
        /// When the next may be made.
        until: UnixTime,
    },
    /// Nothing is known.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// Signs somebody in.
///
/// # Errors
/// [`Refused`].
pub async fn sign_in(
    service: &Service,
    now: UnixTime,
    visitor: Visitor,
    name: String,
    code: Secret,
) -> Result<SignedIn, Refused> {
    let network = visitor.network;
    if service.tries_in_self_service().take(&network, now, PER_HOUR) != Taken::Yes {
        return Err(Refused::Blocked { until: try_again_at(now) });
    }
    // Outside of the transaction, since names are searched for among all people.
    let found: Vec<PersonId> = service.read(|rx| {
        Ok::<_, Trouble>(
            tables::people::by_text(rx, name.trim())?.into_iter().map(|person| person.id).collect(),
        )
    })?;
    let signed_in: Result<Option<SignedIn>, Trouble> = service
        .work(now, Actor::Person, move |work| {
            // The name is not recorded: people type passwords into the wrong field.
            let refused = |work: &mut Work<'_, '_>, person: Option<PersonId>, why: &str| {
                let mut event = Event::new(AuditKind::SelfServiceRefused)
                    .detail(format!("from {}: {why}", visitor.network));
                if let Some(person) = person {
                    event = event.person(person);
                }
                work.record(event).map(|()| None)
            };
            let person = match found.as_slice() {
                [] => None,
                [id] => tables::people::find(work.tx, *id)?,
                _ => return refused(work, None, "a name that several people have"),
            };
            let Some(person) = person else { return refused(work, None, "an unknown name") };
            match compare(work, &person, &code)? {
                Ok(token) => {
                    let detail = format!("from {}", visitor.network);
                    let event = Event::new(AuditKind::SelfServiceEntered).person(person.id).token(token);
                    work.record(event.detail(detail))?;
                    begin_session(work, person, &visitor).map(Some)
                }
                Err(why) => refused(work, Some(person.id), why),
            }
        })
        .await;
    let signed_in = signed_in?.ok_or(Refused::Wrong)?;
    service.tries_in_self_service().give_back(&network);
    Ok(signed_in)
}

/// Compares a code with a person's tokens and uses it up; which token it was of, or why it does not count. What is wrong
/// here blocks the person here alone.
pub(super) fn compare(
    work: &mut Work<'_, '_>,
    person: &Person,
    code: &Secret,
) -> Result<Result<TokenId, &'static str>, Trouble> {
    if person.state == PersonState::Disabled {
        return Ok(Err("the person is disabled"));
    }
    let Counted::Open(tally) = count(work, person.id, Place::SelfService)? else {
        return Ok(Err("too many wrong codes"));
    };
    let candidates = candidates(work, person.id)?;
    if candidates.is_empty() {
        return Ok(Err("no token"));
    }
    let judged = match code.expose_text().unwrap_or_default().parse::<Code>() {
        Ok(code) => judge(work, &tally, &candidates, &code)?,
        Err(_) => Judged::Wrong,
    };
    let why = match judged {
        Judged::Accepted(token) => {
            tally.forgiven(work)?;
            return Ok(Ok(token));
        }
        Judged::Used(_) => "used code",
        Judged::Wrong => "wrong code",
    };
    let wrong = tally.stands(work)?;
    record_block(work, person.id, None, wrong.then)?;
    Ok(Err(why))
}
