use super::{
    field::{digest, digest_field, signature_base},
    *,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use model::{MachineId, Secret, UnixTime};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde::Deserialize;
use std::time::Duration;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const SKEW: Duration = Duration::from_secs(300);
const NONCE: [u8; 16] = [5; 16];
const BODY: &[u8] = br#"{"attempt":"att_0","code":"123456"}"#;

fn key(seed: u64) -> SigningKey {
    SigningKey::random(&mut ChaCha20Rng::seed_from_u64(seed))
}

fn machine() -> KeyId {
    KeyId::Machine(MachineId::from_bytes([1; 16]))
}

fn request() -> RequestParts<'static> {
    RequestParts::new("POST", "countersign.example:8443", "/api/v1/signin/verify", "trace=1", BODY).unwrap()
}

fn received(headers: &SignedHeaders, signature: &str, edit: impl FnOnce(&mut [String; 3])) -> [String; 3] {
    let mut fields = [headers.signature_input.clone(), signature.to_owned(), headers.content_digest.clone()];
    edit(&mut fields);
    fields
}

fn view(fields: &[String; 3]) -> ReceivedHeaders<'_> {
    let [signature_input, signature, content_digest] = fields.each_ref().map(|field| Some(field.as_str()));
    ReceivedHeaders { signature_input, signature, content_digest }
}

fn signed() -> (SignedHeaders, [String; 3]) {
    let headers = sign_request(&key(1), machine(), NOW, NONCE, &request());
    let fields = received(&headers, &headers.signature.to_string(), |_| ());
    (headers, fields)
}

fn verify(fields: &[String; 3], request: &RequestParts<'_>) -> Result<VerifiedRequest, SignatureError> {
    verify_at(fields, request, NOW)
}

fn verify_at(
    fields: &[String; 3],
    request: &RequestParts<'_>,
    now: UnixTime,
) -> Result<VerifiedRequest, SignatureError> {
    parse_request_headers(&view(fields))?.verify(&key(1).verifying_key(), request, now, SKEW)
}

#[test]
fn ed25519_keys_sign_as_rfc_8032_says() {
    #[derive(Deserialize)]
    struct Vectors {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        secret_key: String,
        public_key: String,
        message: String,
        signature: String,
    }
    let vectors: Vectors = serde_json::from_str(include_str!("../../vectors/rfc8032-ed25519.json")).unwrap();
    assert_eq!(vectors.cases.len(), 3);
    for case in vectors.cases {
        let bytes = |text: &str| HEXLOWER.decode(text.as_bytes()).unwrap();
        let key = SigningKey::from_secret(&Secret::new(bytes(&case.secret_key))).unwrap();
        assert_eq!(key.verifying_key().to_bytes().to_vec(), bytes(&case.public_key));
        let signature = key.sign_raw(&bytes(&case.message));
        assert_eq!(signature.to_bytes().to_vec(), bytes(&case.signature));
        assert!(key.verifying_key().verifies_raw(&bytes(&case.message), &signature));
    }
}

#[test]
fn the_example_of_rfc_9421_comes_out_to_the_byte() {
    #[derive(Deserialize)]
    struct Vector {
        secret_key: String,
        public_key: VerifyingKey,
        components: Vec<(String, String)>,
        params: String,
        base: String,
        signature: SignatureValue,
    }
    let vector: Vector = serde_json::from_str(include_str!("../../vectors/rfc9421-b.2.6.json")).unwrap();
    let secret = Secret::new(BASE64URL_NOPAD.decode(vector.secret_key.as_bytes()).unwrap());
    let key = SigningKey::from_secret(&secret).unwrap();
    assert_eq!(key.verifying_key(), vector.public_key);
    let components: Vec<(&str, &str)> =
        vector.components.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let base = signature_base(&components, &vector.params);
    assert_eq!(String::from_utf8(base.clone()).unwrap(), vector.base);
    assert_eq!(key.sign_raw(&base), vector.signature);
    assert!(vector.public_key.verifies_raw(&base, &vector.signature));
}

