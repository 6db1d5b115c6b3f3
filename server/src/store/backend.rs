//! The only file that names a database product: opening, settings that must hold, and the differences of dialect.
//!
//! To add a database: one arm in each `match` here, one folder in `migrations/`, and the conformance suite
//! (`tests/store`) says when it is done.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, FromRow};

mod catalogue;
mod embedded;
mod nodes;
mod pool;
mod rows;
mod tls;
mod walled;

use super::{StoreError, Val};
use crate::model::DistrictId;
use crate::seal::field::Sealer;
pub(super) use catalogue::Reference;
use embedded::{Direct, May, Reader, Readers};
use rows::EmbeddedRow;
use walled::{Leased, Walled};

static SQLITE_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres");

/// Older ones can corrupt a database when the write-ahead log restarts.
const OLDEST_SAFE_SQLITE: [u32; 3] = [3, 51, 3];

/// The file of an embedded database's address; none for a database server.
pub(super) fn file_of(url: &str) -> Option<std::path::PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    Some(path.split('?').next().unwrap_or(path).into())
}

/// The address of an embedded database's file.
pub(super) fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// Where the data is.
#[derive(Debug)]
pub(super) enum Backend {
    /// Embedded: one file, one writer, several readers.
    Sqlite { options: Box<SqliteConnectOptions>, readers: Readers, quick: Readers },
    /// A server that many nodes share.
    Postgres(Box<Walled>),
}

/// What a connection is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// A few rows by their keys.
    ByKey,
    /// Anything, however long it takes.
    Anything,
}

/// One connection, whichever database it leads to.
#[derive(Debug)]
pub struct Conn {
    inner: Inner,
    sealer: Sealer,
    /// Children whose key this transaction has made: it may be undone yet, so nobody else may learn it.
    made: Vec<uuid::Uuid>,
}

#[derive(Debug)]
enum Inner {
    Writer(Direct),
    Reader(Reader),
    Postgres(Leased),
}

/// A row type that reads from every database: derive `sqlx::FromRow`, or use a tuple.
pub trait Record: Send + Unpin + for<'r> FromRow<'r, EmbeddedRow> + for<'r> FromRow<'r, PgRow> {}
impl<T> Record for T where T: Send + Unpin + for<'r> FromRow<'r, EmbeddedRow> + for<'r> FromRow<'r, PgRow> {}

macro_rules! bind {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for value in $args {
            query = match value {
                Val::Int(x) => query.bind(x),
                Val::Real(x) => query.bind(x),
                Val::Text(x) => query.bind(x),
                Val::Bool(x) => query.bind(x),
                Val::Id(x) => query.bind(x),
                Val::Bytes(x) => query.bind(x),
                Val::NoInt => query.bind(None::<i64>),
                Val::NoReal => query.bind(None::<f64>),
                Val::NoText => query.bind(None::<String>),
                Val::NoBool => query.bind(None::<bool>),
                Val::NoId => query.bind(None::<uuid::Uuid>),
                Val::NoBytes => query.bind(None::<Vec<u8>>),
            };
        }
        query
    }};
}

/// Runs `$direct` where the connection works on the spot, with `$here` bound to it, and else `$run` with `$conn`.
macro_rules! on {
    ($self:expr, |$here:ident| $direct:expr, |$conn:ident| $run:expr) => {
        match &mut $self.inner {
            Inner::Writer($here) => Ok($direct?),
            Inner::Reader(reader) => reader.read(|$here| $direct),
            Inner::Postgres(leased) => {
                let done: Result<_, StoreError> = async {
                    let $conn = leased.conn()?;
                    $run
                }
                .await;
                leased.answered(&done);
                done
            }
        }
    };
}

impl Conn {
    /// The keys of sealed values.
    pub(super) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Notes that this transaction has made the key of a child.
    pub(super) fn made_key_of(&mut self, child: uuid::Uuid) {
        self.made.push(child);
    }

