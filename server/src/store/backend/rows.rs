//! Rows of the embedded database as sqlx's traits want them, so that one `derive(FromRow)` reads from every database.
//!
//! sqlx has no way to make a row of its own SQLite driver without that driver's thread, so this is a database of sqlx's
//! kind that can be read from and nothing else: nobody can connect to it, and what only a connection could do has no value
//! that could do it ([`Never`]).

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use rusqlite::types::ValueRef as Stored;
use sqlx::error::BoxDynError;
use sqlx::query::{Query, QueryAs, QueryScalar};
use sqlx::{
    Column as SqlxColumn, ColumnIndex, ConnectOptions, Connection, Database, Decode, Either, Encode, Error,
    FromRow, IntoArguments, Row as SqlxRow, SqlStr, Statement, Type, TypeInfo,
};
use sqlx_core::transaction::TransactionManager;
use uuid::Uuid;

/// The embedded database, as far as its rows go.
#[derive(Debug)]
pub struct Embedded;

/// What cannot be there.
#[derive(Clone, Debug)]
pub enum Never {}

/// How SQLite keeps a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A whole number, or yes and no.
    Integer,
    /// A number.
    Real,
    /// Text.
    Text,
    /// Bytes, or an id.
    Blob,
}

/// One row. The next one of the same query is read into the same value, so that a query asks for memory once.
#[derive(Debug)]
pub struct EmbeddedRow {
    columns: Arc<[EmbeddedColumn]>,
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

/// A column's place and name.
#[derive(Debug)]
pub struct EmbeddedColumn {
    at: usize,
    name: Box<str>,
}

#[derive(Debug)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

/// A value in a row.
#[derive(Clone, Copy, Debug)]
pub enum EmbeddedRef<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r [u8]),
    Blob(&'r [u8]),
}

/// A value out of its row. Nothing here needs one, but the traits can ask for it.
#[derive(Debug)]
pub struct EmbeddedValue {
    kind: Kind,
    number: i64,
    real: f64,
    bytes: Vec<u8>,
}

/// The columns of these names.
pub(super) fn columns<'a>(names: impl Iterator<Item = &'a str>) -> Arc<[EmbeddedColumn]> {
    names.enumerate().map(|(at, name)| EmbeddedColumn { at, name: name.into() }).collect()
}

impl EmbeddedRow {
    /// An empty row with these columns.
    pub(super) fn with(columns: Arc<[EmbeddedColumn]>) -> Self {
        Self { cells: Vec::with_capacity(columns.len()), columns, bytes: Vec::new() }
    }

    /// Takes over what a statement stands on.
    pub(super) fn fill(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        self.cells.clear();
        self.bytes.clear();
        for at in 0..self.columns.len() {
            let cell = match row.get_ref(at)? {
                Stored::Null => Cell::Null,
                Stored::Integer(n) => Cell::Integer(n),
                Stored::Real(x) => Cell::Real(x),
                Stored::Text(text) => Cell::Text(self.keep(text)),
                Stored::Blob(bytes) => Cell::Blob(self.keep(bytes)),
            };
            self.cells.push(cell);
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        from..self.bytes.len()
    }
}

impl SqlxRow for EmbeddedRow {
    type Database = Embedded;

    fn columns(&self) -> &[EmbeddedColumn] {
        &self.columns
    }

    fn try_get_raw<I: ColumnIndex<Self>>(&self, index: I) -> Result<EmbeddedRef<'_>, Error> {
        let at = index.index(self)?;
        let bytes = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        Ok(match self.cells.get(at) {
            Some(Cell::Integer(n)) => EmbeddedRef::Integer(*n),
            Some(Cell::Real(x)) => EmbeddedRef::Real(*x),
            Some(Cell::Text(range)) => EmbeddedRef::Text(bytes(range)),
            Some(Cell::Blob(range)) => EmbeddedRef::Blob(bytes(range)),
            Some(Cell::Null) | None => EmbeddedRef::Null,
        })
    }
}

impl ColumnIndex<EmbeddedRow> for usize {
    fn index(&self, row: &EmbeddedRow) -> Result<usize, Error> {
        let len = row.columns.len();
        if *self < len { Ok(*self) } else { Err(Error::ColumnIndexOutOfBounds { len, index: *self }) }
    }
}

impl ColumnIndex<EmbeddedRow> for str {
    fn index(&self, row: &EmbeddedRow) -> Result<usize, Error> {
        // A dozen short names are compared sooner than one is hashed.
        let found = row.columns.iter().position(|column| &*column.name == self);
        found.ok_or_else(|| Error::ColumnNotFound(self.to_owned()))
    }
}

