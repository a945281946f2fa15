//! The host's window: a plain Win32 one that draws the selected tile like a sign-in screen.

use crate::com::{Answer, Failure, wide};
use crate::shown::{Field, Kind, Shown};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use windows::Win32::Foundation::{COLORREF, HWND, LPARAM, LRESULT, RECT, WPARAM};
use windows::Win32::Graphics::Gdi::*;
use windows::Win32::System::LibraryLoader::GetModuleHandleW;
use windows::Win32::System::Threading::GetCurrentProcessId;
use windows::Win32::UI::Input::KeyboardAndMouse::*;
use windows::Win32::UI::Shell as shell;
use windows::Win32::UI::WindowsAndMessaging::*;
use windows_core::{BOOL, w};

const WIDTH: i32 = 800;
const HEIGHT: i32 = 600;
/// Where the picture is, and how large at most.
const IMAGE: (i32, i32, i32) = (30, 110, 320);
/// Where the fields are: left, top, right.
const COLUMN: (i32, i32, i32) = (380, 80, 770);

const BACKGROUND: COLORREF = COLORREF(0x0040_2a1a);
const BOX: COLORREF = COLORREF(0x0060_4a3a);
const TEXT: COLORREF = COLORREF(0x00ff_ffff);
const FAINT: COLORREF = COLORREF(0x00c0_c0c0);
/// What was said on submitting, apart from the fields.
const STATUS: COLORREF = COLORREF(0x0080_e0ff);
const LINK: COLORREF = COLORREF(0x00ff_c880);

thread_local! {
    static SHOWN: RefCell<Option<Arc<Shown>>> = const { RefCell::new(None) };
    static INPUTS: RefCell<Vec<Input>> = const { RefCell::new(Vec::new()) };
    static PLACES: RefCell<Vec<(RECT, Input)>> = const { RefCell::new(Vec::new()) };
    static WINDOW: Cell<Option<isize>> = const { Cell::new(None) };
}

/// What a person did to the window. Only `try` asks for it.
#[derive(Clone, Copy)]
pub(crate) enum Input {
    /// A key with a character, backspace among them.
    Character(char),
    /// To the next field.
    Tab,
    /// Submits.
    Enter,
    /// Leaves.
    Escape,
    /// A click into a field.
    Field(u32),
    /// A click on a command link.
    Link(u32),
}

/// Takes what was done since the last time.
pub(crate) fn take_inputs() -> Vec<Input> {
    INPUTS.take()
}

fn put_input(input: Input) {
    INPUTS.with(|inputs| inputs.borrow_mut().push(input));
}

/// Remembers what a click into the rectangle means.
fn place(rect: RECT, input: Input) {
    PLACES.with(|places| places.borrow_mut().push((rect, input)));
}

/// Replaces the tile that is drawn.
pub(crate) fn show(tile: Option<Arc<Shown>>) {
    SHOWN.with(|shown| *shown.borrow_mut() = tile);
    if handle() != 0 {
        // SAFETY: The window is this thread's.
        let _ = unsafe { InvalidateRect(Some(hwnd()), None, true) };
    }
}

/// The window, or 0 where there is no display.
pub(crate) fn handle() -> isize {
    WINDOW.with(|window| {
        window.get().unwrap_or_else(|| {
            let made = create().map_or(0, |w| w.0.expose_provenance().cast_signed());
            window.set(Some(made));
            made
        })
    })
}

fn hwnd() -> HWND {
    HWND(std::ptr::with_exposed_provenance_mut(handle().cast_unsigned()))
}

fn create() -> windows_core::Result<HWND> {
    // SAFETY: No name: the program itself.
    let module = unsafe { GetModuleHandleW(None) }?;
    let class = WNDCLASSW {
        lpfnWndProc: Some(procedure),
        hInstance: module.into(),
        lpszClassName: w!("CountersignHost"),
        // SAFETY: A cursor of the system's.
        hCursor: unsafe { LoadCursorW(None, IDC_ARROW) }.unwrap_or_default(),
        ..Default::default()
    };
    // SAFETY: The class is filled in; a second registration fails and changes nothing.
    unsafe { RegisterClassW(&raw const class) };
    // SAFETY: The class is registered.
    unsafe {
        CreateWindowExW(
            WINDOW_EX_STYLE(0),
            w!("CountersignHost"),
            w!("Countersign host"),
            WS_POPUP | WS_VISIBLE,
            0,
            0,
            WIDTH,
            HEIGHT,
            None,
            None,
            Some(module.into()),
            None,
        )
    }
}

