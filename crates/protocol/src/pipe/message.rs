use super::{
    parts::{Serialization, read_code, read_parsed, read_text, within, write_code, write_text},
    picture::QrPicture,
    screen::{Screen, Typed},
};
use crate::frame::{FrameError, ReadError, Reader, Writer, encode};
use model::{AccountName, Command, Place, Secret, Sid, SignInKind};

/// What the provider says.
#[derive(Debug, PartialEq, Eq)]
pub enum ToAgent {
    /// What applies here? Asked by filter and provider before anything is shown. Without an answer within 500 ms
    /// the agent counts as away.
    Applies {
        /// Given back with the answer, so that a late one is not taken for that to a later question.
        request: u32,
        /// Where.
        scene: Scene,
    },
    /// Somebody chose a tile: a sign-in starts. Answered with its first [`ToProvider::Screen`], as turn 0.
    Open {
        /// The provider's number for the view; never used again on the same connection.
        view: u64,
        /// Where.
        scene: Scene,
        /// Whose tile it is. `None`: the name is typed.
        user: Option<User>,
        /// The language of the sign-in screen as a BCP 47 tag (`GetUserDefaultLocaleName`).
        language: String,
    },
    /// Submit was pressed.
    Submitted {
        /// A new turn.
        turn: Turn,
        /// What the fields held.
        typed: Typed,
    },
    /// A command other than Submit was pressed.
    Pressed {
        /// A new turn.
        turn: Turn,
        /// Which.
        command: Command,
    },
    /// What Windows brought from Remote Desktop, in place of typing (`SetSerialization`; what the filter passes on
    /// from `UpdateRemoteCredential` comes there too). Anybody can have put anything into it.
    HandedOver {
        /// A new turn.
        turn: Turn,
        /// As it came.
        serialization: Serialization,
    },
    /// The tile was left: whatever was typed or approved is void. The view can be chosen again.
    Deselected {
        /// A new turn.
        turn: Turn,
    },
    /// The view is gone (`UnAdvise`).
    Closed {
        /// Which.
        view: u64,
    },
    /// What Windows made of a release (`ReportResult`). Answered with a screen unless the person is in.
    Windows {
        /// A new turn.
        turn: Turn,
        /// NTSTATUS; 0 is success.
        status: u32,
        /// NTSTATUS.
        substatus: u32,
    },
}

/// What the agent says.
#[derive(Debug, PartialEq, Eq)]
pub enum ToProvider {
    /// The answer to [`ToAgent::Applies`].
    Applies {
        /// The question's.
        request: u32,
        /// What applies.
        applies: Applies,
    },
    /// Draw this. The answer to a turn is the first screen of that turn that is not busy, or a release; screens may
    /// also come unasked (a time-out) and belong to the last turn then.
    Screen {
        /// The last turn the agent had seen. A screen of an older one than the provider's is passed over.
        turn: Turn,
        /// What to draw.
        screen: Screen<QrPicture>,
    },
    /// Hand this to Windows, under our CLSID.
    Release {
        /// The turn it was approved in. Only the provider's very last one counts: after a deselection, a release on
        /// its way is wiped.
        turn: Turn,
        /// What to hand over.
        serialization: Serialization,
    },
    /// The agent will not have this view, or does not have it any more. Nothing more is said about it.
    Refused {
        /// Which.
        view: u64,
    },
}

/// A view, and how far the person is in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Turn {
    /// The view.
    pub view: u64,
    /// Counts what the provider said about the view since [`ToAgent::Open`], which is 0.
    pub number: u32,
}

/// Where a sign-in is to happen, as the provider's process sees it. Windows tells the agent more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scene {
    /// The Windows session of the sign-in screen.
    pub session: u32,
    /// The usage scenario. Windows may call unlocking a sign-in, and credentials are packed by what it calls it.
    pub kind: SignInKind,
    /// `dwFlags` of `SetUsageScenario` and `Filter`; `CREDUIWIN_…` in an elevation.
    pub flags: u32,
    /// Whether the sign-in screen is in a remote session (`SM_REMOTESESSION`).
    pub place: Place,
}

