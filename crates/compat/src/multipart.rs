//! `multipart/form-data` (RFC 7578), which clients in PHP send. Texts alone, no files.

use crate::{Parameters, Unusable};
use model::Secret;

pub(crate) fn parse(body: &[u8], attributes: &str, into: &mut Parameters) -> Result<(), Unusable> {
    let boundary = attribute(attributes, "boundary").filter(|text| (1..=70).contains(&text.len()));
    let delimiter = format!("\r\n--{}", boundary.ok_or(Unusable::Malformed)?).into_bytes();
    // The first one has no line in front of it.
    let mut rest = body.strip_prefix(&delimiter[2..]).ok_or(Unusable::Malformed)?;
    loop {
        if rest.starts_with(b"--") {
            return Ok(());
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(Unusable::Malformed)?;
        let end = find(rest, &delimiter).ok_or(Unusable::Malformed)?;
        let (part, after) = rest.split_at(end);
        let head = find(part, b"\r\n\r\n").ok_or(Unusable::Malformed)?;
        let (head, value) = part.split_at(head);
        into.add(name(head)?, Secret::new(value.get(4..).unwrap_or_default().to_vec()))?;
        rest = after.get(delimiter.len()..).unwrap_or_default();
    }
}

/// The name in the head of a part.
fn name(head: &[u8]) -> Result<&str, Unusable> {
    let head = std::str::from_utf8(head).map_err(|_| Unusable::Malformed)?;
    head.split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(field, _)| field.eq_ignore_ascii_case("content-disposition"))
        .and_then(|(_, value)| value.split_once(';'))
        .and_then(|(_, attributes)| attribute(attributes, "name"))
        .ok_or(Unusable::Malformed)
}

/// The value of an attribute, with or without quotes. None of the names here has a semicolon or a quote in it.
fn attribute<'a>(attributes: &'a str, wanted: &str) -> Option<&'a str> {
    let mut pairs = attributes.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    Some(bare)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
