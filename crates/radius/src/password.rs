//! How a password is hidden on its way (RFC 2865 §5.2).

use crate::SharedSecret;
use model::Secret;
use zeroize::Zeroize;

const BLOCK: usize = 16;
/// The longest hidden password, in bytes.
const MAX: usize = 128;

/// The password; `None` where it has a length that none can have.
pub(crate) fn reveal(hidden: &[u8], authenticator: &[u8; 16], shared: &SharedSecret) -> Option<Secret> {
    if hidden.is_empty() || hidden.len() > MAX || !hidden.len().is_multiple_of(BLOCK) {
        return None;
    }
    let mut clear = Vec::with_capacity(hidden.len());
    let mut before: &[u8] = authenticator;
    for block in hidden.chunks_exact(BLOCK) {
        let mut pad = shared.md5(&[None, Some(before)]);
        clear.extend(block.iter().zip(&pad).map(|(hidden, pad)| hidden ^ pad));
        pad.zeroize();
        before = block;
    }
    // It is filled up with zeros; that none of its own end with one is part of the protocol.
    while clear.last() == Some(&0) {
        clear.pop();
    }
    Some(Secret::new(clear))
}
