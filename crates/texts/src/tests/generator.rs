//! What the build refuses.

use super::FILES;
use crate::generate::generate;

/// What is said about the English file after a change to it.
fn refusal(change: impl Fn(String) -> String) -> String {
    generate(&[("English", change(FILES[0].1.to_owned()))]).unwrap_err()
}

/// The change that replaces a whole message.
fn with(key: &'static str, lines: &'static str) -> impl Fn(String) -> String {
    move |text| {
        let start = text.find(&format!("\n{key} =")).unwrap() + 1;
        let is_next = |(at, _): &(usize, &str)| {
            text[at + 1..].starts_with(|c: char| c.is_alphabetic() || c == '#' || c == '\n')
        };
        let end = text[start..].match_indices('\n').map(|(at, c)| (start + at, c)).find(is_next).unwrap().0;
        format!("{}{lines}{}", &text[..start], &text[end..])
    }
}

#[test]
fn the_files_as_they_are_generate() {
    let files = FILES
        .map(|(language, text)| (if language.tag() == "de" { "German" } else { "English" }, text.to_owned()));
    let code = generate(&files).unwrap();
    assert!(code.contains("(Language::German, Field::Password) => \"Kennwort\","));
}

#[test]
fn a_missing_unknown_doubled_or_broken_text_stops_the_build() {
    for (key, lines, said) in [
        ("code-used", "", "English: code-used is missing"),
        ("field-key", "", "English: field-key is missing"),
        ("support-line", "", "English: support-line is missing"),
        ("code-used", "code-used = a\ncode-used = b", "English: code-used is there twice"),
        ("code-used", "code-used = a\ncode-usd = b", "English: nothing says code-usd"),
        ("code-used", "code-used =\n    .plain = a", "English: code-used is empty"),
        ("code-used", "code-used = { $what }", "English: code-used asks for $what, which nothing knows"),
        ("code-used", "code-used = a { -company }", "English: the term -company is missing"),
        (
            "code-used",
            "code-used = { DATETIME($at) }",
            "English: code-used has something that constants cannot say",
        ),
        ("field-key", "field-key = Key { $left }", "English: field-key can't have arguments"),
    ] {
        assert_eq!(refusal(with(key, lines)), said);
    }
    assert!(refusal(with("code-used", "code-used = {")).starts_with("English: not fluent: "));
}

#[test]
fn a_text_with_arguments_has_one_without_and_no_other_has() {
    for (lines, said) in [
        ("code-used = at { $at }", "English: code-used has arguments and needs .plain"),
        ("code-used = at { $at }\n    .plain = or { $at }", "English: code-used.plain has arguments"),
        ("code-used = a\n    .plain = b", "English: code-used has no arguments and does not need .plain"),
        (
            "code-used = { $at } { -help-desk }\n    .plain = a",
            "English: code-used and its .plain do not both name the help-desk",
        ),
    ] {
        assert_eq!(refusal(with("code-used", lines)), said);
    }
}

#[test]
fn a_number_has_one_and_other() {
    for variants in ["[one] a\n *[many] b", "[0] a\n *[other] b", "*[other] b", "[other] b\n *[one] a"] {
        let lines: &'static str = format!("code-used = {{ $left ->\n {variants}\n }}\n    .plain = a").leak();
        assert_eq!(
            refusal(with("code-used", lines)),
            "English: code-used needs [one] and *[other] for its number",
            "{variants}"
        );
    }
}
