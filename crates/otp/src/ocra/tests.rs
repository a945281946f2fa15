use super::*;
use crate::{Algorithm, Counter};
use model::UnixTime;
use proptest::prelude::*;

fn seed() -> Seed {
    Seed::new(Secret::from_text("12345678901234567890".into())).unwrap()
}

fn input(challenge: &str) -> OcraInput<'_> {
    OcraInput {
        challenge,
        counter: Counter::new(0),
        pin: None,
        session: None,
        now: UnixTime::from_secs(1_206_446_760),
    }
}

#[test]
fn each_part_of_a_suite_is_read() {
    let suite: OcraSuite = "OCRA-1:HOTP-SHA512-10:C-QH64-PSHA256-S512-T48H".parse().unwrap();
    assert_eq!(suite.algorithm(), Algorithm::Sha512);
    assert_eq!(suite.output(), OcraOutput::Digits(10));
    assert!(suite.uses_counter());
    assert_eq!(suite.challenge(), Challenge { kind: ChallengeKind::Hexadecimal, longest: 64 });
    assert_eq!(suite.pin_hash(), Some(Algorithm::Sha256));
    assert_eq!(suite.session_bytes(), Some(512));
    assert_eq!(suite.period().map(|period| period.as_secs()), Some(48 * 3600));
    let plain: OcraSuite = "OCRA-1:HOTP-SHA1-0:QA04".parse().unwrap();
    assert_eq!((plain.output(), plain.uses_counter()), (OcraOutput::Whole, false));
    assert_eq!((plain.pin_hash(), plain.session_bytes(), plain.period()), (None, None, None));
}

