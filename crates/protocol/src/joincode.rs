//! The join code: the one line an administrator copies from the server to a machine.
//!
//! `CS1-` and base32 (RFC 4648 §6, without padding) of addresses, fingerprint of the signing key, secret and the
//! first four bytes of their SHA-256. Letters of either case and blanks anywhere are taken, as mail programs and
//! spreadsheets put them in; a letter lost or mistyped is noticed by the checksum.

use crate::{
    frame::{ReadError, Reader, Writer},
    signature::Fingerprint,
    statement::ServerUrl,
};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use model::Secret;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const PREFIX: &str = "CS1-";
/// The longest text, in bytes.
const MAX_TEXT: usize = 1024;
const MAX_URLS: usize = 4;
const MAX_URL: usize = 255;
const SECRET_LEN: usize = 16;
const CHECKSUM_LEN: usize = 4;

/// Why a text is not taken as a join code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinCodeError {
    /// Something else was copied.
    #[error("this is not a join code: it starts with CS1-; make one with `countersign join-code new`")]
    NotAJoinCode,
    /// From a newer server.
    #[error("this join code is of a newer kind; install the newest agent first")]
    Newer,
    /// A part is missing or a letter is wrong.
    #[error("the join code is not complete; copy it again from `countersign join-code new`")]
    Incomplete,
    /// More addresses than fit.
    #[error("a join code has room for one to four addresses of the server, about 500 letters together")]
    TooManyUrls,
}

/// What a machine needs to join: where the server is, how to know it, and a secret that lets this machine in.
#[derive(Debug, PartialEq, Eq)]
pub struct JoinCode {
    urls: Vec<ServerUrl>,
    signing_key: Fingerprint,
    secret: Secret,
}

impl JoinCode {
    /// A new join code with a random secret of 128 bits. `rng` must be fit for keys.
    ///
    /// # Errors
    ///
    /// [`JoinCodeError::TooManyUrls`] when there is no address or the text would be longer than 1 KB.
    pub fn new(
        urls: Vec<ServerUrl>,
        signing_key: Fingerprint,
        rng: &mut dyn Rng,
    ) -> Result<Self, JoinCodeError> {
        let mut secret = vec![0; SECRET_LEN];
        rng.fill_bytes(&mut secret);
        let code = Self { urls, signing_key, secret: Secret::new(secret) };
        let fits = (1..=MAX_URLS).contains(&code.urls.len()) && code.to_text().len() <= MAX_TEXT;
        if fits { Ok(code) } else { Err(JoinCodeError::TooManyUrls) }
    }

    /// Where the server is reached, best first; at least one.
    pub fn urls(&self) -> &[ServerUrl] {
        &self.urls
    }

    /// Fingerprint of the key that signs the server's statement of keys.
    pub fn signing_key(&self) -> Fingerprint {
        self.signing_key
    }

    /// The secret, 16 bytes, of which the server keeps a hash.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The secret as a machine sends it and the server hashes it: base64url without padding (RFC 4648 §5).
    pub fn secret_text(&self) -> Secret {
        Secret::from_text(BASE64URL_NOPAD.encode(self.secret.expose()))
    }

    /// The line to copy. It holds the secret.
    pub fn to_text(&self) -> Secret {
        let mut writer = Writer::new();
        writer.fixed(&self.signing_key.to_bytes());
        writer.secret(&self.secret);
        writer.list(&self.urls, |w, url| {
            w.text(url.as_str());
        });
        let payload = writer.finish();
        let payload = Zeroizing::new([payload.expose(), &checksum(payload.expose())].concat());
        let mut text = Vec::with_capacity(PREFIX.len() + BASE32_NOPAD.encode_len(payload.len()));
        text.extend_from_slice(PREFIX.as_bytes());
        text.resize(text.capacity(), 0);
        BASE32_NOPAD.encode_mut(&payload, &mut text[PREFIX.len()..]);
        Secret::new(text)
    }

