//! A running Firstlight with a fictitious district, from nothing.

use std::path::PathBuf;
use std::process::Command;

use crate::cargo::{self, status};
use crate::dist;
use crate::repo::Repo;
use crate::say::{Doing, Fault, Result, Steps};

/// What `firstlight demo` exits with when the database already holds something.
const NOT_EMPTY: i32 = 3;

pub fn run(repo: &Repo, arguments: &[String]) -> Result<u8> {
    let mut steps = Steps::new(4);
    steps.next("browser part, styles and other assets");
    dist::quietly(repo)?;
    steps.next("server (the first time this takes minutes)");
    let firstlight = cargo::firstlight(repo)?;

    let signs_in = signs_in(repo);
    let mut filled_now = false;
    if filled(repo) {
        steps.next("a fictitious district: there since last time");
    } else {
        steps.next("a fictitious district");
        let mut demo = program(repo, &firstlight);
        demo.arg("demo").args(arguments).arg("--json").arg(&signs_in);
        match status(&mut demo)?.code() {
            Some(0) => filled_now = true,
            Some(NOT_EMPTY) => {}
            _ => return Err(Fault::new("`firstlight demo` stopped; its message stands above")),
        }
    }
    if !filled_now {
        say_where(&signs_in, arguments);
    }

    steps.next("serving; Ctrl-C ends it");
    // The terminal sends Ctrl-C to both of us. Becoming the server leaves one process to hear it,
    // and whoever started xtask can stop the server by the id they know.
    use std::os::unix::process::CommandExt;
    Err(program(repo, &firstlight).arg("serve").exec()).doing(format!("starting {}", firstlight.display()))
}

fn program(repo: &Repo, firstlight: &PathBuf) -> Command {
    let mut command = Command::new(firstlight);
    command.current_dir(&repo.root);
    cargo::strip(&mut command);
    command
}

fn data(repo: &Repo) -> PathBuf {
    repo.root.join(std::env::var_os("FIRSTLIGHT__DATA_DIR").map_or_else(|| "data".into(), PathBuf::from))
}

fn signs_in(repo: &Repo) -> PathBuf {
    data(repo).join("demo.json")
}

/// The page of sign-ins is written when everything else is there, so a half-filled database is not taken for a
/// full one. A database of another kind, or one named in `firstlight.toml`, is asked by `firstlight demo` itself.
fn filled(repo: &Repo) -> bool {
    let url = std::env::var("FIRSTLIGHT__DATABASE__URL");
    let url = url.as_deref().unwrap_or("sqlite://data/firstlight.db");
    let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) else {
        return false;
    };
    let path = repo.root.join(path.split('?').next().unwrap_or(path));
    let there = path.metadata().is_ok_and(|file| file.len() > 0);
    there && signs_in(repo).is_file() && !repo.root.join("firstlight.toml").is_file()
}

fn say_where(signs_in: &std::path::Path, arguments: &[String]) {
    if signs_in.is_file() {
        eprintln!("  sign-ins: {}", signs_in.display());
    }
    if !arguments.is_empty() {
        eprintln!("  {} changed nothing: the database was not empty", arguments.join(" "));
    }
    let folder = signs_in.parent().unwrap_or(signs_in);
    eprintln!("  to start afresh: remove {} (or name an empty database), then call again", folder.display());
}
