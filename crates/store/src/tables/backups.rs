//! Boxes of sealed backups, their generations, and what came from where on one day.

use crate::{DbError, Row, Rx, Tx, params};
use domain::{BackupBox, BoxId, ContentHash, Generation};
use model::UnixTime;

const BOX: &str = "id, key_hash, newest, hash, bytes, created_at, written_at, used_at";

/// What all boxes hold together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Boxes.
    pub boxes: u64,
    /// Bytes of all generations, as they came.
    pub bytes: u64,
}

/// What one network has done on one day.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OneDay {
    /// Boxes made.
    pub boxes: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// The box with this id.
///
/// # Errors
/// [`DbError`].
pub fn find(rx: &Rx<'_>, id: BoxId) -> Result<Option<BackupBox>, DbError> {
    rx.query_opt(
        "SELECT id, key_hash, newest, hash, bytes, created_at, written_at, used_at FROM backup_boxes WHERE id = ?1",
        params![id],
        read_box,
    )
}

/// All boxes, the one written last first.
///
/// # Errors
/// [`DbError`].
pub fn all(rx: &Rx<'_>) -> Result<Vec<BackupBox>, DbError> {
    rx.query_all(&format!("SELECT {BOX} FROM backup_boxes ORDER BY written_at DESC, id"), &[], read_box)
}

/// Boxes that nobody has used since then, at most so many.
///
/// # Errors
/// [`DbError`].
pub fn unused_since(rx: &Rx<'_>, since: UnixTime, limit: u32) -> Result<Vec<BackupBox>, DbError> {
    rx.query_all(
        &format!("SELECT {BOX} FROM backup_boxes WHERE used_at < ?1 ORDER BY used_at LIMIT ?2"),
        params![since, limit],
        read_box,
    )
}

/// Makes a box with its first generation. Fails on one that is there.
///
/// # Errors
/// [`DbError`].
pub fn make(
    tx: &mut Tx<'_>,
    id: BoxId,
    key_hash: &[u8; 32],
    first: &Generation,
    sealed: &[u8],
) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO backup_boxes (id, key_hash, newest, hash, bytes, created_at, written_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)",
        params![id, *key_hash, first.number, first.hash, first.size, first.written_at],
    )?;
    add_generation(tx, id, first, sealed)?;
    tx.execute(
        "UPDATE backup_totals SET boxes = boxes + 1, bytes = bytes + ?1 WHERE id = 1",
        params![first.size],
    )?;
    Ok(())
}

/// Puts a newer generation into a box and drops those that are more than `keep` generations old. The verdict: `false`,
/// and nothing is changed, when the box no longer holds `before`.
///
/// # Errors
/// [`DbError`].
pub fn replace(
    tx: &mut Tx<'_>,
    id: BoxId,
    before: ContentHash,
    next: &Generation,
    sealed: &[u8],
    keep: u32,
) -> Result<bool, DbError> {
    let rows = tx.execute(
        "UPDATE backup_boxes SET newest = ?3, hash = ?4, written_at = ?5, used_at = ?5
         WHERE id = ?1 AND hash = ?2 AND newest + 1 = ?3",
        params![id, before, next.number, next.hash, next.written_at],
    )?;
    if rows != 1 {
        return Ok(false);
    }
    let freed = outgrown(tx, id, next.number, keep)?;
    tx.execute(
        "DELETE FROM backup_generations WHERE box_id = ?1 AND number + ?3 <= ?2",
        params![id, next.number, keep],
    )?;
    add_generation(tx, id, next, sealed)?;
    tx.execute(
        "UPDATE backup_boxes SET bytes = bytes + ?2 - ?3 WHERE id = ?1",
        params![id, next.size, freed],
    )?;
    tx.execute("UPDATE backup_totals SET bytes = bytes + ?1 - ?2 WHERE id = 1", params![next.size, freed])?;
    Ok(true)
}

/// Bytes that are given back when generation `number` comes and `keep` are kept.
///
/// # Errors
/// [`DbError`].
pub fn outgrown(rx: &Rx<'_>, id: BoxId, number: u64, keep: u32) -> Result<u64, DbError> {
    rx.query_one(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM backup_generations WHERE box_id = ?1 AND number + ?3 <= ?2",
        params![id, number, keep],
        |row| row.get(0),
    )
}

/// Removes a box with everything in it. The verdict: `false`, and nothing is changed, when it no longer is as it was found.
///
/// # Errors
/// [`DbError`].
pub fn remove(tx: &mut Tx<'_>, found: &BackupBox) -> Result<bool, DbError> {
    tx.execute(
        "DELETE FROM backup_generations
         WHERE box_id = ?1 AND EXISTS (SELECT 1 FROM backup_boxes WHERE id = ?1 AND hash = ?2)",
        params![found.id, found.hash],
    )?;
    let rows =
        tx.execute("DELETE FROM backup_boxes WHERE id = ?1 AND hash = ?2", params![found.id, found.hash])?;
    tx.execute(
        "UPDATE backup_totals SET boxes = boxes - ?1, bytes = bytes - ?2 WHERE id = 1",
        params![rows as u64, if rows == 1 { found.bytes } else { 0 }],
    )?;
    Ok(rows == 1)
}

