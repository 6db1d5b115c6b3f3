//! PostgreSQL's second wall between districts: a query that forgets whose data it asks for finds nothing of another
//! district (AZ-05).

use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::people::Role;
use server::model::{DistrictId, UserId};
use server::store::{Act, Store};
use tests::Kind;
use uuid::Uuid;

use crate::town::Town;

/// What stands on no side of a wall: names of districts, keys that are wrapped, beats, ceremonies of nobody yet, and ids of
/// acts that wait for their seal.
const OPEN: [&str; 9] = [
    "_sqlx_migrations",
    "audit_queue",
    "backups",
    "districts",
    "heartbeats",
    "kept_keys",
    "master_key",
    "oidc_requests",
    "passkey_challenges",
];

fn whole_district(role: Role, district: DistrictId) -> Ctx {
    Ctx::new(Actor::Staff(Staff {
        user: UserId(Uuid::new_v4()),
        district,
        name: String::new(),
        grants: vec![Grant { role, school: None }],
    }))
}

/// A text for the store, which takes none that was put together.
fn text(sql: String) -> &'static str {
    sql.leak()
}

async fn count(store: &Store, ctx: &Ctx, table: &str) -> i64 {
    let mut conn = store.read(ctx).await.unwrap();
    conn.first::<(i64,)>(text(format!("select count(*) from {table}")), vec![]).await.unwrap().unwrap().0
}

async fn changed(store: &Store, ctx: &Ctx, sql: &'static str) -> u64 {
    let done = store.write(ctx, Act::recorded_in_itself("test.change"), move |tx| {
        Box::pin(async move { Ok(tx.run(sql, vec![]).await?) })
    });
    done.await.unwrap()
}

#[tokio::test]
async fn without_any_check_of_the_program_a_district_finds_and_changes_nothing_of_another_az_05() {
    let town = Town::district(Kind::Postgres, 2, 240, 3).await;
    let store = &Store::open(&town.database.url, crate::town::sealer()).await.unwrap();
    let everybody = Ctx::new(Actor::Console);
    let mut conn = store.read(&everybody).await.unwrap();
    let here = server::store::places::first_district(&mut conn).await.unwrap().unwrap().0;
    let tables: Vec<(String, bool)> = conn
        .all(
            "select cast(c.relname as text), c.relrowsecurity and c.relforcerowsecurity from pg_class c join pg_namespace n \
             on n.oid = c.relnamespace where c.relkind = 'r' and n.nspname = current_schema() order by 1",
            vec![],
        )
        .await
        .unwrap();
    drop(conn);
    let (own, other) = (
        whole_district(Role::Administrator, here),
        whole_district(Role::Administrator, DistrictId(Uuid::new_v4())),
    );
    let (mut walls, mut filled, mut rows) = (0, 0, 0);
    for (table, walled) in &tables {
        assert_ne!(
            *walled,
            OPEN.contains(&table.as_str()),
            "{table} needs a policy in a migration, as the others have, or a line in OPEN that says why not"
        );
        if !walled {
            continue;
        }
        let all = count(store, &everybody, table).await;
        assert_eq!(
            count(store, &own, table).await,
            all,
            "the wall hides what is the district's own in {table}"
        );
        assert_eq!(count(store, &other, table).await, 0, "{table} shows rows of another district");
        let column: (String,) = {
            let mut conn = store.read(&everybody).await.unwrap();
            let sql = "select cast(column_name as text) from information_schema.columns where table_name = $1 \
                       and table_schema = current_schema() order by ordinal_position limit 1";
            conn.first(sql, vec![table.clone().into()]).await.unwrap().unwrap()
        };
        // The trail and the tombstones refuse every change by a trigger of their own.
        if !["audit", "tombstones"].contains(&table.as_str()) {
            let update = text(format!("update {table} set {0} = {0}", column.0));
            assert_eq!(changed(store, &other, update).await, 0, "{table} is changed from another district");
            let delete = text(format!("delete from {table}"));
            assert_eq!(changed(store, &other, delete).await, 0, "{table} is emptied from another district");
        }
        walls += 1;
        filled += i64::from(all > 0);
        rows += all;
    }
    assert!(filled >= 25, "only {filled} tables have rows");
    println!("{walls} walls, {filled} of them before {rows} rows: 0 seen, 0 changed from another district");
}

#[tokio::test]
async fn nothing_is_put_into_another_district_and_who_names_none_sees_nothing_az_05() {
    let town = Town::of(Kind::Postgres, 30).await;
    let store = &Store::open(&town.database.url, crate::town::sealer()).await.unwrap();
    let other = whole_district(Role::Counselor, DistrictId(Uuid::new_v4()));
    let everybody = Ctx::new(Actor::Console);
    let mut conn = store.read(&everybody).await.unwrap();
    let (child, user): (Uuid, Uuid) = (
        conn.first::<(Uuid,)>("select id from children limit 1", vec![]).await.unwrap().unwrap().0,
        conn.first::<(Uuid,)>("select id from users limit 1", vec![]).await.unwrap().unwrap().0,
    );
    drop(conn);
    let put = store.write(&other, Act::recorded_in_itself("test.change"), move |tx| {
        Box::pin(async move {
            let sql =
                "insert into notes (id, child_id, user_id, body, written_at) values ($1, $2, $3, $4, 0)";
            let note = vec![Uuid::new_v4().into(), child.into(), user.into(), "x".to_owned().into()];
            Ok(tx.run(sql, note).await?)
        })
    });
    let refused = put.await.unwrap_err().to_string();
    assert!(!refused.is_empty());
    assert_eq!(count(store, &everybody, "notes where body = 'x'").await, 0);

    // A connection that somebody opens beside the program: it sees all only where it says so.
    for (says, sees) in [("*", 30), ("", 0), ("0", 0)] {
        let options: sqlx::postgres::PgConnectOptions = town.database.url.parse().unwrap();
        let options = options.options([("firstlight.district", says)]);
        let mut conn = sqlx::ConnectOptions::connect(&options).await.unwrap();
        let (n,): (i64,) =
            sqlx::query_as("select count(*) from children").fetch_one(&mut conn).await.unwrap();
        assert_eq!(n, sees, "{says:?}");
    }
}
