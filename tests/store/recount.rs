//! The counts that a release takes from the database by SQL, against a second computation in plain Rust over the rows
//! themselves, on a district whose consents, scores, referrals and contacts were shaken.

use std::collections::{BTreeMap, BTreeSet};

use server::ctx::{Actor, Ctx};
use server::model::WindowId;
use server::services::releases;
use server::suppression::{Cell, CellKey, Published};
use sqlx::{AnyConnection, Connection};
use tests::{Kind, on_both_databases};

use crate::town::Town;

/// Rows as texts, the empty one for a null; each column is cast where it is asked for.
async fn rows<const N: usize>(
    conn: &mut AnyConnection,
    kind: Kind,
    table: &str,
    columns: [&str; N],
) -> Vec<[String; N]> {
    let text = |column: &str| match (kind, column.ends_with("id") || column == "corrects") {
        (Kind::Sqlite, true) => format!("coalesce(lower(hex({column})), '')"),
        _ => format!("coalesce(replace(cast({column} as text), '-', ''), '')"),
    };
    let list = columns.map(text).join(" || '|' || ");
    let sql = format!("select {list} from {table}");
    let found: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await.unwrap();
    let cells = |line: String| line.split('|').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    found.into_iter().map(|(line,)| cells(line)).collect()
}

/// As a count is printed: to the nearest five, never under fifteen unless none.
fn printed(n: usize) -> u64 {
    let n = n as u64;
    if n == 0 { 0 } else { ((n + 2) / 5 * 5).max(15) }
}

fn yes(text: &str) -> bool {
    matches!(text, "1" | "true" | "t")
}

/// Group and item to the children, screens or referrals counted there.
type Counts = BTreeMap<(String, String), usize>;

