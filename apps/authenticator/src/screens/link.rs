use super::Screen;
use crate::{
    parts::{Notice, Tone},
    state::{App, Key, enroll::Outcome},
};
use leptos::prelude::*;
use vault::import::GoogleParts;
use wasm_bindgen_futures::spawn_local;

/// A link brought a token. It is named, and added only when the person agrees: anybody can make a link.
#[component]
pub(crate) fn Link() -> impl IntoView {
    let app = App::here();
    let text = app.enroll.try_update_value(Option::take).flatten();
    let named = app.names_in(text.as_ref().map_or("", |text| text));
    let problem = RwSignal::new(named.as_ref().err().cloned());
    let text = StoredValue::new_local(text);
    let parts = StoredValue::new_local(GoogleParts::default());
    let add = move || {
        let Some(text) = text.try_update_value(Option::take).flatten() else { return };
        spawn_local(async move {
            match app.enroll_text(&text, parts).await {
                Outcome::Added(message) | Outcome::Duplicate(message) => {
                    app.tell(message);
                    // Meanwhile another link may have come, which this screen must not cover.
                    if !parts.is_disposed() {
                        app.go(Screen::Tokens);
                    }
                }
                Outcome::Part(message) | Outcome::Problem(message) => problem.set(Some(message)),
            }
        });
    };
    view! {
        <main id="main" tabindex="-1">
            <h1>{app.t(Key::LinkTitle)}</h1>
            {move || problem.get().map(|what| view! { <Notice tone=Tone::Bad what=what /> })}
            {named.ok().map(|name| view! {
                <p>{app.t_with(Key::LinkText, &[("name", name.as_str().into())])}</p>
                <button class="main" type="button" on:click=move |_| add()>{app.t(Key::AddNewToken)}</button>
            })}
            <p>
                <button class="plain" type="button" on:click=move |_| app.go(Screen::Tokens)>{app.t(Key::Cancel)}</button>
            </p>
        </main>
    }
}
