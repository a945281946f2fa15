//! What a closure that reads or writes is given.

use super::value::{FromValue, ToValue};
use crate::{DbError, Fault};
use rusqlite::{CachedStatement, Connection};
use std::{cell::Cell, ops::Deref, str::FromStr};

/// Reads within one moment of the database.
pub struct Rx<'a> {
    conn: &'a Connection,
    /// The first trouble with storage that a statement met, whatever the closure makes of it.
    fault: Cell<Option<Fault>>,
}

/// Reads and writes within one transaction. Whatever takes `&Rx` takes `&Tx` too.
pub struct Tx<'a>(Rx<'a>);

/// One row of a result.
pub struct Row<'a>(&'a rusqlite::Row<'a>);

impl<'a> Rx<'a> {
    pub(super) fn new(conn: &'a Connection) -> Self {
        Self { conn, fault: Cell::new(None) }
    }

    /// The first row, or `None` when there is none.
    ///
    /// # Errors
    /// [`DbError`], also those of the closure.
    pub fn query_opt<T>(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        row: impl FnOnce(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut statement = self.prepare(sql, params)?;
        let mut rows = statement.raw_query();
        match rows.next() {
            Ok(Some(first)) => row(&Row(first)).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(self.note(error)),
        }
    }

    /// The first row of a result that always has one.
    ///
    /// # Errors
    /// [`DbError::NoRow`] when it has none, other [`DbError`]s, also those of the closure.
    pub fn query_one<T>(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        row: impl FnOnce(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.query_opt(sql, params, row)?.ok_or(DbError::NoRow)
    }

    /// All rows.
    ///
    /// # Errors
    /// [`DbError`], also those of the closure.
    pub fn query_all<T>(
        &self,
        sql: &str,
        params: &[&dyn ToValue],
        mut row: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut statement = self.prepare(sql, params)?;
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(next) = rows.next().map_err(|error| self.note(error))? {
            all.push(row(&Row(next))?);
        }
        Ok(all)
    }

    /// A statement of the engine's own, such as `SAVEPOINT`.
    pub(super) fn run(&self, sql: &str) -> Result<(), DbError> {
        self.prepare(sql, &[])?.raw_execute().map(|_| ()).map_err(|error| self.note(error))
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault.get()
    }

    fn prepare(&self, sql: &str, params: &[&dyn ToValue]) -> Result<CachedStatement<'_>, DbError> {
        let mut statement = self.conn.prepare_cached(sql).map_err(|error| self.note(error))?;
        let expected = statement.parameter_count();
        if expected != params.len() {
            return Err(self.note(rusqlite::Error::InvalidParameterCount(params.len(), expected)));
        }
        for (index, param) in params.iter().enumerate() {
            let value = param.to_value().ok_or(DbError::TooBig)?;
            statement.raw_bind_parameter(index + 1, value).map_err(|error| self.note(error))?;
        }
        Ok(statement)
    }

    fn note(&self, error: rusqlite::Error) -> DbError {
        let error = DbError::from(error);
        if self.fault.get().is_none() {
            self.fault.set(error.fault());
        }
        error
    }
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a Connection) -> Self {
        Self(Rx::new(conn))
    }

    /// Runs a statement that returns no rows; the number of rows changed. With `RETURNING`, use the queries.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn execute(&mut self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, DbError> {
        self.0.prepare(sql, params)?.raw_execute().map_err(|error| self.0.note(error))
    }
}

impl<'a> Deref for Tx<'a> {
    type Target = Rx<'a>;

    fn deref(&self) -> &Rx<'a> {
        &self.0
    }
}

impl Row<'_> {
    /// The value in a column, counted from 0.
    ///
    /// # Errors
    /// [`DbError::WrongValue`] when it is not one of this type.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, DbError> {
        let value = self.0.get_ref(column)?;
        super::value::from_sqlite(value)
            .and_then(T::from_value)
            .ok_or(DbError::WrongValue { column, expected: std::any::type_name::<T>() })
    }

    /// The text in a column, counted from 0, parsed.
    ///
    /// # Errors
    /// [`DbError::WrongValue`] when it is not a text or does not parse.
    pub fn parse<T: FromStr>(&self, column: usize) -> Result<T, DbError> {
        self.get::<String>(column)?
            .parse()
            .map_err(|_| DbError::WrongValue { column, expected: std::any::type_name::<T>() })
    }
}

/// The parameters of a statement, for `?1`, `?2`, …: `params![person, now]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::ToValue),*] as &[&dyn $crate::ToValue]
    };
}
