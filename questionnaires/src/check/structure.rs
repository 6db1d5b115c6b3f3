//! Do the ids of a definition resolve?

use std::collections::HashSet;

use super::Fault;
use crate::instrument::{Instrument, ItemCodes};

/// Bounds that no real questionnaire reaches; they keep sums inside 32 bits whatever file is read.
const MOST_ITEMS: usize = 500;
const LARGEST_CODE: i32 = 1000;
const LARGEST_WEIGHT: i32 = 100;

/// Faults that would make positions and ranges meaningless.
pub(crate) fn structure_faults(instrument: &Instrument) -> Vec<Fault> {
    let mut check = Structure { instrument, faults: Vec::new() };
    check.ids();
    check.choices();
    check.scales();
    check.rules();
    check.faults
}

struct Structure<'a> {
    instrument: &'a Instrument,
    faults: Vec<Fault>,
}

impl Structure<'_> {
    fn fault(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault::new(path, message));
    }

    fn item(&mut self, path: &str, id: &str) {
        if self.instrument.items.iter().all(|item| item.id != id) {
            self.fault(path, format!("“{id}” is not the id of an item; keys must name items by id"));
        }
    }

    fn items<'s>(&mut self, path: &str, ids: impl IntoIterator<Item = &'s String>) {
        for id in ids {
            self.item(path, id);
        }
    }

    fn unique<'s>(&mut self, path: &str, what: &str, ids: impl Iterator<Item = &'s str>) {
        let mut seen = HashSet::new();
        for (at, id) in ids.enumerate() {
            if id.trim().is_empty() {
                self.fault(format!("{path}/{at}"), format!("the {what} has no id"));
            }
            if !seen.insert(id) {
                self.fault(format!("{path}/{at}"), format!("{what} “{id}” stands twice; ids must be unique"));
            }
        }
    }

    fn ids(&mut self) {
        let instrument = self.instrument;
        let id_is_plain = |id: &str| {
            !id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        };
        if !id_is_plain(&instrument.id) {
            self.fault("id", "the instrument's id may hold only small letters, digits and “_”");
        }
        if instrument.items.is_empty() || instrument.items.len() > MOST_ITEMS {
            self.fault("items", format!("an instrument has between 1 and {MOST_ITEMS} items"));
        }
        self.unique("items", "item", instrument.items.iter().map(|item| item.id.as_str()));
        self.unique("scales", "scale", instrument.scales.iter().map(|scale| scale.id.as_str()));
        self.unique(
            "critical",
            "critical item",
            instrument.critical.iter().map(|critical| critical.item.as_str()),
        );
        let findings = instrument.rules.iter().map(|rule| rule.id.as_str());
        self.unique("rules", "rule", findings);
        self.unique("validity", "validity rule", instrument.validity.iter().map(|rule| rule.id.as_str()));
    }

    fn choices(&mut self) {
        let instrument = self.instrument;
        for (name, choices) in &instrument.choices {
            let path = format!("choices/{name}");
            if choices.is_empty() {
                self.fault(&path, format!("choice set “{name}” is empty"));
            }
            let mut seen = HashSet::new();
            for choice in choices {
                if !seen.insert(choice.code) {
                    self.fault(&path, format!("code {} stands twice in choice set “{name}”", choice.code));
                }
                if choice.code.abs() > LARGEST_CODE || choice.score_value().abs() > LARGEST_CODE {
                    self.fault(&path, format!("codes and values must lie within ±{LARGEST_CODE}"));
                }
            }
        }
        for (at, item) in instrument.items.iter().enumerate() {
            if !instrument.choices.contains_key(&item.choices) {
                let known = instrument.choices.keys().cloned().collect::<Vec<_>>().join(", ");
                let message = format!(
                    "item {} uses choices “{}”, which are not defined; there are {known}",
                    item.id, item.choices
                );
                self.fault(format!("items/{at}/choices"), message);
            }
            if let Some(when) = &item.show_when {
                self.items(&format!("items/{at}/show_when"), &when.any_of);
            }
        }
    }

    fn scales(&mut self) {
        let instrument = self.instrument;
        for (at, scale) in instrument.scales.iter().enumerate() {
            let path = format!("scales/{at}");
            if scale.items.is_empty() == scale.scales.is_empty() {
                self.fault(
                    &path,
                    format!("scale {} needs either items or scales that it is made of, not both", scale.id),
                );
            }
            self.items(&format!("{path}/items"), &scale.items);
            let mut seen = HashSet::new();
            for item in scale.items.iter().chain(&scale.scales) {
                if !seen.insert(item) {
                    self.fault(
                        format!("{path}/items"),
                        format!("“{item}” stands twice in scale {}", scale.id),
                    );
                }
            }
            for part in &scale.scales {
                if instrument.scale(part).is_none() {
                    self.fault(
                        format!("{path}/scales"),
                        format!("“{part}” is not a scale of this instrument"),
                    );
                }
            }
            for item in &scale.reverse {
                if !scale.items.contains(item) {
                    self.fault(
                        format!("{path}/reverse"),
                        format!("item “{item}” is reversed but does not belong to scale {}", scale.id),
                    );
                }
            }
            for (part, weight) in &scale.weights {
                if !scale.items.contains(part) && !scale.scales.contains(part) {
                    self.fault(
                        format!("{path}/weights"),
                        format!("“{part}” has a weight but does not belong to scale {}", scale.id),
                    );
                }
                if weight.abs() > LARGEST_WEIGHT {
                    self.fault(
                        format!("{path}/weights"),
                        format!("weights must lie within ±{LARGEST_WEIGHT}"),
                    );
                }
            }
            if !(1..=LARGEST_WEIGHT).contains(&scale.multiply.unwrap_or(1)) {
                self.fault(
                    format!("{path}/multiply"),
                    format!("multiply must lie between 1 and {LARGEST_WEIGHT}"),
                );
            }
        }
        if !self.faults.is_empty() {
            return;
        }
        if crate::plan::Plan::of(instrument).order.len() < instrument.scales.len() {
            self.fault("scales", "scales are made of each other in a circle");
        }
    }

    fn item_codes(&mut self, path: &str, any: &ItemCodes) {
        self.items(path, &any.items);
        for item in any.items.iter().filter_map(|id| self.instrument.items.iter().find(|item| item.id == *id))
        {
            let choices = self.instrument.choices_of(item);
            for code in &any.codes {
                if choices.iter().all(|choice| choice.code != *code) {
                    self.faults
                        .push(Fault::new(path, format!("item {} has no choice with code {code}", item.id)));
                }
            }
        }
    }

    fn rules(&mut self) {
        let instrument = self.instrument;
        for (at, critical) in instrument.critical.iter().enumerate() {
            self.item(&format!("critical/{at}/item"), &critical.item);
        }
        for (at, rule) in instrument.rules.iter().enumerate() {
            let path = format!("rules/{at}");
            self.items(&path, rule.count.keys().chain(rule.core.keys()));
            let counted = rule.of.as_ref().map(|of| instrument.rules.iter().find(|rule| rule.id == *of));
            match counted {
                None if rule.count.is_empty() => {
                    self.fault(&path, format!("rule {} counts nothing", rule.id))
                }
                Some(None) => {
                    self.fault(&path, format!("rule {} judges a count that is not defined", rule.id))
                }
                Some(Some(count)) if count.of.is_some() => {
                    self.fault(&path, format!("rule {} must judge a counting rule", rule.id));
                }
                _ => {}
            }
        }
        for (at, pair) in instrument.contradictions.iter().enumerate() {
            self.item_codes(&format!("contradictions/{at}"), &pair.one);
            self.item_codes(&format!("contradictions/{at}"), &pair.other);
        }
        if let Some(decision) = &instrument.decision {
            self.items("decision/required", &decision.required);
            for (at, row) in decision.rows.iter().enumerate() {
                let path = format!("decision/rows/{at}");
                self.items(&path, &row.any_unanswered);
                for any in row.any.iter().chain(&row.and_any) {
                    self.item_codes(&path, any);
                }
            }
        }
        for any in instrument.positive.iter().flat_map(|positive| &positive.any_item) {
            self.item_codes("positive", any);
        }
    }
}
