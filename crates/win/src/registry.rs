//! Values of the registry.

use windows::{
    Win32::{
        Foundation::ERROR_SUCCESS,
        System::Registry::{
            HKEY_LOCAL_MACHINE, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ, REG_VALUE_TYPE, RRF_RT_ANY,
            RRF_SUBKEY_WOW6464KEY, RegGetValueW, RegSetKeyValueW,
        },
    },
    core::HSTRING,
};

/// The longest value that is read, in bytes.
const MAX_BYTES: u32 = 64 * 1024;

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// `REG_DWORD`.
    Number(u32),
    /// `REG_SZ`.
    Text(String),
    /// `REG_MULTI_SZ`.
    Texts(Vec<String>),
    /// Anything else: another type, no text, or too long.
    Foreign,
}

/// A value below `HKEY_LOCAL_MACHINE` in the 64-bit view; `None` where there is none.
pub fn read(key: &str, name: &str) -> Option<Value> {
    let (key, name) = (HSTRING::from(key), HSTRING::from(name));
    let mut kind = REG_VALUE_TYPE::default();
    let mut bytes = vec![0u8; MAX_BYTES as usize];
    let mut length = MAX_BYTES;
    // SAFETY: the buffer has `length` bytes, and everything lives until the call returns.
    let status = unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            &key,
            &name,
            RRF_RT_ANY | RRF_SUBKEY_WOW6464KEY,
            Some(&mut kind),
            Some(bytes.as_mut_ptr().cast()),
            Some(&mut length),
        )
    };
    match status {
        ERROR_SUCCESS => {
            bytes.truncate(length as usize);
            Some(value(kind, &bytes))
        }
        windows::Win32::Foundation::ERROR_FILE_NOT_FOUND => None,
        // It is there, and cannot be read.
        _ => Some(Value::Foreign),
    }
}

/// Writes a text in which Windows expands variables below `HKEY_LOCAL_MACHINE`, and makes the key where it is missing.
///
/// # Errors
/// Not an administrator.
pub fn write_expandable(key: &str, name: &str, text: &str) -> std::io::Result<()> {
    let (key, name) = (HSTRING::from(key), HSTRING::from(name));
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let length = u32::try_from(size_of_val(units.as_slice())).map_err(std::io::Error::other)?;
    // SAFETY: the text has `length` bytes, and everything lives until the call returns.
    let status = unsafe {
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, &key, &name, REG_EXPAND_SZ.0, Some(units.as_ptr().cast()), length)
    };
    status.ok().map_err(Into::into)
}

fn value(kind: REG_VALUE_TYPE, bytes: &[u8]) -> Value {
    match kind {
        REG_DWORD => {
            bytes.try_into().map_or(Value::Foreign, |bytes| Value::Number(u32::from_le_bytes(bytes)))
        }
        REG_SZ => text(bytes).map_or(Value::Foreign, |text| {
            Value::Text(text.split('\0').next().unwrap_or_default().to_owned())
        }),
        REG_MULTI_SZ => text(bytes).map_or(Value::Foreign, |text| {
            Value::Texts(text.split('\0').filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
        }),
        _ => Value::Foreign,
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}