/// Serves what waits in this thread's queue.
pub(crate) fn pump() {
    let mut message = MSG::default();
    // SAFETY: The message is ours; a null window means all of this thread.
    while unsafe { PeekMessageW(&raw mut message, None, 0, 0, PM_REMOVE) }.as_bool() {
        // SAFETY: As above.
        let _ = unsafe { TranslateMessage(&raw const message) };
        // SAFETY: As above.
        unsafe { DispatchMessageW(&raw const message) };
    }
}

/// Presses and lets go of a key, as a keyboard does: it goes to the window that has the focus.
pub(crate) fn press(key: &str) -> Result<(), Failure> {
    let code = match key.to_ascii_lowercase().as_str() {
        "esc" => VK_ESCAPE,
        "enter" => VK_RETURN,
        "space" => VK_SPACE,
        "tab" => VK_TAB,
        _ => return Err(Failure::new("key: esc, enter, space, tab")),
    };
    let stroke = |flags| INPUT {
        r#type: INPUT_KEYBOARD,
        Anonymous: INPUT_0 { ki: KEYBDINPUT { wVk: code, dwFlags: flags, ..Default::default() } },
    };
    send(&[stroke(KEYBD_EVENT_FLAGS(0)), stroke(KEYEVENTF_KEYUP)])
}

/// Clicks at a place of the screen, as a mouse does: it goes to the window that is there.
pub(crate) fn click_at(x: u32, y: u32) -> Result<(), Failure> {
    let place = |at: u32| i32::try_from(at).map_err(|_| Failure::new("outside the screen"));
    // SAFETY: No argument is memory.
    unsafe { SetCursorPos(place(x)?, place(y)?) }?;
    let button = |flags| INPUT {
        r#type: INPUT_MOUSE,
        Anonymous: INPUT_0 { mi: MOUSEINPUT { dwFlags: flags, ..Default::default() } },
    };
    send(&[button(MOUSEEVENTF_LEFTDOWN), button(MOUSEEVENTF_LEFTUP)])
}

fn send(inputs: &[INPUT]) -> Result<(), Failure> {
    // SAFETY: The structures are filled in, and as long as is said.
    let sent = unsafe { SendInput(inputs, size_of::<INPUT>() as i32) };
    if sent as usize == inputs.len() { Ok(()) } else { Err(Failure::new("Windows takes no input")) }
}

/// Draws the window anew; where it is, and which windows the provider has opened.
pub(crate) fn picture() -> Answer {
    if handle() == 0 {
        return Err(Failure::new("there is no display"));
    }
    // SAFETY: The window is this thread's.
    let _ = unsafe { RedrawWindow(Some(hwnd()), None, None, RDW_INVALIDATE | RDW_ERASE | RDW_UPDATENOW) };
    let others = others();
    let image = SHOWN.with(|shown| {
        let shown = shown.borrow();
        let fields = shown.as_ref()?.lock();
        let field = fields.iter().find(|f| f.what.kind == Kind::IMAGE && f.is_visible())?;
        let (left, top, _) = IMAGE;
        let (_, (width, height)) = sizes(field.bitmap)?;
        Some([left, top, width, height])
    });
    Ok(json!({"window": rectangle(hwnd()), "provider_windows": others, "image": image}))
}

/// `[left, top, width, height]` on the screen.
fn rectangle(window: HWND) -> Value {
    let mut rect = RECT::default();
    // SAFETY: A window, and a rectangle of ours.
    let _ = unsafe { GetWindowRect(window, &raw mut rect) };
    json!([rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top])
}

/// Every window of this process at the top level.
pub(crate) fn windows() -> Vec<HWND> {
    unsafe extern "system" fn one(window: HWND, list: LPARAM) -> BOOL {
        let list = std::ptr::with_exposed_provenance_mut::<Vec<HWND>>(list.0.cast_unsigned());
        let mut process = 0_u32;
        // SAFETY: Windows names a window.
        unsafe { GetWindowThreadProcessId(window, Some(&raw mut process)) };
        // SAFETY: No precondition.
        if process == unsafe { GetCurrentProcessId() } {
            // SAFETY: The pointer is the list of the function around, which waits.
            unsafe { (*list).push(window) };
        }
        BOOL(1)
    }
    let mut list: Vec<HWND> = Vec::new();
    let pointer = (&raw mut list).expose_provenance();
    // SAFETY: The function is called back before this returns, with the list of above.
    let _ = unsafe { EnumWindows(Some(one), LPARAM(pointer.cast_signed())) };
    list
}

