//! Files of ten megabytes that were made to cost time or memory: each ends in a refusal. How long each takes is
//! printed; the bound is for optimized builds: `cargo test --release -p countersign-vault --test import hostile --
//! --nocapture`.

use crate::show::{PASSWORD, read};
use std::time::Instant;

const SIZE: usize = 10 << 20;

/// A text of about ten megabytes: a beginning, as many of the middle as fit, an end.
fn stuffed(start: &str, middle: &str, end: &str) -> Vec<u8> {
    let count = (SIZE - start.len() - end.len()) / middle.len();
    [start, &middle.repeat(count), end].concat().into_bytes()
}

/// Bytes that look random, always the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

/// That nothing is taken of it: the file is refused, or every entry is.
fn check(name: &str, bytes: &[u8]) {
    let began = Instant::now();
    let result = read(bytes, Some(PASSWORD));
    let millis = began.elapsed().as_millis();
    match result {
        Err(why) => println!("{millis:5} ms  {name}: {why}"),
        Ok(import) => {
            let refused = import.found.iter().filter(|found| found.outcome.is_err()).count();
            println!("{millis:5} ms  {name}: {refused} of {} entries refused", import.found.len());
            assert!(refused > 0 && refused == import.found.len(), "{name} has tokens");
        }
    }
}

