//! Self-service: what people see and do with their own tokens, in a browser.
//!
//! Somebody signs in with a name and a one-time password; the Windows password never leaves a PC. A single code that
//! was guessed or overheard shows which tokens there are and when they were used, and changes nothing: whatever makes or
//! ends a token, or makes recovery codes, asks for another code first.

mod session;
mod sign_in;
mod tokens;

pub use session::{SignedIn, Stepped, session, sign_out, step_up};
pub use sign_in::{Refused, sign_in};
pub use tokens::{Overview, Seen, SignIn, add_token, overview, recovery_codes, remove, rename};

use crate::{
    Trouble, Work,
    operators::{ABSOLUTE, IDLE},
};
use model::PersonId;
use store::tables;

/// Drops sessions that are over.
pub(crate) fn tidy(work: &mut Work<'_, '_>) -> Result<(), Trouble> {
    tables::sessions::drop_old::<PersonId>(work.tx, work.now.minus(ABSOLUTE), work.now.minus(IDLE))?;
    Ok(())
}

/// On a server put back from a backup, sessions are void.
pub(crate) fn end_what_may_have_been_used(work: &mut Work<'_, '_>) -> Result<(), Trouble> {
    tables::sessions::end_all::<PersonId>(work.tx)?;
    Ok(())
}
