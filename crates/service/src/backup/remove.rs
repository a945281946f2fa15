use super::{Access, BackupError, ContentHash, Limits, Network, access::Seen};
use crate::{Service, work::Event};
use domain::{Actor, AuditKind};
use model::UnixTime;
use store::tables;

/// Removes a box with all its generations, if it holds one of `hashes`; without any, whatever it holds.
///
/// # Errors
/// [`BackupError`].
pub async fn remove(
    service: &Service,
    now: UnixTime,
    limits: &Limits,
    network: Network,
    access: &Access,
    hashes: Option<Vec<ContentHash>>,
) -> Result<(), BackupError> {
    let (keyed, _) = service.open_box(now, limits, network, access).await?;
    service
        .work(now, Actor::App, move |work| {
            let Seen::Open(found) = keyed.look(work.tx)? else { return Err(BackupError::NotFound) };
            let wanted = hashes.is_none_or(|hashes| hashes.contains(&found.hash));
            if !wanted || !tables::backups::remove(work.tx, &found)? {
                return Err(BackupError::Changed { current: found.hash });
            }
            let detail = format!("box {}", found.id.prefix());
            Ok(work.record(Event::new(AuditKind::BackupBoxDeleted).detail(detail))?)
        })
        .await
}
