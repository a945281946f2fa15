use crate::{
    authenticator::{Places, SiteFile, origin_of},
    drive::Drive,
    icloud::Icloud,
    metrics::Metrics,
    relay::Relay,
};
use axum::http::HeaderValue;
use model::UnixTime;
use protocol::statement::SignedStatement;
use service::{Service, Trouble, backup::Limits};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

/// Where the time comes from: the operating system in a server, a fixed moment in a test.
pub type Clock = Arc<dyn Fn() -> UnixTime + Send + Sync>;

/// The same in milliseconds since 1970, for apps that compare their clock.
pub type Millis = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What the server hands to its HTTP edge.
pub struct WebState {
    /// The use cases.
    pub service: Service,
    /// The time.
    pub clock: Clock,
    /// The time in milliseconds.
    pub millis: Millis,
    /// The statement of keys that machines fetch; keep a clone to replace it.
    pub statement: SharedStatement,
    /// What an administrator has set.
    pub settings: Settings,
    /// The authenticator's files; empty: this build has none.
    pub site: &'static [SiteFile],
    /// File servers the app may reach through this one; `None`: none.
    pub relay: Option<Relay>,
    /// Google Drive; `None`: not offered.
    pub drive: Option<Drive>,
    /// iCloud; `None`: not offered.
    pub icloud: Option<Icloud>,
}

/// Settings of the HTTP edge.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where people get the authenticator; `None`: screens say "any authenticator app".
    pub app_url: Option<String>,
    /// How much backups may take; `None`: none are kept.
    pub backup: Option<Limits>,
}

/// The statement of keys in force. Clones share it, so that it can be replaced while the server runs.
#[derive(Clone)]
pub struct SharedStatement(Arc<RwLock<Arc<Published>>>);

pub(crate) struct Published {
    pub(crate) signed: SignedStatement,
    pub(crate) serial: u64,
}

impl SharedStatement {
    /// Publishes a statement; `serial` is the one inside it.
    pub fn new(signed: SignedStatement, serial: u64) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(Published { signed, serial }))))
    }

    /// Publishes another one from the next request on.
    pub fn replace(&self, signed: SignedStatement, serial: u64) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Published { signed, serial });
    }

    pub(crate) fn current(&self) -> Arc<Published> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What handlers share.
pub(crate) struct App {
    pub(crate) service: Service,
    pub(crate) statement: SharedStatement,
    pub(crate) settings: Settings,
    pub(crate) metrics: Metrics,
    pub(crate) site: &'static [SiteFile],
    pub(crate) relay: Option<Relay>,
    pub(crate) drive: Option<Drive>,
    pub(crate) icloud: Option<Icloud>,
    /// The website of the app, whose scripts may call.
    pub(crate) app_origin: Option<HeaderValue>,
    /// Places for what apps send.
    pub(crate) bodies: Places,
    clock: Clock,
    millis: Millis,
    /// When each kind of trouble was last logged.
    logged: Mutex<HashMap<String, UnixTime>>,
}

/// The same trouble is logged once in this time: a full disk meets every request.
const LOG_EVERY: Duration = Duration::from_secs(60);

impl App {
    pub(crate) fn new(state: WebState) -> Self {
        let WebState { service, clock, millis, statement, settings, site, relay, drive, icloud } = state;
        let metrics = Metrics::new(clock());
        let app_origin = settings.app_url.as_deref().and_then(origin_of);
        let (bodies, logged) = (Places::default(), Mutex::default());
        Self {
            service,
            statement,
            settings,
            metrics,
            site,
            relay,
            drive,
            icloud,
            app_origin,
            bodies,
            clock,
            millis,
            logged,
        }
    }

    pub(crate) fn now(&self) -> UnixTime {
        (self.clock)()
    }

    pub(crate) fn now_ms(&self) -> u64 {
        (self.millis)()
    }

    /// Tells the log about trouble, each kind once a minute. Trouble carries no secrets.
    pub(crate) fn log(&self, trouble: &Trouble) {
        let now = self.now();
        let kind = trouble.to_string();
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.get(&kind).is_some_and(|&last| now.since(last) < LOG_EVERY) {
            return;
        }
        let cause = std::error::Error::source(trouble).map(ToString::to_string);
        tracing::error!(trouble = %kind, cause, "a request could not be served");
        logged.insert(kind, now);
    }
}
