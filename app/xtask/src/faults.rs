//! The faults at the size that a release of the program wants: 300 kills under 30,000 answers on each database, the same
//! with the database cut off, a disk that fails at each write of a commit, 10,000 dropped requests, and 10,000 hand-ins of
//! which five come at once.

use crate::cargo::{self, cargo};
use crate::repo::Repo;
use crate::say::{Result, Steps};
use crate::{dist, needs};

pub fn run(repo: &Repo) -> Result<u8> {
    let mut steps = Steps::new(5);
    steps.next("PostgreSQL and strace");
    let needs = needs::ensure()?;
    steps.next("browser part, styles and other assets");
    dist::quietly(repo)?;
    steps.next("server, optimised (the first time this takes minutes)");
    let mut build = cargo::optimised(repo);
    build.args(cargo::WORKSPACE).args(["--bin", "firstlight"]);
    cargo::run(&mut build, "building failed; the compiler's message stands above")?;
    steps.next("300 kills and 30,000 answers on each database (about half an hour)");
    let figures = repo.target.join("faults.jsonl");
    let _ = std::fs::remove_file(&figures);
    let mut faults = cargo(repo);
    faults
        .arg("test")
        .args(cargo::WORKSPACE)
        .args(["--test", "faults", "--", "--nocapture", "--test-threads", "1"])
        .env("FIRSTLIGHT_BIN", repo.target.join("release/firstlight"))
        .env("CHROME", &needs.chrome)
        .env("CHROMEDRIVER", &needs.chromedriver)
        .env("FIRSTLIGHT_KILLS", "300")
        .env("FIRSTLIGHT_CHILDREN", "2310")
        .env("FIRSTLIGHT_FIGURES", &figures);
    cargo::run(&mut faults, "something was lost; it stands above")?;
    steps.next(
        "10,000 dropped requests, 10,000 hand-ins five at once, and every store promise (some minutes)",
    );
    let mut promises = cargo(repo);
    promises
        .arg("test")
        .args(cargo::WORKSPACE)
        .args(["--test", "store", "--", "--nocapture", "promises::", "idempotence::"])
        .env("CHROME", &needs.chrome)
        .env("CHROMEDRIVER", &needs.chromedriver)
        .env("FIRSTLIGHT_TESTS", "full");
    cargo::run(&mut promises, "something was lost; it stands above")?;
    eprintln!("the figures are in {}", figures.display());
    Ok(0)
}
