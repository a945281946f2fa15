//! Names, SIDs and groups.

use super::{
    failed, machine,
    wide::{Buffer, Wide, copied},
};
use crate::memory::{Aligned, Handle, Local};
use model::{AccountClaim, AccountName, AuthorityClaim, NameForm, Sid};
use os::{OsError, Resolved, windows::is_membership};
use std::ptr::null_mut;
use windows::Win32::{
    Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_NONE_MAPPED, LUID},
    NetworkManagement::NetManagement::{
        DSREG_JOIN_INFO, NetFreeAadJoinInformation, NetGetAadJoinInformation,
    },
    Security::{
        Authentication::Identity::{NameSamCompatible, NameUserPrincipal, TranslateNameW},
        Authorization::{
            AUTHZ_CLIENT_CONTEXT_HANDLE, AUTHZ_RESOURCE_MANAGER_HANDLE, AUTHZ_RM_FLAG_NO_AUDIT,
            AuthzContextInfoGroupsSids, AuthzFreeContext, AuthzFreeResourceManager,
            AuthzGetInformationFromContext, AuthzInitializeContextFromSid, AuthzInitializeResourceManager,
            ConvertSidToStringSidW, ConvertStringSidToSidW,
        },
        GetTokenInformation, LookupAccountNameW, LookupAccountSidW, PSID, SID_AND_ATTRIBUTES, SID_NAME_USE,
        SidTypeUser, TOKEN_GROUPS, TOKEN_INFORMATION_CLASS, TOKEN_USER, TokenGroups, TokenUser,
    },
};
use windows::core::PCWSTR;

/// The account of a name, with its groups.
///
/// Groups that cannot be found out are an error and not an empty list: a rule may ask more of a group's members.
pub(super) fn resolve(name: &AccountName) -> Result<Option<Resolved>, OsError> {
    let Some(account) = claim(name)? else { return Ok(None) };
    let groups = groups_of(&account.sid)?;
    Ok(Some(Resolved { account, groups }))
}

/// The account of a name.
pub(super) fn claim(name: &AccountName) -> Result<Option<AccountClaim>, OsError> {
    let host = machine::name()?;
    // In the order in which Windows would try them.
    let written: Vec<String> = match name.form() {
        NameForm::ThisMachine(user) => vec![format!("{host}\\{user}")],
        NameForm::Domain { .. } => vec![name.as_str().to_owned()],
        // A bare name may also be that of a group, a domain or the machine, which hides the user.
        NameForm::Bare(user) => vec![user.to_owned(), format!("{host}\\{user}")],
        NameForm::Principal { .. } => {
            vec![name.as_str().to_owned(), format!("AzureAD\\{name}"), format!("MicrosoftAccount\\{name}")]
        }
    };
    for name in written {
        if let Some(sid) = sid_of(&name)? {
            return claim_of(&sid);
        }
    }
    Ok(None)
}

/// The user that a token is of, with the groups in it.
pub(super) fn resolve_token(token: &Handle) -> Result<Option<Resolved>, OsError> {
    let user = token_information(token, TokenUser)?;
    let user = user.view::<TOKEN_USER>().ok_or_else(too_small)?;
    // SAFETY: `view` checked the size; Windows filled the structure, whose SID is in the same memory.
    let sid = unsafe { sid_text((*user).User.Sid) }?;
    let Some(account) = claim_of(&sid)? else { return Ok(None) };
    let groups = group_list(&token_information(token, TokenGroups)?)?;
    Ok(Some(Resolved { account, groups }))
}

/// The account of a SID, or `None` when neither a machine, a domain nor a tenant vouches for it.
fn claim_of(sid: &Sid) -> Result<Option<AccountClaim>, OsError> {
    let authority = if sid.is_entra() {
        AuthorityClaim::Entra(tenant()?)
    } else {
        match sid.issuer() {
            None => return Ok(None),
            Some(issuer) if issuer == machine::sid()? => AuthorityClaim::ThisMachine,
            Some(issuer) => AuthorityClaim::Domain(issuer),
        }
    };
    let name: AccountName =
        name_of(sid)?.parse().map_err(|_| OsError::Failed("an account has a name that cannot be".into()))?;
    let upn = match authority {
        AuthorityClaim::ThisMachine => None,
        AuthorityClaim::Domain(_) | AuthorityClaim::Entra(_) => principal_name(&name),
    };
    Ok(Some(AccountClaim { authority, sid: sid.clone(), name, upn }))
}

