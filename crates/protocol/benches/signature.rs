//! What signing and verifying cost, in microseconds. Prints one line per operation; judges nothing.

use countersign_protocol::signature::{
    KeyId, ReceivedHeaders, RequestParts, SigningKey, parse_request_headers, sign_answer, sign_request,
    verify_answer,
};
use model::{MachineId, Secret, UnixTime};
use std::{
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

fn main() -> Result<(), Box<dyn Error>> {
    let key = SigningKey::from_secret(&Secret::new(vec![7; 32]))?;
    let public = key.verifying_key();
    let keyid = KeyId::Machine(MachineId::from_bytes([1; 16]));
    let now = UnixTime::from_secs(1_800_000_000);
    let body = [b' '; 300];
    let parts = RequestParts::new("POST", "countersign.example", "/api/v1/signin/verify", "", &body)?;
    let request = sign_request(&key, keyid, now, [5; 16], &parts);
    let request_signature = request.signature.to_string();
    let received = ReceivedHeaders {
        signature_input: Some(&request.signature_input),
        signature: Some(&request_signature),
        content_digest: Some(&request.content_digest),
    };
    let answer = sign_answer(&key, now, 200, &body, &request.signature);
    let answer_signature = answer.signature.to_string();
    let answered = ReceivedHeaders {
        signature_input: Some(&answer.signature_input),
        signature: Some(&answer_signature),
        content_digest: Some(&answer.content_digest),
    };
    let bare = key.sign("bench", &[0; 400]);

    time("Ed25519 sign, 400 bytes", || key.sign("bench", &[0; 400]));
    time("Ed25519 verify, 400 bytes", || public.verifies("bench", &[0; 400], &bare));
    time("request: sign", || sign_request(&key, keyid, now, [5; 16], &parts));
    time("request: parse fields", || parse_request_headers(&received).is_ok());
    time("request: parse and verify", || {
        parse_request_headers(&received).and_then(|r| r.verify(&public, &parts, now, Duration::ZERO))
    });
    time("answer: sign", || sign_answer(&key, now, 200, &body, &request.signature));
    time("answer: verify", || verify_answer(&[public], &answered, 200, &body, &request.signature).is_ok());
    Ok(())
}

/// The best of five rounds, as others use the machine too.
fn time<T>(what: &str, run: impl Fn() -> T) {
    const TIMES: u32 = 5_000;
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..TIMES {
                black_box(run());
            }
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{what:<28}{:>8.2} µs", best.as_secs_f64() * 1e6 / f64::from(TIMES));
}
