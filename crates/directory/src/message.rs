//! What a directory sends, looked at before a library parses it: LDAP messages in BER (RFC 4511 §5.1).
//!
//! Apart from the connection so that it can be fuzzed. The library parses by recursion and takes messages of any size: 30
//! kilobytes that are nested deeply enough end the process.

/// The longest message, in bytes: a group with a hundred thousand members fits.
pub const MAX_MESSAGE: usize = 16 << 20;
/// The deepest nesting. An entry has six levels, a control's value no more.
pub const MAX_DEPTH: usize = 12;

/// What is the matter with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// Not LDAP, or cut off.
    #[error("no message of LDAP")]
    Malformed,
    /// Longer than [`MAX_MESSAGE`].
    #[error("a message of more than {} MB", MAX_MESSAGE >> 20)]
    TooLong,
    /// Nested beyond [`MAX_DEPTH`].
    #[error("a message that is nested too deeply")]
    TooDeep,
    /// All messages together are longer than was allowed.
    #[error("more than {0} MB in all")]
    TooMuch(u64),
}

/// How long the message is that begins like this, its head included. `None`: more bytes are needed to tell.
///
/// # Errors
/// [`Unfit`].
pub fn length(head: &[u8]) -> Result<Option<usize>, Unfit> {
    match head.first() {
        None => return Ok(None),
        Some(0x30) => {}
        Some(_) => return Err(Unfit::Malformed),
    }
    match tlv(head)? {
        None => Ok(None),
        Some(Tlv { content, length, .. }) => {
            let whole = content.checked_add(length).ok_or(Unfit::TooLong)?;
            if whole > MAX_MESSAGE { Err(Unfit::TooLong) } else { Ok(Some(whole)) }
        }
    }
}

/// Whether a whole message is one that a directory sends as an answer: sound in every length, not too deep, with an id,
/// an operation that is an answer, and maybe controls.
///
/// # Errors
/// [`Unfit`].
pub fn check(message: &[u8]) -> Result<(), Unfit> {
    if length(message)? != Some(message.len()) {
        return Err(Unfit::Malformed);
    }
    // The ends of the elements that are open, outermost first.
    let mut open: Vec<usize> = Vec::with_capacity(MAX_DEPTH);
    let mut at = 0;
    let mut outer = Vec::with_capacity(3);
    while at < message.len() {
        let end = open.last().copied().unwrap_or(message.len());
        let part = message.get(at..end).ok_or(Unfit::Malformed)?;
        let Tlv { tag, content, length } = tlv(part)?.ok_or(Unfit::Malformed)?;
        let inside = at + content;
        let after = inside.checked_add(length).filter(|&after| after <= end).ok_or(Unfit::Malformed)?;
        if open.len() == 1 {
            outer.push((tag, length));
        }
        if tag & 0x20 != 0 {
            if open.len() == MAX_DEPTH {
                return Err(Unfit::TooDeep);
            }
            open.push(after);
            at = inside;
        } else {
            at = after;
        }
        while open.last() == Some(&at) {
            open.pop();
        }
    }
    let answer = |tag| matches!(tag, 0x61 | 0x64 | 0x65 | 0x73 | 0x78);
    match outer[..] {
        [(0x02, 1..=4), (tag, _)] | [(0x02, 1..=4), (tag, _), (0xA0, _)] if answer(tag) => Ok(()),
        // Active Directory puts the name of its notice of disconnection beside the answer.
        [(0x02, 1..=4), (0x78, _), (0x8A, _)] => Ok(()),
        _ => Err(Unfit::Malformed),
    }
}

struct Tlv {
    tag: u8,
    /// Where the content begins.
    content: usize,
    length: usize,
}

/// The head of an element; `None`: it is cut off.
fn tlv(bytes: &[u8]) -> Result<Option<Tlv>, Unfit> {
    let [tag, first, rest @ ..] = bytes else { return Ok(None) };
    if tag & 0x1F == 0x1F {
        // A tag of several bytes, which LDAP has none of.
        return Err(Unfit::Malformed);
    }
    if *first < 0x80 {
        return Ok(Some(Tlv { tag: *tag, content: 2, length: usize::from(*first) }));
    }
    let count = usize::from(first & 0x7F);
    if count == 0 || count > 8 {
        // A length that is not given (RFC 4511 §5.1), or is beyond all bounds.
        return Err(Unfit::Malformed);
    }
    let Some(digits) = rest.get(..count) else { return Ok(None) };
    let length = digits.iter().fold(0_u64, |sum, &digit| (sum << 8) | u64::from(digit));
    let length = usize::try_from(length).map_err(|_| Unfit::TooLong)?;
    Ok(Some(Tlv { tag: *tag, content: 2 + count, length }))
}