/// The user whose tile it is, as Windows lists them (`ICredentialProviderUser`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    /// `PKEY_Identity_QualifiedUserName`.
    pub name: AccountName,
    /// The SID.
    pub sid: Sid,
    /// `GetProviderID`: tells a Microsoft or Entra account from one of Windows' own, which is packed otherwise.
    pub provider: Clsid,
}

/// A GUID with the bytes it has in Windows' memory.
pub type Clsid = [u8; 16];

/// The most providers that can be allowed beside ours.
pub const MAX_ALLOWED: usize = 64;

/// What applies in a place. That every account needs a code there or only some is the same to the provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Applies {
    /// Nobody needs a code: no tile, and the filter hides nothing.
    StepAside,
    /// There is a tile, and the filter hides nothing.
    Offer,
    /// There is a tile, and the filter hides every other provider that is not allowed.
    Enforce {
        /// The CLSIDs of those that are, at most [`MAX_ALLOWED`].
        allowed: Vec<Clsid>,
    },
}

// The first byte of a message. No kind is used in both directions, so that an echo is not taken for an answer.
const ASK_APPLIES: u8 = 1;
const OPEN: u8 = 2;
const SUBMITTED: u8 = 3;
const PRESSED: u8 = 4;
const HANDED_OVER: u8 = 5;
const DESELECTED: u8 = 6;
const CLOSED: u8 = 7;
const WINDOWS: u8 = 8;
const APPLIES: u8 = 129;
const SCREEN: u8 = 130;
const RELEASE: u8 = 131;
const REFUSED: u8 = 132;

impl ToAgent {
    /// The whole frame. Typed fields and texts above [`super::MAX_TEXT`] are cut.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`], which no message of this kind is.
    pub fn encode(&self) -> Result<Secret, FrameError> {
        let mut writer = Writer::new();
        let w = &mut writer;
        match self {
            Self::Applies { request, scene } => {
                w.u8(ASK_APPLIES).u32(*request);
                scene.write(w);
            }
            Self::Open { view, scene, user, language } => {
                w.u8(OPEN).u64(*view);
                scene.write(w);
                w.option(user.as_ref(), |w, user| user.write(w));
                write_text(w, language);
            }
            Self::Submitted { turn, typed } => {
                w.u8(SUBMITTED);
                turn.write(w);
                typed.write(w);
            }
            Self::Pressed { turn, command } => {
                w.u8(PRESSED);
                turn.write(w);
                write_code(w, *command);
            }
            Self::HandedOver { turn, serialization } => {
                w.u8(HANDED_OVER);
                turn.write(w);
                serialization.write(w);
            }
            Self::Deselected { turn } => {
                w.u8(DESELECTED);
                turn.write(w);
            }
            Self::Closed { view } => {
                w.u8(CLOSED).u64(*view);
            }
            Self::Windows { turn, status, substatus } => {
                w.u8(WINDOWS);
                turn.write(w);
                w.u32(*status).u32(*substatus);
            }
        }
        encode(&writer.finish())
    }

    /// The message in a frame's payload.
    ///
    /// # Errors
    ///
    /// Not such a message, from its first to its last byte.
    pub fn decode(payload: &Secret) -> Result<Self, ReadError> {
        let mut reader = Reader::new(payload.expose());
        let r = &mut reader;
        let message = match r.u8()? {
            ASK_APPLIES => Self::Applies { request: r.u32()?, scene: Scene::read(r)? },
            OPEN => Self::Open {
                view: r.u64()?,
                scene: Scene::read(r)?,
                user: r.option(User::read)?,
                language: read_text(r)?,
            },
            SUBMITTED => Self::Submitted { turn: Turn::read(r)?, typed: Typed::read(r)? },
            PRESSED => Self::Pressed { turn: Turn::read(r)?, command: read_code(r)? },
            HANDED_OVER => Self::HandedOver { turn: Turn::read(r)?, serialization: Serialization::read(r)? },
            DESELECTED => Self::Deselected { turn: Turn::read(r)? },
            CLOSED => Self::Closed { view: r.u64()? },
            WINDOWS => Self::Windows { turn: Turn::read(r)?, status: r.u32()?, substatus: r.u32()? },
            _ => return Err(ReadError::BadValue),
        };
        reader.finish()?;
        Ok(message)
    }
}

