//! Machines: join, be recognized, say hello, report; and what an administrator does with them.

mod admin;
mod authenticate;
mod hello;
mod join;
mod report;
mod text;

pub use admin::{groups, list, move_to_group, name, remove, resume, suspend};
pub use authenticate::authenticate;
pub(crate) use authenticate::{heard, still_heard};
pub use hello::hello;
pub use join::join;
pub use report::report;
