use protocol::http::{
    BeginAnswer, BeginRequest, BodyError, ConfirmAnswer, ConfirmRequest, ErrorAnswer, HelloAnswer,
    HelloRequest, JoinAnswer, JoinRequest, NoopAnswer, NoopRequest, ReportAnswer, ReportRequest, ShowAnswer,
    ShowRequest, VerifyAnswer, VerifyRequest, from_body, to_body,
};
use serde::{Serialize, de::DeserializeOwned};

/// A body of the machine API, read as each of its messages: what is read and written reads and writes the same.
pub fn http_body(data: &[u8]) -> bool {
    let checks: &[fn(&[u8]) -> bool] = &[
        check::<BeginAnswer>,
        check::<BeginRequest>,
        check::<ConfirmAnswer>,
        check::<ConfirmRequest>,
        check::<ErrorAnswer>,
        check::<HelloAnswer>,
        check::<HelloRequest>,
        check::<JoinAnswer>,
        check::<JoinRequest>,
        check::<NoopAnswer>,
        check::<NoopRequest>,
        check::<ReportAnswer>,
        check::<ReportRequest>,
        check::<ShowAnswer>,
        check::<ShowRequest>,
        check::<VerifyAnswer>,
        check::<VerifyRequest>,
    ];
    // Every check runs: `any` would stop at the first message that is taken.
    checks.iter().filter(|check| check(data)).count() > 0
}

fn check<T: Serialize + DeserializeOwned>(data: &[u8]) -> bool {
    let Ok(message) = from_body::<T>(data) else { return false };
    let body = match to_body(&message) {
        Ok(body) => body,
        // Defaults written out may make a message longer than it came.
        Err(BodyError::TooLarge) => return true,
        Err(error) => panic!("a message that was read cannot be written: {error}"),
    };
    let again: T = from_body(&body).expect("what was written is read");
    assert_eq!(to_body(&again).ok(), Some(body), "a second round changed the message");
    true
}
