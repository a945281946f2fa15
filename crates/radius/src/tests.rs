use super::{
    attribute::{attributes, kind, push},
    *,
};
use model::Secret;
use proptest::prelude::*;

/// The example of RFC 2865 §7.1, whose secret is shorter than what is taken here.
const RFC_AUTHENTICATOR: [u8; 16] = hex(*b"0f403f9473978057bd83d5cb98f4227a");

const fn hex(text: [u8; 32]) -> [u8; 16] {
    let mut bytes = [0; 16];
    let mut at = 0;
    while at < 32 {
        let digit = if text[at] >= b'a' { text[at] - b'a' + 10 } else { text[at] - b'0' };
        bytes[at / 2] = bytes[at / 2] << 4 | digit;
        at += 1;
    }
    bytes
}

fn rfc_secret() -> SharedSecret {
    SharedSecret::of_any_length(Secret::from_text("xyzzy5461".into()))
}

fn secret() -> SharedSecret {
    SharedSecret::new(Secret::from_text("a secret for tests only".into())).unwrap()
}

/// A request, with the authenticator put where its place is, as a client builds it.
fn built(code: u8, attributes_given: &[(u8, &[u8])], shared: &SharedSecret) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes_given {
        push(&mut body, *kind, value);
    }
    let mut packet = vec![code, 7];
    packet.extend(((HEADER + body.len()) as u16).to_be_bytes());
    packet.extend([9; 16]);
    packet.extend(&body);
    let place = attributes(&body)
        .unwrap()
        .iter()
        .find(|attribute| attribute.kind == kind::MESSAGE_AUTHENTICATOR && attribute.value.len() == 16)
        .map(|attribute| HEADER + attribute.at);
    if let Some(at) = place {
        let right = shared.hmac(&[&packet]).unwrap();
        packet[at..at + 16].copy_from_slice(&right);
    }
    packet
}

/// Hides a password as RFC 2865 §5.2 says.
fn hidden(clear: &[u8], shared: &SharedSecret) -> Vec<u8> {
    let mut padded = clear.to_vec();
    padded.resize(clear.len().next_multiple_of(16).max(16), 0);
    let mut out: Vec<u8> = Vec::new();
    for block in padded.chunks(16) {
        let before = if out.is_empty() { vec![9; 16] } else { out[out.len() - 16..].to_vec() };
        let pad = shared.md5(&[None, Some(&before)]);
        out.extend(block.iter().zip(pad).map(|(clear, pad)| clear ^ pad));
    }
    out
}

const EMPTY: (u8, &[u8]) = (kind::MESSAGE_AUTHENTICATOR, &[0; 16]);

fn refused(packet: &[u8]) -> Option<Unusable> {
    Request::parse(packet, &secret()).err()
}

#[test]
fn the_password_of_the_example_in_the_norm_is_arctangent() {
    let hidden = hex(*b"0dbe708d93d413ce3196e43f782a0aee");
    let password = password::reveal(&hidden, &RFC_AUTHENTICATOR, &rfc_secret()).unwrap();
    assert_eq!(password.expose_text(), Some("arctangent"));
}

#[test]
fn the_answer_of_the_example_in_the_norm_has_its_authenticator() {
    let attributes = [6, 6, 0, 0, 0, 1, 15, 6, 0, 0, 0, 0, 14, 6, 192, 168, 1, 3];
    let head = [2, 0, 0, 0x26];
    let response = rfc_secret().md5(&[Some(&head), Some(&RFC_AUTHENTICATOR), Some(&attributes), None]);
    assert_eq!(response, hex(*b"86fe220e7624ba2a1005f6bf9b55e0b2"));
}

#[test]
fn a_request_is_read_as_it_was_sent() {
    let password = hidden(b"123456", &secret());
    let packet = built(
        code::ACCESS_REQUEST,
        &[
            (kind::USER_NAME, b"mara"),
            EMPTY,
            (kind::USER_PASSWORD, &password),
            (kind::STATE, b"state"),
            (kind::NAS_IDENTIFIER, b"vpn"),
            (kind::PROXY_STATE, b"one"),
            (kind::PROXY_STATE, b"two"),
        ],
        &secret(),
    );
    let padded = [&packet[..], b"padding"].concat();
    let request = Request::parse(&padded, &secret()).unwrap();
    assert_eq!((request.kind, request.user_name.as_deref()), (RequestKind::Access, Some("mara")));
    assert_eq!((request.state.as_deref(), request.client.as_deref()), (Some(&b"state"[..]), Some("vpn")));
    let Credential::Password(password) = &request.credential else { panic!("a password") };
    assert_eq!(password.expose_text(), Some("123456"));

    let answer =
        Answer { verdict: Verdict::Challenge { state: b"next".to_vec() }, message: Some("ü".repeat(200)) };
    let bytes = answer.datagram(&request, &secret()).unwrap();
    assert_eq!((bytes[0], bytes[1]), (code::ACCESS_CHALLENGE, 7));
    assert_eq!(usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), bytes.len());
    let list = attributes(&bytes[HEADER..]).unwrap();
    let kinds: Vec<u8> = list.iter().map(|attribute| attribute.kind).collect();
    assert_eq!(kinds, [80, 24, 18, 33, 33], "the authenticator is in front");
    assert_eq!((list[3].value, list[4].value), (&b"one"[..], &b"two"[..]));
    assert_eq!(std::str::from_utf8(list[2].value).unwrap().chars().count(), 126, "cut between characters");
    // As the client checks it: with the request's authenticator, and zeros in its own place.
    let mut asked = bytes.clone();
    asked[4..HEADER].fill(9);
    let at = HEADER + list[0].at;
    asked[at..at + 16].fill(0);
    assert_eq!(secret().hmac(&[&asked]).unwrap(), bytes[at..at + 16]);
    let response = secret().md5(&[Some(&bytes[..4]), Some(&[9; 16]), Some(&bytes[HEADER..]), None]);
    assert_eq!(response, bytes[4..HEADER]);
}