/// The visible windows that are not the host's.
fn others() -> Vec<Value> {
    let text = |read: &dyn Fn(&mut [u16]) -> i32| {
        let mut buffer = [0_u16; 128];
        let len = usize::try_from(read(&mut buffer)).unwrap_or(0);
        String::from_utf16_lossy(&buffer[..len.min(buffer.len())])
    };
    windows()
        .into_iter()
        // SAFETY: Windows of this process.
        .filter(|w| *w != hwnd() && unsafe { IsWindowVisible(*w) }.as_bool())
        .map(|w| {
            // SAFETY: As above; the buffer says its length.
            let class = text(&|buffer| unsafe { GetClassNameW(w, buffer) });
            // SAFETY: As above.
            let title = text(&|buffer| unsafe { GetWindowTextW(w, buffer) });
            // SAFETY: As above.
            let owner = unsafe { GetWindow(w, GW_OWNER) }.unwrap_or_default();
            json!({"class": class, "title": title, "rectangle": rectangle(w), "owned_by_host": owner == hwnd()})
        })
        .collect()
}

unsafe extern "system" fn procedure(window: HWND, message: u32, wide: WPARAM, long: LPARAM) -> LRESULT {
    match message {
        WM_PAINT => {
            let mut paint = PAINTSTRUCT::default();
            // SAFETY: The window is being painted, by this thread.
            let dc = unsafe { BeginPaint(window, &raw mut paint) };
            draw(dc);
            // SAFETY: As above.
            let _ = unsafe { EndPaint(window, &raw const paint) };
            LRESULT(0)
        }
        WM_CHAR => {
            match char::from_u32(wide.0 as u32) {
                Some('\t') => put_input(Input::Tab),
                Some('\r') => put_input(Input::Enter),
                Some('\u{1b}') => put_input(Input::Escape),
                Some(c) => put_input(Input::Character(c)),
                None => {}
            }
            LRESULT(0)
        }
        WM_LBUTTONDOWN => {
            let (x, y) = ((long.0 & 0xffff) as i32, (long.0 >> 16 & 0xffff) as i32);
            let inside = |r: &RECT| (r.left..r.right).contains(&x) && (r.top..r.bottom).contains(&y);
            let places = PLACES.with(|places| places.borrow().clone());
            if let Some((_, input)) = places.iter().find(|(rect, _)| inside(rect)) {
                put_input(*input);
            }
            LRESULT(0)
        }
        WM_ERASEBKGND => LRESULT(1),
        // A sign-in screen does not go away by Alt+F4.
        WM_CLOSE => LRESULT(0),
        // SAFETY: The arguments are those of the message.
        _ => unsafe { DefWindowProcW(window, message, wide, long) },
    }
}

/// An object of GDI's, selected while it lives.
struct Selected {
    dc: HDC,
    object: HGDIOBJ,
    before: HGDIOBJ,
}

impl Selected {
    fn new(dc: HDC, object: HGDIOBJ) -> Self {
        // SAFETY: A device context and an object of ours.
        let before = unsafe { SelectObject(dc, object) };
        Self { dc, object, before }
    }
}

impl Drop for Selected {
    fn drop(&mut self) {
        // SAFETY: As it was before.
        unsafe { SelectObject(self.dc, self.before) };
        // SAFETY: Ours, and selected no more.
        let _ = unsafe { DeleteObject(self.object) };
    }
}

fn fill(dc: HDC, rect: &RECT, color: COLORREF) {
    // SAFETY: No precondition.
    let brush = unsafe { CreateSolidBrush(color) };
    // SAFETY: The brush is deleted after its only use.
    unsafe { FillRect(dc, rect, brush) };
    // SAFETY: As above.
    let _ = unsafe { DeleteObject(HGDIOBJ::from(brush)) };
}

/// Draws a text into the rectangle, wrapped; how high it is.
fn write(dc: HDC, text: &str, size: i32, underlined: bool, color: COLORREF, rect: &RECT) -> i32 {
    // No more fits into the window, and laying out a megabyte takes a second.
    let mut units = wide(text);
    units.truncate((units.len() - 1).min(2000));
    let mut font = LOGFONTW {
        lfHeight: -size,
        lfWeight: if size > 20 { 600 } else { 400 },
        lfUnderline: u8::from(underlined),
        ..Default::default()
    };
    let name = wide("Segoe UI");
    font.lfFaceName[..name.len()].copy_from_slice(&name);
    // SAFETY: The description is filled in.
    let font = Selected::new(dc, HGDIOBJ::from(unsafe { CreateFontIndirectW(&raw const font) }));
    // SAFETY: A device context that is being painted.
    unsafe { SetTextColor(dc, color) };
    // SAFETY: As above.
    unsafe { SetBkMode(dc, TRANSPARENT) };
    let mut rect = *rect;
    // SAFETY: Text and rectangle are ours; the text is not changed without DT_MODIFYSTRING.
    let height = unsafe { DrawTextW(dc, &mut units, &raw mut rect, DT_LEFT | DT_WORDBREAK | DT_NOPREFIX) };
    drop(font);
    height
}

