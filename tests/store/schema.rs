//! Both schemas are one schema: the same tables with the same columns (wall 8).

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Connection};
use tests::{Database, Kind};

async fn columns(kind: Kind) -> BTreeMap<String, Vec<String>> {
    sqlx::any::install_default_drivers();
    let database = Database::migrated(kind).await;
    let mut conn = AnyConnection::connect(&database.url).await.unwrap();
    let sql = match kind {
        Kind::Sqlite => {
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' \
             and m.name not like 'sqlite_%' and m.name not like '\\_%' escape '\\'"
        }
        Kind::Postgres => {
            "select cast(table_name as text), cast(column_name as text) from information_schema.columns \
             where table_schema = 'public' and table_name not like '\\_%'"
        }
    };
    let rows: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut conn).await.unwrap();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows {
        tables.entry(table).or_default().push(column);
    }
    tables.values_mut().for_each(|columns| columns.sort());
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (columns(Kind::Sqlite).await, columns(Kind::Postgres).await);
    assert!(sqlite.len() > 20, "{}", sqlite.len());
    assert_eq!(sqlite, postgres);
}
