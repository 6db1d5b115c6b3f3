//! Questionnaire → Instrument.

mod foreign;

pub(crate) use foreign::{PERMISSION_NOT_RECORDED, TERMS_NOT_STATED};

use serde_json::Value;

use super::{DEFINITION, Understood, choice_coding, options};
use crate::check::{DefinitionError, Fault, faults, structure_faults};
use crate::instrument::{Choice, Instrument};
use crate::plan::Plan;

/// Reads a FHIR R4 Questionnaire. Our own exports come back whole; of a foreign one the weighted items become a total,
/// and [`Understood`] lists in sentences what was read and what had to be assumed.
///
/// No licence is asked for here; use [`crate::import::import`] to bring an instrument into use.
///
/// # Errors
/// Everything that stands in the way, with the line of the item.
pub fn read_questionnaire(
    file_name: &str,
    json: &str,
) -> Result<(Instrument, Understood), Vec<DefinitionError>> {
    let (mut instrument, understood) = parse(file_name, json)?;
    check(file_name, json, &mut instrument)?;
    Ok((instrument, understood))
}

pub(crate) fn check(
    file_name: &str,
    json: &str,
    instrument: &mut Instrument,
) -> Result<(), Vec<DefinitionError>> {
    let report = |faults: Vec<Fault>, instrument: &Instrument| -> Vec<DefinitionError> {
        let line = |path: &str| {
            let at =
                path.strip_prefix("items/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
            at.and_then(|at| instrument.items.get(at)).map_or(1, |item| line_of(json, &item.id))
        };
        faults.into_iter().map(|fault| error(file_name, line(&fault.path), fault.message)).collect()
    };
    let broken = structure_faults(instrument);
    if !broken.is_empty() {
        return Err(report(broken, instrument));
    }
    instrument.plan = Plan::of(instrument);
    let broken = faults(instrument);
    if broken.is_empty() { Ok(()) } else { Err(report(broken, instrument)) }
}

fn error(file: &str, line: usize, message: impl Into<String>) -> DefinitionError {
    DefinitionError { file: file.to_owned(), line, message: message.into() }
}

/// Line of an item by its linkId; 1 if it cannot be told.
fn line_of(json: &str, link_id: &str) -> usize {
    let quoted = Value::from(link_id).to_string();
    let has = |line: &str| line.split_once("\"linkId\"").is_some_and(|(_, rest)| rest.contains(&quoted));
    json.lines().position(has).map_or(1, |at| at + 1)
}

/// Reads without judging.
pub(crate) fn parse(file_name: &str, json: &str) -> Result<(Instrument, Understood), Vec<DefinitionError>> {
    let resource: Value = serde_json::from_str(json)
        .map_err(|fault| vec![error(file_name, fault.line().max(1), format!("this is not JSON: {fault}"))])?;
    if text(&resource, "resourceType") != Some("Questionnaire") {
        let message = "this is not a FHIR Questionnaire; resourceType must be \"Questionnaire\"";
        return Err(vec![error(file_name, 1, message)]);
    }
    let mut reader = Reader {
        resource: &resource,
        understood: Vec::new(),
        faults: Vec::new(),
        items: Vec::new(),
        lead_in: None,
    };
    reader.read_items(&resource, 0);
    let extensions = resource.get("extension").and_then(Value::as_array).into_iter().flatten();
    let own = extensions.into_iter().find(|extension| text(extension, "url") == Some(DEFINITION));
    let instrument = match own.map(|extension| text(extension, "valueString").unwrap_or_default()) {
        Some(toml) => reader.own(toml),
        None => reader.foreign(),
    };
    match instrument {
        Some(instrument) if reader.faults.is_empty() => Ok((instrument, Understood(reader.understood))),
        _ => {
            let line = |item: &Option<String>| item.as_ref().map_or(1, |item| line_of(json, item));
            Err(reader
                .faults
                .into_iter()
                .map(|(item, message)| error(file_name, line(&item), message))
                .collect())
        }
    }
}

fn text<'a>(element: &'a Value, key: &str) -> Option<&'a str> {
    element.get(key).and_then(Value::as_str)
}

struct FoundItem<'a> {
    id: String,
    element: &'a Value,
    lead_in: Option<String>,
}

struct Reader<'a> {
    resource: &'a Value,
    understood: Vec<String>,
    /// Item it is about, and the sentence.
    faults: Vec<(Option<String>, String)>,
    items: Vec<FoundItem<'a>>,
    lead_in: Option<String>,
}

