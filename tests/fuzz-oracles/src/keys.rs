use model::{MachineId, Secret, UnixTime};
use protocol::{
    joincode::JoinCode,
    signature::{
        KeyId, ReceivedHeaders, RequestParts, SignatureError, SignatureValue, SignedHeaders, SigningKey,
        parse_request_headers, sign_request, verify_answer,
    },
    statement::{SignedStatement, Statement, StatementError},
};
use std::time::Duration;

/// Seed of the one key that signs in corpus files. Any fuzzer's seed is as good.
pub const SERVER_SEED: [u8; 32] = [7; 32];

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const BODY: &[u8] = b"{}";

fn key() -> SigningKey {
    SigningKey::from_secret(&Secret::new(SERVER_SEED.to_vec())).expect("32 bytes are a key")
}

fn parts() -> RequestParts<'static> {
    RequestParts::new("POST", "countersign.example", "/api/v1/noop", "", BODY)
        .expect("the parts are well formed")
}

/// The one request that [`signature_headers`] takes as signed.
pub fn signed_request() -> SignedHeaders {
    sign_request(&key(), KeyId::Machine(MachineId::from_bytes([1; 16])), NOW, [5; 16], &parts())
}

/// Three lines: `Signature-Input`, `Signature`, `Content-Digest`; an empty one is a field that is not there. Taken
/// when they are the fields of a request or an answer signed by the key of the corpus.
pub fn signature_headers(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let mut lines = text.split('\n').map(|line| Some(line).filter(|line| !line.is_empty()));
    let mut next = || lines.next().flatten();
    let headers = ReceivedHeaders { signature_input: next(), signature: next(), content_digest: next() };

    let trusted = [key().verifying_key()];
    let to = signed_request().signature;
    let answer_ok = verify_answer(&trusted, &headers, 200, BODY, &to).is_ok();
    let other = SignatureValue::from_bytes([0; 64]);
    assert!(verify_answer(&trusted, &headers, 200, BODY, &other).is_err(), "an answer fits two requests");

    let Ok(request) = parse_request_headers(&headers) else { return answer_ok };
    assert!(!answer_ok, "the same fields are a request and an answer");
    assert_eq!(Some(&*request.signature().to_string()), headers.signature, "a signature has two spellings");
    assert_eq!(request.keyid().to_string().parse(), Ok(request.keyid()));
    let stranger = SigningKey::from_secret(&Secret::new(vec![8; 32])).expect("32 bytes are a key");
    let result = request.verify(&stranger.verifying_key(), &parts(), NOW, Duration::MAX);
    assert_eq!(result, Err(SignatureError::BadSignature), "a key fits that did not sign");
    request.verify(&trusted[0], &parts(), NOW, Duration::from_secs(300)).is_ok()
}

/// A join code that is taken is written and taken again as the same.
pub fn join_code(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Ok(code) = JoinCode::parse(text) else { return false };
    assert!(!code.urls().is_empty() && code.secret().len() == 16);
    let written = code.to_text();
    let again = JoinCode::parse(written.expose_text().unwrap_or_default());
    assert_eq!(again, Ok(code), "a join code changed when written");
    true
}

/// A statement as it travels or, so that a fuzzer gets behind the signature, the text of one that is signed here.
pub fn statement(data: &[u8]) -> bool {
    let travelling = serde_json::from_slice::<SignedStatement>(data).is_ok_and(|signed| check(&signed));
    let Ok(text) = std::str::from_utf8(data) else { return travelling };
    let signature = key().sign("countersign-statement-1", data);
    let signed = serde_json::json!({ "statement": text, "signature": signature });
    let signed = serde_json::from_value(signed).expect("a text and a signature are a signed statement");
    check(&signed) || travelling
}

fn check(signed: &SignedStatement) -> bool {
    let trusted = key().verifying_key().fingerprint();
    assert!(Statement::verify(signed, &[]).is_err(), "a statement is taken from anybody");
    let Ok(statement) = Statement::verify(signed, &[trusted]) else { return false };
    assert!(!statement.urls().is_empty());
    assert!(statement.answer_keys().contains(&statement.signing_key()));
    assert_eq!(
        statement.accept_newer(signed),
        Err(StatementError::NotNewer),
        "a statement is newer than itself"
    );
    let json = serde_json::to_vec(signed).expect("a signed statement is written");
    let again: SignedStatement = serde_json::from_slice(&json).expect("what was written is read");
    assert_eq!(Statement::verify(&again, &[trusted]), Ok(statement), "a statement changed when written");
    true
}
