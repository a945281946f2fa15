use super::{Screen, add::read_picture};
use crate::{
    browser::{Refused, camera::Camera, reader::Reader, request},
    parts::{self, Notice, Taken, Tone, Top},
    state::{App, Key, enroll::Outcome},
};
use leptos::{html, prelude::*};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};
use vault::import::GoogleParts;
use wasm_bindgen_futures::spawn_local;

/// Between two frames that are looked at, in milliseconds.
const PAUSE_MS: u32 = 60;

/// The camera: turned on by a tap, read until a token is found.
#[component]
pub(crate) fn Scan() -> impl IntoView {
    let app = App::here();
    let video = NodeRef::<html::Video>::new();
    let problem = RwSignal::new(None::<String>);
    let said = RwSignal::new(None::<String>);
    let running = RwSignal::new(false);
    let light = RwSignal::new(None::<bool>);
    let lenses = RwSignal::new(Vec::<String>::new());
    // The one that is on, or is to be.
    let lens = RwSignal::new(None::<String>);
    let camera = StoredValue::new_local(None::<Camera>);
    let collected = StoredValue::new_local(GoogleParts::default());
    // Each start and the end of the screen make the loops before it stop.
    let turn = Arc::new(AtomicU32::new(0));

    let start = {
        let turn = Arc::clone(&turn);
        move || {
            let mine = turn.fetch_add(1, Relaxed) + 1;
            let turn = Arc::clone(&turn);
            problem.set(None);
            said.set(Some(app.t(Key::CameraStarting)));
            running.set(true);
            spawn_local(async move {
                let id = lens.get_untracked();
                camera.set_value(None);
                let outcome = scan(
                    app,
                    video,
                    id.as_deref(),
                    camera,
                    collected,
                    &|| turn.load(Relaxed) == mine,
                    said,
                    light,
                    lenses,
                    lens,
                )
                .await;
                if turn.load(Relaxed) != mine {
                    return;
                }
                camera.set_value(None);
                running.set(false);
                said.set(None);
                match outcome {
                    Ok(message) => {
                        app.tell(message);
                        app.go(Screen::Tokens);
                    }
                    Err(why) => {
                        // It may be gone: the next try takes any.
                        lens.set(None);
                        problem.set(Some(why));
                    }
                }
            });
        }
    };
    on_cleanup(move || {
        turn.fetch_add(1, Relaxed);
        camera.set_value(None);
    });
    // A picture or a link can be given to the camera's screen as well.
    let drop = parts::taking(move |taken| {
        problem.set(None);
        spawn_local(async move {
            let outcome = match taken {
                Taken::Picture(file) => {
                    said.set(Some(app.t(Key::ReaderLoading)));
                    read_picture(app, &file, collected).await
                }
                Taken::Text(text) => app.enroll_text(&text, collected).await,
            };
            match outcome {
                Outcome::Added(message) | Outcome::Duplicate(message) => {
                    app.tell(message);
                    app.go(Screen::Tokens);
                }
                Outcome::Part(message) | Outcome::Problem(message) => said.set(Some(message)),
            }
        });
    });
    let (first, again, other) = (start.clone(), start.clone(), start);
    view! {
        <main id="main" tabindex="-1" on:dragover=move |event| event.prevent_default() on:drop=drop>
            <Top title=Key::ScanQrCode />
            {move || problem.get().map(|what| view! { <Notice tone=Tone::Bad what=what /> })}
            <div class="viewfinder">
                <video node_ref=video playsinline muted aria-hidden="true"></video>
                <div class={"frame"}></div>
            </div>
            <p role="status">{move || said.get().unwrap_or_default()}</p>
            {move || {
                let (first, again, other) = (first.clone(), again.clone(), other.clone());
                if running.get() {
                    view! {
                        <div class="row wrap">
                            {move || light.get().map(|on| view! {
                                <button type="button" aria-pressed=on.to_string() on:click=move |_| {
                                    spawn_local(async move { switch_light(camera, light, !on).await });
                                }>{app.t(Key::Torch)}</button>
                            })}
                            {move || {
                                let other = other.clone();
                                (lenses.get().len() > 1).then(|| view! {
                                    <button type="button" on:click=move |_| {
                                        let (all, on) = (lenses.get_untracked(), lens.get_untracked());
                                        let at = all.iter().position(|known| Some(known) == on.as_ref());
                                        let next = at.map_or(0, |at| (at + 1) % all.len());
                                        lens.set(all.get(next).cloned());
                                        other();
                                    }>{app.t(Key::OtherCamera)}</button>
                                })
                            }}
                        </div>
                    }.into_any()
                } else if problem.get().is_some() {
                    view! {
                        <button class="main" type="button" on:click=move |_| again()>{app.t(Key::TryAgain)}</button>
                    }.into_any()
                } else {
                    view! {
                        <p>{app.t(Key::CameraWhy)}</p>
                        <button class="main" type="button" on:click=move |_| first()>{app.t(Key::CameraStart)}</button>
                    }.into_any()
                }
            }}
        </main>
    }
}

/// Turns the camera on and looks at frames until tokens were added. The message to tell, or what went wrong.
#[expect(clippy::too_many_arguments, reason = "the signals of one screen, which nothing else has")]
async fn scan(
    app: App,
    video: NodeRef<html::Video>,
    id: Option<&str>,
    camera: StoredValue<Option<Camera>, LocalStorage>,
    parts: StoredValue<GoogleParts, LocalStorage>,
    wanted: &dyn Fn() -> bool,
    said: RwSignal<Option<String>>,
    light: RwSignal<Option<bool>>,
    lenses: RwSignal<Vec<String>>,
    lens: RwSignal<Option<String>>,
) -> Result<String, String> {
    let explain = |refused: Refused| match refused {
        Refused::NotAllowed => app.t(Key::CameraRefused),
        Refused::Busy => app.t(Key::CameraBusy),
        _ => app.t(Key::CameraMissing),
    };
    let started = Camera::start(id).await.map_err(explain)?;
    let Some(video) = video.get_untracked() else { return Err(app.t(Key::CameraMissing)) };
    started.show_in(&video).await.map_err(explain)?;
    light.set(started.has_light().then_some(false));
    lens.set(started.id());
    lenses.set(Camera::all().await);
    camera.set_value(Some(started));
    said.set(Some(app.t(Key::CameraHold)));
    let reader = Reader::new().map_err(explain)?;
    // A code that is no token is told once, not at every frame.
    let mut told = None;
    while wanted() {
        let texts = reader.read_video(&video).await.map_err(explain)?;
        for text in texts.iter().filter(|text| !text.is_empty()) {
            if !wanted() {
                break;
            }
            if told.as_ref() == Some(text) {
                continue;
            }
            match app.enroll_text(text, parts).await {
                Outcome::Added(message) | Outcome::Duplicate(message) => return Ok(message),
                Outcome::Part(message) | Outcome::Problem(message) => {
                    said.set(Some(message));
                    told = Some(text.clone());
                }
            }
        }
        request::pause(PAUSE_MS).await;
    }
    Err(String::new())
}

async fn switch_light(
    camera: StoredValue<Option<Camera>, LocalStorage>,
    light: RwSignal<Option<bool>>,
    on: bool,
) {
    // Out of the store while it is waited for; put back unless the screen is gone.
    let Some(taken) = camera.try_update_value(Option::take).flatten() else { return };
    if taken.set_light(on).await.is_ok() {
        light.set(Some(on));
    }
    camera.set_value(Some(taken));
}
