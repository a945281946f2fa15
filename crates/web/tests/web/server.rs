//! A server with a clock that stands still until it is moved.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use countersign_web::{
    Settings, SharedStatement, SiteFile, WebState, console::Declared, console_routes, drive::Drive,
    relay::Relay, router,
};
use domain::Actor;
use http_body_util::BodyExt;
use model::{Secret, UnixTime};
use protocol::{
    signature::VerifyingKey,
    statement::{Draft, SignedStatement},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use service::{AdminError, Service, Work, join_codes, policies};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::{MasterKeys, Sealer, Store};
use tower::ServiceExt;

pub(crate) const HOST: &str = "countersign.example";
const START: u64 = 1_800_000_000;

pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) service: Service,
    pub(crate) statement: SharedStatement,
    pub(crate) key: VerifyingKey,
    clock: Arc<AtomicU64>,
}

/// An answer as it left.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::with_site(settings, &[])
    }

    pub(crate) fn with_site(settings: Settings, site: &'static [SiteFile]) -> Self {
        Self::with_all(settings, site, None)
    }

    pub(crate) fn with_all(settings: Settings, site: &'static [SiteFile], relay: Option<Relay>) -> Self {
        Self::with_places(settings, site, relay, None)
    }

    pub(crate) fn with_places(
        settings: Settings,
        site: &'static [SiteFile],
        relay: Option<Relay>,
        drive: Option<Drive>,
    ) -> Self {
        let seed = Arc::new(AtomicU64::new(1));
        let entropy: service::Entropy =
            Arc::new(move || Box::new(ChaCha20Rng::seed_from_u64(seed.fetch_add(1, Ordering::Relaxed))));
        let sealer = Sealer::new(MasterKeys::generate(&mut ChaCha20Rng::seed_from_u64(0)));
        let now = UnixTime::from_secs(START);
        // The first write waits on its thread, which a runtime's own may not.
        let made =
            std::thread::spawn(move || Service::new(Store::memory().unwrap(), sealer, entropy, now).unwrap());
        let service = made.join().unwrap();
        let statement = SharedStatement::new(statement(&service, 1), 1);
        let clock = Arc::new(AtomicU64::new(START));
        let (time, millis) = (Arc::clone(&clock), Arc::clone(&clock));
        let state = WebState {
            service: service.clone(),
            clock: Arc::new(move || UnixTime::from_secs(time.load(Ordering::Relaxed))),
            statement: statement.clone(),
            settings,
            millis: Arc::new(move || millis.load(Ordering::Relaxed) * 1_000 + 7),
            site,
            relay,
            drive,
            icloud: None,
        };
        let key = service.signing_key().verifying_key();
        Self { router: router(state), service, statement, key, clock }
    }

    /// Keeps the statement of keys, as a server does when it starts.
    pub(crate) fn state_keys(&self) {
        let (service, now) = (self.service.clone(), self.now());
        let urls = vec!["https://countersign.example".parse().unwrap()];
        std::thread::spawn(move || service::keys::state(&service, now, urls, vec![[7; 32]]).unwrap())
            .join()
            .unwrap();
    }

    /// What the console's routes were declared with.
    pub(crate) fn console_routes(&self) -> Vec<Declared> {
        console_routes(WebState {
            service: self.service.clone(),
            clock: Arc::new(|| UnixTime::from_secs(START)),
            statement: self.statement.clone(),
            settings: Settings::default(),
            millis: Arc::new(|| START * 1_000),
            site: &[],
            relay: None,
            drive: None,
            icloud: None,
        })
    }

    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.clock.load(Ordering::Relaxed))
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// What an administrator does at the command line.
    pub(crate) async fn admin<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Work<'_, '_>) -> Result<T, AdminError> + Send + 'static,
    ) -> T {
        self.service.work(self.now(), Actor::CommandLine("root".into()), f).await.unwrap()
    }

    pub(crate) async fn policy(&self, toml: &'static str) {
        self.admin(move |work| policies::set_anyway(work, toml.to_owned(), "root".to_owned())).await;
    }

    pub(crate) async fn join_secret(&self) -> Secret {
        self.admin(|work| {
            let mut secret = [0; 16];
            work.rng.fill_bytes(&mut secret);
            let secret = Secret::from_text(format!("{:032x}", u128::from_be_bytes(secret)));
            join_codes::add(work, "default", 1, Duration::from_secs(3_600), &secret)?;
            Ok(secret)
        })
        .await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn fetch(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("host", HOST).body(Body::empty()).unwrap()).await
    }
}

pub(crate) fn statement(service: &Service, serial: u64) -> SignedStatement {
    let draft = Draft {
        urls: vec!["https://countersign.example".parse().unwrap()],
        spki_sha256: vec![[7; 32]],
        successions: Vec::new(),
        issued_at: UnixTime::from_secs(START),
        serial,
    };
    draft.sign(service.signing_key()).unwrap()
}
