//! An operator signs in with name, password and code.

use super::{
    password,
    session::{SignedIn, Visitor, begin_session},
    tries::Counter,
    who,
};
use crate::{
    Service, Trouble, Work,
    signin::{self, Compared},
    tries::{Taken, try_again_at},
    work::Event,
};
use domain::{Actor, AuditKind, Operator, OperatorState};
use model::{Secret, UnixTime};
use otp::{Code, TokenParameters};
use store::tables::{self, operators::Credentials};

/// Names that a network may try in an hour without a right one.
const PER_HOUR: u32 = 60;

/// Why a sign-in is refused. The same for an unknown name, a wrong password, a wrong or used code, and somebody disabled.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Something is not right.
    #[error("name, password and code do not go together")]
    Wrong,
    /// Too many tries from there. So it is for names that nobody has, too.
    #[error("too many tries, until {until}")]
    Blocked {
        /// When the next may be made.
        until: UnixTime,
    },
    /// Nothing is known.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

enum First {
    Blocked(UnixTime),
    Compare(Option<(Operator, Credentials)>),
}

/// Signs in. What it returns is good for a session of [`super::ABSOLUTE`], and for what needs the second factor for
/// [`super::FRESH`].
///
/// # Errors
/// [`Refused`].
pub async fn sign_in(
    service: &Service,
    now: UnixTime,
    visitor: Visitor,
    name: String,
    typed: Secret,
    code: Secret,
) -> Result<SignedIn, Refused> {
    let network = visitor.network;
    if service.tries_at_console().take(&network, now, PER_HOUR) != Taken::Yes {
        return Err(Refused::Blocked { until: try_again_at(now) });
    }
    // What nobody can be called is compared with nobody all the same.
    let name: String = name.trim().chars().take(128).collect();
    let who = who(&name);
    let first: Result<First, Trouble> = service
        .work(now, Actor::Server, move |work| {
            // On disk before the comparison, which is slow and outside of this transaction.
            if let Err(until) = Counter::here(who, network).count(work)? {
                return Ok(First::Blocked(until));
            }
            Ok(First::Compare(tables::operators::by_name(work.tx, &name)?))
        })
        .await;
    let found = match first? {
        First::Blocked(until) => return Err(Refused::Blocked { until }),
        First::Compare(found) => found,
    };
    let stored = found.as_ref().map(|(_, credentials)| credentials.password.clone());
    let is_right = service.compute(move || password::matches(&typed, stored.as_deref())).await??;
    let operator = found.map(|(operator, _)| operator);
    let actor = match &operator {
        Some(operator) if is_right => Actor::Operator(operator.name.clone()),
        _ => Actor::Server,
    };
    let signed_in: Result<Option<SignedIn>, Trouble> =
        service.work(now, actor, move |work| decide(work, &visitor, who, operator, is_right, &code)).await;
    let signed_in = signed_in?.ok_or(Refused::Wrong)?;
    service.tries_at_console().give_back(&network);
    Ok(signed_in)
}

fn decide(
    work: &mut Work<'_, '_>,
    visitor: &Visitor,
    who: [u8; 32],
    operator: Option<Operator>,
    password_is_right: bool,
    code: &Secret,
) -> Result<Option<SignedIn>, Trouble> {
    let here = Counter::here(who, visitor.network);
    let refuse = |work: &mut Work<'_, '_>, operator: Option<&Operator>, why: &str| {
        // The name that was typed is not recorded: people type passwords into the wrong field.
        let name = operator.map_or("an unknown name", |operator| &operator.name);
        let detail = format!("{name} from {}: {why}", visitor.network);
        work.record(Event::new(AuditKind::OperatorRefused).detail(detail))?;
        here.record_block(work, operator.map(|operator| operator.name.as_str()))?;
        Ok::<_, Trouble>(None)
    };
    let Some(operator) = operator else { return refuse(work, None, "nobody is called so") };
    if !password_is_right {
        return refuse(work, Some(&operator), "wrong password");
    }
    match judge(work, &operator, code)? {
        Judged::Accepted => {}
        Judged::Not(why) => return refuse(work, Some(&operator), why),
    }
    here.forgive(work)?;
    tables::operators::signed_in(work.tx, operator.id, work.now)?;
    work.record(Event::new(AuditKind::OperatorSignedIn).detail(format!("from {}", visitor.network)))?;
    begin_session(work, operator, visitor).map(Some)
}

/// What a code of an operator is.
pub(super) enum Judged {
    Accepted,
    Not(&'static str),
}

/// Compares a code with an operator's token as it is now, and uses its step up. The try is counted in this transaction
/// before the comparison, and taken back when it was right.
pub(super) fn judge(work: &mut Work<'_, '_>, operator: &Operator, code: &Secret) -> Result<Judged, Trouble> {
    let Some((operator, with)) = tables::operators::credentials(work.tx, operator.id)? else {
        return Ok(Judged::Not("gone meanwhile"));
    };
    if operator.state == OperatorState::Disabled {
        return Ok(Judged::Not("disabled"));
    }
    let everywhere = Counter::everywhere(who(&operator.name));
    if everywhere.count(work)?.is_err() {
        return Ok(Judged::Not("too many wrong codes"));
    }
    let seed = signin::seed(work.open(super::seed_cell(&operator.id.to_bytes()), &with.seed)?)?;
    let wrong = |work: &mut Work<'_, '_>, why| {
        everywhere.record_block(work, Some(&operator.name))?;
        Ok(Judged::Not(why))
    };
    let Some(code) = code.expose_text().and_then(|text| text.parse::<Code>().ok()) else {
        return wrong(work, "wrong code");
    };
    let parameters = TokenParameters::default();
    match signin::compare(work, &parameters, Some(with.last_step), with.drift, &seed, &code) {
        Compared::Right { step, drift } => {
            // The verdict: of all who saw this step unused, one changes the row.
            if tables::operators::use_step(work.tx, operator.id, step, drift)? {
                everywhere.forgive(work)?;
                Ok(Judged::Accepted)
            } else {
                wrong(work, "used code")
            }
        }
        Compared::Used => wrong(work, "used code"),
        Compared::Wrong => wrong(work, "wrong code"),
    }
}
