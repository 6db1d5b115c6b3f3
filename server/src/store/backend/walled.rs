//! Connections to PostgreSQL that say for which district they act: its row security lets them see nothing of another
//! (AZ-05). A district is named when a connection is made, so that naming it costs no way to the database and back.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres};
use tokio::sync::OnceCell;

use crate::model::DistrictId;
use crate::store::StoreError;

/// Prepared statements that a connection keeps: more than there are texts of what a child's check-in asks, or the oldest
/// would be taken apart and planned anew each time.
const STATEMENTS: usize = 256;

/// Pools of connections, apart by what they may see.
#[derive(Debug)]
pub(in crate::store) struct Walled {
    options: PgConnectOptions,
    /// Every district: for jobs, commands and children, and before somebody has signed in.
    everything: PgPool,
    /// The oldest district, which is the only one of most installations.
    home: OnceCell<(DistrictId, PgPool)>,
    /// Any other, and rehearsals: named anew each time, since there may be hundreds.
    guests: PgPool,
}

impl Walled {
    /// Connects, and says where the walls would not hold.
    pub(super) async fn connect(options: PgConnectOptions) -> Result<Self, StoreError> {
        let options = options.statement_cache_capacity(STATEMENTS);
        let everything = pool(16)
            .connect_with(options.clone().options([("firstlight.district", "*")]))
            .await
            .map_err(|e| StoreError::Refused(format!("cannot reach the PostgreSQL database: {e}")))?;
        let (walks_through,): (bool,) =
            sqlx::query_as("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
                .fetch_one(&everything)
                .await?;
        if walks_through {
            tracing::warn!(
                "the PostgreSQL role of database.url is a superuser or bypasses row security: the second wall between \
                 districts does not stand. Create a plain role that owns the database"
            );
        }
        let guests = pool(16).connect_lazy_with(options.clone());
        Ok(Self { options, everything, home: OnceCell::new(), guests })
    }

    /// Connections that see every district.
    pub(super) fn everything(&self) -> &PgPool {
        &self.everything
    }

    /// A connection that sees this district alone, or all of them.
    pub(super) async fn connection(
        &self,
        district: Option<DistrictId>,
    ) -> Result<PoolConnection<Postgres>, StoreError> {
        let Some(district) = district else { return Ok(self.everything.acquire().await?) };
        if let Ok((home, own)) = self.home.get_or_try_init(|| self.open_home()).await
            && *home == district
        {
            return Ok(own.acquire().await?);
        }
        let mut guest = self.guests.acquire().await?;
        sqlx::query("select set_config('firstlight.district', $1, false)")
            .bind(district.0.to_string())
            .execute(&mut *guest)
            .await?;
        Ok(guest)
    }

    /// A pool for the oldest district; fails where there is none yet, and is tried again the next time.
    async fn open_home(&self) -> Result<(DistrictId, PgPool), sqlx::Error> {
        let (home,): (DistrictId,) = sqlx::query_as(
            "select id from districts where practice_of is null order by created_at, id limit 1",
        )
        .fetch_one(&self.everything)
        .await?;
        let named = self.options.clone().options([("firstlight.district", home.0.to_string())]);
        Ok((home, pool(16).connect_lazy_with(named)))
    }

    pub(super) async fn close(&self) {
        self.guests.close().await;
        if let Some((_, own)) = self.home.get() {
            own.close().await;
        }
        self.everything.close().await;
    }
}

fn pool(most: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(10))
        // One that was used a moment ago is alive; asking it costs a way to the database and back each time.
        .test_before_acquire(false)
        .before_acquire(|conn, about| {
            Box::pin(async move {
                if about.idle_for > Duration::from_secs(5) {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
}