fn draw(dc: HDC) {
    fill(dc, &RECT { left: 0, top: 0, right: WIDTH, bottom: HEIGHT }, BACKGROUND);
    PLACES.take();
    let Some(shown) = SHOWN.with(|shown| shown.borrow().clone()) else {
        let rect = RECT { left: 40, top: 40, right: WIDTH - 40, bottom: 100 };
        write(dc, "No tile is selected", 20, false, FAINT, &rect);
        return;
    };
    let fields = shown.lock();
    let beside = fields.iter().filter(|f| f.is_visible()).find_map(|f| f.beside);
    let mut top = COLUMN.1;
    for field in fields.iter().filter(|f| f.is_visible()) {
        if field.what.kind == Kind::IMAGE {
            draw_image(dc, field.bitmap);
        } else {
            top += draw_field(dc, field, top, beside == Some(field.what.id));
        }
    }
    let status = RECT { left: COLUMN.0, top: top + 10, right: COLUMN.2, bottom: HEIGHT };
    write(dc, &shown.status(), 15, false, STATUS, &status);
}

/// Draws a field of the column; how much room it took.
fn draw_field(dc: HDC, field: &Field, top: i32, submit: bool) -> i32 {
    let (left, right) = (COLUMN.0, COLUMN.2);
    let column = RECT { left, top, right, bottom: HEIGHT };
    let text = field.text.reveal();
    match field.what.kind {
        Kind::SUBMIT => 0,
        Kind::EDIT | Kind::PASSWORD => {
            let frame = RECT { left, top, right: right - 44, bottom: top + 36 };
            let focused = field.interactive == shell::CPFIS_FOCUSED.0;
            place(frame, Input::Field(field.what.id));
            fill(dc, &frame, if focused { TEXT } else { FAINT });
            let inner = RECT { left: left + 2, top: top + 2, right: right - 46, bottom: top + 34 };
            fill(dc, &inner, BOX);
            let inside = RECT { left: left + 10, top: top + 8, right: right - 50, bottom: top + 34 };
            if text.is_empty() {
                write(dc, &field.what.label, 16, false, FAINT, &inside);
            } else {
                write(dc, &text, 16, false, TEXT, &inside);
            }
            if submit {
                let arrow = RECT { left: right - 40, top, right, bottom: top + 36 };
                place(arrow, Input::Enter);
                fill(dc, &arrow, FAINT);
                let inside = RECT { left: right - 30, top: top + 5, right, bottom: top + 36 };
                write(dc, "\u{2192}", 22, false, BACKGROUND, &inside);
            }
            48
        }
        Kind::LINK => {
            let height = write(dc, &text, 15, true, LINK, &column);
            place(RECT { left, top, right, bottom: top + height }, Input::Link(field.what.id));
            height + 10
        }
        Kind::CHECKBOX => {
            let mark = if field.checked { "[x] " } else { "[ ] " };
            write(dc, &format!("{mark}{}", field.what.label), 15, false, TEXT, &column) + 10
        }
        _ if text.is_empty() => 0,
        Kind::LARGE => write(dc, &text, 26, false, TEXT, &column) + 14,
        _ => write(dc, &text, 15, false, TEXT, &column) + 10,
    }
}

/// How large a bitmap is, and how large it is drawn.
fn sizes(bitmap: HBITMAP) -> Option<((i32, i32), (i32, i32))> {
    let mut facts = BITMAP::default();
    let size = size_of::<BITMAP>() as i32;
    // SAFETY: The buffer is as long as it says.
    let known = unsafe { GetObjectW(HGDIOBJ::from(bitmap), size, Some((&raw mut facts).cast())) };
    let (width, height) = (facts.bmWidth, facts.bmHeight);
    if known == 0 || width <= 0 || height <= 0 {
        return None;
    }
    let (_, _, most) = IMAGE;
    let longer = width.max(height);
    let drawn = if longer > most { (width * most / longer, height * most / longer) } else { (width, height) };
    Some(((width, height), drawn))
}

fn draw_image(dc: HDC, bitmap: HBITMAP) {
    let Some((there, (width, height))) = sizes(bitmap) else { return };
    let (left, top, _) = IMAGE;
    // SAFETY: A device context to copy from, deleted below.
    let from = unsafe { CreateCompatibleDC(Some(dc)) };
    // SAFETY: The bitmap stays the tile's; it is only lent to the context.
    let before = unsafe { SelectObject(from, HGDIOBJ::from(bitmap)) };
    // SAFETY: Both contexts are valid.
    unsafe { SetStretchBltMode(dc, HALFTONE) };
    // SAFETY: As above.
    let _ = unsafe { StretchBlt(dc, left, top, width, height, Some(from), 0, 0, there.0, there.1, SRCCOPY) };
    // SAFETY: As it was before.
    unsafe { SelectObject(from, before) };
    // SAFETY: Made above.
    let _ = unsafe { DeleteDC(from) };
}
