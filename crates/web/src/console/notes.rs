//! What the console says: after something was done, and instead of a page.

/// A page with nothing on it but this.
#[derive(Clone, Copy)]
pub(crate) struct Say {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

impl Say {
    pub(crate) const NOT_SET_UP: Self = Self {
        title: "This server is not set up yet",
        text: "Open the link that `countersign serve` printed when it started. Where it is lost, `countersign operator \
               set-up` prints another one on the server.",
    };
    pub(crate) const NOT_ALLOWED: Self = Self {
        title: "Your role does not include this",
        text: "If you need it for your work, ask an owner of this server to change your role or your groups.",
    };
    pub(crate) const NOTHING: Self = Self {
        title: "There is nothing here",
        text: "It may have been removed, or it belongs to a group of machines that is not one of yours.",
    };
    pub(crate) const NO_FORM: Self =
        Self { title: "Nothing was changed", text: "What was sent is not a form of this console." };
    pub(crate) const FOREIGN_FORM: Self = Self {
        title: "Nothing was changed",
        text: "The form came from a page that is older than your session, or from another website. Open the page again \
               and repeat what you did.",
    };
    pub(crate) const TOO_LARGE: Self =
        Self { title: "Nothing was changed", text: "What was sent is larger than this form takes." };
    pub(crate) const TROUBLE: Self = Self {
        title: "The server cannot do this now",
        text: "Nothing was changed. Wait a minute and try again. If it stays like this, look into the server's log, or \
               run `countersign doctor` on it.",
    };
    pub(crate) const LINK_GONE: Self = Self {
        title: "This link is no longer good",
        text: "It has been used or has expired. Ask whoever gave it to you for a new one.",
    };
    pub(crate) const SIGNED_OUT: &'static str = "You are signed out.";
    pub(crate) const NOT_RIGHT: &'static str =
        "Name, password and code do not go together. Check all three, wait for the next code, and try again.";
}

macro_rules! done {
    ($($variant:ident $word:literal $text:literal,)*) => {
        /// Something that was done, as the page after it says.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Done { $(#[doc = $text] $variant,)* }

        impl Done {
            /// The word in the address.
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The sentence on the page.
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

done! {
    Unlocked "unlocked" "Unlocked: wrong codes are forgotten, and the person can sign in again.",
    PersonDisabled "person-disabled" "Disabled: the person can sign in nowhere.",
    PersonEnabled "person-enabled" "Enabled: the person can sign in again.",
    PersonAdded "person-added" "Added. Make an invitation for them to enroll in a browser.",
    TokenDisabled "token-disabled" "The token's codes are not taken until it is enabled.",
    TokenEnabled "token-enabled" "The token's codes are taken again.",
    TokenRevoked "token-revoked" "The token is revoked. Its owner does not enroll anew by themselves.",
    TokenReplaced "token-replaced" "The token is gone. Its owner enrolls anew at the next sign-in.",
    TokenAssigned "token-assigned" "The token is theirs.",
    TokenDiscarded "token-discarded" "The token and its key are gone.",
    TemporaryCodeEnded "temporary-code-ended" "The temporary code is void.",
    Approved "approved" "Approved: the person can enroll on that machine.",
    Denied "denied" "Denied: the person cannot enroll on that machine.",
    MachineSuspended "machine-suspended" "Suspended: nobody signs in there with a code until you resume it.",
    MachineResumed "machine-resumed" "The server listens to this machine again.",
    MachineRemoved "machine-removed" "Removed. To come back the machine has to be joined anew.",
    MachineMoved "machine-moved" "Moved. The machine hears of its new policy within minutes.",
    JoinCodeEnded "join-code-ended" "The join code is ended. Machines that joined with it stay.",
    PolicySet "policy-set" "The new policy is in force. Machines hear of it within minutes.",
    OperatorChanged "operator-changed" "Changed. It counts from the next page they open.",
    OperatorDisabled "operator-disabled" "Disabled, and signed out everywhere.",
    OperatorEnabled "operator-enabled" "Enabled: they can sign in again.",
    InvitationEnded "invitation-ended" "The invitation is ended.",
    SessionEnded "session-ended" "The session is ended.",
    SteppedUp "stepped-up" "Confirmed for 5 minutes. Do again what you were about to do.",
}

impl Done {
    /// What an address says was done.
    pub(super) fn in_query(query: &str) -> Option<Self> {
        query.split('&').find_map(|pair| pair.strip_prefix("done=")).and_then(Self::of)
    }
}
