//! Packing credentials for Windows and taking them apart.

use super::{
    failed, machine,
    wide::{Buffer, Wide},
};
use model::Secret;
use os::{
    Credentials, OsError, Packed, Unpacked,
    logon::{self, LogonParts, MAX_BYTES, Message, Packing},
};
use windows::Win32::{
    Foundation::HANDLE,
    Security::{
        Authentication::Identity::{
            LSA_STRING, LsaConnectUntrusted, LsaDeregisterLogonProcess, LsaLookupAuthenticationPackage,
        },
        Credentials::{
            CRED_PACK_FLAGS, CRED_PACK_ID_PROVIDER_CREDENTIALS, CRED_PACK_PROTECTED_CREDENTIALS,
            CRED_PACK_WOW_BUFFER, CRED_PROTECTION_TYPE, CredIsProtectedW, CredPackAuthenticationBufferW,
            CredProtectW, CredUnPackAuthenticationBufferW, CredUnprotectW, CredUnprotected,
        },
    },
};
use windows::core::PSTR;
use zeroize::Zeroizing;

/// The most units of a name or password in foreign credentials.
const MAX_UNITS: u32 = 32 * 1024;

pub(super) fn pack(credentials: &Credentials<'_>) -> Result<Packed, OsError> {
    let bytes = match Packing::of(credentials, &machine::name()?) {
        Packing::Logon { message, domain, user } => {
            block(message, &domain, &user, &protect(credentials.password)?)?
        }
        Packing::IdentityProvider { name } => {
            let flags = CRED_PACK_PROTECTED_CREDENTIALS | CRED_PACK_ID_PROVIDER_CREDENTIALS;
            pack_by_windows(flags, &name, credentials.password)?
        }
        Packing::Elevation { name, wow } => {
            let flags = if wow { CRED_PACK_WOW_BUFFER } else { CRED_PACK_FLAGS(0) };
            pack_by_windows(flags, &name, credentials.password)?
        }
    };
    Ok(Packed { package: negotiate()?, bytes })
}

fn block(message: Message, domain: &str, user: &str, password: &Secret) -> Result<Secret, OsError> {
    logon::pack(message, domain, user, password).map_err(|error| OsError::Failed(error.to_string()))
}

/// Takes apart what came in by the layout that Remote Desktop uses, else lets Windows try, which knows more of them.
pub(super) fn unpack(packed: &Packed) -> Result<Unpacked, OsError> {
    let bytes = packed.bytes.expose();
    let parts = logon::unpack(bytes).and_then(LogonParts::into_unpacked);
    let mut unpacked = match parts {
        Ok(unpacked) => unpacked,
        Err(error) => unpack_by_windows(bytes).map_err(|_| OsError::Failed(error.to_string()))?,
    };
    if let Some(password) = unprotect(&unpacked.password)? {
        unpacked.password = password;
    }
    Ok(unpacked)
}

/// The password as only Windows' sign-in can read it.
fn protect(password: &Secret) -> Result<Secret, OsError> {
    let plain = Wide::secret(password)?;
    let mut units = 0;
    // Both calls take the zero along.
    // SAFETY: a pointer to one unit that is not written, since there is room for none; the size is written. That this
    // fails is how Windows says so.
    let _ = unsafe { CredProtectW(false, plain.units(), Buffer::new(0).pointer(), &mut units, None) };
    let mut text = buffer(units)?;
    // SAFETY: the buffer has the size that is told.
    unsafe { CredProtectW(false, plain.units(), text.pointer(), &mut units, None) }
        .map_err(|error| failed("protecting the password", &error))?;
    text.secret()
}

/// The password in the clear, `None` where it is already.
fn unprotect(password: &Secret) -> Result<Option<Secret>, OsError> {
    let text = Wide::secret(password)?;
    let mut kind = CRED_PROTECTION_TYPE::default();
    // SAFETY: the text ends with a zero; the kind is written.
    unsafe { CredIsProtectedW(text.pointer(), &mut kind) }
        .map_err(|error| failed("asking whether the password is protected", &error))?;
    if kind == CredUnprotected {
        return Ok(None);
    }
    let mut units = 0;
    // SAFETY: without a buffer Windows writes the size only; that this fails is how it says so.
    let _ = unsafe { CredUnprotectW(false, text.units(), None, &mut units) };
    let mut plain = buffer(units)?;
    // SAFETY: the buffer has the size that is told.
    unsafe { CredUnprotectW(false, text.units(), Some(plain.pointer()), &mut units) }
        .map_err(|error| failed("opening the password", &error))?;
    plain.secret().map(Some)
}

