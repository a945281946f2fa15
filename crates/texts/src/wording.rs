use crate::Args;

/// What is said for one reason in one language.
pub(crate) struct Wording {
    /// The text with its arguments, where it has any.
    pub(crate) full: Option<&'static [Part]>,
    /// The text without arguments: the only one, or what is said when an argument is not known.
    pub(crate) plain: &'static str,
    /// Whether the support line may follow.
    pub(crate) names_help_desk: bool,
}

/// A piece of a text.
pub(crate) enum Part {
    Text(&'static str),
    Argument(Argument),
    /// By the plural category of the tries left: exactly one, or any other number.
    Plural {
        one: &'static [Part],
        other: &'static [Part],
    },
}

/// What a text can ask for.
#[derive(Clone, Copy)]
pub(crate) enum Argument {
    Left,
    Until,
    At,
    Shown,
    Machine,
    Support,
    AppUrl,
}

/// The text, or `None` when one of its arguments is not known.
pub(crate) fn fill_in(parts: &[Part], args: &Args<'_>) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(piece) => text.push_str(piece),
            Part::Argument(argument) => text.push_str(&args.shown(*argument)?),
            Part::Plural { one, other } => {
                text.push_str(&fill_in(if args.left? == 1 { one } else { other }, args)?);
            }
        }
    }
    Some(text)
}
