//! Two builds in one run, by turns, so that what else the machine does meets both.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::place::Scratch;

/// Measures the base and this build `rounds` times each; true when one of them failed.
pub fn compare(base: &Path, rounds: usize) -> bool {
    let own = std::env::var_os("FIRSTLIGHT_BIN").unwrap();
    let folder = Scratch::new();
    let mut best: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..rounds.max(1) {
        for (at, build) in [base.as_os_str(), own.as_os_str()].into_iter().enumerate() {
            eprintln!("== {}", build.display());
            let file = folder.path().join("figures.json");
            let mut run = Command::new(std::env::current_exe().unwrap());
            run.env("FIRSTLIGHT_BIN", build).args(without_base()).arg("--json").arg(&file);
            if !run.status().unwrap().success() {
                return true;
            }
            let figures: Vec<Value> = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            for (n, figure) in figures.into_iter().enumerate() {
                match best[at].get_mut(n) {
                    Some(known) if cost(known) <= cost(&figure) => {}
                    Some(known) => *known = figure,
                    None => best[at].push(figure),
                }
            }
        }
    }
    let [before, after] = &best;
    println!(
        "{:<10}{:<9}{:>12}{:>12}{:>8}{:>14}{:>12}",
        "", "", "base ms", "this ms", "ratio", "base per s", "this per s"
    );
    for (before, after) in before.iter().zip(after) {
        let rate = |figure: &Value| figure["per_second"].as_f64().unwrap_or(0.0);
        println!(
            "{:<10}{:<9}{:>12.2}{:>12.2}{:>8.2}{:>14.0}{:>12.0}",
            after["database"].as_str().unwrap_or_default(),
            after["way"].as_str().unwrap_or_default(),
            cost(before),
            cost(after),
            cost(before) / cost(after),
            rate(before),
            rate(after)
        );
    }
    false
}

fn cost(figure: &Value) -> f64 {
    figure["cpu_ms_per_check_in"].as_f64().unwrap_or(f64::MAX)
}

/// This run's arguments but the base, the rounds and the file.
fn without_base() -> Vec<String> {
    let mut kept = Vec::new();
    let mut all = std::env::args().skip(1);
    while let Some(argument) = all.next() {
        match argument.as_str() {
            "--base" | "--rounds" | "--json" => drop(all.next()),
            _ => kept.push(argument),
        }
    }
    kept
}
