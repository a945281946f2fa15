//! The agent on a fake Windows, for tests and the lab.
fn main() {}
