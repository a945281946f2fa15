//! Servers that send what no directory sends.

use crate::{chain, settings};
use directory::{Attributes, Kind, ReadError, Settings, Unencrypted, message::Unfit, read};
use std::time::Duration;
use testkit::Certified;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag, 0x84];
    bytes.extend((content.len() as u32).to_be_bytes());
    bytes.extend(content);
    bytes
}

/// A message with an answer in it.
fn answer(id: u8, tag: u8, content: &[u8]) -> Vec<u8> {
    element(0x30, &[element(2, &[id]), element(tag, content)].concat())
}

/// A server that lets everybody in and then sends this; settings to read it with.
async fn server(then: Vec<u8>) -> Settings {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ldap://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, then.clone()));
        }
    });
    let mut settings =
        settings(&address, &Certified::of("x").authority, Kind::Ldap(Attributes::default()), ("cn=a", "b"));
    settings.unencrypted = Unencrypted::Loopback;
    settings.base = Some("dc=test".to_owned());
    settings.limits.answer = Duration::from_millis(700);
    settings
}

async fn serve(mut stream: TcpStream, then: Vec<u8>) {
    let mut buffer = [0; 4096];
    let _bind = stream.read(&mut buffer).await;
    stream.write_all(&answer(2, 0x61, &[0x0A, 1, 0, 4, 0, 4, 0])).await.unwrap();
    let _search = stream.read(&mut buffer).await;
    // Whoever had enough is gone.
    let _sent = stream.write_all(&then).await;
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

#[tokio::test]
async fn what_no_directory_sends_is_an_error_and_ends_nothing_but_the_read() {
    let mut nested = Vec::new();
    for _ in 0..30_000 {
        nested = element(0x30, &nested);
        if nested.len() > 200_000 {
            break;
        }
    }
    for (sent, expected) in [
        (answer(1, 0x64, &nested), Unfit::TooDeep),
        (vec![0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF], Unfit::TooLong),
        (b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), Unfit::Malformed),
        // A request in place of an answer, and no id.
        (answer(1, 0x63, &[]), Unfit::Malformed),
        (element(0x30, &[]), Unfit::Malformed),
    ] {
        let error = read(&server(sent).await).await.unwrap_err();
        assert!(matches!(error, ReadError::Unfit { unfit, .. } if unfit == expected), "{}", chain(&error));
    }
    // Messages that are sound, and say nothing: entries that are none, results that are none, silence.
    let done = |content: &[u8]| answer(1, 0x65, content);
    for sent in [
        answer(1, 0x64, &[]),
        answer(1, 0x64, &element(4, b"dc=test")),
        answer(1, 0x64, &[element(4, &[0xFF]), element(0x30, &[])].concat()),
        answer(1, 0x64, &[element(4, b"a"), element(0x30, &element(0x30, &element(4, b"x")))].concat()),
        done(&[]),
        done(&[0x0A, 1, 0]),
        done(&[0x0A, 1, 10, 4, 0, 4, 0]),
        answer(9, 0x65, &[0x0A, 1, 0, 4, 0, 4, 0]),
        Vec::new(),
    ] {
        let error = read(&server(sent.clone()).await).await.unwrap_err();
        assert!(matches!(error, ReadError::Search { .. }), "{sent:?}: {}", chain(&error));
    }
}

#[tokio::test]
async fn a_directory_without_end_is_left() {
    let entry = answer(1, 0x64, &[element(4, b"cn=a"), element(0x30, &[])].concat());
    let mut settings = server(entry.repeat(100_000)).await;
    settings.limits.bytes = 1 << 20;
    settings.limits.groups = 1_000_000;
    let error = read(&settings).await.unwrap_err();
    assert!(matches!(error, ReadError::Unfit { unfit: Unfit::TooMuch(1), .. }), "{}", chain(&error));
    settings.limits.bytes = 1 << 30;
    settings.limits.groups = 1_000;
    let error = read(&settings).await.unwrap_err();
    assert!(matches!(error, ReadError::TooMany { what: "groups", most: 1_000 }), "{}", chain(&error));
}
