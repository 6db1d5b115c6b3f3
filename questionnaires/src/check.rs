//! Does a definition make sense? Faults stop it; warnings ([`lint`]) rank what a person should look at.

mod lint;
mod meaning;
mod readability;
mod structure;
mod wording;

pub use lint::{AgeBand, Warning, WarningKind, lint};
pub(crate) use meaning::faults;
pub use readability::grade_level;
pub(crate) use structure::structure_faults;
pub use wording::wording_hash;

use crate::instrument::Instrument;
pub use crate::parse::DefinitionError;

/// Something that makes a definition unusable, and where it stands.
pub(crate) struct Fault {
    /// For example `scales/0/bands/2`.
    pub path: String,
    pub message: String,
}

impl Fault {
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Reads a TOML definition and checks that it makes sense: keys name items, bands cover the range without gaps,
/// cut-offs exist, wording matches its lock, the licence is stated.
///
/// ```
/// use questionnaires::check::parse_and_check;
///
/// let faults = parse_and_check("mine.toml", "id = \"mine\"\ncolour = \"blue\"").unwrap_err();
/// assert_eq!(faults[0].line, 2);
/// assert!(faults[0].message.contains("unknown field `colour`"));
/// ```
///
/// # Errors
/// Everything that is wrong, each with file, line and a sentence that says what to do.
pub fn parse_and_check(file_name: &str, toml: &str) -> Result<Instrument, Vec<DefinitionError>> {
    crate::parse::definition(file_name, toml, |_| {})
}
