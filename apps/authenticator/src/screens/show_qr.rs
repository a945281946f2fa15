use crate::{
    parts::{Notice, Tone, Top},
    state::{App, Key},
};
use leptos::prelude::*;
use vault::{EntryId, export};
use zeroize::Zeroizing;

/// A token as a QR code, for the person's own other device. Hidden until asked for.
#[component]
pub(crate) fn ShowQr(
    /// Which one.
    id: EntryId,
) -> impl IntoView {
    let app = App::here();
    let shown = RwSignal::new(false);
    let picture = move || -> Option<String> {
        app.session.with_value(|session| {
            let entry = session.as_ref()?.entry(id)?;
            let uri = export::uri(entry).ok()?;
            let matrix = qr::Matrix::encode(uri.expose_text()?).ok()?;
            let svg: Zeroizing<String> = matrix.svg(&entry.name());
            Some(format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(&svg))))
        })
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::ShowAsQr />
            <Notice tone=Tone::Warn what=app.t(Key::ShowAsQrText) />
            {move || if shown.get() {
                view! {
                    <div class="qr"><img src=picture().unwrap_or_default() alt=app.t(Key::ShowAsQr) /></div>
                    <button type="button" on:click=move |_| shown.set(false)>{app.t(Key::Hide)}</button>
                }.into_any()
            } else {
                view! { <button class="main" type="button" on:click=move |_| shown.set(true)>{app.t(Key::Show)}</button> }.into_any()
            }}
        </main>
    }
}
