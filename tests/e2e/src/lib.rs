//! Whole-system tests: the programs as they are shipped, driven from outside.
//!
//! Must not know how server or agent work inside: it starts binaries, reads their output, speaks the published
//! protocol, and has its one-time passwords computed by `oathtool`.

mod bare_machine;
mod browser;
mod example;
mod fake_windows;
mod false_server;
mod impostor;
mod lab;
mod logon_buffer;
mod oath;
mod pc;
mod picture;
mod played_agent;
mod programs;
mod server;
mod sign_in_screen;
mod terminal;
mod wine;

pub use bare_machine::{Answered, BareMachine, Start};
pub use browser::{Browser, Clip, Site, app_folder, still};
pub use example::Picture;
pub use fake_windows::{Account, FakeWindows};
pub use false_server::{FalseServer, PipeOwner};
pub use impostor::{Deed, Impostor};
pub use lab::Lab;
pub use logon_buffer::LogonBuffer;
pub use oath::{Oath, code_at, has_oathtool};
pub use pc::Pc;
pub use picture::Gray;
pub use played_agent::{Caller, PlayedAgent, bare_screen, frame};
pub use programs::program;
pub use server::Server;
pub use sign_in_screen::{Seen, SignInScreen};
pub use terminal::Terminal;
pub use wine::Wine;
