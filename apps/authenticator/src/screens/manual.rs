use super::Screen;
use crate::{
    parts::{self, Notice, TextField, Tone, Top},
    state::{App, Key},
};
use leptos::{html, prelude::*};
use otp::{Algorithm, Counter, Digits, InvalidSeed, Period, Seed};
use vault::{Draft, Kind, Token};
use wasm_bindgen_futures::spawn_local;

/// The key by hand, judged while it is typed.
#[component]
pub(crate) fn Manual() -> impl IntoView {
    let app = App::here();
    let [issuer, account, secret, digits, period, counter] = [(); 6].map(|()| NodeRef::<html::Input>::new());
    let [issuer_problem, secret_problem, digits_problem, period_problem, counter_problem] =
        [(); 5].map(|()| RwSignal::new(None::<String>));
    let secret_doubt = RwSignal::new(None::<String>);
    let failed = RwSignal::new(None::<String>);
    let kind = RwSignal::new(Kind::Totp);
    let is = move |wanted: Kind| move || kind.get() == wanted;
    let algorithm = RwSignal::new(Algorithm::Sha1);
    let value =
        |field: NodeRef<html::Input>| field.get_untracked().map(|input| input.value()).unwrap_or_default();

    let judge_secret = Callback::new(move |typed: String| {
        let problem = match Seed::from_base32(&typed) {
            Ok(_) => None,
            // An empty field is no mistake yet.
            Err(InvalidSeed::Empty) => None,
            Err(error) => Some(secret_text(app, error)),
        };
        secret_problem.set(problem);
        secret_doubt.set(Seed::is_broken_off(&typed).then(|| app.t(Key::SecretBrokenOff)));
    });
    let read = move || -> Option<Draft> {
        let named = value(issuer).trim().to_owned();
        issuer_problem.set(named.is_empty().then(|| app.t(Key::IssuerEmpty)));
        let typed = parts::typed(secret);
        let seed = Seed::from_base32(typed.expose_text().unwrap_or_default());
        secret_problem.set(seed.as_ref().err().map(|error| secret_text(app, *error)));
        let number = |field, problem: RwSignal<Option<String>>, min: u64, max: u64| {
            let text = value(field);
            let number = text.trim().parse::<u64>().ok().filter(|number| (min..=max).contains(number));
            problem.set(number.is_none().then(|| number_text(app, min, max)));
            number
        };
        let count = number(digits, digits_problem, Digits::MIN.into(), Digits::MAX.into());
        let token = match kind.get_untracked() {
            Kind::Steam => Token::Steam { seed: seed.ok()? },
            Kind::Hotp => {
                let start = number(counter, counter_problem, 0, u64::MAX);
                Token::Hotp {
                    seed: seed.ok()?,
                    algorithm: algorithm.get_untracked(),
                    digits: Digits::new(u8::try_from(count?).ok()?).ok()?,
                    counter: Counter::new(start?),
                }
            }
            _ => {
                let secs = number(period, period_problem, 1, 86_400);
                Token::Totp {
                    seed: seed.ok()?,
                    algorithm: algorithm.get_untracked(),
                    digits: Digits::new(u8::try_from(count?).ok()?).ok()?,
                    period: Period::from_secs(u32::try_from(secs?).ok()?).ok()?,
                }
            }
        };
        (!named.is_empty()).then(|| Draft::new(token, named, value(account).trim()))
    };
    let save = move || {
        let Some(draft) = read() else { return };
        if let Some(name) = app.name_of_twin(&draft) {
            failed.set(Some(app.t_with(Key::TokenDuplicate, &[("name", name.as_str().into())])));
            return;
        }
        let name = app.name_or_unnamed(&draft.issuer, &draft.account);
        spawn_local(async move {
            match app.add_all(vec![draft]).await {
                Ok(()) => {
                    parts::empty(secret);
                    app.tell(app.t_with(Key::TokenAdded, &[("name", name.as_str().into())]));
                    app.go(Screen::Tokens);
                }
                Err(why) => failed.set(Some(why)),
            }
        });
    };
    view! {
        <main id="main" tabindex="-1">
            <Top title=Key::ManualTitle />
            {move || failed.get().map(|why| view! { <Notice tone=Tone::Bad what=why /> })}
            <form on:submit=move |event| { event.prevent_default(); save(); }>
                <TextField label=app.t(Key::Issuer) field=issuer problem=issuer_problem />
                <TextField label=app.t(Key::Account) field=account />
                <TextField
                    label=app.t(Key::Secret)
                    field=secret
                    hint=app.t(Key::SecretHint)
                    problem=secret_problem
                    doubt=secret_doubt
                    on_type=judge_secret
                />
                <details>
                    <summary>{app.t(Key::MoreOptions)}</summary>
                    <div class="field">
                        <label for="kind">{app.t(Key::Kind)}</label>
                        <select id="kind" on:change=move |event| kind.set(match event_target_value(&event).as_str() {
                            "hotp" => Kind::Hotp,
                            "steam" => Kind::Steam,
                            _ => Kind::Totp,
                        })>
                            <option value="totp">{app.t(Key::KindTime)}</option>
                            <option value="hotp">{app.t(Key::KindCounter)}</option>
                            <option value={"steam"}>"Steam"</option>
                        </select>
                    </div>
                    <div class="field" hidden=is(Kind::Steam)>
                        <label for="algorithm">{app.t(Key::Algorithm)}</label>
                        <select id="algorithm" on:change=move |event| {
                            algorithm.set(event_target_value(&event).parse().unwrap_or_default());
                        }>
                            {Algorithm::ALL.map(|algorithm| view! {
                                <option value=algorithm.as_str()>{algorithm.as_str()}</option>
                            }).collect_view()}
                        </select>
                    </div>
                    <div hidden=is(Kind::Steam)>
                        <TextField label=app.t(Key::Digits) field=digits value="6" problem=digits_problem number=true />
                    </div>
                    <div hidden=move || kind.get() != Kind::Totp>
                        <TextField label=app.t(Key::Period) field=period value="30" problem=period_problem number=true />
                    </div>
                    <div hidden=move || kind.get() != Kind::Hotp>
                        <TextField label=app.t(Key::Counter) field=counter value="0" problem=counter_problem number=true />
                    </div>
                </details>
                <button class="main" type="submit">{app.t(Key::Save)}</button>
            </form>
        </main>
    }
}

fn secret_text(app: App, error: InvalidSeed) -> String {
    app.t(match error {
        InvalidSeed::NotBase32 => Key::SecretBad,
        InvalidSeed::Empty => Key::SecretShort,
        InvalidSeed::TooLong => Key::SecretLong,
    })
}

fn number_text(app: App, min: u64, max: u64) -> String {
    let (min, max) = (min.to_string(), max.to_string());
    app.t_with(Key::NumberBad, &[("min", min.as_str().into()), ("max", max.as_str().into())])
}
