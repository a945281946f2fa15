//! A joined machine's agent: identity, way to the server, what is to be reported.

use crate::{
    clock::{self, ClockOffset},
    rng::system_rng,
    state::{AuditQueue, Folder, Identity, IdentityError, StateError},
    transport::{Answer, ProxyChoice, Signer, SystemRoots, Transport, Unreachable},
};
use model::{AccountClaim, AccountName, AttemptId, MachineId, Place, RequestId, SignInKind, UnixTime};
use os::{Os, OsError};
use policy::{MachineFacts, Policy};
use protocol::{
    http::{ErrorKind, HelloAnswer, HelloRequest, Report, ReportRequest, ReportedEvent},
    signature::KeyId,
    statement::{SignedStatement, StatementError},
};
use signin::{Context, Limits};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The version told to the server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The agent of a joined machine.
pub struct Agent {
    os: Arc<dyn Os>,
    folder: Folder,
    proxy: ProxyChoice,
    trust_system_roots: bool,
    offset: Arc<ClockOffset>,
    /// Offset as it is on disk.
    kept_offset: Mutex<i64>,
    queue: AuditQueue,
    now: Mutex<Now>,
}

/// What changes while the agent runs.
struct Now {
    identity: Identity,
    transport: Arc<Transport>,
    hello: Option<HelloAnswer>,
    contact: Contact,
}

/// Where a sign-in happens.
#[derive(Debug, Clone)]
pub struct At {
    /// The Windows session.
    pub session: u32,
    /// What somebody is getting into.
    pub kind: SignInKind,
    /// Where they sit.
    pub place: Place,
    /// The account, where it is given.
    pub user: Option<AccountName>,
}

impl At {
    /// What a view there is told of a machine that no server has said anything to.
    pub fn context(self, machine: MachineId) -> Context {
        let Self { session, kind, place, user } = self;
        Context {
            machine,
            session,
            kind,
            place,
            user,
            app_url: None,
            support: None,
            // Set on the machine, for whoever sits there.
            break_glass: Vec::new(),
            no_server: None,
            limits: Limits::default(),
        }
    }
}

/// How the last hello went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// When this process last had an answer.
    pub last_at: Option<UnixTime>,
    /// Why it had none since.
    pub error: Option<String>,
}

/// The agent cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No identity.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The way to the server cannot be set up.
    #[error(transparent)]
    Transport(#[from] Unreachable),
}

