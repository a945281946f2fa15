//! Machines: join, be recognized, say hello, report; and what an administrator does with them.

mod admin;
mod authenticate;
mod hello;
mod join;
mod report;

pub use admin::{list, move_to_group, remove, resume, suspend};
pub use authenticate::authenticate;
pub use hello::hello;
pub use join::join;
pub use report::report;
