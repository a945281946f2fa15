use leptos::prelude::*;

/// How a notice is meant. It says so in words as well: color is never the only sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    Plain,
    Good,
    Warn,
    Bad,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "notice",
            Self::Good => "notice good",
            Self::Warn => "notice warn",
            Self::Bad => "notice bad",
        }
    }
}

/// Something to be noticed: what happened in bold, what to do below.
#[component]
pub(crate) fn Notice(
    /// How it is meant.
    tone: Tone,
    /// What happened.
    #[prop(into)]
    what: String,
    /// What to do.
    #[prop(optional, into)]
    then: String,
) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    let strong = tone.class().trim_start_matches("notice").trim();
    view! {
        <div class=tone.class() role=role>
            <p><strong class=strong>{what}</strong></p>
            {(!then.is_empty()).then(|| view! { <p>{then}</p> })}
        </div>
    }
}
