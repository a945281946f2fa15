//! The clock: ticks for what counts down, and the comparison with the server's.

use super::App;
use crate::browser::{
    page,
    request::{self, Request},
};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// Differences up to this many seconds are left as they are.
const TOLERATED_SECS: i64 = 2;

/// Starts the ticking, and compares with the server: at the start, when there is a network again, and when the device's
/// clock was set.
pub(crate) fn run(app: App) {
    let tick = move || {
        let now = app.now().as_secs();
        if app.second.get_untracked() != now {
            app.second.set(now);
        }
    };
    let compare = move || {
        spawn_local(async move {
            if let Some(offset) = measure().await {
                app.offset.set(Some(if offset.abs() > TOLERATED_SECS { offset } else { 0 }));
                tick();
            }
        });
    };
    // The device's clock may be set while the app is open, and what was right is wrong then.
    let ahead = move || page::now_ms() as f64 - page::running_ms();
    let last = StoredValue::new(ahead());
    let tick_and_watch = move || {
        let jump = (ahead() - last.get_value()).abs();
        if jump > 1000.0 * TOLERATED_SECS as f64 {
            last.set_value(ahead());
            compare();
        }
        tick();
    };
    let _handle = window_event_listener_untyped("online", move |_| compare());
    // More often than each second, so that the end of a code is not missed by much.
    let _handle = set_interval_with_handle(tick_and_watch, Duration::from_millis(200));
    compare();
}

/// How many seconds the server is ahead of this device; nothing when it cannot be reached or tells no time.
async fn measure() -> Option<i64> {
    let before = page::now_ms() as f64;
    let answer = request::send(&Request { method: "GET", path: "/api/v1/time", headers: &[], body: None })
        .await
        .ok()?;
    let after = page::now_ms() as f64;
    let server = match (answer.status, now_in(&answer.body)) {
        (200, Some(now_ms)) => now_ms,
        // Any other host says it in whole seconds, cut off: half a second later on average.
        _ => answer.date_ms? + 500.0,
    };
    Some(((server - (before + after) / 2.0) / 1000.0).round() as i64)
}

/// The member `now_ms` of a JSON object.
fn now_in(body: &[u8]) -> Option<f64> {
    let value = js_sys::JSON::parse(std::str::from_utf8(body).ok()?).ok()?;
    js_sys::Reflect::get(&value, &"now_ms".into()).ok()?.as_f64()
}
