//! Load: whole children through a real server, thousands at once, and what each cost.
//!
//! The pages are asked for as they are, not compressed: a proxy in front may do that, and what is asked for beside them
//! (styles, the browser part, fonts) is kept by a browser for good. Neither is in the figures.
//!
//! `cargo xtask load -- --help` says what it can do. It runs on this machine alone: the server it starts listens on
//! 127.0.0.1, and the database is made for the run and removed after it.

#![allow(clippy::unwrap_used, reason = "a tool of the tests: what fails here fails loudly")]

mod base;
mod child;
mod district;
mod many;
mod measure;
mod overload;
mod pages;
mod replay;
mod rest;

use std::path::PathBuf;
use std::time::Instant;

use child::Way;
use clap::Parser;
use replay::Pace;
use serde_json::{Value, json};
use sqlx::Connection;
use tests::{Kind, Server};

/// Replays whole check-ins against a server of its own and prints what they cost.
#[derive(Clone, Debug, Parser)]
#[command(name = "load")]
struct Arguments {
    /// How many children come.
    #[arg(long, default_value_t = 2000)]
    children: usize,
    /// How many are in their check-in at the same time.
    #[arg(long, default_value_t = 64)]
    at_once: usize,
    /// All of them begin within so many seconds, evenly, whatever `--at-once` says: a school's nine o'clock.
    #[arg(long)]
    burst: Option<f64>,
    /// `sqlite`, `postgres`; both when it is not given.
    #[arg(long)]
    database: Option<String>,
    /// Which way the check-ins go; both when it is not given.
    #[arg(long, value_enum)]
    way: Option<Way>,
    /// One form, the PHQ-9 with its ten questions, in place of what the demo asks of this age (thirteen).
    #[arg(long)]
    phq9: bool,
    /// Another build's executable: it is measured too, by turns in the same run, and the ratio is printed.
    #[arg(long, value_name = "EXECUTABLE")]
    base: Option<PathBuf>,
    /// Ten times what the server can do, for so many seconds (300 when none are given): how much it still gets done, what
    /// the others are told, and when it is over. With the PHQ-9, by the islands' way unless `--way` says otherwise.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "300")]
    overload: Option<f64>,
    /// Children come at half of the rate that the server can do at most, which is measured first. With the PHQ-9, by the
    /// islands' way unless `--way` says otherwise.
    #[arg(long)]
    half: bool,
    /// Requests that the server works on at once (`http.at_once`), when it is not its default.
    #[arg(long)]
    places: Option<usize>,
    /// Instead of check-ins: how soon a server is ready on an existing database, its memory at rest, and its size.
    #[arg(long)]
    rest: bool,
    /// With `--release`: the rows that it reads go into this folder as CSV.
    #[arg(long, value_name = "FOLDER")]
    rows: Option<PathBuf>,
    /// Instead of check-ins: the release of a district with so many made-up screenings.
    #[arg(long)]
    release: Option<u64>,
    /// Instead of check-ins: the pages of staff, a queue of 10,000 open referrals and a file with 40 screenings.
    #[arg(long)]
    pages: bool,
    /// Schools of that district.
    #[arg(long, default_value_t = 200)]
    schools: u64,
    /// The seed of the district.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How often each combination is measured; the best counts, for a machine's noise only ever adds.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Where the figures go as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() {
    let arguments = Arguments::parse();
    if std::env::var_os("FIRSTLIGHT_BIN").is_none() {
        eprintln!(
            "error: which server? Start this with `cargo xtask load`, or name the executable in FIRSTLIGHT_BIN"
        );
        std::process::exit(2);
    }
    if let Some(base) = &arguments.base {
        std::process::exit(i32::from(base::compare(base, arguments.rounds)));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let failed = runtime.block_on(run(&arguments));
    std::process::exit(i32::from(failed));
}

async fn run(arguments: &Arguments) -> bool {
    let kinds = match arguments.database.as_deref() {
        Some("sqlite") => vec![Kind::Sqlite],
        Some("postgres") => vec![Kind::Postgres],
        None => vec![Kind::Sqlite, Kind::Postgres],
        Some(other) => {
            eprintln!("error: --database {other} is not known; take sqlite or postgres");
            return true;
        }
    };
    let mut figures = Vec::new();
    for kind in kinds {
        if let Some(screenings) = arguments.release {
            let plan = many::Plan { screenings, schools: arguments.schools, seed: arguments.seed };
            let figure = many::release(kind, plan, arguments.rows.as_deref()).await;
            println!("{figure:#}");
            figures.push(figure);
        } else if arguments.rest {
            figures.push(rest::figures(kind).await);
        } else if let Some(seconds) = arguments.overload {
            figures.push(overload::ten_times(arguments, kind, seconds).await);
        } else if arguments.half {
            figures.push(overload::half(arguments, kind).await);
        } else if arguments.pages {
            figures.extend(pages::of_staff(kind).await);
        } else {
            figures.extend(by_every_way(arguments, kind).await);
        }
    }
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(&figures).unwrap()).unwrap();
    }
    // A release, pages and a server at rest count no failures: there the tool itself fails.
    figures.iter().any(|figure| figure["failed"].as_u64().is_some_and(|failed| failed > 0))
}

