//! Which fields a tile has, what each looks like for a screen, and what has to change from one screen to the next.
//!
//! Windows is told of every field before anything is shown and never of another one, so that all are there from the start
//! and most are hidden.

use crate::wording::Voice;
use model::{Command, Field, Secret};
use protocol::pipe::{QrPicture, Screen, Typed, View};

/// A field of every tile. Its number is its place in [`ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Id {
    /// The logo, or the QR code while it is shown.
    Picture,
    /// What the tile is called among the sign-in options.
    Label,
    /// Title of the view.
    Title,
    /// Whose sign-in it is.
    Person,
    /// What happened and what to do.
    Message,
    /// A field to type into.
    Input(Field),
    /// The arrow, or the button.
    Submit,
    /// A link.
    Link(Command),
    /// The key in groups of four.
    Key,
    /// Where the app is to be had.
    AppUrl,
}

/// Every field, in the order it is shown in.
pub(crate) const ALL: [Id; 20] = [
    Id::Picture,
    Id::Label,
    Id::Title,
    Id::Person,
    Id::Message,
    Id::Input(Field::UserName),
    Id::Input(Field::Password),
    Id::Input(Field::NewPassword),
    Id::Input(Field::RepeatPassword),
    Id::Input(Field::EnrollmentCode),
    Id::Key,
    Id::Input(Field::OneTimePassword),
    Id::Submit,
    Id::Link(Command::ShowQr),
    Id::Link(Command::HideQr),
    Id::Link(Command::ShowKey),
    Id::Link(Command::GetTheApp),
    Id::AppUrl,
    Id::Link(Command::StartOver),
    Id::Link(Command::Cancel),
];

/// The name of the product, beside the logo.
const PRODUCT: &str = "Countersign";

impl Id {
    /// The field with this number.
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// Its place in [`ALL`].
    pub(crate) fn place(self) -> usize {
        // Every value is in the list, and a test says so.
        ALL.iter().position(|&id| id == self).unwrap_or_default()
    }

    /// Its number.
    pub(crate) fn number(self) -> u32 {
        u32::try_from(self.place()).unwrap_or_default()
    }

    /// What a screen reader calls it, and what stands in an empty field.
    pub(crate) fn label(self, voice: Voice) -> &'static str {
        let field = |field| texts::field(voice.language, field);
        match self {
            Self::Picture => field(Field::QrPicture),
            Self::Label => PRODUCT,
            Self::Title => field(Field::Title),
            Self::Person => field(Field::UserName),
            Self::Message => PRODUCT,
            Self::Input(input) => field(input),
            Self::Submit => texts::command(voice.language, Command::Submit),
            Self::Link(command) => texts::command(voice.language, command),
            Self::Key => field(Field::Key),
            Self::AppUrl => texts::command(voice.language, Command::GetTheApp),
        }
    }
}

/// What one field looks like. Texts are secret: the key is one of them.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Look {
    /// Whether it is there at all.
    pub(crate) visible: bool,
    /// Whether the cursor is in it.
    pub(crate) focused: bool,
    /// Its text; of a field to type into, what it is filled with.
    pub(crate) text: Secret,
}

/// What every field looks like.
pub(crate) type Looks = Vec<Look>;

/// Whose tile it is, and what was asked of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    /// Whether Windows knows the user, so that no name has to be typed.
    pub(crate) knows_user: bool,
    /// Whether the address of the app was asked for.
    pub(crate) app_shown: bool,
}

/// The fields to type into on this screen.
pub(crate) fn inputs(view: View, shape: Shape) -> impl Iterator<Item = Field> {
    let fields = view.fields().iter().copied();
    fields.filter(move |&field| field != Field::UserName || !shape.knows_user)
}

/// What every field looks like on this screen.
pub(crate) fn looks(screen: &Screen<QrPicture>, shape: Shape, voice: Voice) -> Looks {
    let first = inputs(screen.view, shape).next();
    let commands = screen.commands();
    let enrollment = screen.enrollment.as_ref();
    let shown = |text: Option<&str>| Look {
        visible: text.is_some_and(|text| !text.is_empty()),
        focused: false,
        text: Secret::from_text(text.unwrap_or_default().to_owned()),
    };
    let look = |id: Id| match id {
        Id::Picture => Look { visible: true, ..Look::default() },
        Id::Label => Look { visible: false, ..shown(Some(PRODUCT)) },
        Id::Title => {
            let title = if screen.view == View::Enroll { Field::EnrollTitle } else { Field::Title };
            shown(Some(texts::field(voice.language, title)))
        }
        Id::Person => shown(screen.person.as_deref()),
        Id::Message => shown(Some(&voice.line(screen))),
        Id::Input(field) => Look {
            visible: !screen.busy && inputs(screen.view, shape).any(|input| input == field),
            focused: first == Some(field),
            text: Secret::default(),
        },
        Id::Submit => Look {
            visible: !screen.busy && first.is_some(),
            ..shown(Some(texts::command(voice.language, Command::Submit)))
        },
        Id::Link(Command::Cancel) => Look {
            // From the first view there is no way back, and Windows has a Cancel of its own while work goes on.
            visible: !screen.busy && screen.view != View::Password,
            ..shown(Some(texts::command(voice.language, Command::Cancel)))
        },
        Id::Link(command) => Look {
            visible: commands.contains(&command),
            ..shown(Some(texts::command(voice.language, command)))
        },
        Id::Key => match enrollment.and_then(|enrollment| enrollment.key.as_ref()) {
            Some(key) => Look { visible: true, focused: false, text: key.duplicate() },
            None => Look::default(),
        },
        Id::AppUrl => {
            shown(enrollment.filter(|_| shape.app_shown).and_then(|enrollment| enrollment.app_url.as_deref()))
        }
    };
    ALL.into_iter().map(look).collect()
}

