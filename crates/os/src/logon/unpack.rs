use super::{
    MAX_BYTES,
    layout::{LOGON_BYTES, Message, STRINGS},
};
use crate::Unpacked;
use model::{AccountName, Secret};
use std::{char::decode_utf16, fmt, ops::Range};
use zeroize::Zeroizing;

/// A text in the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `LogonDomainName`.
    Domain,
    /// `UserName`.
    User,
    /// `Password`.
    Password,
}

const FIELDS: [Field; 3] = [Field::Domain, Field::User, Field::Password];

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => "domain",
            Self::User => "user name",
            Self::Password => "password",
        })
    }
}

/// Why bytes are not packed credentials. Nothing in it is taken from the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// Shorter than `KERB_INTERACTIVE_LOGON`.
    #[error("the credentials are cut off")]
    TooShort,
    /// Longer than [`MAX_BYTES`].
    #[error("the credentials are longer than 64 KB")]
    TooLong,
    /// A message type that has no password, such as that of a smart card, or none at all.
    #[error("the credentials are of the type {0}, which has no password")]
    Message(u32),
    /// Not within the block, or in its fixed part. A pointer in place of an offset looks like this.
    #[error("the {0} lies outside of the credentials")]
    Outside(Field),
    /// Half a character at the end.
    #[error("the {0} has an odd number of bytes")]
    OddLength(Field),
    /// Two texts share bytes.
    #[error("the {0} and the {1} overlap")]
    Overlap(Field, Field),
    /// A zero character, where Windows would see the end of the text.
    #[error("the {0} has a zero character")]
    Nul(Field),
    /// Half of a surrogate pair.
    #[error("the {0} is not text")]
    NotText(Field),
    /// The name is none that an account can have.
    #[error("the credentials name no account")]
    NoAccount,
    /// The password is empty.
    #[error("the credentials have no password")]
    NoPassword,
}

/// What is in a block.
#[derive(Debug, PartialEq, Eq)]
pub struct LogonParts {
    /// What it is for.
    pub message: Message,
    /// The domain, as it came; may be empty.
    pub domain: String,
    /// The user, as it came; may be a user principal name, or `DOMAIN\user` where the domain is empty.
    pub user: String,
    /// The password, as it came; may be what `CredProtect` made of it.
    pub password: Secret,
}

impl LogonParts {
    /// Name and password, where there are both.
    ///
    /// # Errors
    /// [`UnpackError::NoAccount`] and [`UnpackError::NoPassword`].
    pub fn into_unpacked(self) -> Result<Unpacked, UnpackError> {
        let name: Result<AccountName, _> = match self.domain.as_str() {
            "" => self.user.parse(),
            domain => format!("{domain}\\{}", self.user).parse(),
        };
        let name = name.map_err(|_| UnpackError::NoAccount)?;
        if self.password.is_empty() {
            return Err(UnpackError::NoPassword);
        }
        Ok(Unpacked { name, password: self.password })
    }
}

/// Takes a block apart. Windows checks nothing of what a remote client or another program put into it.
///
/// Taken are blocks with and without `LogonId`. The `Buffer` of an empty text may be anything, since nothing is read
/// there, and `MaximumLength` is not looked at for the same reason.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn unpack(block: &[u8]) -> Result<LogonParts, UnpackError> {
    if block.len() > MAX_BYTES {
        return Err(UnpackError::TooLong);
    }
    let header: &[u8; LOGON_BYTES] = block.first_chunk().ok_or(UnpackError::TooShort)?;
    let number = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
    let message = Message::from_number(number).ok_or(UnpackError::Message(number))?;
    let mut ranges = [(); 3].map(|()| 0..0);
    for ((range, at), field) in ranges.iter_mut().zip(STRINGS).zip(FIELDS) {
        *range = locate(header, at, block.len()).map_err(|wrong| wrong(field))?;
    }
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let (a, b) = (&ranges[one], &ranges[other]);
        if a.start < b.end && b.start < a.end {
            return Err(UnpackError::Overlap(FIELDS[one], FIELDS[other]));
        }
    }
    let text = |index: usize| read(&block[ranges[index].clone()], FIELDS[index]);
    let plain = |index: usize| {
        let mut text = text(index)?;
        String::from_utf8(std::mem::take(&mut *text)).map_err(|_| UnpackError::NotText(FIELDS[index]))
    };
    Ok(LogonParts {
        message,
        domain: plain(0)?,
        user: plain(1)?,
        password: Secret::new(std::mem::take(&mut *text(2)?)),
    })
}

/// Where the text is whose `UNICODE_STRING` is at an offset of the header: two bytes each of length and maximum, four
/// of padding, eight of offset.
fn locate(
    header: &[u8; LOGON_BYTES],
    at: usize,
    block: usize,
) -> Result<Range<usize>, fn(Field) -> UnpackError> {
    let length = usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
    if length == 0 {
        return Ok(0..0);
    }
    if !length.is_multiple_of(2) {
        return Err(UnpackError::OddLength);
    }
    let mut offset = [0; 8];
    offset.copy_from_slice(&header[at + 8..at + 16]);
    let start =
        usize::try_from(u64::from_le_bytes(offset)).map_err(|_| UnpackError::Outside as fn(_) -> _)?;
    let end = start.checked_add(length).ok_or(UnpackError::Outside as fn(_) -> _)?;
    if start < LOGON_BYTES || end > block { Err(UnpackError::Outside) } else { Ok(start..end) }
}

/// UTF-16 as UTF-8, in memory that does not move, as it may be a password.
fn read(bytes: &[u8], field: Field) -> Result<Zeroizing<Vec<u8>>, UnpackError> {
    // A unit becomes at most three bytes, a pair of units four.
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() / 2 * 3));
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    for character in decode_utf16(units) {
        let character = character.map_err(|_| UnpackError::NotText(field))?;
        if character == '\0' {
            return Err(UnpackError::Nul(field));
        }
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(text)
}
