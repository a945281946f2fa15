use super::{Place, status::Status};
use crate::{
    agent::{Agent, StartError},
    control,
    pipe::{House, Present},
    rng::system_rng,
    state::IdentityError,
};
use anyhow::bail;
use model::Reason;
use protocol::settings::Settings;
use rand_core::Rng;
use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How often the machine says hello when all is well.
const HELLO: Duration = Duration::from_secs(300);
/// How soon it tries again after a hello that did not work; doubled each time up to [`HELLO`].
const RETRY: Duration = Duration::from_secs(15);
/// How often it looks for events to send and for a new join.
const LOOK: Duration = Duration::from_secs(15);

/// In the foreground.
pub(super) async fn run(place: &Place) -> anyhow::Result<ExitCode> {
    until(place, stop_asked()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Until it is asked to stop.
pub(super) async fn until(place: &Place, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    if control::ask(&place.folder).await.is_some() {
        bail!("another agent is running on this folder");
    }
    let status = Arc::new(Mutex::new(Status::not_joined("the agent is starting".into())));
    let shown = Arc::clone(&status);
    let serving = control::serve(
        &place.folder,
        Arc::new(move || shown.lock().unwrap_or_else(PoisonError::into_inner).clone()),
    )?;
    let house = Arc::new(House::new(Arc::clone(&place.os), settings(Arc::clone(&place.os))));
    tokio::select! {
        () = keep_going(place, &house, &status) => {}
        result = answer_sign_in_screens(Arc::clone(&house)) => result?,
        () = stop => tracing::info!("asked to stop"),
    }
    serving.abort();
    let _ = std::fs::remove_file(place.folder.control_socket());
    Ok(())
}

#[cfg(windows)]
async fn answer_sign_in_screens(house: Arc<House>) -> anyhow::Result<()> {
    use anyhow::Context;
    crate::pipe::listen(house).await.context("the pipe for sign-in screens cannot be made")
}

/// There are none.
#[cfg(not(windows))]
async fn answer_sign_in_screens(house: Arc<House>) -> anyhow::Result<()> {
    let _kept = house;
    std::future::pending().await
}

/// Reads what is set on this PC; what makes no sense there is written to the event log whenever it changes.
#[cfg(windows)]
fn settings(os: Arc<dyn os::Os>) -> impl Fn() -> Settings + Send + Sync {
    use protocol::settings::{MAX_VALUE_BYTES, Value};
    use win::registry::Raw;
    let told = Mutex::new(Vec::new());
    move || {
        let (settings, unusable) = Settings::read(|key, name| {
            Some(match win::registry::read(key, name, MAX_VALUE_BYTES)? {
                Raw::Value(kind, bytes) => Value::decode(kind, &bytes),
                Raw::Unreadable => Value::Foreign,
            })
        });
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told != unusable {
            for problem in &unusable {
                tracing::warn!("{problem}");
                os.record_event(os::Severity::Warning, &problem.to_string());
            }
            *told = unusable;
        }
        settings
    }
}

/// Only Windows has a registry.
#[cfg(not(windows))]
fn settings(_: Arc<dyn os::Os>) -> impl Fn() -> Settings + Send + Sync {
    Settings::default
}

/// Serves one identity after the other: until the first join, and again after each further one.
///
/// Without one it goes on all the same, and says why: whoever sits there can be told, the accounts that an administrator
/// set for that case get in, and what is mended is noticed.
async fn keep_going(place: &Place, house: &House, status: &Mutex<Status>) {
    let show = |new: Status| *status.lock().unwrap_or_else(PoisonError::into_inner) = new;
    let mut told = None;
    loop {
        match Agent::open(Arc::clone(&place.os), place.folder.clone()) {
            Ok(agent) => {
                tracing::info!(machine = %agent.machine(), "the agent is running");
                told = None;
                let agent = Arc::new(agent);
                house.set(Present::Joined(agent.clone()));
                serve_identity(place, &agent, &show).await;
            }
            Err(error) => {
                let (why, severity) = away(&error);
                let text = error.to_string();
                if told.as_ref() != Some(&text) {
                    tracing::warn!("{text}; looking again until that has changed");
                    place.os.record_event(severity, &text);
                    show(Status::not_joined(text.clone()));
                    house.set(Present::Away(why));
                    told = Some(text);
                }
                sleep(LOOK).await;
            }
        }
    }
}

/// What is said where nobody can sign in with a code because of this, and how bad it is.
fn away(error: &StartError) -> (Reason, os::Severity) {
    match error {
        StartError::Identity(IdentityError::NotJoined) => (Reason::NotJoined, os::Severity::Warning),
        StartError::Identity(IdentityError::Cloned) => (Reason::MachineCloned, os::Severity::Warning),
        StartError::Identity(_) | StartError::State(_) | StartError::Transport(_) => {
            (Reason::ComponentFailed, os::Severity::Error)
        }
    }
}

/// Until the folder holds another identity.
async fn serve_identity(place: &Place, agent: &Agent, show: &impl Fn(Status)) {
    let (mut next_hello, mut retry) = (Instant::now(), RETRY);
    while place.folder.joined_as() == Some(agent.machine()) {
        if Instant::now() >= next_hello {
            let wait = match agent.hello().await {
                Ok(_) => {
                    retry = RETRY;
                    HELLO
                }
                Err(error) => {
                    tracing::warn!(%error, "the hello did not work");
                    let wait = retry;
                    retry = (retry * 2).min(HELLO);
                    wait
                }
            };
            next_hello = Instant::now() + jittered(wait);
        }
        if agent.contact().error.is_none()
            && let Err(error) = agent.flush_reports().await
        {
            tracing::warn!(%error, "events wait to be reported");
        }
        show(Status::of(agent));
        sleep(LOOK).await;
    }
    tracing::info!("this machine has another identity now");
}

/// A tenth more or less, so that machines that start together do not stay together.
fn jittered(wait: Duration) -> Duration {
    let share = f64::from(system_rng().next_u32()) / f64::from(u32::MAX);
    wait.mul_f64(0.9 + 0.2 * share)
}

async fn stop_asked() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without a way to be asked it runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
