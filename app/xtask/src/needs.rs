//! What the tests need besides Rust: a Chromium with its driver, PostgreSQL's server programs, and strace.
//!
//! Where the system's package manager may be used without asking, it is; else one line says what to install.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::run_quietly;
use crate::repo::program;
use crate::say::{Fault, Result};

/// Where the tests find their browser. PostgreSQL they find themselves, at the same places as here.
pub struct Needs {
    pub chrome: PathBuf,
    pub chromedriver: PathBuf,
}

pub fn ensure() -> Result<Needs> {
    let missing = missing();
    if !missing.is_empty() {
        install(&missing)?;
    }
    match (chrome(), chromedriver(), postgres()) {
        (Some(chrome), Some(chromedriver), true) if program("strace", &[]).is_some() => {
            Ok(Needs { chrome, chromedriver })
        }
        _ => Err(Fault::new(advice(&self::missing()))),
    }
}

fn missing() -> Vec<&'static str> {
    let mut packages = Vec::new();
    if chrome().is_none() {
        packages.push("chromium");
    }
    if chromedriver().is_none() {
        packages.push("chromium-driver");
    }
    if !postgres() {
        packages.push("postgresql");
    }
    if program("strace", &[]).is_none() {
        packages.push("strace");
    }
    packages
}

fn chrome() -> Option<PathBuf> {
    named("CHROME").or_else(|| {
        ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"]
            .iter()
            .filter_map(|name| program(name, &[]))
            // Ubuntu's /usr/bin/chromium-browser may be a note that says to install a snap.
            .find(|found| run_quietly(Command::new(found).arg("--version")).is_ok())
    })
}

fn chromedriver() -> Option<PathBuf> {
    let further = ["/usr/lib/chromium", "/usr/lib/chromium-browser"].map(PathBuf::from);
    named("CHROMEDRIVER").or_else(|| program("chromedriver", &further))
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

/// Debian keeps the server's programs off the path, one folder per version.
fn postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let further: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    ["initdb", "postgres", "pg_ctl"].iter().all(|name| program(name, &further).is_some())
}

fn install(packages: &[&str]) -> Result<()> {
    let refused = || Fault::new(advice(packages));
    if program("apt-get", &[]).is_none() || (ubuntu() && packages.contains(&"chromium")) {
        return Err(refused());
    }
    let sudo = if is_root() {
        false
    } else if run_quietly(Command::new("sudo").args(["-n", "true"])).is_ok() {
        true
    } else {
        return Err(refused());
    };
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new(if sudo { "sudo" } else { "env" });
        if sudo {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        run_quietly(&mut command)
    };
    eprintln!("the tests need {}: installing with apt-get", packages.join(", "));
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(packages);
    // Package lists may be absent or too old; updating them first would cost every run.
    apt_get(&arguments)
        .or_else(|_| apt_get(&["update", "--quiet"]).and_then(|_| apt_get(&arguments)))
        .map_err(|error| {
            let last = error.lines().last().unwrap_or("no message").to_owned();
            Fault::new(format!("apt-get failed ({last}). {}", advice(packages)))
        })?;
    eprintln!("installed {}", packages.join(", "));
    Ok(())
}

fn advice(packages: &[&str]) -> String {
    let browser = packages.iter().any(|package| package.starts_with("chromium"));
    if ubuntu() && browser {
        return format!(
            "the tests need {}: on Ubuntu install Google Chrome and its chromedriver (or point CHROME and \
             CHROMEDRIVER at them) and `sudo apt-get install postgresql`, then call again",
            packages.join(", ")
        );
    }
    format!(
        "the tests need {0}: `sudo apt-get install {0}` or your system's equivalent (CHROME and CHROMEDRIVER may \
         point at a browser elsewhere), then call again",
        packages.join(" ")
    )
}

fn ubuntu() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line.trim_matches('"') == "ID=ubuntu")
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|own| own.uid() == 0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn advice_is_one_line_that_names_what_is_missing() {
        let advice = super::advice(&["chromium-driver", "postgresql"]);
        assert!(!advice.contains('\n'));
        assert!(advice.contains("chromium-driver") && advice.contains("postgresql"), "{advice}");
    }
}
