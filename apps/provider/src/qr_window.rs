//! The window with the QR code: the only place where it is large on the tile of a user. Plain Win32, as the sign-in screen
//! has no themes; it belongs to the sign-in screen's window and lives on its thread.

use crate::{
    drawing::{QUIET, module_side},
    guard::guarded,
    memory::Wide,
    post::module,
    wording::Voice,
};
use model::{Field, Secret};
use protocol::pipe::{QrPicture, Screen};
use std::{cell::Cell, rc::Rc};
use windows::Win32::{
    Foundation::{COLORREF, HWND, LPARAM, LRESULT, RECT, WPARAM},
    Graphics::Gdi::{
        BLACK_BRUSH, BeginPaint, CreateFontIndirectW, DEFAULT_GUI_FONT, DT_CENTER, DT_NOPREFIX, DT_WORDBREAK,
        DeleteObject, DrawTextW, EndPaint, FillRect, GetMonitorInfoW, GetObjectW, GetStockObject, HBRUSH,
        HDC, HFONT, HGDIOBJ, LOGFONTW, MONITOR_DEFAULTTOPRIMARY, MONITORINFO, MonitorFromWindow, PAINTSTRUCT,
        SelectObject, SetBkMode, SetTextColor, TRANSPARENT, WHITE_BRUSH,
    },
    UI::{
        HiDpi::GetDpiForWindow,
        Input::KeyboardAndMouse::{SetFocus, VK_ESCAPE, VK_RETURN, VK_SPACE},
        WindowsAndMessaging::{
            CREATESTRUCTW, CreateWindowExW, DefWindowProcW, DestroyWindow, GWLP_USERDATA, GetWindowLongPtrW,
            HMENU, IDC_ARROW, IDCANCEL, LoadCursorW, RegisterClassExW, SW_SHOW, SendMessageW,
            SetWindowLongPtrW, ShowWindow, WINDOW_EX_STYLE, WINDOW_STYLE, WM_CLOSE, WM_COMMAND, WM_KEYDOWN,
            WM_NCCREATE, WM_NCDESTROY, WM_PAINT, WM_SETFONT, WNDCLASSEXW, WS_CHILD, WS_EX_TOPMOST, WS_POPUP,
            WS_TABSTOP, WS_VISIBLE,
        },
    },
};
use windows_core::w;

const CLASS: &str = "CountersignQr";
/// Of the screen's height, in hundredths: read at a metre by a phone.
const SHARE: i32 = 45;

/// What the window shows.
#[derive(PartialEq, Eq)]
pub(crate) struct Content {
    picture: QrPicture,
    person: Option<String>,
    key: Option<Secret>,
}

impl Content {
    /// What a screen has for the window; `None` while its QR code is hidden.
    pub(crate) fn of(screen: &Screen<QrPicture>) -> Option<Self> {
        let enrollment = screen.enrollment.as_ref()?;
        let shown = enrollment.qr.as_ref()?;
        Some(Self {
            picture: QrPicture::new(shown.side(), |x, y| shown.is_dark(x, y))?,
            person: screen.person.clone(),
            key: enrollment.key.as_ref().map(Secret::duplicate),
        })
    }
}

/// An open window. It closes when this goes.
pub(crate) struct QrWindow(isize);

/// What belongs to the window, and is freed with it.
struct Data {
    content: Content,
    closed: Rc<dyn Fn()>,
    layout: Layout,
    font: Font,
    /// Whether it was told that the person wants it closed.
    closing: Cell<bool>,
}

/// In pixels of the window.
#[derive(Clone, Copy)]
struct Layout {
    width: i32,
    height: i32,
    module: i32,
    margin: i32,
    line: i32,
    qr_top: i32,
    text_top: i32,
    button: RECT,
}

struct Font(HFONT);

impl Drop for Font {
    fn drop(&mut self) {
        if !self.0.is_invalid() {
            // SAFETY: made by us, and the window that used it is gone.
            let _ = unsafe { DeleteObject(self.0.into()) };
        }
    }
}

impl Drop for QrWindow {
    fn drop(&mut self) {
        // SAFETY: a window of ours, on its thread; if it is gone already, the call fails.
        let _ = unsafe { DestroyWindow(HWND(self.0 as *mut _)) };
    }
}

