use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, so that a missing text or case fails a test.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The key of the value's text in `crates/texts`.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

words! {
    /// Why a screen says what it says. Worded in one file per language in `crates/texts`, where each text says
    /// what happened and what to do next.
    ///
    /// Before the password is proven only `SignInFailed`, `NameUnusable`, `FieldEmpty`, `InputTooLong` and the
    /// reasons that say nothing about a person (unreachable, clock, component) may be shown.
    Reason {
        /// Wrong name or password, unknown, disabled or locked: one text, one time, for all of them.
        SignInFailed = "sign-in-failed",
        /// The typed name cannot be an account name.
        NameUnusable = "name-unusable",
        /// A field that is needed is empty.
        FieldEmpty = "field-empty",
        /// More was typed or pasted than the field takes.
        InputTooLong = "input-too-long",
        /// The Windows password was right but has to be changed.
        PasswordExpired = "password-expired",
        /// The two new passwords differ.
        PasswordsDiffer = "passwords-differ",
        /// Windows refused the new password (too short, used before, too soon).
        PasswordNotTaken = "password-not-taken",
        /// Windows could not say whether the password is right, and policy does not let that pass.
        PasswordUnproven = "password-unproven",

        /// The code is not right. Argument: `left`.
        CodeWrong = "code-wrong",
        /// The code was right but has been used.
        CodeUsed = "code-used",
        /// What was typed cannot be a code (letters, wrong length).
        CodeMalformed = "code-malformed",
        /// Too many wrong codes for this person on this machine. Argument: `until`.
        Locked = "locked",
        /// Wrong codes from several machines: this person is blocked everywhere. Argument: `until`.
        LockedEverywhere = "locked-everywhere",
        /// An administrator has disabled this person.
        PersonDisabled = "person-disabled",
        /// Every token of this person is disabled or revoked.
        TokenDisabled = "token-disabled",

        /// First display of the token auto-registration view: what to do.
        EnrollStart = "enroll-start",
        /// The view is back after a break. Argument: `shown`, when the QR was first shown.
        EnrollResumed = "enroll-resumed",
        /// The pending enrollment ran out; a new QR is needed.
        EnrollExpired = "enroll-expired",
        /// A token was enrolled on another machine meanwhile. Arguments: `machine`, `at`.
        EnrolledElsewhere = "enrolled-elsewhere",
        /// A first code was wrong during enrollment. Argument: `left`.
        EnrollCodeWrong = "enroll-code-wrong",
        /// Self-enrollment needs a code from the administrator.
        EnrollmentCodeNeeded = "enrollment-code-needed",
        /// The enrollment code is wrong, used or expired.
        EnrollmentCodeWrong = "enrollment-code-wrong",
        /// An administrator has to approve the enrollment first.
        ApprovalNeeded = "approval-needed",
        /// An administrator has said no to the enrollment.
        ApprovalDenied = "approval-denied",
        /// Policy does not let people enroll by themselves here.
        EnrollmentOff = "enrollment-off",
        /// The date until which people could enroll is past.
        EnrollmentOver = "enrollment-over",
        /// This machine has brought too many new people today.
        EnrollmentLimit = "enrollment-limit",

        /// A code is asked for.
        CodeAsked = "code-asked",
        /// Work is going on. Shown with Cancel.
        Working = "working",
        /// The agent is starting.
        Starting = "starting",
        /// The server cannot be reached, or what answered is not our server.
        Unreachable = "unreachable",
        /// Clocks differ by more than five minutes and the difference could not be bridged.
        ClockOff = "clock-off",
        /// The server answers, but cannot work (disk full, database read-only).
        ServerTrouble = "server-trouble",
        /// The server does not know this machine any more.
        MachineUnknown = "machine-unknown",
        /// This machine was suspended for asking too much.
        MachineSuspended = "machine-suspended",
        /// This machine may not speak for that account.
        AccountNotAllowed = "account-not-allowed",
        /// This machine is a copy of another one and has to be joined again.
        MachineCloned = "machine-cloned",
        /// The machine has not been joined to a server.
        NotJoined = "not-joined",
        /// Too long between two steps; start again.
        TimedOut = "timed-out",
        /// A part of Countersign failed.
        ComponentFailed = "component-failed",
        /// Windows refused the sign-in after it was approved, with a code or without. Argument: none; Windows' own text follows.
        WindowsRefused = "windows-refused",
        /// Signed in.
        Welcome = "welcome",
    }
}

words! {
    /// A thing on a screen that has a name. The English texts are promised to the outside.
    Field {
        /// Title of the first view.
        Title = "field-title",
        /// Title of the enrollment view.
        EnrollTitle = "field-enroll-title",
        /// *User name*.
        UserName = "field-user-name",
        /// *Password*.
        Password = "field-password",
        /// *New password*.
        NewPassword = "field-new-password",
        /// *Repeat new password*.
        RepeatPassword = "field-repeat-password",
        /// *One-time password*.
        OneTimePassword = "field-one-time-password",
        /// *Enrollment code*.
        EnrollmentCode = "field-enrollment-code",
        /// The QR picture's description.
        QrPicture = "field-qr-picture",
        /// The key in groups of four.
        Key = "field-key",
    }
}

words! {
    /// What a person can press besides typing. The English texts are promised to the outside.
    Command {
        /// Send what was typed.
        Submit = "command-submit",
        /// Back to the first view.
        Cancel = "command-cancel",
        /// *Show QR*.
        ShowQr = "command-show-qr",
        /// *Hide QR*.
        HideQr = "command-hide-qr",
        /// *Can't scan? Show the key*.
        ShowKey = "command-show-key",
        /// *Get the app*.
        GetTheApp = "command-get-the-app",
        /// *Start over*.
        StartOver = "command-start-over",
    }
}
