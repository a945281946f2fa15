//! Where a form came from, as the browser says, which a page of somebody else cannot make it say.

use axum::http::{HeaderMap, Uri, header};

/// Whether a form came from a page of ours. A browser that says nothing of it is an old one, or no browser: then it is the
/// form's token alone that counts.
pub(crate) fn is_ours(headers: &HeaderMap, uri: &Uri) -> bool {
    let field = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = field("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = field("origin") else { return true };
    let host = field(header::HOST.as_str()).or_else(|| uri.authority().map(|authority| authority.as_str()));
    host.is_some_and(|host| origin.strip_prefix("https://") == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn ours(fields: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        is_ours(&headers, &Uri::from_static("/admin"))
    }

    #[test]
    fn forms_of_others_are_told_apart() {
        const HOST: (&str, &str) = ("host", "cs.example:8443");
        assert!(ours(&[HOST]));
        assert!(ours(&[HOST, ("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(ours(&[HOST, ("origin", "https://cs.example:8443")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(
                !ours(&[HOST, ("sec-fetch-site", site), ("origin", "https://cs.example:8443")]),
                "{site}"
            );
        }
        for origin in ["null", "", "https://cs.example", "http://cs.example:8443", "https://evil.example"] {
            assert!(!ours(&[HOST, ("origin", origin)]), "{origin}");
        }
        assert!(!ours(&[("origin", "https://cs.example:8443")]));
    }
}
