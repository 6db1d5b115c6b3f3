//! The programs that measure, built once, and how they are run: with an end, and with their figures read.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::parts::Part;
use crate::cargo::{self, cargo};
use crate::dist;
use crate::needs::{self, Needs};
use crate::repo::Repo;
use crate::say::{Doing, Fault, Result, Steps};

/// Steps before the first part.
pub const STEPS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Full,
    /// Minutes in place of hours: whether it all works, not what it gives.
    Short,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    Optimised,
    /// What the tests run with: quick to build, slow to run.
    Unoptimised,
}

impl Size {
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Short => "short",
        }
    }
}

impl Build {
    pub fn name(self) -> &'static str {
        match self {
            Self::Optimised => "optimised",
            Self::Unoptimised => "unoptimised",
        }
    }
}

/// Where everything is.
pub struct Bench {
    pub size: Size,
    needs: Needs,
    root: PathBuf,
    target: PathBuf,
    server: PathBuf,
    /// Unoptimised, which alone can be made the mutant.
    pub mutant: PathBuf,
    load: PathBuf,
    faults: PathBuf,
    store: PathBuf,
}

/// A bench while one part runs.
pub struct Within<'a> {
    pub bench: &'a Bench,
    name: &'static str,
    until: Instant,
}

impl Bench {
    pub fn set_up(repo: &Repo, size: Size, build: Build, parts: &[&Part], steps: &mut Steps) -> Result<Self> {
        steps.next("PostgreSQL and strace");
        let needs = needs::ensure()?;
        steps.next("browser part, styles and other assets");
        dist::quietly(repo)?;
        steps.next(format!("server and tests, {} (the first time this takes minutes)", build.name()));
        let command = || match build {
            Build::Optimised => cargo::optimised(repo),
            Build::Unoptimised => {
                let mut command = cargo(repo);
                command.arg("build");
                command
            }
        };
        let mut programs = command();
        programs.args(cargo::WORKSPACE).args(["--bin", "firstlight", "--bin", "load", "--test", "faults"]);
        programs.args(["--test", "store"]);
        let built = executables(&mut programs)?;
        let named = |name: &str| {
            let found = built.iter().find(|(target, _)| target == name).map(|(_, file)| file.clone());
            found.ok_or_else(|| Fault::new(format!("cargo built no {name}")))
        };
        let server = named("firstlight")?;
        let mutant = match build {
            Build::Optimised if parts.iter().any(|part| ["order", "unsafe-normal"].contains(&part.name)) => {
                cargo::firstlight(repo, &[])?
            }
            _ => server.clone(),
        };
        Ok(Self {
            size,
            needs,
            root: repo.root.clone(),
            target: repo.target.clone(),
            mutant,
            load: named("load")?,
            faults: named("faults")?,
            store: named("store")?,
            server,
        })
    }

    pub fn within(&self, part: &Part) -> Within<'_> {
        Within {
            bench: self,
            name: part.name,
            until: Instant::now() + Duration::from_secs(part.minutes * 60),
        }
    }

    /// The larger number in a full run.
    pub fn sized(&self, full: usize, short: usize) -> String {
        match self.size {
            Size::Full => full,
            Size::Short => short,
        }
        .to_string()
    }
}

