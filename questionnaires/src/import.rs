//! Bringing somebody else's definition into use. Never without a recorded licence statement.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::check::{DefinitionError, Warning, lint, wording_hash};
use crate::fhir;
use crate::instrument::{Availability, Instrument, LicenceClass, Scale, TranslationStatus};
use crate::library;

/// Who says on what grounds that the text may be used here.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct LicenceStatement {
    /// Who gave permission to whom, and under which reference.
    pub statement: String,
    /// The person who enters it and answers for it.
    pub recorded_by: String,
    /// The day it was entered.
    pub recorded_on: Date,
}

/// An imported definition and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The instrument, marked as licensed, its wording locked.
    pub instrument: Instrument,
    /// What was understood, in sentences, to be shown before anything is stored.
    pub understood: Vec<String>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
}

/// Reads our TOML or a FHIR R4 Questionnaire, and marks it as licensed by the statement. Which of the two it is shows
/// from its first character.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use jiff::civil::date;
/// use questionnaires::{fhir, import::{LicenceStatement, import}, library};
///
/// let statement = LicenceStatement {
///     statement: "Licence 123 of the owner to the district of 1 May 2026".to_owned(),
///     recorded_by: "A. Administrator".to_owned(),
///     recorded_on: date(2026, 5, 2),
/// };
/// let file = fhir::questionnaire(library::get("who5").ok_or("not shipped")?, "en")?.to_string();
/// let imported = import("who5.json", &file, &statement).map_err(|faults| faults[0].clone())?;
/// assert!(imported.instrument.is_offerable());
///
/// let unsaid = LicenceStatement { statement: " ".to_owned(), ..statement };
/// assert!(import("who5.json", &file, &unsaid).is_err());
/// # Ok(()) }
/// ```
///
/// # Errors
/// Everything that is wrong with the file, with line and a sentence that a clinician can act on; or that the licence
/// statement is empty.
pub fn import(
    file_name: &str,
    text: &str,
    licence: &LicenceStatement,
) -> Result<Import, Vec<DefinitionError>> {
    if licence.statement.trim().is_empty() || licence.recorded_by.trim().is_empty() {
        let message = "no licence statement: say who allowed whom to use this text, and who records it";
        return Err(vec![DefinitionError {
            file: file_name.to_owned(),
            line: 1,
            message: message.to_owned(),
        }]);
    }
    let mark = |instrument: &mut Instrument| mark_as_licensed(instrument, licence);
    let (instrument, mut understood) = if text.trim_start().starts_with('{') {
        let (mut instrument, understood) = fhir::parse_questionnaire(file_name, text)?;
        mark(&mut instrument);
        fhir::check_questionnaire(file_name, text, &mut instrument)?;
        (instrument, understood.0)
    } else {
        (crate::parse::definition(file_name, text, mark)?, Vec::new())
    };
    if !may_have_id(&instrument) {
        let message = format!(
            "{} is the id of a shipped instrument and this definition differs from it; give it an id of its own",
            instrument.id
        );
        return Err(vec![DefinitionError { file: file_name.to_owned(), line: 1, message }]);
    }
    understood.extend(summary(&instrument));
    understood.extend(differences(&instrument));
    let warnings = lint(&instrument);
    Ok(Import { instrument, understood, warnings })
}

/// A shipped instrument with text cannot be replaced by a definition that scores or words it differently. A skeleton
/// can: that is how its text comes in.
fn may_have_id(instrument: &Instrument) -> bool {
    let Some(shipped) = shipped(&instrument.id).filter(|shipped| shipped.has_text()) else {
        return true;
    };
    let mut same_terms = instrument.clone();
    same_terms.availability = shipped.availability;
    same_terms.licence = shipped.licence.clone();
    same_terms == *shipped
}

fn shipped(id: &str) -> Option<&'static Instrument> {
    library::all().iter().find(|shipped| shipped.id == id)
}

