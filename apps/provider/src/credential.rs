//! The COM objects around a tile: one that belongs to a user or to *Other user*, and one that stands alone.

use crate::{
    com::{
        Connectable, Connectable_Impl, Credential_Impl, Credential2, Credential2_Impl, WithFieldOptions,
        WithFieldOptions_Impl,
    },
    fields::Id,
    filter::pack,
    guard::{Counted, guarded},
    memory::{put, text_to_give, typed},
    provider::kind,
    tile::{Tile, Told},
    wording::Weight,
};
use model::Field;
use std::{ffi::c_void, sync::Arc};
use windows::Win32::{
    Foundation::{
        E_ABORT, E_INVALIDARG, E_NOTIMPL, E_OUTOFMEMORY, E_POINTER, E_UNEXPECTED, NTSTATUS, S_FALSE, S_OK,
    },
    Graphics::Gdi::HBITMAP,
    UI::Shell::{
        CPCFO_NONE, CPCFO_NUMBERS_ONLY, CPFIS_FOCUSED, CPFIS_NONE, CPFS_HIDDEN, CPFT_COMMAND_LINK,
        CPFT_SUBMIT_BUTTON, CPFT_TILE_IMAGE, CPGSR_NO_CREDENTIAL_NOT_FINISHED,
        CPGSR_RETURN_CREDENTIAL_FINISHED, CPSI_ERROR, CPSI_NONE, CPSI_WARNING,
        CREDENTIAL_PROVIDER_CREDENTIAL_FIELD_OPTIONS as FieldOptions,
        CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION as Packed,
        CREDENTIAL_PROVIDER_FIELD_INTERACTIVE_STATE as Interactive,
        CREDENTIAL_PROVIDER_FIELD_STATE as FieldState,
        CREDENTIAL_PROVIDER_GET_SERIALIZATION_RESPONSE as Response, CREDENTIAL_PROVIDER_STATUS_ICON as Icon,
        ICredentialProviderCredentialEvents, IQueryContinueWithStatus,
    },
};
use windows_core::{BOOL, HRESULT, IUnknownImpl, Interface, PCWSTR, PWSTR, implement};

use crate::memory::Wide;

/// The tile of a user, or of *Other user* (without a SID).
#[implement(Credential2, Connectable, WithFieldOptions, Agile = false)]
pub(crate) struct OwnTile {
    tile: Arc<Tile>,
    sid: Option<String>,
    _counted: Counted,
}

/// A tile that stands alone, where Windows lists no users.
#[implement(Connectable, WithFieldOptions, Agile = false)]
pub(crate) struct OtherTile {
    tile: Arc<Tile>,
    _counted: Counted,
}

impl OwnTile {
    pub(crate) fn new(tile: Arc<Tile>, sid: Option<String>) -> Self {
        Self { tile, sid, _counted: Counted::new() }
    }
}

impl OtherTile {
    pub(crate) fn new(tile: Arc<Tile>) -> Self {
        Self { tile, _counted: Counted::new() }
    }
}

impl Drop for OwnTile {
    fn drop(&mut self) {
        // For a host that forgot to say so.
        guarded(|| self.tile.unadvise());
    }
}

impl Drop for OtherTile {
    fn drop(&mut self) {
        guarded(|| self.tile.unadvise());
    }
}

/// The guard of every method. A tile that panics says so once, if it still can, and does nothing ever after.
fn enter(tile: &Arc<Tile>, body: impl FnOnce() -> HRESULT) -> HRESULT {
    let was_broken = tile.health.is_broken();
    tile.health.guarded(body).unwrap_or_else(|| {
        if !was_broken {
            guarded(|| tile.show_broken());
        }
        E_UNEXPECTED
    })
}

fn icon(weight: Weight) -> Icon {
    match weight {
        Weight::Prompt => CPSI_NONE,
        Weight::Warning => CPSI_WARNING,
        Weight::Error => CPSI_ERROR,
    }
}

fn is_text(id: Id) -> bool {
    !matches!(kind(id).0, CPFT_TILE_IMAGE | CPFT_SUBMIT_BUTTON)
}