impl EmbeddedRef<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Integer(_) => Kind::Integer,
            Self::Real(_) => Kind::Real,
            Self::Text(_) => Kind::Text,
            Self::Blob(_) => Kind::Blob,
        }
    }
}

impl<'r> sqlx::ValueRef<'r> for EmbeddedRef<'r> {
    type Database = Embedded;

    fn to_owned(&self) -> EmbeddedValue {
        let (number, real, bytes) = match self {
            Self::Null => (0, 0.0, Vec::new()),
            Self::Integer(n) => (*n, 0.0, Vec::new()),
            Self::Real(x) => (0, *x, Vec::new()),
            Self::Text(bytes) | Self::Blob(bytes) => (0, 0.0, bytes.to_vec()),
        };
        EmbeddedValue { kind: self.kind(), number, real, bytes }
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.kind())
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl sqlx::Value for EmbeddedValue {
    type Database = Embedded;

    fn as_ref(&self) -> EmbeddedRef<'_> {
        match self.kind {
            Kind::Null => EmbeddedRef::Null,
            Kind::Integer => EmbeddedRef::Integer(self.number),
            Kind::Real => EmbeddedRef::Real(self.real),
            Kind::Text => EmbeddedRef::Text(&self.bytes),
            Kind::Blob => EmbeddedRef::Blob(&self.bytes),
        }
    }

    fn type_info(&self) -> Cow<'_, Kind> {
        Cow::Owned(self.kind)
    }

    fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }
}

impl SqlxColumn for EmbeddedColumn {
    type Database = Embedded;

