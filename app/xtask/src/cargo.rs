//! Starting cargo and other programs, and saying which of them failed.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::repo::Repo;
use crate::say::{Doing, Fault, Result};

/// The cargo that started us, as if called by hand.
pub fn cargo(repo: &Repo) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&repo.root).env("CARGO_TARGET_DIR", &repo.target);
    strip(&mut command);
    command
}

/// An optimised build. Its views keep their types: erased, as `.cargo/config.toml` has them for everybody who edits,
/// they are quicker to compile and slower to render.
pub fn optimised(repo: &Repo) -> Command {
    let mut command = cargo(repo);
    command.args(["build", "--release"]).env("CARGO_ENCODED_RUSTFLAGS", "");
    command
}

/// `cargo run` describes xtask to xtask in the environment. Passed on, it would make other packages' builds
/// look changed whenever they are then built by hand.
pub fn strip(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let own = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&name)
        });
        if own {
            command.env_remove(name);
        }
    }
    // Leptos would then ask browsers for another file name than the one that wasm-bindgen writes.
    command.env_remove("LEPTOS_OUTPUT_NAME");
}

/// Everything but this package. Built with the others it would get other features for what it shares with them, and
/// all that would be compiled a second time.
pub const WORKSPACE: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// What the step is called that [`firstlight`] does.
pub fn server_step(repo: &Repo) -> &'static str {
    if repo.target.join("debug/firstlight").is_file() {
        "server"
    } else {
        "server (the first time this takes minutes)"
    }
}

/// Builds the executable for the demo and, with `--tests`, the tests, and says where the executable is.
///
/// Over the whole workspace both times, so that dependencies get the same features and are compiled once.
pub fn firstlight(repo: &Repo, with: &[&str]) -> Result<PathBuf> {
    let mut build = cargo(repo);
    build.arg("build").args(WORKSPACE).args(["--bin", "firstlight"]).args(with);
    run(&mut build, "building failed; the compiler's message stands above")?;
    let built = repo.target.join("debug/firstlight");
    built.is_file().then_some(built).ok_or_else(|| Fault::new("cargo built no target/debug/firstlight"))
}

pub fn status(command: &mut Command) -> Result<ExitStatus> {
    let name = Path::new(command.get_program()).display().to_string();
    command.status().doing(format!("starting {name}"))
}

/// Runs to the end, its output shown; `failure` is the one line said when it fails.
pub fn run(command: &mut Command, failure: &str) -> Result<()> {
    if status(command)?.success() { Ok(()) } else { Err(Fault::new(failure)) }
}

/// Runs to the end, its output shown only when it fails.
pub fn run_quietly(command: &mut Command) -> std::result::Result<String, String> {
    match command.stdin(std::process::Stdio::null()).output() {
        Err(error) => Err(format!("{}: {error}", Path::new(command.get_program()).display())),
        Ok(output) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
            if output.status.success() {
                Ok(text(&output.stdout))
            } else {
                Err(format!("{}\n{}", text(&output.stdout), text(&output.stderr)).trim().to_owned())
            }
        }
    }
}
