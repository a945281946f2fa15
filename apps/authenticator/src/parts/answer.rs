use super::{Notice, TextField, Tone};
use crate::{
    parts,
    state::{App, Key, said::Said},
};
use leptos::{html, prelude::*};
use vault::{Answer, AnswerInput, EntryId, Token};
use wasm_bindgen_futures::spawn_local;

/// A token that answers a challenge (OCRA, RFC 6287). What is about to be confirmed is shown in words first.
#[component]
pub(crate) fn Answering(
    /// Which one.
    id: EntryId,
) -> impl IntoView {
    let app = App::here();
    let [challenge, pin, session] = [(); 3].map(|()| NodeRef::<html::Input>::new());
    let typed = RwSignal::new(String::new());
    let answer = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let asks_for = app.read(|vault| match &vault.get(id)?.token {
        Token::Ocra { suite, .. } => Some((suite.pin_hash().is_some(), suite.session_bytes().is_some())),
        _ => None,
    });
    let (asks_for_pin, asks_for_session) = asks_for.flatten().unwrap_or_default();
    let ask = move || {
        let question = typed.get_untracked();
        let secret = parts::typed(pin);
        let about = parts::typed(session);
        spawn_local(async move {
            let done = app
                .change(move |vault, now| {
                    let pin = asks_for_pin.then_some(&secret);
                    let session = asks_for_session.then_some(about.expose());
                    vault.answer(id, AnswerInput { challenge: &question, pin, session }, now)
                })
                .await;
            parts::empty(pin);
            problem.set(None);
            match done {
                Ok((Answer::Ready(code), _)) => answer.set(code.to_groups().expose_text().map(str::to_owned)),
                Ok((Answer::Unsaved(code), stored)) => match code.reveal(&stored) {
                    Ok(code) => answer.set(code.to_groups().expose_text().map(str::to_owned)),
                    Err(_) => problem.set(Some(app.t(Key::SaveFailed))),
                },
                Err(why) => problem.set(Some(why.said(app))),
            }
        });
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); ask(); }>
            <TextField
                label=app.t(Key::Challenge)
                field=challenge
                hint=app.t(Key::ChallengeHint)
                problem=problem
                on_type=Callback::new(move |text| {
                    answer.set(None);
                    typed.set(text);
                })
            />
            {asks_for_session.then(|| view! { <TextField label=app.t(Key::Session) field=session /> })}
            {asks_for_pin.then(|| view! { <TextField label=app.t(Key::TokenPin) field=pin /> })}
            {move || {
                let data = typed.get();
                (!data.trim().is_empty()).then(|| view! {
                    <Notice tone=Tone::Plain what=app.t_with(Key::ChallengeConfirms, &[("data", data.as_str().into())]) />
                })
            }}
            <button type="submit">{app.t(Key::NewCode)}</button>
        </form>
        {move || answer.get().map(|answer| view! { <p class="code" role="status">{answer}</p> })}
    }
}
