//! Files of hardware tokens: the norm's, those of makers, broken ones, and those made to do harm.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

use countersign_hardware::{
    BadLine, CannotRead, FileKey, FileRead, Format, HardwareToken, MAX_BYTES, MAX_TOKENS, Note, Options,
    Problem, read,
};
use model::Secret;
use otp::{Algorithm, Counter, Digits, Period, TokenKind, hotp};
use std::time::{Duration, Instant};

const SEED: &[u8] = b"12345678901234567890";

fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

fn open(text: &str, key: Option<FileKey>) -> Result<FileRead, CannotRead> {
    read(&secret(text), &Options { key, ..Options::default() })
}

#[track_caller]
fn good(text: &str) -> Vec<HardwareToken> {
    let read = open(text, None).unwrap();
    assert_eq!(read.bad, []);
    read.tokens
}

/// Line and problem of each line that is bad.
#[track_caller]
fn bad(text: &str) -> Vec<(u64, Problem)> {
    open(text, None).unwrap().bad.into_iter().map(|BadLine { line, problem, .. }| (line, problem)).collect()
}

fn counter(token: &HardwareToken) -> u64 {
    match token.parameters.kind {
        TokenKind::Hotp { counter } => counter.value(),
        TokenKind::Totp { .. } => panic!("a token with a clock"),
    }
}

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../vectors/", $name, ".xml"))
    };
}

fn key_of_figure_6() -> FileKey {
    FileKey::Key(Secret::new(vec![
        0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12,
    ]))
}

#[test]
fn the_norms_examples_in_the_clear_are_read() {
    // Four bytes of a key are enough for an example.
    let figure_2 = good(vector!("rfc6030-figure2"));
    assert_eq!((figure_2[0].serial.as_str(), figure_2[0].seed.expose()), ("12345678", &b"1234"[..]));
    assert_eq!(figure_2[0].notes, [Note::WeakKey { bits: 32 }]);

    let figure_3 = good(vector!("rfc6030-figure3"));
    let token = &figure_3[0];
    assert_eq!((token.serial.as_str(), token.maker.as_str()), ("987654321", "Manufacturer"));
    assert_eq!((token.seed.expose(), token.parameters.digits, counter(token)), (SEED, Digits::EIGHT, 0));
    assert_eq!(token.parameters.algorithm, Algorithm::Sha1);

    // A key with a PIN that is a package of its own.
    let figure_5 = open(vector!("rfc6030-figure5"), None).unwrap();
    assert_eq!((figure_5.tokens.len(), figure_5.tokens[0].notes.as_slice()), (1, &[Note::PinPolicy][..]));
    assert!(matches!(figure_5.bad[0].problem, Problem::Digits | Problem::Kind(_)), "{:?}", figure_5.bad);

    // Bulk; the last two are one device.
    let figure_10 = open(vector!("rfc6030-figure10"), None).unwrap();
    assert_eq!(
        figure_10.tokens.iter().map(|token| token.serial.as_str()).collect::<Vec<_>>(),
        ["654321", "123456", "9999999"]
    );
    assert_eq!(
        figure_10.tokens[0].notes,
        [Note::ValidFrom("2006-05-01T00:00:00Z".into()), Note::ValidUntil("2006-05-31T00:00:00Z".into())]
    );
    assert_eq!(figure_10.bad[0].problem, Problem::SameSerial { first: figure_10.tokens[2].line });
}

#[test]
fn the_norms_example_with_a_key_is_read_with_that_key_and_no_other() {
    let file = vector!("rfc6030-figure6");
    let token = &open(file, Some(key_of_figure_6())).unwrap().tokens[0];
    assert_eq!((token.seed.expose(), token.parameters.digits), (SEED, Digits::EIGHT));
    assert_eq!(bad(file), [(21, Problem::Encrypted)]);
    let wrong = open(file, Some(FileKey::Key(Secret::new(vec![1; 16])))).unwrap();
    assert!(matches!(wrong.bad[0].problem, Problem::Undecryptable | Problem::MacMismatch), "{:?}", wrong.bad);
    let short = open(file, Some(FileKey::Key(Secret::new(vec![1; 5])))).unwrap();
    assert_eq!(short.bad[0].problem, Problem::OtherKeyLength { expected: 16, given: 5 });
    assert!(matches!(open(file, Some(FileKey::Password(secret("qwerty")))), Err(CannotRead::OtherKey(_))));
}

