//! The one writer of an embedded database: it takes waiting units of work together, gives each a savepoint,
//! syncs them with one commit, and answers each caller after that commit.
//!
//! A synced commit costs the same for one unit as for a hundred, so a class that presses Next at once waits
//! for one sync and not for thirty.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::Instrument;

use super::StoreError;
use super::backend::Conn;
use super::tx::{Act, Tx, Work};
use crate::ctx::Ctx;
use crate::meters::{self, Part};
use crate::{Error, Result};

/// How many units may share one commit. More would make the first wait for the last.
const BATCH: usize = 128;
/// How many may wait before callers are held back.
const QUEUE: usize = 4096;

type Done = Box<dyn Any + Send>;
type Unit =
    Box<dyn for<'t> Fn(&'t mut Tx) -> Pin<Box<dyn Future<Output = Result<Done>> + Send + 't>> + Send + Sync>;

struct Waiting {
    unit: Unit,
    answer: oneshot::Sender<Result<Done>>,
}

/// A handle to the writer.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: Arc<Mutex<Option<mpsc::Sender<Waiting>>>>,
    sender: mpsc::WeakSender<Waiting>,
    ended: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
}

impl Writer {
    /// Starts the thread that owns the writing connection. A thread of its own: its statements work where they are called
    /// and its commits wait for the disk, and neither may hold up a request.
    pub(super) fn start(conn: Conn) -> std::result::Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let sender = queue.downgrade();
        let (end, ended) = oneshot::channel();
        let runtime = Handle::current();
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || {
                runtime.block_on(write_all(conn, waiting));
                let _ = end.send(());
            })
            .map_err(|error| {
                StoreError::Refused(format!("the writer's thread cannot be started: {error}"))
            })?;
        Ok(Self {
            queue: Arc::new(Mutex::new(Some(queue))),
            sender,
            ended: Arc::new(Mutex::new(Some(ended))),
        })
    }

    /// Hands in a unit of work and waits for the commit that holds it. When the caller goes away, the work is
    /// done all the same.
    pub(super) async fn run<T, W>(&self, ctx: Arc<Ctx>, act: Act, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        // What the work logs stands under its request.
        let span = tracing::Span::current();
        let unit: Unit = Box::new(move |tx| {
            let (ctx, work) = (Arc::clone(&ctx), Arc::clone(&work));
            let span = span.clone();
            Box::pin(
                async move { Ok(Box::new(tx.perform(ctx, act, &*work).await?) as Done) }.instrument(span),
            )
        });
        let (answer, answered) = oneshot::channel();
        let queue = self.sender.upgrade().ok_or(StoreError::Closed)?;
        queue.send(Waiting { unit, answer }).await.map_err(|_| StoreError::Closed)?;
        drop(queue);
        let done = answered.await.map_err(|_| StoreError::Closed)??;
        done.downcast::<T>().map(|done| *done).map_err(|_| Error::Store(StoreError::Panicked))
    }

    /// Takes no more work, finishes what was accepted and closes the connection.
    pub(super) async fn close(&self) {
        self.queue.lock().await.take();
        let ended = self.ended.lock().await.take();
        if let Some(ended) = ended {
            let _ = ended.await;
        }
    }
}

async fn write_all(conn: Conn, mut waiting: mpsc::Receiver<Waiting>) {
    let mut tx = Tx::new(
        conn,
        Arc::new(Ctx::at(crate::ctx::Actor::Job("writer"), crate::model::Instant::from_millis(0))),
    );
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        commit_together(&mut tx, &mut batch).await;
    }
}