/// A conversation between sign-ins did not work.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// Nothing authentic came back.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The server said no.
    #[error("the server says: {message}")]
    Refused {
        /// What is the matter.
        kind: ErrorKind,
        /// A sentence for a log.
        message: String,
    },
    /// The new statement of keys is not good.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The operating system did not answer.
    #[error(transparent)]
    Os(#[from] OsError),
    /// The answer could not be kept.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The answer could not be kept.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Agent {
    /// Opens what is in the folder.
    ///
    /// # Errors
    /// See [`StartError`].
    pub fn open(os: Arc<dyn Os>, folder: Folder) -> Result<Self, StartError> {
        let settings = folder.settings()?;
        let identity = folder.identity(&*os)?;
        let offset = Arc::new(folder.clock_offset());
        let hello = folder.hello();
        let proxy = proxy_choice(settings.proxy);
        let roots = system_roots(settings.trust_system_roots, hello.as_ref());
        let transport = Arc::new(transport(&identity, &proxy, roots, &offset)?);
        Ok(Self {
            proxy,
            trust_system_roots: settings.trust_system_roots,
            kept_offset: Mutex::new(offset.seconds()),
            queue: folder.audit_queue(),
            now: Mutex::new(Now { identity, transport, hello, contact: Contact::default() }),
            os,
            folder,
            offset,
        })
    }

    /// The operating system.
    pub fn os(&self) -> &Arc<dyn Os> {
        &self.os
    }

    /// The way to the server at this moment.
    pub fn transport(&self) -> Arc<Transport> {
        Arc::clone(&self.lock().transport)
    }

    /// Who the machine is.
    pub fn machine(&self) -> MachineId {
        self.lock().identity.machine
    }

    /// The last good answer to a hello.
    pub fn hello_answer(&self) -> Option<HelloAnswer> {
        self.lock().hello.clone()
    }

    /// Seconds by which the server's clock is ahead.
    pub fn clock_offset(&self) -> i64 {
        self.offset.seconds()
    }

    /// The events that wait.
    pub fn queue(&self) -> &AuditQueue {
        &self.queue
    }

    /// An event of this moment. [`AuditQueue::push`] keeps it.
    pub fn report(
        &self,
        attempt: Option<AttemptId>,
        account: Option<AccountClaim>,
        what: ReportedEvent,
    ) -> Report {
        let id = RequestId::random(&mut system_rng());
        Report { id, attempt, at: self.offset.server_now(), account, what }
    }

    /// How the last hello went.
    pub fn contact(&self) -> Contact {
        self.lock().contact.clone()
    }

    /// The machine's group at join.
    pub fn group(&self) -> String {
        self.lock().identity.group.clone()
    }

    /// Addresses of the server, best first.
    pub fn servers(&self) -> Vec<String> {
        self.lock().identity.statement.urls().iter().map(ToString::to_string).collect()
    }

    /// Serial of the newest statement of keys.
    pub fn statement_serial(&self) -> u64 {
        self.lock().identity.statement.serial()
    }

    /// What a sign-in view is told once, by the policy that `hello` brought.
    pub fn context(&self, hello: Option<&HelloAnswer>, at: At) -> Context {
        let policy = hello.and_then(|hello| Policy::from_toml(&hello.policy).ok());
        let support = hello
            .zip(policy.as_ref())
            .map(|(hello, policy)| policy.group(&hello.group).support)
            .filter(|support| !support.is_empty());
        let mut limits = Limits::default();
        if let Some(policy) = &policy {
            limits.password_hold = Duration::from_secs(policy.limits().password_hold_seconds.into());
        }
        let app_url = hello.and_then(|hello| hello.app_url.clone());
        Context { app_url, support, limits, ..at.context(self.machine()) }
    }

    /// Whether anybody needs a code in a place. Where no policy has come yet, everybody does.
    pub fn applies(&self, kind: SignInKind, place: Place) -> policy::Applies {
        let Some(hello) = self.hello_answer() else { return policy::Applies::Always };
        match Policy::from_toml(&hello.policy) {
            Ok(policy) => policy::applies(&policy, &MachineFacts { group: hello.group, kind, place }),
            Err(_) => policy::Applies::Always,
        }
    }

    /// Tells the server that the machine is there and keeps what it answers: policy, clock, a newer statement.
    ///
    /// # Errors
    /// See [`TalkError`].
    pub async fn hello(&self) -> Result<HelloAnswer, TalkError> {
        let result = self.say_hello().await;
        let contact = &mut self.lock().contact;
        match &result {
            Ok(_) => *contact = Contact { last_at: Some(clock::now()), error: None },
            Err(error) => contact.error = Some(error.to_string()),
        }
        result
    }

    async fn say_hello(&self) -> Result<HelloAnswer, TalkError> {
        let machine = self.os.machine()?;
        let request = HelloRequest {
            machine_sid: machine.sid,
            firmware_uuid: machine.firmware_uuid,
            agent_version: VERSION.into(),
            os: machine.os,
            statement_serial: self.lock().identity.statement.serial(),
        };
        let answer = self.transport().call(&request).await;
        self.keep_offset()?;
        let answer = match answer {
            Ok(answer) => good(answer)?,
            // The server may sign with a newer key. Its statement, over a connection whose key we know, says so.
            Err(error @ Unreachable::NotAuthentic(_)) => {
                return match self.refresh_statement().await {
                    Ok(()) => Box::pin(self.hello_once(&request)).await,
                    Err(_) => Err(error.into()),
                };
            }
            Err(error) => return Err(error.into()),
        };
        self.keep_hello(&answer)?;
        if answer.statement_serial > request.statement_serial {
            self.refresh_statement().await?;
        }
        Ok(answer)
    }

    async fn hello_once(&self, request: &HelloRequest) -> Result<HelloAnswer, TalkError> {
        let answer = good(self.transport().call(request).await?)?;
        self.keep_hello(&answer)?;
        Ok(answer)
    }

    /// Takes a newer statement of keys, signed by a key the one at hand leads to. It is read over connections with a
    /// known key only: nothing is asked of a server that nobody vouches for.
    ///
    /// # Errors
    /// None was there, or it is not a good and newer one.
    pub async fn refresh_statement(&self) -> Result<(), TalkError> {
        let signed = self.transport().statement().await?;
        self.take_statement(signed)
    }

    fn take_statement(&self, signed: SignedStatement) -> Result<(), TalkError> {
        let mut now = self.lock();
        let statement = now.identity.statement.accept_newer(&signed)?;
        tracing::info!(serial = statement.serial(), "a newer statement of keys is in force");
        now.identity.statement = statement;
        now.identity.signed = signed;
        self.folder.keep_identity(&*self.os, &now.identity)?;
        self.renew_transport(&mut now)?;
        Ok(())
    }

    fn keep_hello(&self, answer: &HelloAnswer) -> Result<(), TalkError> {
        let mut now = self.lock();
        let before = self.roots(now.hello.as_ref());
        if now.hello.as_ref().is_none_or(|known| known.policy_version != answer.policy_version) {
            tracing::info!(version = answer.policy_version, "a new policy is in force");
        }
        self.folder.keep_hello(answer)?;
        now.hello = Some(answer.clone());
        if self.roots(Some(answer)) != before {
            self.renew_transport(&mut now)?;
        }
        Ok(())
    }

    fn renew_transport(&self, now: &mut Now) -> Result<(), Unreachable> {
        let roots = self.roots(now.hello.as_ref());
        now.transport = Arc::new(transport(&now.identity, &self.proxy, roots, &self.offset)?);
        Ok(())
    }

    fn roots(&self, hello: Option<&HelloAnswer>) -> SystemRoots {
        system_roots(self.trust_system_roots, hello)
    }

    /// Writes the offset down when it has changed by more than clocks drift in a day.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep_offset(&self) -> Result<(), StateError> {
        let mut kept = self.kept_offset.lock().unwrap_or_else(PoisonError::into_inner);
        if self.offset.seconds().abs_diff(*kept) > 5 {
            self.folder.keep_clock_offset(&self.offset)?;
            *kept = self.offset.seconds();
        }
        Ok(())
    }

    /// Sends the events that wait, oldest first, until none is left or the server does not take them.
    ///
    /// # Errors
    /// See [`TalkError`]; the events stay.
    pub async fn flush_reports(&self) -> Result<(), TalkError> {
        loop {
            let events = self.queue.oldest()?;
            if events.is_empty() {
                return Ok(());
            }
            let ids: Vec<RequestId> = events.iter().map(|event| event.id).collect();
            good(self.transport().call(&ReportRequest { events }).await?)?;
            self.queue.remove(&ids)?;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the setting `proxy` says.
pub fn proxy_choice(setting: Option<String>) -> ProxyChoice {
    match setting {
        None => ProxyChoice::Environment,
        Some(text) if text == "none" => ProxyChoice::Direct,
        Some(url) => ProxyChoice::Explicit(url),
    }
}

fn transport(
    identity: &Identity,
    proxy: &ProxyChoice,
    roots: SystemRoots,
    offset: &Arc<ClockOffset>,
) -> Result<Transport, Unreachable> {
    let key = Arc::clone(&identity.key);
    let signer = Signer { key, keyid: KeyId::Machine(identity.machine) };
    Transport::new(&Arc::new(identity.statement.clone()), signer, proxy, roots, Arc::clone(offset))
}

/// A policy that cannot be read trusts nobody.
fn system_roots(setting: bool, hello: Option<&HelloAnswer>) -> SystemRoots {
    let policy = hello.and_then(|hello| Some(Policy::from_toml(&hello.policy).ok()?.group(&hello.group)));
    if setting || policy.is_some_and(|group| group.trust_system_roots) {
        SystemRoots::Trusted
    } else {
        SystemRoots::Ignored
    }
}

fn good<T>(answer: Answer<T>) -> Result<T, TalkError> {
    match answer {
        Answer::Good(answer) => Ok(answer.into_inner()),
        Answer::Error(error) => {
            let error = error.into_inner();
            Err(TalkError::Refused { kind: error.error, message: error.message })
        }
    }
}