impl ToProvider {
    /// The whole frame. Texts above [`super::MAX_TEXT`] are cut.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`] for a key or an address above [`super::MAX_TEXT`], and for more than [`MAX_ALLOWED`]
    /// providers: of those a part is worse than none.
    pub fn encode(&self) -> Result<Secret, FrameError> {
        let mut writer = Writer::new();
        let w = &mut writer;
        match self {
            Self::Applies { request, applies } => {
                w.u8(APPLIES).u32(*request);
                applies.write(w)?;
            }
            Self::Screen { turn, screen } => {
                w.u8(SCREEN);
                turn.write(w);
                screen.write(w)?;
            }
            Self::Release { turn, serialization } => {
                w.u8(RELEASE);
                turn.write(w);
                serialization.write(w);
            }
            Self::Refused { view } => {
                w.u8(REFUSED).u64(*view);
            }
        }
        encode(&writer.finish())
    }

    /// The message in a frame's payload.
    ///
    /// # Errors
    ///
    /// Not such a message, from its first to its last byte.
    pub fn decode(payload: &Secret) -> Result<Self, ReadError> {
        let mut reader = Reader::new(payload.expose());
        let r = &mut reader;
        let message = match r.u8()? {
            APPLIES => Self::Applies { request: r.u32()?, applies: Applies::read(r)? },
            SCREEN => Self::Screen { turn: Turn::read(r)?, screen: Screen::read(r)? },
            RELEASE => Self::Release { turn: Turn::read(r)?, serialization: Serialization::read(r)? },
            REFUSED => Self::Refused { view: r.u64()? },
            _ => return Err(ReadError::BadValue),
        };
        reader.finish()?;
        Ok(message)
    }
}

impl Turn {
    fn write(self, w: &mut Writer) {
        w.u64(self.view).u32(self.number);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self { view: r.u64()?, number: r.u32()? })
    }
}

impl Scene {
    fn write(self, w: &mut Writer) {
        w.u32(self.session);
        write_code(w, self.kind);
        w.u32(self.flags);
        write_code(w, self.place);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self { session: r.u32()?, kind: read_code(r)?, flags: r.u32()?, place: read_code(r)? })
    }
}

impl User {
    fn write(&self, w: &mut Writer) {
        // Neither is ever cut: both types are shorter than that.
        write_text(w, self.name.as_str());
        write_text(w, self.sid.as_str());
        w.fixed(&self.provider);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self { name: read_parsed(r)?, sid: read_parsed(r)?, provider: r.fixed()? })
    }
}

impl Applies {
    fn write(&self, w: &mut Writer) -> Result<(), FrameError> {
        match self {
            Self::StepAside => w.u8(1),
            Self::Offer => w.u8(2),
            Self::Enforce { allowed } => {
                within(MAX_ALLOWED, allowed.len())?;
                w.u8(3).list(allowed, |w, clsid| {
                    w.fixed(clsid);
                })
            }
        };
        Ok(())
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        match r.u8()? {
            1 => Ok(Self::StepAside),
            2 => Ok(Self::Offer),
            3 => Ok(Self::Enforce { allowed: r.list(MAX_ALLOWED, Reader::fixed)? }),
            _ => Err(ReadError::BadValue),
        }
    }
}
