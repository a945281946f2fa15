use super::{NewPassword, PasswordField, Typing};
use crate::{
    browser::{page, passkey},
    parts,
    state::{App, Key},
};
use leptos::{html, prelude::*};
use vault::container::SlotKind;
use wasm_bindgen_futures::spawn_local;

/// The ways to open the vault: passkey, recovery code, password.
#[component]
pub(crate) fn Ways() -> impl IntoView {
    view! {
        {passkey::are_there().then(|| view! { <Passkey /> })}
        <RecoveryCode />
        <Password />
    }
}

#[component]
fn Passkey() -> impl IntoView {
    let app = App::here();
    let said = RwSignal::new(String::new());
    let there = Memo::new(move |_| app.has_way(SlotKind::Passkey));
    let add = move || {
        spawn_local(async move {
            let done = app.add_passkey().await;
            said.set(done.map_or_else(|why| why, |()| app.t(Key::PasskeyAdded)));
        });
    };
    let remove = move || {
        spawn_local(async move {
            let done = app.remove_passkey().await;
            said.set(done.err().unwrap_or_default());
        });
    };
    view! {
        <h2>{app.t(Key::Passkey)}</h2>
        <p>{app.t(Key::PasskeyText)}</p>
        <p role="status">{move || said.get()}</p>
        {move || if there.get() {
            view! { <button type="button" on:click=move |_| remove()>{app.t(Key::PasskeyRemove)}</button> }.into_any()
        } else {
            view! { <button type="button" on:click=move |_| add()>{app.t(Key::PasskeyAdd)}</button> }.into_any()
        }}
    }
}

#[component]
fn RecoveryCode() -> impl IntoView {
    let app = App::here();
    let shown = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let purpose = move || {
        let (when, address) = (app.when(app.now().as_secs()), page::address());
        let args = [("when", when.as_str().into()), ("address", address.as_str().into())];
        app.t_with(Key::RecoveryPrintText, &args)
    };
    let make = move || {
        spawn_local(async move {
            match app.make_recovery_code().await {
                Ok(code) => shown.set(code.expose_text().map(str::to_owned)),
                Err(why) => problem.set(Some(why)),
            }
        });
    };
    view! {
        <h2>{app.t(Key::Recovery)}</h2>
        <p>{app.t(Key::RecoveryText)}</p>
        {move || problem.get().map(|why| view! { <p class="bad" role="alert">{why}</p> })}
        {move || match shown.get() {
            Some(code) => view! {
                <p role="status">{app.t(Key::RecoveryShown)}</p>
                <div class="paper">
                    <p class="on-paper"><strong>{app.t(Key::RecoveryPrintTitle)}</strong></p>
                    <p class="paper-code">{code}</p>
                    <p class="on-paper">{purpose()}</p>
                </div>
                <button type="button" on:click=move |_| page::print()>{app.t(Key::Print)}</button>
            }.into_any(),
            None => view! { <button type="button" on:click=move |_| make()>{app.t(Key::RecoveryMake)}</button> }.into_any(),
        }}
    }
}

#[component]
fn Password() -> impl IntoView {
    let app = App::here();
    let open = RwSignal::new(false);
    let old = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<String>);
    let typing = Typing::new(app);
    let busy = RwSignal::new(false);
    let change = move || {
        if busy.get_untracked() {
            return;
        }
        let Some(new) = typing.password() else { return };
        let typed = parts::typed(old);
        busy.set(true);
        spawn_local(async move {
            let done = app.change_password(&typed, &new).await;
            busy.set(false);
            match done {
                Ok(()) => {
                    parts::empty(old);
                    typing.clear();
                    problem.set(None);
                    open.set(false);
                    app.tell(app.t(Key::PasswordChanged));
                }
                Err(why) => problem.set(Some(why)),
            }
        });
    };
    view! {
        <h2>{app.t(Key::Password)}</h2>
        <p hidden=move || open.get()>
            <button type="button" on:click=move |_| open.set(true)>{app.t(Key::ChangePassword)}</button>
        </p>
        <form hidden=move || !open.get() on:submit=move |event| { event.prevent_default(); change(); }>
            <PasswordField label=app.t(Key::OldPassword) field=old problem=problem autocomplete="current-password" />
            <NewPassword label=app.t(Key::NewPassword) typing=typing />
            <button type="submit" disabled=move || busy.get()>{app.t(Key::ChangePassword)}</button>
        </form>
    }
}
