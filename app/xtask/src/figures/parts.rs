//! What is measured, one part after the other.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::bench::{Size, Within};
use crate::cargo::run_quietly;
use crate::repo::{self, program};
use crate::say::{Doing, Result};

/// A part: how it is asked for, what the terminal says, and when it is ended at the latest.
pub struct Part {
    pub name: &'static str,
    pub what: &'static str,
    pub minutes: u64,
    pub run: fn(&Within) -> Result<Value>,
}

/// What `cargo xtask faults` runs.
pub const FAULTS: &str = "--only=kills,cut,disk,order,drops,writers,replays";

pub const PARTS: [Part; 17] = [
    Part { name: "kills", what: "300 kills under 30,000 answers on each database", minutes: 60, run: kills },
    Part { name: "cut", what: "30 times without the database", minutes: 40, run: cut },
    Part { name: "disk", what: "a disk that fails at each write of a commit", minutes: 15, run: disk },
    Part {
        name: "order",
        what: "1,000 acknowledgements and their syncs, and the mutant",
        minutes: 15,
        run: order,
    },
    Part { name: "drops", what: "10,000 dropped requests on each database", minutes: 20, run: drops },
    Part { name: "writers", what: "64 writers at once, 5,000 writes each", minutes: 40, run: writers },
    Part { name: "replays", what: "10,000 hand-ins, five at once", minutes: 40, run: replays },
    Part { name: "model", what: "a million steps against the model", minutes: 90, run: model },
    Part { name: "check-ins", what: "check-ins by every way", minutes: 30, run: check_ins },
    Part {
        name: "unsafe-normal",
        what: "SQLite without a sync for each commit (unsafe)",
        minutes: 40,
        run: normal,
    },
    Part { name: "staff", what: "pages of staff beside a million screenings", minutes: 60, run: staff },
    Part { name: "rest", what: "start, memory at rest, size", minutes: 10, run: |at| at.load(&["--rest"]) },
    Part { name: "half", what: "children at half of capacity", minutes: 30, run: half },
    Part { name: "burst", what: "nine o’clock: 30,000 children in ten minutes", minutes: 60, run: burst },
    Part { name: "overload", what: "ten times capacity for five minutes", minutes: 60, run: overload },
    Part {
        name: "release",
        what: "a release of a million screenings, and DuckDB",
        minutes: 40,
        run: |at| release(at, 1_000_000),
    },
    Part {
        name: "release-10m",
        what: "a release of ten million screenings, and DuckDB",
        minutes: 240,
        run: |at| release(at, 10_000_000),
    },
];

fn kills(at: &Within) -> Result<Value> {
    at.faults(&["killed_rel_01"], &strikes(at))
}

fn cut(at: &Within) -> Result<Value> {
    at.faults(&["cut_off_and_comes_back"], &strikes(at))
}

/// A cut costs PostgreSQL a recovery, so there are a tenth as many.
fn strikes(at: &Within) -> [(&'static str, String); 2] {
    [("FIRSTLIGHT_KILLS", at.bench.sized(300, 30)), ("FIRSTLIGHT_CHILDREN", at.bench.sized(2310, 24))]
}

fn disk(at: &Within) -> Result<Value> {
    at.faults(&["full_or_broken_disk"], &[])
}

fn order(at: &Within) -> Result<Value> {
    let answers = [("FIRSTLIGHT_ANSWERS", at.bench.sized(1000, 104))];
    let mut found = at.faults(&["after_the_sync_of_its_commit"], &answers)?;
    let mutant = at.mutant(&["mutant_that_syncs_later"], &answers)?;
    if let (Some(all), Value::Array(more)) = (found.as_array_mut(), mutant) {
        all.extend(more);
    }
    Ok(found)
}

fn drops(at: &Within) -> Result<Value> {
    at.store(&["a_dropped_request", "the_usual_way"], &full(at))
}

fn writers(at: &Within) -> Result<Value> {
    at.store(&["sixty_four_writers"], &full(at))
}

fn replays(at: &Within) -> Result<Value> {
    at.store(&["replayed_five_times_at_once"], &full(at))
}

fn full(at: &Within) -> Vec<(&'static str, String)> {
    match at.bench.size {
        Size::Full => vec![("FIRSTLIGHT_TESTS", "full".to_owned())],
        Size::Short => Vec::new(),
    }
}

fn model(at: &Within) -> Result<Value> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut more = vec![
        ("FIRSTLIGHT_MODEL_CASES", at.bench.sized(20_400, 40)),
        ("FIRSTLIGHT_MODEL_SIDE_BY_SIDE", cores.to_string()),
    ];
    // It is about what follows from what, not about the disk: in memory a step waits for no sync.
    if Path::new("/dev/shm").is_dir() {
        more.push(("TMPDIR", "/dev/shm".to_owned()));
    }
    at.store(&["no_sequence_of_steps"], &more)
}

