//! What goes through the pipe between provider and agent: frames, and a tiny binary coding for what is in them.
//!
//! A frame is the payload's length (`u32`, little endian), the version of the protocol (one byte), the payload.
//! The provider runs inside Windows' sign-in process, where a JSON parser has no business; [`Writer`] and
//! [`Reader`] are all it needs. Payloads carry passwords, so every buffer here is wiped when it goes.

use model::Secret;
use zeroize::Zeroizing;

/// The version this code speaks. Provider and agent are installed together, so there is one.
pub const VERSION: u8 = 1;

/// The longest payload, in bytes: a hand-over of 64 KB from Windows and room for what goes with it.
pub const MAX_PAYLOAD: usize = 96 * 1024;

const HEADER: usize = 5;

/// What comes through the pipe is no frame of ours. The connection is of no more use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More than [`MAX_PAYLOAD`] bytes are announced, or were to be sent.
    #[error("a frame of {0} bytes is too long")]
    TooLong(usize),
    /// The other side is of another version: an update is half done.
    #[error("the other side speaks version {0} of the pipe protocol, this side version {VERSION}")]
    Version(u8),
}

/// The frame with this payload.
///
/// # Errors
///
/// [`FrameError::TooLong`].
pub fn encode(payload: &Secret) -> Result<Secret, FrameError> {
    let length = match u32::try_from(payload.len()) {
        Ok(length) if payload.len() <= MAX_PAYLOAD => length,
        _ => return Err(FrameError::TooLong(payload.len())),
    };
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(&length.to_le_bytes());
    frame.push(VERSION);
    frame.extend_from_slice(payload.expose());
    Ok(Secret::new(frame))
}

/// Takes frames out of a stream of bytes that comes in pieces.
///
/// Memory is taken once per frame, after its announced length was found good, and for that length exactly.
#[derive(Default)]
pub struct Decoder {
    header: [u8; HEADER],
    /// How much of `header` is there. INVARIANT: `payload` is `Some` exactly when it is all there.
    header_len: usize,
    payload: Option<Zeroizing<Vec<u8>>>,
    missing: usize,
    failed: Option<FrameError>,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes from the front of `input`, until a payload is complete or nothing is left.
    ///
    /// Call it until it says `None`: then `input` is empty and the frame goes on in the next piece.
    ///
    /// # Errors
    ///
    /// [`FrameError`], and the same one ever after: there is no way to find the next frame.
    pub fn push(&mut self, input: &mut &[u8]) -> Result<Option<Secret>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = self.advance(input);
        self.failed = result.as_ref().err().copied();
        result
    }

    fn advance(&mut self, input: &mut &[u8]) -> Result<Option<Secret>, FrameError> {
        let mut payload = match self.payload.take() {
            Some(payload) => payload,
            None => match self.read_header(input)? {
                Some(length) => {
                    self.missing = length;
                    Zeroizing::new(Vec::with_capacity(length))
                }
                None => return Ok(None),
            },
        };
        let piece = take_up_to(input, self.missing);
        payload.extend_from_slice(piece);
        self.missing -= piece.len();
        if self.missing > 0 {
            self.payload = Some(payload);
            return Ok(None);
        }
        self.header_len = 0;
        Ok(Some(Secret::new(std::mem::take(&mut *payload))))
    }

    /// The announced length, once the whole header is there.
    fn read_header(&mut self, input: &mut &[u8]) -> Result<Option<usize>, FrameError> {
        let piece = take_up_to(input, HEADER - self.header_len);
        for (slot, byte) in self.header[self.header_len..].iter_mut().zip(piece) {
            *slot = *byte;
        }
        self.header_len += piece.len();
        if self.header_len < HEADER {
            return Ok(None);
        }
        let [a, b, c, d, version] = self.header;
        // The version first: the length of another version may mean something else.
        if version != VERSION {
            return Err(FrameError::Version(version));
        }
        // `usize` has 32 bits or more on every target of this crate.
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        if length > MAX_PAYLOAD { Err(FrameError::TooLong(length)) } else { Ok(Some(length)) }
    }
}

fn take_up_to<'a>(input: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(count.min(input.len()));
    *input = rest;
    taken
}

/// Writes a payload. Numbers are little endian; texts, bytes and lists have their length before them as `u32`.
#[derive(Default)]
pub struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// An empty payload.
    pub fn new() -> Self {
        Self::default()
    }

    /// One byte: a number, or which of several kinds follows.
    pub fn u8(&mut self, value: u8) -> &mut Self {
        self.put(&[value])
    }

    /// A yes or a no.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.put(&[value.into()])
    }

    /// A number of 32 bits.
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.put(&value.to_le_bytes())
    }

    /// A number of 64 bits.
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.put(&value.to_le_bytes())
    }

    /// Bytes whose number both sides know.
    pub fn fixed<const N: usize>(&mut self, value: &[u8; N]) -> &mut Self {
        self.put(value)
    }

    /// Bytes.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.len(value.len()).put(value)
    }

    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// Secret bytes.
    pub fn secret(&mut self, value: &Secret) -> &mut Self {
        self.bytes(value.expose())
    }

    /// A value that may be absent.
    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) -> &mut Self {
        self.bool(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
        self
    }

    /// Several values of one kind.
    pub fn list<T>(&mut self, values: &[T], mut write: impl FnMut(&mut Self, &T)) -> &mut Self {
        self.len(values.len());
        for value in values {
            write(self, value);
        }
        self
    }

    /// The payload, for [`encode`].
    pub fn finish(mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.0))
    }

    /// A length beyond `u32` makes a payload that [`encode`] refuses anyway.
    fn len(&mut self, length: usize) -> &mut Self {
        self.u32(u32::try_from(length).unwrap_or(u32::MAX))
    }

    /// Grows by hand: a `Vec` that grows by itself leaves its old bytes behind unwiped.
    fn put(&mut self, bytes: &[u8]) -> &mut Self {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.0.capacity()).max(256)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
        self
    }
}

