//! Passkeys that derive keys: WebAuthn with the extension `prf`.

use super::{Refused, field};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use model::Secret;
use rand_core::Rng;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::window;

/// How long the person has, in milliseconds.
const LIMIT_MS: u32 = 120_000;

/// A passkey that was made or used.
pub(crate) struct Passkey {
    /// Its id.
    pub(crate) id: Vec<u8>,
    /// What it derived from the salt; nothing where it cannot.
    pub(crate) derived: Option<Secret>,
}

/// Whether this browser has passkeys at all.
pub(crate) fn are_there() -> bool {
    Reflect::has(&js_sys::global(), &"PublicKeyCredential".into()).unwrap_or_default()
}

/// Makes a passkey for this app and asks it for a key from the salt. Some tell the key only when they are used: then the
/// passkey is used at once.
///
/// # Errors
/// When the person turned away, or the device cannot.
pub(crate) async fn make(salt: &[u8; 32], rng: &mut impl Rng) -> Result<Passkey, Refused> {
    let user = object(&[
        ("id", random(rng, 16).into()),
        ("name", "Countersign".into()),
        ("displayName", "Countersign Authenticator".into()),
    ])?;
    let kinds = Array::new();
    // ES256 and RS256 (RFC 8812), what authenticators of phones and PCs have.
    for algorithm in [-7, -257] {
        let kind = object(&[("type", "public-key".into()), ("alg", algorithm.into())])?;
        kinds.push(&kind);
    }
    let selection = object(&[("residentKey", "preferred".into()), ("userVerification", "required".into())])?;
    let options = object(&[
        ("challenge", random(rng, 32).into()),
        ("rp", object(&[("name", "Countersign".into())])?.into()),
        ("user", user.into()),
        ("pubKeyCredParams", kinds.into()),
        ("authenticatorSelection", selection.into()),
        ("extensions", extension(salt)?.into()),
        ("timeout", LIMIT_MS.into()),
    ])?;
    let made = call("create", options).await?;
    if made.derived.is_some() {
        return Ok(made);
    }
    use_it(&made.id, salt, rng).await
}

/// Uses the passkey with this id and asks it for a key from the salt.
///
/// # Errors
/// As [`make`].
pub(crate) async fn use_it(id: &[u8], salt: &[u8; 32], rng: &mut impl Rng) -> Result<Passkey, Refused> {
    let wanted = object(&[("type", "public-key".into()), ("id", Uint8Array::from(id).into())])?;
    let options = object(&[
        ("challenge", random(rng, 32).into()),
        ("allowCredentials", Array::of1(&wanted).into()),
        ("userVerification", "required".into()),
        ("extensions", extension(salt)?.into()),
        ("timeout", LIMIT_MS.into()),
    ])?;
    call("get", options).await
}

async fn call(method: &str, options: Object) -> Result<Passkey, Refused> {
    let container = window().ok_or(Refused::Nothing)?.navigator();
    let container = Reflect::get(&container, &"credentials".into()).map_err(Refused::from_js)?;
    let method = Reflect::get(&container, &method.into()).map_err(Refused::from_js)?;
    let method: Function = method.dyn_into().map_err(|_| Refused::Nothing)?;
    let options = object(&[("publicKey", options.into())])?;
    let promise: Promise = method.call1(&container, &options).map_err(Refused::from_js)?.unchecked_into();
    let passkey = JsFuture::from(promise).await.map_err(Refused::from_js)?;
    let id = Uint8Array::new(&field(&passkey, "rawId")).to_vec();
    let results: Function =
        field(&passkey, "getClientExtensionResults").dyn_into().map_err(|_| Refused::Nothing)?;
    let results = results.call0(&passkey).map_err(Refused::from_js)?;
    let mut derived = results;
    for name in ["prf", "results", "first"] {
        // A property of nothing would throw.
        derived = if derived.is_object() { field(&derived, name) } else { JsValue::UNDEFINED };
    }
    let derived = derived.is_object().then(|| Secret::new(Uint8Array::new(&derived).to_vec()));
    Ok(Passkey { id, derived })
}

/// With one passkey `eval` is asked, not `evalByCredential`, to which some give nothing.
fn extension(salt: &[u8; 32]) -> Result<Object, Refused> {
    let eval = object(&[("first", Uint8Array::from(salt.as_slice()).into())])?;
    object(&[("prf", object(&[("eval", eval.into())])?.into())])
}

fn object(fields: &[(&str, JsValue)]) -> Result<Object, Refused> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).map_err(Refused::from_js)?;
    }
    Ok(object)
}

fn random(rng: &mut impl Rng, length: usize) -> Uint8Array {
    let mut bytes = vec![0; length];
    rng.fill_bytes(&mut bytes);
    Uint8Array::from(bytes.as_slice())
}
