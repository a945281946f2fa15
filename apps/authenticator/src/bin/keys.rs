//! The derivation of keys from passwords: a module of its own, run in a worker so that the screen keeps moving.
//!
//! Must not know what a key opens.

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Reflect, Uint8Array};
    use model::Secret;
    use vault::container::{PasswordParameters, derive};
    use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

    /// The key for `password` by `salt`, `memory` (KiB), `passes` and `lanes`.
    #[wasm_bindgen]
    #[expect(unreachable_pub, reason = "called by the worker's script")]
    pub fn answer(request: &JsValue) -> Result<JsValue, JsValue> {
        let field = |name: &str| Reflect::get(request, &name.into());
        let number = |name: &str| field(name).map(|value| value.as_f64().unwrap_or_default() as u32);
        let bytes = field("password")?.dyn_into::<Uint8Array>()?;
        let password = Secret::new(bytes.to_vec());
        bytes.fill(0, 0, bytes.length());
        let mut salt = [0; 16];
        let given = field("salt")?.dyn_into::<Uint8Array>()?;
        if given.length() != 16 {
            return Err("a salt has 16 bytes".into());
        }
        given.copy_to(&mut salt);
        let lanes = u8::try_from(number("lanes")?).unwrap_or_default();
        let parameters = PasswordParameters::new(salt, number("memory")?, number("passes")?, lanes)
            .map_err(|error| JsValue::from(error.to_string()))?;
        let key = derive(&password, &parameters).map_err(|error| JsValue::from(error.to_string()))?;
        Ok(Uint8Array::from(key.expose().as_slice()).into())
    }
}

fn main() {}