    /// Whether this transaction has made the key of a child.
    pub(super) fn has_made_key_of(&self, child: uuid::Uuid) -> bool {
        self.made.contains(&child)
    }

    /// Runs a statement and tells how many rows it changed.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses it.
    pub async fn run(&mut self, sql: &'static str, args: Vec<Val>) -> Result<u64, StoreError> {
        on!(self, |here| here.run(sql, &args), |conn| Ok(bind!(sqlx::query(sql), args)
            .execute(conn)
            .await?
            .rows_affected()))
    }

    /// Inserts many rows with one statement. `head` is a constant up to and including `values`; what is put behind
    /// it are numbered places only, so nothing that a person typed is ever part of the text.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses one of them; then none is inserted.
    pub async fn run_rows(&mut self, head: &'static str, rows: Vec<Vec<Val>>) -> Result<(), StoreError> {
        let mut place = 0;
        let tuples: Vec<String> = rows
            .iter()
            .map(|row| {
                let places: Vec<String> = row
                    .iter()
                    .map(|_| {
                        place += 1;
                        format!("${place}")
                    })
                    .collect();
                format!("({})", places.join(", "))
            })
            .collect();
        if tuples.is_empty() {
            return Ok(());
        }
        let text = format!("{head} {}", tuples.join(", "));
        self.run_of(text, rows.into_iter().flatten().collect()).await.map(drop)
    }

    /// Adds a row whose `id` is the first value, and puts that id into a queue of one column: one way to a database server
    /// and back in place of two.
    pub(super) async fn add_and_queue(
        &mut self,
        add: &'static str,
        queue: &'static str,
        args: Vec<Val>,
    ) -> Result<(), StoreError> {
        if matches!(self.inner, Inner::Postgres(_)) {
            let both = format!("with added as ({add} returning id) {queue} select id from added");
            return self.run_of(both, args).await.map(drop);
        }
        let id = args.first().cloned();
        self.run(add, args).await?;
        self.run_of(format!("{queue} values ($1)"), id.into_iter().collect()).await.map(drop)
    }

    /// All rows of a query.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses it or a column does not fit.
    pub async fn all<T: Record>(&mut self, sql: &'static str, args: Vec<Val>) -> Result<Vec<T>, StoreError> {
        on!(self, |here| here.rows(sql, &args, usize::MAX), |conn| Ok(bind!(
            sqlx::query_as::<_, T>(sql),
            args
        )
        .fetch_all(conn)
        .await?))
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses it or a column does not fit.
    pub async fn first<T: Record>(
        &mut self,
        sql: &'static str,
        args: Vec<Val>,
    ) -> Result<Option<T>, StoreError> {
        on!(self, |here| here.rows(sql, &args, 1).map(|mut rows| rows.pop()), |conn| Ok(bind!(
            sqlx::query_as::<_, T>(sql),
            args
        )
        .fetch_optional(conn)
        .await?))
    }

    /// All rows of a query whose text depends on how many values it is asked about: put together in this module from
    /// constants, never from what a user typed.
    pub(super) async fn all_of<T: Record>(
        &mut self,
        sql: String,
        args: Vec<Val>,
    ) -> Result<Vec<T>, StoreError> {
        on!(self, |here| here.rows(&sql, &args, usize::MAX), |conn| Ok(bind!(
            sqlx::query_as::<_, T>(AssertSqlSafe(sql)),
            args
        )
        .fetch_all(conn)
        .await?))
    }

    /// The same for a statement, which tells how many rows it changed.
    pub(super) async fn run_of(&mut self, sql: String, args: Vec<Val>) -> Result<u64, StoreError> {
        on!(self, |here| here.run(&sql, &args), |conn| Ok(bind!(sqlx::query(AssertSqlSafe(sql)), args)
            .execute(conn)
            .await?
            .rows_affected()))
    }

    /// All rows of a chart's query over the scoped relation. The text is put together from two constants of the
    /// program and never holds anything a user typed.
    pub(crate) async fn all_scoped<T: Record>(
        &mut self,
        scope: &'static str,
        sql: &'static str,
        args: Vec<Val>,
    ) -> Result<Vec<T>, StoreError> {
        self.all_of(format!("{scope} {sql}"), args).await
    }

    /// Starts a write transaction. SQLite takes the write lock at once: a later upgrade would fail without waiting.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        self.made.clear();
        if let Inner::Postgres(leased) = &mut self.inner {
            // Before it is asked for: whoever goes away meanwhile may leave one open.
            leased.is_in_transaction(true);
            return self.run("begin", vec![]).await.map(drop);
        }
        self.run("begin immediate", vec![]).await.map(drop)
    }

