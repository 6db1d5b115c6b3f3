//! The attacks on releases at the size that a release of the program wants: 1,000 random districts of each kind, and
//! 20,000 changes of a single child.

use crate::cargo::{self, cargo};
use crate::repo::Repo;
use crate::say::{Result, Steps};

pub fn run(repo: &Repo) -> Result<u8> {
    Steps::new(1).next("attacks on 1,000 districts and 20,000 single children (some minutes)");
    let mut attack = cargo(repo);
    attack
        .args(["test", "--package", "server", "--lib", "--", "--nocapture"])
        .args(["prv_01_nothing", "prv_03_no_hidden", "prv_03_hiding", "prv_04_one_child"])
        .env("FIRSTLIGHT_DISTRICTS", "1000")
        .env("FIRSTLIGHT_ONE_CHILD_TRIALS", "20000");
    cargo::run(&mut attack, "an attack found something; its figures stand above").map(|()| 0)
}
