//! A folder that only the system and administrators may enter.

use crate::memory::{Aligned, Handle, Local, SecurityDescriptor};
use std::{io, os::windows::ffi::OsStrExt, path::Path};
use windows::{
    Win32::{
        Foundation::{ERROR_SUCCESS, HANDLE, WIN32_ERROR},
        Security::{
            ACL,
            Authorization::{GetNamedSecurityInfoW, SE_FILE_OBJECT, SetNamedSecurityInfoW},
            DACL_SECURITY_INFORMATION, EqualSid, GetSecurityDescriptorDacl, GetTokenInformation,
            IsWellKnownSid, OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION,
            PSECURITY_DESCRIPTOR, PSID, TOKEN_QUERY, TOKEN_USER, TokenUser, WinBuiltinAdministratorsSid,
            WinLocalSystemSid,
        },
        System::Threading::{GetCurrentProcess, OpenProcessToken},
    },
    core::{BOOL, PCWSTR},
};

/// Everything for the system and administrators, nothing for anybody else, and nothing inherited from above.
const ACCESS: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

/// Keeps everybody out of a folder but the system and administrators.
///
/// # Errors
/// It leads elsewhere (a reparse point), belongs to somebody else, who could undo this and may have put files into it
/// (anybody may make folders below `%ProgramData%`), or Windows refuses.
pub fn keep_private(folder: &Path) -> io::Result<()> {
    if folder.symlink_metadata()?.file_type().is_symlink() {
        return Err(io::Error::other("it is a link and not a folder; remove it"));
    }
    let name: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let name = PCWSTR(name.as_ptr());
    if !is_ours(name)? {
        return Err(io::Error::other(
            "it belongs to somebody who is no administrator; look what is in it and remove it",
        ));
    }
    let access = SecurityDescriptor::new(ACCESS)?;
    let (mut present, mut defaulted, mut list) = (BOOL(0), BOOL(0), std::ptr::null_mut::<ACL>());
    // SAFETY: the descriptor was made above, and what is written to lives until the call returns.
    unsafe { GetSecurityDescriptorDacl(access.pointer(), &mut present, &mut list, &mut defaulted) }?;
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    // SAFETY: the name ends with a zero; the list is in the descriptor, which lives until the call returns.
    good(unsafe { SetNamedSecurityInfoW(name, SE_FILE_OBJECT, what, None, None, Some(list), None) })
}

/// Whether it belongs to the system, to administrators, or to whom this process runs as.
fn is_ours(name: PCWSTR) -> io::Result<bool> {
    let mut owner = PSID::default();
    let mut descriptor = PSECURITY_DESCRIPTOR::default();
    // SAFETY: the name ends with a zero, and what is written to lives until the call returns.
    good(unsafe {
        GetNamedSecurityInfoW(
            name,
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION,
            Some(&mut owner),
            None,
            None,
            None,
            &mut descriptor,
        )
    })?;
    let _freed = Local(descriptor.0);
    if owner.is_invalid() {
        return Ok(false);
    }
    let known = [WinLocalSystemSid, WinBuiltinAdministratorsSid]
        .into_iter()
        // SAFETY: the owner is in the descriptor, which is still there.
        .any(|kind| unsafe { IsWellKnownSid(owner, kind) }.as_bool());
    if known {
        return Ok(true);
    }
    let user = user()?;
    let Some(user) = user.view::<TOKEN_USER>() else { return Ok(false) };
    // SAFETY: `view` checked the size; Windows wrote it, and its SID is in the same memory; the owner as above.
    Ok(unsafe { EqualSid(owner, (*user).User.Sid) }.is_ok())
}

/// The user of this process, as Windows writes it: a `TOKEN_USER` and behind it the SID.
fn user() -> io::Result<Aligned> {
    let mut token = Handle(HANDLE::default());
    // SAFETY: the handle is written before the call returns.
    unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token.0) }?;
    // A SID has at most 68 bytes.
    let mut memory = Aligned::new(256);
    let size = 256;
    let mut length = 0;
    // SAFETY: the memory has `size` bytes, aligned for the structure.
    unsafe { GetTokenInformation(token.0, TokenUser, Some(memory.pointer()), size, &mut length) }?;
    Ok(memory)
}

fn good(status: WIN32_ERROR) -> io::Result<()> {
    if status == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(status.0.cast_signed())) }
}
