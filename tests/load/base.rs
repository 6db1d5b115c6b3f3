//! Two of them in one run, by turns, so that what else the machine does meets both: two servers, or any two commands.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::place::Scratch;

use crate::{Arguments, measure, reasons, write};

/// Measures the base and this build `rounds` times each; why that failed.
pub fn compare(base: &str, arguments: &Arguments, until: Instant) -> Vec<String> {
    let own = std::env::var_os("FIRSTLIGHT_BIN").unwrap();
    let folder = Scratch::new();
    // A server is started as one program; a command line becomes one.
    let script = folder.path().join("base");
    std::fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", from_the_root(base))).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut best: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    for round in 0..arguments.rounds.max(1) {
        for at in turns(round) {
            let build = if at == 0 { script.as_os_str() } else { &own };
            eprintln!("== {}", if at == 0 { base.to_owned() } else { own.display().to_string() });
            let file = folder.path().join("figures.json");
            let mut run = Command::new(std::env::current_exe().unwrap());
            run.env("FIRSTLIGHT_BIN", build).args(without_base()).arg("--json").arg(&file);
            if let Err(why) = ended(run.spawn().unwrap(), until).map(drop) {
                let told = std::fs::read(&file).ok();
                let told = told.and_then(|bytes| serde_json::from_slice::<Vec<Value>>(&bytes).ok());
                let told: Vec<String> = told.iter().flatten().flat_map(reasons).collect();
                return if told.is_empty() { vec![why] } else { told };
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
        "{:<10}{:<9}{:>12}{:>12}{:>8}{:>14}{:>12}{:>8}",
        "", "", "base ms", "this ms", "ratio", "base per s", "this per s", "ratio"
    );
    let mut figures = Vec::new();
    for (before, after) in before.iter().zip(after) {
        let rate = |figure: &Value| figure["per_second"].as_f64().unwrap_or(f64::NAN);
        let (cheaper, faster) = (cost(before) / cost(after), rate(after) / rate(before));
        println!(
            "{:<10}{:<9}{:>12.2}{:>12.2}{cheaper:>8.2}{:>14.0}{:>12.0}{faster:>8.2}",
            after["database"].as_str().unwrap_or_default(),
            after["way"].as_str().unwrap_or_default(),
            cost(before),
            cost(after),
            rate(before),
            rate(after)
        );
        figures.push(json!({
            "database": after["database"], "way": after["way"], "base_over_this_cpu": cheaper,
            "this_over_base_rate": faster, "base": before, "this": after,
        }));
    }
    write(arguments, &figures);
    Vec::new()
}

/// Runs two command lines `rounds` times each; why that failed.
pub fn any(base: &str, this: &str, arguments: &Arguments, until: Instant) -> Vec<String> {
    let mut best: [Option<Cost>; 2] = [None, None];
    for round in 0..arguments.rounds.max(1) {
        for at in turns(round) {
            let line = if at == 0 { base } else { this };
            eprintln!("== {line}");
            let mut command = Command::new("sh");
            command.args(["-c", line]);
            let begun = Instant::now();
            let before = measure::processor_seconds(std::process::id());
            let memory = match ended(command.spawn().unwrap(), until) {
                Ok(memory) => memory,
                Err(why) => return vec![format!("{line}: {why}")],
            };
            // What has ended counts with this process.
            let cpu = measure::processor_seconds(std::process::id()) - before;
            let cost = Cost { seconds: begun.elapsed().as_secs_f64(), cpu, memory };
            let known = &mut best[at];
            *known = Some(known.take().map_or(cost, |known| known.least(cost)));
        }
    }
    let [Some(base), Some(this)] = best else { return vec!["nothing was run".to_owned()] };
    println!("{:<22}{:>12}{:>12}{:>8}", "least of each", "base", "this", "ratio");
    let mut figure = json!({ "commands": [arguments.base, arguments.this] });
    let rows = [
        ("seconds", base.seconds, this.seconds),
        ("processor_seconds", base.cpu, this.cpu),
        ("memory_mib", base.memory, this.memory),
    ];
    for (what, base, this) in rows {
        println!("{what:<22}{base:>12.2}{this:>12.2}{:>8.2}", base / this);
        figure[what] = json!({ "base": base, "this": this, "ratio": base / this });
    }
    write(arguments, &[figure]);
    Vec::new()
}

/// What a command took.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    cpu: f64,
    memory: f64,
}

