//! Backups of the server that were made, as far as the server knows of them.

use crate::{Service, Trouble, Work, work::Event};
use domain::AuditKind;
use model::UnixTime;
use store::tables;

/// When the last one was made, in decimal digits.
const SAVED_AT: &str = "server_backed_up_at";

/// Notes that a backup was made and read back.
///
/// # Errors
/// [`Trouble`].
pub fn made(work: &mut Work<'_, '_>, detail: String) -> Result<(), Trouble> {
    note(work, work.now)?;
    work.record(Event::new(AuditKind::ServerBackedUp).detail(detail))
}

pub(crate) fn note(work: &mut Work<'_, '_>, at: UnixTime) -> Result<(), Trouble> {
    Ok(tables::settings::set(work.tx, SAVED_AT, at.as_secs().to_string().as_bytes())?)
}

/// When the last one was made.
///
/// # Errors
/// [`Trouble`].
pub fn last(service: &Service) -> Result<Option<UnixTime>, Trouble> {
    let digits = service.read(|rx| Ok::<_, Trouble>(tables::settings::find(rx, SAVED_AT)?))?;
    let digits = digits.and_then(|digits| String::from_utf8(digits).ok());
    Ok(digits.and_then(|digits| digits.parse().ok()).map(UnixTime::from_secs))
}
