//! What a server does by itself every now and then.

use crate::{Service, Trouble, me, operators};
use domain::Actor;
use model::UnixTime;
use std::time::Duration;
use store::tables;

/// How long an answer is kept for a retry of its request.
const ANSWERS: Duration = Duration::from_secs(600);
/// How long a dead or expired pending enrollment is kept, to say what became of it.
const PENDING: Duration = Duration::from_secs(3_600);
/// How long a machine's report is remembered: longer than an agent that was cut off keeps one.
const REPORTS: Duration = Duration::from_secs(90 * 86_400);
/// Days for which it is known who began to enroll where.
const DAYS: u64 = 7;
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
            tables::temporary_codes::drop_expired(work.tx, work.now)?;
            let reports = tables::attempts::drop_reports(work.tx, work.now.minus(REPORTS), BATCH)?;
            let today = work.now.as_secs() / 86_400;
            let begun = tables::people::drop_begun(work.tx, today.saturating_sub(DAYS), BATCH)?;
            let tries = operators::tidy(work, BATCH)?;
            me::tidy(work)?;
            Ok(dropped.max(reports).max(begun).max(tries) >= BATCH as usize)
        })
        .await
}
