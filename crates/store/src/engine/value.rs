//! What can be stored, and how it comes back. Nothing outside knows how the engine represents values.

use domain::{BoxId, ContentHash};
use model::{
    AccountName, ApiKeyId, AttemptId, CompatClientId, GroupId, InvitationId, JoinCodeId, MachineId,
    OperatorId, PersonId, RequestId, SessionId, Sid, TokenId, UnixTime,
};
use rusqlite::types::{ToSqlOutput, ValueRef};

/// A value on its way to or from a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number; also `false` and `true` as 0 and 1, and times as seconds since 1970.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes; also ids, as their 16 bytes.
    Bytes(&'a [u8]),
    /// The 128 bits of an id, stored as 16 bytes.
    Id([u8; 16]),
}

/// What can be a parameter of a statement.
///
/// [`model::Secret`] is not one on purpose: secrets are stored sealed.
pub trait ToValue {
    /// The value as stored, or `None` when it is a number beyond 63 bits.
    fn to_value(&self) -> Option<Value<'_>>;
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// The value, or `None` when the column holds something else.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

/// `None` for floating-point numbers and for texts that are not UTF-8: we store neither.
pub(super) fn from_sqlite(value: ValueRef<'_>) -> Option<Value<'_>> {
    match value {
        ValueRef::Null => Some(Value::Null),
        ValueRef::Integer(number) => Some(Value::Integer(number)),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::Text),
        ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
        ValueRef::Real(_) => None,
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Option<Value<'_>> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Option<Value<'_>> {
        self.as_ref().map_or(Some(Value::Null), T::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

macro_rules! integers {
    ($($name:ty)*) => {$(
        impl ToValue for $name {
            fn to_value(&self) -> Option<Value<'_>> {
                i64::try_from(*self).ok().map(Value::Integer)
            }
        }

        impl FromValue for $name {
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Integer(number) => number.try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

integers! { i64 u64 u32 u16 u8 }

impl ToValue for bool {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Integer((*self).into()))
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            _ => None,
        }
    }
}

impl ToValue for UnixTime {
    fn to_value(&self) -> Option<Value<'_>> {
        i64::try_from(self.as_secs()).ok().map(Value::Integer)
    }
}

impl FromValue for UnixTime {
    fn from_value(value: Value<'_>) -> Option<Self> {
        u64::from_value(value).map(Self::from_secs)
    }
}

impl ToValue for str {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Text(self))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Text(self))
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Bytes(self))
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Bytes(self))
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Bytes(self))
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

macro_rules! texts {
    ($($name:ty)*) => {$(
        impl ToValue for $name {
            fn to_value(&self) -> Option<Value<'_>> {
                Some(Value::Text(self.as_str()))
            }
        }

        impl FromValue for $name {
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Text(text) => text.parse().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

texts! { Sid AccountName }

macro_rules! ids {
    ($($name:ty)*) => {$(
        impl ToValue for $name {
            fn to_value(&self) -> Option<Value<'_>> {
                Some(Value::Id(self.to_bytes()))
            }
        }

        impl FromValue for $name {
            fn from_value(value: Value<'_>) -> Option<Self> {
                <[u8; 16]>::from_value(value).map(Self::from_bytes)
            }
        }
    )*};
}

ids! { BoxId PersonId TokenId MachineId GroupId JoinCodeId InvitationId AttemptId RequestId OperatorId SessionId CompatClientId ApiKeyId }

impl ToValue for ContentHash {
    fn to_value(&self) -> Option<Value<'_>> {
        Some(Value::Bytes(self.as_bytes()))
    }
}

impl FromValue for ContentHash {
    fn from_value(value: Value<'_>) -> Option<Self> {
        <[u8; 32]>::from_value(value).map(Self::from_bytes)
    }
}
