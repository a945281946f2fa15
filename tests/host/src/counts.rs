//! What the process holds: GDI objects, windows, COM memory, heap. Figures that must not grow from one sign-in to the
//! next.

use crate::{window, wiping};
use serde_json::{Value, json};
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use windows::Win32::Graphics::Gdi::{GetObjectType, HGDIOBJ};
use windows::Win32::System::Com::{CoFreeUnusedLibraries, CoRegisterMallocSpy, IMallocSpy, IMallocSpy_Impl};
use windows::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
use windows::Win32::System::Memory::{GetProcessHeap, HeapLock, HeapUnlock, HeapWalk, PROCESS_HEAP_ENTRY};
use windows::Win32::System::SystemServices::PROCESS_HEAP_ENTRY_BUSY;
use windows::Win32::System::Threading::{GR_GDIOBJECTS, GR_USEROBJECTS, GetCurrentProcess, GetGuiResources};
use windows_core::{BOOL, HRESULT, implement, s, w};

static BLOCKS: AtomicI64 = AtomicI64::new(0);
static EVER: AtomicI64 = AtomicI64::new(0);
static SPYING: AtomicBool = AtomicBool::new(false);
static FROM_NOTHING: AtomicBool = AtomicBool::new(false);

/// Counts the blocks of COM's allocator. COM calls it under a lock of its own.
#[implement(IMallocSpy)]
struct Spy;

impl IMallocSpy_Impl for Spy_Impl {
    fn PreAlloc(&self, size: usize) -> usize {
        size
    }
    fn PostAlloc(&self, block: *const c_void) -> *mut c_void {
        BLOCKS.fetch_add(i64::from(!block.is_null()), Ordering::SeqCst);
        EVER.fetch_add(1, Ordering::SeqCst);
        block.cast_mut()
    }
    fn PreFree(&self, block: *const c_void, spied: BOOL) -> *mut c_void {
        BLOCKS.fetch_sub(i64::from(!block.is_null() && spied.as_bool()), Ordering::SeqCst);
        block.cast_mut()
    }
    fn PostFree(&self, _: BOOL) {}
    fn PreRealloc(&self, block: *const c_void, size: usize, new: *mut *mut c_void, _: BOOL) -> usize {
        FROM_NOTHING.store(block.is_null(), Ordering::SeqCst);
        // SAFETY: COM passes a place for the pointer.
        unsafe { *new = block.cast_mut() };
        size
    }
    fn PostRealloc(&self, block: *const c_void, _: BOOL) -> *mut c_void {
        let fresh = FROM_NOTHING.load(Ordering::SeqCst) && !block.is_null();
        BLOCKS.fetch_add(i64::from(fresh), Ordering::SeqCst);
        block.cast_mut()
    }
    fn PreGetSize(&self, block: *const c_void, _: BOOL) -> *mut c_void {
        block.cast_mut()
    }
    fn PostGetSize(&self, size: usize, _: BOOL) -> usize {
        size
    }
    fn PreDidAlloc(&self, block: *const c_void, _: BOOL) -> *mut c_void {
        block.cast_mut()
    }
    fn PostDidAlloc(&self, _: *const c_void, _: BOOL, actual: i32) -> i32 {
        actual
    }
    fn PreHeapMinimize(&self) {}
    fn PostHeapMinimize(&self) {}
}

/// Starts counting the blocks of COM's allocator.
pub(crate) fn begin() {
    let spy: IMallocSpy = Spy.into();
    // SAFETY: COM keeps its own reference to the spy.
    SPYING.store(unsafe { CoRegisterMallocSpy(&spy) }.is_ok(), Ordering::SeqCst);
}

/// The figures.
pub(crate) fn json() -> Value {
    window::pump();
    let (gdi, gdi_by) = gdi();
    let (user, user_by) = user();
    let cotaskmem = SPYING.load(Ordering::SeqCst).then(|| BLOCKS.load(Ordering::SeqCst));
    json!({
        "gdi": gdi,
        "gdi_by": gdi_by,
        "user": user,
        "user_by": user_by,
        "cotaskmem_live": cotaskmem,
        // Not 0, or else the blocks are not counted at all.
        "cotaskmem_ever": EVER.load(Ordering::SeqCst),
        "heap_bytes": heap_bytes(),
        "host_heap_bytes": wiping::live_bytes(),
        "dll_can_unload": can_unload(),
    })
}

/// GDI objects. Wine does not count them for a program, but takes a bare index for a handle.
fn gdi() -> (u32, &'static str) {
    // SAFETY: The pseudo handle of this process.
    let counted = unsafe { GetGuiResources(GetCurrentProcess(), GR_GDIOBJECTS) };
    if counted > 0 {
        return (counted, "GetGuiResources");
    }
    let live = (1..0x4000_usize)
        .filter(|index| {
            let handle = HGDIOBJ(std::ptr::without_provenance_mut(*index));
            // SAFETY: A handle that is none is answered with 0.
            (unsafe { GetObjectType(handle) }) != 0
        })
        .count();
    (live as u32, "handle table")
}

/// Windows, menus and the like; in Wine only windows at the top level.
fn user() -> (u32, &'static str) {
    // SAFETY: The pseudo handle of this process.
    let counted = unsafe { GetGuiResources(GetCurrentProcess(), GR_USEROBJECTS) };
    if counted > 0 { (counted, "GetGuiResources") } else { (window::windows().len() as u32, "EnumWindows") }
}

/// Bytes in use on the process' heap: the host's, the DLL's, and Windows' own.
fn heap_bytes() -> Option<u64> {
    // SAFETY: No precondition.
    let heap = unsafe { GetProcessHeap() }.ok()?;
    // SAFETY: The process' heap; unlocked below.
    unsafe { HeapLock(heap) }.ok()?;
    let mut entry = PROCESS_HEAP_ENTRY::default();
    let mut bytes = 0_u64;
    // SAFETY: The heap is locked and nothing is allocated meanwhile.
    while unsafe { HeapWalk(heap, &raw mut entry) }.is_ok() {
        if u32::from(entry.wFlags) & PROCESS_HEAP_ENTRY_BUSY != 0 {
            bytes += u64::from(entry.cbData);
        }
    }
    // SAFETY: Locked above.
    let _ = unsafe { HeapUnlock(heap) };
    Some(bytes)
}

/// What the DLL's `DllCanUnloadNow` answers. `None`: it is not loaded.
fn can_unload() -> Option<bool> {
    // SAFETY: A constant name.
    let module = unsafe { GetModuleHandleW(w!("countersign_provider.dll")) }.ok()?;
    // SAFETY: The module stays loaded: only this thread frees libraries, below.
    let function = unsafe { GetProcAddress(module, s!("DllCanUnloadNow")) }?;
    // SAFETY: COM fixes the function's type.
    let function: unsafe extern "system" fn() -> HRESULT = unsafe { std::mem::transmute(function) };
    // SAFETY: As above.
    Some(unsafe { function() } == HRESULT(0))
}

/// Lets COM unload what nobody uses.
pub(crate) fn unload_unused() {
    // SAFETY: No precondition.
    unsafe { CoFreeUnusedLibraries() };
}
