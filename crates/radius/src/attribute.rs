//! The attributes of a packet (RFC 2865 §5): type, length, value.

/// The types used here.
pub(crate) mod kind {
    pub(crate) const USER_NAME: u8 = 1;
    pub(crate) const USER_PASSWORD: u8 = 2;
    pub(crate) const CHAP_PASSWORD: u8 = 3;
    pub(crate) const REPLY_MESSAGE: u8 = 18;
    pub(crate) const STATE: u8 = 24;
    pub(crate) const NAS_IDENTIFIER: u8 = 32;
    pub(crate) const PROXY_STATE: u8 = 33;
    pub(crate) const CALLING_STATION_ID: u8 = 31;
    pub(crate) const EAP_MESSAGE: u8 = 79;
    pub(crate) const MESSAGE_AUTHENTICATOR: u8 = 80;
}

/// Type and length.
const HEAD: usize = 2;
/// The longest value, in bytes.
pub(crate) const MAX_VALUE: usize = 253;

/// One attribute, where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Attribute<'a> {
    pub(crate) kind: u8,
    pub(crate) value: &'a [u8],
    /// Where the value begins in what was given to [`attributes`].
    pub(crate) at: usize,
}

/// The attributes one after the other; `None` where a length is not possible.
pub(crate) fn attributes(bytes: &[u8]) -> Option<Vec<Attribute<'_>>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (kind, length) = (*bytes.get(at)?, usize::from(*bytes.get(at + 1)?));
        let value = bytes.get(at + HEAD..at.checked_add(length)?)?;
        found.push(Attribute { kind, value, at: at + HEAD });
        at += length;
    }
    Some(found)
}

/// Adds an attribute. What is longer than [`MAX_VALUE`] is not added: callers cut what they send.
pub(crate) fn push(out: &mut Vec<u8>, kind: u8, value: &[u8]) {
    if let Ok(length) = u8::try_from(value.len() + HEAD) {
        out.extend([kind, length]);
        out.extend_from_slice(value);
    }
}