async fn counted(conn: &mut AnyConnection, kind: Kind, window: &str) -> Counts {
    let mut counts = Counts::new();
    let mut add = |group: &str, item: String| {
        for group in [group, "district"] {
            *counts.entry((group.to_owned(), item.clone())).or_default() += 1;
        }
    };
    let [_, opens, closes, mode] =
        rows(conn, kind, "windows", ["id", "opens_on", "closes_on", "consent_mode"])
            .await
            .into_iter()
            .find(|w| w[0] == window)
            .unwrap();
    let only = |all: Vec<[String; 2]>| -> BTreeSet<String> {
        all.into_iter().filter(|[of, _]| of == window).map(|[_, what]| what).collect()
    };
    let grades = only(rows(conn, kind, "window_grades", ["window_id", "grade"]).await);
    let classes = only(rows(conn, kind, "window_classes", ["window_id", "class_id"]).await);
    let schools = only(rows(conn, kind, "window_schools", ["window_id", "school_id"]).await);
    let grade_of: BTreeMap<String, String> = rows(conn, kind, "classes", ["id", "grade"])
        .await
        .into_iter()
        .map(|[id, grade]| (id, grade))
        .collect();
    let consents: BTreeMap<String, String> =
        rows(conn, kind, "consents", ["child_id", "window_id", "status"])
            .await
            .into_iter()
            .filter(|c| c[1] == window)
            .map(|[child, _, status]| (child, status))
            .collect();
    let allowed = |child: &str| match consents.get(child).map(String::as_str) {
        Some("refused" | "withdrawn") => false,
        Some("given") => true,
        _ => mode != "opt_in",
    };
    // The newest engine's total of each form.
    let mut totals: BTreeMap<String, (i64, [String; 3])> = BTreeMap::new();
    for [form, scale, engine, value, band, positive] in
        rows(conn, kind, "scores", ["administration_id", "scale", "engine", "value", "band", "positive"])
            .await
    {
        let engine: i64 = engine.parse().unwrap();
        if scale == "total" && totals.get(&form).is_none_or(|(known, _)| *known < engine) {
            totals.insert(form, (engine, [value, band, positive]));
        }
    }
    let forms: Vec<[String; 7]> = rows(
        conn,
        kind,
        "administrations",
        ["id", "child_id", "school_id", "window_id", "informant", "state", "instrument"],
    )
    .await
    .into_iter()
    .filter(|f| f[3] == window && f[4] == "student")
    .collect();
    let mut members: BTreeSet<(String, String)> = BTreeSet::new();
    for [child, school, class, from, to] in
        rows(conn, kind, "enrollments", ["child_id", "school_id", "class_id", "from_date", "to_date"]).await
    {
        let covered = schools.contains(&school)
            && (grades.is_empty() || grades.contains(&grade_of[&class]))
            && (classes.is_empty() || classes.contains(&class));
        if covered && from <= closes && (to.is_empty() || to >= opens) {
            members.insert((school, child));
        }
    }
    for (school, child) in &members {
        let own = || forms.iter().filter(|f| f[1] == *child && f[2] == *school);
        let valid =
            |f: &&[String; 7]| f[5] == "submitted" && totals.get(&f[0]).is_none_or(|(_, t)| !t[0].is_empty());
        let came = [
            true,
            allowed(child),
            allowed(child) && own().any(|f| f[5] == "started" || f[5] == "submitted"),
            allowed(child) && own().any(|f| f[5] == "submitted"),
            allowed(child) && own().any(|f| valid(&f)),
        ];
        for (step, came) in ["enrolled", "consented", "started", "finished", "valid"].iter().zip(came) {
            if came {
                add(school, format!("participation  {step}"));
            }
        }
    }
    for form in forms.iter().filter(|f| f[5] == "submitted" && allowed(&f[1])) {
        let Some((_, [_, band, positive])) = totals.get(&form[0]) else { continue };
        if positive.is_empty() {
            continue;
        }
        let side = if yes(positive) { "positive" } else { "negative" };
        add(&form[2], format!("positive_screens {} {side}", form[6]));
        add(&form[2], format!("positive_screens {} valid", form[6]));
        add(&form[2], format!("severity {} {}", form[6], if band.is_empty() { "no band" } else { band }));
    }
    let contacts = rows(conn, kind, "contacts", ["id", "referral_id", "reached", "corrects"]).await;
    let corrected: BTreeSet<&String> = contacts.iter().map(|c| &c[3]).collect();
    let reached: BTreeSet<&String> =
        contacts.iter().filter(|c| yes(&c[2]) && !corrected.contains(&c[0])).map(|c| &c[1]).collect();
    for [id, of, school, acknowledged, closed] in
        rows(conn, kind, "referrals", ["id", "window_id", "opened_school_id", "acknowledged_at", "closed_at"])
            .await
    {
        if of != window || !schools.contains(&school) {
            continue;
        }
        let reached = reached.contains(&id);
        let came = [true, !acknowledged.is_empty() || reached, reached, reached && !closed.is_empty()];
        for (step, came) in ["referred", "acknowledged", "reached", "closed"].iter().zip(came) {
            if came {
                add(&school, format!("referral_funnel  {step}"));
            }
        }
        if closed.is_empty() {
            add(&school, "progress  open".to_owned());
        }
    }
    counts
}