#[test]
fn the_norms_example_with_a_password_is_read_with_that_password_and_no_other() {
    let file = vector!("rfc6030-figure7");
    let token = &open(file, Some(FileKey::Password(secret("qwerty")))).unwrap().tokens[0];
    assert_eq!((token.serial.as_str(), token.seed.expose()), ("987654321", SEED));
    for password in ["qwertz", ""] {
        let wrong = open(file, Some(FileKey::Password(secret(password)))).unwrap();
        assert!(
            matches!(wrong.bad[0].problem, Problem::Undecryptable | Problem::MacMismatch),
            "{:?}",
            wrong.bad
        );
    }
    assert!(matches!(open(file, Some(key_of_figure_6())), Err(CannotRead::OtherKey(_))));
    // Nobody waits for hours because a file says so.
    let slow = file.replace(">1000<", ">4000000000<");
    let slow = open(&slow, Some(FileKey::Password(secret("qwerty"))));
    assert!(matches!(slow, Err(CannotRead::Derivation(_))), "{slow:?}");
}

#[test]
fn longer_keys_another_check_value_and_an_encrypted_counter_are_read() {
    let file = vector!("aes256-hmac-sha256");
    let token = &open(file, Some(FileKey::Key(Secret::new((0..32).collect())))).unwrap().tokens[0];
    assert_eq!((token.serial.as_str(), token.maker.as_str()), ("ABC-1", "Maker T1"));
    assert_eq!((token.seed.expose(), counter(token)), (&b"12345678901234567890123456789012"[..], 5));
    assert_eq!(token.parameters.algorithm, Algorithm::Sha256);
}

#[test]
fn a_changed_byte_of_what_is_encrypted_and_a_missing_check_value_are_noticed() {
    let file = vector!("rfc6030-figure6");
    // The last block alone: without the check value, another key would come out of it.
    let changed = file.replace(
        "AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv",
        "AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGw",
    );
    assert_ne!(changed, file);
    // The first byte of the vector turns one bit of the key around, and nothing else would tell.
    let flipped = file.replace("AAECAwQFBgcICQoLDA0OD+cI", "gAECAwQFBgcICQoLDA0OD+cI");
    assert_ne!(flipped, file);
    for file in [changed, flipped] {
        assert_eq!(open(&file, Some(key_of_figure_6())).unwrap().bad[0].problem, Problem::MacMismatch);
    }
    let (start, end) =
        (file.find("<ValueMAC>").unwrap(), file.find("</ValueMAC>").unwrap() + "</ValueMAC>".len());
    let without = format!("{}{}", &file[..start], &file[end..]);
    assert_eq!(open(&without, Some(key_of_figure_6())).unwrap().bad[0].problem, Problem::NoMac);
    let (start, end) =
        (file.find("<MACMethod").unwrap(), file.find("</MACMethod>").unwrap() + "</MACMethod>".len());
    let without = format!("{}{}", &file[..start], &file[end..]);
    assert_eq!(open(&without, Some(key_of_figure_6())).unwrap().bad[0].problem, Problem::NoMac);
    let other = file.replace("xmldsig#hmac-sha1", "xmldsig#hmac-md5");
    assert!(matches!(open(&other, Some(key_of_figure_6())).unwrap().bad[0].problem, Problem::Cipher(_)));
    let other = file.replace("xmlenc#aes128-cbc", "xmlenc#tripledes-cbc");
    assert!(matches!(open(&other, Some(key_of_figure_6())).unwrap().bad[0].problem, Problem::Cipher(_)));
}

fn package(serial: &str, rest: &str) -> String {
    format!(
        "<KeyPackage><DeviceInfo><SerialNo>{serial}</SerialNo></DeviceInfo>\n<Key Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:totp\">{rest}</Key></KeyPackage>\n"
    )
}

fn container(packages: &str) -> String {
    format!(
        "<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\">\n{packages}</KeyContainer>"
    )
}

const DATA: &str = "<Data><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret><TimeInterval><PlainValue>60</PlainValue></TimeInterval></Data>";

