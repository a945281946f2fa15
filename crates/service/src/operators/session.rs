//! Sessions: what a browser holds after a sign-in, how long that is good, and showing the second factor again.

use super::{
    hash, of,
    sign_in::{Judged, judge},
    tries::Counter,
    who,
};
use crate::{Service, Trouble, Work, backup::Network, names::is_plain, sessions, work::Event};
use domain::{Actor, AuditKind, Operator, OperatorState};
use model::{OperatorId, Secret, SessionId, UnixTime};
use std::{net::IpAddr, time::Duration};
use store::{Rx, tables, tables::sessions::Session};

/// How long a session is good without being used.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long it is good at most.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 3_600);
/// How long the second factor counts as just shown.
pub const FRESH: Duration = Duration::from_secs(5 * 60);

/// The most characters kept of what a browser calls itself.
const BROWSER: usize = 200;

/// A browser, as far as it can be told.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// From where.
    pub network: Network,
    /// What it calls itself.
    pub browser: String,
}

impl Visitor {
    /// A browser at an address.
    pub fn new(address: IpAddr, browser: &str) -> Self {
        let plain = browser.chars().filter(|c| is_plain(c.encode_utf8(&mut [0; 4])));
        Self { network: address.into(), browser: plain.take(BROWSER).collect() }
    }
}

/// Somebody who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub operator: Operator,
    /// What their browser is to hold. Whoever has it is taken for them.
    pub secret: Secret,
    /// Until when the second factor counts as just shown.
    pub fresh_until: UnixTime,
}

impl SignedIn {
    /// As the audit trail names them.
    pub fn actor(&self) -> Actor {
        Actor::Operator(self.operator.name.clone())
    }

    /// Whether what needs the second factor may be done now.
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        now < self.fresh_until
    }
}

/// What became of showing the second factor again.
#[derive(Debug)]
pub enum Stepped {
    /// The browser is to hold another secret from now on.
    Up(SignedIn),
    /// The code was wrong, or used before; the session is as it was.
    Wrong,
    /// Too many were.
    Blocked {
        /// When the next may be tried.
        until: UnixTime,
    },
    /// The session is over.
    Over,
}

pub(super) fn begin_session(
    work: &mut Work<'_, '_>,
    operator: Operator,
    visitor: &Visitor,
) -> Result<SignedIn, Trouble> {
    let (session, secret) = sessions::begin(work, operator.id, visitor, work.now)?;
    Ok(SignedIn { session, operator, secret, fresh_until: work.now.plus(FRESH) })
}

/// The session of a secret with its operator, if both are good.
fn find(
    rx: &Rx<'_>,
    secret: &Secret,
    now: UnixTime,
) -> Result<Option<(Session<OperatorId>, Operator)>, Trouble> {
    let Some(session) = tables::sessions::by_hash(rx, &hash(secret))? else { return Ok(None) };
    let operator = tables::operators::find(rx, session.owner)?;
    let operator = operator.filter(|operator| operator.state == OperatorState::Active);
    Ok(operator.filter(|_| sessions::is_good(&session, now)).map(|operator| (session, operator)))
}

/// Who holds a secret. `None`: nobody does who is signed in.
///
/// # Errors
/// [`Trouble`].
pub async fn session(service: &Service, now: UnixTime, secret: Secret) -> Result<Option<SignedIn>, Trouble> {
    let Some((session, operator)) = service.read(|rx| find(rx, &secret, now))? else { return Ok(None) };
    sessions::note_use(service, now, &session).await?;
    let fresh_until = session.stepped_up_at.plus(FRESH);
    Ok(Some(SignedIn { session: session.id, operator, secret, fresh_until }))
}

/// Shows the second factor again. The secret is another one afterwards.
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
    let Some((session, operator)) = service.read(|rx| find(rx, &secret, now))? else {
        return Ok(Stepped::Over);
    };
    let actor = Actor::Operator(operator.name.clone());
    service
        .work(now, actor, move |work| {
            let here = Counter::here(who(&operator.name), visitor.network);
            if let Err(until) = here.count(work)? {
                return Ok(Stepped::Blocked { until });
            }
            if let Judged::Not(why) = judge(work, &operator, &code)? {
                let detail = format!("{} from {}: {why}", operator.name, visitor.network);
                work.record(Event::new(AuditKind::OperatorRefused).detail(detail))?;
                here.record_block(work, Some(&operator.name))?;
                return Ok(Stepped::Wrong);
            }
            here.forgive(work)?;
            let Some(new) = sessions::renew::<OperatorId>(work, session.id, &secret)? else {
                return Ok(Stepped::Over);
            };
            work.record(
                Event::new(AuditKind::OperatorSteppedUp).detail(format!("from {}", visitor.network)),
            )?;
            let operator = of(work, operator.id)?;
            let fresh_until = work.now.plus(FRESH);
            Ok(Stepped::Up(SignedIn { session: session.id, operator, secret: new, fresh_until }))
        })
        .await
}

/// Ends the session in which this is done.
///
/// # Errors
/// [`Trouble`].
pub fn sign_out(work: &mut Work<'_, '_>, id: SessionId) -> Result<(), Trouble> {
    if tables::sessions::end::<OperatorId>(work.tx, id)? {
        work.record(Event::new(AuditKind::OperatorSignedOut))?;
    }
    Ok(())
}
