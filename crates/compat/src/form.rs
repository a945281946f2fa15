//! Forms and queries (WHATWG URL §5.1), decoded once.

use crate::{Parameters, Unusable};
use model::Secret;

pub(crate) fn parse(text: &[u8], into: &mut Parameters) -> Result<(), Unusable> {
    for pair in text.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(at);
        let name = decoded(name)?;
        let name = name.expose_text().ok_or(Unusable::Malformed)?;
        into.add(name, decoded(value.strip_prefix(b"=").unwrap_or(value))?)?;
    }
    Ok(())
}

fn decoded(text: &[u8]) -> Result<Secret, Unusable> {
    // As long as it can get, so that nothing is left behind by a vector that grows.
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    let digit =
        |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16)).ok_or(Unusable::Malformed);
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => (digit(rest.next())? << 4 | digit(rest.next())?) as u8,
            other => other,
        });
    }
    Ok(Secret::new(bytes))
}
