//! What a directory sends.

use directory::{Dn, message};

/// Whether the bytes are a message that a directory sends as an answer. One that is has the length that its head says.
///
/// # Panics
/// When that does not hold.
pub fn ldap_message(data: &[u8]) -> bool {
    let length = message::length(data);
    let good = message::check(data).is_ok();
    if good {
        assert_eq!(length, Ok(Some(data.len())));
        assert!(data.len() <= message::MAX_MESSAGE);
    }
    good
}

/// Whether the text is a distinguished name. The one form it is brought into is a name, and in that form already.
///
/// # Panics
/// When that does not hold.
pub fn ldap_name(data: &[u8]) -> bool {
    let Some(name) = std::str::from_utf8(data).ok().and_then(Dn::parse) else { return false };
    let again = Dn::parse(name.as_str()).expect("it is a name");
    assert_eq!(again, name);
    assert!(name.is_within(&again));
    true
}
