//! Ente Auth, encrypted: `{version, kdfParams, encryptedData, encryptionNonce}`. What it holds is the plain export, a
//! list of addresses.

use super::json::Json;
use super::{CannotImport, Format, Found, Password, base64, cipher, kdf, otpauth};

pub(super) fn fits(tree: &Json) -> bool {
    tree.get("kdfParams").is_some_and(Json::is_object) && tree.has("encryptedData")
}

pub(super) fn read(tree: &Json, password: Password<'_>) -> Result<Vec<Found>, CannotImport> {
    let params = tree.get("kdfParams").ok_or(CannotImport::BadParameters)?;
    let cost = |name| params.count(name).ok().flatten().ok_or(CannotImport::BadParameters);
    let (bytes, passes) = (cost("memLimit")?, cost("opsLimit")?);
    let salt = base64::parameter(params.text("salt"))?;
    let nonce = base64::parameter(tree.text("encryptionNonce"))?;
    let sealed = base64::parameter(tree.text("encryptedData"))?;
    let key = kdf::argon2id(password.needed()?, &salt, bytes / 1024, passes, 1)?;
    let text = cipher::secretstream(&key, &nonce, &sealed)?;
    let text = text.expose_text().ok_or(CannotImport::Unreadable(Format::Ente))?;
    Ok(otpauth::read_list(text)?.found)
}
