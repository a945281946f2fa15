//! `If-Match` and `If-None-Match` (RFC 9110 §13.1) as the backups take them.

use super::answer::Refused;
use axum::http::{
    HeaderMap, HeaderName, StatusCode,
    header::{IF_MATCH, IF_NONE_MATCH},
};
use service::backup::{ContentHash, Precondition};

const MISSING: &str = "say what the backup has to be now: If-Match with the ETag that was read, or If-None-Match: * \
                       for the first one";
/// Tags looked at; an app has one.
const MOST: usize = 16;

/// What a header names.
#[derive(Debug, PartialEq, Eq)]
enum Tags {
    /// `*`.
    Any,
    /// These. Weak and foreign tags are left out, since they match nothing here.
    These(Vec<ContentHash>),
}

/// What a write asks for. Nothing is written without it, so that two devices never overwrite each other unawares.
pub(super) fn precondition(headers: &HeaderMap) -> Result<Precondition, Refused> {
    match (tags(headers, &IF_MATCH)?, tags(headers, &IF_NONE_MATCH)?) {
        (None, None) => {
            Err(Refused::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", MISSING))
        }
        (Some(Tags::These(hashes)), None) => Ok(Precondition::Holds(hashes)),
        (None, Some(Tags::Any)) => Ok(Precondition::New),
        _ => Err(Refused::request(MISSING)),
    }
}

/// What a removal may ask for.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<Vec<ContentHash>>, Refused> {
    Ok(match tags(headers, &IF_MATCH)? {
        Some(Tags::These(hashes)) => Some(hashes),
        Some(Tags::Any) | None => None,
    })
}

/// Whether whoever reads has this already.
pub(super) fn is_known(headers: &HeaderMap, hash: ContentHash) -> bool {
    match tags(headers, &IF_NONE_MATCH) {
        Ok(Some(Tags::These(hashes))) => hashes.contains(&hash),
        Ok(Some(Tags::Any)) => true,
        Ok(None) | Err(_) => false,
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Refused> {
    let mut hashes = Vec::new();
    let mut seen = 0;
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| Refused::request("a tag is not plain text"))?;
        if text.trim() == "*" && seen == 0 {
            seen = MOST;
            continue;
        }
        for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            seen += 1;
            if seen > MOST {
                return Err(Refused::request("too many tags, or * among them"));
            }
            let inner = tag.strip_prefix("W/").unwrap_or(tag);
            let quoted = inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let quoted = quoted.ok_or(Refused::request("a tag is not in quotes"))?;
            if inner == tag
                && let Ok(hash) = quoted.parse()
            {
                hashes.push(hash);
            }
        }
    }
    Ok(match seen {
        0 => None,
        MOST if hashes.is_empty() => Some(Tags::Any),
        _ => Some(Tags::These(hashes)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(values: &[&str]) -> Result<Option<Tags>, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        tags(&headers, &IF_MATCH).map_err(|refused| refused.status.as_u16())
    }

    #[test]
    fn tags_are_read_as_the_norm_writes_them() {
        let (a, b) = ("a1".repeat(32), "b2".repeat(32));
        let (hash_a, hash_b) = (a.parse().unwrap(), b.parse().unwrap());
        let quoted = |text: &str| format!("\"{text}\"");
        for (values, tags) in [
            (vec![], None),
            (vec![String::new()], None),
            (vec!["*".to_owned()], Some(Tags::Any)),
            (vec![" * ".to_owned()], Some(Tags::Any)),
            (vec![quoted(&a)], Some(Tags::These(vec![hash_a]))),
            (vec![format!("{}, {}", quoted(&a), quoted(&b))], Some(Tags::These(vec![hash_a, hash_b]))),
            (vec![quoted(&a), quoted(&b)], Some(Tags::These(vec![hash_a, hash_b]))),
            // A weak tag is not the same state byte for byte; a foreign one is none of ours. Neither matches.
            (vec![format!("W/{}", quoted(&a))], Some(Tags::These(vec![]))),
            (vec![quoted("other")], Some(Tags::These(vec![]))),
            (vec![quoted(&a.to_uppercase())], Some(Tags::These(vec![]))),
        ] {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            assert_eq!(read(&values), Ok(tags), "{values:?}");
        }
        for bad in [&["x"][..], &["\"x"], &["\""], &["*", "\"x\""], &["*, *"], &["\u{e9}"]] {
            assert_eq!(read(bad), Err(400), "{bad:?}");
        }
        let many = vec![quoted(&a); 17].join(",");
        assert_eq!(read(&[&many]), Err(400));
    }
}
