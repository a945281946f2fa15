use protocol::frame::{Decoder, FrameError, encode};

/// A first byte that says how the stream is cut, then the stream: cutting changes nothing, and the frames taken are
/// the bytes of the stream. Taken when the stream is whole frames, at least one.
pub fn pipe_frame(data: &[u8]) -> bool {
    let Some((&step, stream)) = data.split_first() else { return false };
    let (frames, result) = decode(stream, stream.len().max(1));
    let (cut_frames, cut_result) = decode(stream, usize::from(step).max(1));
    assert_eq!((&frames, &result), (&cut_frames, &cut_result), "cutting changed what was read");
    let encoded = frames.concat();
    assert!(stream.starts_with(&encoded), "what was read is not what came");
    result.is_ok() && !frames.is_empty() && encoded.len() == stream.len()
}

/// The frames found, encoded again, and whether it ended with an error.
fn decode(stream: &[u8], step: usize) -> (Vec<Vec<u8>>, Result<(), FrameError>) {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    for mut piece in stream.chunks(step) {
        loop {
            match decoder.push(&mut piece) {
                Ok(Some(payload)) => {
                    let frame = encode(&payload).expect("a payload that came fits a frame");
                    frames.push(frame.expose().to_vec());
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.push(&mut piece), Err(error), "a decoder recovered from an error");
                    return (frames, Err(error));
                }
            }
        }
        assert!(piece.is_empty(), "bytes were left without a frame");
    }
    (frames, Ok(()))
}
