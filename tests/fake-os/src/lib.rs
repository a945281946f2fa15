//! A fake Windows for tests.
