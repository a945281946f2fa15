//! Files of other authenticators, read and written: a module of its own, loaded when the first one comes. It runs in a
//! worker, since trying a password takes seconds by design.
//!
//! Must not know the person's vault: it is given a file and gives back tokens, or the other way round.

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Array, Object, Reflect, Uint8Array};
    use model::{Secret, UnixTime};
    use vault::{
        EntryId, Vault,
        container::payload,
        export,
        import::{self, CannotImport},
    };
    use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

    /// Reads `file`, or makes a file for Aegis of the vault in `aegis`; `password` goes with either.
    #[wasm_bindgen]
    #[expect(unreachable_pub, reason = "called by the worker's script")]
    pub fn answer(request: &JsValue) -> Result<JsValue, JsValue> {
        let bytes = |name: &str| -> Result<Option<Secret>, JsValue> {
            let field = Reflect::get(request, &name.into())?.dyn_into::<Uint8Array>().ok();
            Ok(field.map(|bytes| Secret::new(bytes.to_vec())))
        };
        let password = bytes("password")?;
        match (bytes("file")?, bytes("aegis")?) {
            (Some(file), _) => read(file.expose(), password.as_ref()),
            (_, Some(plain)) => aegis(plain.expose(), &password.unwrap_or_default()),
            _ => Err("nothing to do".into()),
        }
    }

    /// An object with `asks` (a password, or another one), `unreadable` (a sentence), or `format`, `entries` (each a name
    /// and why there is no token) and `tokens`: a vault in which a token's id is its place in `entries`.
    fn read(file: &[u8], password: Option<&Secret>) -> Result<JsValue, JsValue> {
        let answer = Object::new();
        let set = |name: &str, value: JsValue| Reflect::set(&answer, &name.into(), &value).map(|_| ());
        match import::read(file, password) {
            Err(CannotImport::NeedsPassword(_) | CannotImport::WrongPassword) => set("asks", true.into())?,
            Err(error) => set("unreadable", error.to_string().into())?,
            Ok(import) => {
                let (entries, mut vault) = (Array::new(), Vault::new());
                for (place, found) in import.found.into_iter().enumerate() {
                    let id = EntryId::from_bytes((place as u128).to_be_bytes());
                    let refused = match found.outcome {
                        Ok(draft) => {
                            vault.add(draft, id, UnixTime::from_secs(0)).err().map(|why| why.to_string())
                        }
                        Err(why) => Some(why.to_string()),
                    };
                    entries.push(&Array::of2(&found.label.into(), &refused.unwrap_or_default().into()));
                }
                set("format", import.format.to_string().into())?;
                set("entries", entries.into())?;
                set("tokens", Uint8Array::from(payload::write(&vault).as_slice()).into())?;
            }
        }
        Ok(answer.into())
    }

    fn aegis(plain: &[u8], password: &Secret) -> Result<JsValue, JsValue> {
        let problem = |error: &dyn std::fmt::Display| JsValue::from(error.to_string());
        let vault = payload::read(plain).map_err(|error| problem(&error))?;
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let made = export::aegis(&vault, password, &mut rng).map_err(|error| problem(&error))?;
        Ok(Uint8Array::from(made.text.expose()).into())
    }
}

fn main() {}
