//! How hard a new password is to guess, judged in a worker.

use crate::browser::{Refused, worker::Worker};
use js_sys::{Array, Object, Reflect, Uint8Array};
use model::Secret;

/// From 0, very weak, to 4, very good; nothing where it cannot be judged. The worker is started for it and ended after it,
/// so that its memory, which had the password, is given back.
pub(crate) async fn of(password: &Secret) -> Option<u8> {
    let worker = Worker::start("strength-worker").ok()?;
    let request = Object::new();
    let bytes = Uint8Array::from(password.expose());
    Reflect::set(&request, &"password".into(), &bytes).map_err(Refused::from_js).ok()?;
    // The bytes change hands: no copy is left on this side.
    let answer = worker.ask(&request, &Array::of1(&bytes.buffer())).await.ok()?;
    Some(answer.as_f64()? as u8)
}
