//! The connections that read an embedded database.
//!
//! A pool of sqlx pings a connection when it is taken and when it is given back: right for a server that may be gone,
//! but for a file each ping is a way to the connection's thread and back that tells nothing. A child's page reads
//! little, so the pings were two thirds of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Error};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many may read at once; more would only take the processor from each other.
const READERS: usize = 4;
/// How long one waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Idle connections and the places for those in use.
#[derive(Clone, Debug)]
pub(in crate::store) struct Readers {
    options: Arc<SqliteConnectOptions>,
    idle: Arc<Mutex<Vec<SqliteConnection>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    /// Opens none yet. The options must forbid writing: nothing rolls back what a reader would leave behind.
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        let places = Arc::new(Semaphore::new(READERS));
        Self { options: Arc::new(options), idle: Arc::default(), places }
    }

    /// A connection, waited for.
    pub(super) async fn take(&self) -> Result<Reader, Error> {
        let waiting = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| Error::PoolTimedOut)?;
        let place = place.map_err(|_| Error::PoolClosed)?;
        let idle = self.idle().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        Ok(Reader { conn: Some(conn), readers: self.clone(), _place: place })
    }

    /// Gives out no more and closes those that are idle.
    pub(super) async fn close(&self) {
        self.places.close();
        let idle = std::mem::take(&mut *self.idle());
        for conn in idle {
            let _ = conn.close().await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use; it goes back when this value goes.
#[derive(Debug)]
pub(super) struct Reader {
    /// Taken only when this value goes.
    conn: Option<SqliteConnection>,
    readers: Readers,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// The connection.
    pub(super) fn get(&mut self) -> Result<&mut SqliteConnection, Error> {
        self.conn.as_mut().ok_or(Error::WorkerCrashed)
    }

    /// Never given out again: its thread or its file failed it.
    pub(super) fn discard(&mut self) {
        self.conn.take();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take().filter(|_| !self.readers.places.is_closed()) {
            self.readers.idle().push(conn);
        }
    }
}
