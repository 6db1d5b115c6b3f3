//! Load: whole children through a real server, thousands at once, and what each cost.
//!
//! The pages are asked for as they are, not compressed: a proxy in front may do that, and what is asked for beside them
//! (styles, the browser part, fonts) is kept by a browser for good. Neither is in the figures.
//!
//! `cargo xtask load -- --help` says what it can do. It runs on this machine alone: the server it starts listens on
//! 127.0.0.1, nobody else can be named, and the database is made for the run and removed after it.

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

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use child::Way;
use clap::Parser;
use replay::Pace;
use serde_json::{Value, json};
use sqlx::Connection;
use tests::device::Device;
use tests::{Kind, Server};

/// Replays whole check-ins against a server of its own and prints what they cost.
///
/// It speaks to this machine alone: there is no address to give it, and a server elsewhere is refused. Whatever is not as
/// it should be is said in one line, and the exit code is 1.
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
    /// With `--burst`: class by class in place of evenly. Each class begins at a moment of its own within these seconds, which
    /// follows from `--seed`, and its devices (30 when no number is given) sign in within five seconds.
    #[arg(long, value_name = "DEVICES", num_args = 0..=1, default_missing_value = "30", requires = "burst")]
    classes: Option<usize>,
    /// The run is ended after so many minutes, with what was measured until then, and has failed.
    #[arg(long, value_name = "MINUTES", default_value_t = 120.0)]
    most_minutes: f64,
    /// An answer that takes longer than so many seconds is not waited for; its check-in has failed.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    request_seconds: f64,
    /// One form, the PHQ-9 with its ten questions, in place of what the demo asks of this age (thirteen).
    #[arg(long)]
    phq9: bool,
    /// Another build's executable, or a command line that starts one, such as "env NAME=VALUE /a/firstlight" (names of files
    /// from the root): it is measured too, by turns in the same run, and the ratios are printed.
    #[arg(long, value_name = "COMMAND")]
    base: Option<String>,
    /// With `--base`: the two are any command lines, run by turns as they are, once for each of `--rounds`; time, processor
    /// and memory of each and their ratios are printed. What those commands talk to is theirs.
    #[arg(long, value_name = "COMMAND", requires = "base")]
    this: Option<String>,
    /// Ten times what the server can do, for so many seconds (300 when none are given): how much it still gets done, what
    /// the others are told, and when it is over. With the PHQ-9, by the islands' way unless `--way` says otherwise.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "300")]
    overload: Option<f64>,
    /// With `--overload`: at least so much of capacity must still get done.
    #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
    goodput: f64,
    /// With `--overload`: the server must be as quick as before after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    recovery: f64,
    /// With `--overload`: goodput and recovery are printed, but nothing fails by them: the run is too small to tell.
    #[arg(long)]
    short: bool,
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
    /// Instead of check-ins: the pages of staff, a queue of 10,000 open referrals and a file with 40 screenings, in a district
    /// that has `--screenings` made-up ones and their release.
    #[arg(long)]
    pages: bool,
    /// With `--pages`: so many made-up screenings, or as many as can be made within ten minutes; 0 for none.
    #[arg(long, default_value_t = 1_000_000)]
    screenings: u64,
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
    LIMIT.get_or_init(|| Duration::from_secs_f64(arguments.request_seconds));
    let most = Duration::from_secs_f64(arguments.most_minutes * 60.0);
    // A step that lets nobody ask how late it is gets a minute more.
    std::thread::spawn(move || {
        std::thread::sleep(most + Duration::from_secs(60));
        eprintln!("failed: it did not end within its time, nor a minute after it");
        for child in measure::children(std::process::id()) {
            measure::end(child);
        }
        std::process::exit(1);
    });
    let reasons = match (&arguments.base, &arguments.this) {
        (Some(base), Some(this)) => base::any(base, this, &arguments, Instant::now() + most),
        (Some(base), None) => base::compare(base, &arguments, Instant::now() + most),
        _ => measured_within(&arguments, most),
    };
    for reason in &reasons {
        eprintln!("failed: {reason}");
    }
    std::process::exit(i32::from(!reasons.is_empty()));
}

/// Measures and writes the figures; why it is not good enough, a line for each reason.
fn measured_within(arguments: &Arguments, most: Duration) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let figures = Mutex::default();
    let ended = runtime.block_on(async { tokio::time::timeout(most, run(arguments, &figures)).await });
    // What children are in the middle of is nobody's any more.
    runtime.shutdown_background();
    let mut figures = figures.into_inner().unwrap();
    if ended.is_err() {
        let late = format!("time: it did not end within {} minutes", arguments.most_minutes);
        figures.push(json!({ "reasons": [late] }));
    }
    write(arguments, &figures);
    figures.iter().flat_map(reasons).collect()
}

