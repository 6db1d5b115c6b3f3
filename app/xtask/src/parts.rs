//! The list of parts of a release in CycloneDX 1.6 (SUP-06, ASVS 15.1.2): every crate that is in the executable or in the
//! browser's part, with version, licence and checksum, and what rests on what.
//!
//! From `cargo metadata`, which knows all of it; `cargo-cyclonedx` would be one more program to install.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cargo::{self, cargo};
use crate::repo::{self, Repo};
use crate::say::{Doing, Fault, Result};
use crate::wasm;

/// Writes the list beside the release and tells where.
pub fn run(repo: &Repo) -> Result<PathBuf> {
    let host = cargo::run_quietly(std::process::Command::new("rustc").args(["--print", "host-tuple"]))
        .map_err(|said| Fault::new(format!("rustc does not say what it builds for: {said}")))?;
    let lock = String::from_utf8_lossy(&repo::read(&repo.root.join("Cargo.lock"))?).into_owned();
    let mut parts = Parts::default();
    for (root, target) in [("app", host.as_str()), ("client", wasm::TARGET)] {
        parts.add(&metadata(repo, target)?, root)?;
    }
    let list = parts.list(&checksums(&lock));
    let file = repo.target.join("release/firstlight.cdx.json");
    let text = serde_json::to_string_pretty(&list).doing("writing the list of parts")?;
    repo::write(&file, text.as_bytes())?;
    Ok(file)
}

fn metadata(repo: &Repo, target: &str) -> Result<Value> {
    let mut asked = cargo(repo);
    asked.args(["metadata", "--locked", "--quiet", "--format-version=1", "--filter-platform", target]);
    let text = cargo::run_quietly(&mut asked).map_err(Fault::new)?;
    serde_json::from_str(&text).doing("reading what cargo says of the packages")
}

/// Name and version of each package of a lock file, with the checksum of what was downloaded.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let word = |package: &str, name: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let packages = lock.split("[[package]]").skip(1);
    packages.filter_map(|p| Some(((word(p, "name")?, word(p, "version")?), word(p, "checksum")?))).collect()
}

#[derive(Default)]
struct Parts {
    /// By the package's address: its description.
    parts: BTreeMap<String, Value>,
    /// By the package's address: those it rests on.
    rests_on: BTreeMap<String, BTreeSet<String>>,
    roots: BTreeSet<String>,
}

impl Parts {
    /// Adds everything that this package of the workspace rests on; what only builds and tests need is left out.
    fn add(&mut self, metadata: &Value, root: &str) -> Result<()> {
        let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let packages: BTreeMap<String, Value> =
            items(&metadata["packages"]).into_iter().map(|p| (text(&p["id"]), p)).collect();
        let nodes: BTreeMap<String, Value> =
            items(&metadata["resolve"]["nodes"]).into_iter().map(|n| (text(&n["id"]), n)).collect();
        let start = packages.iter().find(|(_, p)| p["name"] == root && p["source"].is_null());
        let (start, _) = start.ok_or_else(|| Fault::new(format!("cargo names no package {root}")))?;
        let mut waiting = vec![start.clone()];
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id.clone()) {
                continue;
            }
            let (Some(package), Some(node)) = (packages.get(&id), nodes.get(&id)) else { continue };
            let address = address(package);
            let needed: Vec<String> = items(&node["deps"])
                .iter()
                .filter(|dep| items(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()))
                .map(|dep| text(&dep["pkg"]))
                .collect();
            let on = self.rests_on.entry(address.clone()).or_default();
            on.extend(needed.iter().filter_map(|id| packages.get(id)).map(self::address));
            waiting.extend(needed);
            self.parts.insert(address, package.clone());
        }
        self.roots.extend(packages.get(start).map(address));
        Ok(())
    }

    fn list(&self, checksums: &BTreeMap<(String, String), String>) -> Value {
        let components: Vec<Value> = self
            .parts
            .iter()
            .map(|(address, package)| {
                let (name, version) = (text(&package["name"]), text(&package["version"]));
                let mut part = json!({
                    "type": "library", "bom-ref": address, "name": name, "version": version, "purl": address,
                });
                if let Some(licence) = package["license"].as_str() {
                    // An older way of writing "or", which is no expression any more.
                    part["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
                }
                if let Some(sum) = checksums.get(&(name, version)) {
                    part["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
                }
                part
            })
            .collect();
        let own = json!({ "ref": "firstlight", "dependsOn": self.roots });
        let others = self.rests_on.iter().map(|(part, on)| json!({ "ref": part, "dependsOn": on }));
        let dependencies: Vec<Value> = std::iter::once(own).chain(others).collect();
        let version = self.roots.iter().next().and_then(|root| root.rsplit('@').next()).unwrap_or_default();
        json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": { "component": {
                "type": "application", "bom-ref": "firstlight", "name": "firstlight", "version": version,
                "licenses": [{ "expression": "AGPL-3.0-or-later" }],
            } },
            "components": components,
            "dependencies": dependencies,
        })
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn address(package: &Value) -> String {
    format!("pkg:cargo/{}@{}", text(&package["name"]), text(&package["version"]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::cargo::{cargo, run_quietly};
    use crate::repo::Repo;

    /// What `cargo tree` prints of the executable is in the list, and every reference leads somewhere.
    #[test]
    fn every_crate_of_the_executable_is_in_the_list_of_parts_sup_06() {
        let repo = Repo::find().unwrap();
        let file = super::run(&repo).unwrap();
        let list: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let components = list["components"].as_array().unwrap();
        let known: BTreeSet<&str> = components.iter().map(|c| c["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(known.len(), components.len());
        let mut tree = cargo(&repo);
        tree.args([
            "tree",
            "--locked",
            "--package",
            "app",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ]);
        let mut crates = 0;
        for line in run_quietly(&mut tree).unwrap().lines() {
            let mut words = line.split(' ');
            let (name, version) = (words.next().unwrap(), words.next().unwrap().trim_start_matches('v'));
            assert!(known.contains(format!("pkg:cargo/{name}@{version}").as_str()), "{line} is missing");
            crates += 1;
        }
        assert!(crates > 150, "{crates}");
        for dependency in list["dependencies"].as_array().unwrap() {
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(on.as_str().unwrap()), "{on}");
            }
        }
        let from_outside = components.iter().filter(|c| c["hashes"].is_array());
        assert!(from_outside.clone().count() > 150);
        assert!(from_outside.clone().all(|c| c["licenses"].is_array()), "a part without a licence");
        assert!(!known.iter().any(|part| part.contains("/proptest@")), "tests are no part of a release");
    }
}
