//! Connections to PostgreSQL that say for which district they act: its row security lets them see nothing of another
//! (AZ-05). A district is named when a connection is made, so that naming it costs no way to the database and back.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::pool::{PATIENCE, Pool, Taken};
use crate::model::DistrictId;
use crate::store::StoreError;

/// Prepared statements that a connection keeps: more than there are texts of what a child's check-in asks, or the oldest
/// would be taken apart and planned anew each time.
const STATEMENTS: usize = 256;

/// Connections at once of each kind.
const CONNECTIONS: usize = 16;
/// One that was used a moment ago is alive; asking it costs a way to the database and back each time.
const SURELY_ALIVE: Duration = Duration::from_secs(5);
/// Between two tries to connect to a database that starts.
const PAUSE: Duration = Duration::from_millis(100);

/// Connections, apart by what they may see.
#[derive(Debug)]
pub(in crate::store) struct Walled {
    options: PgConnectOptions,
    /// Every district: for jobs, commands and children, and before somebody has signed in.
    everything: Kind,
    /// The oldest district, which is the only one of most installations.
    home: OnceCell<(DistrictId, Kind)>,
    /// Any other, and rehearsals: named anew each time, since there may be hundreds.
    guests: Kind,
}

/// Connections that see the same.
#[derive(Debug)]
struct Kind {
    options: PgConnectOptions,
    pool: Pool<PgConnection>,
}

impl Walled {
    /// Connects, and says where the walls would not hold.
    pub(super) async fn connect(options: PgConnectOptions) -> Result<Self, StoreError> {
        let options = options.statement_cache_capacity(STATEMENTS);
        let everything = Kind::new(options.clone().options([("firstlight.district", "*")]));
        let mut first = everything
            .lease()
            .await
            .map_err(|e| StoreError::Refused(format!("cannot reach the PostgreSQL database: {e}")))?;
        let (walks_through,): (bool,) =
            sqlx::query_as("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
                .fetch_one(first.conn()?)
                .await?;
        first.is_whole();
        if walks_through {
            tracing::warn!(
                "the PostgreSQL role of database.url is a superuser or bypasses row security: the second wall between \
                 districts does not stand. Create a plain role that owns the database"
            );
        }
        let guests = Kind::new(options.clone());
        Ok(Self { options, everything, home: OnceCell::new(), guests })
    }

    /// A connection that sees this district alone, or all of them.
    pub(super) async fn connection(&self, district: Option<DistrictId>) -> Result<Leased, StoreError> {
        let Some(district) = district else { return Ok(self.everything.lease().await?) };
        if let Ok((home, own)) = self.home.get_or_try_init(|| self.open_home()).await
            && *home == district
        {
            return Ok(own.lease().await?);
        }
        let mut guest = self.guests.lease().await?;
        sqlx::query("select set_config('firstlight.district', $1, false)")
            .bind(district.0.to_string())
            .execute(guest.conn()?)
            .await?;
        guest.is_whole();
        Ok(guest)
    }

    /// Connections for the oldest district; fails where there is none yet, and is tried again the next time.
    async fn open_home(&self) -> Result<(DistrictId, Kind), Error> {
        let mut conn = self.everything.lease().await?;
        let (home,): (DistrictId,) = sqlx::query_as(
            "select id from districts where practice_of is null order by created_at, id limit 1",
        )
        .fetch_one(conn.conn()?)
        .await?;
        conn.is_whole();
        Ok((home, Kind::new(self.options.clone().options([("firstlight.district", home.0.to_string())]))))
    }

    pub(super) async fn close(&self) {
        let home = self.home.get().map(|(_, own)| own);
        for kind in [Some(&self.guests), home, Some(&self.everything)].into_iter().flatten() {
            for conn in kind.pool.close() {
                let _ = conn.close().await;
            }
        }
    }
}

impl Kind {
    fn new(options: PgConnectOptions) -> Self {
        Self { options, pool: Pool::new(CONNECTIONS) }
    }

    async fn lease(&self) -> Result<Leased, Error> {
        let (mut taken, idle_for) = self.pool.take().await?;
        if idle_for.is_some_and(|idle| idle > SURELY_ALIVE) && taken.get()?.ping().await.is_err() {
            taken.discard();
        }
        if taken.get().is_err() {
            taken.put(self.open().await?);
        }
        Ok(Leased { taken, whole: true, in_transaction: false })
    }

    /// A new connection. A database that starts just now refuses at first.
    async fn open(&self) -> Result<PgConnection, Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            let opened = tokio::time::timeout_at(until, self.options.connect()).await;
            match opened.map_err(|_| Error::PoolTimedOut)? {
                Err(error) if starts(&error) && Instant::now() + PAUSE < until => {
                    tokio::time::sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }
}

/// Whether a database may be there in a moment: nobody listens, too_many_connections, cannot_connect_now.
fn starts(error: &Error) -> bool {
    match error {
        Error::Io(io) => io.kind() == std::io::ErrorKind::ConnectionRefused,
        Error::Database(db) => db.code().is_some_and(|code| code == "53300" || code == "57P03"),
        _ => false,
    }
}

/// A connection in use. It is kept for the next only when nothing of this use is left in it (REL-03).
#[derive(Debug)]
pub(super) struct Leased {
    taken: Taken<PgConnection>,
    /// No statement is under way: one whose user has gone leaves its answer behind.
    whole: bool,
    in_transaction: bool,
}

impl Leased {
    /// The connection, for one use: whoever is done with it says so.
    pub(super) fn conn(&mut self) -> Result<&mut PgConnection, Error> {
        let conn = self.taken.get()?;
        self.whole = false;
        Ok(conn)
    }

    /// A statement was answered.
    pub(super) fn is_whole(&mut self) {
        self.whole = true;
    }

    /// A statement was answered, or failed in this way.
    pub(super) fn answered<T>(&mut self, done: &Result<T, StoreError>) {
        let gone = match done {
            Err(StoreError::Failed(error)) => error,
            Err(StoreError::Disk(error)) => error.as_ref(),
            _ => return self.is_whole(),
        };
        if matches!(gone, Error::Database(_)) {
            self.taken.discard();
        } else {
            // The database itself may have gone, and the others with it: new ones cost little.
            self.taken.discard_all();
        }
    }

    /// A transaction has begun or ended.
    pub(super) fn is_in_transaction(&mut self, is: bool) {
        self.in_transaction = is;
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        if !self.whole || self.in_transaction {
            self.taken.discard();
        }
    }
}