/// Where the entries of each format in JSON stand.
const BEFORE_ENTRIES: [(&str, &str, &str); 11] = [
    ("aegis", r#"{"version":1,"header":{},"db":{"version":3,"entries":["#, "]}}"),
    ("2fas", r#"{"schemaVersion":4,"services":["#, "]}"),
    ("bitwarden", r#"{"encrypted":false,"items":["#, "]}"),
    ("proton", r#"{"version":1,"entries":[{"content":{}},"#, "]}"),
    ("stratum", r#"{"Authenticators":["#, "]}"),
    ("andotp", r#"[{"secret":"","label":""},"#, "]"),
    ("freeotp+", r#"{"tokenOrder":[],"tokens":["#, "]}"),
    ("lastpass", r#"{"version":3,"localDeviceId":"","accounts":[{"issuerName":"","timeStep":30},"#, "]}"),
    ("raivo", r#"[{"secret":"","kind":"","timer":""},"#, "]"),
    ("cotp", r#"{"version":2,"elements":["#, "]}"),
    ("ente", r#"{"version":1,"encryptedData":"","kdfParams":{"x":["#, "]}}"),
];

#[test]
fn hostile_json_is_refused_in_every_format() {
    for (name, start, end) in BEFORE_ENTRIES {
        check(&format!("{name}, deep"), &stuffed(start, "[", end));
        check(&format!("{name}, deep objects"), &stuffed(start, "{\"a\":", end));
        check(&format!("{name}, numbers"), &stuffed(start, "0,", &format!("0{end}")));
        check(&format!("{name}, empty entries"), &stuffed(start, "{},", &format!("{{}}{end}")));
        let names = format!("\"x\":0}}{end}");
        check(
            &format!("{name}, one entry of many names"),
            &stuffed(&format!("{start}{{"), "\"secret\":[],", &names),
        );
        let long = format!("\",\"type\":\"TOTP\",\"issuer\":\"x\"}}{end}");
        check(&format!("{name}, a long secret"), &stuffed(&format!("{start}{{\"secret\":\""), "A", &long));
        check(
            &format!("{name}, a long text of escapes"),
            &stuffed(&format!("{start}{{\"a\":\""), "\\u0041", &format!("\"}}{end}")),
        );
        check(
            &format!("{name}, a long number"),
            &stuffed(&format!("{start}{{\"digits\":1"), "0", &format!("}}{end}")),
        );
        check(&format!("{name}, no end"), &stuffed(&format!("{start}{{\"a\":\""), "A", "A"));
    }
}

/// Many entries that each look something up in long lists.
#[test]
fn look_ups_do_not_multiply() {
    let entry = r#"{"Type":9,"Secret":"A"},"#;
    let link = r#"{"CategoryId":"c","AuthenticatorSecret":"A"},"#;
    let count = 9_000;
    let links = (SIZE - count * entry.len()) / link.len();
    let stratum = format!(
        r#"{{"Authenticators":[{}{{}}],"Categories":[{{"Id":"c","Name":"n"}}],"AuthenticatorCategories":[{}{{}}]}}"#,
        entry.repeat(count),
        link.repeat(links)
    );
    check("stratum, categories", stratum.as_bytes());
    let group = r#"{"uuid":"g","name":"n"},"#;
    let ids = format!("{}\"g\"", "\"g\",".repeat(20));
    let entry = format!(r#"{{"type":"x","info":{{}},"groups":[{ids}]}},"#);
    let groups = (SIZE - count * entry.len()) / group.len();
    let aegis = format!(
        r#"{{"header":{{}},"db":{{"entries":[{}{{}}],"groups":[{}{{}}]}}}}"#,
        entry.repeat(count),
        group.repeat(groups)
    );
    check("aegis, groups", aegis.as_bytes());
}

#[test]
fn hostile_lists_are_refused() {
    let uri = "otpauth://totp/x?secret=";
    check("list, commas", &stuffed("otpauth://totp/x?secret=1", ",", ""));
    check("list, commas and blanks", &stuffed("otpauth://totp/x?secret=1", ", ", ""));
    check("list, one long secret", &stuffed(uri, "A", ""));
    check("list, one long name", &stuffed("otpauth://totp/", "%41:", "?secret=1"));
    check("list, many parameters", &stuffed("otpauth://totp/x?", "a=&", "secret=1"));
    check("list, many addresses", &stuffed(uri, ",otpauth://", ""));
    check("list, many lines", &stuffed("otpauth://x\n", "x\n", ""));
    check("list, many blanks", &stuffed("otpauth://x ", " ", "x"));
    check("list, just under the limit", &stuffed("", &format!("{uri}{}\n", "1".repeat(4000)), ""));
    let glued = format!("otpauth://totp/x?{}\n", "a secret=".repeat(440));
    check("list, glued parameters", &stuffed("", &glued, ""));
    check(
        "ente, long notes",
        &stuffed("otpauth://totp/x?codeDisplay=%7B%22note%22:%22", "%41", "%22%7D&secret=1"),
    );
    check("google, no base64", &stuffed("otpauth-migration://offline?data=", "!", ""));
    check("google, escapes", &stuffed("otpauth-migration://offline?data=", "%41", ""));
    check("google, empty entries", &stuffed("otpauth-migration://offline?data=", "CgAK", ""));
    check("google, lengths", &stuffed("otpauth-migration://offline?data=", "Cv////", ""));
    check("google, varints", &stuffed("otpauth-migration://offline?data=", "////", ""));
    check("google, parts", &stuffed("", "otpauth-migration://offline?data=CgAYAiAC\n", ""));
    check("csv, an open quote", &stuffed("name,login_totp\n\"", "a", ""));
    check("csv, quotes", &stuffed("name,login_totp\n", "\"\"", ""));
    check("csv, columns", &stuffed("name,login_totp\n", ",", ""));
    check("csv, rows", &stuffed("name,login_totp\n", "a,\n", ""));
}

#[test]
fn hostile_sealed_files_are_refused() {
    let noise = noise(SIZE);
    check("stratum, noise", &[b"AUTHENTICATORPRO".as_slice(), &noise].concat());
    check("stratum legacy, noise", &[b"AuthenticatorPro".as_slice(), &noise].concat());
    check("noise", &noise);
    check("andotp, noise", &noise[..8 << 20]);
    check("andotp, most rounds", &[&499_999_u32.to_be_bytes(), &noise[..8_000_000]].concat());
    let text = data_encoding::BASE64.encode(&noise[..SIZE / 4 * 3 - 3000]);
    let salt = data_encoding::BASE64.encode(&[7; 16]);
    let costs = r#""kdfType":0,"kdfIterations":600000,"salt":"s""#;
    for (name, file) in [
        ("2fas", format!(r#"{{"schemaVersion":4,"servicesEncrypted":"{text}:{salt}:AAAAAAAAAAAAAAAA"}}"#)),
        ("2fas, colons", format!(r#"{{"schemaVersion":4,"servicesEncrypted":"{}"}}"#, ":".repeat(SIZE))),
        (
            "bitwarden",
            format!(
                r#"{{"encrypted":true,"passwordProtected":true,{costs},"data":"2.{salt}|{text}|{salt}"}}"#
            ),
        ),
        ("proton", format!(r#"{{"version":1,"salt":"{salt}","content":"{text}"}}"#)),
        ("cotp", format!(r#"{{"version":1,"salt":"{salt}","nonce":"{salt}AAAAAAAA","cipher":"{text}"}}"#)),
        ("cotp, long salt", format!(r#"{{"version":1,"salt":"{text}","nonce":"AA","cipher":"AA"}}"#)),
        (
            "ente",
            format!(
                r#"{{"kdfParams":{{"memLimit":67108864,"opsLimit":2,"salt":"{salt}"}},"encryptedData":"{text}",
                "encryptionNonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#
            ),
        ),
        (
            "ente, costs",
            format!(
                r#"{{"kdfParams":{{"memLimit":1073741824,"opsLimit":11,"salt":"{salt}"}},"encryptedData":"{text}"}}"#
            ),
        ),
    ] {
        check(name, file.as_bytes());
    }
    let slot = format!(
        r#"{{"type":1,"n":32768,"r":8,"p":1,"salt":"00","key":"{0}{0}","key_params":{{"nonce":"{1}","tag":"{0}"}}}},"#,
        "00".repeat(16),
        "00".repeat(12)
    );
    let start = r#"{"db":"AAAA","header":{"params":{},"slots":["#;
    check("aegis, many slots", &stuffed(start, &slot, "{}]}}"));
    check("aegis, slots of nothing", &stuffed(start, r#"{"type":1},"#, "{}]}}"));
}

/// An archive with one file of Raivo's name, written as its directory says.
fn archive(method: u16, packed: &[u8], size: u32) -> Vec<u8> {
    let name = b"raivo-otp-export.json";
    let fields = |with_version: &[u8]| {
        let mut bytes = [with_version, &[20, 0, 0, 0]].concat();
        bytes.extend(method.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend((packed.len() as u32).to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    };
    let mut bytes = [b"PK\x03\x04".as_slice(), &fields(&[]), name, packed].concat();
    let directory = bytes.len() as u32;
    bytes.extend([b"PK\x01\x02".as_slice(), &fields(&[20, 0]), &[0; 14], name].concat());
    let length = bytes.len() as u32 - directory;
    bytes.extend([b"PK\x05\x06".as_slice(), &[0, 0, 0, 0, 1, 0, 1, 0]].concat());
    bytes.extend([length.to_le_bytes(), directory.to_le_bytes()].concat());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn hostile_archives_are_refused() {
    let good = br#"[{"secret":"NVQWIZJNOVYC243F","kind":"TOTP","timer":"30"}]"#;
    assert_eq!(
        read(&archive(0, good, good.len() as u32), None).unwrap().found.len(),
        1,
        "the archive is well made"
    );
    let bomb = miniz_oxide::deflate::compress_to_vec(&vec![b' '; 1 << 30], 6);
    let (short, size) = (&bomb[..bomb.len() / 2], 1u32 << 30);
    println!("a bomb of {} bytes", bomb.len());
    check("archive, a gibibyte that says so", &archive(8, &bomb, size));
    check("archive, a gibibyte that says 32 MiB", &archive(8, &bomb, 32 << 20));
    check("archive, a gibibyte that says nothing", &archive(8, &bomb, 0));
    check("archive, cut", &archive(8, short, 32 << 20));
    check("archive, stored and lying", &archive(0, &[b'['; SIZE], 7));
    check("archive, deep", &archive(0, &[b'['; SIZE], SIZE as u32));
    check("archive, another method", &archive(12, &[b'['; SIZE], SIZE as u32));
    check("archive, noise", &archive(8, &noise(SIZE), 32 << 20));
    check("archive, ends", &stuffed("PK\x03\x04", "PK\x05\x06", ""));
    check("archive, directories", &stuffed("PK\x03\x04", "PK\x01\x02", ""));
    let mut lost = archive(0, good, good.len() as u32);
    for at in 0..lost.len() {
        let kept = lost[at];
        lost[at] = 0xff;
        let _ = read(&lost, Some(PASSWORD));
        lost[at] = kept;
        let _ = read(&lost[..at], Some(PASSWORD));
    }
}
