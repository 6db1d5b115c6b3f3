//! Every figure that the README states, by one command, in one file: `target/figures.json`.
//!
//! Each part stands in the file with the commit and the build it was measured at; parts that are not run keep what they had.

mod bench;
mod parts;
mod readme;
mod table;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::cargo::run_quietly;
use crate::repo::Repo;
use crate::say::{Doing, Fault, Result, Steps};
use bench::{Bench, Build, Size};
pub use parts::FAULTS;
use parts::{PARTS, Part};

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Asked {
    only: Vec<String>,
    size: Size,
    build: Build,
}

/// `cargo xtask figures` with what stands behind it.
pub fn run(repo: &Repo, arguments: &[&str]) -> Result<u8> {
    match arguments {
        ["--table"] => print_table(&file(repo)),
        ["--table", file] => print_table(Path::new(file)),
        ["--readme"] => readme::fill(repo, &file(repo)),
        ["--readme", file] => readme::fill(repo, Path::new(file)),
        _ => measure(repo, &asked(arguments)?),
    }
}

fn asked(arguments: &[&str]) -> Result<Asked> {
    let mut asked = Asked { only: Vec::new(), size: Size::Full, build: Build::Optimised };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match (*argument, argument.strip_prefix("--only=")) {
            ("--short", _) => asked.size = Size::Short,
            ("--unoptimised", _) => asked.build = Build::Unoptimised,
            (_, Some(names)) => asked.only.extend(names.split(',').map(str::to_owned)),
            ("--only", _) => {
                let names = rest.next().ok_or_else(|| Fault::new(format!("--only of what? {}", names())))?;
                asked.only.extend(names.split(',').map(str::to_owned));
            }
            (other, _) => {
                return Err(Fault::new(format!(
                    "`{other}` is not understood; `cargo xtask help` says what is"
                )));
            }
        }
    }
    match asked.only.iter().find(|name| PARTS.iter().all(|part| part.name != name.as_str())) {
        Some(unknown) => Err(Fault::new(format!("there is no part `{unknown}`; {}", names()))),
        None => Ok(asked),
    }
}

fn names() -> String {
    let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
    format!("the parts are {}", names.join(","))
}

fn file(repo: &Repo) -> PathBuf {
    repo.target.join("figures.json")
}

fn measure(repo: &Repo, asked: &Asked) -> Result<u8> {
    let chosen: Vec<&Part> = PARTS
        .iter()
        .filter(|part| asked.only.is_empty() || asked.only.iter().any(|n| n == part.name))
        .collect();
    let mut steps = Steps::new(bench::STEPS + chosen.len());
    let bench = Bench::set_up(repo, asked.size, asked.build, &chosen, &mut steps)?;
    let path = file(repo);
    let mut all = read(&path);
    let commit = commit(repo);
    let mut failed = Vec::new();
    for part in chosen {
        steps.next(format!("{} ({} minutes at most)", part.what, part.minutes));
        let begun = Instant::now();
        let (figures, why) = match (part.run)(&bench.within(part)) {
            Ok(figures) => {
                let why = bench::reasons(&figures);
                (figures, Some(why.join("; ")).filter(|why| !why.is_empty()))
            }
            Err(Fault(why)) => (json!([]), Some(why)),
        };
        if let Some(why) = &why {
            eprintln!("  {}: {why}", part.name);
            failed.push(part.name);
        }
        all.insert(
            part.name.to_owned(),
            json!({
                "figures": figures, "failed": why, "seconds": begun.elapsed().as_secs(), "commit": commit,
                "build": asked.build.name(), "size": asked.size.name(), "machine": machine(),
            }),
        );
        // After each part: whoever breaks off keeps what there is.
        let text = serde_json::to_string_pretty(&all).doing("writing the figures")?;
        std::fs::write(&path, text).doing(format!("writing {}", path.display()))?;
    }
    eprintln!("done after {}; `cargo xtask figures --readme` writes them into the README", steps.elapsed());
    println!("{}", path.display());
    if failed.is_empty() {
        return Ok(0);
    }
    Err(Fault::new(format!("{} failed; what they said stands above", failed.join(", "))))
}

fn read(path: &Path) -> Map<String, Value> {
    std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn print_table(path: &Path) -> Result<u8> {
    let all = read(path);
    if all.is_empty() {
        return Err(Fault::new(format!(
            "no figures in {}; `cargo xtask figures` measures them",
            path.display()
        )));
    }
    print!("{}", table::of(&all, &[]));
    Ok(0)
}

/// The commit that is measured, and whether anything differs from it.
fn commit(repo: &Repo) -> String {
    let git = |arguments: &[&str]| run_quietly(Command::new("git").args(arguments).current_dir(&repo.root));
    match (git(&["rev-parse", "--short", "HEAD"]), git(&["status", "--porcelain"])) {
        (Ok(commit), Ok(changes)) if changes.is_empty() => commit,
        (Ok(commit), _) => format!("{commit} and changes"),
        (Err(_), _) => "unknown".to_owned(),
    }
}

/// What it is measured on.
fn machine() -> Value {
    let of = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("unknown", |(_, value)| value.trim()).to_owned()
    };
    json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": of("/proc/cpuinfo", "model name"), "memory": of("/proc/meminfo", "MemTotal"),
        "system": std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
        "load_at_the_end": std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Asked, Build, PARTS, Size, asked};

    #[test]
    fn parts_are_asked_for_by_name() {
        let only = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let all = Asked { only: Vec::new(), size: Size::Full, build: Build::Optimised };
        assert_eq!(asked(&[]).unwrap(), all);
        let some = Asked { only: only(&["kills", "model"]), size: Size::Short, build: Build::Unoptimised };
        assert_eq!(asked(&["--only", "kills,model", "--short", "--unoptimised"]).unwrap(), some);
        assert_eq!(asked(&["--only=kills", "--only=model", "--unoptimised", "--short"]).unwrap(), some);
        for wrong in [&["--only"][..], &["--only", "nonsense"], &["--fast"]] {
            let why = asked(wrong).unwrap_err().0;
            assert!(!why.contains('\n'), "{why}");
        }
    }

    #[test]
    fn every_part_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = PARTS.iter().map(|part| part.name).collect();
        assert_eq!(names.len(), PARTS.len());
    }
}
