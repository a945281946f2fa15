//! The two functions that COM looks for, and the class factory behind them.

use crate::{
    com::{Factory, Factory_Impl},
    filter::FilterObject,
    guard::{Counted, can_unload, guarded, lock_server},
    link::{LINK, pin_module},
    memory::put,
    provider::ProviderObject,
};
use std::{ffi::c_void, ptr, sync::Once};
use windows::Win32::Foundation::{
    CLASS_E_CLASSNOTAVAILABLE, CLASS_E_NOAGGREGATION, E_POINTER, E_UNEXPECTED, S_FALSE, S_OK,
};
use windows_core::{BOOL, GUID, HRESULT, IUnknown, Interface, implement};

/// The CLSID of the provider.
pub(crate) const PROVIDER: GUID = GUID::from_u128(0xf468ce09_3040_4a07_b968_43f3340fc7c4);
/// The CLSID of the filter.
pub(crate) const FILTER: GUID = GUID::from_u128(0x6bc92bbc_6588_4512_a848_6cc02c430487);

#[derive(Clone, Copy)]
enum Class {
    Provider,
    Filter,
}

/// Makes providers or filters.
#[implement(Factory, Agile = false)]
struct FactoryObject {
    class: Class,
    _counted: Counted,
}

/// COM asks for the class factory of a class.
///
/// # Safety
///
/// The pointers are those of COM: null, or good for what they are documented for.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn DllGetClassObject(
    class: *const GUID,
    iid: *const GUID,
    object: *mut *mut c_void,
) -> HRESULT {
    guarded(|| {
        // SAFETY: by the contract.
        if !unsafe { put(object, ptr::null_mut()) } || class.is_null() || iid.is_null() {
            return E_POINTER;
        }
        quiet_panics();
        // Before anything that could fail: the agent counts the sign-in screens that break.
        if pin_module() {
            LINK.open();
        }
        // SAFETY: it is not null.
        let class = match unsafe { *class } {
            PROVIDER => Class::Provider,
            FILTER => Class::Filter,
            _ => return CLASS_E_CLASSNOTAVAILABLE,
        };
        let factory: IUnknown = FactoryObject { class, _counted: Counted::new() }.into();
        // SAFETY: neither is null.
        unsafe { factory.query(iid, object) }
    })
    .unwrap_or(E_UNEXPECTED)
}

/// COM asks whether it may let go of the module.
#[unsafe(no_mangle)]
pub(crate) extern "system" fn DllCanUnloadNow() -> HRESULT {
    guarded(|| if can_unload() { S_OK } else { S_FALSE }).unwrap_or(S_FALSE)
}

/// What a panic says goes nowhere: a sign-in screen has no place for it, and it could hold what was typed.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}

impl Factory_Impl for FactoryObject_Impl {
    unsafe fn CreateInstance(
        &self,
        outer: *mut c_void,
        iid: *const GUID,
        object: *mut *mut c_void,
    ) -> HRESULT {
        guarded(|| {
            // SAFETY: COM's pointer is null or a place for a result.
            if !unsafe { put(object, ptr::null_mut()) } || iid.is_null() {
                return E_POINTER;
            }
            if !outer.is_null() {
                return CLASS_E_NOAGGREGATION;
            }
            let unknown: IUnknown = match self.class {
                Class::Provider => ProviderObject::new().into(),
                Class::Filter => FilterObject::new().into(),
            };
            // SAFETY: neither is null.
            unsafe { unknown.query(iid, object) }
        })
        .unwrap_or(E_UNEXPECTED)
    }

    unsafe fn LockServer(&self, lock: BOOL) -> HRESULT {
        guarded(|| lock_server(lock.as_bool()));
        S_OK
    }
}
