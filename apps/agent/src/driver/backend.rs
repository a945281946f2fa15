use crate::{
    agent::Agent,
    transport::{Answer, Unreachable},
};
use model::{AccountClaim, AttemptId};
use os::Os;
use protocol::{http::ReportedEvent, signature::Authentic};
use signin::Request;
use std::{pin::Pin, sync::Arc};

pub use signin::Reply;

/// An answer on its way.
pub type ReplyFuture<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// What a sign-in needs from around it.
pub trait Backend: Send + Sync {
    /// The operating system.
    fn os(&self) -> &Arc<dyn Os>;

    /// Asks the server.
    fn ask(&self, request: Request) -> ReplyFuture<'_>;

    /// Keeps an event for the server's audit trail. May block.
    fn record(&self, attempt: Option<AttemptId>, account: Option<AccountClaim>, what: ReportedEvent);
}

impl Backend for Agent {
    fn os(&self) -> &Arc<dyn Os> {
        self.os()
    }

    fn ask(&self, request: Request) -> ReplyFuture<'_> {
        Box::pin(async move {
            let transport = self.transport();
            let reply = match request {
                Request::Begin(request) => reply(transport.call(&request).await, Reply::Begin),
                Request::Show(request) => reply(transport.call(&request).await, Reply::Show),
                Request::Confirm(request) => reply(transport.call(&request).await, Reply::Confirm),
                Request::Verify(request) => reply(transport.call(&request).await, Reply::Verify),
            };
            if let Err(error) = self.keep_offset() {
                tracing::warn!(%error, "the clock offset could not be kept");
            }
            reply
        })
    }

    fn record(&self, attempt: Option<AttemptId>, account: Option<AccountClaim>, what: ReportedEvent) {
        if let Err(error) = self.queue().push(&self.report(attempt, account, what)) {
            tracing::error!(%error, "an event for the audit trail is lost");
        }
    }
}

fn reply<T>(answer: Result<Answer<T>, Unreachable>, good: impl FnOnce(Authentic<T>) -> Reply) -> Reply {
    match answer {
        Ok(Answer::Good(answer)) => good(answer),
        Ok(Answer::Error(error)) => Reply::Error(error),
        Err(_) => Reply::Unreachable,
    }
}
