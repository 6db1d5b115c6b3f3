//! Connections to the embedded database that work where they are called.
//!
//! sqlx gives every SQLite connection a thread: each statement is a message to it, each row a message back, and each
//! message a thread that wakes up. For a row by its key that is several times the work itself. These connections have no
//! thread: the writer's is used by its own thread alone, and a reader's by whoever asks. What may read for long (figures,
//! lists, jobs) is done aside, where it holds up nobody else's task.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, OpenFlags, Statement};
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::{Error, FromRow};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::Reads;
use super::pool::{Pool, Taken};
use super::rows::{self, EmbeddedColumn, EmbeddedRow};
use crate::store::{StoreError, Val};

/// How many may read a few rows at once. None is held while anything else is waited for, so few ever are.
const QUICK: usize = 16;
/// How many may read for long at once; more would only take the processor from each other.
const LONG: usize = 4;
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    Write,
    Read(Reads),
}

/// Whether this is the mutant that the test of REL-02 must find: a writer that acknowledges before the disk has it. No
/// optimised build can be it.
fn mutant() -> bool {
    cfg!(debug_assertions)
        && std::env::var_os("FIRSTLIGHT_MUTANT").is_some_and(|named| named == "synchronous=normal")
}

/// One connection.
#[derive(Debug)]
pub(super) struct Direct {
    conn: rusqlite::Connection,
    known: RefCell<HashMap<Box<str>, Arc<Known>>>,
}

/// What a statement keeps from one use to the next: asked of SQLite each time, it would cost as much as a row.
#[derive(Debug)]
struct Known {
    /// Which value stands in each of its places, counted from 0.
    places: Vec<usize>,
    columns: Arc<[EmbeddedColumn]>,
}

impl Known {
    fn of(statement: &Statement<'_>) -> Result<Self, Error> {
        let place = |at| {
            // "$7" is a name to SQLite; what it is counted as follows from where it first stands.
            let number: Option<usize> =
                statement.parameter_name(at).and_then(|name| name.get(1..)?.parse().ok());
            number.and_then(|number| number.checked_sub(1)).ok_or_else(without_value)
        };
        Ok(Self {
            places: (1..=statement.parameter_count()).map(place).collect::<Result<_, _>>()?,
            columns: rows::columns(statement.column_names().into_iter()),
        })
    }
}

fn without_value() -> Error {
    Error::Protocol("a place without a value".to_owned())
}

impl Direct {
    /// Opens a database that is there, with the settings that lose nothing, and looks whether it took them (REL-02).
    pub(super) fn open(file: &Path, may: May) -> Result<Self, StoreError> {
        // Whoever holds a connection is its only user at that moment, so SQLite need not lock it once more.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = rusqlite::Connection::open_with_flags(file, flags).map_err(failed)?;
        conn.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
        // A plan for all values: else SQLite plans anew each time that a number of rows (`limit $2`) is bound.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        let (cache, last) = match may {
            May::Write => (-16_000, ""),
            May::Read(Reads::Anything) => (-16_000, "pragma query_only = on;"),
            // They are several, and what children read is little.
            May::Read(Reads::ByKey) => (-4_000, "pragma query_only = on;"),
        };
        let (level, least) = if mutant() { ("normal", 1) } else { ("full", 2) };
        conn.execute_batch(&format!(
            "pragma foreign_keys = on; pragma synchronous = {level}; pragma secure_delete = on; pragma mmap_size = 0; \
             pragma cache_size = {cache}; {last}"
        ))
        .map_err(failed)?;
        let read =
            |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(failed);
        let journal: String =
            conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
        if journal != "wal" || read("synchronous")? < least || read("foreign_keys")? != 1 {
            return Err(StoreError::Refused(format!(
                "a connection to {} did not take the safe settings (journal_mode {journal})",
                file.display()
            )));
        }
        Ok(Self { conn, known: RefCell::default() })
    }

    /// Runs a statement and tells how many rows it changed.
    pub(super) fn run(&self, sql: &str, args: &[Val]) -> Result<u64, Error> {
        let (mut statement, _) = self.prepared(sql, args)?;
        let mut rows = statement.raw_query();
        while rows.next().map_err(failed)?.is_some() {}
        drop(rows);
        Ok(self.conn.changes())
    }

    /// The rows of a query, at most so many.
    pub(super) fn rows<T>(&self, sql: &str, args: &[Val], most: usize) -> Result<Vec<T>, Error>
    where
        T: for<'r> FromRow<'r, EmbeddedRow>,
    {
        let (mut statement, known) = self.prepared(sql, args)?;
        let mut row = EmbeddedRow::with(Arc::clone(&known.columns));
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while found.len() < most
            && let Some(next) = rows.next().map_err(failed)?
        {
            row.fill(next).map_err(failed)?;
            found.push(T::from_row(&row)?);
        }
        Ok(found)
    }

    fn prepared(&self, sql: &str, args: &[Val]) -> Result<(CachedStatement<'_>, Arc<Known>), Error> {
        let mut statement = self.conn.prepare_cached(sql).map_err(failed)?;
        let known = self.known(sql, &statement)?;
        for (at, place) in known.places.iter().enumerate() {
            let value = args.get(*place).ok_or_else(without_value)?;
            statement.raw_bind_parameter(at + 1, bound(value)).map_err(failed)?;
        }
        Ok((statement, known))
    }

    fn known(&self, sql: &str, statement: &Statement<'_>) -> Result<Arc<Known>, Error> {
        let mut all = self.known.borrow_mut();
        if let Some(known) = all.get(sql) {
            return Ok(Arc::clone(known));
        }
        // As many as there are prepared statements; which of them go is all the same.
        if all.len() >= STATEMENTS {
            all.clear();
        }
        let known = Arc::new(Known::of(statement)?);
        all.insert(sql.into(), Arc::clone(&known));
        Ok(known)
    }
}

