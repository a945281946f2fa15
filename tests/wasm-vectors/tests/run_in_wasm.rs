//! Runs this crate's WebAssembly module in an interpreter, as a browser would run it.
//!
//! `COUNTERSIGN_WASM_VECTORS` is the absolute path of a module built before; without it the module is built here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic, in its helper functions too")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use wasmi::{Engine, Linker, Module, Store};

const TARGET: &str = "wasm32-unknown-unknown";

#[test]
fn the_vectors_hold_in_wasm() {
    let path = env::var_os("COUNTERSIGN_WASM_VECTORS").map_or_else(build, PathBuf::from);
    let wasm = fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let engine = Engine::default();
    let module = Module::new(&engine, &wasm[..]).unwrap();
    assert_eq!(module.imports().count(), 0, "the pure crates need nothing from outside");

    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).unwrap();
    let mut call =
        |name| instance.get_typed_func::<(), u32>(&store, name).unwrap().call(&mut store, ()).unwrap();
    let (cases, failures) = (call("cases"), call("failures"));
    assert_eq!(cases, countersign_wasm_vectors::cases(), "the module is of other vectors");
    assert!(cases > 0, "there are no cases");
    assert_eq!(failures, 0, "of {cases} cases; run natively, the test of countersign-otp names them");
}

fn build() -> PathBuf {
    // Beside what runs this test, so that what is built once is found again.
    let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "build",
            "--locked",
            "--lib",
            "--package",
            "countersign-wasm-vectors",
            "--target",
            TARGET,
            "--target-dir",
        ])
        .arg(&target_dir)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("can't find crate for `core`") || said.contains("target may not be installed") {
        panic!("the target is not installed: rustup target add {TARGET}");
    }
    assert!(output.status.success(), "the module could not be built:\n{said}");
    target_dir.join(TARGET).join("debug").join("countersign_wasm_vectors.wasm")
}
