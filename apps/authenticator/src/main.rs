//! The authenticator in the browser: screens, and what they need of the browser.
//!
//! Must not know how codes are made, vaults sealed or files read: that is in the crates below. What is worth a unit test
//! belongs there. How to add a screen is in `README.md` beside this folder.
#![cfg_attr(
    target_arch = "wasm32",
    expect(unreachable_pub, reason = "what leptos makes of a component is public")
)]

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod parts;
#[cfg(target_arch = "wasm32")]
mod screens;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod why;

#[cfg(target_arch = "wasm32")]
fn main() {
    wasm_bindgen_futures::spawn_local(async {
        let texts = state::languages::at_start().await;
        leptos::mount::mount_to_body(move || app::show(texts));
    });
}

/// Nothing: on other machines there is no browser to run in.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
