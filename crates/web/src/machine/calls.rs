use super::{Refusal, received::Received};
use crate::state::App;
use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::post,
};
use protocol::http::{
    BeginRequest, Call, ConfirmRequest, HelloRequest, JoinRequest, NoopAnswer, NoopRequest, ReportRequest,
    ShowRequest, VerifyRequest,
};
use service::{enroll, machines, signin};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(JoinRequest::PATH, post(join))
        .route(HelloRequest::PATH, post(hello))
        .route(ReportRequest::PATH, post(report))
        .route(NoopRequest::PATH, post(noop))
        .route(BeginRequest::PATH, post(begin))
        .route(VerifyRequest::PATH, post(verify))
        .route(ShowRequest::PATH, post(show))
        .route(ConfirmRequest::PATH, post(confirm))
}

/// An endpoint for joined machines: who speaks, is it signed by them, are they let in, what do they say; then the use
/// case. The order is the point: nothing is counted or read for somebody who does not hold the key.
macro_rules! endpoint {
    ($name:ident, $call:ty, |$app:ident, $received:ident, $known:ident, $request:ident| $use_case:expr) => {
        async fn $name(State($app): State<Arc<App>>, request: Request) -> Response {
            let $received = Received::read(&$app, request).await;
            let answer = async {
                let $known = machines::authenticate(&$app.service, $received.machine()?)?;
                $received.verify(&$known.key)?;
                $app.service.admit($received.now(), &$known.machine).await?;
                let $request: $call = $received.message()?;
                Ok::<<$call as Call>::Answer, Refusal>($use_case)
            }
            .await;
            $received.answer(&$app, answer)
        }
    };
}

endpoint!(hello, HelloRequest, |app, received, known, request| {
    let (serial, app_url) = (app.statement.current().serial, app.settings.app_url.clone());
    machines::hello(&app.service, received.now(), known.machine.clone(), request, serial, app_url).await?
});
endpoint!(report, ReportRequest, |app, received, known, request| {
    machines::report(&app.service, received.now(), known.machine.clone(), request).await?
});
endpoint!(noop, NoopRequest, |app, received, known, _request| NoopAnswer {});
endpoint!(begin, BeginRequest, |app, received, known, request| {
    signin::begin(&app.service, received.now(), known.machine.clone(), received.body_hash(), request).await?
});
endpoint!(verify, VerifyRequest, |app, received, known, request| {
    signin::verify(&app.service, received.now(), known.machine.clone(), received.body_hash(), request).await?
});
endpoint!(show, ShowRequest, |app, received, known, request| {
    enroll::show(&app.service, received.now(), known.machine.clone(), received.body_hash(), request).await?
});
endpoint!(confirm, ConfirmRequest, |app, received, known, request| {
    enroll::confirm(&app.service, received.now(), known.machine.clone(), received.body_hash(), request)
        .await?
});

/// Joining: the machine is not known yet, so the key is the one it brings.
async fn join(State(app): State<Arc<App>>, request: Request) -> Response {
    let received = Received::read(&app, request).await;
    let answer = async {
        let request: JoinRequest = received.message()?;
        received.verify_new(&request.public_key)?;
        Ok(machines::join(&app.service, received.now(), request).await?)
    }
    .await;
    received.answer(&app, answer)
}
