//! A district of made-up screenings, as many as wanted, straight into the tables, and what a release of it costs.
//!
//! The same seed gives the same district. Answers are made only for the forms by which a release judges an instrument: a
//! release reads no others.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Column, Connection, Row};
use tests::place::Scratch;
use tests::{Database, Kind, executable};

/// Rows of one statement.
const AT_ONCE: u64 = 200_000;
/// Classes of a school.
const CLASSES: u64 = 40;
const NOW: u64 = 1_790_000_000_000;

/// The window that all screenings are of: the first row of its kind, see [`Dialect::id`].
pub const WINDOW_ID: &str = "00000005-0000-0000-0000-000000000001";

/// What is made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Screenings, each of a child of its own.
    pub screenings: u64,
    /// Schools.
    pub schools: u64,
    /// Decides every child.
    pub seed: u64,
}

/// Where it is made.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In a district of its own in a database that nobody uses yet.
    Empty,
    /// In the district that is there, while a server works on it; what is not made by then is left out.
    Beside(Instant),
}

/// Fills a database and builds its release; the figures as JSON. What it reads goes into a folder as CSV, where one is named.
pub async fn release(kind: Kind, plan: Plan, rows: Option<&Path>) -> Value {
    let database = Database::empty(kind).await;
    let folder = Scratch::new();
    // In the folder whose key the later commands use.
    run(&folder, &database, &["migrate"]).await;
    let filling = Instant::now();
    fill(&database, plan, Place::Empty).await;
    let filled = filling.elapsed();
    if let Some(folder) = rows {
        export(&database, folder).await;
    }
    let build = run(&folder, &database, &["release", "build"]).await;
    let audit = run(&folder, &database, &["release", "audit"]).await;
    let mut conn = AnyConnection::connect(&database.url).await.unwrap();
    let (figures, bytes): (i64, i64) =
        sqlx::query_as("select count(*), cast(sum(length(body)) as bigint) from release_figures")
            .fetch_one(&mut conn)
            .await
            .unwrap();
    let reading = Instant::now();
    let _: Vec<(String, String)> =
        sqlx::query_as("select chart, body from release_figures order by position")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let read = reading.elapsed();
    json!({
        "database": format!("{kind:?}"),
        "screenings": plan.screenings,
        "schools": plan.schools,
        "filled_s": filled.as_secs_f64(),
        "build_s": build.0.as_secs_f64(),
        "build_peak_mb": build.1 / 1024,
        "audit_s": audit.0.as_secs_f64(),
        "audit_peak_mb": audit.1 / 1024,
        "figures": figures,
        "figure_bytes": bytes,
        "figures_read_ms": read.as_secs_f64() * 1000.0,
        "said": format!("{} | {}", build.2, audit.2),
    })
}

/// The columns that a release reads, a file for each table.
async fn export(database: &Database, folder: &Path) {
    let id = |column: &str| match database.kind {
        Kind::Sqlite => format!("lower(hex({column})) as {column}"),
        Kind::Postgres => format!("cast({column} as text) as {column}"),
    };
    let tables = [
        ("children", vec!["id"], "sex, language"),
        ("classes", vec!["id", "school_id"], "cast(grade as bigint) as grade"),
        (
            "administrations",
            vec!["id", "window_id", "child_id", "school_id", "class_id"],
            "instrument, state, offered_at, started_at, submitted_at",
        ),
        (
            "scores",
            vec!["administration_id"],
            "scale, cast(value as double precision) as value, band, cast(positive as int) as positive",
        ),
        (
            "referrals",
            vec!["id", "child_id", "school_id", "window_id"],
            "priority, state, opened_at, acknowledged_at, closed_at, outcome",
        ),
        ("contacts", vec!["referral_id"], "at"),
        ("responses", vec!["administration_id"], "item, code"),
    ];
    let mut conn = AnyConnection::connect(&database.url).await.unwrap();
    for (table, ids, rest) in tables {
        let ids: Vec<String> = ids.into_iter().map(id).collect();
        let sql = format!("select {}, {rest} from {table}", ids.join(", "));
        let mut file = csv::Writer::from_path(folder.join(format!("{table}.csv"))).unwrap();
        // One after the other, since all rows at once would take gigabytes.
        let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch(&mut conn);
        let mut first = true;
        while let Some(row) = rows.try_next().await.unwrap() {
            if std::mem::take(&mut first) {
                file.write_record(row.columns().iter().map(|column| column.name())).unwrap();
            }
            file.write_record((0..row.len()).map(|at| field(&row, at))).unwrap();
        }
        file.flush().unwrap();
    }
}

fn field(row: &sqlx::any::AnyRow, at: usize) -> String {
    let text = row.try_get::<Option<String>, _>(at).map(Option::unwrap_or_default);
    let text = text.or_else(|_| row.try_get::<i64, _>(at).map(|n| n.to_string()));
    text.or_else(|_| row.try_get::<f64, _>(at).map(|n| n.to_string())).unwrap_or_default()
}

