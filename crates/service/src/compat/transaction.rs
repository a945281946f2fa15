//! The ids of questions and enrollments. Each says itself of which client, whom and when it is, under a key that all nodes
//! have: so any node takes what another one gave out, and nothing is stored for somebody who only asks.

use super::mac;
use crate::{Trouble, gateway::UserName};
use data_encoding::BASE32_NOPAD;
use model::{CompatClientId, PersonId, Secret, UnixTime};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How long a question is good.
const QUESTION: Duration = Duration::from_secs(600);
/// How long the id of an enrollment is good; what is pending ends before, where policy says less.
const ENROLLMENT: Duration = Duration::from_secs(3_600);
/// Begins the id of an enrollment, which stands where clients have a serial as well.
const PREFIX: &str = "CSE";
/// Bytes of an authenticator: nobody gets to try offline.
const TAG: usize = 12;

/// Gives ids out, and reads them.
pub(super) struct Issuer {
    pub(super) key: Secret,
    pub(super) client: CompatClientId,
}

/// What an id is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Transaction {
    /// A question of this client about this person.
    Question,
    /// An enrollment of this person through this client.
    Enrollment(PersonId),
    /// Neither, or too old.
    Unknown,
}

impl Issuer {
    /// 39 decimal digits: 32 bits of time, then the authenticator.
    pub(super) fn question(&self, user: &UserName, now: UnixTime) -> Result<String, Trouble> {
        let time = now.as_secs() as u32;
        let tag = self.question_tag(user, time)?;
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&time.to_be_bytes());
        bytes[4..].copy_from_slice(&tag);
        Ok(format!("{:039}", u128::from_be_bytes(bytes)))
    }

    /// `CSE` and base32 of person, time and authenticator.
    pub(super) fn enrollment(&self, person: PersonId, now: UnixTime) -> Result<String, Trouble> {
        let time = (now.as_secs() as u32).to_be_bytes();
        let tag = self.enrollment_tag(person, time)?;
        let bytes = [&person.to_bytes()[..], &time, &tag].concat();
        Ok(format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes)))
    }

    /// What an id is of, for somebody of this name.
    pub(super) fn read(
        &self,
        text: &str,
        user: Option<&UserName>,
        now: UnixTime,
    ) -> Result<Transaction, Trouble> {
        if let Some(body) = text.strip_prefix(PREFIX) {
            return self.read_enrollment(body, now);
        }
        let digits = text.len() == 39 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (Some(user), true, Ok(number)) = (user, digits, text.parse::<u128>()) else {
            return Ok(Transaction::Unknown);
        };
        let bytes = number.to_be_bytes();
        let (time, tag) = bytes.split_at(4);
        let time = u32::from_be_bytes(time.try_into().unwrap_or_default());
        let ours = bool::from(self.question_tag(user, time)?.ct_eq(tag));
        Ok(if ours && is_fresh(time, now, QUESTION) { Transaction::Question } else { Transaction::Unknown })
    }

    fn read_enrollment(&self, body: &str, now: UnixTime) -> Result<Transaction, Trouble> {
        let Ok(bytes) = BASE32_NOPAD.decode(body.as_bytes()) else { return Ok(Transaction::Unknown) };
        let Some((person, rest)) = bytes.split_first_chunk::<16>() else { return Ok(Transaction::Unknown) };
        let Some((time, tag)) = rest.split_first_chunk::<4>() else { return Ok(Transaction::Unknown) };
        let person = PersonId::from_bytes(*person);
        let ours = bool::from(self.enrollment_tag(person, *time)?.ct_eq(tag));
        let fresh = is_fresh(u32::from_be_bytes(*time), now, ENROLLMENT);
        Ok(if ours && fresh { Transaction::Enrollment(person) } else { Transaction::Unknown })
    }

    fn question_tag(&self, user: &UserName, time: u32) -> Result<[u8; TAG], Trouble> {
        let name = user.user.to_ascii_lowercase();
        let realm = user.realm.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.tag(&[b"question", &time.to_be_bytes(), name.as_bytes(), realm.as_bytes()])
    }

    fn enrollment_tag(&self, person: PersonId, time: [u8; 4]) -> Result<[u8; TAG], Trouble> {
        self.tag(&[b"enrollment", &time, &person.to_bytes()])
    }

    fn tag(&self, parts: &[&[u8]]) -> Result<[u8; TAG], Trouble> {
        let client = self.client.to_bytes();
        let mut all: Vec<&[u8]> = vec![&client];
        all.extend_from_slice(parts);
        let whole = mac(&self.key, &all)?;
        let mut tag = [0; TAG];
        tag.copy_from_slice(whole.get(..TAG).unwrap_or_default());
        Ok(tag)
    }
}

fn is_fresh(time: u32, now: UnixTime, good_for: Duration) -> bool {
    let at = UnixTime::from_secs(time.into());
    // Clocks of two nodes may be a little apart.
    at <= now.plus(Duration::from_secs(60)) && now.since(at) <= good_for
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    fn issuer(key: u8, client: u8) -> Issuer {
        Issuer { key: Secret::new(vec![key; 32]), client: CompatClientId::from_bytes([client; 16]) }
    }

    fn user(name: &str) -> UserName {
        UserName { user: name.to_owned(), realm: None }
    }

    #[test]
    fn an_id_is_good_for_its_client_its_person_and_its_time_alone() {
        let (ours, mara) = (issuer(1, 1), user("Mara"));
        let id = ours.question(&mara, NOW).unwrap();
        assert!(id.len() == 39 && id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
        let read = |issuer: &Issuer, id: &str, name: &str, after: u64| {
            issuer.read(id, Some(&user(name)), NOW.plus(Duration::from_secs(after))).unwrap()
        };
        assert_eq!(read(&ours, &id, "MARA", 600), Transaction::Question);
        assert_eq!(read(&ours, &id, "mara", 601), Transaction::Unknown);
        assert_eq!(read(&ours, &id, "jan", 0), Transaction::Unknown);
        for other in [issuer(2, 1), issuer(1, 2)] {
            assert_eq!(read(&other, &id, "mara", 0), Transaction::Unknown);
        }
        assert_eq!(ours.read(&id, None, NOW).unwrap(), Transaction::Unknown);
        let altered = if id.ends_with('0') { format!("{}1", &id[..38]) } else { format!("{}0", &id[..38]) };
        for bad in [altered.as_str(), "", "12", &"9".repeat(39), &format!("{id}0"), "CSE", "CSEAAAA"] {
            assert_eq!(read(&ours, bad, "mara", 0), Transaction::Unknown, "{bad}");
        }
    }

    #[test]
    fn an_enrollment_names_its_person_and_cannot_be_made_up() {
        let (ours, person) = (issuer(1, 1), PersonId::from_bytes([7; 16]));
        let id = ours.enrollment(person, NOW).unwrap();
        assert!(id.len() < 64, "{id}");
        assert_eq!(ours.read(&id, None, NOW).unwrap(), Transaction::Enrollment(person));
        let mut bytes = BASE32_NOPAD.decode(&id.as_bytes()[3..]).unwrap();
        bytes[0] ^= 1;
        let forged = format!("CSE{}", BASE32_NOPAD.encode(&bytes));
        assert_eq!(ours.read(&forged, None, NOW).unwrap(), Transaction::Unknown);
        assert_eq!(ours.read(&id, None, NOW.plus(Duration::from_secs(3_601))).unwrap(), Transaction::Unknown);
        assert_eq!(issuer(1, 2).read(&id, None, NOW).unwrap(), Transaction::Unknown);
    }
}
