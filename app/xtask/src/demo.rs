//! A running Firstlight with a fictitious district, from nothing.

use std::path::{Path, PathBuf};
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
    steps.next(cargo::server_step(repo));
    let firstlight = cargo::firstlight(repo, &[])?;

    let sign_ins = sign_ins(repo);
    let mut filled_now = false;
    if filled(repo) {
        steps.next("a fictitious district: there since last time");
    } else {
        steps.next("a fictitious district");
        let mut demo = program(repo, &firstlight);
        demo.arg("demo").args(arguments);
        if !arguments.iter().any(|argument| argument.starts_with("--json")) {
            demo.arg("--json").arg(&sign_ins);
        }
        match status(&mut demo)?.code() {
            Some(0) => filled_now = true,
            Some(NOT_EMPTY) => {}
            _ => return Err(Fault::new("`firstlight demo` stopped; its message stands above")),
        }
    }
    if !filled_now {
        say_where(&sign_ins, arguments);
    }

    steps.next("serving; Ctrl-C ends it");
    // The terminal sends Ctrl-C to both of us. Becoming the server leaves one process to hear it,
    // and whoever started xtask can stop the server by the id they know.
    use std::os::unix::process::CommandExt;
    Err(program(repo, &firstlight).arg("serve").exec()).doing(format!("starting {}", firstlight.display()))
}

fn program(repo: &Repo, firstlight: &Path) -> Command {
    let mut command = Command::new(firstlight);
    command.current_dir(&repo.root);
    cargo::strip(&mut command);
    command
}

fn data(repo: &Repo) -> PathBuf {
    repo.root.join(std::env::var_os("FIRSTLIGHT__DATA_DIR").map_or_else(|| "data".into(), PathBuf::from))
}

/// The database's file; `None` for a database server, or when `firstlight.toml` may name another.
fn database_file(repo: &Repo) -> Option<PathBuf> {
    match std::env::var("FIRSTLIGHT__DATABASE__URL") {
        Ok(url) => {
            let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
            Some(repo.root.join(path.split('?').next().unwrap_or(path)))
        }
        Err(_) if repo.root.join("firstlight.toml").is_file() => None,
        Err(_) => Some(data(repo).join("firstlight.db")),
    }
}

/// Two districts, one in a file and one on a database server, are signed in to differently.
fn sign_ins(repo: &Repo) -> PathBuf {
    data(repo).join(if database_file(repo).is_some() { "demo.json" } else { "demo-server.json" })
}

/// The sign-ins are written when everything else is there, so a half-filled database is not taken for a full one.
/// A database that we cannot see into is asked by `firstlight demo` itself.
fn filled(repo: &Repo) -> bool {
    let file = database_file(repo).and_then(|path| path.metadata().ok());
    file.is_some_and(|file| file.len() > 0) && sign_ins(repo).is_file()
}

fn say_where(sign_ins: &Path, arguments: &[String]) {
    if let Ok(page) = std::fs::read_to_string(sign_ins.with_extension("txt")) {
        print!("{page}");
    }
    if sign_ins.is_file() {
        eprintln!("  all sign-ins: {}", sign_ins.display());
    }
    if !arguments.is_empty() {
        eprintln!("  {} changed nothing: the database was not empty", arguments.join(" "));
    }
    let folder = sign_ins.parent().unwrap_or(sign_ins);
    eprintln!("  to start afresh: remove {} (or name an empty database), then call again", folder.display());
}
