//! What a closure that reads or writes is given.

use super::{
    postgres::Session,
    value::{FromValue, ToValue, Value},
};
use crate::{DbError, Fault};
use rusqlite::{CachedStatement, Connection};
use std::{cell::Cell, ops::Deref, str::FromStr};

/// Reads within one moment of the database.
pub struct Rx<'a> {
    conn: Conn<'a>,
    /// The first trouble with storage that a statement met, whatever the closure makes of it.
    fault: Cell<Option<Fault>>,
    /// Whether a statement failed in a way after which the database refuses all others of the transaction.
    given_up: Cell<bool>,
    /// Whether keepers of copies are to be told.
    announced: Cell<bool>,
}

/// What statements are sent to.
#[derive(Clone, Copy)]
enum Conn<'a> {
    Sqlite(&'a Connection),
    Postgres(&'a Session),
}

/// Reads and writes within one transaction. Whatever takes `&Rx` takes `&Tx` too.
pub struct Tx<'a>(Rx<'a>);

/// One row of a result.
pub struct Row<'a>(Found<'a>);

enum Found<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Rx<'a> {
    pub(super) fn new(conn: &'a Connection) -> Self {
        Self::on(Conn::Sqlite(conn))
    }

    pub(super) fn on_postgres(session: &'a Session) -> Self {
        Self::on(Conn::Postgres(session))
    }

    fn on(conn: Conn<'a>) -> Self {
        Self { conn, fault: Cell::new(None), given_up: Cell::new(false), announced: Cell::new(false) }
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
        match self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = self.prepare(conn, sql, params)?;
                let mut rows = statement.raw_query();
                match rows.next() {
                    Ok(Some(first)) => row(&Row(Found::Sqlite(first))).map(Some),
                    Ok(None) => Ok(None),
                    Err(error) => Err(self.note(error.into())),
                }
            }
            Conn::Postgres(session) => {
                let rows = session.query(sql, params).map_err(|error| self.note(error))?;
                rows.first().map(|first| row(&Row(Found::Postgres(first)))).transpose()
            }
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
        let mut all = Vec::new();
        match self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = self.prepare(conn, sql, params)?;
                let mut rows = statement.raw_query();
                while let Some(next) = rows.next().map_err(|error| self.note(error.into()))? {
                    all.push(row(&Row(Found::Sqlite(next)))?);
                }
            }
            Conn::Postgres(session) => {
                for next in &session.query(sql, params).map_err(|error| self.note(error))? {
                    all.push(row(&Row(Found::Postgres(next)))?);
                }
            }
        }
        Ok(all)
    }

    /// A statement of the engine's own, such as `SAVEPOINT`.
    pub(super) fn run(&self, sql: &str) -> Result<(), DbError> {
        match self.conn {
            Conn::Sqlite(conn) => {
                let mut statement = self.prepare(conn, sql, &[])?;
                statement.raw_execute().map(|_| ()).map_err(|error| self.note(error.into()))
            }
            Conn::Postgres(session) => session.run(sql).map_err(|error| self.note(error)),
        }
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault.get()
    }

    /// Whether a statement failed, on a database that then refuses the rest of the transaction.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.get()
    }

    /// Whether [`Tx::announce`] was called.
    pub(super) fn is_announced(&self) -> bool {
        self.announced.get()
    }

    fn prepare<'c>(
        &self,
        conn: &'c Connection,
        sql: &str,
        params: &[&dyn ToValue],
    ) -> Result<CachedStatement<'c>, DbError> {
        let mut statement = conn.prepare_cached(sql).map_err(|error| self.note(error.into()))?;
        let expected = statement.parameter_count();
        if expected != params.len() {
            return Err(self.note(rusqlite::Error::InvalidParameterCount(params.len(), expected).into()));
        }
        for (index, param) in params.iter().enumerate() {
            let value = param.to_value().ok_or(DbError::TooBig)?;
            statement.raw_bind_parameter(index + 1, value).map_err(|error| self.note(error.into()))?;
        }
        Ok(statement)
    }

    fn note(&self, error: DbError) -> DbError {
        if self.fault.get().is_none() {
            self.fault.set(error.fault());
        }
        if matches!(self.conn, Conn::Postgres(_)) && !matches!(error, DbError::TooBig) {
            self.given_up.set(true);
        }
        error
    }
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a Connection) -> Self {
        Self(Rx::new(conn))
    }

    pub(super) fn on_postgres(session: &'a Session) -> Self {
        Self(Rx::on_postgres(session))
    }

    /// Runs a statement that returns no rows; the number of rows changed. With `RETURNING`, use the queries.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn execute(&mut self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, DbError> {
        match self.0.conn {
            Conn::Sqlite(conn) => {
                let mut statement = self.0.prepare(conn, sql, params)?;
                statement.raw_execute().map_err(|error| self.0.note(error.into()))
            }
            Conn::Postgres(session) => session.execute(sql, params).map_err(|error| self.0.note(error)),
        }
    }

    /// Says that this write changes rows of which copies may be kept, in this process or another one; see
    /// [`Store::outside_changes`](crate::Store::outside_changes).
    pub fn announce(&mut self) {
        self.0.announced.set(true);
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
        let wrong = || DbError::WrongValue { column, expected: std::any::type_name::<T>() };
        self.value(column)?.and_then(T::from_value).ok_or_else(wrong)
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

    /// The value in a column, whatever it is; `None`: of a kind that we do not store.
    pub(super) fn value(&self, column: usize) -> Result<Option<Value<'_>>, DbError> {
        match self.0 {
            Found::Sqlite(row) => Ok(super::value::from_sqlite(row.get_ref(column)?)),
            Found::Postgres(row) => super::postgres::value(row, column),
        }
    }
}

/// The parameters of a statement, for `?1`, `?2`, …: `params![person, now]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::ToValue),*] as &[&dyn $crate::ToValue]
    };
}