/// One transaction for the whole batch. Each caller is answered only after the commit, with its own result.
async fn commit_together(tx: &mut Tx, batch: &mut Vec<Waiting>) {
    if let Err(error) = begin(tx).await {
        told(&error, batch.len());
        let shared = error.shared();
        // The cause goes to the first caller; the others learn that nothing was saved.
        let mut error = Some(error);
        for waiting in batch.drain(..) {
            let _ = waiting.answer.send(Err(error.take().unwrap_or_else(|| shared.shared()).into()));
        }
        return;
    }
    let begun = Instant::now();
    let units = batch.len() as u64;
    let mut results = Vec::with_capacity(batch.len());
    let mut broken = false;
    // Why nothing of this commit stands, for everybody in it.
    let mut cause = None;
    // A unit alone needs no savepoint: undoing it is undoing the transaction.
    let alone = batch.len() == 1;
    let mut savepoint = Savepoint::None;
    for waiting in batch.drain(..) {
        let outcome = if broken {
            Err(shared_of(cause.as_ref()).into())
        } else if alone {
            let outcome = perform(tx, &waiting.unit).await;
            broken = outcome.is_err();
            outcome
        } else {
            in_savepoint(tx, &waiting.unit, &mut savepoint, &mut broken).await
        };
        if let Err(Error::Store(error @ StoreError::Disk(_))) = &outcome {
            cause.get_or_insert_with(|| error.shared());
        }
        results.push((waiting.answer, outcome));
    }
    let mut committed = false;
    if !broken {
        // In WAL a full disk shows here and nowhere earlier.
        match tx.run("commit", vec![]).await {
            Ok(_) => committed = true,
            Err(error) => cause = Some(error),
        }
    }
    if committed {
        meters::COMMITS.took(begun.elapsed());
        meters::UNITS_PER_COMMIT.add(units);
        meters::beat(Part::Writer);
    } else {
        if let Some(cause) = &cause {
            told(cause, results.len());
        }
        // After a disk error SQLite may already have rolled back by itself; then this does nothing.
        let _ = tx.run("rollback", vec![]).await;
    }
    for (answer, outcome) in results {
        let outcome =
            if committed { outcome } else { outcome.and_then(|_| Err(shared_of(cause.as_ref()).into())) };
        let _ = answer.send(outcome);
    }
}

/// What those learn whose commit did not happen.
fn shared_of(cause: Option<&StoreError>) -> StoreError {
    cause.map_or(StoreError::NotCommitted, StoreError::shared)
}

/// Once for each commit, however many units shared it.
fn told(error: &StoreError, units: usize) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::error!(%error, cause, units, "a commit failed; nothing of it was acknowledged");
}

/// Another process may hold the lock (a backup, a second command); wait for it rather than fail the child's answer.
async fn begin(tx: &mut Tx) -> std::result::Result<(), StoreError> {
    let mut tries = 0;
    loop {
        match tx.begin().await {
            Err(error) if error.is_retryable() && tries < 3 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => {
                // A transaction left over by a failed commit would make every later begin fail.
                let _ = tx.run("rollback", vec![]).await;
                return if tries == 0 && tx.is_alive().await && tx.begin().await.is_ok() {
                    Ok(())
                } else {
                    Err(error)
                };
            }
            Ok(()) => return Ok(()),
        }
    }
}

async fn perform(tx: &mut Tx, unit: &Unit) -> Result<Done> {
    AssertUnwindSafe(unit(tx)).catch_unwind().await.unwrap_or(Err(StoreError::Panicked.into()))
}

/// How the savepoint of a batch stands between two units.
enum Savepoint {
    None,
    /// The last unit's work stands behind it.
    Used,
    /// The last unit was undone up to it: the next one can have it.
    Clean,
}

/// Runs one unit; a failure undoes that unit alone. `broken` is set when the transaction itself is lost.
async fn in_savepoint(
    tx: &mut Tx,
    unit: &Unit,
    savepoint: &mut Savepoint,
    broken: &mut bool,
) -> Result<Done> {
    let made = match savepoint {
        Savepoint::None => tx.run("savepoint unit", vec![]).await.map(drop),
        Savepoint::Used => match tx.run("release unit", vec![]).await {
            Ok(_) => tx.run("savepoint unit", vec![]).await.map(drop),
            Err(error) => Err(error),
        },
        Savepoint::Clean => Ok(()),
    };
    if let Err(error) = made {
        *broken = true;
        return Err(error.into());
    }
    *savepoint = Savepoint::Used;
    let outcome = perform(tx, unit).await;
    let undone = match &outcome {
        Ok(_) => return outcome,
        // After a disk error SQLite may have given up the whole transaction.
        Err(Error::Store(StoreError::Disk(_))) => false,
        Err(_) => tx.run("rollback to unit", vec![]).await.is_ok(),
    };
    *savepoint = Savepoint::Clean;
    *broken = !undone;
    outcome
}
