//! The sign-in as a state machine.
