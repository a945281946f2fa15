use serde::{Deserialize, Serialize};

/// What somebody is getting into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    /// A new Windows session.
    SignIn,
    /// An existing, locked session.
    Unlock,
    /// A consent prompt that asks for credentials (UAC).
    Elevation,
}

impl SignInKind {
    /// Every kind, for tables and tests.
    pub const ALL: [Self; 3] = [Self::SignIn, Self::Unlock, Self::Elevation];

    /// The word used in policies, on the wire and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Unlock => "unlock",
            Self::Elevation => "elevation",
        }
    }
}

/// Where the person sits, as far as the machine can tell. "Cannot tell" counts as remote.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At the machine itself.
    Console,
    /// Over Remote Desktop.
    Remote,
}

impl Place {
    /// Both places, for tables and tests.
    pub const ALL: [Self; 2] = [Self::Console, Self::Remote];

    /// The word used in policies, on the wire and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Remote => "remote",
        }
    }
}
