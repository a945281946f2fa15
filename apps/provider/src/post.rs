//! A window that nobody sees: by it the reader's thread reaches the thread that may draw.

use crate::{guard::guarded, memory::Wide};
use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicIsize, Ordering},
    },
};
use windows::Win32::{
    Foundation::{HINSTANCE, HMODULE, HWND, LPARAM, LRESULT, WPARAM},
    System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        GetModuleHandleExW,
    },
    UI::WindowsAndMessaging::{
        CREATESTRUCTW, CreateWindowExW, DefWindowProcW, DestroyWindow, GWLP_USERDATA, GetWindowLongPtrW,
        HWND_MESSAGE, PostMessageW, RegisterClassExW, SetWindowLongPtrW, WINDOW_EX_STYLE, WINDOW_STYLE,
        WM_APP, WM_NCCREATE, WM_NCDESTROY, WNDCLASSEXW,
    },
};
use windows_core::PCWSTR;

const CLASS: &str = "CountersignPost";
const RUNG: u32 = WM_APP + 1;

/// What is done on the thread of the window when the bell was rung.
type Handler = Rc<dyn Fn()>;

/// The window's number, or 0: what the bell rings at.
pub(crate) type Place = Arc<AtomicIsize>;

/// Rings. Nothing happens when there is no window.
pub(crate) fn ring(place: &Place) {
    let window = place.load(Ordering::SeqCst);
    if window != 0 {
        // SAFETY: a window that is gone makes the call fail, and nothing more.
        let _ = unsafe { PostMessageW(Some(HWND(window as *mut _)), RUNG, WPARAM(0), LPARAM(0)) };
    }
}

/// Makes the window of the present thread. Without it screens that come late are drawn at the next call.
pub(crate) fn open(place: &Place, handler: Handler) {
    close(place);
    let class = Wide::new(CLASS);
    let description = WNDCLASSEXW {
        cbSize: u32::try_from(size_of::<WNDCLASSEXW>()).unwrap_or_default(),
        lpfnWndProc: Some(procedure),
        hInstance: module(),
        lpszClassName: class.pointer(),
        ..WNDCLASSEXW::default()
    };
    // SAFETY: the description outlives the call. It fails when the class is there already.
    unsafe { RegisterClassExW(&description) };
    // The window owns this and frees it when it goes.
    let data = Box::into_raw(Box::new(handler));
    // SAFETY: class and module are ours, and `data` is what the procedure expects.
    let window = unsafe {
        CreateWindowExW(
            WINDOW_EX_STYLE(0),
            class.pointer(),
            PCWSTR::null(),
            WINDOW_STYLE(0),
            0,
            0,
            0,
            0,
            Some(HWND_MESSAGE),
            None,
            Some(module()),
            Some(data.cast_const().cast()),
        )
    };
    match window {
        Ok(window) => place.store(window.0 as isize, Ordering::SeqCst),
        // Not freed: a window that failed late has freed it, and one that failed early costs a few bytes.
        Err(_) => place.store(0, Ordering::SeqCst),
    }
}

/// Closes the window.
pub(crate) fn close(place: &Place) {
    let window = place.swap(0, Ordering::SeqCst);
    if window != 0 {
        // SAFETY: it is ours. From another thread the call fails, and the window stays, which does nothing then.
        let _ = unsafe { DestroyWindow(HWND(window as *mut _)) };
    }
}

/// This module, for windows of ours.
pub(crate) fn module() -> HINSTANCE {
    let mut module = HMODULE::default();
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    // SAFETY: the address is in this module, and `module` outlives the call. It cannot fail for code that runs.
    let _ = unsafe { GetModuleHandleExW(flags, PCWSTR(procedure as *const u16), &mut module) };
    module.into()
}

extern "system" fn procedure(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    let done = guarded(|| {
        match message {
            WM_NCCREATE => {
                // SAFETY: with this message Windows sends the structure, which has what `open` gave.
                let data = unsafe { (*(lparam.0 as *const CREATESTRUCTW)).lpCreateParams };
                // SAFETY: the window is ours.
                unsafe { SetWindowLongPtrW(window, GWLP_USERDATA, data as isize) };
            }
            RUNG => {
                // SAFETY: the window is ours.
                let data = unsafe { GetWindowLongPtrW(window, GWLP_USERDATA) } as *const Handler;
                // SAFETY: it is null or the handler, which lives as long as the window.
                let handler = unsafe { data.as_ref() }.cloned();
                // A copy: what it does may close the window.
                if let Some(handler) = handler {
                    handler();
                }
            }
            WM_NCDESTROY => {
                // SAFETY: the window is ours. It gets no message after this one.
                let data = unsafe { SetWindowLongPtrW(window, GWLP_USERDATA, 0) } as *mut Handler;
                if !data.is_null() {
                    // SAFETY: made by `Box::into_raw` in `open`, and taken out just now.
                    drop(unsafe { Box::from_raw(data) });
                }
            }
            _ => {}
        }
    });
    if done.is_none() {
        return LRESULT(0);
    }
    // SAFETY: the arguments are those that came.
    unsafe { DefWindowProcW(window, message, wparam, lparam) }
}
