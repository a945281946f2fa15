//! Values of the registry.

use windows::{
    Win32::{
        Foundation::{ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_SUCCESS},
        System::Registry::{
            HKEY_LOCAL_MACHINE, REG_EXPAND_SZ, REG_VALUE_TYPE, RRF_NOEXPAND, RRF_RT_ANY,
            RRF_SUBKEY_WOW6464KEY, RegGetValueW, RegSetKeyValueW,
        },
    },
    core::HSTRING,
};

/// A value below `HKEY_LOCAL_MACHINE` in the 64-bit view, as it is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Raw {
    /// The number of its type (winnt.h) and its bytes.
    Value(u32, Vec<u8>),
    /// It is there, and longer than was to be read, or cannot be read.
    Unreadable,
}

/// The value of this name, of at most so many bytes; `None` where there is none.
pub fn read(key: &str, name: &str, most: usize) -> Option<Raw> {
    let (key, name) = (HSTRING::from(key), HSTRING::from(name));
    let mut kind = REG_VALUE_TYPE::default();
    let mut bytes = vec![0u8; most];
    let mut length = u32::try_from(most).ok()?;
    // SAFETY: the buffer has `length` bytes, and everything lives until the call returns.
    let status = unsafe {
        RegGetValueW(
            HKEY_LOCAL_MACHINE,
            &key,
            &name,
            RRF_RT_ANY | RRF_NOEXPAND | RRF_SUBKEY_WOW6464KEY,
            Some(&mut kind),
            Some(bytes.as_mut_ptr().cast()),
            Some(&mut length),
        )
    };
    match status {
        ERROR_SUCCESS => {
            bytes.truncate(length as usize);
            Some(Raw::Value(kind.0, bytes))
        }
        ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND => None,
        _ => Some(Raw::Unreadable),
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
