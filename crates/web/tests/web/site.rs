//! The authenticator's files.

use crate::server::{Answer, HOST, Server};
use axum::{body::Body, http::Request};
use countersign_web::{Settings, SiteFile};

const SITE: &[SiteFile] = &[
    SiteFile { path: "index.html", bytes: b"<!doctype html>", brotli: None, sha256: "aa" },
    SiteFile { path: "sw.js", bytes: b"self", brotli: Some(b"BR"), sha256: "bb" },
    SiteFile { path: "assets/app-ca978112ca1bbdca.wasm", bytes: b"\0asm", brotli: Some(b"BR"), sha256: "cc" },
    SiteFile { path: "manifest-0123456789ab.webmanifest", bytes: b"{}", brotli: None, sha256: "dd" },
];

fn server() -> Server {
    Server::with_site(Settings::default(), SITE)
}

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path).header("host", HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_app_begins_at_its_address_and_each_place_in_it_leads_there() {
    let server = server();
    let answer = get(&server, "/app", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (308, Some("/app/")));
    for path in ["/app/", "/app/index.html", "/app/tokens", "/app/settings/backup"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, "<!doctype html>"), "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
    }
    for path in ["/app/none.js", "/app/assets/none-ca978112ca1bbdca.css", "/app/%2e%2e/sw.js"] {
        assert_eq!(get(&server, path, &[]).await.status.as_u16(), 404, "{path}");
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_the_rest_is_asked_for_each_time() {
    let server = server();
    let hashed = get(&server, "/app/assets/app-ca978112ca1bbdca.wasm", &[]).await;
    assert_eq!(hashed.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(hashed.header("content-type"), Some("application/wasm"));
    let worker = get(&server, "/app/sw.js", &[]).await;
    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    assert_eq!((worker.header("etag"), worker.text()), (Some("\"bb\""), "self"));
    let known = get(&server, "/app/sw.js", &[("if-none-match", "\"x\", W/\"bb\"")]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    assert_eq!(known.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn compressed_files_go_to_those_who_take_them() {
    let server = server();
    for (accepts, encoding, body) in [("gzip, br", Some("br"), "BR"), ("gzip", None, "self")] {
        let answer = get(&server, "/app/sw.js", &[("accept-encoding", accepts)]).await;
        assert_eq!((answer.header("content-encoding"), answer.text()), (encoding, body), "{accepts}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    }
}

#[tokio::test]
async fn nothing_of_the_app_may_run_code_from_texts_or_from_elsewhere() {
    let server = server();
    for file in SITE {
        let answer = get(&server, &format!("/app/{}", file.path), &[]).await;
        let policy = answer.header("content-security-policy").unwrap();
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        for needed in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(directives.contains(&needed), "{needed} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert!(!policy.contains("http") && !policy.contains('*'), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{}", file.path);
        }
        assert!(answer.header("permissions-policy").unwrap().contains("camera=(self), microphone=()"));
    }
}

#[tokio::test]
async fn a_build_without_the_app_says_so_and_how_to_make_one() {
    let server = Server::new();
    for path in ["/app", "/app/", "/app/index.html", "/app/assets/x.js"] {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        assert!(answer.text().contains("COUNTERSIGN_APP_DIR"), "{}", answer.text());
        assert!(answer.text().contains("cargo xtask app"), "{}", answer.text());
    }
}