/// Check-ins by each way that is asked for, the best of so many rounds.
async fn by_every_way(arguments: &Arguments, kind: Kind) -> Vec<Value> {
    let ways = arguments.way.map_or(vec![Way::Islands, Way::Batched, Way::Pages], |way| vec![way]);
    let mut figures = Vec::new();
    for way in ways {
        let mut best: Option<Value> = None;
        for _ in 0..arguments.rounds.max(1) {
            let figure = measured(arguments, kind, way).await;
            let cost = |f: &Value| f["cpu_ms_per_check_in"].as_f64().unwrap_or(f64::MAX);
            if best.as_ref().is_none_or(|b| cost(&figure) < cost(b)) {
                best = Some(figure);
            }
        }
        figures.extend(best);
    }
    figures
}

async fn measured(arguments: &Arguments, kind: Kind, way: Way) -> Value {
    eprintln!("{kind:?}, {}: filling a district …", way.name());
    let (server, cards) = district::with(arguments, kind, arguments.children, arguments.phq9).await;
    let pace = arguments.burst.map_or(Pace::AtOnce(arguments.at_once), Pace::Within);
    checked_in(&server, kind, way, &cards, pace).await
}

/// All these children by one way at one pace; the figures, and a page of them on the terminal.
pub(crate) async fn checked_in(server: &Server, kind: Kind, way: Way, cards: &[String], pace: Pace) -> Value {
    let cpu = Cpu::of(server, kind).await;
    let bytes = size(server, kind).await;
    let (before, own_before) = (cpu.seconds(), measure::processor_seconds(std::process::id()));
    let resting = measure::mebibytes(server.id(), "VmRSS");
    let begun = Instant::now();
    let replay::Outcome { steps, items: asked, put_off, failures } =
        replay::replay(&server.url, way, cards, pace).await;
    let took = begun.elapsed().as_secs_f64();
    let (used, own) = (cpu.seconds() - before, measure::processor_seconds(std::process::id()) - own_before);
    let done = cards.len() - failures.len();
    let grown = size(server, kind).await.saturating_sub(bytes) as f64;
    let per = |sum: f64| sum / done.max(1) as f64;
    println!(
        "{kind:?}, {}: {done} check-ins of {asked} items in {took:.1} s, {} failed, {put_off} put off",
        way.name(),
        failures.len()
    );
    for why in failures.iter().take(3) {
        println!("  failed: {why}");
    }
    println!("  completed per second   {:8.0}   (this generator runs on the same cores)", done as f64 / took);
    println!(
        "  CPU per check-in       {:8.2} ms in the server and its database, {:.2} ms in the generator",
        per(used) * 1e3,
        per(own) * 1e3
    );
    println!(
        "  memory                 {resting:8.1} MiB before, {:.1} MiB at most",
        measure::mebibytes(server.id(), "VmHWM")
    );
    println!("  database               {:8.0} bytes per check-in, indexes and audit included", per(grown));
    println!("  {:<16}{:>8}{:>10}{:>10}{:>10}", "step", "count", "p50 ms", "p95 ms", "p99 ms");
    let rows = steps.percentiles();
    for (step, count, [p50, p95, p99]) in &rows {
        println!("  {step:<16}{count:>8}{p50:>10.2}{p95:>10.2}{p99:>10.2}");
    }
    json!({
        "database": format!("{kind:?}"), "way": way.name(), "check_ins": done, "items": asked,
        "failed": failures.len(), "put_off": put_off, "seconds": took, "per_second": done as f64 / took,
        "cpu_ms_per_check_in": per(used) * 1e3, "generator_cpu_ms": per(own) * 1e3,
        "memory_before_mib": resting, "memory_most_mib": measure::mebibytes(server.id(), "VmHWM"),
        "bytes_per_check_in": per(grown),
        "steps": rows.iter().map(|(step, count, p)| json!({ "step": step, "count": count, "p50": p[0], "p95": p[1], "p99": p[2] }))
            .collect::<Vec<_>>(),
    })
}

/// The processes whose time counts: the server, and PostgreSQL with all its workers.
pub(crate) struct Cpu {
    server: u32,
    postgres: Option<u32>,
}

impl Cpu {
    pub(crate) async fn of(server: &Server, kind: Kind) -> Self {
        let postgres = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => {
                let mut conn = sqlx::PgConnection::connect(&server.database.url).await.unwrap();
                let (own,): (i32,) =
                    sqlx::query_as("select pg_backend_pid()").fetch_one(&mut conn).await.unwrap();
                measure::parent_of(own.unsigned_abs())
            }
        };
        Self { server: server.id(), postgres }
    }

    pub(crate) fn seconds(&self) -> f64 {
        let postgres: f64 = self.postgres.map_or(0.0, |parent| {
            let workers = measure::children(parent);
            measure::processor_seconds(parent)
                + workers.into_iter().map(measure::processor_seconds).sum::<f64>()
        });
        measure::processor_seconds(self.server) + postgres
    }
}

/// The size of the database in bytes.
async fn size(server: &Server, kind: Kind) -> u64 {
    let sql = match kind {
        Kind::Sqlite => {
            "select (select page_count from pragma_page_count) * (select page_size from pragma_page_size)"
        }
        Kind::Postgres => "select pg_database_size(current_database())",
    };
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    let (bytes,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(&mut conn).await.unwrap();
    bytes.unsigned_abs()
}
