//! Choices of a foreign Questionnaire.

use serde_json::Value;

use super::{ITEM_WEIGHT, LOINC, ORDINAL_VALUE};
use crate::instrument::Choice;

/// The choices of an item: from `answerOption`, from a contained value set, or yes and no for a boolean. Each with a
/// weight if the file gives one. An error is a sentence.
pub(super) fn of_item(resource: &Value, item: &Value) -> Result<(Vec<Choice>, bool), String> {
    let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
    let listed = item.get("answerOption").and_then(Value::as_array);
    let options: Vec<Option_> = match (listed, item.get("answerValueSet").and_then(Value::as_str)) {
        (Some(options), _) => options.iter().map(option).collect::<Result<_, _>>()?,
        (None, Some(reference)) => from_value_set(resource, reference)?,
        (None, None) if kind == "boolean" => {
            let option = |label: &str, weight| Option_ {
                label: Some(label.to_owned()),
                weight: Some(weight),
                loinc: None,
            };
            vec![option("No", 0), option("Yes", 1)]
        }
        (None, None) => return Err("it has no answer options; a free answer cannot be scored".to_owned()),
    };
    if options.is_empty() {
        return Err("its list of answer options is empty".to_owned());
    }
    let weighted = options.iter().filter(|option| option.weight.is_some()).count();
    if weighted != 0 && weighted != options.len() {
        return Err(
            "some of its choices have an ordinalValue or itemWeight and some do not; give one to each"
                .to_owned(),
        );
    }
    // A weight serves as the stored code unless two choices share it.
    let weights: Vec<i32> = options.iter().filter_map(|option| option.weight).collect();
    let unique = weights.iter().enumerate().all(|(at, weight)| !weights[..at].contains(weight));
    let choices = options.into_iter().enumerate().map(|(at, option)| {
        let place = i32::try_from(at).unwrap_or(i32::MAX);
        let (code, value) = match option.weight {
            Some(weight) if unique => (weight, None),
            Some(weight) => (place, Some(weight)),
            None => (place, None),
        };
        Choice { code, label: option.label, value, off_form: false, loinc: option.loinc }
    });
    Ok((choices.collect(), weighted > 0))
}

struct Option_ {
    label: Option<String>,
    weight: Option<i32>,
    loinc: Option<String>,
}

fn option(option: &Value) -> Result<Option_, String> {
    let own = weight(option)?;
    if let Some(coding) = option.get("valueCoding") {
        let weight = match own {
            Some(weight) => Some(weight),
            None => weight(coding)?,
        };
        return Ok(coded(coding, weight));
    }
    if let Some(number) = option.get("valueInteger").and_then(Value::as_i64) {
        let number = i32::try_from(number).map_err(|_| format!("choice {number} is too large"))?;
        return Ok(Option_ {
            label: Some(number.to_string()),
            weight: Some(own.unwrap_or(number)),
            loinc: None,
        });
    }
    match option.get("valueString").and_then(Value::as_str) {
        Some(text) => Ok(Option_ { label: Some(text.to_owned()), weight: own, loinc: None }),
        None => Err("a choice is neither a coding nor a text nor a whole number".to_owned()),
    }
}

fn coded(coding: &Value, weight: Option<i32>) -> Option_ {
    let text = |key: &str| coding.get(key).and_then(Value::as_str).map(str::to_owned);
    let loinc = text("code").filter(|_| text("system").as_deref() == Some(LOINC));
    Option_ { label: text("display").or_else(|| text("code")), weight, loinc }
}

fn from_value_set(resource: &Value, reference: &str) -> Result<Vec<Option_>, String> {
    let contained = resource.get("contained").and_then(Value::as_array).into_iter().flatten();
    let id = reference.strip_prefix('#');
    let set = contained.into_iter().find(|one| id.is_some() && one.get("id").and_then(Value::as_str) == id);
    let Some(set) = set else {
        return Err(format!(
            "its choices are in the value set {reference}, which is not in this file; contain it, or list the choices"
        ));
    };
    let expanded = set.pointer("/expansion/contains").and_then(Value::as_array);
    let composed = set.pointer("/compose/include").and_then(Value::as_array).into_iter().flatten();
    let concepts: Vec<(&Value, Option<&Value>)> = match expanded {
        Some(concepts) => concepts.iter().map(|concept| (concept, None)).collect(),
        None => composed
            .flat_map(|include| {
                let concepts = include.get("concept").and_then(Value::as_array).into_iter().flatten();
                concepts.map(|concept| (concept, include.get("system")))
            })
            .collect(),
    };
    let one = |(concept, system): (&Value, Option<&Value>)| {
        let mut option = coded(concept, weight(concept)?);
        if system.and_then(Value::as_str) == Some(LOINC) {
            option.loinc = concept.get("code").and_then(Value::as_str).map(str::to_owned);
        }
        Ok(option)
    };
    concepts.into_iter().map(one).collect()
}

/// ordinalValue or itemWeight of an element.
fn weight(element: &Value) -> Result<Option<i32>, String> {
    let extensions = element.get("extension").and_then(Value::as_array).into_iter().flatten();
    let is_weight = |extension: &&Value| {
        matches!(extension.get("url").and_then(Value::as_str), Some(ORDINAL_VALUE | ITEM_WEIGHT))
    };
    let Some(extension) = extensions.into_iter().find(is_weight) else { return Ok(None) };
    let number =
        extension.get("valueDecimal").or_else(|| extension.get("valueInteger")).and_then(Value::as_f64);
    match number {
        Some(number) if number.fract() == 0.0 && number.abs() <= 1000.0 => Ok(Some(number as i32)),
        Some(number) => Err(format!(
            "the choice weight {number} is not a whole number up to 1000; scale the weights up and the cut-offs with them"
        )),
        None => Err("an ordinalValue or itemWeight has no number".to_owned()),
    }
}
