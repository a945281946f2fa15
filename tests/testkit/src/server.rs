use crate::{Clock, entropy, people::sid, postgres};
use domain::{Actor, AuditEvent, AuditKind, JoinCode, Machine, PersonState, TokenState};
use model::{AccountClaim, AttemptId, AuthorityClaim, MachineId, RequestId, Secret, UnixTime};
use protocol::{
    http::{HelloAnswer, HelloRequest, JoinRequest},
    signature::SigningKey,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use service::{AdminError, CallError, Service, Work, join_codes, machines, people, policies, tokens};
use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use store::{MasterKeys, Sealer, Store, tables};

/// A server with a clock that stands still.
pub struct Server {
    /// Its use cases.
    pub service: Service,
    /// Its clock.
    pub clock: Clock,
    rng: Mutex<ChaCha20Rng>,
    machines: AtomicU32,
    /// Removed at the end.
    folder: Option<tempfile::TempDir>,
}

/// A PC that joined.
#[derive(Debug)]
pub struct Pc {
    /// As it joined.
    pub machine: Machine,
    /// Its key.
    pub key: SigningKey,
}

impl Server {
    /// A server whose database is gone at the end and not synced; on PostgreSQL where the tests are run on it.
    pub fn new() -> Self {
        match postgres::of_this_run() {
            Some(address) => Self::over(Store::open_postgres(&address).unwrap(), None),
            None => Self::over(Store::memory().unwrap(), None),
        }
    }

    /// A server with a database as in production: a file, synced at each commit; on PostgreSQL where the tests are run on
    /// it.
    pub fn on_disk() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::over(postgres::open(&folder.path().join("db")), Some(folder))
    }

    fn over(store: Store, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Clock::default();
        let sealer = Sealer::new(MasterKeys::generate(&mut ChaCha20Rng::seed_from_u64(1)));
        let now = clock.now();
        // It waits for the disk, which a thread of an async test may not.
        let service = std::thread::spawn(move || Service::new(store, sealer, entropy(2), now));
        let service = service.join().unwrap().unwrap();
        let rng = Mutex::new(ChaCha20Rng::seed_from_u64(3));
        Self { service, clock, rng, machines: AtomicU32::new(1), folder }
    }

    /// The database file, for whoever opens it from the side with [`postgres::open`]. Only of a server that is on disk.
    pub fn database(&self) -> std::path::PathBuf {
        self.folder.as_ref().unwrap().path().join("db")
    }

    /// The present.
    pub fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// Lets seconds pass.
    pub fn wait(&self, seconds: u64) {
        self.clock.wait(Duration::from_secs(seconds));
    }

    /// A new id of a request.
    pub fn request_id(&self) -> RequestId {
        RequestId::random(&mut *self.rng.lock().unwrap())
    }

    /// A new id of an attempt.
    pub fn attempt_id(&self) -> AttemptId {
        AttemptId::random(&mut *self.rng.lock().unwrap())
    }

    /// Uses the seeded randomness.
    pub fn with_rng<T>(&self, f: impl FnOnce(&mut dyn rand_core::CryptoRng) -> T) -> T {
        f(&mut *self.rng.lock().unwrap())
    }

    /// Does what an administrator does at the command line.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn try_admin<T, F>(&self, f: F) -> Result<T, AdminError>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        self.service.work(self.now(), Actor::CommandLine("root".into()), f).await
    }

    /// The same, when it has to work.
    pub async fn admin<T, F>(&self, f: F) -> T
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<T, AdminError> + Send + 'static,
        T: Send + 'static,
    {
        self.try_admin(f).await.unwrap()
    }

    /// Puts a policy in force, also one that lets nobody in.
    pub async fn policy(&self, toml: &str) {
        let toml = toml.to_owned();
        self.admin(move |work| policies::set_anyway(work, toml, "root".into())).await;
    }

    /// A PC of the default group, joined now.
    pub async fn pc(&self, name: &str) -> Pc {
        self.pc_in(name, service::keys::DEFAULT_GROUP).await
    }

    /// A PC of a group, joined now.
    pub async fn pc_in(&self, name: &str, group: &str) -> Pc {
        let (_, secret) = self.join_code(group, 1, Duration::from_secs(3_600)).await;
        self.join(self.join_request(name, secret)).await.unwrap()
    }

    /// A join code, and its secret as a machine sends it.
    pub async fn join_code(&self, group: &str, uses: u32, valid: Duration) -> (JoinCode, Secret) {
        let secret = Secret::from_text(self.request_id().to_string());
        let (group, sent) = (group.to_owned(), secret.duplicate());
        let code = self.admin(move |work| join_codes::add(work, &group, uses, valid, &sent)).await;
        (code, secret)
    }

    /// What a new PC would ask with a join code's secret, and its key. Each has machine SID and firmware of its own.
    pub fn join_request(&self, name: &str, secret: Secret) -> (JoinRequest, SigningKey) {
        let number = self.machines.fetch_add(1, Ordering::SeqCst);
        let key = self.with_rng(|rng| SigningKey::random(rng));
        let request = JoinRequest {
            secret,
            public_key: key.verifying_key(),
            name: name.to_owned(),
            machine_sid: sid(&format!("S-1-5-21-7-7-{number}")),
            firmware_uuid: format!("00000000-0000-4000-8000-{number:012}"),
            agent_version: "0.1.0".into(),
            os: "Windows 11".into(),
        };
        (request, key)
    }

    /// Joins a PC.
    ///
    /// # Errors
    /// What the server says.
    pub async fn join(&self, (request, key): (JoinRequest, SigningKey)) -> Result<Pc, CallError> {
        let answer = machines::join(&self.service, self.now(), request).await?;
        Ok(Pc { machine: self.machine(answer.machine), key })
    }

    /// A machine as it is stored.
    pub fn machine(&self, id: MachineId) -> Machine {
        self.service.read(|rx| Ok::<_, CallError>(tables::machines::find(rx, id)?)).unwrap().unwrap()
    }

    /// Lets a PC's request in as the edge does once it has verified the signature.
    ///
    /// # Errors
    /// Why not.
    pub async fn admit(&self, pc: &Pc) -> Result<Machine, CallError> {
        let machine = machines::authenticate(&self.service, pc.machine.id)?.machine.clone();
        self.service.admit(self.now(), &machine).await?;
        Ok(machine)
    }

    /// A PC says hello as it is.
    ///
    /// # Errors
    /// What the server says.
    pub async fn hello(&self, pc: &Pc) -> Result<HelloAnswer, CallError> {
        self.hello_as(pc, |_| ()).await
    }

    /// A PC says hello with something changed.
    ///
    /// # Errors
    /// What the server says.
    pub async fn hello_as(
        &self,
        pc: &Pc,
        change: impl FnOnce(&mut HelloRequest),
    ) -> Result<HelloAnswer, CallError> {
        let machine = self.admit(pc).await?;
        let mut request = HelloRequest {
            machine_sid: pc.machine.machine_sid.clone(),
            firmware_uuid: pc.machine.firmware_uuid.clone(),
            agent_version: "0.1.1".into(),
            os: "Windows 11".into(),
            statement_serial: 0,
        };
        change(&mut request);
        machines::hello(&self.service, self.now(), machine, request, 1, None).await
    }

    /// The person an account belongs to.
    pub fn person(&self, pc: &Pc, account: &AccountClaim) -> Option<domain::Person> {
        let key = domain::AccountKey::claimed_by(account, pc.machine.id);
        self.service.read(|rx| Ok::<_, CallError>(tables::people::by_account(rx, &key)?)).unwrap()
    }

    /// The tokens of the person an account belongs to.
    pub fn tokens(&self, pc: &Pc, account: &AccountClaim) -> Vec<domain::Token> {
        let Some(person) = self.person(pc, account) else { return Vec::new() };
        self.service.read(|rx| Ok::<_, CallError>(tables::tokens::of(rx, person.id)?)).unwrap()
    }

    /// Sets the state of a person, by account.
    pub async fn set_person(&self, account: &AccountClaim, state: PersonState) {
        let sid = account.sid.to_string();
        self.admin(move |work| people::set_state(work, &sid, state)).await;
    }

    /// Sets the state of a token.
    pub async fn set_token(&self, token: &domain::Token, state: TokenState) {
        let id = token.id.to_string();
        self.admin(move |work| tokens::set_state(work, &id, state)).await;
    }

    /// Lifts every block of a person, by account.
    pub async fn unlock(&self, account: &AccountClaim) {
        let sid = account.sid.to_string();
        self.admin(move |work| people::unlock(work, &sid)).await;
    }

    /// All events, oldest first.
    pub fn events(&self) -> Vec<AuditEvent> {
        let entries =
            self.service.read(|rx| Ok::<_, CallError>(tables::audit::between(rx, 0, i64::MAX as u64)?));
        entries.unwrap().iter().map(|entry| serde_json::from_str(&entry.event).unwrap()).collect()
    }

    /// The kinds of all events, oldest first.
    pub fn kinds(&self) -> Vec<AuditKind> {
        self.events().into_iter().map(|event| event.kind).collect()
    }

    /// How many events of a kind there are.
    pub fn count(&self, kind: AuditKind) -> usize {
        self.kinds().into_iter().filter(|&known| known == kind).count()
    }

    /// How many rows a table has.
    pub fn rows(&self, table: &str) -> u64 {
        self.number(&format!("SELECT count(*) FROM {table}"))
    }

    /// A number the database has to say.
    pub fn number(&self, sql: &str) -> u64 {
        self.service.read(|rx| Ok::<_, CallError>(rx.query_one(sql, &[], |row| row.get(0))?)).unwrap()
    }

    /// Changes the schema behind the server's back, in the words of the engine that it runs on.
    pub async fn alter(&self, sqlite: &'static str, postgres: &'static str) {
        let sql = if self.service.store().postgres().is_some() { postgres } else { sqlite };
        self.tamper(sql).await;
    }

    /// Changes the database behind the server's back.
    pub async fn tamper(&self, sql: &'static str) -> usize {
        self.admin(move |work| Ok(work.tx.execute(sql, &[])?)).await
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl Pc {
    /// A local account of this PC.
    pub fn local(&self, rid: u32) -> AccountClaim {
        AccountClaim {
            authority: AuthorityClaim::ThisMachine,
            sid: sid(&format!("{}-{rid}", self.machine.machine_sid)),
            name: format!("{}\\user{rid}", self.machine.name).parse().unwrap(),
            upn: None,
        }
    }
}