#[test]
fn what_nobody_with_the_secret_sent_is_thrown_away() {
    let good = |list: &[(u8, &[u8])]| built(code::ACCESS_REQUEST, list, &secret());
    let password = hidden(b"123456", &secret());
    let cases: [(&str, Vec<u8>, Unusable); 9] = [
        ("nothing", vec![], Unusable::Malformed),
        (
            "a length of less than the header",
            vec![1, 7, 0, 19].into_iter().chain([0; 16]).collect(),
            Unusable::Malformed,
        ),
        (
            "more announced than there is",
            vec![1, 7, 0, 40].into_iter().chain([0; 16]).collect(),
            Unusable::Malformed,
        ),
        ("no authenticator", good(&[(kind::USER_NAME, b"mara")]), Unusable::Unauthenticated),
        ("two authenticators", good(&[EMPTY, EMPTY]), Unusable::Malformed),
        ("a short one", good(&[(kind::MESSAGE_AUTHENTICATOR, &[0; 15])]), Unusable::Malformed),
        ("another secret", built(code::ACCESS_REQUEST, &[EMPTY], &rfc_secret()), Unusable::Forged),
        ("accounting", built(4, &[EMPTY], &secret()), Unusable::Code(4)),
        (
            "two passwords",
            good(&[EMPTY, (kind::USER_PASSWORD, &password), (kind::USER_PASSWORD, &password)]),
            Unusable::Malformed,
        ),
    ];
    for (what, packet, why) in cases {
        assert_eq!(refused(&packet), Some(why), "{what}");
    }
    for length in [0, 15, 17, 144] {
        let packet = good(&[EMPTY, (kind::USER_PASSWORD, &vec![1; length])]);
        assert_eq!(refused(&packet), Some(Unusable::Malformed), "{length}");
    }
    let nothing = Request::parse(&good(&[EMPTY]), &secret()).unwrap();
    assert!(matches!(nothing.credential, Credential::Password(password) if password.is_empty()));
    let chap = good(&[EMPTY, (kind::CHAP_PASSWORD, &[1; 17])]);
    assert!(matches!(Request::parse(&chap, &secret()).unwrap().credential, Credential::Other));
}

#[test]
fn an_attribute_that_runs_over_the_end_or_is_shorter_than_its_head_is_none() {
    for bytes in [&[1][..], &[1, 0], &[1, 1], &[1, 3], &[1, 2, 1]] {
        assert!(attributes(bytes).is_none(), "{bytes:?}");
    }
    assert_eq!(attributes(&[1, 2, 3, 3, 9]).unwrap().len(), 2);
}

#[test]
fn a_secret_that_can_be_guessed_is_not_taken() {
    let of = |length: usize| SharedSecret::new(Secret::new(vec![b'x'; length]));
    assert!(of(15).is_err() && of(16).is_ok());
}

#[test]
fn an_answer_that_does_not_fit_is_not_sent() {
    let mut list = vec![EMPTY];
    list.extend(std::iter::repeat_n((kind::PROXY_STATE, &[7; 250][..]), 16));
    let request = Request::parse(&built(code::ACCESS_REQUEST, &list, &secret()), &secret()).unwrap();
    let of = |message: usize| Answer { verdict: Verdict::Reject, message: Some("x".repeat(message)) };
    assert!(of(10).datagram(&request, &secret()).is_some());
    assert!(of(100).datagram(&request, &secret()).is_none());
}

proptest! {
    #[test]
    fn a_packet_with_any_bit_turned_over_is_not_taken(
        name in "[a-z]{1,40}", clear in prop::collection::vec(1_u8.., 0..100), bit in 0_usize..,
    ) {
        let password = hidden(&clear, &secret());
        let list = [(kind::USER_NAME, name.as_bytes()), (kind::USER_PASSWORD, &password), EMPTY];
        let mut packet = built(code::ACCESS_REQUEST, &list, &secret());
        let Credential::Password(read) = Request::parse(&packet, &secret()).unwrap().credential else {
            panic!("a password")
        };
        prop_assert_eq!(read.expose(), &clear[..]);
        let bit = bit % (packet.len() * 8);
        packet[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Request::parse(&packet, &secret()).is_err(), "bit {}", bit);
    }
}