/// Runs a command of `firstlight`; its time, its most memory in kB, and what it said.
async fn run(folder: &Scratch, database: &Database, arguments: &[&str]) -> (Duration, u64, String) {
    let started = Instant::now();
    let mut child = std::process::Command::new(executable())
        .args(arguments)
        .current_dir(folder.path())
        .env("FIRSTLIGHT__DATA_DIR", folder.path().join("data"))
        .envs(database.settings())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = child.stderr.take().unwrap();
    // Read along, or a full pipe would hold it up.
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut progress, &mut text).unwrap();
        text
    });
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let done = loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kb = line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kb.unwrap_or(0));
        if let Some(done) = child.try_wait().unwrap() {
            break done;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let took = started.elapsed();
    let mut out = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut out).unwrap();
    let told = reader.join().unwrap();
    assert!(done.success(), "{arguments:?} failed: {out}\n{told}");
    let last: Vec<&str> =
        told.lines().filter(|l| l.contains("protecting") || l.contains("drawing")).collect();
    (took, peak, format!("{} {}", last.join(" ").trim(), out.trim()))
}

/// What differs between the two databases.
struct Dialect(Kind);

impl Dialect {
    /// The id of the `n`-th row of a kind.
    fn id(&self, kind: u32, n: &str) -> String {
        match self.0 {
            Kind::Sqlite => format!("unhex(printf('{kind:08x}%024x', {n}))"),
            Kind::Postgres => format!("cast('{kind:08x}' || lpad(to_hex({n}), 24, '0') as uuid)"),
        }
    }

    /// Numbers from the first to the last.
    fn numbers(&self, from: u64, to: u64) -> String {
        match self.0 {
            Kind::Sqlite => format!(
                "(with recursive k(n) as (select {from} union all select n + 1 from k where n < {to}) select n from k) k"
            ),
            Kind::Postgres => {
                format!(
                    "(select n from generate_series(cast({from} as bigint), cast({to} as bigint)) as g(n)) k"
                )
            }
        }
    }
}

const DISTRICT: u32 = 1;
const SCHOOL: u32 = 2;
const CLASS: u32 = 3;
const CHILD: u32 = 4;
const WINDOW: u32 = 5;
const USER: u32 = 6;
const ENROLLMENT: u32 = 7;
const ADMINISTRATION: u32 = 8;
const SCORE: u32 = 9;
const REFERRAL: u32 = 10;
const CONTACT: u32 = 11;

