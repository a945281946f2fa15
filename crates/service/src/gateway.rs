//! Whether somebody's code is right, asked by a VPN or another program that is no machine of ours: a gateway.
//!
//! A gateway proves nothing but that it is itself, and says who is asking. So it learns nothing but yes or no: an unknown
//! name, somebody without a token and a wrong code read the same. What it may have wrong in an hour is bounded, and what
//! is wrong there blocks people there alone.

use crate::{
    Service, Trouble, Work,
    names::is_plain,
    signin::{Counted, Judged, Place, candidates, count, judge, record_block},
    tries::Taken,
    work::Event,
};
use domain::{Actor, AuditKind, Person, PersonState};
use model::{Secret, UnixTime};
use otp::Code;
use std::{fmt, str::FromStr};
use store::tables;

/// What the configuration calls a gateway: 1 to 64 visible characters. It is in the audit trail and tells its counters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Name(String);

/// A text that is no name of a gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a gateway's name has 1 to {} visible characters", Name::MAX)]
pub struct InvalidName;

impl Name {
    /// The most characters.
    pub const MAX: usize = 64;
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let fits = !text.trim().is_empty() && text.chars().count() <= Self::MAX && is_plain(text);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a gateway is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The code was right, and is used up now.
    Accepted,
    /// It was not, whatever the reason.
    Refused,
}

/// Whether this code is right for whoever is called that.
///
/// `wrong_per_hour` is what the gateway may have wrong in an hour of the clock before nothing of it is looked at any more
/// until the hour is over; an event says so. What people have right is not counted.
///
/// # Errors
/// [`Trouble`]: nothing is known about the code.
pub async fn check(
    service: &Service,
    now: UnixTime,
    gateway: Name,
    wrong_per_hour: u32,
    user_name: String,
    code: Secret,
) -> Result<Answer, Trouble> {
    let actor = Actor::Gateway(gateway.to_string());
    match service.gateway_tries().take(&gateway, now, wrong_per_hour) {
        Taken::Yes => {}
        Taken::FirstRefused => {
            let event = Event::new(AuditKind::GatewayBlocked)
                .detail(format!("more than {wrong_per_hour} in an hour"));
            service.work(now, actor, move |work| work.record(event)).await.map_err(|error: Trouble| error)?;
            return Ok(Answer::Refused);
        }
        Taken::Refused => return Ok(Answer::Refused),
    }
    let name = gateway.clone();
    let answer = service.work(now, actor, move |work| decide(work, name, &user_name, &code)).await;
    // What could not be looked at is no wrong code.
    if !matches!(answer, Ok(Answer::Refused)) {
        service.gateway_tries().give_back(&gateway);
    }
    answer
}

fn decide(work: &mut Work<'_, '_>, gateway: Name, user_name: &str, code: &Secret) -> Result<Answer, Trouble> {
    let refused = |work: &mut Work<'_, '_>, event: Event| work.record(event).map(|()| Answer::Refused);
    let event = || Event::new(AuditKind::SignInRefused);
    // The name is not recorded: people type passwords into the wrong field.
    let person = match <[Person; 1]>::try_from(tables::people::by_text(work.tx, user_name)?) {
        Ok([person]) => person,
        Err(found) if found.is_empty() => return refused(work, event().detail("an unknown name")),
        Err(_) => return refused(work, event().detail("a name that several people have")),
    };
    if person.state == PersonState::Disabled {
        return refused(work, event().person(person.id).detail("the person is disabled"));
    }
    let tally = match count(work, person.id, Place::Gateway(gateway))? {
        Counted::Open(tally) => tally,
        Counted::Blocked { until, .. } => {
            return refused(work, event().person(person.id).detail(format!("blocked until {until}")));
        }
    };
    let candidates = candidates(work, person.id)?;
    if candidates.is_empty() {
        // Nothing was compared, so nothing is counted against the person.
        return refused(work, event().person(person.id).detail("no token"));
    }
    let judged = match code.expose_text().unwrap_or_default().parse::<Code>() {
        Ok(code) => judge(work, &tally, &candidates, &code)?,
        Err(_) => Judged::Wrong,
    };
    let event = match judged {
        Judged::Accepted(token) => {
            tally.forgiven(work)?;
            work.record(Event::new(AuditKind::CodeAccepted).person(person.id).token(token))?;
            return Ok(Answer::Accepted);
        }
        Judged::Used(token) => Event::new(AuditKind::CodeUsed).person(person.id).token(token),
        Judged::Wrong => Event::new(AuditKind::CodeWrong).person(person.id),
    };
    let wrong = tally.stands(work)?;
    work.record(event)?;
    record_block(work, person.id, None, wrong.then)?;
    Ok(Answer::Refused)
}
