//! What people read at sign-in, in their language: a text for each reason, field and command.
//!
//! Must not know when a text is shown, nor decide anything: it gets a key and the facts to fill in.
//!
//! The texts are in `text/*.ftl` in fluent's syntax. The build turns them into constants, so that the provider,
//! which has little room, says the same as everything else, and a missing text stops the build. Tests compare
//! every text with what fluent itself makes of the files.
#![forbid(unsafe_code)]

#[cfg(any(feature = "app", test))]
pub mod app;
mod args;
mod constants;
mod language;
mod wording;

#[cfg(test)]
#[path = "../build/generate.rs"]
mod generate;
#[cfg(test)]
#[path = "../build/app.rs"]
mod generate_app;
#[cfg(test)]
mod tests;

pub use args::Args;
pub use language::Language;
use model::{Command, Field, Reason};

/// The message line for a reason: what happened and what to do, in at most 240 characters.
///
/// Where the text needs an argument that is not known, it says the same without it. Where it sends people to the
/// help desk and `args.support` is known, a line that says whom to call follows.
pub fn say(language: Language, reason: Reason, args: &Args<'_>) -> String {
    let wording = constants::reason(language, reason);
    let full = wording.full.and_then(|parts| wording::fill_in(parts, args));
    let mut text = full.unwrap_or_else(|| wording.plain.to_owned());
    if wording.names_help_desk
        && let Some(line) = wording::fill_in(constants::support_line(language), args)
    {
        text.push(' ');
        text.push_str(&line);
    }
    text
}

/// The name of a field, its label on the screen.
pub const fn field(language: Language, field: Field) -> &'static str {
    constants::field(language, field)
}

/// The name of a command, the text on its button or link.
pub const fn command(language: Language, command: Command) -> &'static str {
    constants::command(language, command)
}
