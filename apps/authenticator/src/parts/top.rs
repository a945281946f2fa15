use crate::state::{App, Key};
use leptos::prelude::*;

/// The top of a screen: the way back, where there is one, and the title.
#[component]
pub(crate) fn Top(
    /// The title, read out first.
    title: Key,
) -> impl IntoView {
    let app = App::here();
    let back = app.screen.get_untracked().back().is_some();
    view! {
        <div class="top">
            {back.then(|| view! {
                <button class="plain" type="button" on:click=move |_| app.back()>{app.t(Key::Back)}</button>
            })}
            <h1>{app.t(title)}</h1>
        </div>
    }
}