/// The SID of a user's name, `None` when there is no such user.
fn sid_of(name: &str) -> Result<Option<Sid>, OsError> {
    let name = Wide::new(name)?;
    let (mut sid_bytes, mut domain_units, mut kind) = (0, 0, SID_NAME_USE::default());
    // SAFETY: the name ends with a zero; without buffers Windows writes the sizes only.
    let sizes = unsafe {
        LookupAccountNameW(None, name.pointer(), None, &mut sid_bytes, None, &mut domain_units, &mut kind)
    };
    match sizes {
        Err(error) if error.code() == ERROR_INSUFFICIENT_BUFFER.to_hresult() => {}
        Err(error) if error.code() == ERROR_NONE_MAPPED.to_hresult() => return Ok(None),
        Err(error) => return Err(failed("looking up a name", &error)),
        Ok(()) => return Ok(None),
    }
    let (mut sid, mut domain) = (Aligned::new(sid_bytes), Buffer::new(domain_units));
    let sid = PSID(sid.pointer());
    // SAFETY: the buffers have the sizes that are told; `sid` points into memory that is alive until the end.
    unsafe {
        LookupAccountNameW(
            None,
            name.pointer(),
            Some(sid),
            &mut sid_bytes,
            Some(domain.pointer()),
            &mut domain_units,
            &mut kind,
        )
    }
    .map_err(|error| failed("looking up a name", &error))?;
    if kind != SidTypeUser {
        return Ok(None);
    }
    // SAFETY: Windows filled it.
    unsafe { sid_text(sid) }.map(Some)
}

/// `DOMAIN\user` of a SID.
fn name_of(sid: &Sid) -> Result<String, OsError> {
    let sid = BinarySid::new(sid)?;
    let (mut user_units, mut domain_units, mut kind) = (0, 0, SID_NAME_USE::default());
    // SAFETY: the SID is one; without buffers Windows writes the sizes only.
    let sizes = unsafe {
        LookupAccountSidW(None, sid.pointer(), None, &mut user_units, None, &mut domain_units, &mut kind)
    };
    if let Err(error) = sizes
        && error.code() != ERROR_INSUFFICIENT_BUFFER.to_hresult()
    {
        return Err(failed("looking up a SID", &error));
    }
    let (mut user, mut domain) = (Buffer::new(user_units), Buffer::new(domain_units));
    // SAFETY: the buffers have the sizes that are told.
    unsafe {
        LookupAccountSidW(
            None,
            sid.pointer(),
            Some(user.pointer()),
            &mut user_units,
            Some(domain.pointer()),
            &mut domain_units,
            &mut kind,
        )
    }
    .map_err(|error| failed("looking up a SID", &error))?;
    Ok(format!("{}\\{}", domain.text()?, user.text()?))
}

/// `user@domain` of `DOMAIN\user`, where there is one and somebody can be asked.
fn principal_name(name: &AccountName) -> Option<AccountName> {
    let name = Wide::new(name.as_str()).ok()?;
    // A user principal name has at most 1,024 characters.
    let mut units = 1025;
    let mut text = Buffer::new(units);
    // SAFETY: the name ends with a zero, the buffer has the size that is told.
    let found = unsafe {
        TranslateNameW(name.pointer(), NameSamCompatible, NameUserPrincipal, Some(text.pointer()), &mut units)
    };
    if found { text.text().ok()?.parse().ok() } else { None }
}

/// The Entra tenant that the machine is joined to.
fn tenant() -> Result<String, OsError> {
    struct Join(*mut DSREG_JOIN_INFO);
    impl Drop for Join {
        fn drop(&mut self) {
            // SAFETY: from `NetGetAadJoinInformation`, freed nowhere else; null is allowed.
            unsafe { NetFreeAadJoinInformation(Some(self.0)) };
        }
    }
    // SAFETY: no tenant is named: whichever there is.
    let join = unsafe { NetGetAadJoinInformation(PCWSTR::null()) }
        .map(Join)
        .map_err(|error| failed("asking for the tenant", &error))?;
    if join.0.is_null() {
        return Err(OsError::Failed("the machine is in no tenant".into()));
    }
    // SAFETY: not null, and filled by Windows; the text lives as long as `join`.
    let tenant = unsafe { copied((*join.0).pszTenantId) };
    tenant
        .filter(|tenant| !tenant.is_empty())
        .map(|tenant| tenant.to_lowercase())
        .ok_or_else(|| OsError::Failed("the tenant has no id".into()))
}