/// Why a figure is not good enough.
fn reasons(figure: &Value) -> Vec<String> {
    let reasons = figure["reasons"].as_array().into_iter().flatten();
    reasons.filter_map(|reason| reason.as_str().map(str::to_owned)).collect()
}

fn write(arguments: &Arguments, figures: &[Value]) {
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_string_pretty(figures).unwrap()).unwrap();
    }
}

/// How long an answer may take.
static LIMIT: OnceLock<Duration> = OnceLock::new();

/// A device for the server at this address, which must be on this machine: a district's own server is never put under load
/// by a slip of the hand.
fn device(url: &str) -> Device {
    let address = url.trim_start_matches("http://");
    let here = address.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    assert!(here, "{url} is not on this machine");
    let mut device = Device::new(address);
    device.limit = LIMIT.get().copied();
    device
}

async fn run(arguments: &Arguments, figures: &Mutex<Vec<Value>>) {
    let kinds = match arguments.database.as_deref() {
        Some("sqlite") => vec![Kind::Sqlite],
        Some("postgres") => vec![Kind::Postgres],
        None => vec![Kind::Sqlite, Kind::Postgres],
        Some(other) => {
            let unknown = format!("--database {other} is not known; take sqlite or postgres");
            figures.lock().unwrap().push(json!({ "reasons": [unknown] }));
            return;
        }
    };
    let Arguments { schools, seed, .. } = *arguments;
    for kind in kinds {
        let found = if let Some(screenings) = arguments.release {
            let plan = many::Plan { screenings, schools, seed };
            let figure = many::release(kind, plan, arguments.rows.as_deref()).await;
            println!("{figure:#}");
            vec![figure]
        } else if arguments.rest {
            vec![rest::figures(kind).await]
        } else if let Some(seconds) = arguments.overload {
            vec![overload::ten_times(arguments, kind, seconds).await]
        } else if arguments.half {
            vec![overload::half(arguments, kind).await]
        } else if arguments.pages {
            let plan = many::Plan { screenings: arguments.screenings, schools, seed };
            pages::of_staff(kind, plan).await
        } else {
            by_every_way(arguments, kind).await
        };
        figures.lock().unwrap().extend(found);
    }
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
    let pace = match (arguments.burst, arguments.classes) {
        (None, _) => Pace::AtOnce(arguments.at_once),
        (Some(seconds), None) => Pace::Within(seconds),
        (Some(seconds), Some(of)) => Pace::Classes { seconds, of, seed: arguments.seed },
    };
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
        "  and per core           {:8.0}   of the server and its database, which took {:.2} cores, the generator {:.2}",
        done as f64 / used.max(f64::EPSILON),
        used / took,
        own / took
    );
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
        "per_core": done as f64 / used.max(f64::EPSILON), "server_cores": used / took, "generator_cores": own / took,
        "reasons": failures.first().map(|first| format!("{} check-ins are not complete; one: {first}", failures.len())).into_iter().collect::<Vec<_>>(),
        "pace": format!("{pace:?}"),
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

#[cfg(test)]
mod own {
    use clap::Parser;

    use super::{Arguments, device};

    #[test]
    fn a_device_comes_to_this_machine_alone() {
        drop(device("http://127.0.0.1:80"));
        drop(device("[::1]:80"));
        for elsewhere in
            ["http://10.0.0.1:80", "http://0.0.0.0:80", "check-in.example:80", "http://localhost:80"]
        {
            assert!(std::panic::catch_unwind(|| device(elsewhere)).is_err(), "{elsewhere}");
        }
    }

    #[test]
    fn every_run_and_every_request_has_an_end() {
        let arguments = Arguments::try_parse_from(["load"]).unwrap();
        assert!(arguments.most_minutes > 0.0 && arguments.request_seconds > 0.0);
        assert!(Arguments::try_parse_from(["load", "--classes"]).is_err(), "a class without a burst");
        let burst = Arguments::try_parse_from(["load", "--burst", "600", "--classes"]).unwrap();
        assert_eq!(burst.classes, Some(30));
        assert!(Arguments::try_parse_from(["load", "--this", "true"]).is_err(), "one command alone");
    }
}
