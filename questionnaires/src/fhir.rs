//! FHIR R4: instruments as Questionnaire, answers as QuestionnaireResponse, scores as Observations; and back.
//!
//! A Questionnaire has places for questions, choices and their weights, but none for scales, missing rules, bands or
//! critical items. Those travel in one extension ([`DEFINITION`]) as the instrument's own TOML without its wording, so
//! that import → export → import loses nothing. A foreign Questionnaire has no such extension: it is read for what it
//! says, its weighted items become a total, and what was taken for granted is listed for the reader.

mod export;
mod import;
mod options;
mod response;

pub use export::questionnaire;
pub use import::read_questionnaire;
pub(crate) use import::{PERMISSION_NOT_RECORDED, TERMS_NOT_STATED};
pub(crate) use import::{check as check_questionnaire, parse as parse_questionnaire};
pub use response::{Context, answers, observations, questionnaire_response};

use serde_json::{Value, json};

/// Extension that carries everything a Questionnaire has no place for.
pub const DEFINITION: &str = "urn:firstlight:fhir:instrument-definition";
/// Weight of a choice, R4.
pub const ORDINAL_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
/// Weight of a choice, R5 and SDC.
pub const ITEM_WEIGHT: &str = "http://hl7.org/fhir/StructureDefinition/itemWeight";
/// Why an item has no answer.
pub const DATA_ABSENT_REASON: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
/// The LOINC code system.
pub const LOINC: &str = "http://loinc.org";

/// Canonical address of an instrument.
pub fn canonical(instrument: &str) -> String {
    format!("urn:firstlight:instrument:{instrument}")
}

/// Code system of the choices of one set.
fn choice_system(instrument: &str, set: &str) -> String {
    format!("urn:firstlight:choice:{instrument}:{set}")
}

/// The coding of a choice: LOINC where it has a code, otherwise the instrument's own system.
fn choice_coding(
    instrument: &crate::instrument::Instrument,
    set: &str,
    choice: &crate::instrument::Choice,
) -> Value {
    let mut coding = match &choice.loinc {
        Some(code) => json!({ "system": LOINC, "code": code }),
        None => json!({ "system": choice_system(&instrument.id, set), "code": choice.code.to_string() }),
    };
    if let Some(label) = &choice.label {
        coding["display"] = Value::from(label.as_str());
    }
    coding["extension"] = json!([{ "url": ORDINAL_VALUE, "valueDecimal": choice.score_value() }]);
    coding
}

/// What an import took from a FHIR file, beside the instrument.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Understood(pub Vec<String>);
