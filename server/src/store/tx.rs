//! A write transaction: a connection, the context it acts under, and the audit row it owes.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use uuid::Uuid;

use super::backend::{Backend, Conn, Reads, Reference};
use super::{StoreError, audit};
use crate::ctx::Ctx;
use crate::meters::{self, Part};
use crate::seal::field::Sealer;
use crate::{Error, Result};

/// The future of a unit of work: `Box::pin(async move { … })`.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>;

/// What is being done, for the audit trail.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// A verb of the domain, `referral.claim`.
    pub action: &'static str,
    /// Where the record of it stands.
    trail: Trail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trail {
    /// A row in the audit table.
    Row,
    /// The changed row itself says who and when and is never overwritten.
    Itself,
}

impl Act {
    /// An act that leaves an audit row.
    pub const fn new(action: &'static str) -> Self {
        Self { action, trail: Trail::Row }
    }

    /// An act whose own rows are append-only and name actor and instant (an answer, a session's last use):
    /// a second record of it would double the database and tell nothing more.
    pub const fn recorded_in_itself(action: &'static str) -> Self {
        Self { action, trail: Trail::Itself }
    }
}

/// A write transaction. Dereferences to its connection.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    ctx: Arc<Ctx>,
    subject: Option<(&'static str, Uuid)>,
    detail: String,
    /// Read once for a unit of work that removes many rows.
    references: Option<Arc<Vec<Reference>>>,
}

impl Tx {
    pub(super) fn new(conn: Conn, ctx: Arc<Ctx>) -> Self {
        Self { conn, ctx, subject: None, detail: String::new(), references: None }
    }

    /// The context this transaction acts under. Shared, so that it can be held while the connection is used.
    pub fn ctx(&self) -> Arc<Ctx> {
        Arc::clone(&self.ctx)
    }

    /// Names whom or what the act is about.
    pub fn about(&mut self, kind: &'static str, id: Uuid) {
        self.subject = Some((kind, id));
    }

    /// Adds a detail to the audit row: words of the domain, never a name, an answer or a score.
    pub fn detail(&mut self, detail: impl Into<String>) {
        self.detail = detail.into();
    }

    /// Writes one more row of the trail, for a part of this act that is about somebody of its own.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses it.
    pub async fn also(
        &mut self,
        action: &'static str,
        (kind, id): (&'static str, Uuid),
        detail: &str,
    ) -> std::result::Result<(), StoreError> {
        let ctx = self.ctx();
        audit::add(&mut self.conn, &ctx, action, Some((kind, id)), detail).await
    }

    /// Which column points to which, as the database says at the beginning of this unit of work.
    pub(super) async fn lineage(&mut self) -> std::result::Result<Arc<Vec<Reference>>, StoreError> {
        if let Some(known) = &self.references {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(self.conn.references().await?);
        self.references = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Runs one unit of work and writes its audit row.
    pub(super) async fn perform<T, W>(&mut self, ctx: Arc<Ctx>, act: Act, work: &W) -> Result<T>
    where
        W: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync,
    {
        self.ctx = ctx;
        self.subject = None;
        self.detail.clear();
        self.references = None;
        let done = work(self).await?;
        if act.trail == Trail::Row {
            let (ctx, subject, detail) = (self.ctx(), self.subject, std::mem::take(&mut self.detail));
            audit::add(&mut self.conn, &ctx, act.action, subject, &detail).await?;
        }
        Ok(done)
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// One unit of work in a transaction of its own, tried again when another one was in the way.
pub(super) async fn run_alone<T, W>(
    backend: &Backend,
    sealer: &Sealer,
    ctx: &Arc<Ctx>,
    act: Act,
    work: &W,
    tries: u32,
) -> Result<T>
where
    W: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync,
{
    let mut attempt = 1;
    loop {
        let conn = backend.connection(sealer, Reads::Anything, ctx.actor.walled_in()).await?;
        let mut tx = Tx::new(conn, Arc::clone(ctx));
        tx.conn.begin().await?;
        // A panic is an error like any other: the transaction is rolled back before anybody is told.
        let performed = AssertUnwindSafe(tx.perform(Arc::clone(ctx), act, work)).catch_unwind().await;
        let outcome = match performed.unwrap_or(Err(StoreError::Panicked.into())) {
            Ok(done) => {
                let begun = Instant::now();
                let committed = tx.conn.end("commit").await;
                if committed.is_ok() {
                    meters::COMMITS.took(begun.elapsed());
                    meters::UNITS_PER_COMMIT.add(1);
                    meters::beat(Part::Writer);
                }
                committed.map(|()| done).map_err(Error::from)
            }
            Err(error) => Err(error),
        };
        let Err(error) = outcome else { return outcome };
        // The transaction may already be gone with its connection; that is a rollback too.
        let _ = tx.conn.end("rollback").await;
        match error {
            Error::Store(ref store) if store.is_retryable() && attempt < tries => {
                let jitter = u64::from(ctx.id().as_bytes()[15]) % 16;
                tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 8 + jitter)).await;
                attempt += 1;
            }
            other => return Err(other),
        }
    }
}
