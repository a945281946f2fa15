use super::{Access, BackupError, ContentHash, Generation, Limits, Network, cell, row};
use crate::{Service, Trouble};
use domain::{Actor, BackupBox};
use model::UnixTime;
use std::time::Duration;
use store::tables;

/// How old the note that a box is in use may get.
const NOTED: Duration = Duration::from_secs(86_400);

/// Which generation is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The newest one.
    Newest,
    /// The one with this number.
    Number(u64),
}

/// A generation with its content.
#[derive(Debug)]
pub struct Content {
    /// Which one.
    pub generation: Generation,
    /// As it came.
    pub bytes: Vec<u8>,
}

/// Reads a box.
///
/// # Errors
/// [`BackupError`].
pub async fn read(
    service: &Service,
    now: UnixTime,
    limits: &Limits,
    network: Network,
    access: &Access,
    wanted: Wanted,
) -> Result<Content, BackupError> {
    let (_, found) = service.open_box(now, limits, network, access).await?;
    note_use(service, now, &found).await?;
    let (id, number) = match wanted {
        Wanted::Newest => (found.id, None),
        Wanted::Number(number) => (found.id, Some(number)),
    };
    // In one look: the newest may be another one by now.
    let (generation, sealed) = service.read(|rx| {
        let newest = || Ok::<_, BackupError>(tables::backups::find(rx, id)?.map(|found| found.newest));
        let number = match number {
            Some(number) => Some(number),
            None => newest()?,
        };
        let missing = if wanted == Wanted::Newest { BackupError::NotFound } else { BackupError::NoVersion };
        match number {
            Some(number) => tables::backups::content(rx, id, number)?.ok_or(missing),
            None => Err(missing),
        }
    })?;
    let opened = service.open(cell(&row(id, generation.hash)), &sealed)?;
    Ok(Content { generation, bytes: opened.expose().to_vec() })
}

/// The generations that a box keeps, newest first.
///
/// # Errors
/// [`BackupError`].
pub async fn versions(
    service: &Service,
    now: UnixTime,
    limits: &Limits,
    network: Network,
    access: &Access,
) -> Result<(String, ContentHash, Vec<Generation>), BackupError> {
    let (_, found) = service.open_box(now, limits, network, access).await?;
    note_use(service, now, &found).await?;
    let generations = service
        .read(|rx| Ok::<_, Trouble>(tables::backups::generations(rx, found.id)?))
        .map_err(BackupError::from)?;
    let newest = generations.first().ok_or(BackupError::NotFound)?.hash;
    Ok((found.id.prefix(), newest, generations))
}

/// Notes that a box is in use, once a day.
async fn note_use(service: &Service, now: UnixTime, found: &BackupBox) -> Result<(), BackupError> {
    if now.since(found.used_at) < NOTED {
        return Ok(());
    }
    let id = found.id;
    service
        .work(now, Actor::App, move |work| {
            Ok::<_, BackupError>(tables::backups::used(work.tx, id, work.now)?)
        })
        .await
}