/// Makes the screenings, and tells how many there was time for.
pub async fn fill(database: &Database, plan: Plan, place: Place) -> u64 {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&database.url).await.unwrap();
    let sql = Dialect(database.kind);
    if database.kind == Kind::Sqlite && matches!(place, Place::Empty) {
        // A database that is thrown away may be lost half-way.
        for pragma in ["pragma synchronous = off", "pragma journal_mode = off", "pragma cache_size = -200000"]
        {
            sqlx::raw_sql(sqlx::AssertSqlSafe(pragma.to_owned())).execute(&mut conn).await.unwrap();
        }
    }
    let Plan { screenings, schools, seed } = plan;
    let (window, user) = (sql.id(WINDOW, "1"), sql.id(USER, "1"));
    let district = match place {
        Place::Empty => sql.id(DISTRICT, "1"),
        Place::Beside(_) => "(select id from districts order by created_at limit 1)".to_owned(),
    };
    // Everything about the n-th child follows from n.
    let school_no = format!("((n - 1) * {schools} / {screenings} + 1)");
    let class_no = format!("(({school_no} - 1) * {CLASSES} + n % {CLASSES} + 1)");
    let dice = |salt: u64, of: u64| {
        format!("((n * {} + {}) % 1000003 % {of})", 7919 + salt * 104_729, seed * 31 + salt)
    };
    let score = format!("(case when {a} < {b} then {a} else {b} end)", a = dice(1, 28), b = dice(2, 28));
    let positive = format!("({score} >= 11)");
    let school_rows = sql.numbers(1, schools);
    let class_rows = sql.numbers(1, schools * CLASSES);
    let (school, class, child) = (sql.id(SCHOOL, &school_no), sql.id(CLASS, &class_no), sql.id(CHILD, "n"));
    let mut statements = vec![
        format!(
            "insert into schools (id, district_id, name, time_zone, created_at) select {}, {district}, \
             'School ' || n, 'UTC', 0 from {school_rows}",
            sql.id(SCHOOL, "n")
        ),
        format!(
            "insert into classes (id, school_id, name, grade) select {}, {}, 'Class ' || (n % {CLASSES}), \
             6 + n % 7 from {class_rows}",
            sql.id(CLASS, "n"),
            sql.id(SCHOOL, &format!("((n - 1) / {CLASSES} + 1)"))
        ),
        format!(
            "insert into users (id, district_id, name, email, password_hash, totp_secret, created_at) values ({user}, \
             {district}, 'Counselor', 'counselor@many.example', 'x', 'x', 0)"
        ),
        format!("insert into user_roles (user_id, role) values ({user}, 'counselor')"),
        format!(
            "insert into windows (id, district_id, name, opens_on, closes_on, state, consent_mode, created_at) values \
             ({window}, {district}, 'Spring', '2026-03-02', '2026-03-27', 'closed', 'opt_out', 0)"
        ),
        format!(
            "insert into window_schools (window_id, school_id) select {window}, {} from {school_rows}",
            sql.id(SCHOOL, "n")
        ),
    ];
    if matches!(place, Place::Empty) {
        let own = format!("insert into districts (id, name, created_at) values ({district}, 'Many', 0)");
        statements.insert(0, own);
    }
    run_all(&mut conn, std::mem::take(&mut statements)).await;
    let administration = sql.id(ADMINISTRATION, "n");
    let mut from = 1;
    let over = || matches!(place, Place::Beside(until) if Instant::now() > until);
    while from <= screenings && !over() {
        let to = (from + AT_ONCE - 1).min(screenings);
        let rows = sql.numbers(from, to);
        let batch = vec![
            format!(
                "insert into children (id, district_id, number, given_name, family_name, birth_date, sex, language, \
                 created_at) select {child}, {district}, 'N' || n, 'Given', 'Family', '2012-01-01', \
                 case when {} < 485 then 'female' when {} < 985 then 'male' else 'other' end, \
                 case when {} < 80 then 'en' else 'es' end, 0 from {rows}",
                dice(3, 1000),
                dice(3, 1000),
                dice(4, 100)
            ),
            format!(
                "insert into enrollments (id, child_id, school_id, class_id, from_date) select {}, {child}, {school}, \
                 {class}, '2025-09-01' from {rows}",
                sql.id(ENROLLMENT, "n")
            ),
            format!(
                "insert into administrations (id, window_id, child_id, school_id, class_id, informant, instrument, \
                 version, position, language, state, offered_at, started_at, submitted_at) select {administration}, \
                 {window}, {child}, {school}, {class}, 'student', 'phq9_teen', 1, 1, 'en', \
                 case when {d} < 92 then 'submitted' when {d} < 96 then 'started' else 'offered' end, {NOW}, \
                 case when {d} < 96 then {NOW} end, case when {d} < 92 then {NOW} + 200000 end from {rows}",
                d = dice(5, 100)
            ),
            format!(
                "insert into scores (id, administration_id, scale, engine, value, prorated, band, positive, scored_at) \
                 select {}, {administration}, 'total', 1, {score}, (1 = 0), case when {score} < 5 then 'minimal' \
                 when {score} < 10 then 'mild' when {score} < 15 then 'moderate' when {score} < 20 then \
                 'moderately_severe' else 'severe' end, {positive}, {NOW} from {rows} where {} < 92",
                sql.id(SCORE, "n"),
                dice(5, 100)
            ),
            format!(
                "insert into referrals (id, child_id, school_id, window_id, priority, rank, state, owner_id, opened_at, \
                 due_at, acknowledged_at, closed_at, outcome, opened_school_id) select {}, {child}, {school}, {window}, \
                 'moderate', 3, \
                 case when {half} < 50 then 'closed' else 'acknowledged' end, {user}, {NOW}, {NOW} + 864000000, \
                 {NOW} + 3600000, case when {half} < 50 then {NOW} + 900000000 end, \
                 case when {half} < 50 then 'supported_here' end, {school} from {rows} where {positive} and {} < 92",
                sql.id(REFERRAL, "n"),
                dice(5, 100),
                half = dice(6, 100)
            ),
            format!(
                "insert into contacts (id, referral_id, child_id, user_id, at, with_whom, how, reached, note) select \
                 {}, {}, {child}, {user}, {NOW} + {} * 3600000, 'child', 'in_person', (1 = 1), '' from {rows} \
                 where {positive} and {} < 92 and {} < 90",
                sql.id(CONTACT, "n"),
                sql.id(REFERRAL, "n"),
                dice(7, 200),
                dice(5, 100),
                dice(8, 100)
            ),
        ];
        run_all(&mut conn, batch).await;
        from = to + 1;
    }
    for item in 1..=9 {
        // The first children of each school.
        let rows = sql.numbers(1, schools * 60);
        let n = format!("((n - 1) / 60 * {screenings} / {schools} + (n - 1) % 60 + 1)");
        let of = sql.id(ADMINISTRATION, &n);
        statements.push(format!(
            "insert into responses (administration_id, item, seq, code, declined, language, answered_at) select id, \
             '{item}', 1, code, (1 = 0), 'en', {NOW} from (select {of} as id, (n + n % 7 * {item}) % 4 as code from \
             {rows}) made where exists (select 1 from administrations a where a.id = made.id) on conflict do nothing"
        ));
    }
    run_all(&mut conn, statements).await;
    let statistics = match database.kind {
        Kind::Sqlite => "analyze",
        Kind::Postgres => "vacuum analyze",
    };
    sqlx::raw_sql(sqlx::AssertSqlSafe(statistics.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    from - 1
}

async fn run_all(conn: &mut AnyConnection, statements: Vec<String>) {
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone()))
            .execute(&mut *conn)
            .await
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}
