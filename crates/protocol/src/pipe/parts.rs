//! How the parts of messages travel, and how long each may be.

use super::{
    codes::Code,
    picture::QrPicture,
    screen::{Enrollment, Screen, Typed},
};
use crate::frame::{FrameError, ReadError, Reader, Writer};
use model::{Message, Secret, UnixTime};
use std::{fmt::Display, str::FromStr};

/// The longest text or typed field on the way, in bytes.
///
/// What is typed is cut to it, so that a megabyte from the clipboard stays out of the pipe. It is more than the
/// agent takes in any field (a name of 256 characters, a password of 1,024 bytes), so that what was cut is still
/// too long for the agent, which says so to the person; nothing cut is ever taken for what was meant.
pub const MAX_TEXT: usize = 2048;

/// Credentials as Windows packs them (`CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION` without the CLSID): what a
/// release hands to Windows, and what Windows hands over from Remote Desktop. The provider does not look inside.
///
/// INVARIANT: at most [`Serialization::MAX`] bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Serialization {
    /// `ulAuthenticationPackage`.
    package: u32,
    bytes: Secret,
}

impl Serialization {
    /// The most bytes taken: 64 KB.
    pub const MAX: usize = 64 * 1024;

    /// A copy of these bytes, for the authentication package with this number.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`] above [`Serialization::MAX`], before anything is copied.
    pub fn new(package: u32, bytes: &[u8]) -> Result<Self, FrameError> {
        within(Self::MAX, bytes.len())?;
        Ok(Self { package, bytes: Secret::new(bytes.to_vec()) })
    }

    /// `ulAuthenticationPackage`.
    pub const fn package(&self) -> u32 {
        self.package
    }

    /// `rgbSerialization`. Passwords are in it.
    pub const fn bytes(&self) -> &Secret {
        &self.bytes
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.u32(self.package).secret(&self.bytes);
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self { package: r.u32()?, bytes: r.secret(Self::MAX)? })
    }
}

pub(super) fn within(cap: usize, length: usize) -> Result<(), FrameError> {
    if length > cap { Err(FrameError::TooLong(length)) } else { Ok(()) }
}

pub(super) fn write_code(w: &mut Writer, word: impl Code) {
    w.u8(word.code());
}

pub(super) fn read_code<T: Code>(r: &mut Reader<'_>) -> Result<T, ReadError> {
    T::from_code(r.u8()?)
}

/// A text that is only shown: too much of it is left out.
pub(super) fn write_text(w: &mut Writer, text: &str) {
    w.text(&text[..text.floor_char_boundary(MAX_TEXT)]);
}

pub(super) fn read_text(r: &mut Reader<'_>) -> Result<String, ReadError> {
    r.text(MAX_TEXT).map(str::to_owned)
}

/// A value in its text form. Another spelling of it is refused, so that a message has one.
pub(super) fn read_parsed<T: FromStr + Display>(r: &mut Reader<'_>) -> Result<T, ReadError> {
    let text = r.text(MAX_TEXT)?;
    let value: T = text.parse().map_err(|_| ReadError::BadValue)?;
    if value.to_string() == text { Ok(value) } else { Err(ReadError::BadValue) }
}

fn write_secret(w: &mut Writer, secret: &Secret) {
    w.secret(secret);
}

fn read_secret(r: &mut Reader<'_>) -> Result<Secret, ReadError> {
    r.secret(MAX_TEXT)
}

fn write_time(w: &mut Writer, time: UnixTime) {
    w.u64(time.as_secs());
}

fn read_time(r: &mut Reader<'_>) -> Result<UnixTime, ReadError> {
    r.u64().map(UnixTime::from_secs)
}

impl Typed {
    pub(super) fn write(&self, w: &mut Writer) {
        w.option(self.user_name.as_deref(), write_text);
        for secret in
            [&self.password, &self.new_password, &self.repeat_password, &self.code, &self.enrollment_code]
        {
            w.option(secret.as_ref(), |w, secret| {
                let bytes = secret.expose();
                w.bytes(&bytes[..bytes.len().min(MAX_TEXT)]);
            });
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            user_name: r.option(read_text)?,
            password: r.option(read_secret)?,
            new_password: r.option(read_secret)?,
            repeat_password: r.option(read_secret)?,
            code: r.option(read_secret)?,
            enrollment_code: r.option(read_secret)?,
        })
    }
}

impl Screen<QrPicture> {
    /// # Errors
    ///
    /// A key or an address is too long. A part of either is worse than none, so that it is not cut.
    pub(super) fn write(&self, w: &mut Writer) -> Result<(), FrameError> {
        if let Some(Enrollment { key, app_url, .. }) = &self.enrollment {
            within(MAX_TEXT, key.as_ref().map_or(0, Secret::len))?;
            within(MAX_TEXT, app_url.as_ref().map_or(0, String::len))?;
        }
        write_code(w, self.view);
        w.option(self.message.as_ref(), write_message);
        w.option(self.person.as_deref(), write_text).bool(self.busy);
        w.option(self.enrollment.as_ref(), |w, enrollment| enrollment.write(w));
        Ok(())
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            view: read_code(r)?,
            message: r.option(read_message)?,
            person: r.option(read_text)?,
            busy: r.bool()?,
            enrollment: r.option(Enrollment::read)?,
        })
    }
}

fn write_message(w: &mut Writer, message: &Message) {
    write_code(w, message.reason);
    w.option(message.left, |w, left| {
        w.u32(left);
    });
    w.option(message.at, write_time);
    w.option(message.machine.as_deref(), write_text).option(message.support.as_deref(), write_text);
}

fn read_message(r: &mut Reader<'_>) -> Result<Message, ReadError> {
    Ok(Message {
        reason: read_code(r)?,
        left: r.option(Reader::u32)?,
        at: r.option(read_time)?,
        machine: r.option(read_text)?,
        support: r.option(read_text)?,
    })
}

impl Enrollment<QrPicture> {
    fn write(&self, w: &mut Writer) {
        w.option(self.qr.as_ref(), |w, picture| picture.write(w));
        w.option(self.key.as_ref(), write_secret);
        w.option(self.shown_at, write_time).option(self.app_url.as_deref(), write_text);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            qr: r.option(QrPicture::read)?,
            key: r.option(read_secret)?,
            shown_at: r.option(read_time)?,
            app_url: r.option(read_text)?,
        })
    }
}
