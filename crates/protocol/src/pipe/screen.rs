use model::{Command, Field, Message, Secret, UnixTime};

/// Everything a sign-in view shows. A whole picture each time: the receiver compares and changes what differs.
///
/// `Qr` is what stands for the QR code: the `otpauth` URI where the sign-in runs, and a
/// [`QrPicture`](super::QrPicture) once it is drawn for the provider.
#[derive(Debug, PartialEq, Eq)]
pub struct Screen<Qr = Secret> {
    /// Which fields are there.
    pub view: View,
    /// The line that says what happened and what to do.
    pub message: Option<Message>,
    /// Whose sign-in it is, once the account is known; shown above the code field.
    pub person: Option<String>,
    /// Whether work is going on: fields are closed, Cancel works.
    pub busy: bool,
    /// What the enrollment view shows; only there.
    pub enrollment: Option<Enrollment<Qr>>,
}

/// Which fields a screen has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// User name and password.
    Password,
    /// The password has to be changed: new password and its repetition.
    NewPassword,
    /// One-time password.
    Code,
    /// Enrollment code; the QR comes after it.
    EnrollmentCode,
    /// Token auto-registration: commands for QR and key, one-time password.
    Enroll,
    /// Nothing to type: done, or nothing to be done here.
    Closed,
}

impl View {
    /// Every view, for tables and tests.
    pub const ALL: [Self; 6] =
        [Self::Password, Self::NewPassword, Self::Code, Self::EnrollmentCode, Self::Enroll, Self::Closed];

    /// The fields to type into, in order. The first one has the focus.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Password => &[Field::UserName, Field::Password],
            Self::NewPassword => &[Field::NewPassword, Field::RepeatPassword],
            Self::Code | Self::Enroll => &[Field::OneTimePassword],
            Self::EnrollmentCode => &[Field::EnrollmentCode],
            Self::Closed => &[],
        }
    }
}

/// What the token auto-registration view shows besides the message and the field.
#[derive(Debug, PartialEq, Eq)]
pub struct Enrollment<Qr = Secret> {
    /// The QR code, as `otpauth` URI or drawn; present only while it is shown.
    pub qr: Option<Qr>,
    /// The key in groups of four; present only while it is shown.
    pub key: Option<Secret>,
    /// When the QR was first shown, if it was: then *Start over* is offered too.
    pub shown_at: Option<UnixTime>,
    /// Where the authenticator is to be had; *Get the app* shows it.
    pub app_url: Option<String>,
}

impl<Qr> Screen<Qr> {
    /// The same screen with its QR code drawn. One that cannot be drawn is left out: the key is there as well.
    pub fn drawn<Picture>(self, draw: impl FnOnce(Qr) -> Option<Picture>) -> Screen<Picture> {
        let Self { view, message, person, busy, enrollment } = self;
        let enrollment = enrollment.map(|Enrollment { qr, key, shown_at, app_url }| Enrollment {
            qr: qr.and_then(draw),
            key,
            shown_at,
            app_url,
        });
        Screen { view, message, person, busy, enrollment }
    }

    /// The commands offered beside Submit and Cancel, in order.
    pub fn commands(&self) -> Vec<Command> {
        let Some(enrollment) = self.enrollment.as_ref().filter(|_| !self.busy) else { return Vec::new() };
        let (qr, key) = (enrollment.qr.is_some(), enrollment.key.is_some());
        let mut commands = Vec::new();
        // *Hide QR* takes away whatever is shown of the seed.
        commands.extend((!qr).then_some(Command::ShowQr));
        commands.extend((qr || key).then_some(Command::HideQr));
        commands.extend((!key).then_some(Command::ShowKey));
        commands.extend(enrollment.app_url.as_ref().map(|_| Command::GetTheApp));
        commands.extend(enrollment.shown_at.map(|_| Command::StartOver));
        commands
    }
}

/// What was typed when Submit was pressed. Fields the view does not have are `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// *User name*, as typed.
    pub user_name: Option<String>,
    /// *Password*.
    pub password: Option<Secret>,
    /// *New password*.
    pub new_password: Option<Secret>,
    /// *Repeat new password*.
    pub repeat_password: Option<Secret>,
    /// *One-time password*.
    pub code: Option<Secret>,
    /// *Enrollment code*.
    pub enrollment_code: Option<Secret>,
}

impl Typed {
    /// Puts a text into the place of its field. What is not a field to type into has none.
    pub fn set(&mut self, field: Field, text: Secret) {
        match field {
            Field::UserName => self.user_name = Some(text.expose_text().unwrap_or_default().to_owned()),
            Field::Password => self.password = Some(text),
            Field::NewPassword => self.new_password = Some(text),
            Field::RepeatPassword => self.repeat_password = Some(text),
            Field::OneTimePassword => self.code = Some(text),
            Field::EnrollmentCode => self.enrollment_code = Some(text),
            Field::Title | Field::EnrollTitle | Field::QrPicture | Field::Key => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(qr: bool, key: bool, busy: bool) -> Vec<Command> {
        let secret = |shown: bool| shown.then(|| Secret::from_text("shown".into()));
        let enrollment = Enrollment {
            qr: secret(qr),
            key: secret(key),
            shown_at: None,
            app_url: Some("https://countersign.example/app".into()),
        };
        let screen =
            Screen { view: View::Enroll, message: None, person: None, busy, enrollment: Some(enrollment) };
        screen.commands()
    }

    #[test]
    fn whatever_is_shown_of_a_seed_can_be_hidden() {
        use Command::*;
        assert_eq!(commands(false, false, false), [ShowQr, ShowKey, GetTheApp]);
        assert_eq!(commands(true, false, false), [HideQr, ShowKey, GetTheApp]);
        assert_eq!(commands(false, true, false), [ShowQr, HideQr, GetTheApp]);
        assert_eq!(commands(true, true, false), [HideQr, GetTheApp]);
        assert_eq!(commands(true, true, true), []);
    }
}