    /// Ends a write transaction: what it did stays (`commit`), or is as if it had never been (`rollback`).
    pub(super) async fn end(&mut self, how: &'static str) -> Result<(), StoreError> {
        self.run(how, vec![]).await?;
        if let Inner::Postgres(leased) = &mut self.inner {
            leased.is_in_transaction(false);
        }
        Ok(())
    }

    /// Whether this connection can still be used after an error.
    pub(super) async fn is_alive(&mut self) -> bool {
        self.ping().await.is_ok()
    }

    async fn ping(&mut self) -> Result<(), StoreError> {
        on!(self, |_here| Ok::<_, sqlx::Error>(()), |conn| Ok(conn.ping().await?))
    }
}

impl Backend {
    /// Opens a database and refuses settings under which an acknowledged write could be lost (REL-02).
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url).await
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else {
            Err(StoreError::Refused(format!(
                "database.url '{}' is neither sqlite://FILE nor postgres://…",
                url.split(':').next().unwrap_or("")
            )))
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|e| StoreError::Refused(format!("database.url is not a SQLite address: {e}")))?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-16000")
            .pragma("mmap_size", "0")
            // What is removed is written over, so that it stands in no page of the file.
            .pragma("secure_delete", "on")
            .disable_statement_logging();
        let path = options.get_filename().to_path_buf();
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| {
                StoreError::Refused(format!(
                    "cannot make the folder {} for the database: {e}",
                    folder.display()
                ))
            })?;
        }
        let mut first = SqliteConnection::connect_with(&options.clone().create_if_missing(true))
            .await
            .map_err(|e| StoreError::Refused(format!("cannot open the database {}: {e}", path.display())))?;
        check_sqlite(&mut first, &path).await?;
        first.close().await?;
        let (readers, quick) = (Readers::new(&path, Reads::Anything), Readers::new(&path, Reads::ByKey));
        Ok(Self::Sqlite { options: Box::new(options), readers, quick })
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| StoreError::Refused(format!("database.url is not a PostgreSQL address: {e}")))?
            .application_name("firstlight")
            // A transaction that somebody forgot must not hold its locks for ever. Statements are short, but the walls make
            // them look dear: PostgreSQL would compile each for a tenth of a second and run it once.
            .options([
                ("idle_in_transaction_session_timeout", "15s"),
                ("lock_timeout", "10s"),
                ("jit", "off"),
            ])
            .disable_statement_logging();
        let options = tls::secured(options)?;
        let walled = Walled::connect(options).await?;
        let mut conn = walled.connection(None).await?;
        let unsafe_settings = [
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("synchronous_commit", "off"),
            // Does not wait for the standby that would take over.
            ("synchronous_commit", "local"),
        ];
        for (name, wrong) in unsafe_settings {
            let (value,): (String,) =
                sqlx::query_as("select current_setting($1)").bind(name).fetch_one(conn.conn()?).await?;
            conn.is_whole();
            if value == wrong {
                return Err(StoreError::Refused(format!(
                    "PostgreSQL runs with {name} = {value}, which can lose an acknowledged answer; set it to on"
                )));
            }
        }
        drop(conn);
        Ok(Self::Postgres(Box::new(walled)))
    }

    /// Brings the schema up to this program's.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the database is newer than the program.
    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        let done = match self {
            Self::Sqlite { options, .. } => {
                let mut conn = SqliteConnection::connect_with(options).await?;
                let done = SQLITE_MIGRATIONS.run(&mut conn).await;
                conn.close().await?;
                done
            }
            Self::Postgres(walled) => {
                let mut conn = walled.connection(None).await?;
                let done = POSTGRES_MIGRATIONS.run(conn.conn()?).await;
                if done.is_ok() {
                    conn.is_whole();
                }
                done
            }
        };
        done.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => StoreError::Refused(format!(
                "the database has migration {version}, which this program does not know: it is newer than the \
                 program. Start the newer program, or restore the backup made before the update"
            )),
            sqlx::migrate::MigrateError::VersionMismatch(version) => StoreError::Refused(format!(
                "migration {version} of the database differs from this program's: the program was changed by hand"
            )),
            other => StoreError::Refused(format!("the database could not be brought up to date: {other}")),
        })
    }

    /// The one writing connection of the embedded database; `None` where each write has a connection of its own.
    pub(super) fn writer(&self, sealer: &Sealer) -> Result<Option<Conn>, StoreError> {
        match self {
            Self::Sqlite { options, .. } => {
                let inner = Inner::Writer(Direct::open(options.get_filename(), May::Write)?);
                Ok(Some(Conn { inner, sealer: sealer.clone(), made: Vec::new() }))
            }
            Self::Postgres(_) => Ok(None),
        }
    }

    /// A connection for reading (and, on PostgreSQL, for a write transaction).
    /// What is not of `district`, where one is named, is not there on PostgreSQL.
    pub(super) async fn connection(
        &self,
        sealer: &Sealer,
        reads: Reads,
        district: Option<DistrictId>,
    ) -> Result<Conn, StoreError> {
        let (sealer, made) = (sealer.clone(), Vec::new());
        Ok(match self {
            Self::Sqlite { readers, quick, .. } => {
                let readers = match reads {
                    Reads::ByKey => quick,
                    Reads::Anything => readers,
                };
                Conn { inner: Inner::Reader(readers.take().await?), sealer, made }
            }
            Self::Postgres(walled) => {
                Conn { inner: Inner::Postgres(walled.connection(district).await?), sealer, made }
            }
        })
    }

    /// A consistent copy in a file of its own, while others read and write.
    pub(super) async fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { options, .. } => {
                let mut conn = SqliteConnection::connect_with(options).await?;
                let copied = sqlx::query("vacuum into $1").bind(file.display().to_string()).execute(&mut conn).await;
                conn.close().await?;
                Ok(copied.map(drop)?)
            }
            Self::Postgres(_) => Err(StoreError::Refused(
                "a PostgreSQL database is backed up with its own tools: pg_dump --format=custom for a copy, pg_basebackup \
                 and archived WAL for every minute; encrypt what they write with age"
                    .to_owned(),
            )),
        }
    }

    /// Takes what was removed out of the log of writes too; tells whether it could, for a reader may be in the way. A
    /// database server keeps its log for its own replicas and backups, for as long as it was told to.
    pub(super) async fn scrub(&self) -> Result<bool, StoreError> {
        let Self::Sqlite { options, .. } = self else { return Ok(true) };
        let mut conn = SqliteConnection::connect_with(options).await?;
        let done = sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(&mut conn).await;
        conn.close().await?;
        let (busy, ..): (i64, i64, i64) = done?;
        Ok(busy == 0)
    }

    /// How many rows each table has, by name, and what the database itself finds wrong with its file.
    pub(super) async fn examine(&self) -> Result<(Vec<(String, i64)>, Vec<String>), StoreError> {
        let Self::Sqlite { options, .. } = self else { return Ok((Vec::new(), Vec::new())) };
        let mut conn = SqliteConnection::connect_with(options).await?;
        let tables: Vec<(String,)> = sqlx::query_as(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
        )
        .fetch_all(&mut conn)
        .await?;
        let mut counts = Vec::new();
        for (table,) in tables {
            // The name comes from the database's own list, never from a person.
            let text = AssertSqlSafe(format!("select count(*) from \"{table}\""));
            let (rows,): (i64,) = sqlx::query_as(text).fetch_one(&mut conn).await?;
            counts.push((table, rows));
        }
        let faults: Vec<(String,)> = sqlx::query_as("pragma integrity_check").fetch_all(&mut conn).await?;
        conn.close().await?;
        Ok((counts, faults.into_iter().map(|(fault,)| fault).filter(|fault| fault != "ok").collect()))
    }

    /// The product's name, for the start-up line and `/metrics`.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Closes every connection.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { readers, quick, .. } => {
                quick.close();
                readers.close();
            }
            Self::Postgres(walled) => walled.close().await,
        }
    }
}

