//! Gives every oracle every file of its corpus, on stable.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use countersign_fuzz_oracles::TARGETS;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(name)
}

fn names(folder: &PathBuf) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn replay_corpus() {
    for (target, oracle) in TARGETS {
        let folder = folder("corpus").join(target);
        let (mut good, mut bad) = (0, 0);
        for name in names(&folder) {
            let taken = oracle(&fs::read(folder.join(&name)).unwrap());
            if name.starts_with("good-") {
                assert!(taken, "{target}/{name} was refused");
                good += 1;
            } else if name.starts_with("bad-") {
                assert!(!taken, "{target}/{name} was taken");
                bad += 1;
            }
        }
        assert!(good > 0 && bad > 0, "{target} has {good} good and {bad} bad files");
    }
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&folder("corpus")), targets);
    let programs: BTreeSet<String> = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(names(&folder("targets")), programs);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for name in targets {
        assert!(
            manifest.contains(&format!("path = \"targets/{name}.rs\"")),
            "{name} is not in fuzz/Cargo.toml"
        );
    }
}
