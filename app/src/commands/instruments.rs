//! `firstlight instruments`: what is shipped, what it says, whether a definition can be used, and bringing in one that a
//! school holds a licence for.
//!
//! Imported definitions lie in `data_dir/instruments`, one file for each version, and are added to the shipped ones
//! whenever the program starts. A file is never overwritten: what was used once must stay scorable.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use questionnaires::check::{DefinitionError, Warning, lint, parse_and_check};
use questionnaires::import::{Import, LicenceStatement, import as read_import};
use questionnaires::{fhir, library, present};
use server::config::Config;
use server::ctx::{Actor, Ctx};

use super::Stop;

fn folder(config: &Config) -> PathBuf {
    config.data_dir.join("instruments")
}

/// Adds the imported definitions to the shipped ones.
///
/// # Errors
/// The file that cannot be used, with line and what to do.
pub fn add_imported(config: &Config) -> Result<(), Stop> {
    let folder = folder(config);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Stop::new(format!("cannot read the folder {}: {error}", folder.display()))),
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    for file in files {
        let instrument =
            parse_and_check(&file.display().to_string(), &read(&file)?).map_err(|faults| all(&faults))?;
        library::add(instrument).map_err(|problem| Stop::new(format!("{}: {problem}", file.display())))?;
    }
    Ok(())
}

/// [`add_imported`] for commands that need no settings otherwise: with faulty settings only the shipped ones are known.
///
/// # Errors
/// As [`add_imported`].
pub fn add_imported_if_any() -> Result<(), Stop> {
    match Config::load() {
        Ok(config) => add_imported(&config),
        Err(_) => {
            eprintln!("firstlight: the settings have faults, so only the shipped instruments are known");
            Ok(())
        }
    }
}

/// Lists every instrument.
pub fn list() {
    print!("{}", present::list(library::known()));
}

/// Shows one instrument.
///
/// # Errors
/// When there is none of that id.
pub fn show(id: &str) -> Result<(), Stop> {
    print!("{}", present::show(find(id)?));
    Ok(())
}

fn find(id: &str) -> Result<&'static questionnaires::instrument::Instrument, Stop> {
    library::get(id).ok_or_else(|| {
        Stop::new(format!("no instrument '{id}'; 'firstlight instruments list' shows them all"))
    })
}

/// Checks a definition without keeping it: ours as TOML, or a FHIR R4 Questionnaire.
///
/// # Errors
/// Everything that is wrong with it, with file, line and a sentence.
pub fn check(file: &Path) -> Result<(), Stop> {
    let (name, text) = (file.display().to_string(), read(file)?);
    let (instrument, understood) = if is_json(&text) {
        let (instrument, understood) =
            fhir::read_questionnaire(&name, &text).map_err(|faults| all(&faults))?;
        (instrument, understood.0)
    } else {
        (parse_and_check(&name, &text).map_err(|faults| all(&faults))?, Vec::new())
    };
    tell(&understood, &lint(&instrument));
    println!("{} version {} can be used.", instrument.id, instrument.version);
    Ok(())
}

/// Brings a definition into use under a licence, or with `dry_run` only shows what was understood.
///
/// # Errors
/// Everything that is wrong with the file, a missing licence statement, or a version that is known already.
pub fn import(file: &Path, statement: &str, recorded_by: &str, dry_run: bool) -> Result<(), Stop> {
    let config = super::config()?;
    add_imported(&config)?;
    let licence = LicenceStatement {
        statement: statement.to_owned(),
        recorded_by: recorded_by.to_owned(),
        recorded_on: Ctx::new(Actor::Console).now.day_in(&TimeZone::UTC).0,
    };
    let Import { instrument, understood, warnings } =
        read_import(&file.display().to_string(), &read(file)?, &licence).map_err(|faults| all(&faults))?;
    tell(&understood, &warnings);
    let (name, toml) = (format!("{}.v{}.toml", instrument.id, instrument.version), instrument.to_toml());
    let words = format!("{} version {}", instrument.id, instrument.version);
    library::add(instrument).map_err(Stop::new)?;
    if dry_run {
        println!("Nothing was kept (--dry-run). Without it, {words} comes into use.");
        return Ok(());
    }
    let folder = folder(&config);
    let cannot = |error: std::io::Error| Stop::new(format!("cannot write to {}: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    let kept = folder.join(name);
    if !kept.exists() {
        // Whole or not at all: a half-written definition would stop the next start.
        let beside = kept.with_extension("unfinished");
        std::fs::write(&beside, toml).and_then(|()| std::fs::rename(&beside, &kept)).map_err(cannot)?;
    }
    println!("{words} is in use from the next start on: {}", kept.display());
    Ok(())
}

/// Prints an instrument as a FHIR R4 Questionnaire.
///
/// # Errors
/// When there is no such instrument, or no text of it in that language.
pub fn export_fhir(id: &str, language: Option<&str>) -> Result<(), Stop> {
    let instrument = find(id)?;
    let language = language.unwrap_or(&instrument.language);
    let questionnaire =
        fhir::questionnaire(instrument, language).map_err(|error| Stop::new(error.to_string()))?;
    println!("{questionnaire:#}");
    Ok(())
}

/// Prints an instrument as our TOML.
///
/// # Errors
/// When there is no such instrument.
pub fn export_toml(id: &str) -> Result<(), Stop> {
    print!("{}", find(id)?.to_toml());
    Ok(())
}

fn read(file: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(file)
        .map_err(|error| Stop::new(format!("cannot read {}: {error}", file.display())))
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn all(faults: &[DefinitionError]) -> Stop {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Stop::new(format!("this definition cannot be used:\n  {}", lines.join("\n  ")))
}

fn tell(understood: &[String], warnings: &[Warning]) {
    for line in understood {
        println!("{line}");
    }
    for warning in warnings {
        println!("look at: {warning}");
    }
}
