//! Fixed clock, seeded randomness, builders.
