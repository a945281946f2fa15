use crate::{
    Rates, Trouble, backup,
    copies::{Copies, Outdated},
    gateway, keys, names,
    tries::Tries,
    trouble::written,
};
use domain::{Actor, AuditEvent, AuditKind};
use model::{MachineId, PersonId, Secret, TokenId, UnixTime};
use policy::Policy;
use protocol::signature::SigningKey;
use rand_core::CryptoRng;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use store::{Cell, DbError, Rx, Sealer, Store, Tx, tables};
use tokio::sync::Semaphore;

/// Where randomness comes from: the operating system in a server, a seed in a test.
pub type Entropy = Arc<dyn Fn() -> Box<dyn CryptoRng + Send> + Send + Sync>;

/// What the server's use cases share. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Shared>);

struct Shared {
    store: Store,
    sealer: Sealer,
    entropy: Entropy,
    policy: Mutex<Option<Parsed>>,
    copies: Copies,
    /// The store's number of others' changes when it was last seen which master keys are in use.
    ring_as_of: AtomicU64,
    signing_key: Arc<SigningKey>,
    backup_pepper: Secret,
    rates: Rates,
    tries: Tries<backup::Network>,
    console_tries: Tries<backup::Network>,
    self_service_tries: Tries<backup::Network>,
    gateway_tries: Tries<gateway::Id>,
    api_tries: Tries<backup::Network>,
    hashing: Arc<Semaphore>,
}

/// How many slow hashes are computed at a time.
const HASHES: usize = 2;

/// A policy as parsed, with what tells it. Its version alone does not: one whose commit failed was parsed too, and the next
/// one has its number.
struct Parsed {
    version: u64,
    /// The store's number of others' changes, which a failed commit raises too.
    outside: u64,
    policy: Arc<Policy>,
}

/// One transaction, and what a use case may need in it.
pub struct Work<'w, 'tx> {
    /// The transaction.
    pub tx: &'w mut Tx<'tx>,
    /// The moment it is about.
    pub now: UnixTime,
    /// Randomness fit for keys.
    pub rng: Box<dyn CryptoRng + Send>,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// Its version.
    pub policy_version: u64,
    /// Who makes it happen, for the audit trail.
    pub actor: Actor,
    sealer: &'w Sealer,
    outdates_copies: bool,
}

impl Service {
    /// Puts the parts together, and makes what a new server needs: signing key, default group, first policy.
    ///
    /// # Errors
    /// [`Trouble`] when storage cannot be written or the master key is not the one the data was sealed under.
    pub fn new(store: Store, sealer: Sealer, entropy: Entropy, now: UnixTime) -> Result<Self, Trouble> {
        let sealer = Arc::new(sealer);
        let (for_write, mut rng) = (Arc::clone(&sealer), entropy());
        let (signing_key, backup_pepper) =
            written(store.write_blocking(move |tx| keys::first_start(tx, &for_write, &mut *rng, now)))?;
        let sealer = Arc::try_unwrap(sealer).map_err(|_| Trouble::failed("the sealer is still in use"))?;
        Ok(Self(Arc::new(Shared {
            store,
            sealer,
            entropy,
            policy: Mutex::new(None),
            copies: Copies::default(),
            ring_as_of: AtomicU64::new(u64::MAX),
            signing_key: Arc::new(signing_key),
            backup_pepper,
            rates: Rates::default(),
            tries: Tries::default(),
            gateway_tries: Tries::default(),
            api_tries: Tries::default(),
            console_tries: Tries::default(),
            self_service_tries: Tries::default(),
            hashing: Arc::new(Semaphore::new(HASHES)),
        })))
    }

    /// The key answers and statements are signed with.
    pub fn signing_key(&self) -> &Arc<SigningKey> {
        &self.0.signing_key
    }

    /// How much each machine has asked lately.
    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// How many wrong names and keys of backups each network has sent lately.
    pub(crate) fn tries(&self) -> &Tries<backup::Network> {
        &self.0.tries
    }

    /// How many wrong codes each gateway has sent lately.
    pub(crate) fn gateway_tries(&self) -> &Tries<gateway::Id> {
        &self.0.gateway_tries
    }

    /// How many unknown keys of the administration API each network has sent lately.
    pub(crate) fn api_tries(&self) -> &Tries<backup::Network> {
        &self.0.api_tries
    }

