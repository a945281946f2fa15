//! Enrollment: show a seed, confirm its first code, invite.

mod admin;
mod birth;
mod client;
mod confirm;
mod invitation;
mod show;

pub use admin::{approvals, decide_approval, new_enrollment_code};
pub use client::Shown;
pub use confirm::confirm;
pub use invitation::{Invited, InvitedAnswer, confirm_invited, invite, invited, show_invited};
pub use show::show;

pub(crate) use birth::end_pending;
pub(crate) use client::{confirm_at_client, show_at_client};
pub(crate) use invitation::tokens_kept;
pub(crate) use show::code_cell;

use crate::{Trouble, Work, signin};
use domain::{Origin, PendingEnrollment, TokenState};
use model::{PersonId, Secret, UnixTime};
use otp::{Algorithm, Digits, Period, Seed, TokenKind, TokenParameters, TokenUri};
use policy::{TokenAlgorithm, TokenSettings};
use std::time::Duration;
use store::{Cell, tables};

/// The row of a pending enrollment, as its seed is sealed for.
pub(crate) fn pending_row(person: PersonId, origin: Origin) -> Vec<u8> {
    let (kind, id) = match origin {
        Origin::Machine(id) => (b'm', id.to_bytes()),
        Origin::Invitation(id) => (b'i', id.to_bytes()),
        Origin::Hardware => (b'h', [0; 16]),
        Origin::Client(id) => (b'c', id.to_bytes()),
    };
    [&person.to_bytes()[..], &[kind], &id].concat()
}

pub(crate) fn pending_cell(row: &[u8]) -> Cell<'_> {
    Cell { table: "pending_enrollments", column: "seed", row }
}

/// How tokens are made from now on.
fn parameters(settings: &TokenSettings) -> Result<TokenParameters, Trouble> {
    Ok(TokenParameters {
        algorithm: match settings.algorithm {
            TokenAlgorithm::Sha1 => Algorithm::Sha1,
            TokenAlgorithm::Sha256 => Algorithm::Sha256,
            TokenAlgorithm::Sha512 => Algorithm::Sha512,
        },
        digits: Digits::new(settings.digits).map_err(Trouble::failed)?,
        kind: TokenKind::Totp {
            period: Period::from_secs(settings.period_seconds).map_err(Trouble::failed)?,
        },
    })
}

/// What is pending in a place, alive or not.
enum Found {
    /// Nothing, or past its time.
    Nothing,
    /// Good.
    Good(PendingEnrollment, Seed),
    /// Another token was enrolled meanwhile.
    Lost(String, UnixTime),
}

fn find(work: &Work<'_, '_>, person: PersonId, origin: Origin) -> Result<Found, Trouble> {
    let Some((pending, sealed)) = tables::enrollments::find(work.tx, person, origin)? else {
        return Ok(Found::Nothing);
    };
    if pending.expires_at <= work.now {
        return Ok(Found::Nothing);
    }
    if let Some((place, at)) = pending.lost_to {
        return Ok(Found::Lost(place, at));
    }
    let secret = work.open(pending_cell(&pending_row(person, origin)), &sealed)?;
    Ok(Found::Good(pending, signin::seed(secret)?))
}

/// Makes a new seed in a place, in place of what was there.
fn begin_pending(
    work: &mut Work<'_, '_>,
    person: PersonId,
    origin: Origin,
) -> Result<(PendingEnrollment, Seed), Trouble> {
    let seed = Seed::random(&mut *work.rng);
    let pending = PendingEnrollment {
        person,
        origin,
        parameters: parameters(&work.policy.tokens())?,
        shown_at: work.now,
        expires_at: work
            .now
            .plus(Duration::from_secs(work.policy.limits().enrollment_pending_seconds.into())),
        lost_to: None,
    };
    let row = pending_row(person, origin);
    let sealed = work.seal(pending_cell(&row), &Secret::new(seed.expose().to_vec()))?;
    tables::enrollments::put(work.tx, &pending, &sealed)?;
    Ok((pending, seed))
}

/// The `otpauth` URI of a pending enrollment.
fn uri(
    work: &Work<'_, '_>,
    group: &str,
    account: &str,
    pending: &PendingEnrollment,
    seed: Seed,
) -> Result<Secret, Trouble> {
    let uri = TokenUri {
        issuer: Some(work.policy.group(group).issuer),
        account: account.to_owned(),
        label: None,
        seed,
        parameters: pending.parameters,
    };
    uri.write_within(TokenUri::SCREEN_LIMIT).map_err(Trouble::failed)
}

/// Where and when the newest active token of a person was enrolled.
fn newest_token(work: &Work<'_, '_>, person: PersonId) -> Result<Option<(String, UnixTime)>, Trouble> {
    let tokens = tables::tokens::of(work.tx, person)?;
    let Some(token) = tokens.iter().rfind(|token| token.state == TokenState::Active) else { return Ok(None) };
    Ok(Some((place_name(work, token.origin)?, token.created_at)))
}

/// What a place is called, for people.
fn place_name(work: &Work<'_, '_>, origin: Origin) -> Result<String, Trouble> {
    Ok(match origin {
        Origin::Machine(id) => {
            tables::machines::find(work.tx, id)?.map_or_else(|| id.to_string(), |machine| machine.name)
        }
        Origin::Invitation(_) => "a browser".to_owned(),
        Origin::Hardware => "a hardware token".to_owned(),
        Origin::Client(id) => tables::compat_clients::name(work.tx, id)?.unwrap_or_else(|| id.to_string()),
    })
}
