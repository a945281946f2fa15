//! What may be said, and how much of it.

use super::{EVERYTHING, samples};
use crate::{Args, Language, command, field, say};
use model::{Command, Field, Reason, UnixTime};
use std::collections::HashSet;

/// What a sign-in tile shows without cutting.
const MAX_CHARS: usize = 240;

/// Never on a screen: blame, jargon, words of ours that are for one thing only, politeness
/// that says nothing. Compared without case.
const FORBIDDEN: &[&str] = &[
    "!",
    "invalid",
    "error",
    "fail",
    "illegal",
    "incorrect",
    "wrong",
    "sorry",
    "oops",
    "please",
    "contact",
    "administrator",
    "login",
    "log in",
    "log on",
    "logon",
    "host",
    "endpoint",
    "otp",
    "2fa",
    "mfa",
    "second factor",
    "credential",
    "authenticate",
    "bypass",
    "register",
    "ungültig",
    "fehler",
    "falsch",
    "fehlgeschlagen",
    "bitte ",
    "wenden sie sich",
    "passwort",
    "einloggen",
    "leider",
    "gescheitert",
];

#[test]
fn no_text_blames_or_speaks_jargon() {
    let mut texts: Vec<String> = samples().into_iter().map(|(_, _, text)| text).collect();
    for language in Language::ALL {
        texts.extend(Field::ALL.iter().map(|&name| field(language, name).to_owned()));
        texts.extend(Command::ALL.iter().map(|&name| command(language, name).to_owned()));
    }
    for text in texts {
        let lower = text.to_lowercase();
        for word in FORBIDDEN {
            assert!(!lower.contains(word), "{word:?} in {text:?}");
        }
    }
}

#[test]
fn a_message_fits_a_sign_in_tile_whatever_its_arguments() {
    let long = "W".repeat(200);
    let url = "x".repeat(60);
    let args = Args {
        left: Some(u32::MAX),
        at: Some(UnixTime::from_secs(43_500)),
        utc_offset_minutes: 0,
        machine: Some(&long),
        support: Some(&long),
        app_url: Some(&url),
    };
    let mut too_long = Vec::new();
    for language in Language::ALL {
        let texts = Reason::ALL.iter().map(|&reason| say(language, reason, &args));
        too_long
            .extend(texts.map(|text| (text.chars().count(), text)).filter(|(chars, _)| *chars > MAX_CHARS));
    }
    assert!(too_long.is_empty(), "{too_long:#?}");
}

#[test]
fn a_message_is_one_or_two_whole_sentences() {
    for (language, reason, _) in samples() {
        let text = say(language, reason, &Args { support: None, ..EVERYTHING });
        let sentences = text.matches(". ").count() + 1;
        assert!(sentences <= 2, "{sentences} {text:?}");
        let end = if reason == Reason::WindowsRefused { ':' } else { '.' };
        assert!(text.ends_with(end), "{text:?}");
        assert!(text.starts_with(char::is_uppercase), "{text:?}");
    }
}

#[test]
fn a_text_is_one_line_without_gaps_or_marks_of_the_source() {
    for (_, _, text) in samples() {
        assert_eq!(text.trim(), text);
        assert!(!text.contains("  ") && !text.contains(" .") && !text.contains(" ,"), "{text:?}");
        assert!(!text.contains(['{', '}', '$', '\n', '\r', '\t', '\u{2068}']), "{text:?}");
    }
}

#[test]
fn no_two_reasons_fields_or_commands_read_the_same() {
    for language in Language::ALL {
        let said: HashSet<_> =
            Reason::ALL.iter().map(|&reason| say(language, reason, &Args::default())).collect();
        assert_eq!(said.len(), Reason::ALL.len());
        let fields: HashSet<_> = Field::ALL.iter().map(|&name| field(language, name)).collect();
        assert_eq!(fields.len(), Field::ALL.len());
        let commands: HashSet<_> = Command::ALL.iter().map(|&name| command(language, name)).collect();
        assert_eq!(commands.len(), Command::ALL.len());
    }
}

#[test]
fn the_english_names_are_the_promised_ones() {
    for (name, text) in [
        (Field::EnrollTitle, "Token auto-registration"),
        (Field::UserName, "User name"),
        (Field::Password, "Password"),
        (Field::OneTimePassword, "One-time password"),
    ] {
        assert_eq!(field(Language::English, name), text);
    }
    for (name, text) in [
        (Command::ShowQr, "Show QR"),
        (Command::HideQr, "Hide QR"),
        (Command::ShowKey, "Can't scan? Show the key"),
        (Command::GetTheApp, "Get the app"),
        (Command::StartOver, "Start over"),
    ] {
        assert_eq!(command(Language::English, name), text);
    }
}

#[test]
fn messages_say_what_happened_and_what_to_do() {
    for (language, reason, text) in [
        (Language::English, Reason::CodeUsed, "That code was already used. Wait for the next one."),
        (
            Language::English,
            Reason::CodeWrong,
            "That code did not match. Type the one your token shows now; you have 3 more tries.",
        ),
        (
            Language::English,
            Reason::Locked,
            "Several codes did not match, so your sign-in on this PC pauses until 14:05. Try again then, or ask your \
             help desk for another way in. Help: service desk, extension 4455",
        ),
        (
            Language::English,
            Reason::EnrolledElsewhere,
            "Your token was set up on PC-12 at 14:05. Type the code it shows; if that wasn't you, tell your help desk \
             now. Help: service desk, extension 4455",
        ),
        (
            Language::German,
            Reason::EnrollResumed,
            "Dieser QR-Code wurde zuerst um 14:05 Uhr angezeigt. Wenn Sie das waren, geben Sie einfach das \
             Einmalkennwort ein; wenn nicht, wählen Sie „Neu beginnen“.",
        ),
    ] {
        assert_eq!(say(language, reason, &EVERYTHING), text);
    }
}

#[test]
fn an_argument_changes_the_texts_that_promise_it_and_no_others() {
    type Known = fn(&mut Args<'static>);
    let with: [(&[Reason], Known); 5] = [
        (&[Reason::CodeWrong, Reason::EnrollCodeWrong], |args| args.left = None),
        (
            &[Reason::Locked, Reason::LockedEverywhere, Reason::EnrollResumed, Reason::EnrolledElsewhere],
            |args| args.at = None,
        ),
        (&[Reason::EnrolledElsewhere], |args| args.machine = None),
        (&[Reason::EnrollStart], |args| args.app_url = None),
        (&[], |_| ()),
    ];
    for language in Language::ALL {
        for &reason in Reason::ALL {
            for (reasons, forget) in with {
                let mut args = Args { support: None, ..EVERYTHING };
                let full = say(language, reason, &args);
                forget(&mut args);
                let changed = say(language, reason, &args) != full;
                assert_eq!(changed, reasons.contains(&reason), "{language:?} {reason:?}");
            }
        }
    }
}
