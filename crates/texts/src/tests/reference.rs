//! The constants say what fluent makes of the same files.

use super::{EVERYTHING, FILES};
use crate::{Args, Language, command, field, say};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use model::{Command, Field, Reason};
use unic_langid::LanguageIdentifier;

/// One language as fluent reads it.
struct Fluent(FluentBundle<FluentResource>);

impl Fluent {
    fn new(language: Language, text: &str) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().unwrap();
        let mut bundle = FluentBundle::new(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.add_resource(FluentResource::try_new(text.to_owned()).unwrap()).unwrap();
        Self(bundle)
    }

    /// The text, or its `.plain`, with the arguments. Any complaint of fluent's fails the test.
    fn format(&self, key: &str, plain: bool, args: &FluentArgs<'_>) -> String {
        let message = self.0.get_message(key).unwrap_or_else(|| panic!("{key}"));
        let attribute = plain.then(|| message.get_attribute("plain")).flatten();
        let pattern = attribute.map_or_else(|| message.value().unwrap(), |attribute| attribute.value());
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(args), &mut errors).into_owned();
        assert!(errors.is_empty(), "{key}: {errors:?}");
        text
    }
}

fn fluent_args(left: u32) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    args.set("left", left);
    for (name, text) in [
        ("until", "14:05"),
        ("at", "14:05"),
        ("shown", "14:05"),
        ("machine", "PC-12"),
        ("support", "service desk, extension 4455"),
        ("app_url", "https://corp.example/app"),
    ] {
        args.set(name, text);
    }
    args
}

#[test]
fn every_reason_reads_as_fluent_formats_it() {
    for (language, text) in FILES {
        let fluent = Fluent::new(language, text);
        for &reason in Reason::ALL {
            for left in [1, 2, 5, 11, 21, 100] {
                let expected = fluent.format(reason.key(), false, &fluent_args(left));
                let said = say(language, reason, &Args { left: Some(left), support: None, ..EVERYTHING });
                assert_eq!(said, expected, "{language:?} {reason:?}");
            }
        }
    }
}

#[test]
fn a_reason_without_its_arguments_reads_as_its_plain_text() {
    for (language, text) in FILES {
        let fluent = Fluent::new(language, text);
        for &reason in Reason::ALL {
            let expected = fluent.format(reason.key(), true, &FluentArgs::new());
            assert_eq!(say(language, reason, &Args::default()), expected, "{language:?} {reason:?}");
        }
    }
}

#[test]
fn the_support_line_follows_exactly_the_texts_that_name_the_help_desk() {
    for (language, text) in FILES {
        let fluent = Fluent::new(language, text);
        let help_desk = match language {
            Language::English => "help desk",
            Language::German => "Helpdesk",
        };
        let line = fluent.format("support-line", false, &fluent_args(1));
        for &reason in Reason::ALL {
            let alone = say(language, reason, &Args { support: None, ..EVERYTHING });
            let expected = if alone.contains(help_desk) { format!("{alone} {line}") } else { alone.clone() };
            assert_eq!(say(language, reason, &EVERYTHING), expected, "{language:?} {reason:?}");
        }
        assert!(say(language, Reason::Locked, &EVERYTHING).ends_with(": service desk, extension 4455"));
        assert!(!say(language, Reason::CodeUsed, &EVERYTHING).contains("4455"));
    }
}

#[test]
fn every_field_and_command_reads_as_fluent_formats_it() {
    for (language, text) in FILES {
        let fluent = Fluent::new(language, text);
        let none = FluentArgs::new();
        for &name in Field::ALL {
            assert_eq!(field(language, name), fluent.format(name.key(), false, &none));
        }
        for &name in Command::ALL {
            assert_eq!(command(language, name), fluent.format(name.key(), false, &none));
        }
    }
}
