//! PSKC, RFC 6030: an XML file with a package for each key, in the clear or encrypted.
//!
//! What is encrypted has a check value, which is looked at before anything is decrypted; a file that encrypts without one
//! is not taken. Signatures (`ds:Signature`) are not looked at: who sent a file is for whoever imports it to know.

mod keys;
mod value;
mod xml;

use crate::{
    BadLine, CannotRead, HardwareToken, MAX_TOKENS, Note, Options, Problem,
    read::Found,
    token::{counter, digits, key_notes, period, shown},
};
use keys::Keys;
use otp::{Algorithm, Counter, Period, Seed, TokenKind, TokenParameters};
use roxmltree::Node;
use value::{plain_or_encrypted, secret};
use xml::{Lines, PSKC, child, children, text};

pub(crate) fn read(file: &str, options: &Options) -> Result<Found, CannotRead> {
    let document = xml::parse(file)?;
    let lines = Lines::of(file);
    let container = document.root_element();
    let version = container.attribute("Version").unwrap_or("1.0");
    if !container.has_tag_name((PSKC, "KeyContainer")) || version != "1.0" {
        return Err(CannotRead::NotPskc);
    }
    let keys = Keys::of(container, options.key.as_ref())?;
    let mut found = Found::new();
    for package in children(container, "KeyPackage") {
        if found.len() > MAX_TOKENS {
            return Err(CannotRead::TooMany);
        }
        found.push(token(package, &keys, options, &lines));
    }
    Ok(found)
}

fn token(
    package: Node<'_, '_>,
    keys: &Keys,
    options: &Options,
    lines: &Lines,
) -> Result<HardwareToken, BadLine> {
    let line = lines.of_node(package);
    let device = child(package, "DeviceInfo");
    let key = child(package, "Key");
    let of_device = |name: &str| device.and_then(|device| child(device, name)).map(text);
    // A key that is in no device of its own is told by the name of the key.
    let serial = of_device("SerialNo").filter(|serial| !serial.is_empty());
    let serial =
        serial.or_else(|| key.and_then(|key| key.attribute("Id")).map(str::trim)).unwrap_or_default();
    let bad = |problem| BadLine { line, serial: (!serial.is_empty()).then(|| shown(serial)), problem };
    let key = key.ok_or_else(|| bad(Problem::NoKey))?;
    if serial.is_empty() {
        return Err(bad(Problem::NoSerial));
    }
    let serial_read = serial.parse().map_err(|invalid| bad(Problem::BadSerial(invalid)))?;
    let parameters = parameters(key, keys, options).map_err(bad)?;
    let seed = secret(key, keys).map_err(bad)?;
    let seed = Seed::new(seed).map_err(|_| bad(Problem::KeyLength))?;
    let mut notes = key_notes(&seed);
    notes.extend(policy(key));
    let maker = [of_device("Manufacturer"), of_device("Model")];
    Ok(HardwareToken {
        line,
        serial: serial_read,
        seed,
        parameters,
        maker: shown(&maker.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        notes,
    })
}

/// What the file says about the use of a key, and nothing here keeps to.
fn policy(key: Node<'_, '_>) -> Vec<Note> {
    let Some(policy) = child(key, "Policy") else { return Vec::new() };
    let date = |name: &str| child(policy, name).map(text).filter(|date| !date.is_empty()).map(shown);
    let from = date("StartDate").map(Note::ValidFrom);
    let until = date("ExpiryDate").map(Note::ValidUntil);
    let pin = child(policy, "PINPolicy").map(|_| Note::PinPolicy);
    from.into_iter().chain(until).chain(pin).collect()
}

fn parameters(key: Node<'_, '_>, keys: &Keys, options: &Options) -> Result<TokenParameters, Problem> {
    let said = child(key, "AlgorithmParameters");
    let response = said.and_then(|said| child(said, "ResponseFormat"));
    if let Some(encoding) = response.and_then(|response| response.attribute("Encoding"))
        && encoding != "DECIMAL"
    {
        return Err(Problem::Kind(format!("codes that are {}", shown(encoding))));
    }
    let digits = match response.and_then(|response| response.attribute("Length")) {
        Some(length) => digits(length.trim())?,
        None => options.digits,
    };
    let data = child(key, "Data");
    let number = |name: &str| {
        data.and_then(|data| child(data, name)).map(|value| plain_or_encrypted(value, keys)).transpose()
    };
    let algorithm = key.attribute("Algorithm").unwrap_or_default();
    let kind = match algorithm.strip_prefix(PSKC).unwrap_or_default() {
        ":hotp" | "#hotp" => TokenKind::Hotp {
            counter: number("Counter")?.map_or(Ok(Counter::new(0)), |text| counter(&text))?,
        },
        ":totp" | "#totp" => TokenKind::Totp {
            period: number("TimeInterval")?.map_or(Ok(Period::DEFAULT), |text| period(&text))?,
        },
        _ => return Err(Problem::Kind(shown(algorithm))),
    };
    // `HMAC-SHA256` and the like; without it, what the norms of both kinds say.
    let suite = said.and_then(|said| child(said, "Suite")).map(text).filter(|suite| !suite.is_empty());
    let algorithm = match suite {
        Some(suite) => suite.parse().map_err(|_| Problem::Hash)?,
        None => Algorithm::Sha1,
    };
    Ok(TokenParameters { algorithm, digits, kind })
}
