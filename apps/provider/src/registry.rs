//! The settings of this PC, for the time when no agent answers.

use protocol::settings::{MAX_VALUE_BYTES, Settings, Value};
use windows::Win32::{
    Foundation::{ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_SUCCESS},
    System::Registry::{
        HKEY_LOCAL_MACHINE, REG_VALUE_TYPE, RRF_NOEXPAND, RRF_RT_ANY, RRF_SUBKEY_WOW6464KEY, RegGetValueW,
    },
};

use crate::memory::Wide;

/// What is set now.
pub(crate) fn settings() -> Settings {
    // What is unusable is told by the agent, which reads the same values.
    Settings::read(read).0
}

fn read(key: &str, name: &str) -> Option<Value> {
    let (key, name) = (Wide::new(key), Wide::new(name));
    let mut bytes = vec![0_u8; MAX_VALUE_BYTES];
    let mut kind = REG_VALUE_TYPE::default();
    let mut length = u32::try_from(bytes.len()).ok()?;
    // SAFETY: the texts end with a zero, and `length` is the size of `bytes`.
    let status = unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            key.pointer(),
            name.pointer(),
            RRF_RT_ANY | RRF_NOEXPAND | RRF_SUBKEY_WOW6464KEY,
            Some(&mut kind),
            Some(bytes.as_mut_ptr().cast()),
            Some(&mut length),
        )
    };
    match status {
        ERROR_SUCCESS => {}
        ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND => return None,
        // It is there, and means nothing.
        _ => return Some(Value::Foreign),
    }
    bytes.truncate(usize::try_from(length).ok()?);
    Some(Value::decode(kind.0, &bytes))
}
