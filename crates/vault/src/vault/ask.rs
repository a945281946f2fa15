use super::Vault;
use crate::{EntryId, OneTimePassword, Token};
use model::{Secret, UnixTime};
use otp::{CannotAnswer, Code, Counter, OcraInput};

/// A code whose counter has moved in the vault in memory, but is not yet known to be stored.
///
/// A counter that is lost after its code was shown makes the next codes ones that were used already: the server
/// refuses them. So the code comes out only against a [`Stored`] for a vault in which the counter has moved.
#[derive(Debug)]
pub struct UnsavedCode {
    code: OneTimePassword,
    /// The generation of the vault before the counter moved.
    generation: u64,
}

/// Says that a sealed vault is stored where it survives a restart.
#[derive(Debug)]
pub struct Stored {
    pub(crate) generation: u64,
}

/// The stored vault is from before the counter moved. The code is given back, to be tried again.
#[derive(Debug, thiserror::Error)]
#[error("the token's counter has not been stored")]
pub struct NotStored(pub UnsavedCode);

impl UnsavedCode {
    /// The code, once the vault with the moved counter is stored.
    ///
    /// # Errors
    /// When what was stored is older than the move.
    pub fn reveal(self, stored: &Stored) -> Result<OneTimePassword, NotStored> {
        if stored.generation > self.generation { Ok(self.code) } else { Err(NotStored(self)) }
    }
}

/// The answer to a challenge.
#[derive(Debug)]
pub enum Answer {
    /// To be shown.
    Ready(OneTimePassword),
    /// A counter is part of it: the vault has to be stored first.
    Unsaved(UnsavedCode),
}

/// What a person types or scans to get an answer.
#[derive(Debug, Clone, Copy)]
pub struct AnswerInput<'a> {
    /// The challenge. Blanks around it are ignored.
    pub challenge: &'a str,
    /// The PIN, if the suite asks for one.
    pub pin: Option<&'a Secret>,
    /// Information on the session, if the suite asks for it.
    pub session: Option<&'a [u8]>,
}

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotAsk {
    /// There is no such entry.
    #[error("there is no such token")]
    NoSuchEntry,
    /// Codes of this token are not asked for in this way.
    #[error("the token is of another kind")]
    OtherKind,
    /// The counter is at its end: some 18 trillion millions of codes were used.
    #[error("the token's counter is used up")]
    UsedUp,
    /// The challenge does not fit.
    #[error(transparent)]
    Challenge(#[from] CannotAnswer),
}

impl Vault {
    /// The next code of a token with a counter. The counter moves at once; the code is given when that is stored.
    ///
    /// # Errors
    /// When there is no such entry, it has no counter or asks for a challenge, or the counter is used up.
    pub fn next_code(&mut self, id: EntryId, now: UnixTime) -> Result<UnsavedCode, CannotAsk> {
        let generation = self.generation;
        let entry = self.entry_mut(id).map_err(|_| CannotAsk::NoSuchEntry)?;
        let Token::Hotp { seed, algorithm, digits, counter } = &mut entry.token else {
            return Err(CannotAsk::OtherKind);
        };
        let next = following(*counter)?;
        let code: Code = otp::hotp(seed, *algorithm, *digits, *counter);
        *counter = next;
        entry.note_use(now);
        Ok(UnsavedCode { code: OneTimePassword::of_digits(&code), generation })
    }

    /// The answer of a token to a challenge. Where a counter is part of it, that moves at once.
    ///
    /// # Errors
    /// When there is no such entry, it is of another kind, the challenge does not fit, or the counter is used up.
    pub fn answer(
        &mut self,
        id: EntryId,
        input: AnswerInput<'_>,
        now: UnixTime,
    ) -> Result<Answer, CannotAsk> {
        let generation = self.generation;
        let entry = self.entry_mut(id).map_err(|_| CannotAsk::NoSuchEntry)?;
        let Token::Ocra { seed, suite, counter } = &entry.token else { return Err(CannotAsk::OtherKind) };
        let AnswerInput { challenge, pin, session } = input;
        let input = OcraInput { challenge: challenge.trim(), counter: *counter, pin, session, now };
        let code = OneTimePassword::new(otp::ocra(seed, suite, &input)?);
        let next = suite.uses_counter().then(|| following(*counter)).transpose()?;
        entry.note_use(now);
        Ok(match (next, entry.token.counter_mut()) {
            (Some(next), Some(counter)) => {
                *counter = next;
                Answer::Unsaved(UnsavedCode { code, generation })
            }
            _ => Answer::Ready(code),
        })
    }
}

fn following(counter: Counter) -> Result<Counter, CannotAsk> {
    counter.value().checked_add(1).map(Counter::new).ok_or(CannotAsk::UsedUp)
}