/// # Safety
///
/// `events` is null or Windows' interface; `object` is the COM object of the tile.
unsafe fn advise(tile: &Arc<Tile>, events: *mut c_void, object: *mut c_void) -> HRESULT {
    // SAFETY: by the contract.
    let Some(events) = (unsafe { ICredentialProviderCredentialEvents::from_raw_borrowed(&events) }) else {
        return E_POINTER;
    };
    tile.advise(events.clone(), object);
    S_OK
}

/// # Safety
///
/// `progress` is null or Windows' interface.
unsafe fn connect(tile: &Arc<Tile>, progress: *mut c_void) -> HRESULT {
    // SAFETY: by the contract.
    let progress = unsafe { IQueryContinueWithStatus::from_raw_borrowed(&progress) };
    let mut ask = |text: Option<&str>| {
        let Some(progress) = progress else { return true };
        if let Some(text) = text {
            let text = Wide::new(text);
            // SAFETY: the text ends with a zero. What is not shown is not missed.
            let _ = unsafe { progress.SetStatusMessage(text.pointer()) };
        }
        // By the table: the method of the crate takes S_FALSE, which is Cancel, for success.
        // SAFETY: Windows' interface, on the thread it gave it to.
        let go_on = unsafe { (progress.vtable().base__.QueryContinue)(progress.as_raw()) };
        go_on == S_OK
    };
    if tile.connect(&mut ask) { S_OK } else { E_ABORT }
}

/// # Safety
///
/// The places are null or can be written.
unsafe fn serialize(
    tile: &Arc<Tile>,
    response: *mut Response,
    packed: *mut Packed,
    text: *mut PWSTR,
    status: *mut Icon,
) -> HRESULT {
    // SAFETY: by the contract.
    let there = unsafe {
        [
            put(response, CPGSR_NO_CREDENTIAL_NOT_FINISHED),
            put(packed, Packed::default()),
            put(text, PWSTR::null()),
            put(status, CPSI_NONE),
        ]
    };
    if there.contains(&false) {
        return E_POINTER;
    }
    enter(tile, || {
        match tile.take_outcome() {
            Told::Credentials(serialization) => {
                // SAFETY: it is not null.
                if !unsafe { pack(&serialization, packed) } {
                    return E_OUTOFMEMORY;
                }
                // SAFETY: it is not null. Last of all: nothing after this can fail.
                unsafe { put(response, CPGSR_RETURN_CREDENTIAL_FINISHED) };
            }
            Told::Message(Some((words, weight))) => {
                // SAFETY: neither is null.
                unsafe { (put(text, text_to_give(&words)), put(status, icon(weight))) };
            }
            Told::Message(None) => {}
        }
        S_OK
    })
}

/// # Safety
///
/// The places are null or can be written.
unsafe fn report(
    tile: &Arc<Tile>,
    status: NTSTATUS,
    substatus: NTSTATUS,
    text: *mut PWSTR,
    shown: *mut Icon,
) -> HRESULT {
    // SAFETY: by the contract. A caller that wants no text still has to be heard.
    let there = unsafe { [put(text, PWSTR::null()), put(shown, CPSI_NONE)] };
    enter(tile, || {
        let told = tile.result(status.0.cast_unsigned(), substatus.0.cast_unsigned());
        if let Some((words, weight)) = told.filter(|_| !there.contains(&false)) {
            // SAFETY: neither is null.
            unsafe { (put(text, text_to_give(&words)), put(shown, icon(weight))) };
        }
        S_OK
    })
}

