use super::*;

#[test]
fn what_a_pure_crate_may_not_have_is_found_on_its_line() {
    for (source, what) in [
        ("\nasync fn f() {}", "`async`"),
        ("\nlet now = SystemTime::now();", "`SystemTime`"),
        ("\nlet start = std::time::Instant::now();", "`Instant`"),
        ("\nuse std::fs;", "`std::fs`"),
        ("\nlet x = std :: net::lookup();", "`std::net`"),
        ("\nuse std::{fmt, process};", "`std::process`"),
        ("\nuse std::{fmt, fs::{self, File}};", "`std::fs`"),
        ("\n#[cfg(windows)] fn f() {}", "`cfg(windows)`"),
        ("\n#[cfg(not(any(unix)))] fn f() {}", "`cfg(unix)`"),
        ("\nif cfg!(target_os = \"linux\") {}", "`cfg(target_os)`"),
        ("\n#[cfg_attr(windows, path = \"x\")] mod x;", "`cfg(windows)`"),
        ("let quote = '\"';\nuse std::fs;", "`std::fs`"),
        ("fn f<'a>(x: &'a str) {}\nuse std::fs; // 'a'", "`std::fs`"),
        ("#[cfg(test)] mod tests { fn f() { g(); } }\nuse std::fs;", "`std::fs`"),
        ("#[cfg(test)] mod tests;\nuse std::fs;", "`std::fs`"),
        ("#[cfg(test)]\n#[expect(unused, reason = \"x;\")] use a::{b}; use std::fs;", "`std::fs`"),
    ] {
        assert_eq!(findings(source), [(2, what.to_owned())], "{source}");
    }
}

#[test]
fn comments_literals_tests_and_harmless_names_are_let_through() {
    for source in [
        "// async, std::fs and SystemTime",
        "/* one /* two */ std::fs */ fn f() {}",
        "/// Like `std::fs`.\nfn f() {}",
        "let x = \"std::fs \\\" async\";",
        "let x = r#\"std::fs \" async\"#;",
        "let x = br\"async\";",
        "#[cfg(test)]\nmod tests {\n    use std::fs;\n    fn f() { if x { y[0](); } }\n}",
        "#[cfg(test)]\nuse std::fs;",
        "use std::{fmt, collections::net};",
        "use std::time::Duration; use core::fmt;",
        "fn windows(x: &[u8]) { x.windows(2); my_std::fs(); }",
        "#[cfg(feature = \"windows\")] fn f() {}",
        "let asynchronous = Instantly;",
    ] {
        assert_eq!(findings(source), [], "{source}");
    }
}

#[test]
fn a_pure_crate_without_the_ban_on_unsafe_code_fails() {
    let root = std::env::temp_dir().join(format!("xtask-purity-{}", std::process::id()));
    let src = root.join("crates/made-up/src");
    fs::create_dir_all(&src).unwrap();
    fs::write(src.join("lib.rs"), "// #![forbid(unsafe_code)]\nmod inner;").unwrap();
    fs::write(src.join("inner.rs"), "use std::fs;").unwrap();
    fs::write(src.join("tests.rs"), "use std::fs;").unwrap();
    let broken = check(&root, "crates/made-up").unwrap();
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(broken[0].starts_with("crates/made-up/src/inner.rs:1: `std::fs`"), "{broken:?}");
    assert!(broken[1].contains("#![forbid(unsafe_code)]"), "{broken:?}");
}