#[test]
fn a_package_that_is_broken_is_told_with_its_line_and_the_others_are_read() {
    let file = container(
        &[
            package("ft-1", DATA),
            package("ft-2", ""),
            package("ft-3", &DATA.replace("MTIz", "M*Iz")),
            package("ft-4", &DATA.replace(">60<", ">0<")),
            package("", DATA),
            package("ft 6", DATA),
            "<KeyPackage/>\n".to_owned(),
            package("ft-8", DATA).replace(":totp", ":ocra"),
            package("FT-1", DATA),
            package("ft-9", DATA),
        ]
        .concat(),
    );
    let read = open(&file, None).unwrap();
    let serials: Vec<_> = read.tokens.iter().map(|token| (token.line, token.serial.as_str())).collect();
    assert_eq!(serials, [(2, "FT-1"), (19, "FT-9")]);
    assert_eq!(read.tokens[0].parameters.kind, TokenKind::Totp { period: Period::from_secs(60).unwrap() });
    let bad: Vec<_> = read.bad.iter().map(|bad| (bad.line, bad.problem.to_string())).collect();
    let expected = [
        (4, "it has no key"),
        (6, "its key is not base64"),
        (8, "its period has to be 10 to 600 seconds"),
        (10, "it names no serial"),
        (12, "a serial has 1 to 40 visible ASCII characters"),
        (14, "it has no key"),
        (15, "it is of a kind that is not supported: urn:ietf:params:xml:ns:keyprov:pskc:ocra"),
        (17, "line 2 has the same serial"),
    ];
    assert_eq!(bad, expected.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn entities_that_grow_are_refused_and_so_is_every_document_type() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE KeyContainer SYSTEM \"file:///etc/passwd\">";
    for head in [bomb, outside] {
        let file = format!("{head}{}", container(&package("&b;", DATA)));
        let refused = open(&file, None);
        assert!(
            matches!(&refused, Err(CannotRead::Xml { problem, .. }) if problem.contains("document type")),
            "{refused:?}"
        );
    }
    assert!(matches!(open(&container(&package("&x;", DATA)), None), Err(CannotRead::Xml { .. })));
    // The five of XML are none of a document type.
    assert_eq!(good(&container(&package("A&amp;B", DATA)))[0].serial.as_str(), "A&B");
}

#[test]
fn what_is_too_long_is_refused_at_once() {
    let start = Instant::now();
    let long = " ".repeat(MAX_BYTES + 1);
    assert_eq!(open(&long, None).unwrap_err(), CannotRead::TooLong);
    let rows: String =
        (0..=MAX_TOKENS).map(|n| format!("S{n},3132333435363738393031323334353637383930\n")).collect();
    assert_eq!(open(&rows, None).unwrap_err(), CannotRead::TooMany);
    let packages: String = (0..=MAX_TOKENS).map(|n| package(&n.to_string(), "<Data/>")).collect();
    assert!(matches!(open(&container(&packages), None), Ok(_) | Err(CannotRead::TooMany)));
    // Attributes are compared with each other.
    let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
    assert!(matches!(open(&format!("<KeyContainer{attributes}/>"), None), Err(CannotRead::Xml { .. })));
    let deep = "<a>".repeat(MAX_BYTES / 4);
    assert!(matches!(open(&deep, None), Err(CannotRead::Xml { .. })));
    let wide = format!("<KeyContainer>{}</KeyContainer>", "<a/>".repeat(MAX_BYTES / 8));
    assert!(matches!(open(&wide, None), Err(CannotRead::Xml { .. })));
    let value = format!("<Data><Secret><PlainValue>{}</PlainValue></Secret></Data>", "QUFB".repeat(2_100));
    assert_eq!(bad(&container(&package("1", &value)))[0].1, Problem::BadBase64);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn what_is_no_file_of_tokens_is_told_so() {
    for (text, why) in [
        ("", CannotRead::Empty),
        ("# nothing\n\n", CannotRead::Empty),
        ("serial,key\n", CannotRead::Empty),
        ("<html/>", CannotRead::NotPskc),
        ("<KeyContainer Version=\"1.0\"/>", CannotRead::NotPskc),
        (
            "<KeyContainer Version=\"2.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"/>",
            CannotRead::NotPskc,
        ),
        (&container(""), CannotRead::Empty),
    ] {
        assert_eq!(open(text, None).unwrap_err(), why, "{text}");
    }
    assert_eq!(
        read(&Secret::new(vec![0xFF, 0xFE, b's', 0]), &Options::default()).unwrap_err(),
        CannotRead::NotText
    );
    let broken = open("<KeyContainer>\n<a>\n</b>", None);
    assert!(matches!(broken, Err(CannotRead::Xml { line: 3, .. })), "{broken:?}");
}

#[test]
fn rows_without_a_header_are_serial_key_kind_digits_and_period_or_counter() {
    let tokens = good(
        "\u{FEFF}# serials of the first box\n\
         tok1, 3132333435363738393031323334353637383930\n\
         tok2, 3132333435363738393031323334353637383930, totp, 6\n\
         \n\
         tok3, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ, hotp, 8, 17\n\
         tok4, 3132 3334 3536 3738 3930 3132 3334 3536 3738 3930, TOTP, 8, 60, sha256\n\
         tok5, hex:41414141414141414141414141414141, OATH-TOTP\n\
         tok6, base32:AAAAAAAAAAAAAAAAAAAAAAAAAA, time\n",
    );
    assert!(tokens[..4].iter().all(|token| token.seed.expose() == SEED));
    let serials: Vec<_> = tokens.iter().map(|token| (token.line, token.serial.as_str())).collect();
    assert_eq!(serials, [(2, "TOK1"), (3, "TOK2"), (5, "TOK3"), (6, "TOK4"), (7, "TOK5"), (8, "TOK6")]);
    assert_eq!((counter(&tokens[0]), counter(&tokens[2])), (0, 17));
    assert_eq!(tokens[1].parameters.kind, TokenKind::Totp { period: Period::DEFAULT });
    assert_eq!(tokens[3].parameters.kind, TokenKind::Totp { period: Period::from_secs(60).unwrap() });
    assert_eq!(
        (tokens[3].parameters.digits, tokens[3].parameters.algorithm),
        (Digits::EIGHT, Algorithm::Sha256)
    );
    assert_eq!((tokens[4].seed.expose(), tokens[5].seed.expose()), (&[0x41; 16][..], &[0; 16][..]));
    // RFC 4226, appendix D: the codes are those of the norm's key.
    assert_eq!(hotp(&tokens[0].seed, Algorithm::Sha1, Digits::SIX, Counter::new(0)).expose(), "755224");
}

#[test]
fn a_header_names_the_columns_in_any_order_and_with_semicolons_too() {
    let entra = "upn,serial number,secret key,time interval,manufacturer,model\n\
                 mara@example.org,2308,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,60,\"Contoso, Inc.\",HardwareKey\n";
    let token = &good(entra)[0];
    assert_eq!((token.serial.as_str(), token.maker.as_str()), ("2308", "Contoso, Inc. HardwareKey"));
    assert_eq!(token.parameters.kind, TokenKind::Totp { period: Period::from_secs(60).unwrap() });
    for delimiter in [";", "\t"] {
        let file =
            "Key;Serial;Counter;Digits\nGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ;x1;5;8\n".replace(';', delimiter);
        let token = &good(&file)[0];
        assert_eq!((token.seed.expose(), counter(token), token.parameters.digits), (SEED, 5, Digits::EIGHT));
    }
}

#[test]
fn a_row_that_is_broken_is_told_with_its_line_and_never_with_its_key() {
    let key = "3132333435363738393031323334353637383930";
    let file = format!(
        "ok,{key}\nserialX\n,{key}\nlong{},{key}\nbad,xyz0189!\nk,{key},motp\nd,{key},hotp,9\np,{key},totp,6,9\n\
         c,{key},hotp,6,-1\nh,{key},hotp,6,0,md5\nOK,{key}\nshort,1212\nc2,{key},hotp,6,9223372036854775808\n",
        "g".repeat(40)
    );
    let read = open(&file, None).unwrap();
    let expected = [
        (2, Problem::NoKey),
        (3, Problem::NoSerial),
        (5, Problem::BadKey),
        (6, Problem::Kind("motp".into())),
        (7, Problem::Digits),
        (8, Problem::Period),
        (9, Problem::Counter),
        (10, Problem::Hash),
        (11, Problem::SameSerial { first: 1 }),
        (13, Problem::Counter),
    ];
    let found: Vec<_> =
        read.bad.iter().filter(|bad| bad.line != 4).map(|bad| (bad.line, bad.problem.clone())).collect();
    assert_eq!(found, expected);
    assert!(matches!(read.bad.iter().find(|bad| bad.line == 4).unwrap().problem, Problem::BadSerial(_)));
    assert_eq!(read.tokens.iter().map(|token| token.serial.as_str()).collect::<Vec<_>>(), ["OK", "SHORT"]);
    assert_eq!(read.tokens[1].notes, [Note::WeakKey { bits: 16 }]);
    let told =
        format!("{:?} {}", read, read.bad.iter().map(|bad| bad.problem.to_string()).collect::<String>());
    assert!(!told.contains("313233"), "{told}");
}

#[test]
fn lines_are_counted_alike_whatever_ends_them() {
    let rows = "ok,3132333435363738393031323334353637383930\n\n\n# said\nbad,0189!\n\nbad2,0189!\n";
    for end in ["\n", "\r\n"] {
        let lines: Vec<_> = bad(&rows.replace('\n', end)).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [5, 7], "{end:?}");
    }
}

#[test]
fn a_quote_that_is_not_closed_ends_at_the_end_of_the_file_and_spoils_nothing_before_it() {
    let read = open("a,3132333435363738393031323334353637383930\nb,\"31\nc,32\n", None).unwrap();
    assert_eq!(read.tokens.len(), 1);
    assert_eq!((read.bad.len(), read.bad[0].line), (1, 2));
}

#[test]
fn both_forms_of_yubicos_log_are_read_and_what_is_no_hotp_is_told() {
    let traditional = "LOGGING START,11.12.13 18:55\n\
        OATH-HOTP,11.12.13 18:55,1,vvccccccccce,,3132333435363738393031323334353637383930,,,0,0,0,8,0,0,0,0,0,0\n\
        Yubico OTP,12/11/2013 11:10,1,vvgutbiedkvi,ab86c04de6a3,d26a7c0f85fdda28bd816e406342b214,,,0,0,0,0,0,0,0,0,0,0\n\
        OATH-HOTP,11.12.13 19:01,1,,,3132333435363738393031323334353637383930,,,0,0,0,6,0,0,0,0,0,0\n\
        Static Password: Scan Code,17.04.12 12:25,1,051212172c092728,,,,,0,0,0,0,0,0,0,0,0,0\n";
    let read = open(traditional, None).unwrap();
    assert_eq!((read.format, read.tokens.len()), (Format::Yubico, 1));
    let token = &read.tokens[0];
    assert_eq!(
        (token.serial.as_str(), token.seed.expose(), token.parameters.digits),
        ("VVCCCCCCCCCE", SEED, Digits::EIGHT)
    );
    let bad: Vec<_> = read.bad.into_iter().map(|bad| (bad.line, bad.problem)).collect();
    assert_eq!(
        bad,
        [
            (3, Problem::Kind("Yubico OTP".into())),
            (4, Problem::NoSerial),
            (5, Problem::Kind("Static Password: Scan Code".into())),
        ]
    );

    let of_yubico = "508327,,0,3132333435363738393031323334353637383930,,2013-12-12T08:41:07,\n\
        508328,cccccccccccc,83cebdfb7b93,a47c5bf9c152202f577be6721c0113af,,2013-12-12T08:43:17,\n\
        508329,,,9e2fd386224a7f77e9b5aee775464033,,2013-12-12T08:44:34,\n\
        508330,,256,3132333435363738393031323334353637383930,,2013-12-12T08:45:00,\n";
    let read = read_with_eight_digits(of_yubico);
    let found: Vec<_> = read
        .tokens
        .iter()
        .map(|token| (token.serial.as_str(), counter(token), token.parameters.digits))
        .collect();
    assert_eq!(found, [("508327", 0, Digits::EIGHT), ("508330", 256, Digits::EIGHT)]);
    assert_eq!(read.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 3]);
}

fn read_with_eight_digits(text: &str) -> FileRead {
    read(&secret(text), &Options { digits: Digits::EIGHT, ..Options::default() }).unwrap()
}
