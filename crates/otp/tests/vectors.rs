//! The vectors of the norms, codes of Steam and the table of `otpauth://` URIs, run natively. `tests/wasm-vectors` runs the same in
//! WebAssembly.

#[test]
fn every_vector_holds() {
    let outcome = countersign_wasm_vectors::run();
    assert!(outcome.failures.is_empty(), "{}", outcome.failures.join("\n"));
    // 10 of RFC 4226, 18 of RFC 6238, 70 of RFC 6287, and the URIs.
    assert!(outcome.cases > 180, "{} cases", outcome.cases);
}
