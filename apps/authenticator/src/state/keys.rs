//! Keys from passwords, derived in a worker, and the browser's randomness.

use crate::browser::{Refused, worker::Worker};
use js_sys::{Array, Object, Reflect, Uint8Array};
use model::Secret;
use vault::container::{PasswordParameters, SlotKey};
use wasm_bindgen::JsCast;
use zeroize::Zeroizing;

/// The browser's randomness.
pub(crate) fn rng() -> impl rand_core::Rng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// The key of a password. The worker is started for it and ended after it, so that its memory, which had the password,
/// is given back.
///
/// # Errors
/// When the worker does not start or there is not enough memory.
pub(crate) async fn derive(password: &Secret, parameters: &PasswordParameters) -> Result<SlotKey, Refused> {
    let worker = Worker::start("keys-worker")?;
    let request = Object::new();
    let set = |name: &str, value: wasm_bindgen::JsValue| {
        Reflect::set(&request, &name.into(), &value).map(|_| ()).map_err(Refused::from_js)
    };
    let bytes = Uint8Array::from(password.expose());
    set("password", bytes.clone().into())?;
    set("salt", Uint8Array::from(parameters.salt().as_slice()).into())?;
    set("memory", parameters.memory_kib().into())?;
    set("passes", parameters.passes().into())?;
    set("lanes", u32::from(parameters.lanes()).into())?;
    // The bytes change hands: no copy is left on this side.
    let answer = worker.ask(&request, &Array::of1(&bytes.buffer())).await?;
    let answer = answer.dyn_into::<Uint8Array>().map_err(|_| Refused::Nothing)?;
    let mut key = Zeroizing::new([0; 32]);
    if answer.length() != 32 {
        return Err(Refused::Nothing);
    }
    answer.copy_to(&mut *key);
    answer.fill(0, 0, 32);
    Ok(SlotKey::from_bytes(key))
}
