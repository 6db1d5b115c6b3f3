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

pub mod accounts;
pub mod administrations;
pub mod areas;
pub mod audit;
pub mod audit_chain;
pub mod backups;
pub mod break_glass;
pub mod capacity;
pub mod cards;
pub mod child_keys;
pub mod children;
pub mod closings;
pub mod concerns;
pub mod consent;
pub mod contacts;
pub mod corrections;
pub mod deliveries;
pub mod drafts;
pub mod duty;
pub mod erasure;
pub mod gaps;
pub mod guardian_letters;
pub mod hand_overs;
pub mod hands;
pub mod identities;
pub mod informants;
pub mod legal_holds;
mod lineage;
pub mod logistics;
pub mod looks;
pub mod mandatory;
pub mod master_key;
mod names;
pub mod outbox;
pub mod outside;
pub mod passkeys;
pub mod places;
pub mod plans;
pub mod queue;
pub mod referrals;
pub mod rehearsals;
pub mod releases;
pub mod rescreens;
pub mod research;
pub mod responses;
pub mod retention;
pub mod retention_changes;
pub mod rosters;
pub mod rule_settings;
pub mod rule_trials;
pub mod sealed;
pub mod sessions;
pub mod sitting_room;
pub mod tombstones;
pub mod transfers;
pub mod users;
pub mod window_plans;
pub mod windows;

pub use backend::{Conn, Record};
pub use error::StoreError;
pub use tx::{Act, Tx, Work};
pub use types::Val;
pub(crate) use types::args;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ctx::{Actor, Ctx};
use crate::meters;
use crate::seal::field::Sealer;
use crate::{Error, Result};
use backend::{Backend, Reads};
use tracing::Instrument;

/// The store: cheap to clone, shared by all.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Arc<Backend>,
    /// Present when one writer takes all units of work.
    writer: Option<group_commit::Writer>,
    /// The keys of sealed values.
    sealer: Sealer,
    changes: Arc<AtomicU64>,
}

/// How often a unit of work is tried again when another transaction was in the way.
const TRIES: u32 = 6;

impl Store {
    /// Opens the database, checks that its settings lose nothing, and brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with a sentence that says what to do.
    pub async fn open(url: &str, sealer: Sealer) -> std::result::Result<Self, StoreError> {
        let backend = Backend::open(url).await?;
        backend.migrate().await?;
        let writer = backend.writer(&sealer)?.map(group_commit::Writer::start).transpose()?;
        Ok(Self { backend: Arc::new(backend), writer, sealer, changes: Arc::default() })
    }

    /// The database product's name.
    pub fn product(&self) -> &'static str {
        self.backend.name()
    }

    /// Whether units of work are done one after the other, as in an embedded database.
    pub(crate) fn has_one_writer(&self) -> bool {
        self.writer.is_some()
    }

    /// The keys of sealed values.
    pub(crate) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// A consistent copy of the database in a file of its own, while others read and write.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the database has tools of its own for it.
    pub async fn copy_to(&self, file: &std::path::Path) -> std::result::Result<(), StoreError> {
        self.backend.copy_to(file).await
    }

    /// Takes what was removed out of the database's log of writes; tells whether nothing was in the way.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be written back.
    pub(crate) async fn scrub(&self) -> std::result::Result<bool, StoreError> {
        self.backend.scrub().await
    }

    /// The file of an embedded database's address; none for a database server, which has backups of its own.
    pub fn file_of(url: &str) -> Option<std::path::PathBuf> {
        backend::file_of(url)
    }

    /// The address of an embedded database's file.
    pub fn url_of(file: &std::path::Path) -> String {
        backend::url_of(file)
    }

    /// How many rows each table of a database file has, and what is wrong with the file; nothing is changed in it.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn examine(
        file: &std::path::Path,
    ) -> std::result::Result<(Vec<(String, i64)>, Vec<String>), StoreError> {
        let backend = Backend::open(&backend::url_of(file)).await?;
        let found = backend.examine().await;
        backend.close().await;
        found
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
        let by_staff = matches!(ctx.actor, Actor::Staff(_) | Actor::Console);
        let ctx = Arc::new(ctx.clone());
        let done = match &self.writer {
            Some(writer) => writer.run(ctx, act, work).await,
            None => {
                let (backend, sealer) = (Arc::clone(&self.backend), self.sealer.clone());
                // Detached: sqlx leaks an open transaction when `begin` is cancelled, and the next borrower's
                // acknowledged write would vanish with it.
                let work = async move { tx::run_alone(&backend, &sealer, &ctx, act, &work, TRIES).await };
                tokio::spawn(work.in_current_span()).await.unwrap_or(Err(Error::Store(StoreError::Panicked)))
            }
        };
        if let Err(Error::Store(error)) = &done {
            meters::refused(error);
        }
        if by_staff {
            self.changes.fetch_add(1, Ordering::Release);
        }
        done
    }

    /// How often staff have written something through this process: what children write counts for nothing here. Whoever
    /// keeps for a moment what only staff change (a rota) compares it.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// [`StoreError`] when none can be had in time.
    pub async fn read(&self, ctx: &Ctx) -> Result<Conn> {
        // A child, and whoever has not signed in yet, asks for a few rows by their keys. What staff, jobs and commands ask
        // for may take long and must hold up nobody.
        let reads = match ctx.actor {
            Actor::Student(_) | Actor::Nobody => Reads::ByKey,
            Actor::Staff(_) | Actor::Job(_) | Actor::Console => Reads::Anything,
        };
        Ok(self.backend.connection(&self.sealer, reads, ctx.actor.walled_in()).await?)
    }

    /// Finishes what was accepted and closes every connection.
    pub async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.backend.close().await;
    }
}
