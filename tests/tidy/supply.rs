//! Supply chain (SUP-03, SUP-04): what may not stand in Cargo.lock, read from the file that `cargo deny` reads too.

use toml::{Table, Value};

use crate::none;
use crate::repository::text;

/// Name, version and source of every package of a lock file.
fn packages(lock: &str) -> Vec<(String, String, Option<String>)> {
    let lock: Table = lock.parse().unwrap();
    let word = |package: &Value, name: &str| package.get(name).and_then(Value::as_str).map(str::to_owned);
    let all = lock["package"].as_array().unwrap().iter();
    all.map(|p| (word(p, "name").unwrap(), word(p, "version").unwrap(), word(p, "source"))).collect()
}

/// Name and the first version that is allowed again; none when no version is.
fn bans(deny: &str) -> Vec<(String, Option<String>)> {
    let deny: Table = deny.parse().unwrap();
    let all = deny["bans"]["deny"].as_array().unwrap().iter();
    all.map(|ban| {
        let floor = ban
            .get("version")
            .map(|v| v.as_str().unwrap().strip_prefix('<').expect("a floor, '<…'").to_owned());
        (ban["name"].as_str().unwrap().to_owned(), floor)
    })
    .collect()
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap();
    plain.split('.').map(|part| part.parse().unwrap()).collect()
}

fn faults(lock: &str, deny: &str) -> Vec<String> {
    let bans = bans(deny);
    let mut faults = Vec::new();
    for (name, version, source) in packages(lock) {
        for (banned, floor) in bans.iter().filter(|(banned, _)| *banned == name) {
            if floor.as_ref().is_none_or(|floor| numbers(&version) < numbers(floor)) {
                faults.push(format!("{banned} {version} is banned, see .cargo/deny.toml"));
            }
        }
        if source.is_some_and(|source| {
            !source.starts_with("registry+https://github.com/rust-lang/crates.io-index")
        }) {
            faults.push(format!("{name} {version} comes from elsewhere than crates.io"));
        }
    }
    faults
}

#[test]
fn no_banned_crate_no_old_one_and_none_from_elsewhere_sup_04() {
    let (lock, deny) = (text("Cargo.lock"), text(".cargo/deny.toml"));
    assert!(bans(&deny).len() >= 8 && packages(&lock).len() > 100);
    none(faults(&lock, &deny), "take the crate out, or a newer one");
}

#[test]
fn a_planted_lock_file_is_noticed() {
    let package = |name: &str, version: &str, source: &str| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"{source}\"\n")
    };
    let here = "registry+https://github.com/rust-lang/crates.io-index";
    let planted = [
        package("libsqlite3-sys", "0.30.1", here),
        package("openssl-sys", "0.9.100", here),
        package("rustls", "0.23.44", here),
        package("tower-sessions-sqlx-store", "0.15.0", here),
        package("honest", "1.0.0", "git+https://example.org/honest"),
        package("libsqlite3-sys", "0.37.0", here),
    ];
    assert_eq!(faults(&planted.concat(), &text(".cargo/deny.toml")).len(), 5);
}
