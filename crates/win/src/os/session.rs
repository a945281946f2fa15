//! Windows sessions.

use super::wide::copied;
use model::Place;
use os::Session;
use windows::Win32::System::RemoteDesktop::{
    WTS_INFO_CLASS, WTSDomainName, WTSFreeMemory, WTSIsRemoteSession, WTSQuerySessionInformationW,
    WTSUserName,
};
use windows::core::PWSTR;

/// Whose session it is, and where. What Windows does not say is the careful answer: nobody's, at a distance.
pub(super) fn session(session: u32) -> Session {
    let text =
        |class| Answer::of(session, class).and_then(|answer| answer.text()).filter(|text| !text.is_empty());
    let user = text(WTSUserName).and_then(|user| match text(WTSDomainName) {
        Some(domain) => format!("{domain}\\{user}").parse().ok(),
        None => user.parse().ok(),
    });
    let remote = Answer::of(session, WTSIsRemoteSession).and_then(|answer| answer.byte());
    Session { user, place: if remote == Some(0) { Place::Console } else { Place::Remote } }
}

/// What Windows says about a session.
struct Answer {
    memory: PWSTR,
    bytes: u32,
}

impl Answer {
    fn of(session: u32, class: WTS_INFO_CLASS) -> Option<Self> {
        let mut answer = Self { memory: PWSTR::null(), bytes: 0 };
        // SAFETY: of this machine; pointer and size are written.
        unsafe { WTSQuerySessionInformationW(None, session, class, &mut answer.memory, &mut answer.bytes) }
            .ok()?;
        Some(answer)
    }

    /// For a class that answers a text.
    fn text(&self) -> Option<String> {
        // SAFETY: null, or Windows' text with a zero at the end, which lives as long as this.
        unsafe { copied(self.memory) }
    }

    /// For a class that answers a byte.
    fn byte(&self) -> Option<u8> {
        if self.memory.is_null() || self.bytes == 0 {
            return None;
        }
        // SAFETY: not null, and at least one byte of Windows' answer.
        Some(unsafe { self.memory.0.cast::<u8>().read() })
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.memory.is_null() {
            // SAFETY: from `WTSQuerySessionInformationW`, freed nowhere else.
            unsafe { WTSFreeMemory(self.memory.0.cast()) };
        }
    }
}
