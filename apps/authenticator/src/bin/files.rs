//! Files of other authenticators, read and written: a module of its own, loaded when the first one comes. It runs in a
//! worker, since trying a password takes seconds by design.
//!
//! Must not know the person's vault: it is given a file and gives back tokens, or the other way round.

#[cfg(target_arch = "wasm32")]
#[path = "../why.rs"]
mod why;

#[cfg(target_arch = "wasm32")]
mod worker {
    use super::why;
    use js_sys::{Array, Object, Reflect, Uint8Array};
    use model::{Secret, UnixTime};
    use vault::{
        EntryId, Vault,
        container::payload,
        export,
        import::{self, Format},
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

    /// An object with `unreadable` (a word of `why`), or `format` (nothing for a list of addresses), `missing` (numbers
    /// of parts, where some are), `entries` (each a name and a word: why there is no token, or `long` where a token's note
    /// was cut) and `tokens`: a vault in which a token's id is its place in `entries`.
    fn read(file: &[u8], password: Option<&Secret>) -> Result<JsValue, JsValue> {
        let answer = Object::new();
        let set = |name: &str, value: JsValue| Reflect::set(&answer, &name.into(), &value).map(|_| ());
        match import::read(file, password) {
            Err(error) => set("unreadable", why::of_file(error).into())?,
            Ok(import) => {
                let (entries, mut vault) = (Array::new(), Vault::new());
                for (place, found) in import.found.into_iter().enumerate() {
                    let id = EntryId::from_bytes((place as u128).to_be_bytes());
                    let word = match found.outcome {
                        Ok(draft) => match vault.add(draft, id, UnixTime::from_secs(0)) {
                            Ok(()) if found.shortened => "long",
                            Ok(()) => "",
                            Err(error) => why::of_entry(error.into()),
                        },
                        Err(refused) => why::of_entry(refused),
                    };
                    entries.push(&Array::of2(&found.label.into(), &word.into()));
                }
                if import.format != Format::OtpauthList {
                    set("format", import.format.name().into())?;
                }
                let missing = import.incomplete.iter().flat_map(|batch| &batch.missing);
                let missing = missing.map(u32::to_string).collect::<Vec<_>>().join(", ");
                if !missing.is_empty() {
                    set("missing", missing.into())?;
                }
                set("entries", entries.into())?;
                set("tokens", Uint8Array::from(payload::write(&vault).as_slice()).into())?;
            }
        }
        Ok(answer.into())
    }

    /// An array: the file, then the name of each token that is not in it.
    fn aegis(plain: &[u8], password: &Secret) -> Result<JsValue, JsValue> {
        let problem = |error: &dyn std::fmt::Display| JsValue::from(error.to_string());
        let vault = payload::read(plain).map_err(|error| problem(&error))?;
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        let made = export::aegis(&vault, password, &mut rng).map_err(|error| problem(&error))?;
        let answer = Array::of1(&Uint8Array::from(made.text.expose()));
        for (name, _) in made.left_out {
            answer.push(&name.into());
        }
        Ok(answer.into())
    }
}

fn main() {}
