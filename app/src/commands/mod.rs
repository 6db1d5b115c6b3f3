//! The executable's subcommands: one file each. Errors in a terminal are one readable line with the next step.

pub mod audit;
pub mod backup;
pub mod demo;
pub mod erasure;
pub mod instruments;
pub mod release;
pub mod roster;
pub mod rules;
pub mod score;
pub mod serve;
pub mod upkeep;

use server::config::Config;
use server::services::Services;

/// Why a command stopped: one line for the terminal and the exit code.
#[derive(Debug)]
pub struct Stop {
    /// What went wrong and what to do.
    pub line: String,
    /// The process's exit code.
    pub code: u8,
}

impl Stop {
    /// An ordinary failure.
    pub fn new(line: impl Into<String>) -> Self {
        Self { line: line.into(), code: 1 }
    }
}

impl From<server::Error> for Stop {
    fn from(error: server::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// The settings, or every fault in them at once.
///
/// # Errors
/// A line for each fault.
pub fn config() -> Result<Config, Stop> {
    Config::load().map_err(|faults| {
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        Stop { line: format!("the settings cannot be used:\n  {}", lines.join("\n  ")), code: 2 }
    })
}

/// The services over the configured database.
///
/// # Errors
/// What is wrong with the database or the key file, and what to do.
pub async fn services() -> Result<Services, Stop> {
    let config = config()?;
    instruments::add_imported(&config)?;
    Services::open(config).await.map_err(Stop::new)
}
