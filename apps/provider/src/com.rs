//! The interfaces that Windows calls, as their tables are in memory: each result is an HRESULT, each place for a result is
//! a bare pointer.
//!
//! Those of the crate `windows` write results without looking whether there is a place for them, and cannot say `S_FALSE`
//! and a null SID at once. Names and order are Windows' (`credentialprovider.idl`, `unknwn.idl`).
#![expect(non_snake_case, reason = "the names are Windows' own")]

use std::ffi::c_void;
use windows::Win32::{
    Foundation::NTSTATUS,
    Graphics::Gdi::HBITMAP,
    UI::Shell::{
        CREDENTIAL_PROVIDER_CREDENTIAL_FIELD_OPTIONS as FieldOptions,
        CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION as Packed,
        CREDENTIAL_PROVIDER_FIELD_DESCRIPTOR as Descriptor,
        CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE as Interactive,
        CREDENTIAL_PROVIDER_FIELD_STATE as FieldState,
        CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE as Response, CREDENTIAL_PROVIDER_STATUS_ICON as Icon,
        CREDENTIAL_PROVIDER_USAGE_SCENARIO as Usage,
    },
};
use windows_core::{BOOL, GUID, HRESULT, IUnknown, IUnknown_Vtbl, PCWSTR, PWSTR, interface};

#[interface("00000001-0000-0000-c000-000000000046")]
pub(crate) unsafe trait Factory: IUnknown {
    fn CreateInstance(&self, outer: *mut c_void, iid: *const GUID, object: *mut *mut c_void) -> HRESULT;
    fn LockServer(&self, lock: BOOL) -> HRESULT;
}

#[interface("d27c3481-5a1c-45b2-8aaa-c20ebbe8229e")]
pub(crate) unsafe trait Provider: IUnknown {
    fn SetUsageScenario(&self, usage: Usage, flags: u32) -> HRESULT;
    fn SetSerialization(&self, packed: *const Packed) -> HRESULT;
    fn Advise(&self, events: *mut c_void, context: usize) -> HRESULT;
    fn UnAdvise(&self) -> HRESULT;
    fn GetFieldDescriptorCount(&self, count: *mut u32) -> HRESULT;
    fn GetFieldDescriptorAt(&self, index: u32, descriptor: *mut *mut Descriptor) -> HRESULT;
    fn GetCredentialCount(&self, count: *mut u32, default: *mut u32, auto: *mut BOOL) -> HRESULT;
    fn GetCredentialAt(&self, index: u32, credential: *mut *mut c_void) -> HRESULT;
}

#[interface("095c1484-1c0c-4388-9c6d-500e61bf84bd")]
pub(crate) unsafe trait SetUsers: IUnknown {
    fn SetUserArray(&self, users: *mut c_void) -> HRESULT;
}

#[interface("63913a93-40c1-481a-818d-4072ff8c70cc")]
pub(crate) unsafe trait Credential: IUnknown {
    fn Advise(&self, events: *mut c_void) -> HRESULT;
    fn UnAdvise(&self) -> HRESULT;
    fn SetSelected(&self, auto: *mut BOOL) -> HRESULT;
    fn SetDeselected(&self) -> HRESULT;
    fn GetFieldState(&self, field: u32, state: *mut FieldState, interactive: *mut Interactive) -> HRESULT;
    fn GetStringValue(&self, field: u32, text: *mut PWSTR) -> HRESULT;
    fn GetBitmapValue(&self, field: u32, bitmap: *mut HBITMAP) -> HRESULT;
    fn GetCheckboxValue(&self, field: u32, checked: *mut BOOL, label: *mut PWSTR) -> HRESULT;
    fn GetSubmitButtonValue(&self, field: u32, adjacent: *mut u32) -> HRESULT;
    fn GetComboBoxValueCount(&self, field: u32, count: *mut u32, selected: *mut u32) -> HRESULT;
    fn GetComboBoxValueAt(&self, field: u32, item: u32, text: *mut PWSTR) -> HRESULT;
    fn SetStringValue(&self, field: u32, text: PCWSTR) -> HRESULT;
    fn SetCheckboxValue(&self, field: u32, checked: BOOL) -> HRESULT;
    fn SetComboBoxSelectedValue(&self, field: u32, item: u32) -> HRESULT;
    fn CommandLinkClicked(&self, field: u32) -> HRESULT;
    fn GetSerialization(
        &self,
        response: *mut Response,
        packed: *mut Packed,
        text: *mut PWSTR,
        icon: *mut Icon,
    ) -> HRESULT;
    fn ReportResult(
        &self,
        status: NTSTATUS,
        substatus: NTSTATUS,
        text: *mut PWSTR,
        icon: *mut Icon,
    ) -> HRESULT;
}

#[interface("fd672c54-40ea-4d6e-9b49-cfb1a7507bd7")]
pub(crate) unsafe trait Credential2: Credential {
    fn GetUserSid(&self, sid: *mut PWSTR) -> HRESULT;
}

#[interface("9387928b-ac75-4bf9-8ab2-2b93c4a55290")]
pub(crate) unsafe trait Connectable: Credential {
    fn Connect(&self, progress: *mut c_void) -> HRESULT;
    fn Disconnect(&self) -> HRESULT;
}

#[interface("dbc6fb30-c843-49e3-a645-573e6f39446a")]
pub(crate) unsafe trait WithFieldOptions: IUnknown {
    fn GetFieldOptions(&self, field: u32, options: *mut FieldOptions) -> HRESULT;
}

#[interface("a5da53f9-d475-4080-a120-910c4a739880")]
pub(crate) unsafe trait Filter: IUnknown {
    fn Filter(
        &self,
        usage: Usage,
        flags: u32,
        providers: *const GUID,
        allow: *mut BOOL,
        count: u32,
    ) -> HRESULT;
    fn UpdateRemoteCredential(&self, given: *const Packed, routed: *mut Packed) -> HRESULT;
}
