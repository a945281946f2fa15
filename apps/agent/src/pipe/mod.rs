//! The sign-in pipe: what the agent says to the provider in Windows' sign-in screen.
//!
//! Must not know COM, or how a connection came about: a conversation runs over any stream of bytes.

#[cfg(windows)]
mod listen;
mod sentinel;
mod session;
#[cfg(test)]
mod tests;
mod view;

#[cfg(windows)]
pub use listen::listen;
pub use sentinel::Sentinel;
pub use session::{Broken, converse};

use crate::{
    agent::{Agent, At},
    driver::{Backend, Reply, ReplyFuture},
};
use model::{AccountClaim, AttemptId, MachineId, Message, Place, Reason, Secret, SignInKind};
use os::{Os, Session};
use protocol::{
    http::ReportedEvent,
    pipe::{Applies, QrPicture, Scene, Screen, View},
    settings::Settings,
};
use signin::{Context, Request};
use std::sync::Arc;
use tokio::{sync::watch, task::spawn_blocking};

/// Who answers at the pipe, as it is at this moment.
#[derive(Clone)]
pub enum Present {
    /// The machine is joined.
    Joined(Arc<dyn Joined>),
    /// Nobody can sign in with a code: why.
    Away(Reason),
}

/// What answers on a machine that is joined.
pub trait Joined: Backend {
    /// What a view is told once.
    fn context(&self, at: At) -> Context;

    /// Whether anybody needs a code in a place.
    fn applies(&self, kind: SignInKind, place: Place) -> policy::Applies;
}

impl Joined for Agent {
    fn context(&self, at: At) -> Context {
        Agent::context(self, self.hello_answer().as_ref(), at)
    }

    fn applies(&self, kind: SignInKind, place: Place) -> policy::Applies {
        Agent::applies(self, kind, place)
    }
}

/// What every conversation shares.
pub struct House {
    os: Arc<dyn Os>,
    present: watch::Sender<Present>,
    settings: Box<dyn Fn() -> Settings + Send + Sync>,
    sentinel: Sentinel,
}

impl House {
    /// A house in which the agent is starting.
    ///
    /// `settings` reads what is set on this PC, each time it is asked.
    pub fn new(os: Arc<dyn Os>, settings: impl Fn() -> Settings + Send + Sync + 'static) -> Self {
        Self {
            os,
            present: watch::Sender::new(Present::Away(Reason::Starting)),
            settings: Box::new(settings),
            sentinel: Sentinel::default(),
        }
    }

    /// The sign-in screen's process ended with an error status while it was connected.
    pub fn sign_in_screen_broke(&self) {
        let times = self.sentinel.broke();
        let settings = (self.settings)();
        let after = settings.step_aside_after;
        let text = if after > 0 && times >= after {
            format!(
                "The sign-in screen broke {times} times in a row: the provider steps aside, and the password alone is enough until a sign-in screen works again."
            )
        } else {
            format!("The sign-in screen broke, {times} times in a row by now.")
        };
        tracing::error!("{text}");
        self.os.record_event(os::Severity::Error, &text);
        if after > 0
            && times >= after
            && let Present::Joined(agent) = self.present()
        {
            // The server's audit trail hears of it as soon as it can be reached.
            agent.record(None, None, ReportedEvent::SteppedAside { broken_starts: times });
        }
    }

    /// Who answers from now on. Views begin anew with somebody else; with nobody they go on with whom they have.
    pub fn set(&self, present: Present) {
        self.present.send_replace(present);
    }

    fn present(&self) -> Present {
        self.present.borrow().clone()
    }

    /// Who serves a view, and what it is told once. Where no code can be asked for, there is only something to type
    /// if somebody may get in without one.
    fn serve(&self, present: Present, at: At) -> Result<(Context, Arc<dyn Backend>), Reason> {
        let break_glass = (self.settings)().break_glass;
        match present {
            Present::Joined(agent) => Ok((Context { break_glass, ..agent.context(at) }, agent)),
            Present::Away(reason) if break_glass.is_empty() => Err(reason),
            Present::Away(reason) => {
                let context = Context { break_glass, no_server: Some(reason), ..at.context(NO_MACHINE) };
                Ok((context, Arc::new(Alone(Arc::clone(&self.os)))))
            }
        }
    }

    /// What somebody is getting into and where, from what the sign-in screen sees and what Windows knows of the session.
    ///
    /// Windows may call unlocking a sign-in: it is one only where nobody is signed in. Remote is what either calls so.
    async fn seen(&self, scene: Scene) -> (SignInKind, Place) {
        let os = Arc::clone(&self.os);
        // It may take Windows a while, in which others are answered.
        let session = spawn_blocking(move || os.session(scene.session)).await;
        let session = session.unwrap_or(Session { user: None, place: Place::Remote });
        let kind = match scene.kind {
            SignInKind::SignIn if session.user.is_some() => SignInKind::Unlock,
            kind => kind,
        };
        let remote = scene.place == Place::Remote || session.place == Place::Remote;
        (kind, if remote { Place::Remote } else { Place::Console })
    }

    /// What applies in a place.
    fn applies(&self, kind: SignInKind, place: Place) -> Applies {
        let settings = (self.settings)();
        if self.sentinel.has_stepped_aside(&settings) {
            return Applies::StepAside;
        }
        let needed = match self.present() {
            Present::Joined(agent) => agent.applies(kind, place),
            // What the policy says is not known: whatever is set on this PC holds.
            Present::Away(_) => policy::Applies::Always,
        };
        match needed {
            policy::Applies::Never => Applies::StepAside,
            policy::Applies::Always | policy::Applies::Depends if settings.enforce => {
                Applies::Enforce { allowed: settings.allowed_providers }
            }
            policy::Applies::Always | policy::Applies::Depends => Applies::Offer,
        }
    }
}

/// Stands for a machine that no server knows.
const NO_MACHINE: MachineId = MachineId::from_bytes([0; 16]);

/// Serves a view where there is no server and no audit trail.
struct Alone(Arc<dyn Os>);

impl Backend for Alone {
    fn os(&self) -> &Arc<dyn Os> {
        &self.0
    }

    fn ask(&self, _: Request) -> ReplyFuture<'_> {
        Box::pin(std::future::ready(Reply::Unreachable))
    }

    fn record(&self, _: Option<AttemptId>, _: Option<AccountClaim>, what: ReportedEvent) {
        tracing::info!(?what, "an event that no server hears of");
    }
}

/// A screen on which nothing can be done, and why.
fn closed(reason: Reason) -> Screen<QrPicture> {
    Screen {
        view: View::Closed,
        message: Some(Message::new(reason)),
        person: None,
        busy: false,
        enrollment: None,
    }
}

/// The QR code of this text, unless it is too long for one.
fn picture(uri: Secret) -> Option<QrPicture> {
    let matrix = qr::Matrix::encode(uri.expose_text()?).ok()?;
    QrPicture::new(matrix.size(), |x, y| matrix.is_dark(x, y))
}
