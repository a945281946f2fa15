use super::*;

/// A made-up workspace: each line is a crate and the crates it uses, `~` before the ones only its tests use.
fn members(lines: &[(&str, &[&str])]) -> Vec<Member> {
    lines
        .iter()
        .map(|(name, uses)| {
            let part = by_short_name(name);
            Member {
                package: part.map_or(*name, |part| part.package).to_owned(),
                folder: part.map_or("crates/unheard-of", |part| part.folder).to_owned(),
                dependencies: uses.iter().map(|used| dependency(used)).collect(),
            }
        })
        .collect()
}

fn dependency(name: &str) -> Dependency {
    let (name, kind) = match name.strip_prefix('~') {
        Some(name) => (name, DependencyKind::Dev),
        None => (name, DependencyKind::Shipped),
    };
    Dependency { package: by_short_name(name).unwrap().package.to_owned(), kind }
}

fn broken(lines: &[(&str, &[&str])]) -> Vec<String> {
    arrows(&members(lines))
}

#[test]
fn a_graph_along_the_arrows_passes() {
    let lines: &[(&str, &[&str])] = &[
        ("model", &[]),
        ("otp", &["model", "~testkit", "~wasm-vectors"]),
        ("qr", &["model", "~qr"]),
        ("service", &["model", "otp", "store", "~testkit"]),
        ("web", &["service", "~store", "~otp"]),
        ("agent", &["signin", "os"]),
        ("fake-os", &["os"]),
        ("staged-agent", &["agent", "fake-os"]),
        ("e2e", &["web", "fake-os", "agent", "signin"]),
    ];
    assert_eq!(broken(lines), Vec::<String>::new());
}

#[test]
fn a_wrong_arrow_fails_and_the_message_names_it_and_the_table() {
    let broken = broken(&[("web", &["service", "store"])]);
    let [message] = broken.as_slice() else { panic!("{broken:?}") };
    assert!(message.starts_with("crates/web/Cargo.toml: web uses store"), "{message}");
    assert!(message.contains("`store ← web`: PARTS in xtask/src/arch.rs"), "{message}");
}

#[test]
fn tests_may_reach_down_but_not_up_or_across() {
    for (from, to) in [("otp", "~policy"), ("domain", "~store"), ("signin", "~agent"), ("os", "~fake-os")] {
        assert_eq!(broken(&[(from, &[to])]).len(), 1, "{from} {to}");
    }
}

#[test]
fn an_app_that_reaches_a_test_crate_through_another_crate_fails_with_the_whole_way() {
    let broken = broken(&[("agent", &["os"]), ("os", &["fake-os"]), ("fake-os", &["os"])]);
    let way = "apps/agent: an app ships a test crate: countersign-agent uses countersign-os uses countersign-fake-os";
    assert!(broken.iter().any(|message| message == way), "{broken:?}");
}

#[test]
fn an_app_may_use_the_test_kit_in_its_tests_but_not_ship_it() {
    assert_eq!(broken(&[("server", &["~testkit"]), ("testkit", &[])]), Vec::<String>::new());
    assert_eq!(broken(&[("server", &["testkit"]), ("testkit", &[])]).len(), 2);
}

#[test]
fn a_crate_that_is_not_in_the_table_fails() {
    let broken = broken(&[("newcomer", &[])]);
    assert!(broken[0].starts_with("newcomer is not in the table"), "{broken:?}");
}

#[test]
fn a_crate_in_another_folder_than_the_table_says_fails() {
    let mut members = members(&[("otp", &[])]);
    members[0].folder = "apps/otp".to_owned();
    assert_eq!(arrows(&members).len(), 1);
}

#[test]
fn the_table_names_only_crates_it_has_and_has_no_circle() {
    for part in PARTS {
        let Only(names) = part.uses else { continue };
        for name in names {
            assert!(by_short_name(name).is_some(), "{} uses unknown {name}", part.folder);
        }
        assert!(!part.lower().contains(part.short_name()), "{} reaches itself", part.folder);
    }
}

#[test]
fn pure_crates_use_only_pure_crates_and_apps_reach_no_test_crate_in_the_table() {
    for part in PARTS {
        for lower in part.lower().into_iter().filter_map(by_short_name) {
            let fits = match part.kind {
                Pure => lower.kind == Pure,
                Edge | App => lower.kind != Test,
                Test | Tool => true,
            };
            assert!(fits, "{} reaches {}", part.folder, lower.folder);
        }
    }
}

#[test]
fn a_crate_that_builds_for_a_target_uses_only_crates_that_build_there_too() {
    // The agent's use of `win` is the one platform-specific dependency: it exists for Windows alone.
    for part in PARTS.iter().filter(|part| part.short_name() != "e2e") {
        for lower in part.lower().into_iter().filter(|name| *name != "win").filter_map(by_short_name) {
            assert!(lower.builds_on_host() || !part.builds_on_host(), "{} {}", part.folder, lower.folder);
            assert!(
                lower.builds_on_windows() || !part.builds_on_windows(),
                "{} {}",
                part.folder,
                lower.folder
            );
        }
    }
}
