use super::Screen;
use crate::{
    browser::{Refused, camera, reader::Reader},
    parts::{self, Notice, Taken, Tone, Top},
    state::{App, Key, enroll::Outcome},
};
use leptos::{html, prelude::*};
use vault::import::GoogleParts;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, HtmlVideoElement};

/// Ways to add a token. Pictures and links can also be pasted or dropped here.
#[component]
pub(crate) fn Add() -> impl IntoView {
    let app = App::here();
    let problem = RwSignal::new(None::<String>);
    let said = RwSignal::new(None::<String>);
    let picker = NodeRef::<html::Input>::new();
    let collected = StoredValue::new_local(GoogleParts::default());

    let finish = move |outcome: Outcome| match outcome {
        Outcome::Added(message) | Outcome::Duplicate(message) => {
            app.tell(message);
            app.go(Screen::Tokens);
        }
        Outcome::Part(message) => said.set(Some(message)),
        Outcome::Problem(message) => problem.set(Some(message)),
    };
    let take_picture = move |file: Blob| {
        problem.set(None);
        said.set(Some(app.t(Key::ReaderLoading)));
        spawn_local(async move {
            let outcome = read_picture(app, &file, collected).await;
            said.set(None);
            finish(outcome);
        });
    };
    let take_text = move |text: String| {
        problem.set(None);
        spawn_local(async move { finish(app.enroll_text(&text, collected).await) });
    };
    let drop = parts::taking(move |taken| match taken {
        Taken::Picture(file) => take_picture(file),
        Taken::Text(text) => take_text(text),
    });
    view! {
        <main id="main" tabindex="-1" on:dragover=move |event| event.prevent_default() on:drop=drop>
            <Top title=Key::AddTitle />
            {move || problem.get().map(|what| view! { <Notice tone=Tone::Bad what=what /> })}
            <div class="stack">
                <button class="main" type="button" on:click=move |_| app.go(Screen::Scan)>{app.t(Key::ScanQrCode)}</button>
                <button type="button" class={"wide"} on:click=move |_| app.go(Screen::Manual)>
                    {app.t(Key::EnterKeyManually)}
                </button>
                <button type="button" class={"wide"} on:click=move |_| {
                    if let Some(picker) = picker.get_untracked() {
                        picker.click();
                    }
                }>{app.t(Key::ReadPicture)}</button>
                {camera::can_read_screen().then(|| view! {
                    <button type="button" class={"wide"} on:click=move |_| {
                        problem.set(None);
                        spawn_local(async move {
                            match read_screen(app, collected).await {
                                Ok(outcome) => finish(outcome),
                                // Nothing was chosen: nothing is to be said.
                                Err(Refused::NotAllowed) => {}
                                Err(_) => problem.set(Some(app.t(Key::QrNone))),
                            }
                        });
                    }>{app.t(Key::ReadScreen)}</button>
                })}
            </div>
            <input
                type="file"
                accept="image/*"
                hidden=true
                node_ref=picker
                on:change=move |_| {
                    let Some(picker) = picker.get_untracked() else { return };
                    let file = picker.files().and_then(|files| files.get(0));
                    // The same file can be chosen again.
                    picker.set_value("");
                    if let Some(file) = file {
                        take_picture(file.into());
                    }
                }
            />
            <p class="quiet" role="status">{move || said.get().unwrap_or_else(|| app.t(Key::PasteHint))}</p>
        </main>
    }
}

pub(super) async fn read_picture(
    app: App,
    file: &Blob,
    parts: StoredValue<GoogleParts, LocalStorage>,
) -> Outcome {
    let Ok(reader) = Reader::new() else { return Outcome::Problem(app.t(Key::QrNone)) };
    let texts = reader.read_file(file).await.unwrap_or_default();
    enroll_first(app, &texts, parts).await
}

/// One look at a screen or window that the person chooses.
async fn read_screen(app: App, parts: StoredValue<GoogleParts, LocalStorage>) -> Result<Outcome, Refused> {
    let screen = camera::Camera::screen().await?;
    let document = crate::browser::page::document().ok_or(Refused::Nothing)?;
    let video: HtmlVideoElement =
        document.create_element("video").map_err(Refused::from_js)?.unchecked_into();
    video.set_muted(true);
    screen.show_in(&video).await?;
    let reader = Reader::new()?;
    // The first frames may be empty.
    for _ in 0..20 {
        let texts = reader.read_screen(&video).await?;
        if !texts.is_empty() {
            return Ok(enroll_first(app, &texts, parts).await);
        }
        crate::browser::request::pause(100).await;
    }
    Ok(Outcome::Problem(app.t(Key::QrNone)))
}

/// Adds the tokens of every code in a picture; tells what became of the last one that mattered.
async fn enroll_first(
    app: App,
    texts: &[zeroize::Zeroizing<String>],
    parts: StoredValue<GoogleParts, LocalStorage>,
) -> Outcome {
    let mut last = Outcome::Problem(app.t(Key::QrNone));
    for text in texts {
        let outcome = app.enroll_text(text, parts).await;
        if !matches!(outcome, Outcome::Problem(_)) || matches!(last, Outcome::Problem(_)) {
            last = outcome;
        }
    }
    last
}
