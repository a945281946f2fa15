use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A Windows security identifier in its text form, `S-1-5-21-1-2-3-1001` (MS-DTYP §2.4.2.1).
///
/// INVARIANT: revision 1, at most 15 sub-authorities, decimal numbers without leading zeros, upper-case `S`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sid(String);

/// A text is not a security identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a security identifier: expected a form like S-1-5-21-1-2-3-1001")]
pub struct InvalidSid;

impl Sid {
    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text form of a binary SID as directories keep it (MS-DTYP §2.4.2.2). `None`: these bytes are no SID.
    pub fn from_binary(bytes: &[u8]) -> Option<Self> {
        let (&[1, count, a, b, c, d, e, f], subs) = bytes.split_first_chunk::<8>()? else { return None };
        let (subs, rest) = subs.as_chunks::<4>();
        if subs.len() != usize::from(count) || !rest.is_empty() {
            return None;
        }
        let authority = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
        let subs: String = subs.iter().map(|sub| format!("-{}", u32::from_le_bytes(*sub))).collect();
        format!("S-1-{authority}{subs}").parse().ok()
    }

    /// The SID without its last part: what issued the account, a machine or a domain.
    ///
    /// `None` unless this is an account of a machine or domain (`S-1-5-21-…` with three numbers and an id).
    pub fn issuer(&self) -> Option<Sid> {
        let rest = self.0.strip_prefix("S-1-5-21-")?;
        (rest.split('-').count() == 4).then(|| Sid(self.0[..self.0.rfind('-').unwrap_or(0)].to_owned()))
    }

    /// Whether this can be the SID of a machine or a domain itself (`S-1-5-21-` and three numbers).
    pub fn is_issuer(&self) -> bool {
        self.0.strip_prefix("S-1-5-21-").is_some_and(|rest| rest.split('-').count() == 3)
    }

    /// Whether this is an Entra ID account or group (`S-1-12-1-…`).
    pub fn is_entra(&self) -> bool {
        self.0.starts_with("S-1-12-1-")
    }
}

impl FromStr for Sid {
    type Err = InvalidSid;

    fn from_str(text: &str) -> Result<Self, InvalidSid> {
        let number = |part: &str, max: u64| {
            let plain = !part.is_empty()
                && part.len() <= 15
                && part.bytes().all(|b| b.is_ascii_digit())
                && (part == "0" || !part.starts_with('0'));
            plain && part.parse::<u64>().is_ok_and(|n| n <= max)
        };
        let rest = text.strip_prefix("S-1-").or_else(|| text.strip_prefix("s-1-")).ok_or(InvalidSid)?;
        let mut parts = rest.split('-');
        // The authority has 48 bits, each sub-authority 32.
        let authority_ok = parts.next().is_some_and(|part| number(part, (1 << 48) - 1));
        let mut subs = 0;
        for part in parts {
            subs += 1;
            if subs > 15 || !number(part, u64::from(u32::MAX)) {
                return Err(InvalidSid);
            }
        }
        if authority_ok && subs > 0 { Ok(Self(format!("S-1-{rest}"))) } else { Err(InvalidSid) }
    }
}

impl TryFrom<String> for Sid {
    type Error = InvalidSid;

    fn try_from(text: String) -> Result<Self, InvalidSid> {
        text.parse()
    }
}

impl From<Sid> for String {
    fn from(sid: Sid) -> String {
        sid.0
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_identifiers_are_taken() {
        for good in ["S-1-5-18", "S-1-5-21-1-2-3-1001", "S-1-12-1-4294967295-2-3-4", "s-1-1-0"] {
            assert!(good.parse::<Sid>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "S",
            "S-1-",
            "S-1-5",
            "S-2-5-18",
            "S-1-5-021-1",
            "S-1-5-21-4294967296",
            "S-1-5-18 ",
            "S-1-5--18",
            "S-1-5-21-1-2-3-x",
            "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
        ] {
            assert!(bad.parse::<Sid>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_binary_sid_reads_as_its_text_and_nothing_else_does() {
        let bytes = [
            &[1, 5, 0, 0, 0, 0, 0, 5][..],
            &[21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 128, 0xE9, 3, 0, 0],
        ];
        let bytes = bytes.concat();
        assert_eq!(Sid::from_binary(&bytes).unwrap().as_str(), "S-1-5-21-1-2-2147483648-1001");
        for end in 0..bytes.len() {
            assert_eq!(Sid::from_binary(&bytes[..end]), None, "{end}");
        }
        assert_eq!(Sid::from_binary(&[bytes.clone(), vec![0]].concat()), None);
        for (at, value) in [(0, 2), (1, 4), (1, 6), (1, 255)] {
            let mut bad = bytes.clone();
            bad[at] = value;
            assert_eq!(Sid::from_binary(&bad), None, "{at} {value}");
        }
        assert_eq!(Sid::from_binary(&[1, 0, 0, 0, 0, 0, 0, 5]), None);
    }

    #[test]
    fn the_issuer_is_the_machine_or_domain() {
        let sid: Sid = "S-1-5-21-1-2-3-1001".parse().unwrap();
        let issuer = sid.issuer().unwrap();
        assert_eq!(issuer.as_str(), "S-1-5-21-1-2-3");
        assert!(issuer.is_issuer() && !sid.is_issuer());
        assert_eq!("S-1-5-18".parse::<Sid>().unwrap().issuer(), None);
        assert_eq!(issuer.issuer(), None);
    }
}
