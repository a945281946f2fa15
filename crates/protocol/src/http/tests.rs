use super::*;
use crate::seal::RecipientKey;
use model::{AttemptId, RequestId, Secret};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

fn ids() -> (RequestId, AttemptId) {
    (RequestId::from_bytes([1; 16]), AttemptId::from_bytes([2; 16]))
}

#[test]
fn a_message_survives_its_body() {
    let (request, attempt) = ids();
    let body =
        to_body(&VerifyRequest { request, attempt, code: Secret::from_text("123456".into()) }).unwrap();
    let read: VerifyRequest = from_body(&body).unwrap();
    assert_eq!((read.request, read.attempt, read.code.expose_text()), (request, attempt, Some("123456")));

    let seal_to = RecipientKey::random(&mut ChaCha20Rng::seed_from_u64(7)).public();
    let show = ShowRequest { request, attempt, seal_to, enrollment_code: None, start_over: false };
    let read: ShowRequest = from_body(&to_body(&show).unwrap()).unwrap();
    assert_eq!((read.seal_to, read.enrollment_code.is_none()), (seal_to, true));
}

#[test]
fn an_unknown_name_in_a_request_is_refused_and_in_an_answer_skipped() {
    assert!(from_body::<NoopRequest>(br#"{"more":1}"#).is_err());
    assert!(from_body::<NoopAnswer>(br#"{"more":1}"#).is_ok());
    assert_eq!(
        from_body::<BeginAnswer>(br#"{"next":"code","digits":[6],"later":true}"#).unwrap(),
        BeginAnswer::Code { digits: vec![6] }
    );
}

#[test]
fn an_error_kind_of_a_later_version_is_understood_as_other() {
    let body = br#"{"error":"quantum","server_time":1,"message":"?"}"#;
    assert_eq!(from_body::<ErrorAnswer>(body).unwrap().error, ErrorKind::Other);
}

#[test]
fn an_error_tells_the_place_and_never_the_content() {
    let body = br#"{"request":"req_00000000000000000000000000","attempt":"x","code":"314159"}"#;
    let error = from_body::<VerifyRequest>(body).unwrap_err().to_string();
    assert!(error.contains("line 1") && !error.contains("314159"), "{error}");
}

#[test]
fn an_oversize_body_is_refused_unread() {
    let body = vec![b' '; MAX_BODY + 1];
    assert!(matches!(from_body::<NoopRequest>(&body), Err(BodyError::TooLarge)));
}
