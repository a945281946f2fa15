//! What the documents point to has to be there: files and headings, and the tests that hold an invariant.

use crate::workspace::Workspace;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_link_in_a_document_leads_to_a_file_and_a_heading_that_are_there() {
    let root = Workspace::read().unwrap().root;
    let pages = pages(&root);
    assert!(pages.contains(&root.join("README.md")) && pages.len() > 5, "{pages:?}");
    let broken: Vec<String> =
        pages.iter().flat_map(|page| broken(page, &fs::read_to_string(page).unwrap())).collect();
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn a_link_to_a_missing_file_or_heading_is_found() {
    let readme = Workspace::read().unwrap().root.join("README.md");
    let good = "[a](docs/server.md) [b](docs/server.md#first-start) [c](https://a.example) ![d](docs/pictures/lab.svg)";
    assert_eq!(broken(&readme, good), Vec::<String>::new());
    let markdown =
        ["[a](docs/none.md)", "[a](docs/server.md#none)", "![a](none.svg)", "[a](#none)", "[a](/etc/passwd)"];
    for bad in markdown.into_iter().chain(["<img src=\"none.png\">", "<source srcset=\"none.png\">"]) {
        assert_eq!(broken(&readme, bad).len(), 1, "{bad}");
    }
}

#[test]
fn every_picture_is_shown_in_a_document() {
    let root = Workspace::read().unwrap().root;
    let text: String = pages(&root).iter().map(|page| fs::read_to_string(page).unwrap()).collect();
    let pictures = fs::read_dir(root.join("docs/pictures")).unwrap();
    let names = pictures.map(|picture| picture.unwrap().file_name().to_string_lossy().into_owned());
    let unused: Vec<_> = names.filter(|name| !text.contains(&format!("pictures/{name}"))).collect();
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn every_test_that_the_architecture_names_exists() {
    let root = Workspace::read().unwrap().root;
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    // Names of tests are sentences; nothing else in backticks is that long and has no other signs in it.
    let is_sentence = |name: &&str| {
        name.len() > 20 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let named: BTreeSet<&str> = page.split('`').filter(is_sentence).collect();
    assert!(named.len() > 30, "{named:?}");
    let mut code = String::new();
    for folder in ["crates", "apps", "tests", "xtask"] {
        read_all(&root.join(folder), &mut code);
    }
    let missing: Vec<_> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The code in a folder.
fn read_all(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, code);
        } else if path.extension().is_some_and(|end| end == "rs") {
            code.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// The documents at the top and in `docs`.
fn pages(root: &Path) -> BTreeSet<PathBuf> {
    let files = ["", "docs"].into_iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect()
}

/// Links of a page that lead nowhere.
fn broken(page: &Path, text: &str) -> Vec<String> {
    // As Markdown has it, and as HTML has pictures that are different on dark pages.
    let between = |before: &'static str, after| {
        text.split(before).skip(1).filter_map(move |rest| Some(rest.split_once(after)?.0))
    };
    let targets = between("](", ')').chain(between("src=\"", '"')).chain(between("srcset=\"", '"'));
    let local = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    let bad = local.filter(|target| !leads_somewhere(page, target));
    bad.map(|target| format!("{}: {target}", page.display())).collect()
}

fn leads_somewhere(page: &Path, target: &str) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    // A path from the top of a disk is there on one machine only.
    if file.starts_with('/') {
        return false;
    }
    let path = if file.is_empty() { page.to_owned() } else { page.with_file_name(file) };
    match fs::read_to_string(&path) {
        Ok(text) => heading.is_empty() || headings(&text).any(|found| found == heading),
        Err(_) => heading.is_empty() && path.exists(),
    }
}

/// What headings are called in links: small letters, dashes for blanks, other signs left out.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim());
    titles.map(|title| {
        let kept = title.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    })
}
