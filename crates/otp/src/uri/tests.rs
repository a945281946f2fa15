use super::*;
use crate::{Algorithm, Counter, Digits, Period, TokenKind};
use model::Secret;
use proptest::prelude::*;

fn token(issuer: &str, account: &str) -> TokenUri {
    TokenUri {
        issuer: Some(issuer.to_owned()).filter(|issuer| !issuer.is_empty()),
        account: account.to_owned(),
        label: None,
        seed: Seed::new(Secret::from_text("12345678901234567890".into())).unwrap(),
        parameters: TokenParameters::default(),
    }
}

/// What stands in the URI besides the seed.
fn names(uri: &Secret) -> String {
    uri.expose_text().unwrap().replace("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "S")
}

#[test]
fn default_parameters_are_left_out_and_others_written() {
    let mut token = token("Countersign", "mara@corp.example");
    assert_eq!(
        names(&token.write()),
        "otpauth://totp/Countersign:mara@corp.example?secret=S&issuer=Countersign"
    );
    let period = Period::from_secs(2).unwrap();
    token.parameters = TokenParameters {
        algorithm: Algorithm::Sha512,
        digits: Digits::EIGHT,
        kind: TokenKind::Totp { period },
    };
    token.account = "CORP\\Zoë & co".to_owned();
    assert_eq!(
        names(&token.write()),
        "otpauth://totp/Countersign:CORP%5CZo%C3%AB%20%26%20co?secret=S&issuer=Countersign\
         &algorithm=SHA512&digits=8&period=2"
    );
    token.parameters =
        TokenParameters { kind: TokenKind::Hotp { counter: Counter::new(0) }, ..Default::default() };
    token.issuer = None;
    token.account = "a:b".to_owned();
    assert_eq!(names(&token.write()), "otpauth://hotp/:a%3Ab?secret=S&counter=0");
}

#[test]
fn names_are_shortened_in_the_documented_order() {
    // With an issuer and the seed of 20 bytes, 64 bytes are taken; the issuer counts twice.
    for (room, issuer, account, expected) in [
        (20, "Acme", "mara@corp.de", "Acme:mara@corp.de"),
        (19, "Acme", "mara@corp.de", "Acme:mara@corp.d"),
        (14, "Acme", "mara@corp.de", "Acme:mara@c"),
        (13, "Acme", "mara@corp.de", "Acme:mara"),
        (12, "Acme", "mara@corp.de", "Acme:mara"),
        (11, "Acme", "mara@corp.de", "Acme:mar"),
        (9, "Acme", "mara@corp.de", "Acme:m"),
        (8, "Acme", "mara@corp.de", "Acm:m"),
        (3, "Acme", "mara@corp.de", "A:m"),
        (2, "Acme", "mara@corp.de", "A:"),
        (1, "Acme", "mara@corp.de", ""),
        (19, "Acme", "CORP\\mara", "Acme:CORP%5Cmara"),
        (18, "Acme", "CORP\\mara", "Acme:COR%5Cmara"),
        (15, "Acme", "CORP\\mara", "Acme:mara"),
        (17, "Acme", "mära@x", "Acme:m%C3%A4ra"),
        (16, "Acme", "mära@x", "Acme:m%C3%A4r"),
        (14, "Acme", "mära@x", "Acme:m"),
        (13, "Acme", "a b", "Acme:a%20b"),
        (12, "Acme", "a b", "Acme:a"),
        (13, "A C", "m", "A%20C:m"),
        (10, "A C", "m", "A:m"),
        (0, "", "mara@corp.de", "mara"),
    ] {
        let uri =
            token(issuer, account).write_within(64 + room - if issuer.is_empty() { 4 } else { 0 }).unwrap();
        let uri = names(&uri);
        let label = uri.strip_prefix("otpauth://totp/").unwrap().split('?').next().unwrap();
        assert_eq!(label, expected, "{room} {account}");
        if let Some((issuer, _)) = expected.split_once(':') {
            assert!(uri.ends_with(&format!("&issuer={issuer}")), "{uri}");
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    assert_eq!(token("Acme", "mara").write_within(55).map(|uri| uri.len()), Ok(55));
    assert_eq!(token("Acme", "mara").write_within(54).err(), Some(CannotWriteUri::LimitTooSmall));
    let weak = TokenUri { seed: Seed::new(Secret::new(vec![7; 15])).unwrap(), ..token("Acme", "mara") };
    assert_eq!(weak.write_within(1000).err(), Some(CannotWriteUri::SeedTooShort));
    assert_eq!(TokenUri::read(weak.write().expose_text().unwrap()).unwrap().seed, weak.seed);
}

#[test]
fn neither_errors_nor_debug_output_hold_the_secret() {
    let uri = token("Acme", "mara").write();
    let uri = uri.expose_text().unwrap();
    let read = TokenUri::read(uri).unwrap();
    let mut said = format!("{read:?}");
    for (from, to) in
        [("otpauth", "otpaut"), ("totp", "motp"), ("GEZD", "GE0D"), ("&issuer", "&digits=5&issuer")]
    {
        let error = TokenUri::read(&uri.replacen(from, to, 1)).unwrap_err();
        said.push_str(&format!("{error} {error:?}"));
    }
    assert!(!said.contains("GNBVGY3TQOJQ") && !said.contains("49, 50, 51"), "{said}");
}

#[test]
fn oversize_input_is_not_looked_at() {
    let uri = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&x=";
    let padded = |length: usize| format!("{uri}{}", "y".repeat(length - uri.len()));
    assert!(TokenUri::read(&padded(4096)).is_ok());
    assert_eq!(TokenUri::read(&padded(4097)), Err(InvalidUri::TooLong));
}

fn parameters() -> impl Strategy<Value = TokenParameters> {
    let kind = prop_oneof![
        Just(TokenKind::default()),
        (1..=u32::MAX).prop_map(|secs| TokenKind::Totp { period: Period::from_secs(secs).unwrap() }),
        any::<u64>().prop_map(|value| TokenKind::Hotp { counter: Counter::new(value) }),
    ];
    (0usize..3, Digits::MIN..=Digits::MAX, kind).prop_map(|(algorithm, digits, kind)| TokenParameters {
        algorithm: Algorithm::ALL[algorithm],
        digits: Digits::new(digits).unwrap(),
        kind,
    })
}

/// Names with everything that has a meaning in a URI, trimmed as reading trims them.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z.@]{0,40}",
        "[ a-c:%#?&=+/@\\\\3Aä€👩\u{200D}\u{301}]{0,40}",
        any::<String>(),
        Just("null".to_owned()),
        Just("x period=60 secret=AAAAAAAAAAAAAAAA".to_owned()),
    ]
    .prop_map(|text| text.trim().to_owned())
}

proptest! {
    #[test]
    fn tokens_survive_their_uri(
        issuer in name(),
        account in name(),
        bytes in prop::collection::vec(any::<u8>(), Seed::MIN_BYTES..=64),
        parameters in parameters(),
    ) {
        let seed = Seed::new(Secret::new(bytes)).unwrap();
        let token = TokenUri { seed, parameters, ..token(&issuer, &account) };
        let uri = token.write();
        prop_assume!(uri.len() <= 4096);
        let read = TokenUri::read(uri.expose_text().unwrap()).unwrap();
        prop_assert_eq!(TokenUri { label: None, ..read }, token);
    }

    #[test]
    fn every_totp_token_fits_the_screen_and_keeps_its_seed(issuer in name(), account in name(), parameters in parameters()) {
        let token = TokenUri { parameters, ..token(&issuer, &account) };
        if let TokenKind::Hotp { .. } = parameters.kind {
            return Ok(());
        }
        let uri = token.write_within(TokenUri::SCREEN_LIMIT).unwrap();
        prop_assert!(uri.len() <= TokenUri::SCREEN_LIMIT);
        let read = TokenUri::read(uri.expose_text().unwrap()).unwrap();
        prop_assert_eq!(&read.seed, &token.seed);
        prop_assert_eq!(read.parameters, token.parameters);
        prop_assert!(issuer.starts_with(read.issuer.as_deref().unwrap_or_default()));
        if token.write().len() <= TokenUri::SCREEN_LIMIT {
            prop_assert_eq!(uri, token.write());
        }
    }

    #[test]
    fn any_text_is_judged_without_a_panic(text: String, label: String, query in "([a-z]{0,9}[ =&%]){0,9}") {
        let _ = TokenUri::read(&text);
        let _ = TokenUri::read(&format!("otpauth://totp/{label}?secret=GEZDGNBVGY3TQOJQ&{query}"));
    }
}
