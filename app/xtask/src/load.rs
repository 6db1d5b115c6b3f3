//! The load tool against an optimised server.

use crate::cargo;
use crate::repo::Repo;
use crate::say::{Result, Steps};
use crate::{dist, needs};

pub fn run(repo: &Repo, arguments: &[String]) -> Result<u8> {
    let mut steps = Steps::new(4);
    steps.next("PostgreSQL");
    needs::ensure()?;
    steps.next("browser part, styles and other assets");
    dist::quietly(repo)?;
    steps.next("server and load tool, optimised (the first time this takes minutes)");
    let mut build = cargo::optimised(repo);
    build.args(cargo::WORKSPACE).args(["--bin", "firstlight", "--bin", "load"]);
    cargo::run(&mut build, "building failed; the compiler's message stands above")?;
    steps.next("load");
    let mut load = std::process::Command::new(repo.target.join("release/load"));
    load.args(arguments).env("FIRSTLIGHT_BIN", repo.target.join("release/firstlight"));
    cargo::run(&mut load, "a check-in failed, or the load tool did; see above").map(|()| 0)
}