impl Cost {
    fn least(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.min(other.memory),
        }
    }
}

/// Who goes first changes from round to round.
fn turns(round: usize) -> [usize; 2] {
    [round % 2, 1 - round % 2]
}

/// Waits for the end of a command, until then at the latest; the most memory in MiB that it and what it started were seen
/// with.
fn ended(mut child: Child, until: Instant) -> Result<f64, String> {
    let mut most: f64 = 0.0;
    loop {
        most = most.max(memory(child.id()));
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => return Ok(most),
            Some(status) => return Err(format!("it failed ({status}); what it said stands above")),
            None if Instant::now() > until => {
                measure::end(child.id());
                let _ = child.wait();
                return Err("time: it did not end within --most-minutes".to_owned());
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn memory(pid: u32) -> f64 {
    measure::mebibytes(pid, "VmRSS") + measure::children(pid).into_iter().map(memory).sum::<f64>()
}

/// A file that is named from here, by its full name: servers are started in folders of their own.
fn from_the_root(line: &str) -> String {
    match Path::new(line).canonicalize() {
        Ok(file) if file.is_file() => format!("'{}'", file.display()),
        _ => line.to_owned(),
    }
}

fn cost(figure: &Value) -> f64 {
    figure["cpu_ms_per_check_in"].as_f64().unwrap_or(f64::MAX)
}

/// This run's arguments but the base, the rounds and the file.
fn without_base() -> Vec<String> {
    let mut kept = Vec::new();
    let mut all = std::env::args().skip(1);
    while let Some(argument) = all.next() {
        let name = argument.split('=').next().unwrap_or_default();
        match name {
            "--base" | "--rounds" | "--json" if name == argument => drop(all.next()),
            "--base" | "--rounds" | "--json" => {}
            _ => kept.push(argument),
        }
    }
    kept
}

#[cfg(test)]
mod own {
    use clap::Parser;

    use super::{any, turns};
    use crate::Arguments;

    #[test]
    fn any_two_commands_are_measured_by_turns_with_their_ratios() {
        let folder = tests::place::Scratch::new();
        let (file, said) = (folder.path().join("figures.json"), folder.path().join("said"));
        let line = |word: &str| format!("echo {word} >> '{}'", said.display());
        let (base, this) = (line("base"), line("this"));
        let arguments = ["load", "--base", &base, "--this", &this, "--rounds", "2", "--json"];
        let mut arguments = arguments.map(str::to_owned).to_vec();
        arguments.push(file.display().to_string());
        let arguments = Arguments::try_parse_from(arguments).unwrap();
        let later = std::time::Instant::now() + std::time::Duration::from_secs(300);
        assert_eq!(any(&base, &this, &arguments, later), Vec::<String>::new());
        assert_eq!(std::fs::read_to_string(said).unwrap(), "base\nthis\nthis\nbase\n");
        let figures: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert!(figures[0]["seconds"]["ratio"].as_f64().unwrap() > 0.0, "{figures}");
    }

    #[test]
    fn a_command_that_fails_or_takes_too_long_is_named() {
        let arguments = Arguments::try_parse_from(["load"]).unwrap();
        let later = std::time::Instant::now() + std::time::Duration::from_secs(300);
        let why = any("exit 3", "true", &arguments, later).concat();
        assert!(why.starts_with("exit 3: it failed"), "{why}");
        let why = any("sleep 300", "true", &arguments, std::time::Instant::now()).concat();
        assert!(why.contains("--most-minutes"), "{why}");
        assert_eq!([turns(0), turns(1)], [[0, 1], [1, 0]]);
    }
}
