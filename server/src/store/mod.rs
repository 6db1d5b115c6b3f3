//! SQL and nothing else. [`Store::write`] is the only way to change data, and it carries the promises:
//!
//! 1. The work runs in a task of its own: a dropped request cannot cancel it half-way.
//! 2. Embedded, one writer takes waiting units together: a savepoint for each, one synced commit for all.
//!    On a database server each unit is its own transaction, tried again on a serialisation failure.
//! 3. The audit row is written in the same transaction; if it fails, the act fails.
//! 4. It returns only after COMMIT.

mod backend;
mod error;
mod group_commit;
mod tx;
mod types;

pub mod administrations;
pub mod audit;
pub mod cards;
pub mod children;
pub mod closings;
pub mod concerns;
pub mod contacts;
pub mod deliveries;
pub mod duty;
pub mod gaps;
pub mod hand_overs;
pub mod outbox;
pub mod outside;
pub mod places;
pub mod plans;
pub mod queue;
pub mod referrals;
pub mod releases;
pub mod responses;
pub mod rule_settings;
pub mod sessions;
pub mod users;
pub mod windows;

pub use backend::{Conn, Record};
pub use error::StoreError;
pub use tx::{Act, Tx, Work};
pub use types::Val;
pub(crate) use types::args;

use std::sync::Arc;

use crate::ctx::Ctx;
use crate::{Error, Result};
use backend::Backend;

/// The store: cheap to clone, shared by all.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Backend,
    /// Present when one writer takes all units of work.
    writer: Option<group_commit::Writer>,
}

/// How often a unit of work is tried again when another transaction was in the way.
const TRIES: u32 = 6;

impl Store {
    /// Opens the database, checks that its settings lose nothing, and brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with a sentence that says what to do.
    pub async fn open(url: &str) -> std::result::Result<Self, StoreError> {
        let backend = Backend::open(url).await?;
        backend.migrate().await?;
        let writer = backend.writer().await?.map(group_commit::Writer::start);
        Ok(Self { backend, writer })
    }

    /// The database product's name.
    pub fn product(&self) -> &'static str {
        self.backend.name()
    }

    /// Changes data: runs `work` in a transaction with its audit row and returns after COMMIT.
    ///
    /// `work` may run more than once (after a serialisation failure), so it holds no state of its own.
    ///
    /// # Errors
    /// Whatever `work` returns, or [`StoreError`]; in either case nothing was changed.
    pub async fn write<T, W>(&self, ctx: &Ctx, act: Act, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
    {
        let ctx = Arc::new(ctx.clone());
        match &self.writer {
            Some(writer) => writer.run(ctx, act, work).await,
            None => {
                let backend = self.backend.clone();
                // Detached: sqlx leaks an open transaction when `begin` is cancelled, and the next borrower's
                // acknowledged write would vanish with it.
                tokio::spawn(async move { tx::run_alone(&backend, &ctx, act, &work, TRIES).await })
                    .await
                    .map_err(|_| Error::Store(StoreError::Panicked))?
            }
        }
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// [`StoreError`] when none can be had in time.
    pub async fn read(&self, _ctx: &Ctx) -> Result<Conn> {
        Ok(self.backend.connection().await?)
    }

    /// Finishes what was accepted and closes every connection.
    pub async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.backend.close().await;
    }
}