fn bound(value: &Val) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Val::Int(x) => ValueRef::Integer(*x),
        Val::Real(x) => ValueRef::Real(*x),
        Val::Text(x) => ValueRef::Text(x.as_bytes()),
        Val::Bool(x) => ValueRef::Integer(i64::from(*x)),
        Val::Id(x) => ValueRef::Blob(x.as_bytes()),
        Val::Bytes(x) => ValueRef::Blob(x),
        Val::NoInt | Val::NoReal | Val::NoText | Val::NoBool | Val::NoId | Val::NoBytes => ValueRef::Null,
    })
}

/// Connections for one kind of reading.
#[derive(Clone, Debug)]
pub(in crate::store) struct Readers {
    reads: Reads,
    file: Arc<Path>,
    pool: Pool<Direct>,
}

impl Readers {
    /// Opens none yet.
    pub(super) fn new(file: &Path, reads: Reads) -> Self {
        let most = match reads {
            Reads::ByKey => QUICK,
            Reads::Anything => LONG,
        };
        Self { reads, file: file.into(), pool: Pool::new(most) }
    }

    /// A connection, waited for.
    pub(super) async fn take(&self) -> Result<Reader, StoreError> {
        let (mut taken, _) = self.pool.take().await?;
        if taken.get().is_err() {
            taken.put(Direct::open(&self.file, May::Read(self.reads))?);
        }
        Ok(Reader { taken, reads: self.reads })
    }

    /// Gives out no more and closes those that are idle.
    pub(super) fn close(&self) {
        drop(self.pool.close());
    }
}

/// One of them in use.
#[derive(Debug)]
pub(super) struct Reader {
    taken: Taken<Direct>,
    reads: Reads,
}

impl Reader {
    /// Reads with the connection; one that failed is never given out again.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&Direct) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        let conn = self.taken.get()?;
        let done = match self.reads {
            Reads::ByKey => work(conn),
            Reads::Anything => aside(|| work(conn)),
        };
        let done = done.map_err(StoreError::from);
        if let Err(StoreError::Failed(_) | StoreError::Disk(_)) = &done {
            // It may be the connection that failed, and a fresh one costs little.
            self.taken.discard();
        }
        done
    }
}

/// Works for as long as it takes, while another thread goes on with the tasks of this one.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        // A runtime of one thread has nobody to go on.
        _ => work(),
    }
}

/// SQLite's word on what went wrong, as sqlx's errors carry it, so that one place tells failures apart.
#[derive(Debug)]
struct Failed {
    /// SQLite's extended code: the kind in the low byte.
    code: i32,
    message: String,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.message)
    }
}

impl std::error::Error for Failed {}

impl DatabaseError for Failed {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        // SQLITE_CONSTRAINT with CHECK, FOREIGNKEY, NOTNULL, PRIMARYKEY, UNIQUE and ROWID above it.
        match self.code {
            275 => ErrorKind::CheckViolation,
            787 => ErrorKind::ForeignKeyViolation,
            1299 => ErrorKind::NotNullViolation,
            1555 | 2067 | 2579 => ErrorKind::UniqueViolation,
            _ => ErrorKind::Other,
        }
    }
}

fn failed(error: rusqlite::Error) -> Error {
    match error {
        rusqlite::Error::SqliteFailure(cause, message) => {
            let message = message.unwrap_or_else(|| cause.to_string());
            Error::Database(Box::new(Failed { code: cause.extended_code, message }))
        }
        // A statement that is wrong; its text is the program's own.
        other => Error::Protocol(other.to_string()),
    }
}
