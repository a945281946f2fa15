//! What installation and administrators write into the registry, and the filter that is found through it.

use crate::com::{Answer, Failure, com, ok, wide};
use crate::host::{Packed, Remote};
use serde_json::{Map, Value, json};
use windows::Win32::Foundation::ERROR_FILE_NOT_FOUND;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, CoCreateInstance};
use windows::Win32::System::Registry::*;
use windows::Win32::UI::Shell::*;
use windows_core::{BOOL, GUID, PCWSTR};

/// The provider's CLSID.
pub(crate) const PROVIDER: GUID = GUID::from_u128(0xf468ce09_3040_4a07_b968_43f3340fc7c4);
/// The filter's CLSID.
pub(crate) const FILTER: GUID = GUID::from_u128(0x6bc92bbc_6588_4512_a848_6cc02c430487);
/// Windows' own password provider: where a remote client's credential goes unless a filter says otherwise.
const PASSWORD: GUID = GUID::from_u128(0x60b78e88_ead8_445c_9cfd_0b87f74ea6cd);

/// What an administrator sets.
pub(crate) const SETTINGS: &str = r"SOFTWARE\Countersign";
/// What group policy sets.
pub(crate) const POLICIES: &str = r"SOFTWARE\Policies\Countersign";

const AUTHENTICATION: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication";

/// Providers of Windows, ours, and one nobody knows, in the order they are shown to the filter.
const INSTALLED: [(GUID, &str); 12] = [
    (PASSWORD, "password"),
    (GUID::from_u128(0xd6886603_9d2f_4eb2_b667_1971041fa96b), "pin"),
    (GUID::from_u128(0xbec09223_b018_416d_a0ac_523971b639f5), "fingerprint"),
    (GUID::from_u128(0x8af662bf_65a0_4d0a_a540_a338a999d36f), "face"),
    (GUID::from_u128(0x2135f72a_90b5_4ed3_a7f1_8bb705ac276a), "picture"),
    (GUID::from_u128(0x27fbdb57_b613_4af2_9d7e_4fa7a66c21ad), "trusted_signal"),
    (GUID::from_u128(0xf8a1793b_7873_4046_b2a7_1f318747f427), "fido"),
    (GUID::from_u128(0xc885aa15_1764_4293_b82a_0586add46b35), "iris"),
    (GUID::from_u128(0xcb82ea12_9f71_446d_89e1_8d0924e1256e), "pin_logon"),
    (GUID::from_u128(0x25cbb996_92ed_457e_b28c_4774084bd562), "generic"),
    (PROVIDER, "countersign"),
    (GUID::from_u128(0x0badcafe_0000_4000_8000_00000000c0de), "unknown"),
];

/// A GUID, in braces or not.
pub(crate) fn guid(text: &str) -> Option<GUID> {
    let bare = text.trim_start_matches('{').trim_end_matches('}');
    let digits: String = bare.chars().filter(|c| *c != '-').collect();
    (bare.len() == 36 && digits.len() == 32)
        .then(|| u128::from_str_radix(&digits, 16).ok())?
        .map(GUID::from_u128)
}

/// A CLSID as the registry spells it.
pub(crate) fn braced(guid: GUID) -> String {
    format!("{{{guid:?}}}")
}

