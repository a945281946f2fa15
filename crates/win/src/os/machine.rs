//! Which machine this is.

use super::{
    accounts::sid_text,
    failed,
    wide::{Buffer, Wide},
};
use crate::memory::Lsa;
use model::Sid;
use os::{
    Machine, OsError,
    windows::{release_name, system_uuid},
};
use std::{ffi::c_void, ptr::null_mut};
use windows::Win32::{
    Security::Authentication::Identity::{
        LSA_HANDLE, LSA_OBJECT_ATTRIBUTES, LsaClose, LsaOpenPolicy, LsaQueryInformationPolicy,
        POLICY_ACCOUNT_DOMAIN_INFO, POLICY_VIEW_LOCAL_INFORMATION, PolicyAccountDomainInformation,
    },
    System::{
        Registry::{HKEY_LOCAL_MACHINE, REG_ROUTINE_FLAGS, RRF_RT_REG_DWORD, RRF_RT_REG_SZ, RegGetValueW},
        SystemInformation::{ComputerNameNetBIOS, GetComputerNameExW, GetSystemFirmwareTable, RSMB},
    },
};
use windows::core::w;

pub(super) fn machine() -> Result<Machine, OsError> {
    Ok(Machine {
        name: name()?,
        sid: sid()?,
        firmware_uuid: system_uuid(&firmware()).unwrap_or_default(),
        os: release(),
    })
}

/// The name by which the machine's own accounts are known (`NAME\user`).
pub(super) fn name() -> Result<String, OsError> {
    // MAX_COMPUTERNAME_LENGTH is 15 without the zero.
    let mut units = 256;
    let mut text = Buffer::new(units);
    // SAFETY: the buffer has the size that is told.
    unsafe { GetComputerNameExW(ComputerNameNetBIOS, Some(text.pointer()), &mut units) }
        .map_err(|error| failed("asking for the machine's name", &error))?;
    text.text()
}

/// The SID of the machine's own account database.
pub(super) fn sid() -> Result<Sid, OsError> {
    struct Policy(LSA_HANDLE);
    impl Drop for Policy {
        fn drop(&mut self) {
            // SAFETY: from `LsaOpenPolicy`, closed nowhere else.
            let _ = unsafe { LsaClose(self.0) };
        }
    }
    let what = "asking for the machine's SID";
    let attributes = LSA_OBJECT_ATTRIBUTES {
        Length: size_of::<LSA_OBJECT_ATTRIBUTES>() as u32,
        ..LSA_OBJECT_ATTRIBUTES::default()
    };
    let mut policy = LSA_HANDLE::default();
    // SAFETY: of this machine; the attributes are alive; the handle is written.
    unsafe { LsaOpenPolicy(None, &attributes, POLICY_VIEW_LOCAL_INFORMATION as u32, &mut policy) }
        .ok()
        .map_err(|error| failed(what, &error))?;
    let policy = Policy(policy);
    let mut answer: *mut c_void = null_mut();
    // SAFETY: the policy is open; the pointer is written.
    unsafe { LsaQueryInformationPolicy(policy.0, PolicyAccountDomainInformation, &mut answer) }
        .ok()
        .map_err(|error| failed(what, &error))?;
    let answer = Lsa(answer);
    if answer.0.is_null() {
        return Err(OsError::Failed(format!("{what}: no answer")));
    }
    let domain = answer.0.cast::<POLICY_ACCOUNT_DOMAIN_INFO>();
    // SAFETY: the structure of this class, filled by Windows, with a SID that lives as long as `answer`.
    unsafe { sid_text((*domain).DomainSid) }
}

/// What the firmware says about the machine; empty where it says nothing.
fn firmware() -> Vec<u8> {
    // SAFETY: without a buffer the answer is the size.
    let bytes = unsafe { GetSystemFirmwareTable(RSMB, 0, None) };
    let mut table = vec![0; bytes as usize];
    // SAFETY: the buffer has the size that is told.
    let written = unsafe { GetSystemFirmwareTable(RSMB, 0, Some(&mut table)) };
    // What is larger by now is not written.
    if written as usize > table.len() {
        return Vec::new();
    }
    table.truncate(written as usize);
    table
}

/// Windows' name and version.
fn release() -> String {
    release_name(
        &text("ProductName").unwrap_or_else(|| "Windows".into()),
        text("DisplayVersion").as_deref(),
        &text("CurrentBuildNumber").unwrap_or_else(|| "unknown build".into()),
        number("UBR"),
    )
}

fn text(value: &str) -> Option<String> {
    let units = 256;
    let mut text = Buffer::new(units);
    read(value, RRF_RT_REG_SZ, text.pointer().0.cast(), 2 * units).then(|| text.text().ok()).flatten()
}

fn number(value: &str) -> Option<u32> {
    let mut number = 0_u32;
    read(value, RRF_RT_REG_DWORD, (&raw mut number).cast(), 4).then_some(number)
}

/// Reads a value of Windows' version into memory that has room for so many bytes.
fn read(value: &str, kind: REG_ROUTINE_FLAGS, into: *mut c_void, mut bytes: u32) -> bool {
    let Ok(value) = Wide::new(value) else { return false };
    let key = w!("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion");
    // SAFETY: texts end with zeros; both callers above own so many bytes at `into`.
    let result = unsafe {
        RegGetValueW(HKEY_LOCAL_MACHINE, key, value.pointer(), kind, None, Some(into), Some(&mut bytes))
    };
    result.is_ok()
}
