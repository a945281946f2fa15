//! Google Drive, as far as this server decides it: what is exchanged, what is asked, what is told.

use super::{
    relay::{Files, error, resolver, send, tls},
    server::Server,
};
use countersign_web::{
    Settings,
    drive::Drive,
    relay::{Relay, Target},
};
use model::Secret;
use service::backup::Limits;
use std::sync::Arc;

const SECRET: &str = "GOCSPX-secret";

/// A server whose Google is this one, at an address inside, which is allowed only if somebody set it.
fn server_of(google: &Files, internal: bool) -> Server {
    let mut target: Target = "https://files.example/gateway/".parse().unwrap();
    target.internal = internal;
    let drive = Drive {
        client_id: "id".to_owned(),
        client_secret: Arc::new(Secret::from_text(SECRET.to_owned())),
        accounts: target.clone(),
        tokens: target.clone(),
        api: target,
        relay: Relay::new(Vec::new(), tls(&google.certificate), resolver(vec![vec![google.address]]).0),
    };
    let limits = Limits { tries_per_hour: 3, ..Limits::default() };
    let settings = Settings { backup: Some(limits), ..Settings::default() };
    Server::with_places(settings, &[], None, Some(drive))
}

fn saying(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_with_the_clients_secret_and_only_access_comes_back() {
    let google =
        Files::saying(saying("200 OK", r#"{"access_token":"a","expires_in":1,"id_token":"x"}"#)).await;
    let server = server_of(&google, true);
    let answer =
        send(&server, "POST", "/api/v1/drive/token", &[], r#"{"refresh":"r&client_id=other"}"#).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"access":"a"}"#));
    let seen = google.seen().concat();
    assert!(seen.starts_with("POST /gateway/token HTTP/1.1"), "{seen}");
    assert!(seen.contains("application/x-www-form-urlencoded"), "{seen}");
    let listed = send(&server, "GET", "/api/v1/places", &[], "").await;
    let listed = listed.text();
    assert!(listed.contains("https://files.example/gateway/o/oauth2/v2/auth?response_type=code"), "{listed}");
    assert!(!listed.contains(SECRET) && !answer.text().contains(SECRET));
}

#[tokio::test]
async fn what_google_says_no_with_is_told_apart_and_not_passed_on() {
    for (status, body, told) in [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant","error_description":"hush"}"#,
            (401, "not_signed_in"),
        ),
        (
            "401 Unauthorized",
            r#"{"error":"invalid_client","error_description":"hush"}"#,
            (502, "drive_refuses"),
        ),
        ("200 OK", "hush", (502, "drive_refuses")),
        ("200 OK", r#"{"access_token":7}"#, (502, "drive_refuses")),
        ("302 Found", "", (502, "target_redirects")),
    ] {
        let google = Files::saying(saying(status, body)).await;
        let answer =
            send(&server_of(&google, true), "POST", "/api/v1/drive/token", &[], r#"{"refresh":"r"}"#).await;
        assert!(!answer.text().contains("hush"), "{}", answer.text());
        assert_eq!(error(&answer), (told.0, told.1.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn files_are_reached_by_four_requests_and_no_others() {
    let google = Files::saying(saying("200 OK", "{}")).await;
    let server = server_of(&google, true);
    for (method, path, asked) in [
        ("GET", "/files", "GET /gateway/drive/v3/files?spaces=appDataFolder&"),
        ("POST", "/files", "POST /gateway/upload/drive/v3/files?uploadType=multipart&"),
        ("GET", "/files/1a_-", "GET /gateway/drive/v3/files/1a_-?alt=media "),
        ("DELETE", "/files/1a_-", "DELETE /gateway/drive/v3/files/1a_- "),
        // What is behind the question mark is not the app's to say.
        ("GET", "/files?spaces=drive", "GET /gateway/drive/v3/files?spaces=appDataFolder&"),
    ] {
        let authorization = [("authorization", "Bearer a"), ("cookie", "c=d")];
        let answer = send(&server, method, &format!("/api/v1/drive{path}"), &authorization, "").await;
        assert_eq!(answer.status.as_u16(), 200, "{method} {path}");
        let seen = google.seen().pop().unwrap();
        assert!(seen.starts_with(asked) && seen.contains("Bearer a") && !seen.contains("c=d"), "{seen}");
    }
    let before = google.seen().len();
    for (method, path, status) in [
        ("GET", "/files/..", 400),
        ("GET", "/files/a%2Fb", 400),
        ("GET", "/files/a%3Fb", 400),
        ("DELETE", "/files/%2e%2e", 400),
        ("PATCH", "/files/a", 405),
        ("PUT", "/files", 405),
        ("GET", "/about", 404),
        ("POST", "/token", 400),
    ] {
        let answer = send(&server, method, &format!("/api/v1/drive{path}"), &[], "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
    }
    assert_eq!(google.seen().len(), before);
}

#[tokio::test]
async fn google_is_not_looked_for_inside_and_not_at_all_where_it_is_not_set_up() {
    let google = Files::saying(saying("200 OK", "{}")).await;
    let inside = send(&server_of(&google, false), "GET", "/api/v1/drive/files", &[], "").await;
    assert_eq!(error(&inside), (502, "target_inside".to_owned()));
    assert_eq!(google.seen().len(), 0);
    let off = Server::new();
    for (method, path) in [("GET", "/files"), ("POST", "/token"), ("DELETE", "/files/a")] {
        let answer = send(&off, method, &format!("/api/v1/drive{path}"), &[], "{}").await;
        assert_eq!(error(&answer), (403, "drive_off".to_owned()), "{method} {path}");
    }
}

#[tokio::test]
async fn tokens_are_not_guessed_through_this_server() {
    let google = Files::saying(saying("400 Bad Request", r#"{"error":"invalid_grant"}"#)).await;
    let server = server_of(&google, true);
    for _ in 0..3 {
        let answer = send(&server, "POST", "/api/v1/drive/token", &[], r#"{"refresh":"r"}"#).await;
        assert_eq!(answer.status.as_u16(), 401);
    }
    let answer = send(&server, "POST", "/api/v1/drive/token", &[], r#"{"refresh":"r"}"#).await;
    assert_eq!(error(&answer), (429, "too_many_tries".to_owned()));
}