/// The groups of an account, as Windows would put them into a token.
fn groups_of(sid: &Sid) -> Result<Vec<Sid>, OsError> {
    struct Manager(AUTHZ_RESOURCE_MANAGER_HANDLE);
    impl Drop for Manager {
        fn drop(&mut self) {
            // SAFETY: from `AuthzInitializeResourceManager`, freed nowhere else.
            let _ = unsafe { AuthzFreeResourceManager(self.0) };
        }
    }
    struct Context(AUTHZ_CLIENT_CONTEXT_HANDLE);
    impl Drop for Context {
        fn drop(&mut self) {
            // SAFETY: from `AuthzInitializeContextFromSid`, freed nowhere else.
            let _ = unsafe { AuthzFreeContext(self.0) };
        }
    }
    let sid = BinarySid::new(sid)?;
    let what = "asking for groups";
    let mut manager = AUTHZ_RESOURCE_MANAGER_HANDLE::default();
    // SAFETY: no callbacks and no name; the handle is written.
    unsafe {
        AuthzInitializeResourceManager(
            AUTHZ_RM_FLAG_NO_AUDIT.0,
            None,
            None,
            None,
            PCWSTR::null(),
            &mut manager,
        )
    }
    .map_err(|error| failed(what, &error))?;
    let manager = Manager(manager);
    let mut context = AUTHZ_CLIENT_CONTEXT_HANDLE::default();
    // SAFETY: SID and manager are alive; the handle is written.
    unsafe {
        AuthzInitializeContextFromSid(0, sid.pointer(), manager.0, None, LUID::default(), None, &mut context)
    }
    .map_err(|error| failed(what, &error))?;
    // After the manager, so that it is dropped before it.
    let context = Context(context);
    let mut bytes = 0;
    // SAFETY: without a buffer Windows writes the size only; that this fails is how it says so.
    let _ = unsafe {
        AuthzGetInformationFromContext(context.0, AuthzContextInfoGroupsSids, 0, &mut bytes, null_mut())
    };
    let mut groups = Aligned::new(bytes);
    // SAFETY: the buffer has the size that is told.
    unsafe {
        AuthzGetInformationFromContext(
            context.0,
            AuthzContextInfoGroupsSids,
            bytes,
            &mut bytes,
            groups.pointer(),
        )
    }
    .map_err(|error| failed(what, &error))?;
    group_list(&groups)
}

/// The SIDs of a `TOKEN_GROUPS` that Windows filled.
fn group_list(groups: &Aligned) -> Result<Vec<Sid>, OsError> {
    let list = groups.view::<TOKEN_GROUPS>().ok_or_else(too_small)?;
    // SAFETY: `view` checked the size. The fields are reached by pointers, since the array is longer than it says.
    let (count, first) = unsafe { ((*list).GroupCount as usize, (&raw const (*list).Groups).cast()) };
    let first: *const SID_AND_ATTRIBUTES = first;
    let room =
        (groups.bytes() - std::mem::offset_of!(TOKEN_GROUPS, Groups)) / size_of::<SID_AND_ATTRIBUTES>();
    if count > room {
        return Err(too_small());
    }
    let mut sids = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: within the memory, as checked; the SIDs are in the same memory.
        let sid = unsafe { sid_text((*first.add(index)).Sid) }?;
        // Groups that count for denying only stay: somebody in them is a member.
        if is_membership(&sid) {
            sids.push(sid);
        }
    }
    Ok(sids)
}

/// One kind of information about a token.
fn token_information(token: &Handle, class: TOKEN_INFORMATION_CLASS) -> Result<Aligned, OsError> {
    let mut bytes = 0;
    // SAFETY: the token is open; without a buffer Windows writes the size only; that this fails is how it says so.
    let _ = unsafe { GetTokenInformation(token.0, class, None, 0, &mut bytes) };
    let mut information = Aligned::new(bytes);
    // SAFETY: the buffer has the size that is told.
    unsafe { GetTokenInformation(token.0, class, Some(information.pointer()), bytes, &mut bytes) }
        .map_err(|error| failed("reading a token", &error))?;
    Ok(information)
}

/// A SID as Windows keeps it.
struct BinarySid(Local);

impl BinarySid {
    fn new(sid: &Sid) -> Result<Self, OsError> {
        let text = Wide::new(sid.as_str())?;
        let mut sid = PSID::default();
        // SAFETY: the text ends with a zero; the pointer is written.
        unsafe { ConvertStringSidToSidW(text.pointer(), &mut sid) }
            .map_err(|error| failed("reading a SID", &error))?;
        Ok(Self(Local(sid.0)))
    }

    fn pointer(&self) -> PSID {
        PSID(self.0.0)
    }
}

/// A SID in its text form.
///
/// # Safety
/// Null, or a SID.
pub(super) unsafe fn sid_text(sid: PSID) -> Result<Sid, OsError> {
    if sid.is_invalid() {
        return Err(OsError::Failed("there is no SID".into()));
    }
    let mut text = windows::core::PWSTR::null();
    // SAFETY: a SID, as the caller promises; the pointer is written.
    unsafe { ConvertSidToStringSidW(sid, &mut text) }.map_err(|error| failed("writing a SID", &error))?;
    let _freed = Local(text.0.cast());
    // SAFETY: Windows wrote it with a zero at the end; it lives as long as `_freed`.
    let text = unsafe { copied(text) }.unwrap_or_default();
    text.parse().map_err(|_| OsError::Failed("a SID of Windows is none".into()))
}

fn too_small() -> OsError {
    OsError::Failed("an answer of Windows is cut off".into())
}
