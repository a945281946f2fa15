//! The sign-in pipe: what the agent says to the provider in Windows' sign-in screen.
//!
//! Must not know COM, or how a connection came about: a conversation runs over any stream of bytes.

mod session;
mod view;

pub use session::{Broken, converse};

use crate::agent::{Agent, At};
use model::{Place, Reason, Secret, SignInKind};
use os::Os;
use protocol::{
    pipe::{Applies, Message, QrPicture, Screen, View},
    settings::Settings,
};
use signin::Context;
use std::sync::{Arc, Mutex, PoisonError};

/// Who answers at the pipe, as it is at this moment.
#[derive(Clone)]
pub enum Present {
    /// The machine is joined.
    Joined(Arc<Agent>),
    /// Nobody can sign in with a code: why.
    Away(Reason),
}

/// What every conversation shares.
pub struct House {
    os: Arc<dyn Os>,
    present: Mutex<Present>,
    settings: Box<dyn Fn() -> Settings + Send + Sync>,
    stepped_aside: Box<dyn Fn(&Settings) -> bool + Send + Sync>,
}

impl House {
    /// A house in which the agent is starting.
    ///
    /// `settings` reads what is set on this PC, each time it is asked. `stepped_aside` says whether the sign-in screen
    /// has broken so often that the provider is to step aside.
    pub fn new(
        os: Arc<dyn Os>,
        settings: impl Fn() -> Settings + Send + Sync + 'static,
        stepped_aside: impl Fn(&Settings) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            os,
            present: Mutex::new(Present::Away(Reason::Starting)),
            settings: Box::new(settings),
            stepped_aside: Box::new(stepped_aside),
        }
    }

    /// Who answers from now on. Views that are open go on with whom they have.
    pub fn set(&self, present: Present) {
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = present;
    }

    fn present(&self) -> Present {
        self.present.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What applies in a place.
    fn applies(&self, kind: SignInKind, place: Place) -> Applies {
        let settings = (self.settings)();
        if (self.stepped_aside)(&settings) {
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

/// The same screen with its QR code drawn. One that cannot be drawn is left out: the key is there as well.
fn drawn(screen: Screen<Secret>) -> Screen<QrPicture> {
    let Screen { view, message, person, busy, enrollment } = screen;
    let enrollment = enrollment.map(|enrollment| protocol::pipe::Enrollment {
        qr: enrollment.qr.and_then(|uri| picture(&uri)),
        key: enrollment.key,
        shown_at: enrollment.shown_at,
        app_url: enrollment.app_url,
    });
    Screen { view, message, person, busy, enrollment }
}

fn picture(uri: &Secret) -> Option<QrPicture> {
    let matrix = qr::Matrix::encode(uri.expose_text()?).ok()?;
    QrPicture::new(matrix.size(), |x, y| matrix.is_dark(x, y))
}

/// What a view is told once.
fn context(agent: &Agent, at: At) -> Context {
    agent.context(agent.hello_answer().as_ref(), at)
}
