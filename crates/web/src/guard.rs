//! Around every handler: counts, and answers for one that panics.

use crate::{
    machine::{Refusal, Signer},
    state::App,
};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;
use protocol::http::ErrorKind;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

/// Counts the request by its route, and turns a panic into an answer that is signed like any other.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // The route, never the path: a path can hold the secret of an invitation.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let signer = Signer::of(&app, request.headers());
    let begun = Instant::now();
    // Nothing a handler leaves half done outlives it: what it shares with others is behind locks that outlive a panic.
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(route, "a handler failed");
        signer.refuse(&Refusal::new(ErrorKind::ServerTrouble, "a part of the server failed"))
    });
    let status = response.status().as_u16();
    tracing::trace!(route, status, "answered");
    app.metrics.count_request(route, status, begun.elapsed());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SharedStatement, WebState};
    use axum::{Router, body::Body, middleware, routing::post};
    use http_body_util::BodyExt;
    use model::UnixTime;
    use protocol::{
        http::ErrorAnswer,
        signature::{ReceivedHeaders, SignatureValue, verify_answer},
        statement::Draft,
    };
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    use service::Service;
    use store::{MasterKeys, Sealer, Store};
    use tower::ServiceExt;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    fn app() -> Arc<App> {
        let rng = || ChaCha20Rng::seed_from_u64(1);
        let sealer = Sealer::new(MasterKeys::generate(&mut rng()));
        // The first write waits on its thread, which a runtime's own may not.
        let made = std::thread::spawn(move || {
            Service::new(Store::memory().unwrap(), sealer, Arc::new(move || Box::new(rng())), NOW).unwrap()
        });
        let service = made.join().unwrap();
        let draft = Draft {
            urls: vec!["https://countersign.example".parse().unwrap()],
            spki_sha256: vec![[7; 32]],
            successions: Vec::new(),
            issued_at: NOW,
            serial: 1,
        };
        let statement = SharedStatement::new(draft.sign(service.signing_key()).unwrap(), 1);
        let (clock, settings): (crate::Clock, _) = (Arc::new(|| NOW), crate::Settings::default());
        let millis: crate::Millis = Arc::new(|| NOW.as_secs() * 1_000);
        Arc::new(App::new(WebState {
            service,
            clock,
            millis,
            statement,
            settings,
            site: &[],
            relay: None,
            drive: None,
            icloud: None,
        }))
    }

    async fn fails() -> Response {
        panic!("on purpose")
    }

    #[tokio::test]
    async fn a_handler_that_panics_answers_signed_and_keeps_nothing_from_working() {
        let app = app();
        let router = Router::new()
            .route("/fails", post(fails))
            .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
            .with_state(Arc::clone(&app));
        let signature = SignatureValue::from_bytes([5; 64]);
        for _ in 0..2 {
            let request = Request::post("/fails").header("signature", signature.to_string());
            let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let field = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
            let headers = ReceivedHeaders {
                signature_input: field("signature-input"),
                signature: field("signature"),
                content_digest: field("content-digest"),
            };
            assert_eq!(parts.status.as_u16(), 500);
            let key = app.service.signing_key().verifying_key();
            let proof = verify_answer(&[key], &headers, 500, &body, &signature).unwrap();
            let error = proof.parse::<ErrorAnswer>().unwrap().into_inner();
            assert_eq!(error.error, ErrorKind::ServerTrouble);
            assert!(!error.message.contains("purpose"), "{}", error.message);
        }
    }

    #[tokio::test]
    async fn trouble_is_told_without_what_is_inside_and_busy_says_when_to_come_back() {
        use service::Trouble;
        let signer = Signer::of(&app(), &axum::http::HeaderMap::new());
        let told = async |trouble: Trouble| {
            let (parts, body) = signer.refuse(&trouble.into()).into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let wait = parts.headers.get("retry-after").is_some();
            (parts.status.as_u16(), wait, String::from_utf8(body.to_vec()).unwrap())
        };
        let storage = Trouble::from(store::DbError::Unavailable(store::Fault::DiskFull));
        for trouble in [storage, Trouble::Failed("table x".into())] {
            let (status, wait, text) = told(trouble).await;
            assert_eq!((status, wait), (500, false));
            assert!(
                text.contains("\"server_trouble\"") && !text.contains("disk") && !text.contains("table"),
                "{text}"
            );
        }
        let (status, wait, text) = told(Trouble::Overloaded).await;
        assert_eq!((status, wait), (503, true));
        assert!(text.contains("\"busy\""), "{text}");
    }
}
