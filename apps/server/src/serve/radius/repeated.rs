//! Requests that come again because an answer got lost: they get the same one. A code is accepted once, so that asking
//! anew would refuse somebody who has just been let in.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long an answer is kept. Clients give up after 5 to 30 seconds.
const KEPT: Duration = Duration::from_secs(30);
/// Answers kept at a time; those who ask come from the networks in the file.
const MOST: usize = 16_384;

/// What tells a request from others (RFC 5080 §2.2.2).
pub(super) type Key = (SocketAddr, u8, [u8; 16]);

/// The requests of the last seconds.
#[derive(Default)]
pub(super) struct Repeated(Mutex<HashMap<Key, Seen>>);

struct Seen {
    at: Instant,
    /// `None` while it is being worked on.
    answer: Option<Vec<u8>>,
}

/// What to do with a request.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// Answer it.
    New,
    /// It has been answered with this.
    Answered(Vec<u8>),
    /// It is being answered, or there is no room: leave it, the client asks again.
    Leave,
}

impl Repeated {
    /// A request has come.
    pub(super) fn begin(&self, key: Key, now: Instant) -> Turn {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST {
            seen.retain(|_, seen| now.duration_since(seen.at) < KEPT);
        }
        match seen.get(&key).filter(|seen| now.duration_since(seen.at) < KEPT) {
            Some(Seen { answer: Some(answer), .. }) => Turn::Answered(answer.clone()),
            Some(Seen { answer: None, .. }) => Turn::Leave,
            None if seen.len() >= MOST => Turn::Leave,
            None => {
                seen.insert(key, Seen { at: now, answer: None });
                Turn::New
            }
        }
    }

    /// It has been answered; `None`: it could not be, and may be asked anew.
    pub(super) fn end(&self, key: Key, answer: Option<Vec<u8>>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (answer, seen.get_mut(&key)) {
            (Some(answer), Some(seen)) => seen.answer = Some(answer),
            _ => drop(seen.remove(&key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> Key {
        ("192.0.2.1:1000".parse().unwrap(), number, [number; 16])
    }

    #[test]
    fn a_request_that_comes_again_gets_the_same_answer_for_half_a_minute() {
        let (repeated, now) = (Repeated::default(), Instant::now());
        assert_eq!(repeated.begin(key(1), now), Turn::New);
        assert_eq!(repeated.begin(key(1), now), Turn::Leave, "it is being answered");
        repeated.end(key(1), Some(b"yes".to_vec()));
        assert_eq!(repeated.begin(key(1), now), Turn::Answered(b"yes".to_vec()));
        assert_eq!(repeated.begin(key(2), now), Turn::New);
        assert_eq!(repeated.begin(key(1), now + KEPT), Turn::New);
    }

    #[test]
    fn what_could_not_be_answered_may_be_asked_anew() {
        let (repeated, now) = (Repeated::default(), Instant::now());
        repeated.begin(key(1), now);
        repeated.end(key(1), None);
        assert_eq!(repeated.begin(key(1), now), Turn::New);
    }

    #[test]
    fn memory_is_bounded() {
        let (repeated, now) = (Repeated::default(), Instant::now());
        let numbered = |number: usize| {
            let mut key = key(1);
            key.2[..8].copy_from_slice(&number.to_le_bytes());
            key
        };
        assert!((0..MOST).all(|number| repeated.begin(numbered(number), now) == Turn::New));
        assert_eq!(repeated.begin(numbered(MOST), now), Turn::Leave);
        assert_eq!(repeated.begin(numbered(MOST), now + KEPT), Turn::New);
    }
}
