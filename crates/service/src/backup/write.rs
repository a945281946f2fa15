use super::{
    Access, BackupError, ContentHash, Generation, Limits, MAX_CONTENT, Network,
    access::{Keyed, Seen},
    cell, row,
};
use crate::{Service, Work, work::Event};
use domain::{Actor, AuditKind, BackupBox};
use model::{Secret, UnixTime};
use sha2::{Digest, Sha256};
use store::tables::{self, backups::OneDay};

const DAY: u64 = 86_400;

/// What has to be so for a write to be done (RFC 9110 §13.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Precondition {
    /// There is no box yet (`If-None-Match: *`).
    New,
    /// The box holds one of these (`If-Match`).
    Holds(Vec<ContentHash>),
}

/// What a write left in the box.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// What the box holds now.
    pub hash: ContentHash,
    /// Its number.
    pub number: u64,
    /// Whether the box was made by this write.
    pub is_new: bool,
}

/// Writes a box, if it is as the precondition says. A request that was done already is not done again, and succeeds: its
/// answer was lost (RFC 9110 §13.1.1, §13.1.2).
///
/// # Errors
/// [`BackupError`].
pub async fn write(
    service: &Service,
    now: UnixTime,
    limits: &Limits,
    network: Network,
    access: &Access,
    precondition: Precondition,
    content: Vec<u8>,
) -> Result<Written, BackupError> {
    if content.len() > MAX_CONTENT {
        return Err(BackupError::TooLarge);
    }
    let keyed = match &precondition {
        Precondition::New => service.open_or_make(now, limits, network, access).await?,
        Precondition::Holds(_) => service.open_box(now, limits, network, access).await?.0,
    };
    let hash = ContentHash::from_bytes(Sha256::digest(&content).into());
    let size = content.len() as u64;
    // Before the transaction: it takes milliseconds, for which others need not wait.
    let sealed = service.seal(cell(&row(keyed.id, hash)), &Secret::new(content))?;
    let job = Job { limits: *limits, network, keyed, precondition, hash, size, sealed };
    // A refusal is an answer here and not an error, since its event has to stay.
    let written = service.work(now, Actor::App, move |work| job.run(work)).await??;
    if written.is_new {
        // Whoever makes a box has looked for one before, most likely.
        service.give_try_back(network);
    }
    Ok(written)
}

struct Job {
    limits: Limits,
    network: Network,
    keyed: Keyed,
    precondition: Precondition,
    hash: ContentHash,
    size: u64,
    sealed: Vec<u8>,
}

impl Job {
    fn run(mut self, work: &mut Work<'_, '_>) -> Result<Result<Written, BackupError>, BackupError> {
        let row = row(self.keyed.id, self.hash);
        self.sealed = work.newly_sealed(cell(&row), self.sealed)?;
        match (self.keyed.look(work.tx)?, &self.precondition) {
            (Seen::Open(found), _) if found.hash == self.hash => {
                Ok(Ok(Written { hash: found.hash, number: found.newest, is_new: false }))
            }
            (Seen::Open(found), Precondition::Holds(hashes)) if hashes.contains(&found.hash) => {
                self.replace(work, &found)
            }
            (Seen::Open(found), _) => Ok(Err(BackupError::Changed { current: found.hash })),
            (Seen::Unknown, Precondition::New) => self.make(work),
            (Seen::WrongKey, _) | (Seen::Unknown, Precondition::Holds(_)) => Ok(Err(BackupError::NotFound)),
        }
    }

    fn make(self, work: &mut Work<'_, '_>) -> Result<Result<Written, BackupError>, BackupError> {
        if let Some(refused) = self.refused(work, 1, 0)? {
            return Ok(Err(refused));
        }
        let first = self.generation(1, work.now);
        tables::backups::make(work.tx, self.keyed.id, &self.keyed.key_hash, &first, &self.sealed)?;
        work.record(Event::new(AuditKind::BackupBoxMade).detail(format!("box {}", self.keyed.id.prefix())))?;
        self.count(work, 1)?;
        Ok(Ok(Written { hash: self.hash, number: 1, is_new: true }))
    }

    fn replace(
        self,
        work: &mut Work<'_, '_>,
        found: &BackupBox,
    ) -> Result<Result<Written, BackupError>, BackupError> {
        let (id, keep) = (self.keyed.id, self.limits.generations.max(1));
        let next = self.generation(found.newest + 1, work.now);
        let freed = tables::backups::outgrown(work.tx, id, next.number, keep)?;
        if let Some(refused) = self.refused(work, 0, freed)? {
            return Ok(Err(refused));
        }
        if !tables::backups::replace(work.tx, id, found.hash, &next, &self.sealed, keep)? {
            return Ok(Err(BackupError::Changed { current: found.hash }));
        }
        self.count(work, 0)?;
        Ok(Ok(Written { hash: self.hash, number: next.number, is_new: false }))
    }

    fn generation(&self, number: u64, now: UnixTime) -> Generation {
        Generation { number, hash: self.hash, size: self.size, written_at: now }
    }

    /// Why a limit forbids this write, if one does; the event says so once a day.
    fn refused(
        &self,
        work: &mut Work<'_, '_>,
        new_boxes: u64,
        freed: u64,
    ) -> Result<Option<BackupError>, BackupError> {
        let day = work.now.as_secs() / DAY;
        let until = UnixTime::from_secs((day + 1) * DAY);
        let network = self.network.to_bytes();
        let done = tables::backups::one_day(work.tx, day, &network)?;
        let totals = tables::backups::totals(work.tx)?;
        let Limits { new_boxes_per_day, bytes_per_day, total_bytes, .. } = self.limits;
        let (error, network, why) = if done.boxes + new_boxes > new_boxes_per_day {
            let why = format!("{} made {} boxes today", self.network, done.boxes);
            (BackupError::TooManyNew { until }, network, why)
        } else if done.bytes + self.size > bytes_per_day {
            let why = format!("{} wrote {} MB today", self.network, done.bytes >> 20);
            (BackupError::TooMuchToday { until }, network, why)
        } else if (totals.bytes + self.size).saturating_sub(freed) > total_bytes {
            let why = format!("{} boxes hold {} MB together", totals.boxes, totals.bytes >> 20);
            (BackupError::Full, Vec::new(), why)
        } else {
            return Ok(None);
        };
        if tables::backups::refused_first(work.tx, day, &network)? {
            work.record(Event::new(AuditKind::BackupRefused).detail(why))?;
        }
        Ok(Some(error))
    }

    fn count(&self, work: &mut Work<'_, '_>, boxes: u64) -> Result<(), BackupError> {
        let day = work.now.as_secs() / DAY;
        let more = OneDay { boxes, bytes: self.size };
        Ok(tables::backups::add_to_day(work.tx, day, &self.network.to_bytes(), more)?)
    }
}
