//! A Questionnaire from elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Reader, text};
use crate::fhir::{LOINC, options};
use crate::instrument::{
    Ages, Availability, Basis, Choice, Counting, Informant, Instrument, Item, Licence, LicenceClass,
    MissingKind, MissingRule, Polarity, Scale,
};
use crate::plan::Plan;

/// Stands for terms where a file gives none.
pub(crate) const TERMS_NOT_STATED: &str = "Terms not stated in the file.";
/// Stands for a permission until an import records one.
pub(crate) const PERMISSION_NOT_RECORDED: &str = "Not yet recorded.";

impl Reader<'_> {
    /// A Questionnaire from elsewhere: a total over its weighted questions, and nothing that it does not say.
    pub(super) fn foreign(&mut self) -> Option<Instrument> {
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
                counted_over: Counting::Scale,
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
                terms: of("copyright").unwrap_or_else(|| TERMS_NOT_STATED.to_owned()),
                permission: Some(PERMISSION_NOT_RECORDED.to_owned()),
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
