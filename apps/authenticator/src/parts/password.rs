use super::fresh_id;
use crate::state::{App, Key};
use leptos::{html, prelude::*};
use vault::strength;

/// A password with its label, a button that shows it, and one line below for what is wrong.
#[component]
pub(crate) fn PasswordField(
    /// The label.
    #[prop(into)]
    label: String,
    /// The input, for its value.
    field: NodeRef<html::Input>,
    /// What is below while nothing is wrong.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// Called with what is typed, at each change.
    #[prop(optional, into)]
    on_type: Option<Callback<String>>,
) -> impl IntoView {
    let app = App::here();
    let (id, below) = (fresh_id(), fresh_id());
    let shown = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="row">
                <div class="grow">
                    <input
                        id=id
                        type=move || if shown.get() { "text" } else { "password" }
                        node_ref=field
                        autocomplete=autocomplete
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby=below.clone()
                        aria-invalid=move || problem.get().is_some().then_some("true")
                        on:input=move |event| {
                            if let Some(call) = on_type {
                                call.run(event_target_value(&event));
                            }
                        }
                    />
                </div>
                <button
                    type="button"
                    class="plain"
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || app.t(if shown.get() { Key::Hide } else { Key::Show })}
                </button>
            </div>
            <p id=below class=move || if problem.get().is_some() { "below bad" } else { "below" } aria-live="polite">
                {move || problem.get().unwrap_or_else(|| hint.get())}
            </p>
        </div>
    }
}

/// A new password: typed twice, with its strength shown while it is typed.
#[component]
pub(crate) fn NewPassword(
    /// The label of the first field.
    #[prop(into)]
    label: String,
    /// The first input.
    first: NodeRef<html::Input>,
    /// The second one.
    second: NodeRef<html::Input>,
    /// What is wrong with the first.
    #[prop(into)]
    problem: Signal<Option<String>>,
    /// What is wrong with the second.
    #[prop(into)]
    differs: Signal<Option<String>>,
) -> impl IntoView {
    let app = App::here();
    let rating = RwSignal::new(None::<strength::Strength>);
    let hint = Signal::derive(move || {
        let Some(rating) = rating.get() else { return String::new() };
        let word = match rating {
            strength::Strength::VeryWeak => Key::Strength0,
            strength::Strength::Weak => Key::Strength1,
            strength::Strength::Fair => Key::Strength2,
            strength::Strength::Good => Key::Strength3,
            strength::Strength::VeryGood => Key::Strength4,
        };
        format!("{}: {}", app.t(Key::StrengthLabel), app.t(word))
    });
    let judge = Callback::new(move |typed: String| {
        rating.set((!typed.is_empty()).then(|| strength::of(&typed)));
    });
    view! {
        <PasswordField label=label field=first hint=hint problem=problem autocomplete="new-password" on_type=judge />
        <PasswordField
            label=app.t(Key::RepeatPassword)
            field=second
            problem=differs
            autocomplete="new-password"
        />
    }
}