#[test]
fn digests_are_those_of_rfc_9530() {
    #[derive(Deserialize)]
    struct Vectors {
        cases: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        body: String,
        content_digest: String,
    }
    let vectors: Vectors = serde_json::from_str(include_str!("../../vectors/rfc9530-digest.json")).unwrap();
    assert_eq!(vectors.cases.len(), 2);
    for case in vectors.cases {
        assert_eq!(digest_field(&digest(case.body.as_bytes())), case.content_digest);
    }
}

/// Other programs that speak this protocol can check themselves against these files.
#[test]
fn our_own_vectors_have_not_changed() {
    #[derive(Deserialize)]
    struct Vectors {
        machine_key: String,
        server_key: String,
        keyid: String,
        created: UnixTime,
        method: String,
        authority: String,
        path: String,
        query: String,
        body: String,
        request: Fields,
        status: u16,
        answer_body: String,
        answer: Fields,
    }
    #[derive(Deserialize, PartialEq, Debug)]
    struct Fields {
        signature_input: String,
        signature: String,
        content_digest: String,
    }
    impl From<SignedHeaders> for Fields {
        fn from(headers: SignedHeaders) -> Self {
            Self {
                signature_input: headers.signature_input,
                signature: headers.signature.to_string(),
                content_digest: headers.content_digest,
            }
        }
    }
    let v: Vectors = serde_json::from_str(include_str!("../../vectors/countersign-profile.json")).unwrap();
    let key = |text: &str| {
        SigningKey::from_secret(&Secret::new(HEXLOWER.decode(text.as_bytes()).unwrap())).unwrap()
    };
    let parts = RequestParts::new(&v.method, &v.authority, &v.path, &v.query, v.body.as_bytes()).unwrap();
    let request = sign_request(&key(&v.machine_key), v.keyid.parse().unwrap(), v.created, NONCE, &parts);
    let answer =
        sign_answer(&key(&v.server_key), v.created, v.status, v.answer_body.as_bytes(), &request.signature);
    assert_eq!(Fields::from(request), v.request);
    assert_eq!(Fields::from(answer), v.answer);
}

#[test]
fn a_signed_request_is_verified() {
    let (headers, fields) = signed();
    let unverified = parse_request_headers(&view(&fields)).unwrap();
    assert_eq!((unverified.keyid(), unverified.signature()), (machine(), headers.signature));
    let verified = verify(&fields, &request()).unwrap();
    assert_eq!((verified.keyid(), verified.created(), verified.nonce()), (machine(), NOW, NONCE));
    assert_eq!(verified.signature(), headers.signature);
    assert_eq!(verified.key(), key(1).verifying_key().fingerprint());
}

#[test]
fn altering_any_covered_part_breaks_the_signature() {
    let (_, fields) = signed();
    let parts = |method, authority, path, query, body| {
        verify(&fields, &RequestParts::new(method, authority, path, query, body).unwrap())
    };
    let (authority, path) = ("countersign.example:8443", "/api/v1/signin/verify");
    assert!(parts("POST", authority, path, "trace=1", BODY).is_ok());
    for altered in [
        parts("PUT", authority, path, "trace=1", BODY),
        parts("POST", "countersign.example", path, "trace=1", BODY),
        parts("POST", authority, "/api/v1/signin/begin", "trace=1", BODY),
        parts("POST", authority, path, "trace=2", BODY),
        parts("POST", authority, path, "", BODY),
    ] {
        assert_eq!(altered, Err(SignatureError::BadSignature));
    }
    assert_eq!(parts("POST", authority, path, "trace=1", b"{}"), Err(SignatureError::BadDigest));
}