/// Shakes what the demo made, so that every case is there, and takes its releases away.
async fn shaken(conn: &mut AnyConnection, kind: Kind, window: &str) {
    let bytes = match kind {
        Kind::Sqlite => format!("x'{window}'"),
        Kind::Postgres => format!("cast('{window}' as uuid)"),
    };
    let dice = |id: &str| match kind {
        Kind::Sqlite => format!("substr(hex({id}), 32, 1)"),
        Kind::Postgres => format!("upper(substr(cast({id} as text), 36, 1))"),
    };
    let (no, yes) = match kind {
        Kind::Sqlite => ("0", "1"),
        Kind::Postgres => ("false", "true"),
    };
    let own = format!("(select id from administrations where window_id = {bytes})");
    for sql in [
        "delete from release_steps".to_owned(),
        "delete from release_tables".to_owned(),
        "delete from release_figures".to_owned(),
        "delete from releases".to_owned(),
        "delete from scores where scored_at = 0".to_owned(),
        format!("delete from consents where window_id = {bytes}"),
        format!(
            "insert into consents (id, child_id, window_id, status, method, by_name, recorded_at) select id, id, {bytes}, \
             case {d} when '0' then 'refused' when '1' then 'withdrawn' when '2' then 'waiting' else 'given' end, 'paper', \
             'x', 0 from children where {d} < '8'",
            d = dice("id")
        ),
        format!(
            "update administrations set state = 'started' where window_id = {bytes} and {} = '3'",
            dice("id")
        ),
        format!(
            "update scores set value = null, positive = null, band = null where administration_id in {own} and {} = '4'",
            dice("administration_id")
        ),
        // A re-score says otherwise, and counts.
        format!(
            "insert into scores (id, administration_id, scale, engine, value, prorated, band, positive, scored_at) select \
             administration_id, administration_id, scale, engine + 1, 0, {no}, 'minimal', {no}, 0 from scores where \
             administration_id in {own} and scale = 'total' and {} = '5'",
            dice("administration_id")
        ),
        format!("update contacts set reached = case when {} < '8' then {yes} else {no} end", dice("id")),
        format!("update referrals set acknowledged_at = null where {} in ('1', '2')", dice("id")),
        format!("update windows set consent_mode = 'opt_out' where id = {bytes}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
            .execute(&mut *conn)
            .await
            .unwrap_or_else(|e| panic!("{e}: {sql}"));
    }
}

on_both_databases! {
    async fn every_count_that_sql_takes_for_a_release_is_that_of_plain_rust_over_the_rows(kind: Kind) {
        let town = Town::district(kind, 5, 900, 2).await;
        sqlx::any::install_default_drivers();
        let mut conn = AnyConnection::connect(&town.database.url).await.unwrap();
        let id = match kind { Kind::Sqlite => "lower(hex(window_id))", Kind::Postgres => "replace(cast(window_id as text), '-', '')" };
        let released = format!("select {id} from releases");
        let (window,): (String,) = sqlx::query_as(sqlx::AssertSqlSafe(released)).fetch_one(&mut conn).await.unwrap();
        let (mut shown, mut hidden) = (0, 0);
        for mode in ["opt_out", "opt_in"] {
            shaken(&mut conn, kind, &window).await;
            sqlx::query("update windows set consent_mode = $1").bind(mode).execute(&mut conn).await.unwrap();
            let console = Ctx::new(Actor::Console);
            let built = WindowId(uuid::Uuid::parse_str(&window).unwrap());
            releases::build(&town.services, &console, built, |_| {}).await.unwrap();
            let (body,): (String,) =
                sqlx::query_as("select body from release_tables").fetch_one(&mut conn).await.unwrap();
            let published: Published = serde_json::from_str(&body).unwrap();
            let counts = counted(&mut conn, kind, &window).await;
            let schools: Vec<String> = rows(&mut conn, kind, "window_schools", ["window_id", "school_id"])
                .await
                .into_iter()
                .filter(|[of, _]| *of == window)
                .map(|[_, school]| school)
                .collect();
            for ((group, item), n) in &counts {
                let key = if group == "district" { group.clone() } else { uuid::Uuid::parse_str(group).unwrap().to_string() };
                match published.cell(&CellKey::new(key, item.as_str())) {
                    Some(Cell::Shown(found)) => {
                        shown += 1;
                        let expected = if item.ends_with("enrolled") { *n as u64 } else { printed(*n) };
                        assert_eq!(found, expected, "{mode}, {group}: {item}");
                    }
                    Some(Cell::Hidden) => hidden += 1,
                    // Of schools, only who took part and who was positive is counted.
                    // An instrument of one band says nothing by it.
                    None => assert!(
                        !item.starts_with("participation") && (group != "district" || item.starts_with("severity scwbs")),
                        "{group}: {item}"
                    ),
                }
            }
            assert_eq!(schools.len(), 5);
            for item in ["participation  valid", "positive_screens phq9_teen positive", "referral_funnel  reached", "progress  open"] {
                let cell = published.cell(&CellKey::new("district", item));
                assert!(cell.is_some(), "{mode}: {item} is counted");
            }
        }
        println!("{shown} printed counts equal the second computation, {hidden} are hidden");
        assert!(shown > 40, "{shown} shown, {hidden} hidden");
    }
}
