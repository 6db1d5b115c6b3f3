//! Builds Firstlight: browser part, embedding, demo, release, tests.
//!
//! One small program instead of a build tool, so that a machine with git and rustup is enough.
//! `cargo xtask help` lists what it does.

mod attack;
mod cargo;
mod ci;
mod demo;
mod dist;
mod faults;
mod figures;
mod ledger;
mod load;
mod needs;
mod parts;
mod release;
mod repo;
mod say;
mod squeeze;
mod styles;
mod test;
mod wasm;

use std::process::ExitCode;

use repo::Repo;
use say::{Fault, Result};

const HELP: &str = "\
cargo xtask dist                   browser part, styles and other assets into app/dist
cargo xtask demo [-- ARGS]         a running Firstlight with a fictitious district; ARGS go to `firstlight demo`
cargo xtask build                  release: one file with everything in it, and the list of its parts
cargo xtask parts                  that list alone (CycloneDX): target/release/firstlight.cdx.json
cargo xtask test [--quick] [-- ARGS]  every test; ARGS go to the test runner.
                                   --quick: only what needs neither browser nor PostgreSQL
cargo xtask load [-- ARGS]         an optimised server under load, and what a check-in costs; ARGS go to the load tool
cargo xtask attack                 attacks on the district's figures at full size; prints what an attacker got
cargo xtask figures [--only PART,PART] [--short] [--unoptimised]
                                   every figure of the README at full size (hours), into target/figures.json
cargo xtask figures --table [FILE] the same as a table, with what each goal is and whether it is reached
cargo xtask figures --readme [FILE] writes that table into the README; rows of parts that are not in the file stay
cargo xtask faults                 of the figures those of kills, a cut-off database, a failing disk, and dropped,
                                   replayed and crowded writes
cargo xtask ci                     formatting, clippy, browser clippy, then every test";

fn main() -> ExitCode {
    match dispatch(std::env::args().skip(1).collect()) {
        Ok(code) => ExitCode::from(code),
        Err(Fault(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: Vec<String>) -> Result<u8> {
    let repo = Repo::find()?;
    let (own, passed) = split_at_dashes(arguments);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let nothing_passed = passed.is_empty();
    match own.as_slice() {
        ["dist"] if nothing_passed => dist::run(&repo).map(|()| 0),
        ["demo"] => demo::run(&repo, &passed),
        ["build"] if nothing_passed => release::run(&repo).map(|()| 0),
        ["parts"] if nothing_passed => parts::run(&repo).map(|file| {
            println!("{}", file.display());
            0
        }),
        ["test"] => test::run(&repo, test::Scope::Everything, &passed),
        ["test", "--quick"] => test::run(&repo, test::Scope::Quick, &passed),
        ["load"] => load::run(&repo, &passed),
        ["figures", asked @ ..] if nothing_passed => figures::run(&repo, asked),
        ["faults"] if nothing_passed => faults::run(&repo),
        ["attack"] if nothing_passed => attack::run(&repo),
        ["ci"] if nothing_passed => ci::run(&repo),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(0)
        }
        _ => Err(Fault::new(format!(
            "`cargo xtask {}` is not understood; `cargo xtask help` lists the commands",
            own.join(" ")
        ))),
    }
}

/// What stands before `--` is for xtask, what stands after it is for the program that xtask runs.
fn split_at_dashes(arguments: Vec<String>) -> (Vec<String>, Vec<String>) {
    match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (arguments[..at].to_vec(), arguments[at + 1..].to_vec()),
        None => (arguments, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::split_at_dashes;

    #[test]
    fn what_stands_after_the_dashes_is_passed_on() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            split_at_dashes(words("test --quick -- --lib -- x")),
            (words("test --quick"), words("--lib -- x"))
        );
        assert_eq!(split_at_dashes(words("dist")), (words("dist"), vec![]));
    }
}
