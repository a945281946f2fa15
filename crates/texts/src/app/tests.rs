use super::*;

mod reference;

/// An argument for each name that a text may have, so that what is left in brackets was not given by anybody.
const ARGUMENTS: &[(&str, Value<'static>)] = &[("count", Value::Count(2)), ("name", Value::Text("Name"))];

#[test]
fn every_text_is_there_in_every_language_and_says_something() {
    for language in AppLanguage::ALL {
        for &key in Key::ALL {
            assert!(!say(language, key, ARGUMENTS).trim().is_empty(), "{key:?} in {language:?}");
        }
    }
}

#[test]
fn a_language_from_its_file_says_the_same_and_english_where_it_has_nothing() {
    for language in AppLanguage::ALL {
        let fetched = Texts::from_file(language, Texts::of(language).to_file().to_owned());
        assert_eq!(fetched.language(), language);
        for &key in Key::ALL {
            assert_eq!(fetched.say(key, ARGUMENTS), say(language, key, ARGUMENTS), "{key:?} in {language:?}");
        }
    }
    let cut = Texts::from_file(AppLanguage::Ukrainian, String::new());
    let tokens = [("count", Value::Count(1))];
    assert_eq!(cut.say(Key::Tokens, &tokens), "1 token");
    assert_eq!(Texts::english(), Texts::of(AppLanguage::English));
}

#[test]
fn the_words_of_the_main_flow_are_the_promised_ones() {
    let promised = [
        (Key::Continue, "Continue"),
        (Key::ActivateCloudBackup, "Activate cloud backup"),
        (Key::SkipForNow, "Skip for now"),
        (Key::AddNewToken, "Add new token"),
        (Key::ScanQrCode, "Scan QR code"),
        (Key::EnterKeyManually, "Enter key manually"),
    ];
    for (key, text) in promised {
        assert_eq!(say(AppLanguage::English, key, &[]), text);
    }
}

#[test]
fn numbers_take_the_plural_of_the_language() {
    use table::Plural::{Few, Many, One, Other};
    let of = |language: AppLanguage| [0, 1, 2, 5, 11, 21, 22, 112].map(|count| language.plural(count));
    assert_eq!(of(AppLanguage::English), [Other, One, Other, Other, Other, Other, Other, Other]);
    assert_eq!(of(AppLanguage::French), [One, One, Other, Other, Other, Other, Other, Other]);
    assert_eq!(of(AppLanguage::Ukrainian), [Many, One, Few, Many, Many, One, Few, Many]);
    let tokens = |count: u64| say(AppLanguage::English, Key::Tokens, &[("count", count.into())]);
    assert_eq!([0, 1, 2].map(tokens), ["0 tokens", "1 token", "2 tokens"]);
}

#[test]
fn tokens_are_counted_in_the_forms_of_the_language() {
    let tokens =
        |language| [1, 2, 5, 21].map(|count: u64| say(language, Key::Tokens, &[("count", count.into())]));
    assert_eq!(tokens(AppLanguage::French), ["1 jeton", "2 jetons", "5 jetons", "21 jetons"]);
    assert_eq!(tokens(AppLanguage::Spanish), ["1 token", "2 tokens", "5 tokens", "21 tokens"]);
    assert_eq!(tokens(AppLanguage::Ukrainian), ["1 токен", "2 токени", "5 токенів", "21 токен"]);
    assert_eq!(tokens(AppLanguage::Russian), ["1 токен", "2 токена", "5 токенов", "21 токен"]);
}

#[test]
fn no_count_falls_back_to_the_form_of_another() {
    for language in AppLanguage::ALL {
        for &key in Key::ALL {
            let text = table::coded(table::texts(language), key).unwrap_or_default();
            for forms in text.split(table::PLURAL).skip(1) {
                let (forms, _) = forms.split_once(table::PLURAL_END).unwrap();
                for count in 0..200 {
                    let category = language.plural(count);
                    let has_it = forms.split(table::FORM_END).any(|form| form.starts_with(category.letter()));
                    assert!(has_it, "{key:?} in {language:?} has no {category:?}");
                }
            }
        }
    }
}

#[test]
fn no_text_raises_its_voice() {
    for language in AppLanguage::ALL {
        for &key in Key::ALL {
            let text = say(language, key, ARGUMENTS);
            assert!(!text.contains(['!', '¡']), "{key:?} in {language:?}: {text}");
        }
    }
}

#[test]
fn a_tag_gives_its_language_or_none() {
    for (tag, language) in [
        ("de-AT", Some(AppLanguage::German)),
        ("UK", Some(AppLanguage::Ukrainian)),
        ("es_MX.UTF-8", Some(AppLanguage::Spanish)),
        ("den", None),
        ("", None),
        ("ja", None),
    ] {
        assert_eq!(AppLanguage::from_tag(tag), language, "{tag}");
    }
}

#[test]
fn what_constants_cannot_say_stops_the_build() {
    use crate::generate_app::{Extent, generate};
    let build = |english: &str, german: &str| {
        generate(&[
            ("English", Extent::Complete, english.to_owned()),
            ("German", Extent::Complete, german.to_owned()),
        ])
    };
    assert!(build("a = A { $name }\n", "a = { $name } A\n").is_ok());
    let files = [
        ("English", Extent::Complete, "a = A\n".to_owned()),
        ("French", Extent::AsFarAsTranslated, String::new()),
    ];
    assert!(generate(&files).is_ok());
    for (english, german, why) in [
        ("a = A\n", "b = B\n", "not in the English texts"),
        ("a = A\nb = B\n", "a = A\n", "b is missing"),
        ("a = A { $name }\n", "a = A\n", "other arguments"),
        ("a = A\na = B\n", "a = A\n", "twice"),
        ("a = { NUMBER($n) }\n", "a = A\n", "cannot say"),
        ("a = { $n ->\n [two] A\n *[other] B\n }\n", "a = A\n", "unknown plural"),
        ("a = { $n ->\n [other] A\n *[one] B\n }\n", "a = A\n", "has to be other"),
        ("a = { $n ->\n *[other] { $n ->\n *[other] A\n }\n }\n", "a = A\n", "plural in a plural"),
        ("a = A\u{1}\n", "a = A\n", "control character"),
    ] {
        let problem = build(english, german).unwrap_err();
        assert!(problem.contains(why), "{problem}");
    }
}