impl QrWindow {
    /// Opens it over `owner`. `closed` is called when the person closes it, and not when it is taken away. `None`: Windows
    /// does not want it; then the tile's picture is what there is.
    pub(crate) fn open(owner: HWND, content: Content, voice: Voice, closed: Rc<dyn Fn()>) -> Option<Self> {
        register()?;
        let (monitor, dpi) = monitor(owner)?;
        let layout = Layout::new(&content, monitor, dpi);
        let font = font(layout.line);
        let (x, y) = (
            monitor.left + (monitor.right - monitor.left - layout.width) / 2,
            monitor.top + (monitor.bottom - monitor.top - layout.height) / 2,
        );
        let title = Wide::new(texts::field(voice.language, Field::QrPicture));
        let class = Wide::new(CLASS);
        let raw_font = font.0;
        let button = layout.button;
        let data = Box::into_raw(Box::new(Data { content, closed, layout, font, closing: Cell::new(false) }));
        // SAFETY: class and module are ours, the texts end with a zero, `data` is what the procedure expects and frees.
        let window = unsafe {
            CreateWindowExW(
                WS_EX_TOPMOST,
                class.pointer(),
                title.pointer(),
                WS_POPUP,
                x,
                y,
                layout.width,
                layout.height,
                (!owner.is_invalid()).then_some(owner),
                None,
                Some(module()),
                Some(data.cast_const().cast()),
            )
        }
        .ok()?;
        let opened = Self(window.0 as isize);
        add_button(window, button, raw_font, voice);
        // SAFETY: our window, on its thread. Whether it was visible before says nothing.
        let _ = unsafe { ShowWindow(window, SW_SHOW) };
        // SAFETY: as above. Without the focus there is still the button.
        let _ = unsafe { SetFocus(Some(window)) };
        Some(opened)
    }
}

impl Layout {
    fn new(content: &Content, monitor: RECT, dpi: i32) -> Self {
        let height = monitor.bottom - monitor.top;
        let scaled = |at_96: i32| at_96 * dpi / 96;
        let modules = content.picture.side() + 2 * QUIET;
        let wanted = usize::try_from(height * SHARE / 100).unwrap_or_default();
        let module = i32::try_from(module_side(modules, wanted)).unwrap_or(1);
        let side = module * i32::try_from(modules).unwrap_or_default();
        let (margin, line) = (scaled(12), scaled(24));
        let lines = |present: bool| if present { line + margin } else { 0 };
        let qr_top = margin + lines(content.person.is_some());
        let text_top = qr_top + side;
        // A key has at most some thirty signs; it may need two lines.
        let button_top =
            text_top + lines(content.key.is_some()) + if content.key.is_some() { line } else { 0 };
        let width = side.max(scaled(280)) + 2 * margin;
        let (button_width, button_height) = (scaled(110), scaled(30));
        let left = (width - button_width) / 2;
        let button =
            RECT { left, top: button_top, right: left + button_width, bottom: button_top + button_height };
        Self { width, height: button.bottom + margin, module, margin, line, qr_top, text_top, button }
    }
}

/// The monitor with the sign-in screen, and its dots per inch.
fn monitor(owner: HWND) -> Option<(RECT, i32)> {
    let mut info =
        MONITORINFO { cbSize: u32::try_from(size_of::<MONITORINFO>()).ok()?, ..MONITORINFO::default() };
    // SAFETY: no argument is memory of ours; without an owner it is the first monitor.
    let monitor = unsafe { MonitorFromWindow(owner, MONITOR_DEFAULTTOPRIMARY) };
    // SAFETY: `info` outlives the call and says its size.
    if !unsafe { GetMonitorInfoW(monitor, &mut info) }.as_bool() {
        return None;
    }
    // SAFETY: no argument is memory. A window that is none has 0.
    let dpi = unsafe { GetDpiForWindow(owner) };
    Some((info.rcMonitor, i32::try_from(dpi).ok().filter(|&dpi| dpi > 0).unwrap_or(96)))
}

fn register() -> Option<()> {
    let class = Wide::new(CLASS);
    // SAFETY: a cursor and a brush of Windows' own, which nobody frees.
    let (cursor, brush) = unsafe { (LoadCursorW(None, IDC_ARROW), GetStockObject(WHITE_BRUSH)) };
    let description = WNDCLASSEXW {
        cbSize: u32::try_from(size_of::<WNDCLASSEXW>()).ok()?,
        lpfnWndProc: Some(procedure),
        hInstance: module(),
        hCursor: cursor.unwrap_or_default(),
        hbrBackground: HBRUSH(brush.0),
        lpszClassName: class.pointer(),
        ..WNDCLASSEXW::default()
    };
    // SAFETY: the description outlives the call. It fails when the class is there already.
    unsafe { RegisterClassExW(&description) };
    Some(())
}

/// The font of Windows' own dialogs, as high as a line of ours allows.
fn font(line: i32) -> Font {
    let mut description = LOGFONTW::default();
    let size = i32::try_from(size_of::<LOGFONTW>()).unwrap_or_default();
    let place: *mut LOGFONTW = &mut description;
    // SAFETY: the place has that size, and a font is described by that structure.
    unsafe { GetObjectW(GetStockObject(DEFAULT_GUI_FONT), size, Some(place.cast())) };
    description.lfHeight = -(line * 2 / 3);
    description.lfWidth = 0;
    // SAFETY: the description outlives the call.
    Font(unsafe { CreateFontIndirectW(&description) })
}

fn add_button(window: HWND, place: RECT, font: HFONT, voice: Voice) {
    let text = Wide::new(texts::command(voice.language, model::Command::HideQr));
    // SAFETY: a class of Windows' own; the text ends with a zero.
    let button = unsafe {
        CreateWindowExW(
            WINDOW_EX_STYLE(0),
            w!("BUTTON"),
            text.pointer(),
            WINDOW_STYLE(WS_CHILD.0 | WS_VISIBLE.0 | WS_TABSTOP.0),
            place.left,
            place.top,
            place.right - place.left,
            place.bottom - place.top,
            Some(window),
            Some(HMENU(IDCANCEL.0 as usize as *mut _)),
            Some(module()),
            None,
        )
    };
    if let Ok(button) = button {
        // SAFETY: our button; the font outlives it, as both belong to the window.
        unsafe { SendMessageW(button, WM_SETFONT, Some(WPARAM(font.0 as usize)), Some(LPARAM(1))) };
    }
}

