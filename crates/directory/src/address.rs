use std::{fmt, str::FromStr};

/// Where a directory is: `ldaps://dc1.ad.example` or `ldap://dc1.ad.example:389`. The second means StartTLS, unless the
/// settings leave encryption out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    pub(crate) tls_first: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// A text that is no address of a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "expected ldaps://HOST or ldap://HOST, with a port where it is not the usual one, and nothing behind it"
)]
pub struct InvalidAddress;

/// Whether a directory may be spoken to without encryption.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unencrypted {
    /// Never.
    Refused,
    /// On this machine alone.
    Loopback,
    /// Wherever it is: passwords and answers are anybody's on the way.
    Anywhere,
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let (tls_first, rest) = match text.split_once("://").ok_or(InvalidAddress)? {
            ("ldaps", rest) => (true, rest),
            ("ldap", rest) => (false, rest),
            _ => return Err(InvalidAddress),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let usual = if tls_first { 636 } else { 389 };
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(InvalidAddress)?;
                host.parse::<std::net::Ipv6Addr>().map_err(|_| InvalidAddress)?;
                (host, port.strip_prefix(':').or(if port.is_empty() { None } else { Some("-") }))
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = port.map_or(Ok(usual), |port| port.parse().map_err(|_| InvalidAddress))?;
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        let fits = (1..=253).contains(&host.len()) && host.chars().all(good) && port != 0;
        if fits { Ok(Self { tls_first, host: host.to_owned(), port }) } else { Err(InvalidAddress) }
    }
}

/// `ldaps://host:port`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls_first { "ldaps" } else { "ldap" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_a_host_and_maybe_a_port() {
        for (text, shown) in [
            ("ldaps://dc1.ad.example", "ldaps://dc1.ad.example:636"),
            ("ldap://dc1", "ldap://dc1:389"),
            ("ldap://127.0.0.1:3389/", "ldap://127.0.0.1:3389"),
            ("ldaps://[::1]", "ldaps://[::1]:636"),
            ("ldaps://[::1]:1636", "ldaps://[::1]:1636"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), shown);
        }
        for bad in [
            "",
            "dc1",
            "http://dc1",
            "ldaps://",
            "ldaps://a b",
            "ldaps://dc1:x",
            "ldaps://dc1:0",
            "ldaps://dc1/dc=a",
            "ldaps://me:secret@dc1",
            "ldaps://[::1",
            "ldaps://[x]",
            "ldaps://[::1]1",
            "ldapi:///",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }
}