async fn check_sqlite(conn: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let (version,): (String,) =
        sqlx::query_as("select sqlite_version()").fetch_one(&mut *conn).await.map_err(|e| {
            StoreError::Refused(format!("{} is not a database that Firstlight can read: {e}", path.display()))
        })?;
    let parts: Vec<u32> = version.split('.').filter_map(|p| p.parse().ok()).collect();
    if parts.as_slice() < OLDEST_SAFE_SQLITE.as_slice() {
        return Err(StoreError::Refused(format!(
            "this program was built with SQLite {version}; 3.51.3 or newer is needed, older ones can corrupt data"
        )));
    }
    let (journal,): (String,) =
        sqlx::query_as("pragma journal_mode").fetch_one(&mut *conn).await.map_err(|e| {
            StoreError::Refused(format!("{} is not a database that Firstlight can read: {e}", path.display()))
        })?;
    let (synchronous,): (i64,) = sqlx::query_as("pragma synchronous").fetch_one(&mut *conn).await?;
    let (foreign_keys,): (i64,) = sqlx::query_as("pragma foreign_keys").fetch_one(&mut *conn).await?;
    if journal != "wal" || synchronous < 2 || foreign_keys != 1 {
        return Err(StoreError::Refused(format!(
            "SQLite did not take the safe settings (journal_mode {journal}, synchronous {synchronous}, foreign_keys \
             {foreign_keys}); the database may be on a file system without locking, put it on a local disk"
        )));
    }
    Ok(())
}