fn paint(device: HDC, data: &Data) {
    let Layout { width, module, margin, line, qr_top, text_top, .. } = data.layout;
    // SAFETY: a device of BeginPaint, and a brush of Windows' own.
    let black = HBRUSH(unsafe { GetStockObject(BLACK_BRUSH) }.0);
    let picture = &data.content.picture;
    let modules = picture.side() + 2 * QUIET;
    let side = module * i32::try_from(modules).unwrap_or_default();
    let left = (width - side) / 2;
    let at = |column: usize| module * i32::try_from(column + QUIET).unwrap_or_default();
    for y in 0..picture.side() {
        for x in (0..picture.side()).filter(|&x| picture.is_dark(x, y)) {
            let (x, y) = (left + at(x), qr_top + at(y));
            let square = RECT { left: x, top: y, right: x + module, bottom: y + module };
            // SAFETY: as above; the rectangle outlives the call.
            unsafe { FillRect(device, &square, black) };
        }
    }
    // SAFETY: the device is ours for now, and the font lives as long as the window.
    let before: HGDIOBJ = unsafe { SelectObject(device, data.font.0.into()) };
    // SAFETY: as above.
    unsafe { (SetBkMode(device, TRANSPARENT), SetTextColor(device, COLORREF(0))) };
    let write = |text: &str, top: i32, lines: i32| {
        let mut place = RECT { left: margin, top, right: width - margin, bottom: top + lines * line };
        let mut units = zeroize::Zeroizing::new(text.encode_utf16().collect::<Vec<u16>>());
        // SAFETY: text and rectangle outlive the call, and nothing makes it write to the text.
        unsafe { DrawTextW(device, &mut units, &mut place, DT_CENTER | DT_NOPREFIX | DT_WORDBREAK) };
    };
    if let Some(person) = &data.content.person {
        write(person, margin, 1);
    }
    if let Some(key) = data.content.key.as_ref().and_then(Secret::expose_text) {
        write(key, text_top, 2);
    }
    // SAFETY: what was there before.
    unsafe { SelectObject(device, before) };
}

fn data_of(window: HWND) -> *const Data {
    // SAFETY: the window is ours.
    (unsafe { GetWindowLongPtrW(window, GWLP_USERDATA) }) as *const Data
}

/// The person wants it closed: the tile is told, which takes it away.
fn close(window: HWND) {
    // SAFETY: it is null or the data, which lives as long as the window.
    let Some(data) = (unsafe { data_of(window).as_ref() }) else { return };
    if data.closing.replace(true) {
        return;
    }
    // A copy: what it does takes the window away.
    let closed = Rc::clone(&data.closed);
    closed();
}

extern "system" fn procedure(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> LRESULT {
    let done = guarded(|| match message {
        WM_NCCREATE => {
            // SAFETY: with this message Windows sends the structure, which has what `open` gave.
            let data = unsafe { (*(lparam.0 as *const CREATESTRUCTW)).lpCreateParams };
            // SAFETY: the window is ours.
            unsafe { SetWindowLongPtrW(window, GWLP_USERDATA, data as isize) };
            false
        }
        WM_PAINT => {
            let mut paint_structure = PAINTSTRUCT::default();
            // SAFETY: the structure outlives both calls.
            let device = unsafe { BeginPaint(window, &mut paint_structure) };
            // SAFETY: it is null or the data, which lives as long as the window.
            if let Some(data) = unsafe { data_of(window).as_ref() } {
                paint(device, data);
            }
            // SAFETY: as above.
            let _ = unsafe { EndPaint(window, &paint_structure) };
            true
        }
        WM_KEYDOWN
            if [VK_ESCAPE.0, VK_RETURN.0, VK_SPACE.0].iter().any(|&key| usize::from(key) == wparam.0) =>
        {
            close(window);
            true
        }
        WM_COMMAND if wparam.0 & 0xffff == usize::try_from(IDCANCEL.0).unwrap_or_default() => {
            close(window);
            true
        }
        WM_CLOSE => {
            close(window);
            true
        }
        WM_NCDESTROY => {
            // SAFETY: the window is ours. It gets no message after this one.
            let data = unsafe { SetWindowLongPtrW(window, GWLP_USERDATA, 0) } as *mut Data;
            if !data.is_null() {
                // SAFETY: made by `Box::into_raw` in `open`, and taken out just now.
                drop(unsafe { Box::from_raw(data) });
            }
            false
        }
        _ => false,
    });
    match done {
        Some(false) => {
            // SAFETY: the arguments are those that came.
            unsafe { DefWindowProcW(window, message, wparam, lparam) }
        }
        _ => LRESULT(0),
    }
}
