//! Who asks for a backup: the box in the address, the key in `Authorization: Bearer` (RFC 6750 §2.1).

use super::answer::Refused;
use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, StatusCode, header::AUTHORIZATION},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use model::Secret;
use service::backup::{Access, Network};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// 32 bytes in base64url.
const KEY_LENGTH: usize = 43;

/// The box and its key, as they were sent.
pub(super) fn access(name: &str, headers: &HeaderMap) -> Result<Access, Refused> {
    let name = HEXLOWER
        .decode(name.as_bytes())
        .ok()
        .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
        .ok_or(Refused::request("a backup's address has 16 bytes in lower-case hexadecimal"))?;
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let key = match (values.next(), values.next()) {
        (Some(value), None) => key(value.as_bytes()),
        _ => None,
    };
    let key = key.ok_or(Refused::new(
        StatusCode::UNAUTHORIZED,
        "key_missing",
        "the key of the backup is missing: Authorization: Bearer and 32 bytes in base64url",
    ))?;
    Ok(Access::new(name, key))
}

fn key(value: &[u8]) -> Option<Secret> {
    let (scheme, text) = value.split_at_checked(7)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") || text.len() != KEY_LENGTH {
        return None;
    }
    BASE64URL_NOPAD.decode(text).ok().map(Secret::new)
}

/// The network a request came from.
pub(crate) fn network(extensions: &Extensions) -> Network {
    // Without a connection there is a test, or something that has to share one count.
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    extensions.get::<ConnectInfo<SocketAddr>>().map_or(unknown, |ConnectInfo(peer)| peer.ip()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn status(name: &str, values: &[&str]) -> u16 {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::try_from(*value).unwrap());
        }
        access(name, &headers).map_or_else(|refused| refused.status.as_u16(), |_| 200)
    }

    #[test]
    fn a_box_and_a_key_are_taken_in_one_form_only() {
        let (name, key) = ("0a".repeat(16), "A".repeat(43));
        let bearer = format!("Bearer {key}");
        assert_eq!(status(&name, &[&bearer]), 200);
        assert_eq!(status(&name, &[&bearer.to_lowercase().replace(&"a".repeat(43), &key)]), 200);
        for bad in ["", "0a", &name.to_uppercase(), &format!("{name}00"), &"zz".repeat(16)] {
            assert_eq!(status(bad, &[&bearer]), 400, "{bad}");
        }
        let (long, short, odd) = (format!("{bearer}A"), &bearer[..49], bearer.replace("AA", "+/"));
        // The last letter has four bits that are none of the key's.
        let loose = format!("Bearer {}B", "A".repeat(42));
        for bad in [&[][..], &["Bearer"], &["Bearer "], &["Basic AAAA"], &[&bearer, &bearer]] {
            assert_eq!(status(&name, bad), 401, "{bad:?}");
        }
        for bad in [&long, short, &odd, &loose] {
            assert_eq!(status(&name, &[bad]), 401, "{bad}");
        }
    }
}
