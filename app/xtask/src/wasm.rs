//! The browser part: cargo for wasm32, then wasm-bindgen as a library, then wasm-opt where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::cargo::{cargo, run, run_quietly};
use crate::ledger::{Ledger, digest};
use crate::repo::{self, Repo};
use crate::say::{Doing, Fault, Result};

pub const TARGET: &str = "wasm32-unknown-unknown";
/// The browser part is built twice: small for a child's device (`/pkg/child.js`), and with staff's islands under the name
/// that Leptos' `HydrationScripts` asks for (`/pkg/firstlight.js` and `/pkg/firstlight_bg.wasm`).
const PARTS: [(&str, &[&str]); 2] = [("child", &[]), ("firstlight", &["--features", "staff"])];
pub const PROFILE: &str = "wasm-release";

/// Its own folder: no waiting for the server build's lock, and no features of one in the other.
pub fn target_dir(repo: &Repo) -> PathBuf {
    repo.target.join("wasm")
}

/// `rust-toolchain.toml` names the target, but rustup installs it by itself only where it may.
pub fn ensure_target() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let lib = run_quietly(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]))
        .map_err(|error| Fault::new(format!("asking rustc for its {TARGET} target: {error}")))?;
    if Path::new(&lib).is_dir() {
        return Ok(());
    }
    eprintln!("the compiler's target {TARGET} is missing: running `rustup target add {TARGET}`");
    run_quietly(Command::new("rustup").args(["target", "add", TARGET])).map_err(|error| {
        let last = error.lines().last().unwrap_or("no message").to_owned();
        Fault::new(format!(
            "`rustup target add {TARGET}` failed ({last}); install that target for this toolchain, then call again"
        ))
    })?;
    eprintln!("installed {TARGET}");
    Ok(())
}

/// Builds the browser part and returns the folder that holds exactly what belongs under `/pkg`.
pub fn build(repo: &Repo, ledger: &mut Ledger) -> Result<PathBuf> {
    ensure_target()?;
    let target_dir = target_dir(repo);
    let scratch = repo.scratch();
    fs::create_dir_all(&scratch).doing("making the folder for the browser part")?;
    let mut raw = Vec::new();
    for (name, features) in PARTS {
        let mut build = cargo(repo);
        build
            .args(["build", "--package", "client", "--lib", "--target", TARGET, "--profile", PROFILE])
            .args(features)
            .env("CARGO_TARGET_DIR", &target_dir);
        run(&mut build, "building the browser part failed; the compiler's message stands above")?;
        // The next part is built to the same place.
        let kept = scratch.join(format!("{name}.wasm"));
        fs::copy(target_dir.join(TARGET).join(PROFILE).join("client.wasm"), &kept)
            .doing("keeping the browser part")?;
        raw.push((name, kept));
    }

    let optimiser = repo::program("wasm-opt", &[]).filter(|found| is_safe(found));
    let pkg = scratch.join("pkg");
    let mut inputs = vec![format!("{optimiser:?}").into_bytes()];
    for (_, raw) in &raw {
        inputs.push(repo::read(raw)?);
    }
    let input = digest(inputs.iter().map(Vec::as_slice));
    if ledger.fresh("pkg", input, &folder_digest(&pkg)?) {
        return Ok(pkg);
    }
    if pkg.exists() {
        fs::remove_dir_all(&pkg).doing("clearing the previous browser part")?;
    }
    for (name, raw) in &raw {
        bind(raw, name, &pkg).doing("wasm-bindgen")?;
        if let Some(optimiser) = &optimiser {
            optimise(optimiser, &pkg.join(format!("{name}_bg.wasm")));
        }
    }
    ledger.note("pkg", input, &folder_digest(&pkg)?);
    Ok(pkg)
}

fn bind(raw: &Path, name: &str, out: &Path) -> std::result::Result<(), String> {
    // `{:#}` prints the chain of causes on one line.
    let line = |error| format!("{error:#}");
    Bindgen::new()
        .input_path(raw)
        .out_name(name)
        .web(true)
        .map_err(line)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .map_err(line)
}

/// Smaller by a tenth or so. Only features that every browser of the last three years knows, named one by one:
/// `--all-features` would let it write what they do not. An old wasm-opt that stumbles costs size, not the build.
fn optimise(wasm_opt: &Path, wasm: &Path) {
    let features = [
        "--enable-bulk-memory",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ];
    let smaller = wasm.with_extension("opt");
    let mut command = Command::new(wasm_opt);
    command.arg("-Oz").args(features).arg(wasm).arg("-o").arg(&smaller);
    let done =
        run_quietly(&mut command).and_then(|_| fs::rename(&smaller, wasm).map_err(|error| error.to_string()));
    if let Err(error) = done {
        let line = error.lines().next().unwrap_or("no message").to_owned();
        eprintln!("wasm-opt did not manage ({line}); going on with the unoptimised browser part");
    }
}

/// Older ones, among them Debian 12's, mix up the two tables of a wasm-bindgen module: the result loads and then fails at
/// its first call.
const OLDEST_SAFE: u32 = 116;

fn is_safe(wasm_opt: &Path) -> bool {
    let said = run_quietly(Command::new(wasm_opt).arg("--version")).unwrap_or_default();
    let safe = version(&said).is_some_and(|version| version >= OLDEST_SAFE);
    if !safe {
        eprintln!("{} is older than version {OLDEST_SAFE} and is not used", wasm_opt.display());
    }
    safe
}

/// The number in `wasm-opt version 108 (version_108)`.
fn version(said: &str) -> Option<u32> {
    said.split_whitespace().find_map(|word| word.parse().ok())
}

fn folder_digest(folder: &Path) -> Result<Vec<u8>> {
    let mut parts = Vec::new();
    for file in repo::files(folder)? {
        parts.push(file.to_string_lossy().into_owned().into_bytes());
        parts.push(repo::read(&folder.join(file))?);
    }
    Ok(digest(parts.iter().map(Vec::as_slice)).to_le_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_old_optimiser_is_known_by_its_number() {
        assert_eq!(super::version("wasm-opt version 108 (version_108)"), Some(108));
        assert_eq!(super::version("wasm-opt version 123"), Some(123));
        assert_eq!(super::version("what?"), None);
    }
}
