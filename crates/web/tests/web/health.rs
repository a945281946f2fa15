use crate::{pc::Pc, server::Server};
use protocol::http::{Call, NoopRequest};

#[tokio::test]
async fn a_server_that_works_says_so() {
    let server = Server::new();
    for (path, text) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = server.fetch(path).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, text), "{path}");
    }
}

#[tokio::test]
async fn figures_count_by_route_and_never_by_what_was_sent() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    for _ in 0..3 {
        pc.call(&NoopRequest {}).await.unwrap();
    }
    for path in ["/secret-1", "/secret-2", "/invite/secret-3"] {
        server.fetch(path).await;
    }
    let answer = server.fetch("/metrics").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.text();
    for line in [
        "countersign_requests_total{route=\"/api/v1/noop\",status=\"200\"} 3",
        "countersign_requests_total{route=\"other\",status=\"404\"} 2",
        "countersign_requests_total{route=\"/invite/{link}\",status=\"404\"} 1",
        "countersign_answers_total{call=\"noop\",outcome=\"done\"} 3",
        "countersign_answers_total{call=\"join\",outcome=\"joined\"} 1",
        "countersign_store_unavailable_total 0",
        "process_start_time_seconds 1800000000",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn the_description_of_the_machine_api_is_served() {
    let answer = Server::new().fetch("/api/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("application/json")));
    let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(document["paths"][NoopRequest::PATH]["post"].is_object());
}

#[tokio::test]
async fn every_figure_that_the_dashboard_draws_is_there() {
    let server = Server::new();
    let pc = Pc::joined(&server, 1).await;
    pc.call(&NoopRequest {}).await.unwrap();
    let text = server.fetch("/metrics").await.text().to_owned();
    let dashboard: serde_json::Value =
        serde_json::from_str(include_str!("../../../../packaging/grafana-dashboard.json")).unwrap();
    let drawn: Vec<&str> = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap())
        .flat_map(|query| query.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_'))
        .filter(|word| word.starts_with("countersign_"))
        .collect();
    assert!(drawn.len() >= 10, "{drawn:?}");
    for name in drawn {
        assert!(
            text.lines()
                .any(|line| line.starts_with(&format!("{name}{{")) || line.starts_with(&format!("{name} "))),
            "{name}"
        );
    }
}