#[test]
fn altering_any_parameter_breaks_the_signature() {
    let (headers, _) = signed();
    for (from, to) in [
        ("created=1800000000", "created=1800000001"),
        ("nonce=\"BQ", "nonce=\"Bg"),
        ("keyid=\"mch_0", "keyid=\"mch_1"),
    ] {
        assert!(headers.signature_input.contains(from), "{from} in {}", headers.signature_input);
        let fields = received(&headers, &headers.signature.to_string(), |fields| {
            fields[0] = fields[0].replacen(from, to, 1);
        });
        assert_eq!(verify(&fields, &request()), Err(SignatureError::BadSignature), "{to}");
    }
    // Exchanging body and digest together does not help.
    let fields = received(&headers, &headers.signature.to_string(), |fields| {
        fields[2] = digest_field(&digest(b"{}"));
    });
    let other =
        RequestParts::new("POST", "countersign.example:8443", "/api/v1/signin/verify", "trace=1", b"{}");
    assert_eq!(verify(&fields, &other.unwrap()), Err(SignatureError::BadSignature));
}

#[test]
fn parameters_may_come_in_any_order() {
    // RFC 9421 §2.3: the base takes them as received, so another order is signed and verified as such.
    let (headers, fields) = signed();
    let (covered, params) = headers.signature_input.split_once(';').unwrap();
    let mut params: Vec<&str> = params.split(';').collect();
    params.reverse();
    let reordered = format!("{covered};{}", params.join(";"));
    let components = [
        (r#""@method""#, "POST"),
        (r#""@authority""#, "countersign.example:8443"),
        (r#""@path""#, "/api/v1/signin/verify"),
        (r#""@query""#, "?trace=1"),
        (r#""content-digest""#, headers.content_digest.as_str()),
    ];
    let base = signature_base(&components, reordered.strip_prefix("sig=").unwrap());
    let signature = key(1).sign_raw(&base).to_string();
    let [_, old_signature, digest] = fields;
    assert!(verify(&[reordered.clone(), signature, digest.clone()], &request()).is_ok());
    let stale = verify(&[reordered, old_signature, digest], &request());
    assert_eq!(stale, Err(SignatureError::BadSignature));
}

#[test]
fn another_machines_key_does_not_fit() {
    let (_, fields) = signed();
    let unverified = parse_request_headers(&view(&fields)).unwrap();
    let result = unverified.verify(&key(2).verifying_key(), &request(), NOW, SKEW);
    assert_eq!(result, Err(SignatureError::BadSignature));
}

#[test]
fn a_join_is_verified_with_the_key_it_names_alone() {
    let (ours, other) = (key(1), key(2));
    let keyid = KeyId::New(other.verifying_key().fingerprint());
    let headers = sign_request(&ours, keyid, NOW, NONCE, &request());
    let fields = received(&headers, &headers.signature.to_string(), |_| ());
    assert_eq!(verify(&fields, &request()), Err(SignatureError::BadSignature));
    let keyid = KeyId::New(ours.verifying_key().fingerprint());
    let headers = sign_request(&ours, keyid, NOW, NONCE, &request());
    let fields = received(&headers, &headers.signature.to_string(), |_| ());
    assert_eq!(verify(&fields, &request()).unwrap().keyid(), keyid);
}

#[test]
fn only_the_true_machine_learns_that_its_clock_is_off() {
    let (_, fields) = signed();
    for (now, server_ahead) in
        [(NOW.shifted(301), 301), (NOW.shifted(-301), -301), (UnixTime::from_secs(0), -1_800_000_000)]
    {
        assert_eq!(verify_at(&fields, &request(), now), Err(SignatureError::ClockOff { server_ahead }));
        let unverified = parse_request_headers(&view(&fields)).unwrap();
        let stranger = unverified.verify(&key(2).verifying_key(), &request(), now, SKEW);
        assert_eq!(stranger, Err(SignatureError::BadSignature));
    }
    for now in [NOW.shifted(300), NOW.shifted(-300)] {
        assert!(verify_at(&fields, &request(), now).is_ok());
    }
}

#[test]
fn a_field_that_is_missing_is_told_from_one_that_is_malformed() {
    let (_, fields) = signed();
    let whole = view(&fields);
    for headers in [
        ReceivedHeaders { signature_input: None, ..whole },
        ReceivedHeaders { signature: None, ..whole },
        ReceivedHeaders { content_digest: None, ..whole },
    ] {
        assert_eq!(parse_request_headers(&headers).err(), Some(SignatureError::Missing));
    }
    let long = "a".repeat(MAX_HEADER + 1);
    for headers in [
        ReceivedHeaders { signature_input: Some(&long), ..whole },
        ReceivedHeaders { signature: Some(&long), ..whole },
        ReceivedHeaders { content_digest: Some(&long), ..whole },
        ReceivedHeaders { signature_input: Some(""), ..whole },
        ReceivedHeaders { signature: Some("sig=::"), ..whole },
        ReceivedHeaders { content_digest: Some("sha-512=:AA==:"), ..whole },
    ] {
        assert_eq!(parse_request_headers(&headers).err(), Some(SignatureError::Malformed));
    }
}

#[test]
fn fields_in_another_form_are_refused() {
    let (headers, _) = signed();
    for (from, to) in [
        // Components: fewer, another order, more.
        (r#" "@query""#, ""),
        (r#""@method" "@authority""#, r#""@authority" "@method""#),
        (r#""@method""#, r#""@method" "host""#),
        // Parameters: missing, twice, unknown, of another type.
        (";created=1800000000", ""),
        (";created=1800000000", ";created=1800000000;created=1800000000"),
        (";created=1800000000", ";created=\"1800000000\""),
        (";created=1800000000", ";created=-1"),
        (";created=1800000000", ";created=01"),
        (";created=1800000000", ";created=1000000000000000"),
        (";created=1800000000", ";created=1800000000;expires=1800000001"),
        (";nonce=", ";nonc="),
        (";nonce=\"BQUF", ";nonce=\""),
        (";keyid=\"mch_", ";keyid=\"per_"),
        (";keyid=\"mch_", ";keyid=\"\\\"mch_"),
        ("ed25519", "rsa-pss-sha512"),
        ("countersign-request", "countersign-answer"),
        // Labels and members.
        ("sig=", "sig1="),
        ("sig=", " sig="),
        (";tag", "; tag"),
        (";tag", ", sig2=();tag"),
    ] {
        let fields = received(&headers, &headers.signature.to_string(), |fields| {
            assert!(fields[0].contains(from), "{from}");
            fields[0] = fields[0].replacen(from, to, 1);
        });
        let error = parse_request_headers(&view(&fields)).err();
        assert_eq!(error, Some(SignatureError::Malformed), "{from} to {to}");
    }
}

#[test]
fn parts_that_could_pass_for_two_lines_are_refused() {
    let new = |method, authority, path, query| RequestParts::new(method, authority, path, query, b"").err();
    for error in [
        new("", "a", "/", ""),
        new("PO ST", "a", "/", ""),
        new("POST", "", "/", ""),
        new("POST", "a\n\"@path\": /x", "/", ""),
        new("POST", "a", "/\r\n", ""),
        new("POST", "a", "x", ""),
        new("POST", "a", "/\u{e9}", ""),
        new("POST", "a", "/", "a b"),
    ] {
        assert_eq!(error, Some(SignatureError::Malformed));
    }
    let oversize = vec![0; MAX_BODY + 1];
    assert!(RequestParts::new("POST", "a", "/", "", &oversize[1..]).is_ok());
    assert_eq!(RequestParts::new("POST", "a", "/", "", &oversize).err(), Some(SignatureError::Malformed));
}

#[test]
fn the_same_address_written_in_another_way_verifies() {
    let parts = |authority, path| RequestParts::new("GET", authority, path, "", b"").unwrap();
    let headers = sign_request(&key(1), machine(), NOW, NONCE, &parts("Countersign.Example:443", ""));
    let fields = received(&headers, &headers.signature.to_string(), |_| ());
    assert!(verify(&fields, &parts("countersign.example", "/")).is_ok());
}

#[derive(Deserialize, PartialEq, Debug)]
struct Verdict {
    accepted: bool,
}

const ANSWER: &[u8] = br#"{"accepted":true}"#;

fn answered(request: &SignatureValue) -> [String; 3] {
    let headers = sign_answer(&key(9), NOW, 200, ANSWER, request);
    received(&headers, &headers.signature.to_string(), |_| ())
}

fn check(
    fields: &[String; 3],
    status: u16,
    body: &[u8],
    request: &SignatureValue,
) -> Result<(), AnswerError> {
    let trusted = [key(8).verifying_key(), key(9).verifying_key()];
    verify_answer(&trusted, &view(fields), status, body, request).map(|_| ())
}

#[test]
fn an_answer_says_what_the_server_said() {
    let (headers, _) = signed();
    let fields = answered(&headers.signature);
    let trusted = [key(9).verifying_key()];
    let proof = verify_answer(&trusted, &view(&fields), 200, ANSWER, &headers.signature).unwrap();
    assert_eq!((proof.status(), proof.created()), (200, NOW));
    assert_eq!(proof.key(), trusted[0].fingerprint());
    let verdict: Authentic<Verdict> = proof.parse().unwrap();
    assert!(verdict.accepted);
    assert_eq!(verdict.into_inner(), Verdict { accepted: true });
}

#[test]
fn the_answer_to_another_request_is_refused() {
    let (headers, _) = signed();
    let other = sign_request(&key(1), machine(), NOW, [6; 16], &request());
    let fields = answered(&other.signature);
    assert_eq!(check(&fields, 200, ANSWER, &headers.signature), Err(AnswerError::BadSignature));
    assert_eq!(check(&fields, 200, ANSWER, &other.signature), Ok(()));
}

#[test]
fn altering_any_part_of_an_answer_is_noticed() {
    let (headers, _) = signed();
    let request = &headers.signature;
    let fields = answered(request);
    assert_eq!(check(&fields, 201, ANSWER, request), Err(AnswerError::BadSignature));
    let body = br#"{"accepted":null}"#;
    assert_eq!(check(&fields, 200, body, request), Err(AnswerError::BadDigest));
    let edited = |at: usize, from: &str, to: &str| {
        let mut fields = fields.clone();
        assert!(fields[at].contains(from));
        fields[at] = fields[at].replacen(from, to, 1);
        check(&fields, 200, ANSWER, request)
    };
    assert_eq!(edited(0, "1800000000", "1800000001"), Err(AnswerError::BadSignature));
    assert_eq!(edited(0, "countersign-answer", "countersign-request"), Err(AnswerError::Malformed));
    assert_eq!(edited(0, ";req", ""), Err(AnswerError::Malformed));
    let other = sign_answer(&key(9), NOW, 200, body, request).content_digest;
    assert_eq!(edited(2, &fields[2], &other), Err(AnswerError::BadSignature));
}

#[test]
fn a_server_with_another_key_is_named() {
    let (headers, _) = signed();
    let fields = answered(&headers.signature);
    let result = verify_answer(&[key(8).verifying_key()], &view(&fields), 200, ANSWER, &headers.signature);
    assert_eq!(result.err(), Some(AnswerError::UnknownKey(key(9).verifying_key().fingerprint())));
}

#[test]
fn an_unsigned_or_oversize_answer_is_refused() {
    let (headers, _) = signed();
    let none = ReceivedHeaders::default();
    let unsigned = verify_answer(&[], &none, 200, ANSWER, &headers.signature);
    assert_eq!(unsigned.err(), Some(AnswerError::Missing));
    let body = vec![b' '; MAX_BODY + 1];
    let signed = sign_answer(&key(9), NOW, 200, &body, &headers.signature);
    let fields = received(&signed, &signed.signature.to_string(), |_| ());
    assert_eq!(check(&fields, 200, &body, &headers.signature), Err(AnswerError::Malformed));
}

#[test]
fn an_authentic_body_of_another_form_says_where_and_not_what() {
    let (headers, _) = signed();
    let body = br#"{"accepted":"hush"}"#;
    let signed = sign_answer(&key(9), NOW, 200, body, &headers.signature);
    let fields = received(&signed, &signed.signature.to_string(), |_| ());
    let trusted = [key(9).verifying_key()];
    let proof = verify_answer(&trusted, &view(&fields), 200, body, &headers.signature).unwrap();
    let error = proof.parse::<Verdict>().unwrap_err().to_string();
    assert!(error.contains("line 1, column 18") && !error.contains("hush"), "{error}");
}

#[test]
fn a_request_is_no_answer_and_an_answer_no_request() {
    let (headers, fields) = signed();
    assert_eq!(check(&fields, 200, BODY, &headers.signature), Err(AnswerError::Malformed));
    let error = parse_request_headers(&view(&answered(&headers.signature))).err();
    assert_eq!(error, Some(SignatureError::Malformed));
}

#[test]
fn a_signature_for_one_purpose_fits_no_other() {
    let key = key(1);
    let signature = key.sign("audit", b"message");
    assert!(key.verifying_key().verifies("audit", b"message", &signature));
    assert!(!key.verifying_key().verifies("audi", b"tmessage", &signature));
    assert!(!key.verifying_key().verifies("statement", b"message", &signature));
}

#[test]
fn keys_that_verify_anything_are_refused() {
    let mut one = [0; 32];
    one[0] = 1;
    assert_eq!(VerifyingKey::from_bytes(&one), Err(InvalidKey::Weak));
    assert_eq!(VerifyingKey::from_bytes(&[2; 32]), Err(InvalidKey::Malformed));
    assert!(SigningKey::from_secret(&Secret::new(vec![1; 31])).is_err());
}

#[test]
fn a_private_key_does_not_print_itself() {
    assert_eq!(format!("{:?}", key(1)), "SigningKey(…)");
}

#[test]
fn text_forms_round_trip_and_have_no_second_spelling() {
    let key = key(1).verifying_key();
    assert_eq!(key.to_string().parse(), Ok(key));
    assert_eq!(key.fingerprint().to_string().parse(), Ok(key.fingerprint()));
    for keyid in [machine(), KeyId::New(key.fingerprint())] {
        assert_eq!(keyid.to_string().parse(), Ok(keyid));
    }
    assert!(format!("{key}=").parse::<VerifyingKey>().is_err());
    assert!(key.fingerprint().to_string().to_uppercase().parse::<Fingerprint>().is_err());
    assert!(format!("new:{}", &key.fingerprint().to_string()[1..]).parse::<KeyId>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_request_round_trips_and_no_signature_bit_may_change(
        method in "[A-Z]{1,7}", authority in "[a-zA-Z0-9.-]{1,30}(:[0-9]{1,5})?", path in "(/[a-z0-9_%.-]{0,9}){0,4}",
        query in "[a-z0-9=&%]{0,20}", body in prop::collection::vec(any::<u8>(), 0..200),
        created in 0..1_000_000_000_000_000_u64, nonce in any::<[u8; 16]>(), bit in 0..512_usize,
    ) {
        let created = UnixTime::from_secs(created);
        let parts = RequestParts::new(&method, &authority, &path, &query, &body).unwrap();
        let headers = sign_request(&key(1), machine(), created, nonce, &parts);
        let fields = received(&headers, &headers.signature.to_string(), |_| ());
        prop_assert_eq!(verify_at(&fields, &parts, created).map(|verified| verified.nonce()), Ok(nonce));
        let mut bytes = headers.signature.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let fields = received(&headers, &SignatureValue::from_bytes(bytes).to_string(), |_| ());
        prop_assert_eq!(verify_at(&fields, &parts, created), Err(SignatureError::BadSignature));
    }

    #[test]
    fn whatever_stands_in_the_fields_gets_an_answer(input in "(sig=)?.{0,200}", value in ".{0,100}", digest in ".{0,60}") {
        let fields = [input, value, digest];
        prop_assert!(verify(&fields, &request()).is_err());
    }
}
