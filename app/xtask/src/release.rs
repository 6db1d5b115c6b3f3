//! One file that needs nothing beside it.

use std::fs;

use crate::cargo;
use crate::dist;
use crate::repo::Repo;
use crate::say::{Doing, Result, Steps, size};

pub fn run(repo: &Repo) -> Result<()> {
    let mut steps = Steps::new(3);
    steps.next("browser part, styles and other assets");
    dist::quietly(repo)?;
    steps.next("server, optimised");
    let mut build = cargo::optimised(repo);
    build.args(["--package", "app", "--bin", "firstlight"]);
    cargo::run(&mut build, "building the release failed; the compiler's message stands above")?;
    steps.next("list of parts");
    let parts = crate::parts::run(repo)?;
    let built = repo.target.join("release/firstlight");
    let bytes = fs::metadata(&built).doing(format!("looking at {}", built.display()))?.len();
    eprintln!("done after {}", steps.elapsed());
    println!("{} ({})", built.display(), size(bytes as usize));
    println!("{}", parts.display());
    Ok(())
}
