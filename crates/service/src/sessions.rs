//! What the sessions of operators and of people have in common: a browser holds a secret, and its hash is kept.

use crate::{
    Service, Trouble, Work,
    operators::{ABSOLUTE, IDLE, Visitor, hash, new_secret},
};
use domain::Actor;
use model::{Secret, SessionId, UnixTime};
use std::time::Duration;
use store::{
    tables,
    tables::sessions::{Owner, Session},
};

/// A use that is noted in the database is not noted again within this time.
const NOTED: Duration = Duration::from_secs(60);

/// Begins a session; its id, and what the browser is to hold. Always a new one: what a browser held before says nothing
/// about who signs in now.
pub(crate) fn begin<O: Owner>(
    work: &mut Work<'_, '_>,
    owner: O,
    visitor: &Visitor,
    stepped_up_at: UnixTime,
) -> Result<(SessionId, Secret), Trouble> {
    let secret = new_secret(work);
    let session = Session {
        id: SessionId::random(&mut *work.rng),
        owner,
        created_at: work.now,
        seen_at: work.now,
        stepped_up_at,
        network: visitor.network.to_string(),
        browser: visitor.browser.clone(),
    };
    tables::sessions::add(work.tx, &session, &hash(&secret))?;
    Ok((session.id, secret))
}

/// Whether a session is good, as far as time goes.
pub(crate) fn is_good<O>(session: &Session<O>, now: UnixTime) -> bool {
    now < session.created_at.plus(ABSOLUTE) && now < session.seen_at.plus(IDLE)
}

/// Notes that a session is used.
pub(crate) async fn note_use<O: Owner>(
    service: &Service,
    now: UnixTime,
    session: &Session<O>,
) -> Result<(), Trouble> {
    let id = session.id;
    if now.since(session.seen_at) < NOTED {
        return Ok(());
    }
    service
        .work(now, Actor::Server, move |work| {
            Ok::<_, Trouble>(tables::sessions::seen::<O>(work.tx, id, work.now)?)
        })
        .await
}

/// Gives a session another secret, when a code was shown. `None`: the old one is not good any more.
pub(crate) fn renew<O: Owner>(
    work: &mut Work<'_, '_>,
    id: SessionId,
    old: &Secret,
) -> Result<Option<Secret>, Trouble> {
    let new = new_secret(work);
    let is_new = tables::sessions::step_up::<O>(work.tx, id, &hash(old), &hash(&new), work.now)?;
    Ok(is_new.then_some(new))
}
