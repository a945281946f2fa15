use std::{env, path::PathBuf};

/// A program built from this workspace: in the folder named by `COUNTERSIGN_BIN_DIR`, else beside the test itself.
///
/// # Panics
/// When it is not there; the message says how to build it.
pub fn program(name: &str) -> PathBuf {
    let folder = env::var_os("COUNTERSIGN_BIN_DIR").map(PathBuf::from).or_else(|| {
        // target/debug/deps/test-hash → target/debug
        env::current_exe().ok()?.parent()?.parent().map(PathBuf::from)
    });
    let path = folder.unwrap_or_default().join(format!("{name}{}", env::consts::EXE_SUFFIX));
    if path.exists() {
        return path;
    }
    panic!(
        "{} is not built; run the tests with `cargo xtask test`, or `cargo build -p {name}`",
        path.display()
    )
}
