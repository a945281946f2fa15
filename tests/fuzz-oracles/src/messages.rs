use model::Secret;
use protocol::{
    frame::{Decoder, FrameError, MAX_PAYLOAD},
    pipe::{ToAgent, ToProvider},
};

/// A message of the sign-in pipe, in either direction: one that is taken is written as the same bytes, and is none in
/// the other direction.
pub fn pipe_message(data: &[u8]) -> bool {
    let payload = Secret::new(data.to_vec());
    let frames = [
        ToAgent::decode(&payload).ok().map(|message| message.encode()),
        ToProvider::decode(&payload).ok().map(|message| message.encode()),
    ];
    let taken = frames.iter().flatten().count();
    assert!(taken < 2, "a message goes in both directions");
    for frame in frames.into_iter().flatten() {
        assert!(data.len() <= MAX_PAYLOAD, "a message was taken that fits no frame");
        check(frame, &payload);
    }
    taken > 0
}

fn check(frame: Result<Secret, FrameError>, payload: &Secret) {
    let frame = frame.expect("a message that was read is written");
    let written = Decoder::new().push(&mut frame.expose());
    assert_eq!(written, Ok(Some(payload.duplicate())), "a message has two spellings");
}
