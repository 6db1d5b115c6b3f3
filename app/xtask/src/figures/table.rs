//! The figures as a table for the README.

use std::fmt::Write;

use serde_json::{Map, Value};

/// A row: what was done, what came of it, and what it should be.
struct Row(String, String, Goal);

/// What a figure should be, by the issue that set it.
enum Goal {
    /// Nothing is asked of it.
    None,
    /// Measured, goal, unit.
    AtMost(f64, f64, &'static str),
    /// Measured, goal, unit.
    AtLeast(f64, f64, &'static str),
    /// In words, and whether it is reached.
    Said(&'static str, bool),
}

impl Goal {
    /// The goal, and whether it is reached and by what ratio.
    fn cells(&self) -> (String, String) {
        let said = |reached: bool, share: f64| {
            let share = if share < 1.0 { format!("{share:.2}") } else { number(share) };
            let share =
                if share.contains('.') { share.trim_end_matches('0').trim_end_matches('.') } else { &share };
            format!("{}, {share} of it", if reached { "yes" } else { "no" })
        };
        let unit = |unit: &str| if unit.is_empty() { String::new() } else { format!(" {unit}") };
        match self {
            Self::None => (String::new(), String::new()),
            Self::Said(goal, reached) => ((*goal).to_owned(), if *reached { "yes" } else { "no" }.to_owned()),
            Self::AtMost(found, goal, of) | Self::AtLeast(found, goal, of) => {
                let most = matches!(self, Self::AtMost(..));
                let words = if most { "at most" } else { "at least" };
                let goal_cell = format!("{words} {}{}", number(*goal), unit(of));
                if !found.is_finite() {
                    return (goal_cell, "not measured".to_owned());
                }
                (goal_cell, said(if most { found <= goal } else { found >= goal }, found / goal))
            }
        }
    }
}

const HEAD: &str = "| part | what | measured | goal | reached | at |\n|---|---|---|---|---|---|\n";

/// Markdown of everything in the file. Of parts that are not in it the `old` rows are kept.
pub fn of(all: &Map<String, Value>, old: &[&str]) -> String {
    let mut text = HEAD.to_owned();
    for part in super::PARTS {
        let Some(measured) = all.get(part.name) else {
            let first = format!("| {} |", part.name);
            for row in old.iter().filter(|row| row.starts_with(&first)) {
                let _ = writeln!(text, "{row}");
            }
            continue;
        };
        let at = at(part.name, measured);
        let name = part.name;
        if let Some(why) = measured["failed"].as_str() {
            let why = why.replace('|', "/").replace('\n', " ");
            let _ = writeln!(text, "| {name} | {} | failed: {why} | | no | {at} |", part.what);
        }
        let figures: Vec<&Value> = measured["figures"].as_array().into_iter().flatten().collect();
        let mut found: Vec<Row> = figures.iter().flat_map(|figure| rows(name, figure, &figures)).collect();
        if name == "check-ins" {
            found.extend(peers(&figures));
        }
        for Row(what, found, goal) in found {
            let (goal, reached) = goal.cells();
            let _ = writeln!(text, "| {name} | {what} | {found} | {goal} | {reached} | {at} |");
        }
    }
    text
}

/// Where a part was measured: its commit, and what else is not as usual.
fn at(part: &str, measured: &Value) -> String {
    let mut at = format!("{}, {} cores", word(measured, "commit"), measured["machine"]["cores"]);
    // A part that is unoptimised by its nature says so in its rows.
    if measured["build"] != "optimised" && part != "unsafe-normal" {
        at.push_str(", unoptimised");
    }
    if measured["size"] != "full" {
        at.push_str(", short form");
    }
    at
}

/// What others take for a nine-item form, as the issue states it of a machine of the same kind: milliseconds of processor in
/// all processes, and completed a second. No part measures them again.
const PEERS: [(&str, f64, f64); 6] = [
    ("a plain Express and PostgreSQL form that saves once", 2.8, 680.0),
    ("Medplum's API", 7.7, 195.0),
    ("a plain Django form, by worker", 19.0, 50.0),
    ("LimeSurvey, tuned", 85.0, 21.0),
    ("LimeSurvey, stock", 160.0, f64::NAN),
    ("MindLogger's API", 220.0, 5.0),
];

/// A check-in as devices send it beside the others'.
fn peers(figures: &[&Value]) -> Vec<Row> {
    let own = |database: &str| {
        let of = figures.iter().find(|f| f["way"] == "islands" && f["database"] == database);
        of.map(|figure| (n(figure, "cpu_ms_per_check_in"), n(figure, "per_second")))
    };
    let own: Vec<_> = [("SQLite", own("Sqlite")), ("PostgreSQL", own("Postgres"))]
        .into_iter()
        .filter_map(|(name, own)| own.map(|own| (name, own)))
        .collect();
    let rows = PEERS.iter().filter(|_| !own.is_empty()).map(|(who, ms, rate)| {
        let beside: Vec<String> = own
            .iter()
            .map(|(name, (cpu, per_second))| {
                let times = format!("{name} takes {} of its processor time", number(cpu / ms));
                if rate.is_nan() {
                    times
                } else {
                    format!("{times}, {} of its rate", number(per_second / rate))
                }
            })
            .collect();
        let rate = if rate.is_nan() { String::new() } else { format!(", {} a second", number(*rate)) };
        Row(
            format!("beside {who} ({} ms{rate}; stated, not measured here)", number(*ms)),
            beside.join("; "),
            Goal::None,
        )
    });
    rows.collect()
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or("unknown").to_owned()
}

fn n(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or(f64::NAN)
}

/// A number as a person reads it: three digits, or a whole one with its thousands apart.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value.abs() < 100.0 && value.fract() != 0.0 {
        return format!("{value:.*}", if value.abs() < 10.0 { 2 } else { 1 });
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn rows(part: &str, figure: &Value, all: &[&Value]) -> Vec<Row> {
    let at = |name: &str| number(n(figure, name));
    let on = figure["database"].as_str().map_or(String::new(), |database| {
        format!("{}: ", if database == "Postgres" { "PostgreSQL" } else { database.trim_matches('"') })
            .replace("Sqlite", "SQLite")
    });
    let step = |wanted: &str| {
        let steps = figure["steps"].as_array().into_iter().flatten();
        steps.filter(|step| step["step"] == wanted).map(|step| n(step, "p99")).next().unwrap_or(f64::NAN)
    };
    let fault = figure["fault"].as_str().unwrap_or_default();
    let row = |what: String, found: String, goal: Goal| vec![Row(format!("{on}{what}"), found, goal)];
    let zero = |names: &[&str]| names.iter().all(|name| n(figure, name) == 0.0);
    let none = |names: &[&str]| Goal::Said("0", zero(names));
    match part {
        "kills" | "cut" => row(
            format!(
                "{fault} {} times under {} answers of {} children",
                at("strikes"),
                at("answers"),
                at("children")
            ),
            format!(
                "{} lost, {} twice, {} without a referral, {} scored otherwise",
                at("lost"),
                at("twice"),
                at("without_referral"),
                at("scored_otherwise")
            ),
            none(&["lost", "twice", "without_referral", "scored_otherwise"]),
        ),
        "disk" => row(
            format!("{fault}, {} faults", at("strikes")),
            format!(
                "{} acknowledged answers, {} lost, integrity {}",
                at("acknowledged"),
                at("lost"),
                word(figure, "integrity")
            ),
            Goal::Said("0 lost, ok", zero(&["lost"]) && figure["integrity"] == "ok"),
        ),
        "order" => row(
            format!("{fault}, {} answers", at("answers")),
            format!("{} of {} acknowledged before their sync", at("early"), at("acknowledged")),
            match fault.starts_with("mutant") {
                true => Goal::Said("found", !zero(&["early"])),
                false => none(&["early"]),
            },
        ),
        "drops" => row(
            format!("{fault}, {} times", at("strikes")),
            format!("{} of {} acknowledged writes lost", at("lost"), at("acknowledged")),
            match fault.ends_with("usual way") {
                true => Goal::Said("more than 0", !zero(&["lost"])),
                false => none(&["lost"]),
            },
        ),
        "writers" => row(
            format!("{fault}, {} writes", at("writes")),
            format!("{} refused, {} lost", at("refused"), at("lost")),
            none(&["refused", "lost"]),
        ),
        "replays" => row(
            format!("{fault}: {} hand-ins", at("hand_ins")),
            format!("{} rows of {} check-ins", at("rows"), at("check_ins")),
            Goal::Said("one each", n(figure, "rows") == n(figure, "check_ins")),
        ),
        "model" => row(
            format!("{fault}: {} steps in {} cases", at("steps"), at("cases")),
            format!("{} wrong", at("wrong")),
            none(&["wrong"]),
        ),
        "check-ins" => check_ins(figure, &on),
        "unsafe-normal" => row(
            "synchronous=NORMAL (unsafe: a power cut loses what was acknowledged) against FULL, both unoptimised".to_owned(),
            format!(
                "{} of FULL's processor time, {} of its rate",
                number(n(figure, "base_over_this_cpu")),
                number(1.0 / n(figure, "this_over_base_rate"))
            ),
            Goal::None,
        ),
        "staff" => {
            let page = word(figure, "page");
            let most = if page == "district" { 5.0 } else { 10.0 };
            // Older files hold only what the client waited.
            let own = n(figure, "server_ms");
            row(
                format!("{page}, beside {} screenings", at("screenings")),
                format!(
                    "{} ms in the server (mean); {} ms client's wait on loopback, {} at the 95th percentile",
                    number(own),
                    at("p50_ms"),
                    at("p95_ms")
                ),
                Goal::AtMost(own, most, "ms in the server"),
            )
        }
        "rest" => vec![
            Row(
                format!("{on}start on a database of 2,000 students"),
                format!("{} ms", at("start_ms")),
                Goal::AtMost(n(figure, "start_ms"), 200.0, "ms"),
            ),
            Row(
                format!("{on}memory at rest"),
                format!("{} MiB", at("memory_at_rest_mib")),
                Goal::AtMost(n(figure, "memory_at_rest_mib"), 60.0, "MiB"),
            ),
            Row(format!("{on}the executable"), format!("{} bytes", at("bytes")), Goal::None),
        ],
        "half" | "burst" => {
            let (what, most) = match part {
                "half" => (format!("half of {} a second", at("capacity_per_second")), 50.0),
                _ => (format!("{} children in classes, within {} s", at("check_ins"), at("seconds")), 500.0),
            };
            vec![
                Row(
                    format!("{on}{what}: saving an answer, 99th percentile"),
                    format!("{} ms", number(step("answer"))),
                    Goal::AtMost(step("answer"), most, "ms"),
                ),
                Row(
                    format!("{on}{what}: failed"),
                    format!("{}, {} put off", at("failed"), at("put_off")),
                    none(&["failed"]),
                ),
            ]
        }
        "overload" => overload(figure, &on),
        "release" | "release-10m" if figure["database"] == "DuckDB" => match figure["missing"].as_str() {
            Some(why) => row(
                "the same rows".to_owned(),
                format!("not measured: {}", why.lines().next().unwrap_or_default()),
                Goal::None,
            ),
            None => row(
                format!("{} screenings read and grouped", at("screenings")),
                format!(
                    "{} s from CSV, {} s from Parquet",
                    number(n(figure, "csv_read_s") + n(figure, "csv_group_s")),
                    number(n(figure, "parquet_read_s") + n(figure, "parquet_group_s"))
                ),
                Goal::None,
            ),
        },
        "release" | "release-10m" => {
            let duckdb = all.iter().find(|figure| figure["database"] == "DuckDB");
            let duckdb = duckdb.map_or(f64::NAN, |duckdb| n(duckdb, "csv_read_s") + n(duckdb, "csv_group_s"));
            vec![
                Row(
                    format!("{on}a release of {} screenings in {} schools", at("screenings"), at("schools")),
                    format!("{} s and {} MB", at("build_s"), at("build_peak_mb")),
                    Goal::AtMost(n(figure, "build_s") / duckdb, 3.0, "times DuckDB"),
                ),
                Row(
                    format!("{on}its audit, and reading its figures"),
                    format!("{} s, {} ms", at("audit_s"), at("figures_read_ms")),
                    Goal::None,
                ),
            ]
        }
        _ => Vec::new(),
    }
}

/// Every goal of a check-in has a row.
fn check_ins(figure: &Value, on: &str) -> Vec<Row> {
    let of = |name: &str| n(figure, name);
    let what = format!("{on}check-ins of {} questions, {}", number(of("items")), word(figure, "way"));
    let (pages, embedded) = (figure["way"] == "pages", figure["database"] == "Sqlite");
    let cpu = of("cpu_ms_per_check_in");
    let most = match (pages, embedded) {
        (true, _) => 4.0,
        (false, true) => 1.0,
        (false, false) => 2.0,
    };
    let rate = of("per_second");
    let fast = if embedded && figure["way"] == "islands" {
        Goal::AtLeast(rate, 1500.0, "a second")
    } else {
        Goal::None
    };
    vec![
        Row(
            format!("{what}: processor of each"),
            format!("{} ms", number(cpu)),
            Goal::AtMost(cpu, most, "ms"),
        ),
        Row(
            format!("{what}: completed"),
            format!("{} a second, {} by core of server and database", number(rate), number(of("per_core"))),
            fast,
        ),
        Row(
            format!("{what}: memory at most"),
            format!("{} MiB", number(of("memory_most_mib"))),
            Goal::AtMost(of("memory_most_mib"), 400.0, "MiB"),
        ),
        Row(
            format!("{what}: database of each"),
            format!("{} bytes", number(of("bytes_per_check_in"))),
            Goal::AtMost(of("bytes_per_check_in"), 1500.0, "bytes"),
        ),
    ]
}

fn overload(figure: &Value, on: &str) -> Vec<Row> {
    let at = |name: &str| number(n(figure, name));
    let what =
        format!("{on}{} times {} a second for {} s", at("times"), at("capacity_per_second"), at("seconds"));
    let cards = match figure["without_card"].as_u64() {
        Some(n) if n > 0 => format!("; planned too small, {n} found no card"),
        _ => String::new(),
    };
    let zero = |names: &[&str]| names.iter().all(|name| n(figure, name) == 0.0);
    vec![
        Row(
            what.clone(),
            format!("{} of capacity completed{cards}", at("goodput_share")),
            Goal::AtLeast(n(figure, "goodput_share"), 0.8, "of capacity"),
        ),
        Row(
            format!("{what}: told"),
            format!(
                "{}, {} without a time to come back, {} failed",
                figure["statuses"].to_string().replace('"', ""),
                at("without_retry_after"),
                at("failed")
            ),
            Goal::Said("0, 0", zero(&["without_retry_after", "failed"])),
        ),
        Row(
            format!("{what}: health"),
            format!("{} ms at the 99th percentile, {} times away", at("health_p99_ms"), at("health_away")),
            Goal::Said("0 away", zero(&["health_away"])),
        ),
        Row(
            format!("{what}: as quick as before"),
            format!("after {} s", at("recovered_after_s")),
            Goal::AtMost(n(figure, "recovered_after_s"), 30.0, "s"),
        ),
        Row(
            format!("{what}: memory"),
            format!("{} MiB at most", at("memory_most_mib")),
            Goal::AtMost(n(figure, "memory_most_mib"), 400.0, "MiB"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn numbers_read_like_a_sentence() {
        for (value, text) in [
            (0.0, "0"),
            (3.847, "3.85"),
            (42.26, "42.3"),
            (1234.5, "1,234"),
            (30_030.0, "30,030"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(super::number(value), text);
        }
    }

    fn table(name: &str, figures: serde_json::Value) -> String {
        let part = json!({ "commit": "abc", "build": "optimised", "size": "full", "failed": null, "figures": figures,
            "machine": { "cores": 2, "processor": "a processor" } });
        super::of(&serde_json::Map::from_iter([(name.to_owned(), part)]), &[])
    }

    #[test]
    fn a_row_says_what_was_measured_what_it_should_be_and_whether_it_is_at_which_commit() {
        let kills = json!([{ "database": "Sqlite", "fault": "killed", "strikes": 300, "answers": 30_030, "children": 2310, "lost": 0,
            "twice": 0, "without_referral": 0, "scored_otherwise": 0 }]);
        let text = table("kills", kills);
        assert!(
            text.contains(
                "| kills | SQLite: killed 300 times under 30,030 answers of 2,310 children | 0 lost, 0 twice"
            ),
            "{text}"
        );
        assert!(text.ends_with("| 0 | yes | abc, 2 cores |\n"), "{text}");
        let lost = json!([{ "database": "Postgres", "fault": "request dropped", "strikes": 10_000, "acknowledged": 10_000, "lost": 2 }]);
        assert!(table("drops", lost).contains("2 of 10,000 acknowledged writes lost | 0 | no |"));
    }

    #[test]
    fn every_goal_of_a_check_in_has_a_row_with_its_ratio_and_so_has_every_other_program() {
        let text = table(
            "check-ins",
            json!([{ "database": "Sqlite", "way": "islands", "items": 10, "cpu_ms_per_check_in": 5.0,
            "per_second": 300.0, "per_core": 200.0, "memory_most_mib": 80.0, "bytes_per_check_in": 3000.0 }]),
        );
        for row in [
            "5 ms | at most 1 ms | no, 5 of it |",
            "300 a second, 200 by core of server and database | at least 1,500 a second | no, 0.2 of it |",
            "80 MiB | at most 400 MiB | yes, 0.2 of it |",
            "3,000 bytes | at most 1,500 bytes | no, 2 of it |",
            "LimeSurvey, tuned (85 ms, 21 a second; stated, not measured here) | SQLite takes 0.06 of its",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
    }

    #[test]
    fn a_release_is_held_against_duckdb_over_the_same_rows() {
        let text = table(
            "release-10m",
            json!([
                { "database": "Sqlite", "screenings": 10_000_000, "schools": 200, "build_s": 50.0, "build_peak_mb": 97 },
                { "database": "DuckDB", "screenings": 10_000_000, "csv_read_s": 8.0, "csv_group_s": 2.0 },
            ]),
        );
        assert!(text.contains("| 50 s and 97 MB | at most 3 times DuckDB | no, 1.67 of it |"), "{text}");
        let alone = table(
            "release",
            json!([{ "database": "Sqlite", "screenings": 1, "schools": 1, "build_s": 50.0 }]),
        );
        assert!(alone.contains("| at most 3 times DuckDB | not measured |"), "{alone}");
    }
}
