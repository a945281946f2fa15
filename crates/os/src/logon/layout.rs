use super::MAX_BYTES;
use model::Secret;

/// `sizeof(KERB_INTERACTIVE_LOGON)`: the message type, then three `UNICODE_STRING`s.
pub(super) const LOGON_BYTES: usize = 56;

/// `sizeof(KERB_INTERACTIVE_UNLOCK_LOGON)`: the above, then the `LUID` of the session.
pub(super) const UNLOCK_BYTES: usize = 64;

/// Where the `UNICODE_STRING`s of domain, user and password are.
pub(super) const STRINGS: [usize; 3] = [8, 24, 40];

/// `KERB_LOGON_SUBMIT_TYPE`, of which only these two have a password. `MSV1_0_LOGON_SUBMIT_TYPE` has the same numbers
/// for the same two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// `KerbInteractiveLogon`: a new session.
    Interactive,
    /// `KerbWorkstationUnlockLogon`: a locked one.
    WorkstationUnlock,
}

impl Message {
    /// The number in the first four bytes.
    pub const fn number(self) -> u32 {
        match self {
            Self::Interactive => 2,
            Self::WorkstationUnlock => 7,
        }
    }

    pub(super) const fn from_number(number: u32) -> Option<Self> {
        match number {
            2 => Some(Self::Interactive),
            7 => Some(Self::WorkstationUnlock),
            _ => None,
        }
    }
}

/// Why credentials cannot be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// A text is longer than its length can say, or all of it longer than [`MAX_BYTES`].
    #[error("the credentials are too long to be packed")]
    TooLong,
    /// A zero character, where Windows would see the end of the text.
    #[error("the credentials have a zero character")]
    Nul,
    /// The password is not UTF-8.
    #[error("the password is not text")]
    NotText,
}

/// Packs domain, user and password. The password may be what `CredProtect` made of it.
///
/// The texts stand behind the structure, without terminators; their `Buffer`s are offsets from its start. `LogonId` is
/// zero: Winlogon fills it in.
///
/// # Errors
/// The texts cannot be packed. What the error tells of the password is that it is long, or has such a character.
pub fn pack(message: Message, domain: &str, user: &str, password: &Secret) -> Result<Secret, PackError> {
    let password = password.expose_text().ok_or(PackError::NotText)?;
    let texts = [domain, user, password];
    let mut lengths = [0; 3];
    let mut total = UNLOCK_BYTES;
    for (length, text) in lengths.iter_mut().zip(texts) {
        if text.contains('\0') {
            return Err(PackError::Nul);
        }
        // Each character is at most as many units as it is bytes, so this cannot overflow.
        let bytes = 2 * text.encode_utf16().count();
        *length = u16::try_from(bytes).map_err(|_| PackError::TooLong)?;
        total += bytes;
    }
    if total > MAX_BYTES {
        return Err(PackError::TooLong);
    }
    // Of the final size from the start: a buffer that grows leaves copies of the password behind.
    let mut block = Vec::with_capacity(total);
    block.extend_from_slice(&message.number().to_le_bytes());
    let mut offset = UNLOCK_BYTES;
    for (length, at) in lengths.into_iter().zip(STRINGS) {
        block.resize(at, 0);
        block.extend_from_slice(&length.to_le_bytes());
        block.extend_from_slice(&length.to_le_bytes());
        block.extend_from_slice(&[0; 4]);
        block.extend_from_slice(&(offset as u64).to_le_bytes());
        offset += usize::from(length);
    }
    block.resize(UNLOCK_BYTES, 0);
    for text in texts {
        block.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }
    Ok(Secret::new(block))
}
