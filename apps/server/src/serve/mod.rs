//! `countersign serve`: puts the server together and runs it until it is told to stop.

mod acme;
mod connections;
mod directory;
mod jobs;
mod radius;
mod relay;
mod signals;

use crate::{
    app,
    config::{Acme, Config, Format, Tls, misspelled_variables},
    folder::Folder,
    output, site, tls,
};
use anyhow::{Context, bail};
use model::UnixTime;
use protocol::statement::{ServerUrl, SignedStatement};
use rustls::sign::CertifiedKey;
use sd_notify::NotifyState;
use service::{Service, Trouble, audit, keys, operators};
use std::{
    env, io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};
use web::{Settings, SharedStatement, WebState};

/// Arguments of `countersign serve`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
}

/// Runs the server; returns when it was stopped in an orderly way.
pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    log_to_stderr(config.server.log.0, config.server.log_format);
    for (name, near) in misspelled_variables() {
        tracing::warn!("{name} is no setting; was {near} meant?");
    }
    // First of all: where nobody can be served, nothing is made.
    let listener = listen(config.server.listen)?;
    let radius = radius::Door::open(&config.radius)?;
    let folder = Folder::make_for(config)?;
    if folder.open_to_others()? {
        tracing::warn!("others than the owner can enter {}; chmod 700 it", folder.path().display());
    }
    let service = folder.service_or_new(app::now())?;
    let address = listener.local_addr()?;
    let identity = Identity::load(&service, config, urls(config, address)?)?;
    let (certified, signed, serial) = identity.issue(&service, app::now())?;
    let for_machines = identity.keys.certificate(&identity.urls, app::now())?;
    let shown = tls::Shown::new(for_machines, certified);
    let statement = SharedStatement::new(signed, serial);
    audit::record_start(&service, app::now(), env!("CARGO_PKG_VERSION"))?;

    let relay::Places { relay, drive, icloud } = relay::Places::of(config)?;
    let router = web::router(WebState {
        service: service.clone(),
        clock: Arc::new(app::now),
        millis: Arc::new(app::now_ms),
        statement: statement.clone(),
        settings: Settings {
            app_url: config.server.app_url.as_ref().map(|url| url.as_str().to_owned()),
            backup: config.backup.limits(),
        },
        site: site::FILES,
        relay,
        drive,
        icloud,
    });
    let acceptor = Arc::new(tls::config(Arc::clone(&shown))?);
    let acme = acme::Client {
        settings: config.acme.clone(),
        service: service.clone(),
        keys: Arc::clone(&identity.keys),
        shown: Arc::clone(&shown),
    };
    // For clients made by libraries; what we make ourselves names it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = signals::stop()?;
        let reload = signals::reload(
            move |service: &Service| {
                let (certified, signed, serial) = identity.issue(service, app::now())?;
                shown.replace(certified);
                statement.replace(signed, serial);
                Ok(())
            },
            service.clone(),
        )?;
        let jobs = jobs::start(&service, config.backup.drop_after());
        let listener = tokio::net::TcpListener::from_std(listener)?;
        announce(config, &folder, address)?;
        announce_set_up(&service).await?;
        tell_systemd(NotifyState::Ready);
        let radius = radius.map(|door| tokio::spawn(door.serve(service.clone())));
        let directory = config
            .directory
            .enabled()
            .then(|| tokio::spawn(directory::run(service.clone(), Arc::clone(&config.directory))));
        let acme = config.acme.enabled().then(|| tokio::spawn(acme.run()));
        connections::serve(listener, acceptor, router, stop).await;
        tell_systemd(NotifyState::Stopping);
        reload.abort();
        radius.inspect(tokio::task::JoinHandle::abort);
        acme.inspect(tokio::task::JoinHandle::abort);
        directory.inspect(tokio::task::JoinHandle::abort);
        jobs.finish(&service).await;
        Ok(())
    })
}

