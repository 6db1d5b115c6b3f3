//! Connections that are kept for the next who needs one.
//!
//! sqlx's own pool asks the database whether it is there whenever a connection is given back, by a task of its own. A
//! child's check-in takes and gives back about twenty, so that was one of five ways to the database. Here a connection that
//! was left in the middle of something (its user gone, its transaction open, itself broken) is not kept, and nothing is
//! asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long one waits for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// One that nobody needed for so long is closed.
const UNUSED: Duration = Duration::from_secs(600);

/// Idle connections, and the places for those in use.
#[derive(Debug)]
pub(in crate::store) struct Pool<C> {
    idle: Arc<Mutex<Vec<(C, Instant)>>>,
    places: Arc<Semaphore>,
}

impl<C> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self { idle: Arc::clone(&self.idle), places: Arc::clone(&self.places) }
    }
}

impl<C> Pool<C> {
    /// Opens none yet.
    pub(super) fn new(most: usize) -> Self {
        Self { idle: Arc::default(), places: Arc::new(Semaphore::new(most)) }
    }

    /// A place, waited for, with the connection that was used last and since when it is idle, if there is one.
    pub(super) async fn take(&self) -> Result<(Taken<C>, Option<Duration>), Error> {
        let waiting = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| Error::PoolTimedOut)?;
        let place = place.map_err(|_| Error::PoolClosed)?;
        let last = self.idle().pop();
        let idle_for = last.as_ref().map(|(_, since)| since.elapsed());
        Ok((Taken { conn: last.map(|(conn, _)| conn), pool: self.clone(), _place: place }, idle_for))
    }

    /// Gives out no more; those that were idle.
    pub(super) fn close(&self) -> Vec<C> {
        self.places.close();
        std::mem::take(&mut *self.idle()).into_iter().map(|(conn, _)| conn).collect()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(C, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use; it goes back when this value goes.
#[derive(Debug)]
pub(super) struct Taken<C> {
    conn: Option<C>,
    pool: Pool<C>,
    _place: OwnedSemaphorePermit,
}

impl<C> Taken<C> {
    /// The connection.
    pub(super) fn get(&mut self) -> Result<&mut C, Error> {
        self.conn.as_mut().ok_or(Error::WorkerCrashed)
    }

    /// Puts a new one here.
    pub(super) fn put(&mut self, conn: C) {
        self.conn = Some(conn);
    }

    /// Never given out again.
    pub(super) fn discard(&mut self) {
        self.conn.take();
    }

    /// Nor are those that are idle now.
    pub(super) fn discard_all(&mut self) {
        self.discard();
        let idle = std::mem::take(&mut *self.pool.idle());
        drop(idle);
    }
}

impl<C> Drop for Taken<C> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take().filter(|_| !self.pool.places.is_closed()) else { return };
        let now = Instant::now();
        let mut idle = self.pool.idle();
        // The one that was used last is taken first, so those that were not needed stand at the front.
        let unused = idle.iter().take_while(|(_, since)| now.duration_since(*since) > UNUSED).count();
        idle.drain(..unused);
        idle.push((conn, now));
    }
}