/// Notes that a box is in use.
///
/// # Errors
/// [`DbError`].
pub fn used(tx: &mut Tx<'_>, id: BoxId, now: UnixTime) -> Result<(), DbError> {
    tx.execute("UPDATE backup_boxes SET used_at = ?2 WHERE id = ?1 AND used_at < ?2", params![id, now])?;
    Ok(())
}

/// The generations that are kept of a box, newest first.
///
/// # Errors
/// [`DbError`].
pub fn generations(rx: &Rx<'_>, id: BoxId) -> Result<Vec<Generation>, DbError> {
    rx.query_all(
        "SELECT number, hash, size, written_at FROM backup_generations WHERE box_id = ?1 ORDER BY number DESC",
        params![id],
        read_generation,
    )
}

/// One generation of a box, sealed as it is stored.
///
/// # Errors
/// [`DbError`].
pub fn content(rx: &Rx<'_>, id: BoxId, number: u64) -> Result<Option<(Generation, Vec<u8>)>, DbError> {
    rx.query_opt(
        "SELECT number, hash, size, written_at, content FROM backup_generations
         WHERE box_id = ?1 AND number = ?2",
        params![id, number],
        |row| Ok((read_generation(row)?, row.get(4)?)),
    )
}

/// What all boxes hold together.
///
/// # Errors
/// [`DbError`].
pub fn totals(rx: &Rx<'_>) -> Result<Totals, DbError> {
    rx.query_one("SELECT boxes, bytes FROM backup_totals WHERE id = 1", &[], |row| {
        Ok(Totals { boxes: row.get(0)?, bytes: row.get(1)? })
    })
}

/// What a network has done on a day.
///
/// # Errors
/// [`DbError`].
pub fn one_day(rx: &Rx<'_>, day: u64, network: &[u8]) -> Result<OneDay, DbError> {
    let found = rx.query_opt(
        "SELECT boxes, bytes FROM backup_networks WHERE day = ?1 AND network = ?2",
        params![day, network],
        |row| Ok(OneDay { boxes: row.get(0)?, bytes: row.get(1)? }),
    )?;
    Ok(found.unwrap_or_default())
}

/// Adds to what a network has done on a day.
///
/// # Errors
/// [`DbError`].
pub fn add_to_day(tx: &mut Tx<'_>, day: u64, network: &[u8], more: OneDay) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO backup_networks (day, network, boxes, bytes, refused) VALUES (?1, ?2, ?3, ?4, 0)
         ON CONFLICT (day, network) DO UPDATE SET
             boxes = backup_networks.boxes + excluded.boxes, bytes = backup_networks.bytes + excluded.bytes",
        params![day, network, more.boxes, more.bytes],
    )?;
    Ok(())
}

/// Notes that a network was refused on a day; `true`: for the first time.
///
/// # Errors
/// [`DbError`].
pub fn refused_first(tx: &mut Tx<'_>, day: u64, network: &[u8]) -> Result<bool, DbError> {
    let rows = tx.execute(
        "INSERT INTO backup_networks (day, network, boxes, bytes, refused) VALUES (?1, ?2, 0, 0, 1)
         ON CONFLICT (day, network) DO UPDATE SET refused = 1 WHERE backup_networks.refused = 0",
        params![day, network],
    )?;
    Ok(rows == 1)
}

/// Forgets what came from where before a day.
///
/// # Errors
/// [`DbError`].
pub fn drop_days(tx: &mut Tx<'_>, before: u64) -> Result<(), DbError> {
    tx.execute("DELETE FROM backup_networks WHERE day < ?1", params![before])?;
    Ok(())
}

fn add_generation(tx: &mut Tx<'_>, id: BoxId, generation: &Generation, sealed: &[u8]) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO backup_generations (box_id, number, hash, size, written_at, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, generation.number, generation.hash, generation.size, generation.written_at, sealed],
    )?;
    Ok(())
}

fn read_box(row: &Row<'_>) -> Result<BackupBox, DbError> {
    Ok(BackupBox {
        id: row.get(0)?,
        key_hash: row.get(1)?,
        newest: row.get(2)?,
        hash: row.get(3)?,
        bytes: row.get(4)?,
        created_at: row.get(5)?,
        written_at: row.get(6)?,
        used_at: row.get(7)?,
    })
}

fn read_generation(row: &Row<'_>) -> Result<Generation, DbError> {
    Ok(Generation { number: row.get(0)?, hash: row.get(1)?, size: row.get(2)?, written_at: row.get(3)? })
}