    /// How many sign-ins to the console each network has tried in vain lately.
    pub(crate) fn tries_at_console(&self) -> &Tries<backup::Network> {
        &self.0.console_tries
    }

    /// How many codes each network has tried in vain in self-service lately.
    pub(crate) fn tries_in_self_service(&self) -> &Tries<backup::Network> {
        &self.0.self_service_tries
    }

    /// The key under which names and keys of backups are hashed.
    pub(crate) fn backup_pepper(&self) -> &Secret {
        &self.0.backup_pepper
    }

    /// The master keys at hand.
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// Seals a value outside of a transaction, which is not to wait for a long one. Whoever stores it gives it to
    /// [`Work::newly_sealed`] first.
    pub(crate) fn seal(&self, cell: Cell<'_>, value: &Secret) -> Result<Vec<u8>, Trouble> {
        self.0.sealer.seal(&mut *self.rng(), cell, value).map_err(Trouble::failed)
    }

    /// Opens a sealed value outside of a transaction.
    pub(crate) fn open(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<Secret, Trouble> {
        self.0.sealer.open(cell, sealed).map_err(Trouble::failed)
    }

    /// Copies of rows.
    pub(crate) fn copies(&self) -> &Copies {
        &self.0.copies
    }

    /// The database, for its counters.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Runs a use case in a transaction. What it returns is on disk.
    ///
    /// # Errors
    /// The use case's own, or [`Trouble`].
    pub async fn work<T, E, F>(&self, now: UnixTime, actor: Actor, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Trouble> + Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        let (answer, _outdated) = written(self.0.store.write(move |tx| shared.run(tx, now, actor, f)).await)?;
        Ok(answer)
    }

    /// As [`Service::work`], waiting on this thread. For the command line.
    ///
    /// # Errors
    /// As [`Service::work`].
    pub fn work_blocking<T, E, F>(&self, now: UnixTime, actor: Actor, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Trouble> + Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        let (answer, _outdated) =
            written(self.0.store.write_blocking(move |tx| shared.run(tx, now, actor, f)))?;
        Ok(answer)
    }

    /// Reads; see [`Store::read`].
    ///
    /// # Errors
    /// What the closure returns, or [`Trouble`] as its error.
    pub fn read<T, E: From<Trouble>>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T, E>) -> Result<T, E> {
        struct Either<E>(E);
        impl<E: From<Trouble>> From<DbError> for Either<E> {
            fn from(error: DbError) -> Self {
                Self(Trouble::from(error).into())
            }
        }
        self.0.store.read(|rx| f(rx).map_err(Either)).map_err(|Either(error)| error)
    }

    /// The policy in force and its version.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn policy(&self) -> Result<(u64, Arc<Policy>), Trouble> {
        self.read(|rx| self.0.current_policy(rx))
    }

    /// Runs slow work (hashing) where it holds nobody up. A few at a time: each hash takes 19 MiB, and whoever may ask for
    /// one could ask for a thousand.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        let permit = Arc::clone(&self.0.hashing).acquire_owned().await.map_err(Trouble::failed)?;
        // Inside, the permit is held until the work ends, even when nobody waits for it any more.
        let work = move || {
            let _permit = permit;
            f()
        };
        tokio::task::spawn_blocking(work).await.map_err(Trouble::failed)
    }

    /// Randomness fit for keys.
    pub fn rng(&self) -> Box<dyn CryptoRng + Send> {
        (self.0.entropy)()
    }
}

impl Shared {
    /// Runs a use case. What comes with its answer is to be dropped after the commit, before the answer leaves; it goes
    /// with the answer so that this also happens when nobody waits for it any more.
    fn run<T, E: From<Trouble>>(
        &self,
        tx: &mut Tx<'_>,
        now: UnixTime,
        actor: Actor,
        f: impl FnOnce(&mut Work<'_, '_>) -> Result<T, E>,
    ) -> Result<(T, Option<Outdated>), E> {
        self.follow_ring(tx)?;
        let (policy_version, policy) = self.current_policy(tx)?;
        let (rng, sealer) = ((self.entropy)(), &self.sealer);
        let mut work = Work { tx, now, rng, policy, policy_version, actor, sealer, outdates_copies: false };
        let answer = f(&mut work)?;
        Ok((answer, work.outdates_copies.then(|| self.copies.outdated())))
    }

