//! The real executable.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::place;

/// What a run of `firstlight` came to.
#[derive(Debug)]
pub struct Outcome {
    /// What it exited with; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Outcome {
    /// Its standard output, or a failed test with what it said.
    #[track_caller]
    pub fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "firstlight failed:\n{}\n{}", self.out, self.err);
        self.out
    }

    /// What it said to standard error, or a failed test when it did not refuse.
    #[track_caller]
    pub fn refused(self) -> String {
        assert!(
            !matches!(self.code, Some(0) | None),
            "firstlight did not refuse:\n{}\n{}",
            self.out,
            self.err
        );
        self.err
    }
}

/// Runs `firstlight` to its end in an empty folder, with only these settings.
pub fn firstlight(arguments: &[&str], settings: &[(String, String)]) -> Outcome {
    firstlight_with_input(arguments, settings, "")
}

/// The same, with something on standard input.
pub fn firstlight_with_input(arguments: &[&str], settings: &[(String, String)], input: &str) -> Outcome {
    use std::io::Write;
    let folder = place::Scratch::new();
    let mut child = command(folder.path(), settings)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Written from the side, since a program that answers while it reads would fill its output and wait for us.
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Outcome { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// `firstlight` in `folder`, which becomes its data folder unless the settings name another.
pub(crate) fn command(folder: &std::path::Path, settings: &[(String, String)]) -> Command {
    let mut command = Command::new(executable());
    command.current_dir(folder);
    // What the person who runs the tests has set for their own Firstlight is not for these.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FIRSTLIGHT__")) {
        command.env_remove(name);
    }
    command.env("FIRSTLIGHT__DATA_DIR", folder.join("data")).envs(settings.iter().cloned());
    command
}

/// Where it is: `FIRSTLIGHT_BIN`, or built here once per run of the tests.
pub fn executable() -> &'static PathBuf {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(|| match std::env::var_os("FIRSTLIGHT_BIN") {
        Some(named) => PathBuf::from(named),
        None => build(),
    })
}

/// Changes when the executable does: names what was made with it.
pub(crate) fn build_id() -> String {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata(executable()).unwrap_or_else(|error| panic!("{:?}: {error}", executable()));
    format!("{:x}_{:x}_{:x}", about.len(), about.mtime(), about.mtime_nsec())
}

/// Tests started by hand, without `cargo xtask test`: a stale executable would answer for code that has changed.
fn build() -> PathBuf {
    // …/target/debug/deps/journeys-0123abcd
    let own = std::env::current_exe().unwrap();
    let profile = own.ancestors().nth(2).unwrap();
    let built = profile.join("firstlight");
    let folder = place::shared("program");
    let _building = place::lock(&folder.join("lock"));
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    let marker = folder.join("built-in-run");
    if built.is_file() && std::fs::read_to_string(&marker).is_ok_and(|last| last == run) {
        return built;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(&cargo);
        command.current_dir(place::root()).env("CARGO_TARGET_DIR", profile.parent().unwrap()).args(arguments);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
            command.env_remove(name);
        }
        command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH");
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {} failed:\n{said}", arguments.join(" "));
    };
    if !place::root().join("app/dist/pkg").is_dir() {
        cargo(&["xtask", "dist"]);
    }
    let release = profile.ends_with("release").then_some("--release");
    // As `cargo xtask test` builds it, with the same features of everything it rests on.
    let mut build = vec!["build", "--workspace", "--exclude", "xtask", "--bin", "firstlight"];
    build.extend(release);
    cargo(&build);
    std::fs::write(marker, run).unwrap();
    built
}