/// One thing to change on the screen.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// Take it away, or show it.
    Visible(Id, bool),
    /// Another text.
    Text(Id, Secret),
    /// The cursor goes here.
    Focus(Field),
    /// The arrow goes beside this field.
    SubmitBeside(Field),
}

/// What of what was typed is taken away. A secret goes with its field in any case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clear {
    /// Nothing more: somebody may be typing.
    Nothing,
    /// All but the user name.
    Secrets,
    /// The user name too.
    All,
}

/// What to change from `old` to `new`.
pub(crate) fn changes(old: &Looks, new: &Looks, clear: Clear) -> Vec<Change> {
    let mut changes = Vec::new();
    for ((id, old), new) in ALL.into_iter().zip(old).zip(new) {
        let goes = old.visible && !new.visible;
        match id {
            // Emptied before it is hidden, so that nothing typed stays in a field nobody sees.
            Id::Input(Field::UserName) if clear == Clear::All => {
                changes.push(Change::Text(id, Secret::default()));
            }
            Id::Input(Field::UserName) => {}
            Id::Input(_) if goes || (clear != Clear::Nothing && new.visible) => {
                changes.push(Change::Text(id, Secret::default()));
            }
            Id::Input(_) | Id::Submit | Id::Picture => {}
            _ if old.text != new.text => changes.push(Change::Text(id, new.text.duplicate())),
            _ => {}
        }
        if old.visible != new.visible {
            changes.push(Change::Visible(id, new.visible));
        }
    }
    let focus = |looks: &Looks| {
        ALL.into_iter().zip(looks).find_map(|(id, look)| match id {
            Id::Input(field) if look.focused && look.visible => Some(field),
            _ => None,
        })
    };
    let last = |looks: &Looks| {
        ALL.into_iter().zip(looks).rev().find_map(|(id, look)| match id {
            Id::Input(field) if look.visible => Some(field),
            _ => None,
        })
    };
    if last(old) != last(new) {
        changes.extend(last(new).map(Change::SubmitBeside));
    }
    if clear != Clear::Nothing || focus(old) != focus(new) {
        changes.extend(focus(new).map(Change::Focus));
    }
    changes
}

/// What was typed, by place in [`ALL`].
#[derive(Default)]
pub(crate) struct Inputs(Vec<(Field, Secret)>);

impl Inputs {
    /// Something was typed.
    pub(crate) fn set(&mut self, field: Field, text: Secret) {
        self.0.retain(|(known, _)| *known != field);
        self.0.push((field, text));
    }

    /// Forgets all but the user name.
    pub(crate) fn forget_secrets(&mut self) {
        self.0.retain(|(field, _)| *field == Field::UserName);
    }

    /// Forgets all.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// The user name as typed.
    pub(crate) fn user_name(&self) -> Option<&str> {
        let name = self.0.iter().find(|(field, _)| *field == Field::UserName);
        name.and_then(|(_, text)| text.expose_text())
    }

