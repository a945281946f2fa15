use super::{empty, fresh_id, typed};
use crate::{
    browser::request,
    state::{App, Key, strength},
};
use leptos::{html, prelude::*};
use model::Secret;
use wasm_bindgen_futures::spawn_local;

/// Passwords with fewer characters are taken only after a warning.
const WARNED_BELOW: usize = 8;
/// How long nothing more is typed before a password is judged, in milliseconds.
const PAUSE_MS: u32 = 300;

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
    /// Called at each change.
    #[prop(optional, into)]
    on_type: Option<Callback<()>>,
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
                        on:input=move |_| {
                            if let Some(call) = on_type {
                                call.run(());
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

/// A new password as it is typed, twice, with what is wrong with it and how hard it is to guess.
#[derive(Clone, Copy)]
pub(crate) struct Typing {
    app: App,
    /// The first field.
    pub(crate) first: NodeRef<html::Input>,
    second: NodeRef<html::Input>,
    /// What is wrong with the first.
    pub(crate) problem: RwSignal<Option<String>>,
    differs: RwSignal<Option<String>>,
    /// The warning about a short password was seen.
    warned: StoredValue<bool>,
    /// From 0 to 4.
    rating: RwSignal<Option<u8>>,
    /// Counts what is typed, so that only the latest is judged.
    turn: StoredValue<u32>,
}

impl Typing {
    /// Nothing is typed yet.
    pub(crate) fn new(app: App) -> Self {
        Self {
            app,
            first: NodeRef::new(),
            second: NodeRef::new(),
            problem: RwSignal::new(None),
            differs: RwSignal::new(None),
            warned: StoredValue::new(false),
            rating: RwSignal::new(None),
            turn: StoredValue::new(0),
        }
    }

    /// The password, when it can be taken; else what is wrong is said. A short one is taken at the second try.
    pub(crate) fn password(self) -> Option<Secret> {
        let (first, second) = (typed(self.first), typed(self.second));
        let length = first.expose_text().map_or(0, |text| text.chars().count());
        let same = first == second;
        self.differs.set((!same).then(|| self.app.t(Key::PasswordsDiffer)));
        let problem = match length {
            0 => Some(Key::PasswordEmpty),
            _ if length < WARNED_BELOW && same && !self.warned.get_value() => {
                self.warned.set_value(true);
                Some(Key::PasswordShort)
            }
            _ => None,
        };
        self.problem.set(problem.map(|key| self.app.t(key)));
        (same && problem.is_none()).then_some(first)
    }

    /// Empties the fields.
    pub(crate) fn clear(self) {
        [self.first, self.second].into_iter().for_each(empty);
        self.rating.set(None);
    }

    /// Judges what is in the first field, once nothing more was typed for a moment.
    fn judge(self) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        // Something else was typed meanwhile, or the screen is gone.
        let outdated = move || self.turn.try_get_value() != Some(turn);
        spawn_local(async move {
            request::pause(PAUSE_MS).await;
            if outdated() {
                return;
            }
            let password = typed(self.first);
            let rating = if password.is_empty() { None } else { strength::of(&password).await };
            if !outdated() {
                self.rating.set(rating);
            }
        });
    }

    fn rated(self) -> String {
        let word = match self.rating.get() {
            None => return String::new(),
            Some(0) => Key::Strength0,
            Some(1) => Key::Strength1,
            Some(2) => Key::Strength2,
            Some(3) => Key::Strength3,
            Some(_) => Key::Strength4,
        };
        format!("{}: {}", self.app.t(Key::StrengthLabel), self.app.t(word))
    }
}

/// A new password: typed twice, with its strength shown while it is typed.
#[component]
pub(crate) fn NewPassword(
    /// The label of the first field.
    #[prop(into)]
    label: String,
    /// What is typed.
    typing: Typing,
) -> impl IntoView {
    view! {
        <PasswordField
            label=label
            field=typing.first
            hint=Signal::derive(move || typing.rated())
            problem=typing.problem
            autocomplete="new-password"
            on_type=Callback::new(move |()| typing.judge())
        />
        <PasswordField
            label=typing.app.t(Key::RepeatPassword)
            field=typing.second
            problem=typing.differs
            autocomplete="new-password"
        />
    }
}