/// A payload is not what was expected. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It ends too early.
    #[error("the message ends too early")]
    Truncated,
    /// Something is longer than it may be.
    #[error("a part of the message is too long")]
    TooLong,
    /// Something has a value it cannot have.
    #[error("a part of the message has no meaning")]
    BadValue,
    /// It goes on after its end.
    #[error("the message goes on after its end")]
    Trailing,
}

/// Reads what [`Writer`] wrote. Every length has a cap that the caller names, in bytes or values.
///
/// Each method fails with [`ReadError::Truncated`] when the payload ends too early.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// At the start of a payload.
    pub const fn new(payload: &'a [u8]) -> Self {
        Self(payload)
    }

    /// One byte.
    ///
    /// # Errors
    ///
    /// See the type.
    pub fn u8(&mut self) -> Result<u8, ReadError> {
        self.fixed().map(u8::from_le_bytes)
    }

    /// A yes or a no.
    ///
    /// # Errors
    ///
    /// [`ReadError::BadValue`] for anything but 0 and 1.
    pub fn bool(&mut self) -> Result<bool, ReadError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ReadError::BadValue),
        }
    }

    /// A number of 32 bits.
    ///
    /// # Errors
    ///
    /// See the type.
    pub fn u32(&mut self) -> Result<u32, ReadError> {
        self.fixed().map(u32::from_le_bytes)
    }

    /// A number of 64 bits.
    ///
    /// # Errors
    ///
    /// See the type.
    pub fn u64(&mut self) -> Result<u64, ReadError> {
        self.fixed().map(u64::from_le_bytes)
    }

    /// Bytes whose number both sides know.
    ///
    /// # Errors
    ///
    /// See the type.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(ReadError::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }

    /// Bytes, at most `cap`.
    ///
    /// # Errors
    ///
    /// [`ReadError::TooLong`].
    pub fn bytes(&mut self, cap: usize) -> Result<&'a [u8], ReadError> {
        let length = self.len(cap)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(ReadError::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A text, at most `cap` bytes.
    ///
    /// # Errors
    ///
    /// [`ReadError::TooLong`]; [`ReadError::BadValue`] when it is not UTF-8.
    pub fn text(&mut self, cap: usize) -> Result<&'a str, ReadError> {
        std::str::from_utf8(self.bytes(cap)?).map_err(|_| ReadError::BadValue)
    }

    /// Secret bytes, at most `cap`, in memory of their own.
    ///
    /// # Errors
    ///
    /// [`ReadError::TooLong`].
    pub fn secret(&mut self, cap: usize) -> Result<Secret, ReadError> {
        self.bytes(cap).map(|bytes| Secret::new(bytes.to_vec()))
    }

    /// A value that may be absent.
    ///
    /// # Errors
    ///
    /// [`ReadError::BadValue`], and those of `read`.
    pub fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        if self.bool()? { read(self).map(Some) } else { Ok(None) }
    }

    /// Several values of one kind, at most `cap`.
    ///
    /// # Errors
    ///
    /// [`ReadError::TooLong`], and those of `read`.
    pub fn list<T>(
        &mut self,
        cap: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        // Collecting grows with what is there, not with what is announced.
        let count = self.len(cap)?;
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(read(self)?);
        }
        Ok(values)
    }

    /// Ends reading.
    ///
    /// # Errors
    ///
    /// [`ReadError::Trailing`] when something is left.
    pub const fn finish(self) -> Result<(), ReadError> {
        if self.0.is_empty() { Ok(()) } else { Err(ReadError::Trailing) }
    }

    fn len(&mut self, cap: usize) -> Result<usize, ReadError> {
        let length = self.u32()? as usize;
        if length > cap { Err(ReadError::TooLong) } else { Ok(length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(payload: &[u8]) -> Vec<u8> {
        encode(&Secret::new(payload.to_vec())).unwrap().expose().to_vec()
    }

    #[test]
    fn a_frame_has_the_documented_bytes() {
        assert_eq!(frame(b"ab"), [2, 0, 0, 0, 1, b'a', b'b']);
    }

    #[test]
    fn the_longest_payload_passes_and_a_longer_one_is_not_sent() {
        let longest = vec![7; MAX_PAYLOAD];
        let bytes = frame(&longest);
        let payload = Decoder::new().push(&mut &bytes[..]).unwrap().unwrap();
        assert_eq!(payload.expose(), longest);
        let longer = Secret::new(vec![7; MAX_PAYLOAD + 1]);
        assert_eq!(encode(&longer), Err(FrameError::TooLong(MAX_PAYLOAD + 1)));
    }

    #[test]
    fn an_announced_length_too_long_is_refused_before_any_memory_is_taken() {
        for length in [MAX_PAYLOAD as u32 + 1, u32::MAX] {
            let mut decoder = Decoder::new();
            let mut input = &[&length.to_le_bytes()[..], &[VERSION, 0, 0]].concat()[..];
            assert_eq!(decoder.push(&mut input), Err(FrameError::TooLong(length as usize)));
            assert!(decoder.payload.is_none());
            // And nothing that follows is taken for a frame.
            let good = frame(b"good");
            assert_eq!(decoder.push(&mut &good[..]), Err(FrameError::TooLong(length as usize)));
        }
    }

    #[test]
    fn no_more_memory_is_taken_than_announced() {
        let bytes = frame(&[1; 1000]);
        let mut decoder = Decoder::new();
        assert_eq!(decoder.push(&mut &bytes[..10]), Ok(None));
        assert!((1000..1100).contains(&decoder.payload.as_ref().unwrap().capacity()));
    }

    #[test]
    fn another_version_is_named() {
        for version in [0, 2, 255] {
            let mut input = &[0, 0, 0, 0, version][..];
            assert_eq!(Decoder::new().push(&mut input), Err(FrameError::Version(version)));
        }
    }

    #[test]
    fn a_writer_that_grows_keeps_what_it_has() {
        let mut writer = Writer::new();
        for number in 0..1000 {
            writer.u32(number);
        }
        let payload = writer.finish();
        let mut reader = Reader::new(payload.expose());
        for number in 0..1000 {
            assert_eq!(reader.u32(), Ok(number));
        }
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn bad_payloads_are_refused_for_what_is_wrong_with_them() {
        assert_eq!(Reader::new(&[1, 0, 0]).u32(), Err(ReadError::Truncated));
        assert_eq!(Reader::new(&[2]).bool(), Err(ReadError::BadValue));
        assert_eq!(Reader::new(&[2]).option(Reader::u8), Err(ReadError::BadValue));
        assert_eq!(Reader::new(&[2, 0, 0, 0, 1]).bytes(8), Err(ReadError::Truncated));
        assert_eq!(Reader::new(&[9, 0, 0, 0]).bytes(8), Err(ReadError::TooLong));
        assert_eq!(Reader::new(&[255; 4]).list(8, Reader::u8), Err(ReadError::TooLong));
        assert_eq!(Reader::new(&[1, 0, 0, 0, 0xff]).text(8), Err(ReadError::BadValue));
        assert_eq!(Reader::new(&[0]).finish(), Err(ReadError::Trailing));
    }

    proptest! {
        #[test]
        fn frames_come_out_whole_however_the_stream_is_cut(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6),
            step in 1_usize..50,
        ) {
            let stream: Vec<u8> = payloads.iter().flat_map(|payload| frame(payload)).collect();
            let mut decoder = Decoder::new();
            let mut seen = Vec::new();
            for mut piece in stream.chunks(step) {
                while let Some(payload) = decoder.push(&mut piece).unwrap() {
                    seen.push(payload.expose().to_vec());
                }
                prop_assert!(piece.is_empty());
            }
            prop_assert_eq!(seen, payloads);
        }

        #[test]
        fn values_round_trip(
            small in any::<u8>(), yes in any::<bool>(), middle in any::<u32>(), large in any::<u64>(),
            text in ".{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..300),
            option in any::<Option<u32>>(), list in prop::collection::vec(".{0,9}", 0..9),
        ) {
            let mut writer = Writer::new();
            writer.u8(small).bool(yes).u32(middle).u64(large).text(&text).bytes(&bytes);
            writer.secret(&Secret::new(bytes.clone())).fixed(&[1, 2, 3]);
            writer.option(option, |w, value| { w.u32(value); });
            writer.list(&list, |w, text| { w.text(text); });
            let payload = writer.finish();
            let mut reader = Reader::new(payload.expose());
            prop_assert_eq!(reader.u8(), Ok(small));
            prop_assert_eq!(reader.bool(), Ok(yes));
            prop_assert_eq!(reader.u32(), Ok(middle));
            prop_assert_eq!(reader.u64(), Ok(large));
            prop_assert_eq!(reader.text(160), Ok(&*text));
            prop_assert_eq!(reader.bytes(300), Ok(&*bytes));
            prop_assert_eq!(reader.secret(300), Ok(Secret::new(bytes)));
            prop_assert_eq!(reader.fixed(), Ok([1, 2, 3]));
            prop_assert_eq!(reader.option(Reader::u32), Ok(option));
            let read = reader.list(9, |r| r.text(36).map(str::to_owned));
            prop_assert_eq!(read, Ok(list));
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }
}
