use crate::{Service, Trouble, Work, work::Event};
use domain::{Actor, AuditKind, BackupBox};
use model::UnixTime;
use serde::Serialize;
use std::time::Duration;
use store::{DbError, Rx, tables};

/// Boxes dropped in one go.
const BATCH: u32 = 50;
/// Days for which it is known how much came from where.
const DAYS: u64 = 2;

/// A box as lists show it. Whose it is, nobody can tell.
#[derive(Debug, Clone, Serialize)]
pub struct ListedBox {
    /// The start of its id.
    pub r#box: String,
    /// Generations written so far.
    pub written: u64,
    /// Bytes of all generations that are kept.
    pub bytes: u64,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it was last written.
    pub written_at: UnixTime,
    /// When it was last read or written, to the day or so.
    pub used_at: UnixTime,
}

/// All boxes, the one written last first.
///
/// # Errors
/// [`DbError`].
pub fn list(rx: &Rx<'_>) -> Result<Vec<ListedBox>, DbError> {
    Ok(tables::backups::all(rx)?.into_iter().map(listed).collect())
}

fn listed(found: BackupBox) -> ListedBox {
    ListedBox {
        r#box: found.id.prefix(),
        written: found.newest,
        bytes: found.bytes,
        created_at: found.created_at,
        written_at: found.written_at,
        used_at: found.used_at,
    }
}

/// Drops boxes that nobody has read or written for that long, where the configuration names a time, with an event for
/// each; and what is known of networks. `true`: there may be more.
///
/// # Errors
/// [`Trouble`].
pub async fn drop_unused(
    service: &Service,
    now: UnixTime,
    unused_for: Option<Duration>,
) -> Result<bool, Trouble> {
    service
        .work(now, Actor::Server, move |work| {
            tables::backups::drop_days(work.tx, (work.now.as_secs() / 86_400).saturating_sub(DAYS))?;
            match unused_for {
                Some(time) => drop_boxes(work, time),
                None => Ok(false),
            }
        })
        .await
}

fn drop_boxes(work: &mut Work<'_, '_>, unused_for: Duration) -> Result<bool, Trouble> {
    let unused = tables::backups::unused_since(work.tx, work.now.minus(unused_for), BATCH)?;
    for found in &unused {
        if tables::backups::remove(work.tx, found)? {
            let detail = format!("box {}, last used {}", found.id.prefix(), found.used_at);
            work.record(Event::new(AuditKind::BackupBoxDropped).detail(detail))?;
        }
    }
    Ok(unused.len() >= BATCH as usize)
}
