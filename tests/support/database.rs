//! A fresh database for each test.

use std::sync::Arc;

use sqlx::{Connection, Executor, PgConnection};

use crate::cluster::OWNER;
use crate::place::{self, Scratch};
use crate::{cluster, program};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The embedded default.
    Sqlite,
    /// Many nodes on one database.
    Postgres,
}

/// A database of one test's own; it goes when the last clone does.
#[derive(Debug, Clone)]
pub struct Database {
    /// For `FIRSTLIGHT__DATABASE__URL`.
    pub url: String,
    /// Which one it is.
    pub kind: Kind,
    _own: Arc<Own>,
}

#[derive(Debug)]
enum Own {
    File(#[allow(dead_code, reason = "removed on drop")] Scratch),
    Inside { address: String, name: String },
}

impl Database {
    /// Without any table.
    pub async fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::file(|_| ()),
            Kind::Postgres => Self::on_cluster(cluster::shared(), None).await,
        }
    }

    /// With every migration done. On PostgreSQL a copy, made once, of one that `firstlight migrate` set up.
    pub async fn migrated(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => {
                let database = Self::file(|_| ());
                program::firstlight(&["migrate"], &database.settings()).succeeded();
                database
            }
            Kind::Postgres => {
                let template = template("migrated", |url| {
                    program::firstlight(&["migrate"], &[("FIRSTLIGHT__DATABASE__URL".into(), url)])
                        .succeeded();
                });
                Self::on_cluster(cluster::shared(), Some(&template.await)).await
            }
        }
    }

    /// On a cluster of the test's own.
    pub async fn empty_on(cluster: &cluster::Cluster) -> Self {
        Self::on_cluster(&cluster.address(), None).await
    }

    /// A SQLite file in a folder of its own, into which `fill` may put something first.
    pub(crate) fn file(fill: impl FnOnce(&std::path::Path)) -> Self {
        let own = Scratch::new();
        fill(own.path());
        let url = format!("sqlite://{}", own.path().join("firstlight.db").display());
        Self { url, kind: Kind::Sqlite, _own: Arc::new(Own::File(own)) }
    }

    /// A database of a cluster, as a copy of `template` if there is one.
    pub(crate) async fn on_cluster(address: &str, template: Option<&str>) -> Self {
        let name = format!("fl_{}", place::unique());
        let copy = template.map(|template| format!(" template {template}")).unwrap_or_default();
        command(address, &format!("create database {name} owner {OWNER}{copy}")).await;
        let url = url_of(address, &name);
        Self { url, kind: Kind::Postgres, _own: Arc::new(Own::Inside { address: address.into(), name }) }
    }

    /// A copy of an embedded one that nobody has open.
    pub fn copied(&self) -> Self {
        let path = self.url.strip_prefix("sqlite://").expect("an embedded database");
        Self::file(|folder| {
            std::fs::copy(path, folder.join("firstlight.db")).unwrap();
        })
    }

    /// The setting that points `firstlight` at it.
    pub fn settings(&self) -> Vec<(String, String)> {
        vec![("FIRSTLIGHT__DATABASE__URL".into(), self.url.clone())]
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let Self::Inside { address, name } = self else { return };
        let (address, name) = (address.clone(), name.clone());
        // A test's runtime may be at its end here, so this takes one of its own, on a thread of its own.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // The whole cluster goes soon; a database that stays till then does no harm.
                if let Ok(mut connection) = PgConnection::connect(&format!("{address}/postgres")).await {
                    let drop = format!("drop database if exists {name} with (force)");
                    let _ = connection.execute(sqlx::AssertSqlSafe(drop)).await;
                }
            });
        });
        let _ = dropping.join();
    }
}

/// A database to copy from, filled once by `fill`, known by `name` and the executable that filled it.
pub(crate) async fn template(name: &str, fill: impl FnOnce(String)) -> String {
    let address = cluster::shared();
    let template = format!("template_{name}_{}", program::build_id());
    let _filling = place::lock(&place::shared("postgres").join(format!("{template}.lock")));
    let known = format!("select 1 from pg_database where datname = '{template}'");
    if rows(address, &known).await > 0 {
        return template;
    }
    let unfinished = format!("unfinished_{}", place::unique());
    command(address, &format!("create database {unfinished} owner {OWNER}")).await;
    fill(url_of(address, &unfinished));
    command(address, &format!("alter database {unfinished} rename to {template}")).await;
    template
}

/// A database's address for `firstlight`, which is no superuser.
fn url_of(address: &str, database: &str) -> String {
    let (_, place) = address.split_once('@').expect("an address with a user");
    format!("postgres://{OWNER}@{place}/{database}")
}

async fn command(address: &str, sql: &str) {
    rows(address, sql).await;
}

async fn rows(address: &str, sql: &str) -> usize {
    let mut connection = PgConnection::connect(&format!("{address}/postgres"))
        .await
        .unwrap_or_else(|error| panic!("connecting to {address}: {error}"));
    let rows = connection
        .fetch_all(sqlx::AssertSqlSafe(sql.to_owned()))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.len()
}