    /// Reads what was copied.
    ///
    /// # Errors
    ///
    /// See [`JoinCodeError`]; not `TooManyUrls`.
    pub fn parse(text: &str) -> Result<Self, JoinCodeError> {
        // Room for blanks and line breaks; without a limit a pasted book would be walked through.
        if text.len() > 2 * MAX_TEXT {
            return Err(JoinCodeError::NotAJoinCode);
        }
        let mut letters = Zeroizing::new(Vec::with_capacity(text.len()));
        letters.extend(text.bytes().filter(|b| !b.is_ascii_whitespace()).map(|b| b.to_ascii_uppercase()));
        let digits = match letters.strip_prefix(PREFIX.as_bytes()) {
            Some(digits) if letters.len() <= MAX_TEXT => digits,
            Some(_) => return Err(JoinCodeError::Incomplete),
            None if is_later_version(&letters) => return Err(JoinCodeError::Newer),
            None => return Err(JoinCodeError::NotAJoinCode),
        };
        let length = BASE32_NOPAD.decode_len(digits.len()).map_err(|_| JoinCodeError::Incomplete)?;
        // Decoded into a buffer that is wiped even when the last letter turns out wrong.
        let mut bytes = Zeroizing::new(vec![0; length]);
        BASE32_NOPAD.decode_mut(digits, &mut bytes).map_err(|_| JoinCodeError::Incomplete)?;
        let (payload, sum) = bytes.split_last_chunk::<CHECKSUM_LEN>().ok_or(JoinCodeError::Incomplete)?;
        if checksum(payload) != *sum {
            return Err(JoinCodeError::Incomplete);
        }
        Self::read(payload).map_err(|_| JoinCodeError::Incomplete)
    }

    fn read(payload: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(payload);
        let signing_key = Fingerprint::from_bytes(reader.fixed()?);
        let secret = reader.secret(SECRET_LEN)?;
        let urls = reader.list(MAX_URLS, |r| r.text(MAX_URL)?.parse().map_err(|_| ReadError::BadValue))?;
        reader.finish()?;
        if secret.len() != SECRET_LEN || urls.is_empty() {
            return Err(ReadError::BadValue);
        }
        Ok(Self { urls, signing_key, secret })
    }
}

/// `CS`, another number, a hyphen.
fn is_later_version(letters: &[u8]) -> bool {
    let Some(rest) = letters.strip_prefix(b"CS") else { return false };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    (1..=3).contains(&digits) && rest.get(digits) == Some(&b'-')
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM_LEN] {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(payload).into();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn code(urls: &[&str]) -> Result<JoinCode, JoinCodeError> {
        let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
        JoinCode::new(urls, Fingerprint::from_bytes([0xab; 32]), &mut ChaCha20Rng::seed_from_u64(3))
    }

    fn text(code: &JoinCode) -> String {
        code.to_text().expose_text().unwrap().to_owned()
    }

    #[test]
    fn a_join_code_survives_copying() {
        let code = code(&["https://countersign.example:8443", "https://10.0.0.7"]).unwrap();
        let text = text(&code);
        assert!(text.starts_with("CS1-") && text.len() < 250, "{}", text.len());
        let (front, back) = text.split_at(60);
        for copied in
            [text.clone(), text.to_lowercase(), format!("  {text}\r\n"), format!("{front}\r\n {back}")]
        {
            assert_eq!(JoinCode::parse(&copied).as_ref(), Ok(&code));
        }
    }

    #[test]
    fn every_cut_and_every_mistyped_letter_is_noticed() {
        let text = text(&code(&["https://countersign.example"]).unwrap());
        for at in PREFIX.len()..text.len() {
            assert_eq!(JoinCode::parse(&text[..at]), Err(JoinCodeError::Incomplete), "{at}");
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let mistyped = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(JoinCode::parse(&mistyped), Err(JoinCodeError::Incomplete), "{at}");
        }
        assert_eq!(JoinCode::parse(&format!("{text}AA")), Err(JoinCodeError::Incomplete));
    }

    #[test]
    fn something_else_is_told_apart() {
        for other in ["", "https://countersign.example", "CS-AAAA", "CSX-AAAA", &"CS1-".repeat(1000)] {
            assert_eq!(JoinCode::parse(other), Err(JoinCodeError::NotAJoinCode));
        }
        assert_eq!(JoinCode::parse("CS2-AAAA"), Err(JoinCodeError::Newer));
        assert_eq!(JoinCode::parse(&format!("CS1-{}", "A".repeat(1500))), Err(JoinCodeError::Incomplete));
    }

    #[test]
    fn a_code_that_no_machine_would_take_is_not_made() {
        let long = &*format!("https://{}.example", "a".repeat(200));
        assert_eq!(code(&[]), Err(JoinCodeError::TooManyUrls));
        assert_eq!(code(&["https://a.example"; 5]), Err(JoinCodeError::TooManyUrls));
        assert_eq!(code(&[long; 4]), Err(JoinCodeError::TooManyUrls));
        let longest = code(&[long, long]).unwrap();
        assert_eq!(JoinCode::parse(&text(&longest)), Ok(longest));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let code = code(&["https://a.example"]).unwrap();
        assert!(format!("{code:?}").contains("secret: Secret(…)"));
    }

    proptest! {
        #[test]
        fn whatever_is_pasted_gets_an_answer(pasted in "(?s)(CS1-)?.{0,300}") {
            if let Ok(code) = JoinCode::parse(&pasted) {
                prop_assert_eq!(JoinCode::parse(&text(&code)), Ok(code));
            }
        }
    }
}
