//! The figures as a table for the README.

use std::fmt::Write;

use serde_json::{Map, Value};

/// A row: what was done, what came of it, and what it should be.
struct Row(String, String, &'static str);

/// Markdown of everything in the file.
pub fn of(all: &Map<String, Value>) -> String {
    let mut text = String::new();
    let mut builds = Vec::new();
    text.push_str("| | figure | goal |\n|---|---|---|\n");
    for part in super::PARTS {
        let Some(measured) = all.get(part.name) else { continue };
        let build = format!(
            "{}, {}, {} cores, {}",
            word(measured, "commit"),
            word(measured, "build"),
            measured["machine"]["cores"],
            word(&measured["machine"], "processor")
        );
        let note = note(&mut builds, build);
        let small = if measured["size"] == "full" { "" } else { " (short form)" };
        if let Some(why) = measured["failed"].as_str() {
            let _ = writeln!(text, "| {}{small} {note} | failed: {why} | |", part.what);
        }
        for figure in measured["figures"].as_array().into_iter().flatten() {
            for Row(what, found, goal) in rows(part.name, figure) {
                let _ = writeln!(text, "| {what}{small} {note} | {found} | {goal} |");
            }
        }
    }
    text.push('\n');
    for (at, build) in builds.iter().enumerate() {
        let _ = writeln!(text, "{} {build}", mark(at));
    }
    text
}

/// The mark of a build, the same for the same one.
fn note(builds: &mut Vec<String>, build: String) -> String {
    let at = builds.iter().position(|known| *known == build).unwrap_or_else(|| {
        builds.push(build);
        builds.len() - 1
    });
    mark(at)
}

fn mark(at: usize) -> String {
    format!("[{}]", at + 1)
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

fn rows(part: &str, figure: &Value) -> Vec<Row> {
    let at = |name: &str| number(n(figure, name));
    let on = figure["database"].as_str().map_or(String::new(), |database| {
        format!("{}: ", if database == "Postgres" { "PostgreSQL" } else { database.trim_matches('"') })
            .replace("Sqlite", "SQLite")
    });
    let step = |wanted: &str| {
        let steps = figure["steps"].as_array().into_iter().flatten();
        steps
            .filter(|step| step["step"] == wanted)
            .map(|step| number(n(step, "p99")))
            .next()
            .unwrap_or_default()
    };
    let fault = figure["fault"].as_str().unwrap_or_default();
    let row = |what: String, found: String, goal: &'static str| vec![Row(format!("{on}{what}"), found, goal)];
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
            "0",
        ),
        "disk" => row(
            format!("{fault}, {} faults", at("strikes")),
            format!(
                "{} acknowledged answers, {} lost, integrity {}",
                at("acknowledged"),
                at("lost"),
                word(figure, "integrity")
            ),
            "0 lost, ok",
        ),
        "order" => row(
            format!("{fault}, {} answers", at("answers")),
            format!("{} of {} acknowledged before their sync", at("early"), at("acknowledged")),
            if fault.starts_with("mutant") { "found" } else { "0" },
        ),
        "drops" => row(
            format!("{fault}, {} times", at("strikes")),
            format!("{} of {} acknowledged writes lost", at("lost"), at("acknowledged")),
            if fault.ends_with("usual way") { "more than 0" } else { "0" },
        ),
        "writers" => row(
            format!("{fault}, {} writes", at("writes")),
            format!("{} refused, {} lost", at("refused"), at("lost")),
            "0",
        ),
        "replays" => row(
            format!("{fault}: {} hand-ins", at("hand_ins")),
            format!("{} rows of {} check-ins", at("rows"), at("check_ins")),
            "one each",
        ),
        "model" => row(
            format!("{fault}: {} steps in {} cases", at("steps"), at("cases")),
            format!("{} wrong", at("wrong")),
            "0",
        ),
        "check-ins" => row(
            format!("check-ins of {} questions, {}", at("items"), word(figure, "way")),
            format!(
                "{} ms of processor each, {} a second, {} MiB at most, {} bytes each",
                at("cpu_ms_per_check_in"),
                at("per_second"),
                at("memory_most_mib"),
                at("bytes_per_check_in")
            ),
            match (figure["way"].as_str(), figure["database"].as_str()) {
                (Some("pages"), _) => "4 ms",
                (_, Some("Postgres")) => "2 ms; 400 MiB, 1,500 bytes",
                _ => "1 ms, 1,500 a second; 400 MiB, 1,500 bytes",
            },
        ),
        "staff" => row(
            word(figure, "page"),
            format!("{} ms, {} at the 95th percentile", at("p50_ms"), at("p95_ms")),
            if figure["page"] == "district" { "5 ms" } else { "10 ms" },
        ),
        "rest" => row(
            "start on a database of 2,000 students".to_owned(),
            format!(
                "{} ms, {} MiB at rest, a file of {} bytes",
                at("start_ms"),
                at("memory_at_rest_mib"),
                at("bytes")
            ),
            "200 ms, 60 MiB",
        ),
        "half" => row(
            format!("half of {} a second: saving an answer, 99th percentile", at("capacity_per_second")),
            format!("{} ms, {} failed", step("answer"), at("failed")),
            "50 ms, 0",
        ),
        "burst" => row(
            format!(
                "{} children within {} s: saving an answer, 99th percentile",
                at("check_ins"),
                at("seconds")
            ),
            format!("{} ms, {} failed, {} put off", step("answer"), at("failed"), at("put_off")),
            "500 ms, 0 failed",
        ),
        "overload" => overload(figure, &on),
        "release" if figure["database"] == "DuckDB" => match figure["missing"].as_str() {
            Some(why) => row(
                "the same rows".to_owned(),
                format!("not measured: {}", why.lines().next().unwrap_or_default()),
                "",
            ),
            None => row(
                format!("{} screenings read and grouped", at("screenings")),
                format!(
                    "{} s from CSV, {} s from Parquet",
                    number(n(figure, "csv_read_s") + n(figure, "csv_group_s")),
                    number(n(figure, "parquet_read_s") + n(figure, "parquet_group_s"))
                ),
                "",
            ),
        },
        "release" => row(
            format!("a release of {} screenings in {} schools", at("screenings"), at("schools")),
            format!(
                "{} s and {} MB, its audit {} s, reading its figures {} ms",
                at("build_s"),
                at("build_peak_mb"),
                at("audit_s"),
                at("figures_read_ms")
            ),
            "three times DuckDB",
        ),
        _ => Vec::new(),
    }
}

