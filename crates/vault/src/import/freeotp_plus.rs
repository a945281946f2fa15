//! FreeOTP+: `{tokenOrder, tokens}`. Secrets are lists of signed bytes, and the counter of a HOTP token stands there
//! minus one.

use super::entry::{Entry, Extra, Given, Kind, Names, number};
use super::json::Json;
use super::{CannotImport, Format, Found, Refused, judged, otpauth};
use model::Secret;
use otp::{Seed, UriField};

pub(super) fn fits(tree: &Json) -> bool {
    tree.has("tokenOrder") || tree.list("tokens").iter().take(1).any(|token| token.has("issuerExt"))
}

pub(super) fn read(tree: &Json) -> Result<Vec<Found>, CannotImport> {
    let tokens =
        tree.get("tokens").and_then(Json::as_list).ok_or(CannotImport::Unreadable(Format::FreeOtpPlus))?;
    judged(tokens, |at, token| {
        let issuer = match token.text("issuerExt").trim() {
            "" => token.text("issuerInt"),
            issuer => issuer,
        };
        let names = Names::of_label(issuer, token.text("label"));
        names.found(at, || {
            let kind = match Kind::named(token.text("type")) {
                Kind::Totp if otpauth::is_steam(issuer) => Kind::Steam,
                kind => kind,
            };
            let stored = number(token, "counter", UriField::Counter)?;
            Entry {
                kind,
                names,
                secret: secret(token)?,
                algorithm: token.text("algo"),
                digits: number(token, "digits", UriField::Digits)?,
                period: number(token, "period", UriField::Period)?,
                counter: stored.map(|counter| counter.saturating_add(1)),
                extra: Extra::default(),
            }
            .token()
        })
    })
}

fn secret(token: &Json) -> Result<Given<'_>, Refused> {
    let Some(bytes) = token.get("secret").and_then(Json::as_list) else { return Ok(Given::Nothing) };
    if bytes.len() > Seed::MAX_BYTES {
        return Err(otp::InvalidSeed::TooLong.into());
    }
    // The capacity is final: growing would leave a copy behind.
    let mut secret = Vec::with_capacity(bytes.len());
    for byte in bytes {
        let Json::Whole(value) = byte else { return Err(Refused::Bad(UriField::Secret)) };
        let signed = i8::try_from(*value).map(i8::cast_unsigned);
        secret.push(signed.or_else(|_| u8::try_from(*value)).map_err(|_| Refused::Bad(UriField::Secret))?);
    }
    Ok(Given::Bytes(Secret::new(secret)))
}