/// A result (RFC 4511 §4.1.9): its code and the server's words. `None`: the message has none.
pub(crate) fn result(message: &[u8]) -> Option<(u32, String)> {
    let outer = tlv(message).ok()??;
    let id = message.get(outer.content..)?;
    let Tlv { content, length, .. } = tlv(id).ok()??;
    let operation = id.get(content.checked_add(length)?..)?;
    let inside = operation.get(tlv(operation).ok()??.content..)?;
    let code = tlv(inside).ok()??;
    let behind = code.content.checked_add(code.length)?;
    let digits = inside.get(code.content..behind)?;
    let number = digits.iter().fold(0_u32, |sum, &digit| (sum << 8) | u32::from(digit));
    let matched = inside.get(behind..)?;
    let Tlv { content, length, .. } = tlv(matched).ok()??;
    let said = matched.get(content.checked_add(length)?..)?;
    let Tlv { content, length, .. } = tlv(said).ok()??;
    let text = String::from_utf8_lossy(said.get(content..content.checked_add(length)?)?).into_owned();
    (code.tag == 0x0A && code.length <= 4).then_some((number, text))
}

/// The value of the control that asks for a page (RFC 2696 §2).
pub(crate) fn page(size: u16, cookie: &[u8]) -> Vec<u8> {
    let [high, low] = size.to_be_bytes();
    // A leading zero, or a large size would read as a negative one.
    let mut inside = vec![0x02, 3, 0, high, low, 0x04, 0x84];
    inside.extend((cookie.len() as u32).to_be_bytes());
    inside.extend(cookie);
    let mut value = vec![0x30, 0x84];
    value.extend((inside.len() as u32).to_be_bytes());
    value.extend(inside);
    value
}

/// The cookie in the value of the control that ends a page; empty after the last one. `None`: it is no such value.
pub(crate) fn cookie(value: &[u8]) -> Option<Vec<u8>> {
    let outer = tlv(value).ok()??;
    let inside = value.get(outer.content..outer.content.checked_add(outer.length)?)?;
    let size = tlv(inside).ok()??;
    let rest = inside.get(size.content.checked_add(size.length)?..)?;
    let cookie = tlv(rest).ok()??;
    let bytes = rest.get(cookie.content..cookie.content.checked_add(cookie.length)?)?;
    (outer.tag == 0x30 && size.tag == 0x02 && cookie.tag == 0x04).then(|| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element with its length.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![tag, 0x84];
        bytes.extend((content.len() as u32).to_be_bytes());
        bytes.extend(content);
        bytes
    }

    fn message(parts: &[Vec<u8>]) -> Vec<u8> {
        element(0x30, &parts.concat())
    }

    #[test]
    fn answers_are_taken_and_what_is_none_is_not() {
        let id = element(2, &[1]);
        let done = element(0x65, &[0x0A, 1, 0, 4, 0, 4, 0]);
        let good = message(&[id.clone(), done.clone()]);
        assert_eq!(check(&good), Ok(()));
        assert_eq!(result(&good), Some((0, String::new())));
        assert_eq!(check(&message(&[id.clone(), done.clone(), element(0xA0, &[])])), Ok(()));
        assert_eq!(check(&[0x30, 0x0C, 2, 1, 1, 0x61, 7, 0x0A, 1, 49, 4, 0, 4, 0]), Ok(()));
        for bad in [
            vec![],
            vec![0x30],
            vec![0x30, 0x80],
            vec![0x30, 0x00],
            vec![0x31, 0x00],
            message(std::slice::from_ref(&id)),
            message(&[done.clone(), id.clone()]),
            // A request, an answer to something that is not asked, a third part that is no control.
            message(&[id.clone(), element(0x60, &[])]),
            message(&[id.clone(), element(0x79, &[])]),
            message(&[id.clone(), done.clone(), element(0x04, &[])]),
            message(&[element(2, &[1; 5]), done.clone()]),
            [good.clone(), vec![0]].concat(),
            // Longer inside than out.
            message(&[id.clone(), vec![0x65, 0x7F, 0]]),
            message(&[id, vec![0x65, 2, 4, 9]]),
        ] {
            assert_eq!(check(&bad), Err(Unfit::Malformed), "{bad:?}");
        }
        for end in 0..good.len() {
            assert!(check(&good[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_page_is_asked_for_and_its_cookie_read() {
        assert_eq!(cookie(&page(500, b"where we are")).unwrap(), b"where we are");
        assert_eq!(cookie(&[0x30, 5, 2, 1, 0, 4, 0]).unwrap(), b"");
        for bad in [
            &[][..],
            &[0x30, 0],
            &[0x30, 5, 2, 1, 0, 4, 9],
            &[0x30, 3, 2, 1, 0],
            &[0x30, 5, 4, 1, 0, 2, 0],
            &[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255],
        ] {
            assert_eq!(cookie(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_told_by_its_head() {
        assert_eq!(length(&[0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]), Err(Unfit::TooLong));
        assert_eq!(length(&[&[0x30, 0x88][..], &[0xFF; 8]].concat()), Err(Unfit::TooLong));
        assert_eq!(length(&[0x30, 0x89]), Err(Unfit::Malformed));
        assert_eq!(length(&[0x30, 0x84, 0, 0]), Ok(None));
        assert_eq!(length(&[0x30, 0x03]), Ok(Some(5)));
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| {
            let mut inner = Vec::new();
            for _ in 0..depth {
                inner = element(0x30, &inner);
            }
            message(&[element(2, &[1]), element(0x64, &inner)])
        };
        assert_eq!(check(&nested(MAX_DEPTH - 2)), Ok(()));
        assert_eq!(check(&nested(MAX_DEPTH - 1)), Err(Unfit::TooDeep));
        assert_eq!(check(&nested(5_000)), Err(Unfit::TooDeep));
    }
}