fn overload(figure: &Value, on: &str) -> Vec<Row> {
    let at = |name: &str| number(n(figure, name));
    let what =
        format!("{on}{} times {} a second for {} s", at("times"), at("capacity_per_second"), at("seconds"));
    let cards = match figure["without_card"].as_u64() {
        Some(n) if n > 0 => format!("; planned too small, {n} found no card"),
        _ => String::new(),
    };
    vec![
        Row(what.clone(), format!("{} of capacity completed{cards}", at("goodput_share")), "0.8"),
        Row(
            format!("{what}: told"),
            format!(
                "{}, {} without a time to come back, {} failed",
                figure["statuses"].to_string().replace('"', ""),
                at("without_retry_after"),
                at("failed")
            ),
            "0, 0",
        ),
        Row(
            format!("{what}: health"),
            format!("{} ms at the 99th percentile, {} times away", at("health_p99_ms"), at("health_away")),
            "0 away",
        ),
        Row(format!("{what}: as quick as before"), format!("after {} s", at("recovered_after_s")), "30 s"),
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

    #[test]
    fn a_table_names_the_build_of_each_figure() {
        let machine = json!({ "cores": 2, "processor": "a processor" });
        let part = |commit: &str, figures| json!({ "commit": commit, "build": "optimised", "size": "full", "machine": machine, "failed": null, "figures": figures });
        let mut all = serde_json::Map::new();
        let kills = json!([{ "database": "Sqlite", "fault": "killed", "strikes": 300, "answers": 30_030, "children": 2310, "lost": 0,
            "twice": 0, "without_referral": 0, "scored_otherwise": 0 }]);
        all.insert("kills".to_owned(), part("abc", kills));
        all.insert(
            "drops".to_owned(),
            part(
                "def",
                json!([{ "database": "Postgres", "fault": "request dropped", "strikes": 10_000,
            "acknowledged": 10_000, "lost": 0 }]),
            ),
        );
        let table = super::of(&all);
        assert!(
            table.contains(
                "| SQLite: killed 300 times under 30,030 answers of 2,310 children [1] | 0 lost, 0 twice"
            ),
            "{table}"
        );
        assert!(
            table.contains(
                "| PostgreSQL: request dropped, 10,000 times [2] | 0 of 10,000 acknowledged writes lost | 0 |"
            ),
            "{table}"
        );
        assert!(table.contains("[2] def, optimised, 2 cores, a processor"), "{table}");
    }
}
