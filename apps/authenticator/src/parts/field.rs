use super::fresh_id;
use leptos::{html, prelude::*};

/// A line of text with its label and one line below: a hint, or what is wrong.
#[component]
pub(crate) fn TextField(
    /// The label.
    #[prop(into)]
    label: String,
    /// The input, for its value.
    field: NodeRef<html::Input>,
    /// What is in it at first.
    #[prop(optional, into)]
    value: String,
    /// What is below while nothing is wrong.
    #[prop(optional, into)]
    hint: String,
    /// What is wrong.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// What may be wrong, and can be left so: in place of the hint.
    #[prop(optional, into)]
    doubt: Signal<Option<String>>,
    /// Called with what is typed, at each change.
    #[prop(optional, into)]
    on_type: Option<Callback<String>>,
    /// Whether it is a number, for the keyboard of a phone.
    #[prop(optional)]
    number: bool,
    /// What the browser may fill in: `off`, `username`, ….
    #[prop(optional, into)]
    autocomplete: Option<&'static str>,
) -> impl IntoView {
    let (id, below) = (fresh_id(), fresh_id());
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type="text"
                node_ref=field
                value=value
                autocomplete=autocomplete.unwrap_or("off")
                autocapitalize="off"
                spellcheck="false"
                inputmode=if number { "numeric" } else { "text" }
                aria-describedby=below.clone()
                aria-invalid=move || problem.get().is_some().then_some("true")
                on:input=move |event| {
                    if let Some(call) = on_type {
                        call.run(event_target_value(&event));
                    }
                }
            />
            <p id=below class=move || if problem.get().is_some() { "below bad" } else { "below" } aria-live="polite">
                {move || problem.get().or_else(|| doubt.get()).unwrap_or_else(|| hint.clone())}
            </p>
        </div>
    }
}

/// One of several ways: a radio button with a name and a sentence.
#[component]
pub(crate) fn Choice(
    /// The name of the group.
    group: &'static str,
    /// What it is called.
    #[prop(into)]
    name: String,
    /// What it means.
    #[prop(optional, into)]
    text: String,
    /// Whether it is the one.
    #[prop(into)]
    chosen: Signal<bool>,
    /// Called when it is chosen.
    #[prop(into)]
    on_choose: Callback<()>,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name=group prop:checked=move || chosen.get() on:change=move |_| on_choose.run(()) />
            <span><strong>{name}</strong><span class="quiet">{text}</span></span>
        </label>
    }
}
