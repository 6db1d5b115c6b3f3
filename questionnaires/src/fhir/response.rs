//! Answers ↔ QuestionnaireResponse, and scores → Observations.

use serde_json::{Value, json};

use super::{DATA_ABSENT_REASON, LOINC, canonical, choice_coding};
use crate::band;
use crate::form::AnswerProblem;
use crate::instrument::{Instrument, Scale};
use crate::response::{Answer, Answers};
use crate::score::{ScaleScore, Scored};

/// What the instrument does not know about an administration. Values go into the resource as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Id of the response; Observations refer to it.
    pub id: String,
    /// Reference to the person, for example `Patient/42`. A pseudonym, if the file leaves the school.
    pub subject: Option<String>,
    /// When it was answered, as a FHIR dateTime.
    pub authored: Option<String>,
}

impl Context {
    fn write_into(&self, resource: &mut Value, date_field: &str) {
        if let Some(subject) = &self.subject {
            resource["subject"] = json!({ "reference": subject });
        }
        if let Some(authored) = &self.authored {
            resource[date_field] = Value::from(authored.as_str());
        }
    }
}

/// The answers as a FHIR R4 QuestionnaireResponse. Declined and not shown are kept apart from missing by the
/// data-absent-reason extension; an item without a record is left out.
pub fn questionnaire_response(instrument: &Instrument, answers: &Answers, context: &Context) -> Value {
    let items = instrument.items.iter().filter_map(|item| {
        let mut out = json!({ "linkId": item.id });
        if let Some(text) = &item.text {
            out["text"] = Value::from(text.as_str());
        }
        let reason = match answers.get(&item.id) {
            Answer::Code(code) => {
                let choice = instrument.choices_of(item).iter().find(|choice| choice.code == code)?;
                out["answer"] = json!([{ "valueCoding": choice_coding(instrument, &item.choices, choice) }]);
                return Some(out);
            }
            Answer::Declined => "asked-declined",
            Answer::NotShown => "not-asked",
            Answer::Missing => return None,
        };
        out["extension"] = json!([{ "url": DATA_ABSENT_REASON, "valueCode": reason }]);
        Some(out)
    });
    let mut resource = json!({
        "resourceType": "QuestionnaireResponse",
        "id": context.id,
        "questionnaire": format!("{}|{}", canonical(&instrument.id), instrument.version),
        "status": "completed",
        "item": items.collect::<Vec<_>>(),
    });
    context.write_into(&mut resource, "authored");
    resource
}

/// The answers in a QuestionnaireResponse to this instrument. Choices are recognised by system and code, and failing
/// that by display.
///
/// # Errors
/// A question or choice that the instrument does not have.
pub fn answers(instrument: &Instrument, response: &Value) -> Result<Answers, Vec<AnswerProblem>> {
    let mut found = Answers::new();
    let mut problems = Vec::new();
    read(instrument, response, &mut found, &mut problems, 0);
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn read(
    instrument: &Instrument,
    parent: &Value,
    found: &mut Answers,
    problems: &mut Vec<AnswerProblem>,
    depth: usize,
) {
    let children = parent.get("item").and_then(Value::as_array).into_iter().flatten();
    for element in children {
        let id = element.get("linkId").and_then(Value::as_str).unwrap_or_default();
        match (instrument.item(id), element.pointer("/answer/0")) {
            (Some(item), Some(answer)) => {
                let choices = instrument.choices_of(item);
                let code = choices.iter().find(|choice| is_choice(instrument, &item.choices, choice, answer));
                match code {
                    Some(choice) => drop(found.set(id, Answer::Code(choice.code))),
                    None => problems.push(AnswerProblem::unknown_choice(
                        id,
                        answer
                            .pointer("/valueCoding/code")
                            .and_then(Value::as_str)
                            .and_then(|c| c.parse().ok())
                            .unwrap_or(-1),
                        choices.iter().map(|choice| choice.code),
                    )),
                }
            }
            (Some(_), None) => {
                let extensions = element.get("extension").and_then(Value::as_array).into_iter().flatten();
                let reason = extensions
                    .into_iter()
                    .find(|one| one.get("url").and_then(Value::as_str) == Some(DATA_ABSENT_REASON))
                    .and_then(|one| one.get("valueCode").and_then(Value::as_str));
                match reason {
                    Some("asked-declined") => drop(found.set(id, Answer::Declined)),
                    Some("not-asked" | "not-applicable") => drop(found.set(id, Answer::NotShown)),
                    _ => {}
                }
            }
            (None, Some(_)) => {
                let known = instrument.items.iter().map(|item| item.id.as_str());
                problems.push(AnswerProblem::unknown_item(&instrument.id, id, known));
            }
            (None, None) => {}
        }
        if depth < 32 {
            read(instrument, element, found, problems, depth + 1);
        }
    }
}

fn is_choice(instrument: &Instrument, set: &str, choice: &crate::instrument::Choice, answer: &Value) -> bool {
    if let Some(yes) = answer.get("valueBoolean").and_then(Value::as_bool) {
        return choice.code == i32::from(yes);
    }
    if let Some(number) = answer.get("valueInteger").and_then(Value::as_i64) {
        return i64::from(choice.code) == number;
    }
    let Some(given) = answer.get("valueCoding") else { return false };
    let expected = choice_coding(instrument, set, choice);
    let same = |key: &str| given.get(key).is_some() && given.get(key) == expected.get(key);
    match given.get("code") {
        Some(_) => same("code") && (same("system") || given.get("system").is_none()),
        None => same("display"),
    }
}

/// One Observation for each scale. A scale without a score is given as absent with the reason, never as 0.
pub fn observations(instrument: &Instrument, scored: &Scored, context: &Context) -> Vec<Value> {
    let both = scored.scales.iter().filter_map(|score| Some((score, instrument.scale(&score.scale)?)));
    both.map(|(score, scale)| observation(instrument, scale, score, context)).collect()
}

fn observation(instrument: &Instrument, scale: &Scale, score: &ScaleScore, context: &Context) -> Value {
    let mut coding =
        vec![json!({ "system": canonical(&instrument.id), "code": scale.id, "display": scale.title })];
    if let Some(code) = &scale.loinc {
        coding.insert(0, json!({ "system": LOINC, "code": code }));
    }
    let mut resource = json!({
        "resourceType": "Observation",
        "id": format!("{}-{}", context.id, scale.id.replace('_', "-")),
        "status": "final",
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"
        }] }],
        "code": { "coding": coding, "text": format!("{} – {}", instrument.title, scale.title) },
    });
    context.write_into(&mut resource, "effectiveDateTime");
    match score.value {
        Some(value) => {
            resource["valueQuantity"] = json!({ "value": value, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}" });
            if let Some(band) = band::of(scale, value) {
                resource["interpretation"] = json!([{ "text": band.label }]);
            }
        }
        None => {
            let reason =
                score.not_scored.map_or_else(|| "not scored".to_owned(), |reason| reason.to_string());
            resource["dataAbsentReason"] = json!({
                "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown" }],
                "text": reason,
            });
        }
    }
    resource["referenceRange"] =
        json!([{ "low": { "value": score.min }, "high": { "value": score.max }, "text": "possible range" }]);
    resource["derivedFrom"] = json!([{ "reference": format!("QuestionnaireResponse/{}", context.id) }]);
    resource
}