impl<'a> Reader<'a> {
    fn fault(&mut self, item: Option<&str>, message: impl Into<String>) {
        self.faults.push((item.map(str::to_owned), message.into()));
    }

    /// Questions in order; groups are opened, displays become lead-ins, everything else is left out and said so.
    fn read_items(&mut self, parent: &'a Value, depth: usize) {
        let items = parent.get("item").and_then(Value::as_array).into_iter().flatten();
        for element in items {
            let Some(id) = text(element, "linkId").filter(|id| !id.trim().is_empty()) else {
                self.fault(None, "an item has no linkId; every question needs one");
                continue;
            };
            let kind = text(element, "type").unwrap_or_default();
            match kind {
                "display" | "group" => {
                    self.lead_in = text(element, "text").map(str::to_owned).or(self.lead_in.take());
                }
                "choice" | "open-choice" | "coding" | "boolean" => {
                    let lead_in = self.lead_in.take();
                    self.items.push(FoundItem { id: id.to_owned(), element, lead_in });
                }
                "integer" if element.get("answerOption").is_some() => {
                    let lead_in = self.lead_in.take();
                    self.items.push(FoundItem { id: id.to_owned(), element, lead_in });
                }
                _ => self.understood.push(format!("Item {id} ({kind}) is not a choice and was left out.")),
            }
            if depth < 32 {
                self.read_items(element, depth + 1);
            }
        }
    }

    /// An export of ours: the definition comes from the extension, the wording from the resource.
    fn own(&mut self, toml: &str) -> Option<Instrument> {
        let mut instrument: Instrument = match toml::from_str(toml) {
            Ok(instrument) => instrument,
            Err(fault) => {
                self.fault(None, format!("the extension {DEFINITION} cannot be read: {}", fault.message()));
                return None;
            }
        };
        instrument.instructions = text(self.resource, "description").map(str::to_owned);
        let labels = self.labels(&instrument);
        for (at, item) in instrument.items.iter_mut().enumerate().filter(|(_, item)| !item.not_asked) {
            let Some(found) = self.items.iter().find(|found| found.id == item.id) else {
                let message = format!("item {} of the definition is not among the questions", item.id);
                self.faults.push((None, format!("{message} (place {})", at + 1)));
                continue;
            };
            item.text = text(found.element, "text").map(str::to_owned);
            item.lead_in = found.lead_in.clone();
        }
        for (set, code, label) in labels {
            let choices = instrument.choices.get_mut(&set).into_iter().flatten();
            for choice in choices.filter(|choice| choice.code == code) {
                choice.label = label.clone();
            }
        }
        let unknown: Vec<String> = self
            .items
            .iter()
            .filter(|found| instrument.items.iter().all(|item| item.id != found.id))
            .map(|found| found.id.clone())
            .collect();
        for id in unknown {
            self.fault(Some(&id), format!("question {id} is not an item of the definition it comes with"));
        }
        self.understood.push(format!("Complete definition of {} with its scales and rules.", instrument.id));
        Some(instrument)
    }

    /// Labels by set and code; a choice of the definition that is missing from the resource is a fault.
    fn labels(&mut self, instrument: &Instrument) -> Vec<(String, i32, Option<String>)> {
        let mut labels = Vec::new();
        let mut faults = Vec::new();
        for found in &self.items {
            let Some(item) = instrument.items.iter().find(|item| item.id == found.id) else { continue };
            let choices = instrument.choices.get(&item.choices).into_iter().flatten();
            let shown: Vec<&Choice> = choices.filter(|choice| !choice.off_form).collect();
            let options =
                found.element.get("answerOption").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if options.len() != shown.len() {
                let message = format!(
                    "question {} has {} choices and its definition {}",
                    found.id,
                    options.len(),
                    shown.len()
                );
                faults.push((Some(found.id.clone()), message));
                continue;
            }
            for (choice, option) in shown.into_iter().zip(options) {
                let (expected, given) =
                    (choice_coding(instrument, &item.choices, choice), &option["valueCoding"]);
                let same = |key: &str| expected.get(key) == given.get(key);
                let same_weight = options::of_item(self.resource, found.element)
                    .is_ok_and(|(read, _)| read.iter().any(|one| one.score_value() == choice.score_value()));
                if !same("system") || !same("code") || !same_weight {
                    let message = format!(
                        "question {}: its choices or weights are not those of the definition",
                        found.id
                    );
                    faults.push((Some(found.id.clone()), message));
                    break;
                }
                labels.push((item.choices.clone(), choice.code, text(given, "display").map(str::to_owned)));
            }
        }
        self.faults.extend(faults);
        labels
    }
}
