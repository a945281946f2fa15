//! The credential provider and its filter: COM in the process of Windows' sign-in screen, and nothing else. It draws the
//! screen the agent names and returns what was typed.
//!
//! Must not know the network, files, what a serialization means, or any rule of who may sign in.
//!
//! Without Windows only what needs none is here, for its tests.
#![cfg_attr(
    not(windows),
    expect(dead_code, reason = "what needs no Windows is used by what does, and by tests")
)]

mod drawing;
mod fields;
mod guard;
mod inbox;
mod wording;

#[cfg(windows)]
mod bitmap;
#[cfg(windows)]
mod com;
#[cfg(windows)]
mod credential;
#[cfg(windows)]
mod exports;
#[cfg(windows)]
mod filter;
#[cfg(windows)]
mod here;
#[cfg(windows)]
mod link;
#[cfg(windows)]
mod memory;
#[cfg(windows)]
mod pipe;
#[cfg(windows)]
mod post;
#[cfg(windows)]
mod provider;
#[cfg(windows)]
mod qr_window;
#[cfg(windows)]
mod registry;
#[cfg(windows)]
mod tile;
