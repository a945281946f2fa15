use model::{Command, Field, Secret};
use protocol::pipe::{Screen, Typed};
use signin::Input;

/// What has been typed into the fields of the present view so far.
#[derive(Debug, Default)]
pub(super) struct Form {
    typed: Typed,
    filled: usize,
}

impl Form {
    /// The field to type into now. A view opened for one account has no field for the name.
    pub(super) fn field(&self, screen: &Screen) -> Option<Field> {
        fields(screen).nth(self.filled)
    }

    /// Takes what was typed into the present field; after the last one it is complete.
    pub(super) fn fill(&mut self, screen: &Screen, text: Secret) -> Option<Input> {
        let field = self.field(screen)?;
        self.typed.set(field, text);
        self.filled += 1;
        if self.field(screen).is_some() {
            return None;
        }
        Some(Input::Submitted(std::mem::take(self).typed))
    }
}

fn fields(screen: &Screen) -> impl Iterator<Item = Field> {
    let named = screen.person.is_some();
    screen.view.fields().iter().copied().filter(move |field| !(named && *field == Field::UserName))
}

/// Whether what is typed into a field stays hidden.
pub(super) const fn is_hidden(field: Field) -> bool {
    matches!(field, Field::Password | Field::NewPassword | Field::RepeatPassword)
}

/// How a command is written in a script, without the `/`.
pub(super) const fn word(command: Command) -> &'static str {
    match command {
        Command::Submit => "submit",
        Command::Cancel => "cancel",
        Command::ShowQr => "show-qr",
        Command::HideQr => "hide-qr",
        Command::ShowKey => "show-key",
        Command::GetTheApp => "get-app",
        Command::StartOver => "start-over",
    }
}

/// The key a person presses for a command.
pub(super) const fn letter(command: Command) -> Option<char> {
    match command {
        Command::ShowQr => Some('q'),
        Command::HideQr => Some('h'),
        Command::ShowKey => Some('k'),
        Command::GetTheApp => Some('g'),
        Command::StartOver => Some('s'),
        Command::Submit | Command::Cancel => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::pipe::View;

    fn screen(view: View, person: Option<&str>) -> Screen {
        Screen { view, message: None, person: person.map(Into::into), busy: false, enrollment: None }
    }

    #[test]
    fn a_form_is_submitted_after_its_last_field() {
        let screen = screen(View::Password, None);
        let mut form = Form::default();
        assert_eq!(form.field(&screen), Some(Field::UserName));
        assert!(form.fill(&screen, Secret::from_text("mara".into())).is_none());
        assert_eq!(form.field(&screen), Some(Field::Password));
        let Some(Input::Submitted(typed)) = form.fill(&screen, Secret::from_text("right".into())) else {
            panic!("not submitted")
        };
        assert_eq!(typed.user_name.as_deref(), Some("mara"));
        assert_eq!(typed.password.unwrap().expose_text(), Some("right"));
        assert_eq!(form.field(&screen), Some(Field::UserName));
    }

    #[test]
    fn a_view_for_one_account_asks_for_no_name() {
        let screen = screen(View::Password, Some("CORP\\mara"));
        assert_eq!(Form::default().field(&screen), Some(Field::Password));
    }
}