/// Our own crates at this level. Libraries only warn: what they say in detail holds headers and addresses of
/// requests, and the address of an invitation is a secret.
fn log_to_stderr(level: LevelFilter, format: Format) {
    let ours = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("countersign", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    let registry = tracing_subscriber::registry();
    match format {
        Format::Text => registry.with(lines.with_filter(ours)).init(),
        Format::Json => registry.with(lines.json().flatten_event(true).with_filter(ours)).init(),
    }
}

/// Binds the address.
fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
            "{address} is in use by another program; stop that one, or choose another address with --listen"
        ),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => bail!(
            "listening on {address} is not allowed to this user; choose a port above 1023 with --listen, or give the \
             program the capability CAP_NET_BIND_SERVICE"
        ),
        Err(error) => {
            return Err(error).with_context(|| {
                format!("cannot listen on {address}; choose an address of this machine with --listen")
            });
        }
    };
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// The addresses machines reach the server under.
fn urls(config: &Config, address: SocketAddr) -> anyhow::Result<Vec<ServerUrl>> {
    if let Some(urls) = &config.server.urls {
        if !(1..=16).contains(&urls.len()) {
            bail!("urls: give 1 to 16 addresses");
        }
        return Ok(urls.clone());
    }
    let port = address.port();
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let candidates = if address.ip().is_unspecified() {
        vec![format!("https://{name}:{port}"), format!("https://127.0.0.1:{port}")]
    } else {
        vec![format!("https://{address}")]
    };
    // A machine's own name may have characters that no address has.
    candidates
        .iter()
        .find_map(|text| text.parse().ok())
        .map(|url| vec![url])
        .context("this machine's name cannot be part of an address; set urls in the configuration")
}

/// What the server shows of itself: its own keys to machines; to browsers the administrator's certificate, if any.
struct Identity {
    keys: Arc<tls::Keys>,
    files: Tls,
    acme: Acme,
    urls: Vec<ServerUrl>,
}

impl Identity {
    fn load(service: &Service, config: &Config, urls: Vec<ServerUrl>) -> anyhow::Result<Self> {
        let keys = Arc::new(tls::Keys::load(service, app::now())?);
        Ok(Self { keys, files: config.tls.clone(), acme: config.acme.clone(), urls })
    }

    /// The certificate for browsers, and the statement for machines. The statement names our own keys alone: a
    /// certificate from files or from an ACME server can change its key from one day to the next.
    fn issue(
        &self,
        service: &Service,
        now: UnixTime,
    ) -> anyhow::Result<(CertifiedKey, SignedStatement, u64)> {
        let certified = match self.files.files() {
            Some((certificate, key)) => tls::from_files(certificate, key)?,
            None => {
                self.obtained(service, now)?.map_or_else(|| self.keys.certificate(&self.urls, now), Ok)?
            }
        };
        let hashes = self.keys.spki_sha256().to_vec();
        let (signed, serial) = keys::state(service, now, self.urls.clone(), hashes)?;
        Ok((certified, signed, serial))
    }
}

impl Identity {
    /// The certificate that was obtained from an ACME server, where one is to be obtained.
    fn obtained(&self, service: &Service, now: UnixTime) -> anyhow::Result<Option<CertifiedKey>> {
        if self.acme.enabled() { acme::kept(service, &self.acme, &self.keys, now) } else { Ok(None) }
    }
}

/// Tells systemd, where it started this and asked for it.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told how the server is");
    }
}

/// While nobody can sign in to the console: the link with which the first operator does. It is good once, and a start
/// of the server after it was used prints none.
///
/// Where systemd takes what is printed into the journal, which others read and which is kept, a command gives the link.
async fn announce_set_up(service: &Service) -> anyhow::Result<()> {
    if env::var_os("JOURNAL_STREAM").is_some() {
        if !operators::is_set_up(service)? {
            output::line(
                "set the console up: `countersign operator set-up`, given as the server's user, prints a link",
            )?;
        }
        return Ok(());
    }
    let made = service.work(app::now(), domain::Actor::Server, operators::set_up_link).await;
    let (Some(link), Some(base)) = (made.map_err(|error: Trouble| error)?, operators::address(service)?)
    else {
        return Ok(());
    };
    let secret = link.secret.expose_text().context("a link is no text")?;
    output::line(&format!(
        "set the console up: {base}/setup/{secret}\nthat link makes the first operator, once, until {}; keep it to \
         yourself",
        link.expires_at
    ))
}

/// The line others wait for, then what to do next.
fn announce(config: &Config, folder: &Folder, address: SocketAddr) -> anyhow::Result<()> {
    let data = config.server.data.display();
    output::line(&format!("listening on https://{address}"))?;
    match folder.postgres() {
        None => {
            output::line(&format!("data is in {data}; back it up: countersign --data {data} backup FILE"))?
        }
        Some(address) => output::line(&format!(
            "data is in {}, its master key in {data}; back both up: countersign --data {data} backup FILE",
            address.place()
        ))?,
    }
    output::line(&format!("make a join code for your machines: countersign --data {data} join-code new"))?;
    if site::is_there() {
        output::line(&format!("the authenticator is at https://{address}/app/"))?;
    }
    if config.server.app_url.is_none() {
        output::line("app_url is not set: sign-in screens say “any authenticator app”")?;
    }
    Ok(())
}
