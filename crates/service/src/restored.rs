//! A server that was put back from a backup must not take again what was used since.
//!
//! The database does not know what happened after it was copied. So everything that counts once is taken to have been
//! used up to the moment of putting back. What was disabled or revoked since is back; an administrator has to do that
//! again.

use crate::{Service, Trouble, Work, keys, me, operators, saved, work::Event};
use domain::{Actor, AuditKind};
use model::{PersonId, TokenId, UnixTime};
use otp::{TimeStep, TokenKind};
use store::tables::restored::{self, Stepping};

/// Tokens changed in one transaction.
const BATCH: u32 = 1_000;
/// Steps more than the policy takes, for a clock that was ahead of this one.
const MARGIN: u64 = 1;

/// What becomes of recovery codes, of which nobody can tell whether they were used since.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecoveryCodes {
    /// They are used up; people get new ones.
    UseUp,
    /// They stay good, also those that were used since the backup.
    Keep,
}

/// What was ended.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Ended {
    /// Time-based tokens that refuse every code up to now.
    pub time_based: u64,
    /// Active event-based tokens that are disabled: it is not known which codes were used.
    pub event_based: u64,
    /// Recovery codes that are used up.
    pub recovery_codes: u64,
    /// Invitations, enrollment codes and join codes that are void.
    pub invitations_and_codes: u64,
}

/// Ends what may have been used since the backup. To be done before the server is started; done twice it does no harm.
///
/// # Errors
/// [`Trouble`].
pub fn end_what_may_have_been_used(
    service: &Service,
    now: UnixTime,
    actor: &Actor,
    taken_at: UnixTime,
    recovery_codes: RecoveryCodes,
) -> Result<Ended, Trouble> {
    let mut ended = Ended::default();
    let mut after = None;
    loop {
        let (time_based, event_based, next) =
            service.work_blocking(now, actor.clone(), move |work| some_tokens(work, after))?;
        ended.time_based += time_based;
        ended.event_based += event_based;
        if next.is_none() {
            break;
        }
        after = next;
    }
    service.work_blocking(now, actor.clone(), move |work| {
        if recovery_codes == RecoveryCodes::UseUp {
            ended.recovery_codes = restored::use_up_recovery_codes(work.tx, work.now)? as u64;
        }
        ended.invitations_and_codes = restored::end_what_is_under_way(work.tx, work.now)? as u64;
        ended.invitations_and_codes += operators::end_what_may_have_been_used(work)?;
        me::end_what_may_have_been_used(work)?;
        keys::outdate_statements(work)?;
        saved::note(work, taken_at)?;
        let Ended { time_based, event_based, recovery_codes, invitations_and_codes } = ended;
        work.record(Event::new(AuditKind::ServerRestored).detail(format!(
            "backup of {taken_at}; {time_based} tokens refuse codes up to now, {event_based} event-based ones are \
             disabled, {recovery_codes} recovery codes and {invitations_and_codes} invitations and codes are void"
        )))?;
        Ok::<_, Trouble>(ended)
    })
}

type SomeTokens = (u64, u64, Option<(PersonId, TokenId)>);

fn some_tokens(work: &mut Work<'_, '_>, after: Option<(PersonId, TokenId)>) -> Result<SomeTokens, Trouble> {
    let tokens = restored::stepping(work.tx, after, BATCH)?;
    let window = u64::from(work.policy.tokens().steps_after);
    let (mut time_based, mut event_based) = (0, 0);
    for Stepping { person, id, parameters, drift } in &tokens {
        match parameters.kind {
            TokenKind::Totp { period } => {
                // The last step that can have been taken before this moment, by a phone whose clock is ahead.
                let ahead = u64::try_from(drift.steps()).unwrap_or_default();
                let last = TimeStep::at(work.now, period).number().saturating_add(ahead + window + MARGIN);
                restored::refuse_up_to(work.tx, *person, *id, last)?;
                time_based += 1;
            }
            TokenKind::Hotp { .. } => event_based += u64::from(restored::disable(work.tx, *person, *id)?),
        }
    }
    let next = tokens.last().filter(|_| tokens.len() == BATCH as usize).map(|token| (token.person, token.id));
    Ok((time_based, event_based, next))
}
