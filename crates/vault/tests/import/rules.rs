//! What is taken and what is refused, whatever the format: spellings of secrets, names, kinds, counters.

use crate::show::{file, lines, read};
use countersign_vault::{
    Token,
    import::{GoogleParts, NotAToken, Refused, Unsupported},
};
use otp::{InvalidSeed, UriField};

/// The secret of most cases; its code at the time of the tables is 018894.
const SECRET: &str = "NVQWIZJNOVYC243FMNZGK5BNMFWHA2DB";

fn only(text: &str) -> String {
    let import = read(text.as_bytes(), None).unwrap_or_else(|why| panic!("{text}: {why}"));
    assert_eq!(import.found.len(), 1, "{text}");
    lines(&import).remove(0)
}

fn refused(text: &str) -> Refused {
    let mut import = read(text.as_bytes(), None).unwrap_or_else(|why| panic!("{text}: {why}"));
    import.found.remove(0).outcome.map(|_| panic!("{text} was taken")).unwrap_err()
}

fn aegis(kind: &str, info: &str) -> String {
    format!(
        r#"{{"version":1,"header":{{}},"db":{{"version":2,"entries":[{{"type":"{kind}","issuer":"I","name":"n",
        "info":{{{info}}}}}]}}}}"#
    )
}

#[test]
fn secrets_are_read_as_people_and_programs_write_them() {
    for spelling in [
        "NVQWIZJNOVYC243FMNZGK5BNMFWHA2DB",
        "nvqwizjnovyc243fmnzgk5bnmfwha2db",
        "nvqw izjn ovyc 243f mnzg k5bn mfwh a2db",
        "NVQW-IZJN-OVYC-243F-MNZG-K5BN-MFWH-A2DB",
        " NVQWIZJNOVYC243FMNZGK5BNMFWHA2DB==== ",
        // A last group that is broken off, as some services hand it out: other authenticators leave it out.
        "NVQWIZJNOVYC243FMNZGK5BNMFWHA2DBA",
    ] {
        let json = aegis("totp", &format!(r#""secret":"{spelling}""#));
        assert_eq!(only(&json), "I|n|totp SHA1 6 30|018894", "{spelling}");
    }
}

#[test]
fn what_is_not_base32_is_refused_and_never_taken_as_bytes() {
    let not = Refused::Secret(InvalidSeed::NotBase32);
    for (secret, why) in [
        ("NVQWIZJNOVYC243FMNZGK5BNMFWHA2D1", not),
        ("correct horse battery staple 089!", not),
        ("0123456789abcdef0123456789abcdef", not),
        ("", Refused::Missing(UriField::Secret)),
        ("  ", Refused::Missing(UriField::Secret)),
        (&"A".repeat(5000), Refused::Secret(InvalidSeed::TooLong)),
    ] {
        for text in [
            aegis("totp", &format!(r#""secret":"{secret}""#)),
            format!(r#"[{{"secret":"{secret}","type":"TOTP","label":"l"}}]"#),
            format!(
                r#"{{"encrypted":false,"items":[{{"type":1,"login":{{"totp":"otpauth://totp/l?secret={secret}"}}}}]}}"#
            ),
        ] {
            if text.contains("otpauth") && secret.len() > 4096 {
                continue;
            }
            assert_eq!(refused(&text), why, "{text}");
        }
    }
}

#[test]
fn a_counter_is_never_made_up() {
    let secret = format!(r#""secret":"{SECRET}""#);
    let missing = Refused::Missing(UriField::Counter);
    assert_eq!(refused(&aegis("hotp", &secret)), missing);
    assert_eq!(refused(&format!(r#"[{{{secret},"type":"HOTP","label":"l"}}]"#)), missing);
    assert_eq!(refused(&format!(r#"[{{{secret},"kind":"HOTP","timer":"30","counter":""}}]"#)), missing);
    assert_eq!(refused(&format!("otpauth://hotp/l?secret={SECRET}")), missing);
    for bad in [r#""x""#, "-1", "1.5", "[]", "18446744073709551616"] {
        let json = aegis("hotp", &format!(r#"{secret},"counter":{bad}"#));
        assert_eq!(refused(&json), Refused::Bad(UriField::Counter), "{bad}");
    }
    let json = aegis("hotp", &format!(r#"{secret},"counter":9007199254740993"#));
    assert!(only(&json).starts_with("I|n|hotp SHA1 6 9007199254740993|"));
}

#[test]
fn a_token_that_answers_challenges_has_a_suite_and_where_that_counts_a_counter() {
    let of = |more: &str| format!("otpauth://ocra/Bank:ada?secret={SECRET}&issuer=Bank{more}");
    for (more, why) in [
        ("", Refused::Missing(UriField::Suite)),
        ("&suite=", Refused::Bad(UriField::Suite)),
        ("&suite=OCRA-2:HOTP-SHA1-6:QN08", Refused::Bad(UriField::Suite)),
        ("&suite=OCRA-1:HOTP-SHA1-6:C-QN08", Refused::Missing(UriField::Counter)),
        ("&suite=OCRA-1:HOTP-SHA1-6:C-QN08&counter=-1", Refused::Bad(UriField::Counter)),
        ("&suite=OCRA-1:HOTP-SHA1-6:C-QN08&counter=18446744073709551616", Refused::Bad(UriField::Counter)),
    ] {
        assert_eq!(refused(&of(more)), why, "{more}");
    }
    for (more, counter) in [
        ("&suite=OCRA-1:HOTP-SHA1-6:QN08", 0),
        ("&suite=OCRA-1%3AHOTP-SHA1-6%3AC-QN08&counter=18446744073709551615", u64::MAX),
    ] {
        let mut import = read(of(more).as_bytes(), None).unwrap();
        let draft = import.found.remove(0).outcome.unwrap();
        assert_eq!((draft.issuer.as_str(), draft.account.as_str()), ("Bank", "ada"));
        let Token::Ocra { counter: read, suite, .. } = &draft.token else { panic!("{more}: another kind") };
        assert_eq!((read.value(), suite.uses_counter()), (counter, counter > 0), "{more}");
    }
}

#[test]
fn a_freeotp_plus_token_that_was_never_used_begins_at_zero() {
    let token = |counter: &str| {
        format!(
            r#"{{"tokenOrder":[],"tokens":[{{"type":"HOTP","issuerExt":"I","label":"n","counter":{counter},
            "secret":[109,97,100,101,45,117,112,45,115,101]}}]}}"#
        )
    };
    assert!(only(&token("-1")).starts_with("I|n|hotp SHA1 6 0|"));
    assert!(only(&token("9")).starts_with("I|n|hotp SHA1 6 10|"));
    assert_eq!(refused(&token("-2")), Refused::Bad(UriField::Counter));
    assert_eq!(refused(&token("null")), Refused::Missing(UriField::Counter));
}

#[test]
fn numbers_may_stand_as_text_and_nothing_may_stand_for_the_default() {
    let of = |more: &str| only(&aegis("totp", &format!(r#""secret":"{SECRET}",{more}"#)));
    for default in [
        r#""digits":"6""#,
        r#""digits":null,"period":null,"algo":null"#,
        r#""digits":6.0"#,
        r#""period":"","algo":"""#,
        r#""algo":"null""#,
        r#""algo":"HmacSHA1","period":" 30 ""#,
        r#""unknown":{"a":[1,2,{"b":null}]}"#,
    ] {
        assert_eq!(of(default), "I|n|totp SHA1 6 30|018894", "{default}");
    }
    for (bad, field) in [
        (r#""digits":0"#, UriField::Digits),
        (r#""digits":11"#, UriField::Digits),
        (r#""digits":262"#, UriField::Digits),
        (r#""digits":true"#, UriField::Digits),
        (r#""period":0"#, UriField::Period),
        (r#""period":-30"#, UriField::Period),
        (r#""period":4294967326"#, UriField::Period),
        (r#""algo":"MD5""#, UriField::Algorithm),
        (r#""algo":"SHA3-256""#, UriField::Algorithm),
    ] {
        assert_eq!(
            refused(&aegis("totp", &format!(r#""secret":"{SECRET}",{bad}"#))),
            Refused::Bad(field),
            "{bad}"
        );
    }
    assert_eq!(refused(&aegis("smart", &format!(r#""secret":"{SECRET}""#))), Refused::Bad(UriField::Type));
}

#[test]
fn names_are_told_from_labels_in_the_documented_way() {
    for (address, names) in [
        ("totp/Acme:mara?issuer=Acme", "Acme|mara"),
        ("totp/Acme:mara", "Acme|mara"),
        ("totp/Acme%3Amara", "Acme|mara"),
        ("totp/acme%20:%20mara?issuer=Acme", "Acme|mara"),
        ("totp/Other:mara?issuer=Acme", "Acme|Other:mara"),
        ("totp/mara?issuer=Acme", "Acme|mara"),
        ("totp/mara", "|mara"),
        ("totp/:mara", "|mara"),
        ("totp/Acme:mara:home?issuer=Acme", "Acme|mara:home"),
        ("totp/mara#1?issuer=Acme", "Acme|mara#1"),
        ("totp/%F0%9F%98%80?issuer=%F0%9F%94%91", "🔑|😀"),
        ("totp/mara?issuer=Acme+Inc", "Acme Inc|mara"),
        ("totp/?issuer=Acme", "Acme|"),
        ("totp/Acme:mara?issuer=Acme period=30", "Acme|mara"),
    ] {
        let separator = if address.contains('?') { '&' } else { '?' };
        let text = format!("otpauth://{address}{separator}secret={SECRET}");
        assert_eq!(only(&text), format!("{names}|totp SHA1 6 30|018894"), "{text}");
        assert_eq!(only(&format!("apple-{text}")), format!("{names}|totp SHA1 6 30|018894"), "{text}");
    }
}

#[test]
fn steam_is_told_in_every_way_it_is_written() {
    let steam = "NVQWIZJNOVYC243UMVQW2LLTMVRXEZLU";
    for (address, names) in [
        (format!("steam://{steam}"), "|"),
        (format!("otpauth://steam/Steam:eve?secret={steam}&issuer=Steam"), "Steam|eve"),
        (format!("otpauth://steam/eve?secret={steam}&digits=5&period=30&algorithm=SHA1"), "|eve"),
        (format!("otpauth://totp/S:eve?secret={steam}&encoder=steam"), "S|eve"),
        (format!("otpauth://totp/S:eve?secret={steam}&amp;encoder=steam"), "S|eve"),
        (format!("otpauth://totp/S:eve?secret={steam}&steam"), "S|eve"),
        (format!("otpauth://totp/Steam:eve?secret={steam}"), "Steam|eve"),
        (format!("otpauth://totp/eve?secret={steam}&issuer=steam&digits=5"), "steam|eve"),
    ] {
        assert_eq!(only(&address), format!("{names}|steam|GGKP4"), "{address}");
    }
    // Six digits were asked for: then it is no code of Steam's.
    let six = only(&format!("otpauth://totp/Steam:eve?secret={steam}&digits=6"));
    assert!(six.starts_with("Steam|eve|totp SHA1 6 30|"), "{six}");
    let five = refused(&format!("otpauth://totp/Acme:eve?secret={steam}&digits=5"));
    assert_eq!(five, Refused::Bad(UriField::Digits));
}

#[test]
fn other_kinds_are_refused_by_name() {
    for (text, label, what) in [
        ("motp://Acme:mara?secret=0123456789abcdef", "Acme: mara", Unsupported::Motp),
        ("otpauth://motp/Acme:mara?secret=AAAA", "Acme: mara", Unsupported::Motp),
        ("otpauth://yaotp/mara?secret=AAAA&pin_length=4", "mara", Unsupported::Yandex),
    ] {
        let import = read(text.as_bytes(), None).unwrap();
        assert_eq!(import.found[0].label, label);
        assert_eq!(import.found[0].outcome.as_ref().err(), Some(&Refused::Unsupported(what)));
    }
    assert_eq!(refused("otpauth://gotp/mara?secret=AAAA"), Refused::Bad(UriField::Type));
}

#[test]
fn every_line_of_a_list_has_a_verdict() {
    let list = format!(
        "\u{feff}\r\notpauth://totp/a,b:c?secret={SECRET}\r\n\r\n# a remark\nhttps://example.org\n\
         otpauth://totp/x?secret={SECRET},,otpauth://totp/y?secret={SECRET},\notpauth-migration://offline?data=AA\n"
    );
    let import = read(list.as_bytes(), None).unwrap();
    let text = "entry 2: not a token: text that is no otpauth address";
    let code = "totp SHA1 6 30|018894";
    assert_eq!(
        lines(&import),
        [
            &format!("a,b|c|{code}"),
            text,
            &text.replace('2', "3"),
            &format!("|x|{code}"),
            &format!("|y|{code}"),
            "entry 6: the entry is damaged",
        ]
    );
    // A part of Google's export among others: what is missing of it is still said.
    let part = String::from_utf8(file("google-2.txt")).unwrap();
    let import = read(format!("otpauth://totp/x?secret={SECRET}\n{part}").as_bytes(), None).unwrap();
    assert_eq!(lines(&import), [&format!("|x|{code}"), "Beta|ben|totp SHA256 8 30|65876381"]);
    assert_eq!(import.incomplete[0].missing, [1, 3]);
}

#[test]
fn googles_defaults_are_what_its_numbers_leave_out() {
    // From here on: otp_parameters with a secret of ten bytes, and whatever follows.
    let text = |entry: &[u8]| {
        let mut message = vec![10, 12 + entry.len() as u8, 10, 10];
        message.extend_from_slice(b"made-up-se");
        message.extend_from_slice(entry);
        let data = data_encoding::BASE64.encode(&message);
        format!("otpauth-migration://offline?data={}", data.replace('+', "%2B"))
    };
    // oathtool --totp=SHA1 -d 6 -N @1700000000 NVQWIZJNOVYC243F.
    assert_eq!(only(&text(b"\x12\x01n")), "|n|totp SHA1 6 30|399365");
    assert_eq!(only(&text(b"\x12\x03I:n\x30\x02\x28\x01\x20\x01\x18\x05")), "I|n|totp SHA1 6 30|399365");
    assert!(only(&text(b"\x30\x01")).starts_with("||hotp SHA1 6 0|"));
    assert_eq!(refused(&text(b"\x20\x04")), Refused::Bad(UriField::Algorithm));
    assert_eq!(refused(&text(b"\x28\x03")), Refused::Bad(UriField::Digits));
    assert_eq!(refused(&text(b"\x30\x03")), Refused::Bad(UriField::Type));
    assert_eq!(refused(&text(b"\x12\x7f")), Refused::Damaged);
    assert_eq!(refused("otpauth-migration://offline?data=CgA="), Refused::Missing(UriField::Secret));
    // Part 3 of 2, one of 2000 parts, one of minus one; none at all.
    let entry = b"\x0a\x0c\x0a\x0amade-up-se".as_slice();
    for (entry, batch, is_part) in [
        (entry, &b"\x18\x02\x20\x01"[..], true),
        (entry, b"\x18\x02\x20\x02", false),
        (entry, b"\x18\xd0\x0f", false),
        (entry, b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", false),
        (b"", b"\x18\x02\x20\x01", false),
    ] {
        let data = data_encoding::BASE64.encode(&[entry, batch].concat()).replace('+', "%2B");
        let text = format!("otpauth-migration://offline?data={data}");
        assert_eq!(GoogleParts::default().add(text.as_bytes()).is_ok(), is_part, "{batch:?}");
    }
}

#[test]
fn what_is_too_long_is_cut_or_refused_and_said() {
    let item = |name: &str, note: &str, folder: &str| {
        format!(
            r#"{{"encrypted":false,"folders":[{{"id":"f","name":"{folder}"}}],"items":[{{"type":1,"folderId":"f",
            "name":"{name}","notes":"{note}","login":{{"username":"n","totp":"{SECRET}"}}}}]}}"#
        )
    };
    let short = |text: &str| {
        let import = read(text.as_bytes(), None).unwrap();
        let draft = import.found[0].outcome.as_ref().unwrap();
        (import.found[0].shortened, draft.note.len(), draft.tags.len())
    };
    assert_eq!(short(&item("I", "note", "tag")), (false, 4, 1));
    assert_eq!(short(&item("I", &"ü".repeat(10_000), "tag")), (true, 16_384, 1));
    assert_eq!(short(&item("I", "note", &"t".repeat(300))), (true, 4, 0));
    let import = read(item(&"I".repeat(3000), "", "").as_bytes(), None).unwrap();
    assert_eq!(import.found[0].label.chars().count(), 120);
    assert_eq!(import.found[0].outcome.as_ref().unwrap_err().to_string(), "the issuer is too long");
}

#[test]
fn no_sentence_and_no_label_holds_a_secret() {
    let secret = "MADEUPSECRETMADEUPSECRET1";
    for text in [
        format!("otpauth://totp/I:n?secret={secret}"),
        format!("otpauth://totp/I:n&secret={secret}"),
        format!("otpauth://totp/I:n%3Fsecret={secret}?x"),
        format!("otpauth://{secret}"),
        format!("steam://{secret}"),
        format!("otpauth://totp/x?secret=NVQWIZJNOVYC243F\n{secret}"),
        aegis("totp", &format!(r#""secret":"{secret}""#)),
        format!(r#"{{"encrypted":false,"items":[{{"type":1,"login":{{"totp":"{secret}"}}}}]}}"#),
    ] {
        let import = read(text.as_bytes(), None).unwrap();
        let said = format!("{import:?} {}", lines(&import).join(" "));
        assert!(!said.contains("MADEUPSECRET"), "{said}");
    }
}

#[test]
fn a_broken_entry_costs_no_other_entry() {
    let good = format!(r#"{{"type":"TOTP","label":"good","secret":"{SECRET}"}}"#);
    let list = format!(r#"[{good},{{"secret":7,"type":[]}},null,"text",{{}},{good}]"#);
    let import = read(list.as_bytes(), None).unwrap();
    let missing = "the secret is missing";
    let good = "|good|totp SHA1 6 30|018894";
    let expected = [
        good.to_owned(),
        format!("entry 2: {missing}"),
        "entry 3: the entry is damaged".to_owned(),
        "entry 4: the entry is damaged".to_owned(),
        format!("entry 5: {missing}"),
        good.to_owned(),
    ];
    assert_eq!(lines(&import), expected);
    assert_eq!(refused(r#"{"encrypted":false,"items":[7]}"#), Refused::Damaged);
    assert_eq!(refused(r#"{"encrypted":false,"items":[{}]}"#), Refused::NotAToken(NotAToken::Login));
}
