//! The settings of this PC, for the time when no agent answers.

use protocol::settings::{LOCAL_KEY, POLICY_KEY, Settings, Value};
use windows::Win32::{
    Foundation::{ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_SUCCESS},
    System::Registry::{
        HKEY, HKEY_LOCAL_MACHINE, REG_DWORD, REG_MULTI_SZ, REG_SZ, REG_VALUE_TYPE, RRF_NOEXPAND, RRF_RT_ANY,
        RRF_SUBKEY_WOW6464KEY, RegGetValueW,
    },
};

use crate::memory::Wide;

/// The most bytes of a value: 64 CLSIDs or SIDs fit in it many times.
const MAX_BYTES: usize = 32 * 1024;

/// What is set now.
pub(crate) fn settings() -> Settings {
    // What is unusable is told by the agent, which reads the same values.
    Settings::read(|name| read(POLICY_KEY, name).or_else(|| read(LOCAL_KEY, name))).0
}

fn read(key: &str, name: &str) -> Option<Value> {
    read_below(HKEY_LOCAL_MACHINE, key, name)
}

fn read_below(root: HKEY, key: &str, name: &str) -> Option<Value> {
    let (key, name) = (Wide::new(key), Wide::new(name));
    let mut bytes = vec![0_u8; MAX_BYTES];
    let mut kind = REG_VALUE_TYPE::default();
    let mut length = u32::try_from(bytes.len()).ok()?;
    // SAFETY: the texts end with a zero, and `length` is the size of `bytes`.
    let status = unsafe {
        RegGetValueW(
            root,
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
    Some(value(kind, &bytes))
}

fn value(kind: REG_VALUE_TYPE, bytes: &[u8]) -> Value {
    let text = || {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        String::from_utf16(&units).ok()
    };
    match kind {
        REG_DWORD => {
            <[u8; 4]>::try_from(bytes).map_or(Value::Foreign, |four| Value::Number(u32::from_le_bytes(four)))
        }
        REG_SZ => text().map_or(Value::Foreign, |text| Value::Text(text.trim_end_matches('\0').to_owned())),
        REG_MULTI_SZ => text().map_or(Value::Foreign, |text| {
            Value::Texts(text.split('\0').filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }),
        _ => Value::Foreign,
    }
}
