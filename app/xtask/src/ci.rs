//! What must pass before a change is taken in: the same commands on every machine.

use crate::cargo::{self, cargo};
use crate::repo::Repo;
use crate::say::{Result, Steps};
use crate::{test, wasm};

pub fn run(repo: &Repo) -> Result<u8> {
    let mut steps = Steps::new(9);
    steps.next("Cargo.lock fits the manifests");
    cargo::run(
        cargo(repo)
            .args(["metadata", "--locked", "--quiet", "--format-version=1"])
            .stdout(std::process::Stdio::null()),
        "Cargo.lock is out of date: call `cargo check` and commit it",
    )?;
    steps.next("formatting");
    cargo::run(
        cargo(repo).args(["fmt", "--all", "--check", "--", "--color=never"]),
        "call `cargo fmt --all`",
    )?;
    steps.next("clippy");
    let deny = ["--", "--deny", "warnings"];
    cargo::run(
        cargo(repo).args(["clippy", "--workspace", "--all-targets"]).args(deny),
        "clippy found something; it stands above",
    )?;
    steps.next("clippy for the browser");
    wasm::ensure_target()?;
    // In the browser part's own folder and profile, where build scripts and macros are then found again.
    cargo::run(
        cargo(repo)
            .args([
                "clippy",
                "--package",
                "client",
                "--all-features",
                "--target",
                wasm::TARGET,
                "--profile",
                wasm::PROFILE,
            ])
            .args(deny)
            .env("CARGO_TARGET_DIR", wasm::target_dir(repo)),
        "clippy found something in the browser part; it stands above",
    )?;
    test::run_all(repo, &mut steps, &[])
}
