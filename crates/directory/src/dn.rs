use std::fmt::Write;

/// A distinguished name (RFC 4514) in one form, so that two that are the same compare as the same: types and values in
/// lower case, no blanks around them, blanks inside as one, every special character escaped in one way.
///
/// Values are compared without regard to case, as the attributes that name people and groups are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Dn(String);

/// The longest name looked at, in bytes.
const MAX: usize = 8 * 1024;

impl Dn {
    /// Reads a name. `None`: it is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX {
            return None;
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.trim_matches(' ');
        while !rest.is_empty() {
            let (kind, after) = rest.split_once('=')?;
            let kind = kind.trim_matches(' ');
            let known = !kind.is_empty()
                && kind.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.'));
            if !known {
                return None;
            }
            let (value, separator, after) = value(after.trim_start_matches(' '))?;
            out.push_str(&kind.to_ascii_lowercase());
            out.push('=');
            write_value(&mut out, &value);
            match separator {
                // A name cannot end with a separator.
                Some(_) if after.trim_matches(' ').is_empty() => return None,
                Some(separator) => out.push(separator),
                None => {}
            }
            rest = after;
        }
        Some(Self(out))
    }

    /// The one form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is below another one, or the same.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0 == other.0
            || other.0.is_empty()
            || self.0.strip_suffix(&other.0).is_some_and(|above| above.ends_with(','))
    }
}

/// A value, the separator behind it, and what follows that.
fn value(text: &str) -> Option<(Vec<u8>, Option<char>, &str)> {
    let mut bytes = Vec::new();
    // Up to here blanks at the end count, since they were escaped.
    let mut kept = 0;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ',' | ';' | '+' => {
                let separator = if c == '+' { '+' } else { ',' };
                return Some((trimmed(bytes, kept), Some(separator), &text[at + 1..]));
            }
            '\\' => {
                let (_, first) = chars.next()?;
                match first.to_digit(16) {
                    Some(high) => {
                        let low = chars.next()?.1.to_digit(16)?;
                        bytes.push(u8::try_from(high * 16 + low).ok()?);
                    }
                    None if matches!(first, ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\') => {
                        bytes.push(u8::try_from(u32::from(first)).ok()?);
                    }
                    None => return None,
                }
                kept = bytes.len();
            }
            '"' | '\0' => return None,
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Some((trimmed(bytes, kept), None, ""))
}

/// Without the blanks at the end that were not escaped.
fn trimmed(mut bytes: Vec<u8>, kept: usize) -> Vec<u8> {
    while bytes.len() > kept && bytes.last() == Some(&b' ') {
        bytes.pop();
    }
    bytes
}

fn write_value(out: &mut String, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        // Not text: byte for byte.
        return bytes.iter().for_each(|byte| {
            let _written = write!(out, "\\{byte:02x}");
        });
    };
    // Insignificant blanks (RFC 4518 §2.6.1): none at the ends, one inside.
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    for c in words.join(" ").to_lowercase().chars() {
        if c.is_ascii_control() || matches!(c, '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\') {
            let _written = write!(out, "\\{:02x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_the_same_compare_as_the_same() {
        let one = Dn::parse("CN=Doe\\, Mara,OU=People,DC=example,DC=test").unwrap();
        for same in [
            "cn=doe\\2C mara,ou=people,dc=example,dc=test",
            " CN = Doe\\,   Mara , OU=People;DC=Example,DC=Test ",
        ] {
            assert_eq!(Dn::parse(same).unwrap(), one, "{same}");
        }
        for other in
            ["CN=Doe,CN=Mara,OU=People,DC=example,DC=test", "CN=Doe\\+ Mara,OU=People,DC=example,DC=test"]
        {
            assert_ne!(Dn::parse(other).unwrap(), one, "{other}");
        }
        assert_eq!(Dn::parse("cn=M\\C3\\BCller").unwrap(), Dn::parse("CN=MÜLLER").unwrap());
        assert_eq!(Dn::parse("a=1+b=2,c=3").unwrap().as_str(), "a=1+b=2,c=3");
        assert_eq!(Dn::parse("cn=#04024869").unwrap().as_str(), "cn=\\2304024869");
    }

    #[test]
    fn what_is_no_name_is_refused_and_what_is_one_reads_back() {
        for bad in
            ["cn", "=x", "cn=a,", "cn=a,,dc=b", "cn=\\", "cn=\\4", "cn=\\zz", "c n=a", "cn=\"a\"", "cn=a\0"]
        {
            assert_eq!(Dn::parse(bad), None, "{bad}");
        }
        assert_eq!(Dn::parse(&format!("cn={}", "a".repeat(MAX))), None);
        for good in ["", "cn=", "cn=a\\FF,dc=b", "cn=a\\0Ab", "1.2.3=x", "CN=a=b,dc=\\ c"] {
            let dn = Dn::parse(good).unwrap();
            assert_eq!(Dn::parse(dn.as_str()).unwrap(), dn, "{good}");
        }
    }

    #[test]
    fn below_is_told_by_whole_parts() {
        let dn = |text| Dn::parse(text).unwrap();
        assert!(dn("cn=a,dc=test").is_within(&dn("DC=test")) && dn("dc=test").is_within(&dn("dc=test")));
        assert!(
            !dn("cn=a,xdc=test").is_within(&dn("dc=test")) && !dn("dc=test").is_within(&dn("cn=a,dc=test"))
        );
    }
}