fn check_ins(at: &Within) -> Result<Value> {
    at.load(&["--phq9", "--children", &at.bench.sized(3000, 100), "--rounds", &at.bench.sized(3, 1)])
}

/// The same server that syncs each commit and one that does not. An optimised one cannot be made to, so both are unoptimised,
/// and what they have is their ratio alone.
fn normal(at: &Within) -> Result<Value> {
    let (children, rounds) = (at.bench.sized(2000, 100), at.bench.sized(3, 1));
    let base = format!("env FIRSTLIGHT_MUTANT=synchronous=normal '{}'", at.bench.mutant.display());
    let file = at.folder()?.join("found.json");
    let asked = ["--phq9", "--database", "sqlite", "--way", "islands", "--children", &children];
    let compared = ["--rounds", &rounds, "--base", &base];
    at.load_with(&at.bench.mutant, &file, &[&asked[..], &compared].concat())
}

fn staff(at: &Within) -> Result<Value> {
    at.load(&["--pages", "--screenings", &at.bench.sized(1_000_000, 10_000)])
}

fn half(at: &Within) -> Result<Value> {
    at.load(&["--half"])
}

fn burst(at: &Within) -> Result<Value> {
    let (children, seconds) = (at.bench.sized(30_000, 500), at.bench.sized(600, 10));
    at.load(&["--phq9", "--way", "islands", "--children", &children, "--burst", &seconds, "--classes"])
}

fn overload(at: &Within) -> Result<Value> {
    let seconds = at.bench.sized(300, 10);
    match at.bench.size {
        Size::Full => at.load(&["--overload", &seconds]),
        Size::Short => at.load(&["--overload", &seconds, "--short"]),
    }
}

/// The release, and DuckDB over the same rows, the goal being three times what that takes.
fn release(at: &Within, screenings: usize) -> Result<Value> {
    let folder = at.folder()?;
    let rows = folder.join("rows");
    std::fs::create_dir_all(&rows).doing("making the folder of rows")?;
    let screenings = at.bench.sized(screenings, 10_000);
    let mut found = Vec::new();
    for database in ["sqlite", "postgres"] {
        let mut arguments = vec!["--release", &screenings, "--database", database];
        let place = rows.display().to_string();
        if database == "sqlite" {
            arguments.extend(["--rows", &place]);
        }
        let one = at.load_into(&folder.join(format!("{database}.json")), &arguments)?;
        found.extend(one.as_array().cloned().unwrap_or_default());
    }
    found.push(
        duckdb(at, &folder, &rows).unwrap_or_else(|why| json!({ "database": "DuckDB", "missing": why })),
    );
    let _ = std::fs::remove_dir_all(&rows);
    Ok(Value::Array(found))
}

/// What DuckDB needs, in an environment of its own; whoever has no Python is told so in the figures.
fn duckdb(at: &Within, folder: &Path, rows: &Path) -> std::result::Result<Value, String> {
    let python = program("python3", &[]).ok_or("there is no python3")?;
    let environment = folder.join("python");
    run_quietly(Command::new(python).args(["-m", "venv"]).arg(&environment))?;
    run_quietly(Command::new(environment.join("bin/pip")).args(["install", "--quiet", "duckdb"]))?;
    let (script, out) = (folder.join("duckdb_rows.py"), folder.join("duckdb.json"));
    repo::write(&script, include_bytes!("duckdb_rows.py")).map_err(|fault| fault.0)?;
    let mut command = Command::new(environment.join("bin/python"));
    command.arg(&script).arg(rows).arg(&out);
    at.run(&mut command, "DuckDB failed; it stands above").map_err(|fault| fault.0)?;
    let bytes = repo::read(&out).map_err(|fault| fault.0)?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}
