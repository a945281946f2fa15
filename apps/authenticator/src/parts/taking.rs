use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Blob, DataTransfer};

/// What was pasted or dropped.
pub(crate) enum Taken {
    /// A file; it may be a picture.
    Picture(Blob),
    /// A text; it may be a link.
    Text(String),
}

/// Hands over what is pasted as long as the screen is there. Gives back what does the same with what is dropped.
pub(crate) fn taking(take: impl Fn(Taken) + Copy + 'static) -> impl Fn(ev::DragEvent) {
    let paste = window_event_listener_untyped("paste", move |event| {
        let event: web_sys::ClipboardEvent = event.unchecked_into();
        if let Some(taken) = event.clipboard_data().and_then(|data| content(&data)) {
            event.prevent_default();
            take(taken);
        }
    });
    on_cleanup(move || paste.remove());
    move |event: ev::DragEvent| {
        // Else the browser would go to the picture and leave the app.
        event.prevent_default();
        if let Some(taken) = event.data_transfer().and_then(|data| content(&data)) {
            take(taken);
        }
    }
}

fn content(data: &DataTransfer) -> Option<Taken> {
    if let Some(file) = data.files().and_then(|files| files.get(0)) {
        return Some(Taken::Picture(file.into()));
    }
    let text = data.get_data("text/plain").ok()?;
    (!text.trim().is_empty()).then_some(Taken::Text(text))
}
