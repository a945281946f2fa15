//! One connection to the database.

use super::{
    Postgres, dialect, error,
    link::{self, Link},
    value::Param,
};
use crate::{DbError, Fault, OpenError, ToValue};
use std::{cell::RefCell, collections::HashMap, time::Duration};
use tokio::sync::oneshot;
use tokio_postgres::{
    Client, Config, NoTls, Row, SimpleQueryMessage, Socket, Statement, tls::MakeTlsConnect, types::ToSql,
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long connecting may take, over all addresses.
const CONNECT: Duration = Duration::from_secs(10);

/// A commit is answered when it is on disk, whatever the database was told by default.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false)
                       WHERE current_setting('synchronous_commit') IN ('off', 'local')";

/// How long things may take on a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::engine) enum Limits {
    /// What sign-ins wait for.
    Short,
    /// Reading or writing the whole database.
    Long,
}

impl Limits {
    /// How long one answer may take before the connection is given up.
    const fn answer(self) -> Duration {
        match self {
            // More than the database is given, so that it is the one to say so.
            Self::Short => Duration::from_secs(15),
            Self::Long => Duration::from_secs(3_600),
        }
    }

    /// The database's own limits. A server that vanished with a transaction open must not hold the others up: its lock is
    /// taken from it.
    const fn settings(self) -> &'static str {
        match self {
            Self::Short => {
                "SET lock_timeout = '5s'; SET statement_timeout = '10s';
                 SET idle_in_transaction_session_timeout = '10s'"
            }
            Self::Long => {
                "SET lock_timeout = '60s'; SET statement_timeout = 0;
                 SET idle_in_transaction_session_timeout = '300s'"
            }
        }
    }
}

/// What connections are opened from.
pub(in crate::engine) struct Source {
    address: Postgres,
    link: Link,
}

impl Source {
    pub(in crate::engine) fn new(address: &Postgres) -> Result<Self, OpenError> {
        let link = Link::start().map_err(|error| address.cannot_open(Fault::Io, error))?;
        Ok(Self { address: address.clone(), link })
    }

    pub(in crate::engine) fn address(&self) -> &Postgres {
        &self.address
    }

    /// A new connection.
    pub(in crate::engine) fn session(&self, limits: Limits) -> Result<Session, DbError> {
        self.connect(limits).map_err(|(error, _)| error)
    }

    /// As [`Source::session`], for whoever starts and is told what the database or the network said.
    pub(in crate::engine) fn first_session(&self, limits: Limits) -> Result<Session, OpenError> {
        self.connect(limits).map_err(|(error, said)| {
            self.address.cannot_open(error.fault().unwrap_or(Fault::Unreachable), said)
        })
    }

    fn connect(&self, limits: Limits) -> Result<Session, (DbError, String)> {
        let (send, receive) = oneshot::channel();
        let config = self.address.config().clone();
        match self.address.tls() {
            Some(tls) => {
                self.link.spawn(keep_connected(config, MakeRustlsConnect::new((**tls).clone()), send));
            }
            None => self.link.spawn(keep_connected(config, NoTls, send)),
        }
        let client = match link::wait(receive, CONNECT) {
            Some(Ok(Ok(client))) => client,
            Some(Ok(Err(error))) => {
                let said = error::chain(&error);
                // What could not be reached is that, whatever else it is.
                let fault = error::told(error).fault().unwrap_or(Fault::Unreachable);
                return Err((DbError::Unavailable(fault), said));
            }
            Some(Err(_)) | None => {
                return Err((DbError::Unavailable(Fault::Unreachable), "no answer".to_owned()));
            }
        };
        let session = Session { client, statements: RefCell::default(), limit: limits.answer() };
        session.run(&format!("{};{DURABLE}", limits.settings())).map_err(|error| {
            let said = error.to_string();
            (error, said)
        })?;
        Ok(session)
    }
}

/// Connects, tells what came of it, and moves the bytes until the connection ends.
async fn keep_connected<T>(
    config: Config,
    tls: T,
    told: oneshot::Sender<Result<Client, tokio_postgres::Error>>,
) where
    T: MakeTlsConnect<Socket>,
{
    match config.connect(tls).await {
        Ok((client, connection)) => {
            let _ = told.send(Ok(client));
            let _ = connection.await;
        }
        Err(error) => drop(told.send(Err(error))),
    }
}

/// A connection, with the statements that were prepared on it.
pub(in crate::engine) struct Session {
    client: Client,
    statements: RefCell<HashMap<String, Statement>>,
    limit: Duration,
}

impl Session {
    /// Rows of a query, all of them.
    pub(in crate::engine) fn query(&self, sql: &str, params: &[&dyn ToValue]) -> Result<Vec<Row>, DbError> {
        let (statement, params) = self.prepare(sql, params)?;
        self.wait(self.client.query(&statement, &as_sql(&params)))
    }

    /// The number of rows that a statement changed.
    pub(in crate::engine) fn execute(&self, sql: &str, params: &[&dyn ToValue]) -> Result<usize, DbError> {
        let (statement, params) = self.prepare(sql, params)?;
        let rows = self.wait(self.client.execute(&statement, &as_sql(&params)))?;
        usize::try_from(rows).map_err(|_| DbError::TooBig)
    }

    /// Statements of the engine's own, one after another in one message, in PostgreSQL's words.
    pub(in crate::engine) fn run(&self, sql: &str) -> Result<(), DbError> {
        self.wait(self.client.batch_execute(sql))
    }

    /// The one number that the last of such statements returns.
    pub(super) fn number(&self, sql: &str) -> Result<u64, DbError> {
        let messages = self.wait(self.client.simple_query(sql))?;
        let number = messages.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        });
        number.ok_or(DbError::NoRow)
    }

    fn prepare<'p>(
        &self,
        sql: &str,
        params: &'p [&'p dyn ToValue],
    ) -> Result<(Statement, Vec<Param<'p>>), DbError> {
        let known = self.statements.borrow().get(sql).cloned();
        let statement = match known {
            Some(statement) => statement,
            None => {
                // A closure that ended its own transaction would be told "done" without anything being done.
                let word = dialect::first_word(sql);
                if ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"]
                    .contains(&word.as_str())
                {
                    return Err(DbError::Unavailable(Fault::Io));
                }
                let statement = self.wait(self.client.prepare(&dialect::statement(sql)))?;
                self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        if statement.params().len() != params.len() {
            let (given, wanted) = (params.len(), statement.params().len());
            return Err(DbError::Internal(format!("{given} parameters for {wanted} places").into()));
        }
        let params = params.iter().map(|param| param.to_value().map(Param).ok_or(DbError::TooBig));
        Ok((statement, params.collect::<Result<_, _>>()?))
    }

    fn wait<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, DbError> {
        match link::wait(answer, self.limit) {
            Some(answer) => answer.map_err(error::told),
            None => Err(DbError::Unavailable(Fault::Unreachable)),
        }
    }
}

fn as_sql<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}
