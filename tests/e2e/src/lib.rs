//! Whole-system tests: the programs as they are shipped, driven from outside.
//!
//! Must not know how server or agent work inside: it starts binaries, reads their output, speaks the published
//! protocol, and has its one-time passwords computed by `oathtool`.

mod bare_machine;
mod fake_windows;
mod oath;
mod programs;
mod server;
mod terminal;

pub use bare_machine::{Answered, BareMachine, Start};
pub use fake_windows::{Account, FakeWindows};
pub use oath::{Oath, code_at, has_oathtool};
pub use programs::program;
pub use server::Server;
pub use terminal::Terminal;