    /// Seals under the key that the database says. Another process may have changed it, and goes by that nothing is sealed
    /// under an earlier one in any transaction after its own.
    fn follow_ring(&self, tx: &Tx<'_>) -> Result<(), Trouble> {
        let outside = self.store.outside_changes();
        if self.ring_as_of.load(Ordering::Acquire) != outside {
            if let Some(ring) = keys::ring::find(tx)? {
                self.sealer.follow(&ring).map_err(Trouble::failed)?;
            }
            self.ring_as_of.store(outside, Ordering::Release);
        }
        Ok(())
    }

    fn current_policy(&self, rx: &Rx<'_>) -> Result<(u64, Arc<Policy>), Trouble> {
        let version = tables::policies::newest_version(rx)?;
        let outside = self.store.outside_changes();
        let mut cached = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parsed) = &*cached
            && (parsed.version, parsed.outside) == (version, outside)
        {
            return Ok((version, Arc::clone(&parsed.policy)));
        }
        let policy = match tables::policies::find(rx, version)? {
            Some(stored) => Policy::from_toml(&stored.toml).map_err(Trouble::failed)?,
            None => Policy::default(),
        };
        let policy = Arc::new(policy);
        *cached = Some(Parsed { version, outside, policy: Arc::clone(&policy) });
        Ok((version, policy))
    }
}

impl Work<'_, '_> {
    /// Says that rows are changed of which [`Copies`] may be kept.
    pub(crate) fn outdate_copies(&mut self) {
        self.outdates_copies = true;
        // In other processes too.
        self.tx.announce();
    }

    /// Seals a value for its cell.
    pub(crate) fn seal(&mut self, cell: Cell<'_>, value: &Secret) -> Result<Vec<u8>, Trouble> {
        self.sealer.seal(&mut *self.rng, cell, value).map_err(Trouble::failed)
    }

    /// A value that was sealed outside of this transaction: sealed again if another key seals by now.
    pub(crate) fn newly_sealed(&mut self, cell: Cell<'_>, sealed: Vec<u8>) -> Result<Vec<u8>, Trouble> {
        if !self.sealer.needs_reseal(&sealed) {
            return Ok(sealed);
        }
        let value = self.open(cell, &sealed)?;
        self.seal(cell, &value)
    }

    /// The master keys at hand.
    pub(crate) fn sealer(&self) -> &Sealer {
        self.sealer
    }

    /// Opens a sealed value.
    pub(crate) fn open(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<Secret, Trouble> {
        self.sealer.open(cell, sealed).map_err(Trouble::failed)
    }

    /// Records an event in this transaction.
    pub(crate) fn record(&mut self, event: Event) -> Result<(), Trouble> {
        let event = AuditEvent {
            at: self.now,
            kind: event.kind,
            actor: self.actor.clone(),
            person: event.person,
            machine: event.machine,
            token: event.token,
            detail: event.detail,
        };
        tracing::debug!(kind = event.kind.as_str(), person = ?event.person, machine = ?event.machine, detail = %event.detail, "audit");
        let json = serde_json::to_string(&event).map_err(Trouble::failed)?;
        Ok(tables::audit::add(self.tx, &event, &json)?)
    }
}

/// An event about to be recorded.
pub(crate) struct Event {
    kind: AuditKind,
    person: Option<PersonId>,
    machine: Option<MachineId>,
    token: Option<TokenId>,
    detail: String,
}

impl Event {
    pub(crate) fn new(kind: AuditKind) -> Self {
        Self { kind, person: None, machine: None, token: None, detail: String::new() }
    }

    pub(crate) fn person(mut self, person: PersonId) -> Self {
        self.person = Some(person);
        self
    }

    pub(crate) fn machine(mut self, machine: MachineId) -> Self {
        self.machine = Some(machine);
        self
    }

    pub(crate) fn token(mut self, token: TokenId) -> Self {
        self.token = Some(token);
        self
    }

    /// What else there is to say. Machines have a part in it, and it ends up on terminals: what is not plain text is
    /// marked.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        if !names::is_plain(&self.detail) {
            self.detail =
                self.detail.replace(|c: char| !names::is_plain(c.encode_utf8(&mut [0; 4])), "\u{FFFD}");
        }
        self
    }
}
