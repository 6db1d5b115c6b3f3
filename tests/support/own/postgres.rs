//! The tests' own PostgreSQL.

use sqlx::{Connection, Executor, PgConnection, Row};
use tests::{Database, Kind, cluster};

#[tokio::test]
async fn every_test_has_a_database_of_its_own() {
    let (one, other) = (Database::empty(Kind::Postgres).await, Database::empty(Kind::Postgres).await);
    assert_ne!(one.url, other.url);
    let mut connection = PgConnection::connect(&one.url).await.unwrap();
    connection.execute("create table kept (n int)").await.unwrap();
    let mut beside = PgConnection::connect(&other.url).await.unwrap();
    assert!(beside.execute("select * from kept").await.is_err());
}

#[tokio::test]
async fn it_flushes_to_disk_as_in_production() {
    let database = Database::empty(Kind::Postgres).await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let row = connection.fetch_one(sqlx::AssertSqlSafe(format!("show {setting}"))).await.unwrap();
        assert_eq!(row.get::<String, _>(0), "on", "{setting}");
    }
}

#[tokio::test]
async fn a_cluster_of_its_own_survives_a_power_cut() {
    let cluster = cluster::Cluster::start();
    let database = Database::empty_on(&cluster).await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    connection.execute("create table kept (n int); insert into kept values (7)").await.unwrap();
    cluster.cut();
    assert!(PgConnection::connect(&database.url).await.is_err());
    cluster.resume();
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    assert_eq!(connection.fetch_one("select n from kept").await.unwrap().get::<i32, _>(0), 7);
}
