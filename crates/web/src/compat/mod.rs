//! The door for clients made for privacyIDEA: `/compat/` and the secret of a client, then the paths they know.
//!
//! Whoever has no such secret, or asks from somewhere else, gets what any unknown address gets. So the whole door is one
//! route that takes every method.

mod asked;
mod calls;

use crate::{
    machine::{self, Refusal, Signer, json},
    state::App,
};
use asked::{Asked, Told};
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::Method,
    response::Response,
    routing::any,
};
use service::compat::Client;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

const PREFIX: &str = "/compat/";

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/compat/{client}/{*call}", any(door))
}

async fn door(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some((secret, call)) = path.strip_prefix(PREFIX).and_then(|rest| rest.split_once('/')) else {
        return machine::not_found(State(app), request).await;
    };
    let client = match Client::find(&app.service, secret, address(&request)) {
        Ok(Some(client)) => client,
        Ok(None) => return machine::not_found(State(app), request).await,
        Err(trouble) => {
            app.log(&trouble);
            return Signer::of(&app, request.headers()).refuse(&Refusal::from(trouble));
        }
    };
    let told = answer(&app, &client, call, request).await.unwrap_or_else(|told| told);
    if let Some(trouble) = &told.trouble {
        app.log(trouble);
    }
    app.metrics.count_outcome(("compat", told.word));
    // Writing a few plain fields does not fail.
    json(told.status, serde_json::to_vec(&told.body).unwrap_or_default())
}

async fn answer(app: &App, client: &Client, call: &str, request: Request) -> Result<Told, Told> {
    let method = request.method().clone();
    let reads = [Method::GET, Method::POST].contains(&method);
    let writes = method == Method::POST;
    let (known, taken) = match call {
        calls::CHECK | calls::TRIGGER | calls::POLL => (true, reads),
        calls::INIT | calls::AUTH | calls::REFILL => (true, writes),
        _ => (false, false),
    };
    let time = asked::time(app);
    if !known {
        return Err(Told::unknown(time));
    }
    if !taken {
        return Err(Told::wrong_method(time));
    }
    let asked = Asked::take(app, client, request).await?;
    match call {
        calls::CHECK => calls::check(asked).await,
        calls::TRIGGER => calls::trigger(asked),
        calls::POLL => calls::poll(&asked),
        calls::INIT => calls::init(asked).await,
        calls::AUTH => calls::auth(asked).await,
        _ => calls::refill(&asked),
    }
}

/// Where a request came from.
fn address(request: &Request) -> IpAddr {
    // Without a connection there is a test.
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(unknown, |ConnectInfo(peer)| peer.ip())
}
