//! Where this process is: session, place, language, clock, and whether it is Windows itself.

use crate::{memory::Wide, wording::Voice};
use model::{Place, SignInKind};
use protocol::pipe::Scene;
use texts::Language;
use windows::Win32::{
    Foundation::{CloseHandle, HANDLE, NTSTATUS, RtlNtStatusToDosError},
    Globalization::GetUserDefaultLocaleName,
    Security::{
        GetTokenInformation, IsWellKnownSid, PSID, TOKEN_QUERY, TOKEN_USER, TokenUser, WinLocalSystemSid,
    },
    System::{
        Diagnostics::Debug::{FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS, FormatMessageW},
        RemoteDesktop::ProcessIdToSessionId,
        Threading::{GetCurrentProcess, GetCurrentProcessId, OpenProcessToken},
        Time::{GetTimeZoneInformation, TIME_ZONE_ID_INVALID, TIME_ZONE_INFORMATION},
    },
    UI::WindowsAndMessaging::{GetSystemMetrics, SM_REMOTESESSION},
};

/// `LOCALE_NAME_MAX_LENGTH`.
const LOCALE_UNITS: usize = 85;
/// `TIME_ZONE_ID_DAYLIGHT`.
const DAYLIGHT: u32 = 2;
/// `TIME_ZONE_ID_STANDARD`.
const STANDARD: u32 = 1;

/// The scene of a sign-in of this kind.
pub(crate) fn scene(kind: SignInKind, flags: u32) -> Scene {
    let mut session = 0;
    // SAFETY: no argument is memory of ours.
    let process = unsafe { GetCurrentProcessId() };
    // SAFETY: `session` outlives the call. A session that cannot be told stays 0, where nobody signs in.
    let _ = unsafe { ProcessIdToSessionId(process, &mut session) };
    // SAFETY: no argument is memory.
    let remote = unsafe { GetSystemMetrics(SM_REMOTESESSION) } != 0;
    Scene { session, kind, flags, place: if remote { Place::Remote } else { Place::Console } }
}

/// The language of the sign-in screen as a BCP 47 tag; empty when Windows does not say.
pub(crate) fn language_tag() -> String {
    let mut name = [0_u16; LOCALE_UNITS];
    // SAFETY: the buffer has the size that the call sees.
    let length = unsafe { GetUserDefaultLocaleName(&mut name) };
    let units = usize::try_from(length).unwrap_or_default().saturating_sub(1);
    String::from_utf16_lossy(name.get(..units).unwrap_or_default())
}

/// Language and clock.
pub(crate) fn voice() -> Voice {
    Voice { language: Language::from_tag(&language_tag()), utc_offset_minutes: utc_offset_minutes() }
}

fn utc_offset_minutes() -> i32 {
    let mut zone = TIME_ZONE_INFORMATION::default();
    // SAFETY: `zone` outlives the call.
    let period = unsafe { GetTimeZoneInformation(&mut zone) };
    if period == TIME_ZONE_ID_INVALID {
        return 0;
    }
    let more = match period {
        DAYLIGHT => zone.DaylightBias,
        STANDARD => zone.StandardBias,
        _ => 0,
    };
    // Windows says how much is to be added to local time to get UTC.
    zone.Bias.saturating_add(more).saturating_neg()
}

/// Whether this process runs as SYSTEM, as every sign-in screen does. "Cannot tell" is no.
pub(crate) fn is_system() -> bool {
    let mut token = HANDLE::default();
    // SAFETY: `token` outlives the call.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) }.is_err() {
        return false;
    }
    // A TOKEN_USER and the longest SID, aligned as the structure is.
    let mut user = [TOKEN_USER::default(); 16];
    let size = u32::try_from(size_of_val(&user)).unwrap_or_default();
    let mut length = 0;
    let place = Some(user.as_mut_ptr().cast());
    // SAFETY: `place` has `size` bytes.
    let read = unsafe { GetTokenInformation(token, TokenUser, place, size, &mut length) };
    // SAFETY: the token was opened above and is not used after this. That closing fails changes nothing.
    let _ = unsafe { CloseHandle(token) };
    read.is_ok() && is_well_known(user[0].User.Sid)
}

fn is_well_known(sid: PSID) -> bool {
    // SAFETY: Windows has written a SID there.
    !sid.is_invalid() && unsafe { IsWellKnownSid(sid, WinLocalSystemSid) }.as_bool()
}

/// What Windows itself says about a status; empty when it says nothing.
pub(crate) fn windows_text(status: u32) -> String {
    // SAFETY: no argument is memory.
    let error = unsafe { RtlNtStatusToDosError(NTSTATUS(status.cast_signed())) };
    let mut text = Wide::new(&" ".repeat(512)).units().to_vec();
    let flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    let size = u32::try_from(text.len()).unwrap_or_default();
    let place = windows_core::PWSTR(text.as_mut_ptr());
    // SAFETY: `place` has `size` units; no inserts are asked for.
    let length = unsafe { FormatMessageW(flags, None, error, 0, place, size, None) };
    let length = usize::try_from(length).unwrap_or_default();
    String::from_utf16_lossy(text.get(..length).unwrap_or_default()).trim().to_owned()
}
