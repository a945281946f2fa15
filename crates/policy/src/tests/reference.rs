use crate::{Policy, SelfEnrollment, check::SECTIONS, reference};
use std::{env, fs};

#[test]
fn the_reference_page_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.md");
    if env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(path, reference()).unwrap();
    }
    let page = fs::read_to_string(path).unwrap_or_default();
    assert!(page == reference(), "docs/policy.md is not up to date: run the tests once with UPDATE_DOCS=1");
}

#[test]
fn the_example_on_the_page_is_a_policy() {
    let page = reference();
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let policy = Policy::from_toml(example).unwrap();
    assert_eq!(policy.rules().len(), 2);
    assert_eq!(policy.group("servers").self_enrollment, SelfEnrollment::WithCode);
}

#[test]
fn every_key_is_on_the_page_with_its_purpose_and_a_default() {
    let page = reference();
    for section in &SECTIONS {
        for key in section.keys {
            let name = crate::check::full_name(section.path, key.name);
            let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
            let cells: Vec<_> = row.split(" | ").collect();
            assert!(cells[4].len() > 20, "{row}");
            assert!(section.path == "rules" || cells[1].starts_with('`'), "no default: {row}");
        }
    }
}

#[test]
fn the_defaults_on_the_page_read_back_as_the_default_settings() {
    let mut said = String::new();
    for row in reference().lines().filter(|line| line.starts_with("| `") && !line.starts_with("| `rules.")) {
        let cells: Vec<_> = row.split(" | ").collect();
        said += &format!("{} = {}\n", cells[0].trim_matches(['|', ' ', '`']), cells[1].trim_matches('`'));
    }
    let (read, default) = (Policy::from_toml(&said).unwrap(), Policy::default());
    assert_eq!(read.default_ask(), default.default_ask());
    assert_eq!(read.tokens(), default.tokens());
    assert_eq!(read.lockout(), default.lockout());
    assert_eq!(read.limits(), default.limits());
    assert_eq!(read.group("any"), default.group("any"));
}
