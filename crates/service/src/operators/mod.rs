//! Those who work with the console: how the first one comes to be, how others are invited, how they sign in.
//!
//! An operator has a password and a token, always both. A sign-in counts its try before anything is compared, and a code
//! is used up by a conditional update, as at a machine. Nothing is told apart before both are right: an unknown name, a
//! wrong password and a wrong code read the same, and take the same time.

mod admin;
mod password;
mod session;
mod setup;
mod sign_in;
mod tries;

pub use admin::{
    Invitation, InvitedOperator, ListedSession, disable, enable, end_all_sessions, end_invitation,
    end_session, invitations, invite, list, reset, sessions, set_access,
};
pub use password::{MAX_PASSWORD, MIN_PASSWORD};
pub use session::{ABSOLUTE, FRESH, IDLE, SignedIn, Stepped, Visitor, session, sign_out, step_up};
pub use setup::{FirstLink, Offer, Proof, SetUp, offer, set_up, set_up_link};
pub use sign_in::{Refused, sign_in};

use crate::{AdminError, Service, Trouble, Work, keys};
use model::{OperatorId, Secret};
use otp::{TimeStep, TokenKind, TokenParameters};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{Cell, Rx, tables};

/// Bytes of the secret of a link and of a session.
const SECRET_BYTES: usize = 32;
/// How long wrong tries are remembered after the last one.
const TRIES: Duration = Duration::from_secs(2 * 86_400);

/// Whether there is an operator. Until then nothing of the console, of self-service and of the administration API is to
/// be reached.
///
/// # Errors
/// [`Trouble`].
pub fn is_set_up(service: &Service) -> Result<bool, Trouble> {
    service.read(is_there_any)
}

/// The same within a transaction.
pub(crate) fn is_there_any(rx: &Rx<'_>) -> Result<bool, Trouble> {
    Ok(tables::operators::any(rx)?)
}

/// The cell an operator's seed is sealed for.
pub(crate) fn seed_cell(row: &[u8; 16]) -> Cell<'_> {
    Cell { table: "operators", column: "seed", row }
}

/// Drops what is past its time; how many rows of those that may be many.
pub(crate) fn tidy(work: &mut Work<'_, '_>, limit: u32) -> Result<usize, Trouble> {
    tables::sessions::drop_old::<OperatorId>(work.tx, work.now.minus(ABSOLUTE), work.now.minus(IDLE))?;
    Ok(tables::operators::drop_old(work.tx, work.now, work.now.minus(TRIES), limit)?)
}

/// On a server put back from a backup: codes up to now are refused, sessions and links are void; how many links.
pub(crate) fn end_what_may_have_been_used(work: &mut Work<'_, '_>) -> Result<u64, Trouble> {
    tables::sessions::end_all::<OperatorId>(work.tx)?;
    if let TokenKind::Totp { period } = TokenParameters::default().kind {
        // As far ahead as a code may be that was taken before this moment, with one step for a clock that was ahead.
        let ahead = u64::from(work.policy.tokens().steps_after) * 2 + 2;
        let last = TimeStep::at(work.now, period).number().saturating_add(ahead);
        tables::operators::refuse_up_to(work.tx, last)?;
    }
    Ok(tables::operators::drop_links(work.tx, work.now)? as u64)
}

/// A new secret for a link or a session, as text that fits into an address and a cookie.
pub(crate) fn new_secret(work: &mut Work<'_, '_>) -> Secret {
    let mut bytes = vec![0; SECRET_BYTES];
    work.rng.fill_bytes(&mut bytes);
    let bytes = Secret::new(bytes);
    Secret::from_text(data_encoding::BASE64URL_NOPAD.encode(bytes.expose()))
}

/// What is kept of such a secret. It has 256 bits, so that a fast hash is enough.
pub(crate) fn hash(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.expose()).into()
}

/// A name as it is compared.
fn who(name: &str) -> [u8; 32] {
    Sha256::digest(name.trim().to_lowercase().as_bytes()).into()
}

/// The operator of an id, or trouble: ids come from rows.
fn of(work: &Work<'_, '_>, id: OperatorId) -> Result<domain::Operator, Trouble> {
    tables::operators::find(work.tx, id)?.ok_or_else(|| Trouble::failed("an operator vanished"))
}

/// The server's first address, for links.
///
/// # Errors
/// [`Trouble`].
pub fn address(service: &Service) -> Result<Option<String>, Trouble> {
    Ok(keys::statement(service)?.and_then(|statement| statement.urls().first().map(ToString::to_string)))
}

/// The same within a transaction, for whoever needs one.
///
/// # Errors
/// [`AdminError::Refused`] where the server has never run.
pub fn address_in(work: &Work<'_, '_>) -> Result<String, AdminError> {
    let statement = keys::statement_in(work)?;
    let url = statement.and_then(|statement| statement.urls().first().map(ToString::to_string));
    url.ok_or_else(|| AdminError::Refused("the server has not run yet, so its address is not known".into()))
}