impl Within<'_> {
    /// A folder of this part's own, empty.
    pub fn folder(&self) -> Result<PathBuf> {
        let folder = self.bench.target.join("figures").join(self.name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).doing(format!("making {}", folder.display()))?;
        Ok(folder)
    }

    /// Tests of `faults` that hold one of these words; what they found.
    pub fn faults(&self, words: &[&str], more: &[(&str, String)]) -> Result<Value> {
        self.tests(&self.bench.faults, &self.bench.server, words, more)
    }

    /// The same with the build that can be made the mutant.
    pub fn mutant(&self, words: &[&str], more: &[(&str, String)]) -> Result<Value> {
        self.tests(&self.bench.faults, &self.bench.mutant, words, more)
    }

    /// Tests of `store` that hold one of these words; what they found.
    pub fn store(&self, words: &[&str], more: &[(&str, String)]) -> Result<Value> {
        self.tests(&self.bench.store, &self.bench.server, words, more)
    }

    fn tests(&self, program: &Path, server: &Path, words: &[&str], more: &[(&str, String)]) -> Result<Value> {
        let lines = self.folder()?.join("found.jsonl");
        let mut command = Command::new(program);
        command
            .args(["--nocapture", "--test-threads", "1", "--"])
            .args(words)
            .current_dir(self.bench.root.join("tests"))
            .env("CARGO_MANIFEST_DIR", self.bench.root.join("tests"))
            .env("FIRSTLIGHT_BIN", server)
            .env("CHROME", &self.bench.needs.chrome)
            .env("CHROMEDRIVER", &self.bench.needs.chromedriver)
            .env("FIRSTLIGHT_FIGURES", &lines)
            .envs(more.iter().map(|(name, value)| (name, value)));
        self.run(&mut command, "a test failed; it stands above")?;
        let text = std::fs::read_to_string(&lines).unwrap_or_default();
        let found: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        // A test that was renamed would otherwise look like one that found nothing.
        if found.is_empty() { Err(Fault::new("no test was found")) } else { Ok(Value::Array(found)) }
    }

    /// The load tool with these arguments; its figures.
    pub fn load(&self, arguments: &[&str]) -> Result<Value> {
        let file = self.folder()?.join("found.json");
        self.load_into(&file, arguments)
    }

    /// The same into a file of a folder that is there.
    pub fn load_into(&self, file: &Path, arguments: &[&str]) -> Result<Value> {
        self.load_with(&self.bench.server, file, arguments)
    }

    /// The same with another server. What it measured counts also where it says why that is not good enough.
    pub fn load_with(&self, server: &Path, file: &Path, arguments: &[&str]) -> Result<Value> {
        let most = (self.until.saturating_duration_since(Instant::now()).as_secs_f64() / 60.0 - 1.0).max(1.0);
        let mut command = Command::new(&self.bench.load);
        command.args(arguments).arg("--json").arg(file).args(["--most-minutes", &most.to_string()]);
        command.env("FIRSTLIGHT_BIN", server);
        let run = self.run(&mut command, "the load tool failed; it stands above");
        let found = std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match (run, found) {
            (Ok(()), Some(found)) => Ok(found),
            (Ok(()), None) => Err(Fault::new(format!("no figures in {}", file.display()))),
            (Err(_), Some(found)) if !reasons(&found).is_empty() => Ok(found),
            (Err(fault), _) => Err(fault),
        }
    }

    /// Runs to the end, its output shown, or ends it with all that it started when its time is over.
    pub fn run(&self, command: &mut Command, failure: &str) -> Result<()> {
        let name = Path::new(command.get_program()).display().to_string();
        let mut child = command.stdin(Stdio::null()).spawn().doing(format!("starting {name}"))?;
        loop {
            if let Some(status) = child.try_wait().doing(format!("waiting for {name}"))? {
                return if status.success() { Ok(()) } else { Err(Fault::new(failure)) };
            }
            if Instant::now() > self.until {
                end(child.id());
                let _ = child.wait();
                return Err(Fault::new("did not end within its time"));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Why figures are not good enough, as the load tool says it.
pub fn reasons(figures: &Value) -> Vec<String> {
    let all = figures.as_array().into_iter().flatten();
    let all = all.flat_map(|figure| figure["reasons"].as_array().into_iter().flatten());
    all.filter_map(|reason| reason.as_str().map(str::to_owned)).collect()
}

/// Builds, and says where each executable is.
fn executables(build: &mut Command) -> Result<Vec<(String, PathBuf)>> {
    let output = build
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .doing("starting cargo")?;
    if !output.status.success() {
        return Err(Fault::new("building failed; the compiler's message stands above"));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(messages
        .filter_map(|message| {
            let file = message["executable"].as_str()?;
            Some((message["target"]["name"].as_str()?.to_owned(), PathBuf::from(file)))
        })
        .collect())
}

/// Ends a process and all that it has started.
fn end(pid: u32) {
    let mut all = vec![pid];
    let mut at = 0;
    // Found before any is ended: afterwards nobody knows whose they were.
    while let Some(parent) = all.get(at).copied() {
        all.extend(children(parent));
        at += 1;
    }
    for pid in all {
        let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    }
}

fn children(of: u32) -> Vec<u32> {
    let parent = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name may hold spaces and brackets; the numbers come after the last bracket.
        stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent(*pid) == Some(of)).collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    #[test]
    fn what_is_ended_takes_along_what_it_started() {
        let mut shell =
            Command::new("sh").args(["-c", "sleep 60 & wait"]).stdin(Stdio::null()).spawn().unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let sleeping = loop {
            match super::children(shell.id()).first() {
                Some(pid) => break *pid,
                None => assert!(std::time::Instant::now() < until, "it never started"),
            }
        };
        super::end(shell.id());
        shell.wait().unwrap();
        let gone = || {
            let stat = std::fs::read_to_string(format!("/proc/{sleeping}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        };
        while !gone() {
            assert!(std::time::Instant::now() < until, "it goes on without its parent");
        }
    }
}
