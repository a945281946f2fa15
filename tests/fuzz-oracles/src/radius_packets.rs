//! RADIUS datagrams.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use model::Secret;
use radius::{Answer, Credential, MAX_PACKET, Request, SharedSecret, Verdict};

/// What both sides know in the corpus.
pub const SHARED: &str = "a secret for fuzzing";

/// Whether the datagram is a request, once its Message-Authenticator is put right: else nothing a fuzzer makes would get
/// beyond it. Every answer to it fits into a packet and has its length in its head, or is not made.
///
/// # Panics
/// When that does not hold.
pub fn radius_request(data: &[u8]) -> bool {
    let shared = SharedSecret::new(Secret::from_text(SHARED.to_owned())).expect("it is long enough");
    // Nobody who does not know the secret is taken at their word.
    let _ = Request::parse(data, &shared);
    let Some(signed) = signed(data) else { return false };
    let Ok(request) = Request::parse(&signed, &shared) else { return false };
    if let Credential::Password(password) = &request.credential {
        assert!(password.len() <= 128);
    }
    let challenge = Verdict::Challenge { state: vec![7; 253] };
    for verdict in [Verdict::Accept, Verdict::Reject, challenge] {
        let answer = Answer { verdict, message: Some("ü".repeat(300)) };
        let Some(bytes) = answer.datagram(&request, &shared) else { continue };
        assert!(bytes.len() <= MAX_PACKET);
        assert_eq!(bytes.get(2..4), Some(&(bytes.len() as u16).to_be_bytes()[..]));
    }
    true
}

/// The datagram with the right Message-Authenticator in the place of the first one it has.
fn signed(data: &[u8]) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_be_bytes([*data.get(2)?, *data.get(3)?]));
    let mut packet = data.get(..length)?.to_vec();
    let mut at = 20;
    let place = loop {
        let (kind, length) = (*packet.get(at)?, usize::from(*packet.get(at + 1)?));
        if kind == 80 && length == 18 {
            break at + 2;
        }
        at += length.max(2);
    };
    packet.get_mut(place..place + 16)?.fill(0);
    let mut mac = Hmac::<Md5>::new_from_slice(SHARED.as_bytes()).ok()?;
    mac.update(&packet);
    let right: [u8; 16] = mac.finalize().into_bytes().into();
    packet.get_mut(place..place + 16)?.copy_from_slice(&right);
    Some(packet)
}
