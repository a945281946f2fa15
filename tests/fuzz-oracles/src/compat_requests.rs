//! Requests of clients made for privacyIDEA.

use compat::{MAX_BODY, Parameters};
use std::collections::BTreeSet;

/// Whether the bytes are the parameters of a request: a content type, a line end, the body. What is taken has each name
/// once, texts alone, and comes back the same from a form.
///
/// # Panics
/// When that does not hold.
pub fn compat_request(data: &[u8]) -> bool {
    let at = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (kind, body) = data.split_at(at);
    let Ok(kind) = std::str::from_utf8(kind) else { return false };
    let Ok(read) = Parameters::parse("", kind, body.get(1..).unwrap_or_default()) else { return false };
    let names: Vec<&str> = read.names().collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let escaped = |text: &[u8]| text.iter().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let value = |name: &str| read.secret(name).expect("it is there").expose();
    let form: Vec<_> =
        names.iter().map(|name| format!("{}={}", escaped(name.as_bytes()), escaped(value(name)))).collect();
    let form = form.join("&");
    if form.len() <= MAX_BODY {
        let again = Parameters::parse("", "application/x-www-form-urlencoded", form.as_bytes());
        let again = again.expect("what was read can be written");
        for name in &names {
            assert_eq!(again.secret(name).map(model::Secret::expose), Some(value(name)));
        }
    }
    true
}
