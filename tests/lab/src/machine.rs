//! The machine whose sign-in screen is drawn.

use agent::{
    agent::{Agent, At},
    driver::{self, Backend, Releaser, View},
};
use model::{AccountName, Place, SignInKind};
use std::{pin::Pin, sync::Arc, time::Duration};

/// The work that keeps a view going.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long the events of a sign-in may take to the server. What does not arrive is sent after the next one.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What opens sign-in views.
pub(crate) trait Machine: Send + Sync {
    /// Opens a view for an account, or one where a name is typed.
    fn open(&self, user: Option<AccountName>, releaser: Box<dyn Releaser>) -> (View, Work);

    /// A view has ended.
    fn closed(&self);
}

/// The agent of a joined machine, as it runs on Windows.
pub(crate) struct Joined {
    agent: Arc<Agent>,
    app_url: String,
}

impl Joined {
    /// A machine whose people get the app at this address.
    pub(crate) fn new(agent: Arc<Agent>, app_url: String) -> Self {
        Self { agent, app_url }
    }
}

impl Machine for Joined {
    fn open(&self, user: Option<AccountName>, releaser: Box<dyn Releaser>) -> (View, Work) {
        let at = At { session: 1, kind: SignInKind::SignIn, place: Place::Console, user };
        let mut context = self.agent.context(self.agent.hello_answer().as_ref(), at);
        // The server does not know that the app is on the phone beside the screen.
        context.app_url = Some(self.app_url.clone());
        let backend: Arc<dyn Backend> = Arc::clone(&self.agent) as _;
        let (view, work) = driver::open(context, backend, releaser);
        (view, Box::pin(work))
    }

    fn closed(&self) {
        let agent = Arc::clone(&self.agent);
        tokio::spawn(async move {
            let _ = tokio::time::timeout(LAST_WORDS, agent.flush_reports()).await;
        });
    }
}
