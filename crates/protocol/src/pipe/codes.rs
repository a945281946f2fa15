//! The one byte that each word travels as. Written out, so that sorting the words of an enum changes no message.

use super::screen::View;
use crate::frame::ReadError;
use model::{Command, Place, Reason, SignInKind};

/// A word that travels as one byte.
pub(super) trait Code: Copy + Sized {
    /// Its byte.
    fn code(self) -> u8;

    /// The word with this byte.
    fn from_code(code: u8) -> Result<Self, ReadError>;
}

// A word without a byte does not compile, and a byte that two words share is an unreachable pattern.
macro_rules! codes {
    ($type:ident { $($word:ident = $code:literal,)* }) => {
        impl Code for $type {
            fn code(self) -> u8 {
                match self { $(Self::$word => $code,)* }
            }

            fn from_code(code: u8) -> Result<Self, ReadError> {
                match code {
                    $($code => Ok(Self::$word),)*
                    _ => Err(ReadError::BadValue),
                }
            }
        }
    };
}

codes!(SignInKind {
    SignIn = 1,
    Unlock = 2,
    Elevation = 3,
});

codes!(Place {
    Console = 1,
    Remote = 2,
});

codes!(View {
    Password = 1,
    NewPassword = 2,
    Code = 3,
    EnrollmentCode = 4,
    Enroll = 5,
    Closed = 6,
});

codes!(Command {
    Submit = 1,
    Cancel = 2,
    ShowQr = 3,
    HideQr = 4,
    ShowKey = 5,
    GetTheApp = 6,
    StartOver = 7,
});

codes!(Reason {
    SignInFailed = 1,
    NameUnusable = 2,
    FieldEmpty = 3,
    InputTooLong = 4,
    PasswordExpired = 5,
    PasswordsDiffer = 6,
    PasswordNotTaken = 7,
    PasswordUnproven = 8,
    CodeWrong = 9,
    CodeUsed = 10,
    CodeMalformed = 11,
    Locked = 12,
    LockedEverywhere = 13,
    PersonDisabled = 14,
    TokenDisabled = 15,
    EnrollStart = 16,
    EnrollResumed = 17,
    EnrollExpired = 18,
    EnrolledElsewhere = 19,
    EnrollCodeWrong = 20,
    EnrollmentCodeNeeded = 21,
    EnrollmentCodeWrong = 22,
    ApprovalNeeded = 23,
    EnrollmentOff = 24,
    EnrollmentOver = 25,
    EnrollmentLimit = 26,
    CodeAsked = 27,
    Working = 28,
    Starting = 29,
    Unreachable = 30,
    ClockOff = 31,
    ServerTrouble = 32,
    MachineUnknown = 33,
    MachineSuspended = 34,
    AccountNotAllowed = 35,
    MachineCloned = 36,
    NotJoined = 37,
    TimedOut = 38,
    ComponentFailed = 39,
    WindowsRefused = 40,
    Welcome = 41,
    ApprovalDenied = 42,
});
