//! Databases that Firstlight will not work with are refused with a sentence that says what to do.

use server::store::{Store, StoreError};
use tests::{Database, Kind, on_both_databases};

async fn refusal(url: &str) -> String {
    match Store::open(url, crate::town::sealer()).await {
        Err(StoreError::Refused(words)) => words,
        Err(other) => panic!("not a refusal: {other:?}"),
        Ok(_) => panic!("{url} was taken"),
    }
}

on_both_databases! {
    /// REL-19.
    async fn a_database_newer_than_the_program_is_refused(kind: Kind) {
        let database = Database::migrated(kind).await;
        sqlx::any::install_default_drivers();
        let mut conn = <sqlx::AnyConnection as sqlx::Connection>::connect(&database.url).await.unwrap();
        let (success, checksum) = match kind {
            Kind::Sqlite => ("1", "x'00'"),
            Kind::Postgres => ("true", "'\\x00'"),
        };
        let sql = format!(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             values (9999, 'from the future', {success}, {checksum}, 1)"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
        let words = refusal(&database.url).await;
        assert!(words.contains("newer than the program"), "{words}");
    }
}

#[tokio::test]
async fn an_address_of_another_product_or_of_nothing_is_refused_by_name() {
    assert!(refusal("mysql://root@localhost/x").await.contains("neither sqlite://FILE nor postgres://"));
    assert!(
        refusal("postgres://nobody@127.0.0.1:1/none").await.contains("cannot reach the PostgreSQL database")
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("letter.db");
    let text = "Dear school, this is a letter and no database at all. ".repeat(40);
    std::fs::write(&file, &text).unwrap();
    let words = refusal(&format!("sqlite://{}", file.display())).await;
    assert!(words.contains("letter.db"), "{words}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// REL-02: what the server was told for this database counts, whoever told it.
#[tokio::test]
async fn a_postgres_that_may_lose_an_acknowledged_answer_is_refused_by_name() {
    for value in ["off", "local"] {
        let database = Database::migrated(Kind::Postgres).await;
        sqlx::any::install_default_drivers();
        let mut conn = <sqlx::AnyConnection as sqlx::Connection>::connect(&database.url).await.unwrap();
        let (name,): (String,) =
            sqlx::query_as("select cast(current_database() as text)").fetch_one(&mut conn).await.unwrap();
        let sql = format!("alter database \"{name}\" set synchronous_commit = {value}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
        let words = refusal(&database.url).await;
        assert!(words.contains(&format!("synchronous_commit = {value}")), "{words}");
    }
}
