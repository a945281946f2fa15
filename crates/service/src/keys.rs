//! The server's own keys: the signing key, the TLS keys, and the statement that names them.

pub mod ring;
pub mod rotate;

use crate::{Service, Trouble, Work, backup, work::Event};
use domain::{Actor, AuditKind, MachineGroup};
use model::{GroupId, Secret, UnixTime};
use protocol::signature::SigningKey;
use protocol::statement::{Draft, ServerUrl, SignedStatement, Statement};
use rand_core::CryptoRng;
use store::{Cell, Rx, Sealer, Tx, tables};

const SIGNING_KEY: &str = "signing_key";
const STATEMENT: &str = "statement";
/// The least serial the next statement may have, in decimal digits. Set where a server is put back, which does not know
/// what it has stated since the backup.
const LEAST_SERIAL: &str = "statement_least_serial";

/// The machine group every server has.
pub const DEFAULT_GROUP: &str = "default";

fn cell(name: &str) -> Cell<'_> {
    Cell { table: "settings", column: "value", row: name.as_bytes() }
}

/// Loads the signing key and the key that names of backups are hashed under; on a new server makes them, and the default
/// group.
pub(crate) fn first_start(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    rng: &mut dyn CryptoRng,
    now: UnixTime,
) -> Result<(SigningKey, Secret), Trouble> {
    ring::first_start(tx, sealer)?;
    if tables::machines::group(tx, DEFAULT_GROUP)?.is_none() {
        let group = MachineGroup { id: GroupId::random(rng), name: DEFAULT_GROUP.to_owned() };
        tables::machines::add_group(tx, &group, now)?;
    }
    let signing = loaded(tx, sealer, rng, SIGNING_KEY, |rng| SigningKey::random(rng).to_secret())?;
    let pepper = loaded(tx, sealer, rng, backup::PEPPER, |rng| {
        let mut key = vec![0; 32];
        rng.fill_bytes(&mut key);
        Secret::new(key)
    })?;
    Ok((SigningKey::from_secret(&signing).map_err(Trouble::failed)?, pepper))
}

fn loaded(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    rng: &mut dyn CryptoRng,
    name: &str,
    make: impl FnOnce(&mut dyn CryptoRng) -> Secret,
) -> Result<Secret, Trouble> {
    if let Some(sealed) = tables::settings::find(tx, name)? {
        return sealer.open(cell(name), &sealed).map_err(Trouble::failed);
    }
    let made = make(rng);
    let sealed = sealer.seal(rng, cell(name), &made).map_err(Trouble::failed)?;
    tables::settings::set(tx, name, &sealed)?;
    Ok(made)
}

/// A secret of the server's own that is kept sealed under a name, or the one `make` makes on first use.
///
/// # Errors
/// [`Trouble`].
pub fn secret(
    work: &mut Work<'_, '_>,
    name: &str,
    make: impl FnOnce() -> Result<Secret, Trouble>,
) -> Result<Secret, Trouble> {
    if let Some(sealed) = tables::settings::find(work.tx, name)? {
        return work.open(cell(name), &sealed);
    }
    let secret = make()?;
    put_secret(work, name, &secret)?;
    Ok(secret)
}

/// Keeps a secret of the server's own under a name, in place of an older one.
///
/// # Errors
/// [`Trouble`].
pub fn put_secret(work: &mut Work<'_, '_>, name: &str, secret: &Secret) -> Result<(), Trouble> {
    let sealed = work.seal(cell(name), secret)?;
    Ok(tables::settings::set(work.tx, name, &sealed)?)
}

/// The statement of keys that says this, signed: the one at hand if it does, else a new one with the next serial.
///
/// # Errors
/// [`Trouble`].
pub fn state(
    service: &Service,
    now: UnixTime,
    urls: Vec<ServerUrl>,
    spki_sha256: Vec<[u8; 32]>,
) -> Result<(SignedStatement, u64), Trouble> {
    let key = service.signing_key().clone();
    service.work_blocking(now, Actor::Server, move |work| {
        let trusted = [key.verifying_key().fingerprint()];
        let at_hand = match tables::settings::find(work.tx, STATEMENT)? {
            Some(json) => {
                let signed: SignedStatement = serde_json::from_slice(&json).map_err(Trouble::failed)?;
                let statement = Statement::verify(&signed, &trusted).map_err(Trouble::failed)?;
                Some((signed, statement))
            }
            None => None,
        };
        let least = least_serial(work.tx)?;
        if let Some((signed, statement)) = &at_hand
            && statement.serial() >= least
            && statement.urls() == urls
            && statement.spki_sha256().eq(spki_sha256.iter().copied())
        {
            return Ok((signed.clone(), statement.serial()));
        }
        let serial = at_hand.map_or(1, |(_, statement)| statement.serial() + 1).max(least);
        let detail = format!("serial {serial}, {} TLS keys", spki_sha256.len());
        let draft = Draft { urls, spki_sha256, successions: Vec::new(), issued_at: now, serial };
        let signed = draft.sign(&key).map_err(Trouble::failed)?;
        let json = serde_json::to_vec(&signed).map_err(Trouble::failed)?;
        tables::settings::set(work.tx, STATEMENT, &json)?;
        work.record(Event::new(AuditKind::KeysChanged).detail(detail))?;
        Ok((signed, serial))
    })
}

fn least_serial(rx: &Rx<'_>) -> Result<u64, Trouble> {
    let digits = tables::settings::find(rx, LEAST_SERIAL)?.and_then(|digits| String::from_utf8(digits).ok());
    Ok(digits.and_then(|digits| digits.parse().ok()).unwrap_or_default())
}

/// Makes the next statement newer than every one that was issued before this moment: serials count statements, of which
/// there are fewer than there are seconds. Machines take no statement that is not newer than theirs.
pub(crate) fn outdate_statements(work: &mut Work<'_, '_>) -> Result<(), Trouble> {
    let least = work.now.as_secs().to_string();
    Ok(tables::settings::set(work.tx, LEAST_SERIAL, least.as_bytes())?)
}

/// The newest statement of keys, if there is one. What `join-code new` reads the addresses from.
///
/// # Errors
/// [`Trouble`].
pub fn statement(service: &Service) -> Result<Option<Statement>, Trouble> {
    let key = service.signing_key();
    let json = service.read(|rx| Ok::<_, Trouble>(tables::settings::find(rx, STATEMENT)?))?;
    json.map(|json| read_statement(key, &json)).transpose()
}

fn read_statement(key: &SigningKey, json: &[u8]) -> Result<Statement, Trouble> {
    let signed: SignedStatement = serde_json::from_slice(json).map_err(Trouble::failed)?;
    Statement::verify(&signed, &[key.verifying_key().fingerprint()]).map_err(Trouble::failed)
}

/// The same within a transaction.
pub(crate) fn statement_in(work: &Work<'_, '_>) -> Result<Option<Statement>, Trouble> {
    let Some(sealed) = tables::settings::find(work.tx, SIGNING_KEY)? else { return Ok(None) };
    let key = SigningKey::from_secret(&work.open(cell(SIGNING_KEY), &sealed)?).map_err(Trouble::failed)?;
    tables::settings::find(work.tx, STATEMENT)?.map(|json| read_statement(&key, &json)).transpose()
}
