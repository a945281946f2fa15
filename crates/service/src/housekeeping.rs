//! What a server does by itself every now and then.

use crate::{Service, Trouble};
use domain::Actor;
use model::UnixTime;
use std::time::Duration;
use store::tables;

/// How long an answer is kept for a retry of its request.
const ANSWERS: Duration = Duration::from_secs(600);
/// How long a dead or expired pending enrollment is kept, to say what became of it.
const PENDING: Duration = Duration::from_secs(3_600);
/// Rows dropped in one go, so that sign-ins need not wait.
const BATCH: u32 = 500;

/// Drops what is past its use; `true`: there may be more.
///
/// # Errors
/// [`Trouble`].
pub async fn tidy(service: &Service, now: UnixTime) -> Result<bool, Trouble> {
    service
        .work(now, Actor::Server, |work| {
            let dropped = tables::attempts::drop_old(work.tx, work.now.minus(ANSWERS), BATCH)?;
            tables::enrollments::drop_expired(work.tx, work.now.minus(PENDING))?;
            Ok(dropped >= BATCH as usize)
        })
        .await
}
