//! Every test, after what they need is there.

use std::process::Command;

use crate::cargo::{self, cargo, run_quietly};
use crate::repo::Repo;
use crate::say::{Result, Steps};
use crate::{dist, needs};

const FAILED: &str = "a test failed; its output stands above";

#[derive(Clone, Copy, PartialEq)]
pub enum Scope {
    Everything,
    /// The pure crate, the server library and the walls: nothing to install, no browser part to build.
    Quick,
}

pub fn run_all(repo: &Repo, steps: &mut Steps, arguments: &[String]) -> Result<u8> {
    steps.next("browser and PostgreSQL for the tests");
    let needs = needs::ensure()?;
    steps.next("browser part, styles and other assets");
    dist::quietly(repo)?;
    steps.next("server and tests (the first time this takes minutes)");
    let firstlight = cargo::firstlight(repo, &["--tests"])?;
    let equipped = |mut command: Command| {
        command
            .env("FIRSTLIGHT_BIN", &firstlight)
            .env("CHROME", &needs.chrome)
            .env("CHROMEDRIVER", &needs.chromedriver);
        command
    };
    // Before the others, because the last line of the output belongs to the runner that runs nearly all.
    steps.next("xtask's own tests, and the examples in the documentation");
    cargo::run(cargo(repo).args(["test", "--quiet", "--package", "xtask"]), FAILED)?;
    let mut examples = equipped(cargo(repo));
    examples.args(["test", "--quiet", "--doc"]).args(cargo::WORKSPACE);
    cargo::run(&mut examples, "an example in the documentation failed; its output stands above")?;
    steps.next("tests");
    cargo::run(&mut equipped(runner(repo, &cargo::WORKSPACE, arguments)), FAILED).map(|()| 0)
}

pub fn run(repo: &Repo, scope: Scope, arguments: &[String]) -> Result<u8> {
    if scope == Scope::Everything {
        return run_all(repo, &mut Steps::new(5), arguments);
    }
    Steps::new(1).next("quick tests");
    let quick = ["--package", "questionnaires", "--package", "server"];
    cargo::run(&mut runner(repo, &quick, arguments), FAILED)?;
    cargo::run(&mut runner(repo, &["--package", "tests", "--test", "tidy"], arguments), FAILED).map(|()| 0)
}

/// nextest where it is installed: quicker, and each test in a process of its own.
fn runner(repo: &Repo, what: &[&str], arguments: &[String]) -> Command {
    let mut command = cargo(repo);
    if run_quietly(cargo(repo).args(["nextest", "--version"])).is_ok() {
        command.args(["nextest", "run"]).args(what).args(arguments);
    } else {
        command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]).args(what).args(arguments);
    }
    command
}