/// One value of the registry.
pub(crate) enum Setting<'a> {
    /// `REG_DWORD`.
    Number(u32),
    /// `REG_SZ`.
    Text(&'a str),
    /// `REG_MULTI_SZ`.
    Texts(Vec<&'a str>),
    /// Any bytes under the number of any type.
    Bytes(u32, Vec<u8>),
    /// No value.
    Absent,
}

fn put(key: &str, name: &str, setting: &Setting<'_>) -> Result<(), Failure> {
    let (key_name, name) = (wide(key), wide(name));
    let mut handle = HKEY::default();
    // SAFETY: Terminated names, and a handle of ours to be filled.
    unsafe {
        RegCreateKeyExW(
            HKEY_LOCAL_MACHINE,
            PCWSTR(key_name.as_ptr()),
            None,
            None,
            REG_OPTION_NON_VOLATILE,
            KEY_WRITE | KEY_WOW64_64KEY,
            None,
            &raw mut handle,
            None,
        )
    }
    .ok()?;
    let bytes = |units: &[u16]| units.iter().flat_map(|u| u.to_le_bytes()).collect::<Vec<u8>>();
    let (kind, data) = match setting {
        Setting::Number(number) => (REG_DWORD, number.to_le_bytes().to_vec()),
        Setting::Text(text) => (REG_SZ, bytes(&wide(text))),
        Setting::Texts(texts) => {
            let mut units: Vec<u16> = texts.iter().flat_map(|text| wide(text)).collect();
            units.push(0);
            (REG_MULTI_SZ, bytes(&units))
        }
        Setting::Bytes(kind, bytes) => (REG_VALUE_TYPE(*kind), bytes.clone()),
        Setting::Absent => (REG_NONE, Vec::new()),
    };
    // An empty slice points nowhere, and Wine looks there.
    let some = (!data.is_empty()).then_some(data.as_slice());
    let answer = if matches!(setting, Setting::Absent) {
        // SAFETY: An open key and a terminated name.
        unsafe { RegDeleteValueW(handle, PCWSTR(name.as_ptr())) }
    } else {
        // SAFETY: As above; the data is copied.
        unsafe { RegSetValueExW(handle, PCWSTR(name.as_ptr()), None, kind, some) }
    };
    // SAFETY: Opened above, and not used again.
    let _ = unsafe { RegCloseKey(handle) };
    if matches!(setting, Setting::Absent) && answer == ERROR_FILE_NOT_FOUND {
        return Ok(());
    }
    Ok(answer.ok()?)
}

/// Sets or deletes one value below `key`.
pub(crate) fn set(key: &str, name: &str, setting: &Setting<'_>) -> Answer {
    put(key, name, setting)?;
    Ok(json!({}))
}

fn keys() -> Vec<(String, GUID)> {
    vec![
        (format!(r"{AUTHENTICATION}\Credential Providers\{}", braced(PROVIDER)), PROVIDER),
        (format!(r"{AUTHENTICATION}\Credential Provider Filters\{}", braced(FILTER)), FILTER),
    ]
}

/// Registers the DLL as installation does: provider and filter.
pub(crate) fn register(dll: &str) -> Answer {
    // A bare name would be searched for.
    let dll = std::path::absolute(dll)?;
    if !dll.is_file() {
        return Err(Failure::new(format!("{} is no file", dll.display())));
    }
    let path = dll.to_string_lossy().into_owned();
    for (key, clsid) in keys() {
        let class = format!(r"SOFTWARE\Classes\CLSID\{}", braced(clsid));
        put(&class, "", &Setting::Text("Countersign"))?;
        put(&format!(r"{class}\InprocServer32"), "", &Setting::Text(&path))?;
        put(&format!(r"{class}\InprocServer32"), "ThreadingModel", &Setting::Text("Apartment"))?;
        put(&key, "", &Setting::Text("Countersign"))?;
    }
    Ok(json!({"dll": path}))
}

/// Takes away what [`register`] wrote.
pub(crate) fn unregister() -> Answer {
    for (key, clsid) in keys() {
        for key in [format!(r"SOFTWARE\Classes\CLSID\{}", braced(clsid)), key] {
            let name = wide(&key);
            // SAFETY: A terminated name.
            let answer = unsafe { RegDeleteTreeW(HKEY_LOCAL_MACHINE, PCWSTR(name.as_ptr())) };
            if answer != ERROR_FILE_NOT_FOUND {
                answer.ok()?;
            }
        }
    }
    Ok(json!({}))
}

fn filter_object() -> Result<ICredentialProviderFilter, Failure> {
    // SAFETY: The thread is in an apartment; the CLSID is a constant.
    let made = unsafe { CoCreateInstance(&FILTER, None, CLSCTX_INPROC_SERVER) };
    made.map_err(|e: windows_core::Error| Failure::of("CoCreateInstance of the filter", e.code()))
}

/// Shows the filter every provider that could be installed; which of them stay.
pub(crate) fn filter(scenario: CREDENTIAL_PROVIDER_USAGE_SCENARIO, flags: u32) -> Answer {
    let filter = filter_object()?;
    let begun = std::time::Instant::now();
    let clsids = INSTALLED.map(|(clsid, _)| clsid);
    let mut allow = [BOOL(1); INSTALLED.len()];
    let answer = com!(
        filter,
        Filter(scenario, flags, clsids.as_ptr(), allow.as_mut_ptr(), INSTALLED.len() as u32),
        json!([scenario.0, flags])
    );
    let (mut by_clsid, mut by_name) = (Map::new(), Map::new());
    for ((clsid, name), allow) in INSTALLED.iter().zip(allow) {
        by_clsid.insert(braced(*clsid), json!(allow.as_bool()));
        by_name.insert((*name).to_owned(), json!(allow.as_bool()));
    }
    if answer.is_err() && !by_name.values().all(|allowed| *allowed == json!(true)) {
        return Err(Failure::new("the filter failed and changed the list all the same"));
    }
    Ok(json!({
        "allow": by_clsid, "by_name": by_name, "hresult_of_filter": crate::trace::hex(answer),
        "ms": crate::trace::ms(begun),
    }))
}

/// Asks the filter where a remote client's credential goes. `said_length`: how long it is said to be, if that is a lie.
pub(crate) fn update_remote(
    package: u32,
    bytes: &[u8],
    said_length: Option<u32>,
) -> Result<(Option<Remote>, Value), Failure> {
    let filter = filter_object()?;
    let mut copy = bytes.to_vec();
    let given = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION {
        ulAuthenticationPackage: package,
        clsidCredentialProvider: PASSWORD,
        cbSerialization: said_length.unwrap_or_else(|| u32::try_from(copy.len()).unwrap_or(u32::MAX)),
        rgbSerialization: copy.as_mut_ptr(),
    };
    let mut out = CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION::default();
    let answer =
        com!(filter, UpdateRemoteCredential(&raw const given, &raw mut out), json!([package, copy.len()]));
    let packed = Packed::take(&out);
    // E_NOTIMPL is an answer: the credential goes where it would have gone.
    if answer == windows::Win32::Foundation::E_NOTIMPL {
        return Ok((None, json!({"result": crate::trace::hex(answer), "rerouted": false})));
    }
    ok("UpdateRemoteCredential", answer)?;
    let packed = packed.ok_or_else(|| Failure::new("UpdateRemoteCredential gave no bytes"))?;
    let json = json!({
        "result": crate::trace::hex(answer),
        "rerouted": packed.clsid == PROVIDER,
        "clsid": braced(packed.clsid),
        "package": packed.package,
        "len": packed.bytes().len(),
        "same_bytes": packed.bytes() == bytes,
    });
    Ok((Some((packed.package, packed.bytes().to_vec())), json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clsid_reads_back_as_it_is_written() {
        assert_eq!(guid(&braced(PROVIDER)), Some(PROVIDER));
        assert_eq!(guid("{F468CE09-3040-4A07-B968-43F3340FC7C4}"), Some(PROVIDER));
        assert_eq!(guid("F468CE09"), None);
    }
}