    fn ordinal(&self) -> usize {
        self.at
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_info(&self) -> &Kind {
        // A column of SQLite has no type of its own; its values have.
        &Kind::Null
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TypeInfo for Kind {
    fn is_null(&self) -> bool {
        *self == Self::Null
    }

    fn name(&self) -> &str {
        match self {
            Self::Null => "NULL",
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
        }
    }
}

macro_rules! reads {
    ($($type:ty: $kind:ident, |$value:ident| $read:expr;)+) => {$(
        impl Type<Embedded> for $type {
            fn type_info() -> Kind { Kind::$kind }
        }
        impl<'r> Decode<'r, Embedded> for $type {
            fn decode($value: EmbeddedRef<'r>) -> Result<Self, BoxDynError> { $read }
        }
    )+};
}

reads! {
    i64: Integer, |value| match value {
        EmbeddedRef::Integer(n) => Ok(n),
        other => Err(unfit(other, "a whole number")),
    };
    bool: Integer, |value| match value {
        EmbeddedRef::Integer(n) => Ok(n != 0),
        other => Err(unfit(other, "yes or no")),
    };
    String: Text, |value| match value {
        EmbeddedRef::Text(text) => Ok(std::str::from_utf8(text)?.to_owned()),
        other => Err(unfit(other, "text")),
    };
    Vec<u8>: Blob, |value| match value {
        EmbeddedRef::Blob(bytes) => Ok(bytes.to_vec()),
        other => Err(unfit(other, "bytes")),
    };
    Uuid: Blob, |value| match value {
        EmbeddedRef::Blob(bytes) => Ok(Uuid::from_slice(bytes)?),
        other => Err(unfit(other, "an id")),
    };
}

impl Type<Embedded> for f64 {
    fn type_info() -> Kind {
        Kind::Real
    }

    fn compatible(kind: &Kind) -> bool {
        // SQLite keeps 3.0 as 3 where a column does not say that it is real.
        matches!(kind, Kind::Real | Kind::Integer)
    }
}

impl<'r> Decode<'r, Embedded> for f64 {
    #[expect(clippy::cast_precision_loss, reason = "sums of answers are small")]
    fn decode(value: EmbeddedRef<'r>) -> Result<Self, BoxDynError> {
        match value {
            EmbeddedRef::Real(x) => Ok(x),
            EmbeddedRef::Integer(n) => Ok(n as f64),
            other => Err(unfit(other, "a number")),
        }
    }
}

fn unfit(value: EmbeddedRef<'_>, wanted: &str) -> BoxDynError {
    // Never the value itself: it may be a name or an answer.
    format!("{} is not {wanted}", value.kind()).into()
}

impl Database for Embedded {
    type Connection = Never;
    type TransactionManager = Never;
    type Row = EmbeddedRow;
    type QueryResult = Nothing;
    type Column = EmbeddedColumn;
    type TypeInfo = Kind;
    type Value = EmbeddedValue;
    type ValueRef<'r> = EmbeddedRef<'r>;
    type Arguments = Nothing;
    type ArgumentBuffer = ();
    type Statement = Never;
    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &[];
}

/// Arguments and results that are never made.
#[derive(Debug, Default)]
pub struct Nothing;

impl Extend<Nothing> for Nothing {
    fn extend<T: IntoIterator<Item = Nothing>>(&mut self, _: T) {}
}

impl sqlx::Arguments for Nothing {
    type Database = Embedded;

    fn reserve(&mut self, _: usize, _: usize) {}

    fn add<'t, T: Encode<'t, Embedded> + Type<Embedded>>(&mut self, _: T) -> Result<(), BoxDynError> {
        Err("values are bound without sqlx here".into())
    }

    fn len(&self) -> usize {
        0
    }
}

impl IntoArguments<Embedded> for Nothing {
    fn into_arguments(self) -> Nothing {
        self
    }
}

impl Connection for Never {
    type Database = Embedded;
    type Options = Never;

    async fn close(self) -> Result<(), Error> {
        match self {}
    }

    async fn close_hard(self) -> Result<(), Error> {
        match self {}
    }

    async fn ping(&mut self) -> Result<(), Error> {
        match *self {}
    }

    async fn begin(&mut self) -> Result<sqlx::Transaction<'_, Embedded>, Error> {
        match *self {}
    }

    fn shrink_buffers(&mut self) {
        match *self {}
    }

    async fn flush(&mut self) -> Result<(), Error> {
        match *self {}
    }

    fn should_flush(&self) -> bool {
        match *self {}
    }
}

impl FromStr for Never {
    type Err = Error;

    fn from_str(_: &str) -> Result<Self, Error> {
        Err(Error::WorkerCrashed)
    }
}

impl ConnectOptions for Never {
    type Connection = Never;

    fn from_url(_: &url::Url) -> Result<Self, Error> {
        Err(Error::WorkerCrashed)
    }

    async fn connect(&self) -> Result<Never, Error> {
        match *self {}
    }

    fn log_statements(self, _: log::LevelFilter) -> Self {
        match self {}
    }

    fn log_slow_statements(self, _: log::LevelFilter, _: std::time::Duration) -> Self {
        match self {}
    }
}

impl TransactionManager for Never {
    type Database = Embedded;

    async fn begin(conn: &mut Never, _: Option<SqlStr>) -> Result<(), Error> {
        match *conn {}
    }

    async fn commit(conn: &mut Never) -> Result<(), Error> {
        match *conn {}
    }

    async fn rollback(conn: &mut Never) -> Result<(), Error> {
        match *conn {}
    }

    fn start_rollback(conn: &mut Never) {
        match *conn {}
    }

    fn get_transaction_depth(conn: &Never) -> usize {
        match *conn {}
    }
}

impl Statement for Never {
    type Database = Embedded;

    fn into_sql(self) -> SqlStr {
        match self {}
    }

    fn sql(&self) -> &SqlStr {
        match *self {}
    }

    fn parameters(&self) -> Option<Either<&[Kind], usize>> {
        match *self {}
    }

    fn columns(&self) -> &[EmbeddedColumn] {
        match *self {}
    }

    fn query(&self) -> Query<'_, Embedded, Nothing> {
        match *self {}
    }

    fn query_with<A: IntoArguments<Embedded>>(&self, _: A) -> Query<'_, Embedded, A> {
        match *self {}
    }

    fn query_as<O: for<'r> FromRow<'r, EmbeddedRow>>(&self) -> QueryAs<'_, Embedded, O, Nothing> {
        match *self {}
    }

    fn query_as_with<'s, O, A>(&'s self, _: A) -> QueryAs<'s, Embedded, O, A>
    where
        O: for<'r> FromRow<'r, EmbeddedRow>,
        A: IntoArguments<Embedded>,
    {
        match *self {}
    }

    fn query_scalar<O>(&self) -> QueryScalar<'_, Embedded, O, Nothing>
    where
        (O,): for<'r> FromRow<'r, EmbeddedRow>,
    {
        match *self {}
    }

    fn query_scalar_with<'s, O, A>(&'s self, _: A) -> QueryScalar<'s, Embedded, O, A>
    where
        (O,): for<'r> FromRow<'r, EmbeddedRow>,
        A: IntoArguments<Embedded>,
    {
        match *self {}
    }
}
