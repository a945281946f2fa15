//! Values on their way to PostgreSQL and back.

use crate::{DbError, Value};
use std::error::Error;
use tokio_postgres::{
    Row,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

/// A parameter.
#[derive(Debug)]
pub(super) struct Param<'a>(pub(super) Value<'a>);

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self.0, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Integer(number), &Type::INT8) => number.to_sql(ty, out),
            (Value::Integer(number), &Type::INT4) => i32::try_from(number)?.to_sql(ty, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME | &Type::UNKNOWN) => {
                text.to_sql(&Type::TEXT, out)
            }
            (Value::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (Value::Id(bytes), &Type::BYTEA) => bytes.as_slice().to_sql(ty, out),
            _ => Err(format!("a parameter is not of the type {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column; `None`: of a type that we do not store.
struct Column<'a>(Option<Value<'a>>);

impl<'a> FromSql<'a> for Column<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::INT8 => Some(Value::Integer(i64::from_be_bytes(raw.try_into()?))),
            Type::INT4 => Some(Value::Integer(i32::from_be_bytes(raw.try_into()?).into())),
            Type::BOOL => Some(Value::Integer(i64::from(raw != [0]))),
            Type::BYTEA => Some(Value::Bytes(raw)),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => {
                Some(Value::Text(std::str::from_utf8(raw)?))
            }
            _ => None,
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(Some(Value::Null)))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The value in a column of a row.
pub(in crate::engine) fn value(row: &Row, column: usize) -> Result<Option<Value<'_>>, DbError> {
    match row.try_get::<_, Column<'_>>(column) {
        Ok(Column(value)) => Ok(value),
        Err(error) => Err(DbError::Internal(Box::new(error))),
    }
}
