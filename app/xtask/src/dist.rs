//! `app/dist`: everything a browser may ask for, built, compressed and ready to be embedded in the executable.
//!
//! `dist/pkg/` holds the browser part, `dist/assets/` the rest; beside each compressible file its `.br` and `.gz`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ledger::{Ledger, digest};
use crate::repo::{self, Repo};
use crate::say::{Doing, Result, Steps, size};
use crate::{squeeze, styles, wasm};

/// Path below `app/dist` → content.
type Files = BTreeMap<PathBuf, Vec<u8>>;

pub fn run(repo: &Repo) -> Result<()> {
    let mut steps = Steps::new(2);
    steps.next("browser part");
    let mut ledger = Ledger::open(repo);
    let pkg = wasm::build(repo, &mut ledger)?;
    // Noted before the next step can fail on a style sheet: the browser part took longest.
    ledger.save()?;
    steps.next("styles and other assets");
    build(repo, &mut ledger, &pkg)?;
    eprintln!("app/dist is ready after {}", steps.elapsed());
    Ok(())
}

/// The same as one step of a longer command.
pub fn quietly(repo: &Repo) -> Result<()> {
    let mut ledger = Ledger::open(repo);
    let pkg = wasm::build(repo, &mut ledger)?;
    ledger.save()?;
    build(repo, &mut ledger, &pkg)
}

fn build(repo: &Repo, ledger: &mut Ledger, pkg: &Path) -> Result<()> {
    let mut plain = Files::new();
    for file in repo::files(pkg)? {
        let mut content = repo::read(&pkg.join(&file))?;
        if file.extension().is_some_and(|kind| kind == "js") {
            content = squeeze::script(&String::from_utf8_lossy(&content)).into_bytes();
        }
        plain.insert(Path::new("pkg").join(&file), content);
    }
    let assets = repo.assets();
    for file in repo::files(&assets)? {
        if !file.starts_with("css") && !hidden(&file) {
            plain.insert(Path::new("assets").join(&file), repo::read(&assets.join(&file))?);
        }
    }
    for (name, content) in styles::sheets(&assets.join("css"))? {
        plain.insert(Path::new("assets/css").join(name), content);
    }

    let dist = repo.dist();
    let mut all = Files::new();
    for (path, content) in plain {
        if squeeze::worthwhile(&path) {
            for (kind, squeezed) in squeezed(&dist, ledger, &path, &content)? {
                all.insert(path.with_added_extension(kind), squeezed);
            }
        }
        all.insert(path, content);
    }
    for (path, content) in &all {
        repo::write(&dist.join(path), content)?;
    }
    for file in repo::files(&dist)? {
        if !all.contains_key(&file) {
            let stale = dist.join(&file);
            fs::remove_file(&stale).doing(format!("removing {}", stale.display()))?;
        }
    }
    ledger.save()
}

/// Both compressed forms of one asset, from last time where the asset is the same.
fn squeezed(
    dist: &Path,
    ledger: &mut Ledger,
    path: &Path,
    content: &[u8],
) -> Result<[(&'static str, Vec<u8>); 2]> {
    let input = digest([content]);
    let key = |kind: &str| path.with_added_extension(kind).to_string_lossy().into_owned();
    let kept = |ledger: &Ledger, kind: &str| {
        let present = fs::read(dist.join(path.with_added_extension(kind))).ok()?;
        ledger.fresh(&key(kind), input, &present).then_some(present)
    };
    if let (Some(br), Some(gz)) = (kept(ledger, "br"), kept(ledger, "gz")) {
        return Ok([("br", br), ("gz", gz)]);
    }
    let (br, gz) = (squeeze::brotli(content)?, squeeze::gzip(content)?);
    ledger.note(&key("br"), input, &br);
    ledger.note(&key("gz"), input, &gz);
    eprintln!(
        "  {}: {}, brotli {}, gzip {}",
        path.display(),
        size(content.len()),
        size(br.len()),
        size(gz.len())
    );
    Ok([("br", br), ("gz", gz)])
}

fn hidden(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
}
