//! The people on the sign-in screen, as Windows names them to a provider.

use crate::com::Failure;
use crate::{crash, trace};
use serde_json::{Value, json};
use std::path::Path;
use windows::Win32::Foundation::{E_INVALIDARG, E_NOTIMPL, E_OUTOFMEMORY, PROPERTYKEY, S_OK};
use windows::Win32::Storage::EnhancedStorage::{
    PKEY_Identity_DisplayName, PKEY_Identity_PrimarySid, PKEY_Identity_QualifiedUserName,
    PKEY_Identity_UserName,
};
use windows::Win32::System::Com::CoTaskMemAlloc;
use windows::Win32::System::Com::StructuredStorage::PROPVARIANT;
use windows::Win32::UI::Shell::*;
use windows_core::{GUID, PWSTR, Result, implement};

/// `Identity_LocalUserProvider`: accounts of the machine.
pub(crate) const LOCAL_USERS: GUID = GUID::from_u128(0xa198529b_730f_4089_b646_a12557f5665e);

/// One person of the list.
#[implement(ICredentialProviderUser)]
#[derive(Clone, Debug)]
pub(crate) struct User {
    name: String,
    sid: String,
    provider: GUID,
}

/// Reads a list of `{"name", "sid", "provider"}`; the provider is `Identity_LocalUserProvider` if absent.
pub(crate) fn read(file: &Path) -> std::result::Result<Vec<User>, Failure> {
    let wrong = |what: &str| Failure::new(format!("{}: {what}", file.display()));
    let list: Value = serde_json::from_slice(&std::fs::read(file)?).map_err(|e| wrong(&e.to_string()))?;
    let list = list.as_array().ok_or_else(|| wrong("not a list"))?;
    list.iter()
        .map(|user| {
            let text = |key: &str| user[key].as_str().map(str::to_owned);
            let provider = match text("provider") {
                None => LOCAL_USERS,
                Some(guid) => crate::registry::guid(&guid).ok_or_else(|| wrong("provider is no GUID"))?,
            };
            Ok(User {
                name: text("name").ok_or_else(|| wrong("a user has no name"))?,
                sid: text("sid").ok_or_else(|| wrong("a user has no sid"))?,
                provider,
            })
        })
        .collect()
}

/// A copy in COM memory, for the callee to free.
fn given(text: &str) -> Result<PWSTR> {
    let units = crate::com::wide(text);
    // SAFETY: No precondition.
    let memory: *mut u16 = unsafe { CoTaskMemAlloc(units.len() * 2) }.cast();
    if memory.is_null() {
        return Err(E_OUTOFMEMORY.into());
    }
    // SAFETY: The block is as long as the text, and new.
    unsafe { std::ptr::copy_nonoverlapping(units.as_ptr(), memory, units.len()) };
    Ok(PWSTR(memory))
}

impl ICredentialProviderUser_Impl for User_Impl {
    fn GetSid(&self) -> Result<PWSTR> {
        trace::called_back("User.GetSid", &Value::Null, S_OK);
        crash::in_callback();
        given(&self.sid)
    }

    fn GetProviderID(&self) -> Result<GUID> {
        trace::called_back("User.GetProviderID", &Value::Null, S_OK);
        crash::in_callback();
        Ok(self.provider)
    }

    fn GetStringValue(&self, key: *const PROPERTYKEY) -> Result<PWSTR> {
        crash::in_callback();
        // SAFETY: The provider passes a key, or null.
        let key = unsafe { key.as_ref() }.ok_or(E_INVALIDARG)?;
        trace::called_back("User.GetStringValue", &json!([format!("{:?},{}", key.fmtid, key.pid)]), S_OK);
        if *key == PKEY_Identity_QualifiedUserName {
            given(&self.name)
        } else if *key == PKEY_Identity_UserName || *key == PKEY_Identity_DisplayName {
            given(self.name.rsplit('\\').next().unwrap_or(&self.name))
        } else if *key == PKEY_Identity_PrimarySid {
            given(&self.sid)
        } else {
            Err(E_INVALIDARG.into())
        }
    }

    fn GetValue(&self, _: *const PROPERTYKEY) -> Result<PROPVARIANT> {
        trace::called_back("User.GetValue", &Value::Null, E_NOTIMPL);
        Err(E_NOTIMPL.into())
    }
}

/// The list of people.
#[implement(ICredentialProviderUserArray)]
pub(crate) struct Users {
    /// Who is on it.
    pub(crate) list: Vec<User>,
    /// Whether there is a tile "Other user".
    pub(crate) options: CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS,
    filter: std::sync::Mutex<Option<GUID>>,
}

impl Users {
    /// A list nobody has narrowed.
    pub(crate) fn new(list: Vec<User>, options: CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS) -> Self {
        Self { list, options, filter: std::sync::Mutex::new(None) }
    }

    fn kept(&self) -> Vec<&User> {
        let filter = *self.filter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.list.iter().filter(|u| filter.is_none_or(|f| f == u.provider)).collect()
    }
}

impl ICredentialProviderUserArray_Impl for Users_Impl {
    fn SetProviderFilter(&self, filter: *const GUID) -> Result<()> {
        trace::called_back("Users.SetProviderFilter", &Value::Null, S_OK);
        // SAFETY: The provider passes a GUID, or null.
        let filter = *unsafe { filter.as_ref() }.ok_or(E_INVALIDARG)?;
        *self.filter.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(filter);
        Ok(())
    }

    fn GetAccountOptions(&self) -> Result<CREDENTIAL_PROVIDER_ACCOUNT_OPTIONS> {
        trace::called_back("Users.GetAccountOptions", &Value::Null, S_OK);
        crash::in_callback();
        Ok(self.options)
    }

    fn GetCount(&self) -> Result<u32> {
        trace::called_back("Users.GetCount", &Value::Null, S_OK);
        crash::in_callback();
        u32::try_from(self.kept().len()).map_err(|_| E_INVALIDARG.into())
    }

    fn GetAt(&self, index: u32) -> Result<ICredentialProviderUser> {
        trace::called_back("Users.GetAt", &json!([index]), S_OK);
        crash::in_callback();
        let user = self.kept().get(index as usize).map(|u| (*u).clone()).ok_or(E_INVALIDARG)?;
        Ok(user.into())
    }
}
