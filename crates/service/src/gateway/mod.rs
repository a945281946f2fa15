//! Whether somebody's code is right, asked by a VPN or another program that is no machine of ours: a gateway. It asks by
//! RADIUS, or as clients made for privacyIDEA do ([`compat`](crate::compat)); the limits are the same.
//!
//! A gateway proves nothing but that it is itself, and says who is asking. So it learns nothing but yes or no: an unknown
//! name, somebody without a token and a wrong code read the same. What it may have wrong in an hour is bounded, and what
//! is wrong there blocks people there alone.

mod budget;
mod who;

pub use who::UserName;

pub(crate) use budget::bounded;
pub(crate) use who::{Asked, someone};

use crate::{
    Service, Trouble, Work,
    enroll::{self, Shown},
    names::is_plain,
    signin::{Judged, candidates, judge, record_block},
    work::Event,
};
use domain::AuditKind;
use model::{CompatClientId, Secret, TokenId, UnixTime};
use otp::Code;
use std::{fmt, str::FromStr};

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

/// By which door a gateway comes. Those of the same name by different doors are different ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Door {
    /// RADIUS.
    Radius,
    /// As clients made for privacyIDEA do.
    Compat(CompatClientId),
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// By which door.
    pub door: Door,
    /// What it is called.
    pub name: Name,
    /// What it may have wrong in an hour of the clock before nothing of it is looked at any more until the hour is over.
    pub wrong_per_hour: u32,
    /// Whether people may enroll through it, with an enrollment code.
    pub may_enroll: bool,
}

/// What tells a gateway's counters from those of others.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Id(Door, Name);

impl Gateway {
    pub(crate) fn id(&self) -> Id {
        Id(self.door, self.name.clone())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(Door::Radius, name) => write!(f, "gateway:{name}"),
            Self(Door::Compat(id), _) => write!(f, "client:{id}"),
        }
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

/// What somebody typed that was right.
pub(crate) enum Right {
    /// A code of this token. It is used up.
    Code(TokenId),
    /// Their enrollment code: this is to be shown.
    Enroll(Shown),
}

/// Whether this code is right for whoever is called that. What people have right is not counted.
///
/// # Errors
/// [`Trouble`]: nothing is known about the code.
pub async fn check(
    service: &Service,
    now: UnixTime,
    gateway: Gateway,
    user: UserName,
    code: Secret,
) -> Result<Answer, Trouble> {
    // Through this door nobody can be shown anything.
    let gateway = Gateway { may_enroll: false, ..gateway };
    let right = decided(service, now, gateway, user, code).await?;
    Ok(if right.is_some() { Answer::Accepted } else { Answer::Refused })
}

/// As [`check`]; what was right.
pub(crate) async fn decided(
    service: &Service,
    now: UnixTime,
    gateway: Gateway,
    user: UserName,
    typed: Secret,
) -> Result<Option<Right>, Trouble> {
    let for_decision = gateway.clone();
    let asked = Asked::find(service, &user)?;
    bounded(service, now, &gateway, move |work| decide(work, &for_decision, asked, &typed)).await
}

fn decide(
    work: &mut Work<'_, '_>,
    gateway: &Gateway,
    asked: Asked,
    typed: &Secret,
) -> Result<Option<Right>, Trouble> {
    let Some((person, tally)) = someone(work, gateway, asked)? else { return Ok(None) };
    let candidates = candidates(work, person.id)?;
    if candidates.is_empty() {
        if let (Door::Compat(client), true) = (gateway.door, gateway.may_enroll) {
            let shown = enroll::show_at_client(work, client, &person, tally, typed)?;
            return Ok(shown.map(Right::Enroll));
        }
        // Nothing was compared, so nothing is counted against the person.
        work.record(Event::new(AuditKind::SignInRefused).person(person.id).detail("no token"))?;
        return Ok(None);
    }
    let judged = match typed.expose_text().unwrap_or_default().parse::<Code>() {
        Ok(code) => judge(work, &tally, &candidates, &code)?,
        Err(_) => Judged::Wrong,
    };
    let event = match judged {
        Judged::Accepted(token) => {
            tally.forgiven(work)?;
            work.record(Event::new(AuditKind::CodeAccepted).person(person.id).token(token))?;
            return Ok(Some(Right::Code(token)));
        }
        Judged::Used(token) => Event::new(AuditKind::CodeUsed).person(person.id).token(token),
        Judged::Wrong => Event::new(AuditKind::CodeWrong).person(person.id),
    };
    let wrong = tally.stands(work)?;
    work.record(event)?;
    record_block(work, person.id, None, wrong.then)?;
    Ok(None)
}
