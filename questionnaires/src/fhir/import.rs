//! Questionnaire → Instrument.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{DEFINITION, LOINC, Understood, choice_coding, options};
use crate::check::{DefinitionError, Fault, faults, structure_faults};
use crate::instrument::{
    Ages, Availability, Basis, Choice, Informant, Instrument, Item, Licence, LicenceClass, MissingKind,
    MissingRule, Polarity, Scale,
};
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

    /// A Questionnaire from elsewhere: a total over its weighted questions, and nothing that it does not say.
    fn foreign(&mut self) -> Option<Instrument> {
        let mut choices: BTreeMap<String, Vec<Choice>> = BTreeMap::new();
        let (mut items, mut scored, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for found in std::mem::take(&mut self.items) {
            let (set, weighted) = match options::of_item(self.resource, found.element) {
                Ok(read) => read,
                Err(why) => {
                    self.fault(Some(&found.id), format!("item {}: {why}", found.id));
                    continue;
                }
            };
            let known = choices.iter().find(|(_, known)| **known == set).map(|(name, _)| name.clone());
            let name = known.unwrap_or_else(|| format!("choices_{}", choices.len() + 1));
            choices.entry(name.clone()).or_insert(set);
            if weighted {
                scored.push(found.id.clone())
            } else {
                open.push(found.id.clone())
            }
            let codes = found.element.get("code").and_then(Value::as_array).into_iter().flatten();
            let loinc = codes.into_iter().find(|code| text(code, "system") == Some(LOINC));
            items.push(Item {
                id: found.id.clone(),
                text: text(found.element, "text").map(str::to_owned),
                lead_in: found.lead_in,
                choices: name,
                not_asked: false,
                show_when: None,
                loinc: loinc.and_then(|code| text(code, "code")).map(str::to_owned),
            });
            if found.element.get("enableWhen").is_some() {
                self.understood.push(format!(
                    "Item {}: its condition (enableWhen) was not taken over; it is always asked.",
                    found.id
                ));
            }
        }
        if scored.is_empty() && self.faults.is_empty() {
            self.fault(
                None,
                "no choice has an ordinalValue or itemWeight, so nothing can be scored; add the weights",
            );
        }
        let id =
            slug(text(self.resource, "name").or(text(self.resource, "id")).or(text(self.resource, "title")));
        if id.is_empty() {
            self.fault(None, "the Questionnaire has no name, id or title to call it by");
        }
        if !self.faults.is_empty() {
            return None;
        }
        self.understood.push(format!(
            "{} questions; the total is the sum of {} weighted ones.",
            items.len(),
            scored.len()
        ));
        if !open.is_empty() {
            self.understood.push(format!("Without weights, so not in the total: {}.", open.join(", ")));
        }
        self.understood.push(
            "FHIR does not say who answers, at which ages, which way is worse, what may be missing, and which scores are high. \
             Assumed: student, 6 to 18 years, higher is worse, nothing may be missing, no bands and no cut-off. Export it as TOML to \
             state them."
                .to_owned(),
        );
        Some(self.assemble(id, items, choices, scored))
    }

    fn assemble(
        &self,
        id: String,
        items: Vec<Item>,
        choices: BTreeMap<String, Vec<Choice>>,
        scored: Vec<String>,
    ) -> Instrument {
        let resource = self.resource;
        let of = |key: &str| text(resource, key).map(str::to_owned);
        let title = of("title").or_else(|| of("name")).unwrap_or_else(|| id.clone());
        let codes = resource.get("code").and_then(Value::as_array).into_iter().flatten();
        let loinc = codes.into_iter().find(|code| text(code, "system") == Some(LOINC));
        let total = Scale::sum(
            "total",
            "Total",
            scored,
            MissingRule {
                rule: MissingKind::Complete,
                max_missing: None,
                max_missing_percent: None,
                min_answered: None,
                counted_over: crate::instrument::Counting::Scale,
                basis: Basis::Policy,
                note: Some("FHIR states no missing rule".to_owned()),
            },
        );
        Instrument {
            version: of("version")
                .and_then(|version| version.split('.').next()?.parse().ok())
                .filter(|v| *v > 0)
                .unwrap_or(1),
            short_title: title.chars().take(28).collect(),
            citation: of("url").or_else(|| of("publisher")).unwrap_or_else(|| title.clone()),
            title,
            id,
            informant: Informant::Student,
            ages: Ages { min: 6, max: 18 },
            grades: None,
            polarity: Polarity::HigherWorse,
            availability: Availability::Licensed,
            staff_only: false,
            off_by_default: false,
            language: of("language").unwrap_or_else(|| "en".to_owned()),
            instructions: of("description"),
            recall: None,
            copyright: of("copyright").unwrap_or_default(),
            declined_as: None,
            loinc: loinc.and_then(|code| text(code, "code")).map(str::to_owned),
            lock: None,
            cautions: Vec::new(),
            sources: of("url").into_iter().collect(),
            to_confirm: Vec::new(),
            licence: Licence {
                class: vec![LicenceClass::Restricted],
                terms: of("copyright").unwrap_or_else(|| "Terms not stated in the file.".to_owned()),
                permission: Some("Not yet recorded.".to_owned()),
            },
            positive: None,
            choices,
            items,
            scales: vec![total],
            critical: Vec::new(),
            rules: Vec::new(),
            validity: Vec::new(),
            contradictions: Vec::new(),
            decision: None,
            translations: BTreeMap::new(),
            unshipped: Vec::new(),
            plan: Plan::default(),
        }
    }
}

/// A name as an id: small letters, digits and underscores.
fn slug(name: Option<&str>) -> String {
    let mut slug = String::new();
    for c in name.unwrap_or_default().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('_') {
            slug.push('_');
        }
    }
    slug.trim_matches('_').to_owned()
}