    /// What is sent for this view: every field it has, empty ones too, and no other.
    pub(crate) fn typed(&self, view: View, shape: Shape) -> Typed {
        let mut typed = Typed::default();
        for field in inputs(view, shape) {
            let text = self.0.iter().find(|(known, _)| *known == field);
            typed.set(field, text.map(|(_, text)| text.duplicate()).unwrap_or_default());
        }
        typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::first_screen;
    use model::{Message, Reason};
    use protocol::pipe::Enrollment;
    use texts::Language;

    const VOICE: Voice = Voice { language: Language::English, utc_offset_minutes: 0 };
    const TYPED_NAME: Shape = Shape { knows_user: false, app_shown: false };

    fn screen(view: View) -> Screen<QrPicture> {
        Screen { view, ..first_screen(None) }
    }

    fn enrolling(key: bool) -> Screen<QrPicture> {
        Screen {
            message: Some(Message::new(Reason::EnrollStart)),
            enrollment: Some(Enrollment {
                qr: None,
                key: key.then(|| Secret::from_text("AAAA BBBB".into())),
                shown_at: None,
                app_url: Some("https://corp.example/app".into()),
            }),
            ..screen(View::Enroll)
        }
    }

    fn visible(screen: &Screen<QrPicture>, shape: Shape) -> Vec<Id> {
        let looks = looks(screen, shape, VOICE);
        ALL.into_iter().zip(&looks).filter(|(_, look)| look.visible).map(|(id, _)| id).collect()
    }

    #[test]
    fn every_field_and_command_of_a_view_is_declared_with_a_label_and_a_number_of_its_own() {
        for (number, id) in ALL.into_iter().enumerate() {
            assert_eq!(id.place(), number);
            assert_eq!(Id::from_number(id.number()), Some(id));
            for language in Language::ALL {
                assert!(!id.label(Voice { language, ..VOICE }).is_empty(), "{id:?}");
            }
        }
        assert_eq!(Id::from_number(20), None);
        for view in View::ALL {
            for &field in view.fields() {
                assert!(ALL.contains(&Id::Input(field)), "{field:?}");
            }
        }
        for &command in Command::ALL.iter().filter(|&&command| command != Command::Submit) {
            assert!(ALL.contains(&Id::Link(command)), "{command:?}");
        }
    }

    #[test]
    fn no_name_is_asked_for_on_a_users_own_tile() {
        let name = Id::Input(Field::UserName);
        assert!(visible(&screen(View::Password), TYPED_NAME).contains(&name));
        let own = Shape { knows_user: true, ..TYPED_NAME };
        assert!(!visible(&screen(View::Password), own).contains(&name));
        assert_eq!(Inputs::default().typed(View::Password, own).user_name, None);
    }

    #[test]
    fn the_key_is_on_the_screen_only_while_it_is_shown() {
        let old = looks(&enrolling(true), TYPED_NAME, VOICE);
        let new = looks(&enrolling(false), TYPED_NAME, VOICE);
        assert_eq!(old[Id::Key.place()].text.expose_text(), Some("AAAA BBBB"));
        let changes = changes(&old, &new, Clear::Nothing);
        assert!(changes.contains(&Change::Text(Id::Key, Secret::default())));
        assert!(changes.contains(&Change::Visible(Id::Key, false)));
    }

    #[test]
    fn a_field_that_goes_is_emptied_first() {
        let old = looks(&screen(View::Password), TYPED_NAME, VOICE);
        let new = looks(&screen(View::Code), TYPED_NAME, VOICE);
        let password = Id::Input(Field::Password);
        let changes = changes(&old, &new, Clear::Nothing);
        let place = |wanted: &Change| changes.iter().position(|change| change == wanted).unwrap();
        assert!(place(&Change::Text(password, Secret::default())) < place(&Change::Visible(password, false)));
        assert!(changes.contains(&Change::Focus(Field::OneTimePassword)));
        assert!(changes.contains(&Change::SubmitBeside(Field::OneTimePassword)));
    }

    #[test]
    fn the_same_screen_changes_nothing_unless_it_is_to_be_typed_again() {
        let old = looks(&screen(View::Code), TYPED_NAME, VOICE);
        let new = looks(&screen(View::Code), TYPED_NAME, VOICE);
        assert_eq!(changes(&old, &new, Clear::Nothing), []);
        assert_eq!(
            changes(&old, &new, Clear::Secrets),
            [
                Change::Text(Id::Input(Field::OneTimePassword), Secret::default()),
                Change::Focus(Field::OneTimePassword)
            ]
        );
    }

    #[test]
    fn the_name_stays_until_the_tile_is_left() {
        let old = looks(&screen(View::Password), TYPED_NAME, VOICE);
        let new = looks(&screen(View::Code), TYPED_NAME, VOICE);
        let empty = Change::Text(Id::Input(Field::UserName), Secret::default());
        for clear in [Clear::Nothing, Clear::Secrets] {
            assert!(!changes(&old, &new, clear).contains(&empty));
        }
        assert!(changes(&old, &new, Clear::All).contains(&empty));
    }

    #[test]
    fn only_the_fields_of_the_view_are_sent() {
        let mut inputs = Inputs::default();
        inputs.set(Field::UserName, Secret::from_text("CORP\\anna".into()));
        inputs.set(Field::Password, Secret::from_text("test password".into()));
        inputs.set(Field::OneTimePassword, Secret::from_text("000000".into()));
        let typed = inputs.typed(View::Password, TYPED_NAME);
        assert_eq!(typed.user_name.as_deref(), Some("CORP\\anna"));
        assert!(typed.password.is_some() && typed.code.is_none());
        inputs.forget_secrets();
        assert_eq!(inputs.typed(View::Password, TYPED_NAME).password, Some(Secret::default()));
        assert_eq!(inputs.user_name(), Some("CORP\\anna"));
    }
}
