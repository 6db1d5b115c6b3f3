//! TOML → [`Instrument`], with file and line for every fault.

use toml::de::{DeTable, DeValue};

use crate::check::{Fault, faults, structure_faults};
use crate::instrument::Instrument;
use crate::plan::Plan;

/// A fault in a definition, as a sentence that a clinician can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct DefinitionError {
    /// The file, as it was named by the caller.
    pub file: String,
    /// Line in the file, from 1. For FHIR it is the line of the item where that can be told, otherwise 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// Reads a definition, lets the caller mark it (an import records its licence), and checks that it makes sense.
///
/// # Errors
/// Everything that is wrong with it, each with its line. A file that is not TOML, or has an unknown field, gives one
/// error; faults of meaning are reported together.
pub(crate) fn definition(
    file_name: &str,
    toml: &str,
    mark: impl FnOnce(&mut Instrument),
) -> Result<Instrument, Vec<DefinitionError>> {
    let error = |line: usize, message: String| DefinitionError { file: file_name.to_owned(), line, message };
    let mut instrument: Instrument = toml::from_str(toml).map_err(|fault| {
        let line = fault.span().map_or(1, |span| line_of_offset(toml, span.start));
        vec![error(line, plain(fault.message()))]
    })?;
    mark(&mut instrument);
    let lines = Lines::of(toml);
    let report = |faults: Vec<Fault>| -> Vec<DefinitionError> {
        let mut errors: Vec<_> =
            faults.into_iter().map(|fault| error(lines.find(&fault.path), fault.message)).collect();
        errors.sort_by_key(|error| error.line);
        errors
    };
    // Positions and ranges can only be worked out once the ids are known to resolve.
    let broken = structure_faults(&instrument);
    if !broken.is_empty() {
        return Err(report(broken));
    }
    instrument.plan = Plan::of(&instrument);
    let faults = faults(&instrument);
    if faults.is_empty() { Ok(instrument) } else { Err(report(faults)) }
}

impl Instrument {
    /// The definition as TOML; reading it back gives an equal instrument.
    pub fn to_toml(&self) -> String {
        // Every field is a plain value, so writing cannot fail; an empty text would be refused on the way back in.
        toml::to_string_pretty(self).unwrap_or_default()
    }
}

fn plain(message: &str) -> String {
    if message.starts_with("unknown field") {
        return format!("{message}. Check the spelling; a field that is not known is never ignored");
    }
    if message.starts_with("missing field") {
        return format!("{message}. Add it; every shipped definition shows how it is written");
    }
    message.to_owned()
}

fn line_of_offset(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// Finds the line of a value by its path, for example `scales/0/bands/2`.
struct Lines<'a> {
    text: &'a str,
    root: Option<toml::Spanned<DeTable<'a>>>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, root: DeTable::parse(text).ok() }
    }

    /// The line of the deepest part of the path that exists.
    fn find(&self, path: &str) -> usize {
        let Some(root) = &self.root else { return 1 };
        let mut steps = path.split('/');
        let Some(first) = steps.next() else { return 1 };
        let Some((key, value)) = root.get_ref().get_key_value(first) else { return 1 };
        let (mut offset, mut value) = (key.span().start, value);
        for step in steps {
            let next = match value.get_ref() {
                DeValue::Array(array) => step
                    .parse()
                    .ok()
                    .and_then(|at: usize| array.get(at))
                    .map(|found| (found.span().start, found)),
                DeValue::Table(table) => {
                    table.get_key_value(step).map(|(key, found)| (key.span().start, found))
                }
                _ => None,
            };
            let Some(next) = next else { break };
            (offset, value) = next;
        }
        line_of_offset(self.text, offset)
    }
}
