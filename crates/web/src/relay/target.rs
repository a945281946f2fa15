//! Which addresses may be reached: an exact host and port, and paths below one path.

use std::{fmt, str::FromStr};

/// A file server that an administrator allows.
///
/// INVARIANT: the host is a name or address in lower case; the prefix begins and ends with a slash and has only visible
/// ASCII, no query and no fragment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    host: String,
    port: u16,
    prefix: String,
    /// Whether it may be at an address that is not a public one.
    pub internal: bool,
}

/// A text is not the address of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// Another scheme, a user name, a query, or no host.
    #[error("not an address like https://cloud.example/remote.php/dav/")]
    Address,
    /// The path has to end where a folder does, so that `/dav` does not allow `/davos`.
    #[error("the path has to end with a slash")]
    Slash,
}

impl Target {
    /// All of a host, in the public internet. Its name is in lower case.
    pub fn whole(host: &'static str) -> Self {
        Self { host: host.to_owned(), port: 443, prefix: "/".to_owned(), internal: false }
    }

    /// The path that everything of it is below.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host, and the port where it is not the usual one: what the app writes into the address of the relay.
    pub(super) fn authority(&self) -> String {
        if self.port == 443 { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// Whether this is the target's authority and a path below its prefix. The path is as it will be sent.
    pub(super) fn allows(&self, authority: &str, path: &str) -> bool {
        authority.eq_ignore_ascii_case(&self.authority())
            && path.starts_with(&self.prefix)
            && is_straight(path)
    }
}

/// Whether a path leads where it reads, however often the server at the other end decodes it: no segment goes up or
/// stays, and none hides a slash.
fn is_straight(path: &str) -> bool {
    path.bytes().all(|b| b.is_ascii_graphic() && !b"?#\\".contains(&b))
        && path.split('/').all(|segment| {
            let mut bytes = segment.as_bytes().to_vec();
            loop {
                // Some servers cut off what follows a semicolon before they look at the dots.
                let plain = bytes.split(|b| *b == b';').next().unwrap_or_default();
                if plain == b"." || plain == b".." || bytes.iter().any(|b| b"/\\".contains(b) || *b < b' ') {
                    return false;
                }
                let decoded = decoded(&bytes);
                if decoded.len() == bytes.len() {
                    return true;
                }
                bytes = decoded;
            }
        })
}

/// Percent-decoded once (RFC 3986 §2.1); what is no escape stays.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let rest = text.strip_prefix("https://").ok_or(InvalidTarget::Address)?;
        let (authority, path) = rest.split_once('/').ok_or(InvalidTarget::Slash)?;
        // The end of an IPv6 address is in brackets; a port is behind the last colon outside of them.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| InvalidTarget::Address)?)
            }
            _ => (authority, 443),
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let good = match address {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.bytes().all(plain),
        };
        let prefix = format!("/{path}");
        if !good || port == 0 || !is_straight(&prefix) {
            return Err(InvalidTarget::Address);
        }
        if !prefix.ends_with('/') {
            return Err(InvalidTarget::Slash);
        }
        Ok(Self { host: host.to_ascii_lowercase(), port, prefix, internal: false })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority(), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_an_https_address_of_a_folder() {
        for (text, shown) in [
            ("https://cloud.example/remote.php/dav/", "https://cloud.example/remote.php/dav/"),
            ("https://Cloud.example:443/", "https://cloud.example/"),
            ("https://nas.local:8443/dav/", "https://nas.local:8443/dav/"),
            ("https://10.0.0.7/x/", "https://10.0.0.7/x/"),
            ("https://[fd00::7]:444/x/", "https://[fd00::7]:444/x/"),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), shown);
            assert_eq!(shown.parse(), Ok(target));
        }
        for (text, error) in [
            ("http://cloud.example/", InvalidTarget::Address),
            ("https://cloud.example", InvalidTarget::Slash),
            ("https://cloud.example/dav", InvalidTarget::Slash),
            ("https://me@cloud.example/", InvalidTarget::Address),
            ("https://me:pw@cloud.example/", InvalidTarget::Address),
            ("https:///dav/", InvalidTarget::Address),
            ("https://cloud.example:0/", InvalidTarget::Address),
            ("https://cloud.example:99999/", InvalidTarget::Address),
            ("https://cloud.example/a/../b/", InvalidTarget::Address),
            ("https://cloud.example/?x=/", InvalidTarget::Address),
            ("https://cloud.example/#/", InvalidTarget::Address),
            ("https://cl oud.example/", InvalidTarget::Address),
            ("https://[::g]/", InvalidTarget::Address),
            ("", InvalidTarget::Address),
        ] {
            assert_eq!(text.parse::<Target>(), Err(error), "{text}");
        }
    }

    #[test]
    fn only_paths_below_the_prefix_on_that_host_and_port_are_allowed() {
        let target: Target = "https://cloud.example/dav/mara/".parse().unwrap();
        for (authority, path, allowed) in [
            ("cloud.example", "/dav/mara/backup", true),
            ("CLOUD.example", "/dav/mara/a/b%20c", true),
            ("cloud.example", "/dav/mara/100%25", true),
            ("cloud.example", "/dav/mara/..backup", true),
            ("cloud.example", "/dav/mara", false),
            ("cloud.example", "/dav/marathon/x", false),
            ("cloud.example", "/DAV/mara/x", false),
            ("cloud.example", "/x/dav/mara/x", false),
            ("cloud.example:8443", "/dav/mara/x", false),
            ("cloud.example.evil.example", "/dav/mara/x", false),
            ("evil.example", "/dav/mara/x", false),
        ] {
            assert_eq!(target.allows(authority, path), allowed, "{authority} {path}");
        }
    }

    #[test]
    fn no_path_climbs_out_however_it_is_written() {
        let target: Target = "https://cloud.example/dav/mara/".parse().unwrap();
        for path in [
            "/dav/mara/../otto/x",
            "/dav/mara/..",
            "/dav/mara/./x",
            "/dav/mara/%2e%2e/otto/x",
            "/dav/mara/%2E./x",
            "/dav/mara/%252e%252e/x",
            "/dav/mara/%25252e%25252e/x",
            "/dav/mara/..%2fotto",
            "/dav/mara/x%2f..%2f..%2fotto",
            "/dav/mara/..%5cotto",
            "/dav/mara/..\\otto",
            "/dav/mara/..;/otto",
            "/dav/mara/%2e%2e;x=1/otto",
            "/dav/mara/x%00",
            "/dav/mara/x%0d%0aHost:",
            "/dav/mara/x?y",
            "/dav/mara/x#y",
            "/dav/mara/\u{e9}",
        ] {
            assert!(!target.allows("cloud.example", path), "{path}");
        }
    }
}