macro_rules! tile_methods {
    ($object:ident) => {
        impl Credential_Impl for $object {
            unsafe fn Advise(&self, events: *mut c_void) -> HRESULT {
                // Not counted: the tile gives it up in UnAdvise, or when this object goes.
                let object = self.object();
                // SAFETY: what Windows gave, and this object.
                enter(&self.tile, || unsafe { advise(&self.tile, events, object) })
            }

            unsafe fn UnAdvise(&self) -> HRESULT {
                // Of a tile that has failed, too: what it holds of Windows has to go.
                guarded(|| self.tile.unadvise()).map_or(E_UNEXPECTED, |()| S_OK)
            }

            unsafe fn SetSelected(&self, auto: *mut BOOL) -> HRESULT {
                enter(&self.tile, || {
                    // SAFETY: Windows' pointer is null or a place for a result.
                    if !unsafe { put(auto, BOOL(0)) } {
                        return E_POINTER;
                    }
                    self.tile.selected();
                    S_OK
                })
            }

            unsafe fn SetDeselected(&self) -> HRESULT {
                enter(&self.tile, || {
                    self.tile.deselected();
                    S_OK
                })
            }

            unsafe fn GetFieldState(
                &self,
                field: u32,
                state: *mut FieldState,
                interactive: *mut Interactive,
            ) -> HRESULT {
                enter(&self.tile, || {
                    // SAFETY: Windows' pointers are null or places for results.
                    if unsafe { [put(state, CPFS_HIDDEN), put(interactive, CPFIS_NONE)] }.contains(&false) {
                        return E_POINTER;
                    }
                    let Some(id) = Id::from_number(field) else { return E_INVALIDARG };
                    let (shown, focused) = self.tile.field_state(id);
                    // SAFETY: neither is null.
                    unsafe {
                        put(state, shown);
                        put(interactive, if focused { CPFIS_FOCUSED } else { CPFIS_NONE });
                    }
                    S_OK
                })
            }

            unsafe fn GetStringValue(&self, field: u32, text: *mut PWSTR) -> HRESULT {
                enter(&self.tile, || {
                    // SAFETY: Windows' pointer is null or a place for a result.
                    if !unsafe { put(text, PWSTR::null()) } {
                        return E_POINTER;
                    }
                    let Some(id) = Id::from_number(field).filter(|&id| is_text(id)) else {
                        return E_INVALIDARG;
                    };
                    let value = self.tile.text(id);
                    let copy = text_to_give(value.expose_text().unwrap_or_default());
                    // SAFETY: it is not null.
                    unsafe { put(text, copy) };
                    if copy.is_null() { E_OUTOFMEMORY } else { S_OK }
                })
            }

            unsafe fn GetBitmapValue(&self, field: u32, bitmap: *mut HBITMAP) -> HRESULT {
                enter(&self.tile, || {
                    // SAFETY: Windows' pointer is null or a place for a result.
                    if !unsafe { put(bitmap, HBITMAP::default()) } {
                        return E_POINTER;
                    }
                    if Id::from_number(field) != Some(Id::Picture) {
                        return E_INVALIDARG;
                    }
                    let Some(picture) = self.tile.picture() else { return E_OUTOFMEMORY };
                    // SAFETY: it is not null.
                    unsafe { put(bitmap, picture) };
                    S_OK
                })
            }

            unsafe fn GetCheckboxValue(&self, _field: u32, checked: *mut BOOL, label: *mut PWSTR) -> HRESULT {
                // SAFETY: Windows' pointers are null or places for results.
                enter(&self.tile, || unsafe {
                    put(checked, BOOL(0));
                    put(label, PWSTR::null());
                    E_NOTIMPL
                })
            }

            unsafe fn GetSubmitButtonValue(&self, field: u32, adjacent: *mut u32) -> HRESULT {
                enter(&self.tile, || {
                    // SAFETY: Windows' pointer is null or a place for a result.
                    if !unsafe { put(adjacent, 0) } {
                        return E_POINTER;
                    }
                    if Id::from_number(field) != Some(Id::Submit) {
                        return E_INVALIDARG;
                    }
                    // SAFETY: it is not null.
                    unsafe { put(adjacent, self.tile.submit_beside()) };
                    S_OK
                })
            }

            unsafe fn GetComboBoxValueCount(
                &self,
                _field: u32,
                count: *mut u32,
                selected: *mut u32,
            ) -> HRESULT {
                // SAFETY: Windows' pointers are null or places for results.
                enter(&self.tile, || unsafe {
                    put(count, 0);
                    put(selected, 0);
                    E_NOTIMPL
                })
            }

            unsafe fn GetComboBoxValueAt(&self, _field: u32, _item: u32, text: *mut PWSTR) -> HRESULT {
                // SAFETY: Windows' pointer is null or a place for a result.
                enter(&self.tile, || unsafe {
                    put(text, PWSTR::null());
                    E_NOTIMPL
                })
            }

            unsafe fn SetStringValue(&self, field: u32, text: PCWSTR) -> HRESULT {
                enter(&self.tile, || {
                    let Some(id) = Id::from_number(field) else { return E_INVALIDARG };
                    // SAFETY: Windows' texts are null or end with a zero.
                    if self.tile.typed(id, unsafe { typed(text) }) { S_OK } else { E_INVALIDARG }
                })
            }

            unsafe fn SetCheckboxValue(&self, _field: u32, _checked: BOOL) -> HRESULT {
                enter(&self.tile, || E_NOTIMPL)
            }

            unsafe fn SetComboBoxSelectedValue(&self, _field: u32, _item: u32) -> HRESULT {
                enter(&self.tile, || E_NOTIMPL)
            }

            unsafe fn CommandLinkClicked(&self, field: u32) -> HRESULT {
                enter(&self.tile, || {
                    let Some(Id::Link(command)) = Id::from_number(field) else { return E_INVALIDARG };
                    debug_assert!(kind(Id::Link(command)).0 == CPFT_COMMAND_LINK);
                    self.tile.pressed(command);
                    S_OK
                })
            }

            unsafe fn GetSerialization(
                &self,
                response: *mut Response,
                packed: *mut Packed,
                text: *mut PWSTR,
                icon: *mut Icon,
            ) -> HRESULT {
                // SAFETY: Windows' pointers are null or places for results. The guard is inside.
                unsafe { serialize(&self.tile, response, packed, text, icon) }
            }

            unsafe fn ReportResult(
                &self,
                status: NTSTATUS,
                substatus: NTSTATUS,
                text: *mut PWSTR,
                icon: *mut Icon,
            ) -> HRESULT {
                // SAFETY: as above.
                unsafe { report(&self.tile, status, substatus, text, icon) }
            }
        }

        impl Connectable_Impl for $object {
            unsafe fn Connect(&self, progress: *mut c_void) -> HRESULT {
                // SAFETY: what Windows gave.
                enter(&self.tile, || unsafe { connect(&self.tile, progress) })
            }

            unsafe fn Disconnect(&self) -> HRESULT {
                enter(&self.tile, || S_OK)
            }
        }

        impl WithFieldOptions_Impl for $object {
            unsafe fn GetFieldOptions(&self, field: u32, options: *mut FieldOptions) -> HRESULT {
                enter(&self.tile, || {
                    // SAFETY: Windows' pointer is null or a place for a result.
                    if !unsafe { put(options, CPCFO_NONE) } {
                        return E_POINTER;
                    }
                    let Some(id) = Id::from_number(field) else { return E_INVALIDARG };
                    if id == Id::Input(Field::OneTimePassword) {
                        // SAFETY: it is not null.
                        unsafe { put(options, CPCFO_NUMBERS_ONLY) };
                    }
                    S_OK
                })
            }
        }
    };
}

tile_methods!(OwnTile_Impl);
tile_methods!(OtherTile_Impl);

// An interface that continues another one begins like it.
impl OwnTile_Impl {
    fn object(&self) -> *mut c_void {
        self.to_interface::<Credential2>().as_raw()
    }
}

impl OtherTile_Impl {
    fn object(&self) -> *mut c_void {
        self.to_interface::<Connectable>().as_raw()
    }
}

impl Credential2_Impl for OwnTile_Impl {
    /// `S_FALSE` and no SID: a tile below *Other user*.
    unsafe fn GetUserSid(&self, sid: *mut PWSTR) -> HRESULT {
        enter(&self.tile, || {
            // SAFETY: Windows' pointer is null or a place for a result.
            if !unsafe { put(sid, PWSTR::null()) } {
                return E_POINTER;
            }
            let Some(text) = &self.sid else { return S_FALSE };
            let copy = text_to_give(text);
            // SAFETY: it is not null.
            unsafe { put(sid, copy) };
            if copy.is_null() { E_OUTOFMEMORY } else { S_OK }
        })
    }
}
