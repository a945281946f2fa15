use crate::state::{App, Key};
use leptos::prelude::*;

/// What is seen for the fraction of a second in which the saved state is read.
#[component]
pub(crate) fn Loading() -> impl IntoView {
    let app = App::here();
    view! {
        <main id="main" tabindex="-1" aria-busy="true">
            <h1 class="hidden-visually">{app.t(Key::AppName)}</h1>
        </main>
    }
}