/// What kind of failure a database error is: only these differ in how Firstlight goes on.
pub(super) enum Failure {
    /// Another transaction was in the way; the same work may be tried again.
    Retry,
    /// A constraint said no.
    Constraint,
    /// The disk is full or cannot be written.
    Disk,
    /// Anything else.
    Other,
}

pub(super) fn classify(error: &sqlx::Error) -> Failure {
    let sqlx::Error::Database(db) = error else { return Failure::Other };
    let code = db.code().unwrap_or_default();
    // PostgreSQL's have five signs; the low byte of SQLite's is the kind, and what stands above it the detail.
    let kind = code.parse::<u32>().ok().filter(|_| code.len() < 5).map(|code| code & 0xff);
    match (code.as_ref(), kind) {
        // serialization_failure, deadlock_detected | SQLITE_BUSY, SQLITE_LOCKED
        ("40001" | "40P01", _) | (_, Some(5 | 6)) => Failure::Retry,
        // disk_full, io_error | SQLITE_IOERR, SQLITE_FULL
        ("53100" | "58030", _) | (_, Some(10 | 13)) => Failure::Disk,
        _ if db.is_unique_violation() || db.is_foreign_key_violation() || db.is_check_violation() => {
            Failure::Constraint
        }
        _ => Failure::Other,
    }
}
