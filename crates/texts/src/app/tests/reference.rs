//! The constants say what fluent makes of the same files.

use super::*;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use std::collections::BTreeSet;
use unic_langid::LanguageIdentifier;

const FILES: [(AppLanguage, &str); 6] = [
    (AppLanguage::English, include_str!("../../../text/app/en.ftl")),
    (AppLanguage::German, include_str!("../../../text/app/de.ftl")),
    (AppLanguage::French, include_str!("../../../text/app/fr.ftl")),
    (AppLanguage::Spanish, include_str!("../../../text/app/es.ftl")),
    (AppLanguage::Ukrainian, include_str!("../../../text/app/uk.ftl")),
    (AppLanguage::Russian, include_str!("../../../text/app/ru.ftl")),
];

/// What texts have in them besides a count.
const NAMES: [&str; 15] = [
    "address", "name", "names", "when", "detail", "digits", "data", "what", "why", "word", "total", "parts",
    "build", "min", "max",
];

#[test]
fn every_text_of_the_app_reads_as_fluent_formats_it() {
    // The keys are in the order of their names.
    let (_, english) = FILES[0];
    let ids: BTreeSet<&str> = english
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" = ").map(|(id, _)| id))
        .collect();
    assert_eq!(ids.len(), Key::ALL.len());
    for (language, file) in FILES {
        let tag: LanguageIdentifier = language.tag().parse().unwrap();
        let mut bundle = FluentBundle::new(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.add_resource(FluentResource::try_new(file.to_owned()).unwrap()).unwrap();
        for (id, &key) in ids.iter().zip(Key::ALL) {
            // One that is not translated is said in English.
            let Some(message) = bundle.get_message(id) else { continue };
            for count in [0_u64, 1, 2, 5, 11, 21, 22, 112] {
                let mut given = FluentArgs::new();
                given.set("count", count);
                let mut args = vec![("count", Value::from(count))];
                for name in NAMES {
                    given.set(name, name);
                    args.push((name, Value::Text(name)));
                }
                let mut errors = Vec::new();
                let expected = bundle.format_pattern(message.value().unwrap(), Some(&given), &mut errors);
                assert!(errors.is_empty(), "{id}: {errors:?}");
                assert_eq!(say(language, key, &args), expected, "{id} in {language:?}");
            }
        }
    }
}