#[test]
fn what_is_no_suite_is_refused_with_the_part_that_is_wrong() {
    use InvalidOcraSuite::{Function, Input, NotOcra1};
    let long = format!("OCRA-1:HOTP-SHA1-6:QN08{}", "-".repeat(1 << 20));
    for (text, why) in [
        ("", NotOcra1),
        ("OCRA-1", NotOcra1),
        ("OCRA-1:HOTP-SHA1-6", NotOcra1),
        ("OCRA-1:HOTP-SHA1-6:QN08:", NotOcra1),
        ("OCRA-2:HOTP-SHA1-6:QN08", NotOcra1),
        ("ocra-1:hotp-sha1-6:qn08", NotOcra1),
        (" OCRA-1:HOTP-SHA1-6:QN08", NotOcra1),
        (&long, NotOcra1),
        ("OCRA-1::QN08", Function),
        ("OCRA-1:HOTP-SHA1:QN08", Function),
        ("OCRA-1:HTOP-SHA1-6:QN08", Function),
        ("OCRA-1:HOTP-SHA3-6:QN08", Function),
        ("OCRA-1:HOTP-SHA-1-6:QN08", Function),
        ("OCRA-1:HOTP-SHA1-3:QN08", Function),
        ("OCRA-1:HOTP-SHA1-11:QN08", Function),
        ("OCRA-1:HOTP-SHA1-00:QN08", Function),
        ("OCRA-1:HOTP-SHA1-+6:QN08", Function),
        ("OCRA-1:HOTP-SHA1-6:", Input),
        ("OCRA-1:HOTP-SHA1-6:C", Input),
        ("OCRA-1:HOTP-SHA1-6:C-", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-C", Input),
        ("OCRA-1:HOTP-SHA1-6:QN8", Input),
        ("OCRA-1:HOTP-SHA1-6:QN03", Input),
        ("OCRA-1:HOTP-SHA1-6:QN65", Input),
        ("OCRA-1:HOTP-SHA1-6:QX08", Input),
        ("OCRA-1:HOTP-SHA1-6:Qä08", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-P", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-PMD5", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-PSHA1-PSHA1", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-S64", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-S000", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-S513", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T1M-S064", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T0H", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T01M", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T60S", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T49H", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T1D", Input),
        ("OCRA-1:HOTP-SHA1-6:QN08-T1ä", Input),
    ] {
        assert_eq!(text.parse::<OcraSuite>(), Err(why), "{text:.60}");
    }
}

#[test]
fn what_does_not_fit_the_suite_gets_no_answer() {
    let answer = |suite: &str, input: &OcraInput<'_>| ocra(&seed(), &suite.parse().unwrap(), input).err();
    for (suite, challenge, why) in [
        ("OCRA-1:HOTP-SHA1-6:QN08", "", CannotAnswer::NoChallenge),
        ("OCRA-1:HOTP-SHA1-6:QN08", "1234567x", CannotAnswer::BadCharacter),
        ("OCRA-1:HOTP-SHA1-6:QN08", "12345678ABCDEF", CannotAnswer::BadCharacter),
        ("OCRA-1:HOTP-SHA1-6:QN08", "12345678123456781", CannotAnswer::TooLong),
        ("OCRA-1:HOTP-SHA1-6:QH08", "12345g", CannotAnswer::BadCharacter),
        ("OCRA-1:HOTP-SHA1-6:QA08", "zoë", CannotAnswer::BadCharacter),
        ("OCRA-1:HOTP-SHA1-6:QN08-PSHA1", "12345678", CannotAnswer::NoPin),
        ("OCRA-1:HOTP-SHA1-6:QN08-S064", "12345678", CannotAnswer::NoSession),
    ] {
        assert_eq!(answer(suite, &input(challenge)), Some(why), "{suite} {challenge}");
    }
    let session = OcraInput { session: Some(&[7; 65]), ..input("12345678") };
    assert_eq!(answer("OCRA-1:HOTP-SHA1-6:QN08-S064", &session), Some(CannotAnswer::SessionTooLong));
    assert_eq!(answer("OCRA-1:HOTP-SHA1-6:QN08-S065", &session), None);
    assert_eq!(answer("OCRA-1:HOTP-SHA1-6:QN08", &input(&"1".repeat(1 << 20))), Some(CannotAnswer::TooLong));
}

#[test]
fn a_suite_without_truncation_answers_with_the_whole_hash() {
    let answer = ocra(&seed(), &"OCRA-1:HOTP-SHA1-0:QN08".parse().unwrap(), &input("00000000")).unwrap();
    assert_eq!(answer.len(), 40);
    assert!(answer.expose().iter().all(u8::is_ascii_hexdigit));
    // The same hash, cut as RFC 4226 §5.3 says, has to end in the digits of the suite with six. It is another suite,
    // so the hash is another; only the form is compared here.
    assert!(!answer.expose().iter().any(u8::is_ascii_lowercase));
}

proptest! {
    #[test]
    fn every_suite_that_can_be_written_is_read_back(
        algorithm in 0usize..3, digits in prop_oneof![Just(0u8), 4u8..=10], counter: bool, kind in 0usize..3,
        longest in 4u8..=64, pin in proptest::option::of(0usize..3), session in proptest::option::of(1u16..=512),
        period in proptest::option::of((1u8..=48, 0usize..3)),
    ) {
        let mut text = format!("OCRA-1:HOTP-{}-{digits}:", Algorithm::ALL[algorithm]);
        if counter { text.push_str("C-"); }
        text.push_str(&format!("Q{}{longest:02}", ["A", "N", "H"][kind]));
        if let Some(pin) = pin { text.push_str(&format!("-P{}", Algorithm::ALL[pin])); }
        if let Some(session) = session { text.push_str(&format!("-S{session:03}")); }
        if let Some((count, unit)) = period { text.push_str(&format!("-T{count}{}", ["S", "M", "H"][unit])); }
        let suite: OcraSuite = text.parse().unwrap();
        prop_assert_eq!(suite.to_string(), text);
        prop_assert_eq!(suite.uses_counter(), counter);
        prop_assert_eq!(suite.session_bytes(), session);
        prop_assert_eq!(suite.pin_hash(), pin.map(|pin| Algorithm::ALL[pin]));
    }

    #[test]
    fn any_text_is_judged_without_a_panic(text: String, input_part in "[CQNHAPSTM0-9-]{0,20}", challenge: String) {
        let _ = text.parse::<OcraSuite>();
        if let Ok(suite) = format!("OCRA-1:HOTP-SHA1-6:{input_part}").parse::<OcraSuite>() {
            let _ = ocra(&seed(), &suite, &input(&challenge));
        }
    }
}
