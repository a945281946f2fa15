//! How hard a new password is to guess: a module of its own, loaded in a worker when a new password is typed.
//!
//! Must not know what the password opens.

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Reflect, Uint8Array};
    use model::Secret;
    use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

    /// A number from 0, very weak, to 4, very good, for `password`.
    #[wasm_bindgen]
    #[expect(unreachable_pub, reason = "called by the worker's script")]
    pub fn answer(request: &JsValue) -> Result<JsValue, JsValue> {
        let bytes = Reflect::get(request, &"password".into())?.dyn_into::<Uint8Array>()?;
        let password = Secret::new(bytes.to_vec());
        bytes.fill(0, 0, bytes.length());
        Ok((strength::of(&password) as u8).into())
    }
}

fn main() {}