/// A buffer of a size that Windows asked for.
fn buffer(units: u32) -> Result<Buffer, OsError> {
    if units == 0 || units > MAX_UNITS {
        return Err(OsError::Failed(format!("Windows asked for a text of {units} characters")));
    }
    Ok(Buffer::new(units))
}

fn pack_by_windows(flags: CRED_PACK_FLAGS, name: &str, password: &Secret) -> Result<Secret, OsError> {
    let (name, password) = (Wide::new(name)?, Wide::secret(password)?);
    let mut length = 0;
    // SAFETY: the texts end with zeros; without a buffer Windows writes the size only; that this fails is how it says
    // so.
    let _ = unsafe {
        CredPackAuthenticationBufferW(flags, name.pointer(), password.pointer(), None, &mut length)
    };
    let size = usize::try_from(length).ok().filter(|size| (1..=MAX_BYTES).contains(size));
    let size = size.ok_or_else(|| OsError::Failed(format!("Windows asked for {length} bytes to pack")))?;
    let mut bytes = Zeroizing::new(vec![0; size]);
    // SAFETY: the buffer has the size that is told.
    unsafe {
        CredPackAuthenticationBufferW(
            flags,
            name.pointer(),
            password.pointer(),
            Some(bytes.as_mut_ptr()),
            &mut length,
        )
    }
    .map_err(|error| failed("packing credentials", &error))?;
    bytes.truncate(length as usize);
    Ok(Secret::new(std::mem::take(&mut *bytes)))
}

fn unpack_by_windows(bytes: &[u8]) -> Result<Unpacked, OsError> {
    let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= MAX_BYTES);
    let length = length.ok_or_else(|| OsError::Failed("the credentials are longer than 64 KB".into()))?;
    let (mut user_units, mut domain_units, mut password_units) = (MAX_UNITS, MAX_UNITS, MAX_UNITS);
    let (mut user, mut domain) = (Buffer::new(MAX_UNITS), Buffer::new(MAX_UNITS));
    let mut password = Buffer::new(MAX_UNITS);
    // SAFETY: the bytes are only read, the buffers have the sizes that are told.
    unsafe {
        CredUnPackAuthenticationBufferW(
            CRED_PACK_PROTECTED_CREDENTIALS,
            bytes.as_ptr().cast(),
            length,
            Some(user.pointer()),
            &mut user_units,
            Some(domain.pointer()),
            Some(&mut domain_units),
            Some(password.pointer()),
            &mut password_units,
        )
    }
    .map_err(|error| failed("taking credentials apart", &error))?;
    LogonParts {
        message: Message::Interactive,
        domain: domain.text()?,
        user: user.text()?,
        password: password.secret()?,
    }
    .into_unpacked()
    .map_err(|error| OsError::Failed(error.to_string()))
}

/// The number of the package that picks Kerberos or NTLM. Windows gives it out anew at each start.
fn negotiate() -> Result<u32, OsError> {
    struct Connection(HANDLE);
    impl Drop for Connection {
        fn drop(&mut self) {
            // SAFETY: from `LsaConnectUntrusted`, closed nowhere else.
            let _ = unsafe { LsaDeregisterLogonProcess(self.0) };
        }
    }
    let what = "asking for the authentication package";
    let mut connection = HANDLE::default();
    // SAFETY: the handle is written.
    unsafe { LsaConnectUntrusted(&mut connection) }.ok().map_err(|error| failed(what, &error))?;
    let connection = Connection(connection);
    const NAME: &[u8; 9] = b"Negotiate";
    let name = LSA_STRING {
        Length: NAME.len() as u16,
        MaximumLength: NAME.len() as u16,
        Buffer: PSTR(NAME.as_ptr().cast_mut()),
    };
    let mut package = 0;
    // SAFETY: the connection is open; the name is static and only read; the number is written.
    unsafe { LsaLookupAuthenticationPackage(connection.0, &name, &mut package) }
        .ok()
        .map_err(|error| failed(what, &error))?;
    Ok(package)
}