/// Where an import scores differently from the keys that come with the program: one of the two is wrong, or they are of
/// different editions.
fn differences(instrument: &Instrument) -> Option<String> {
    let shipped = shipped(&instrument.id)?;
    let codes = |one: &Instrument| -> Vec<(String, Vec<i32>)> {
        let codes = |item| one.choices_of(item).iter().map(|choice| choice.code).collect();
        one.items.iter().map(|item| (item.id.clone(), codes(item))).collect()
    };
    let parts = [
        ("items and codes", codes(instrument) == codes(shipped)),
        ("polarity", instrument.polarity == shipped.polarity),
        ("critical items", instrument.critical == shipped.critical),
        ("what is positive", instrument.positive == shipped.positive),
        ("counting rules", instrument.rules == shipped.rules),
        ("validity rules", instrument.validity == shipped.validity),
    ];
    let mut found: Vec<String> =
        parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| part.to_owned()).collect();
    let keys = |one: &Instrument, id: &str| one.scale(id).map(keys_of);
    let scales = shipped.scales.iter().chain(&instrument.scales).map(|scale| scale.id.as_str());
    let ids: std::collections::BTreeSet<&str> = scales.collect();
    let other = ids.into_iter().filter(|id| keys(instrument, id) != keys(shipped, id));
    found.extend(other.map(|id| format!("scale {id}")));
    (!found.is_empty()).then(|| {
        format!(
            "Not scored like the keys of {} that come with the program: {} differ. Compare with the owner's manual.",
            shipped.id,
            found.join(", ")
        )
    })
}

/// What of a scale decides its score, bands and cut-offs. Names, norms and tables may be added to the keys at hand.
fn keys_of(scale: &Scale) -> Scale {
    let mut keys = scale.clone();
    keys.title.clear();
    keys.items.sort_unstable();
    keys.reverse.sort_unstable();
    keys.missing.note = None;
    (keys.change, keys.loinc) = (None, None);
    keys.norms.clear();
    keys.reliability.clear();
    keys.published_changes.clear();
    keys.lookup.clear();
    keys.further_cuts.clear();
    keys
}

fn mark_as_licensed(instrument: &mut Instrument, licence: &LicenceStatement) {
    instrument.availability = Availability::Licensed;
    instrument.licence.permission = Some(format!(
        "{} (recorded by {} on {})",
        licence.statement.trim(),
        licence.recorded_by.trim(),
        licence.recorded_on
    ));
    if instrument.licence.class.is_empty() {
        instrument.licence.class.push(LicenceClass::Restricted);
    }
    for translation in instrument.translations.values_mut() {
        if translation.status == TranslationStatus::Unverified {
            translation.status = TranslationStatus::Withheld;
        }
    }
    // What was imported is what is locked from now on. A lock that the file brings along is checked, not replaced.
    if instrument.lock.is_none() {
        instrument.lock = wording_hash(instrument, &instrument.language.clone());
    }
}

fn summary(instrument: &Instrument) -> Vec<String> {
    let mut lines = vec![format!(
        "{} ({}, version {}): {} items, answered by {}, ages {} to {}.",
        instrument.title,
        instrument.id,
        instrument.version,
        instrument.items.len(),
        instrument.informant,
        instrument.ages.min,
        instrument.ages.max
    )];
    for scale in &instrument.scales {
        let range =
            instrument.range(&scale.id).map_or(String::new(), |(min, max)| format!(", {min} to {max}"));
        let bands = if scale.bands.is_empty() {
            "no bands".to_owned()
        } else {
            format!("{} bands", scale.bands.len())
        };
        let cut = scale
            .cut_in_use
            .as_ref()
            .map_or("no cut-off in use".to_owned(), |cut| format!("cut-off {cut} in use"));
        lines.push(format!("Scale {}{range}: {bands}, {cut}.", scale.title));
    }
    let critical: Vec<&str> = instrument.critical.iter().map(|critical| critical.item.as_str()).collect();
    lines.push(match critical.is_empty() {
        true => "No critical items: no single answer will raise an alert.".to_owned(),
        false => format!("Critical items: {}.", critical.join(", ")),
    });
    lines.push(match instrument.positive {
        Some(_) => "A rule says which result is positive.".to_owned(),
        None => "No rule says which result is positive: it will screen nobody.".to_owned(),
    });
    lines
}
