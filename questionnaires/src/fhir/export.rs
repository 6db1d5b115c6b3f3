//! Instrument → Questionnaire.

use serde_json::{Map, Value, json};

use super::{DEFINITION, LOINC, canonical, choice_coding};
use crate::instrument::{FormError, Instrument, Item};

/// The instrument as a FHIR R4 Questionnaire in one of its languages. A skeleton can be exported too: its items then
/// have no text.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use questionnaires::{fhir, library};
///
/// let gad = library::get("gad7").ok_or("not shipped")?;
/// let resource = fhir::questionnaire(gad, "en")?;
/// assert_eq!(resource["item"][0]["code"][0]["code"], "69725-0");
/// let (again, _) = fhir::read_questionnaire("gad7.json", &resource.to_string()).map_err(|faults| faults[0].clone())?;
/// assert_eq!(&again, gad);
/// # Ok(()) }
/// ```
///
/// # Errors
/// The instrument has no checked text in that language.
pub fn questionnaire(instrument: &Instrument, language: &str) -> Result<Value, FormError> {
    let localised = instrument.in_language(language)?;
    let instrument = &localised;
    let mut resource = json!({
        "resourceType": "Questionnaire",
        "id": instrument.id.replace('_', "-"),
        "extension": [{ "url": DEFINITION, "valueString": without_wording(instrument).to_toml() }],
        "language": instrument.language,
        "url": canonical(&instrument.id),
        "version": instrument.version.to_string(),
        "name": instrument.id,
        "title": instrument.title,
        "status": "active",
        "subjectType": ["Patient"],
    });
    if let Some(instructions) = &instrument.instructions {
        resource["description"] = Value::from(instructions.as_str());
    }
    if !instrument.copyright.is_empty() {
        resource["copyright"] = Value::from(instrument.copyright.as_str());
    }
    if let Some(code) = &instrument.loinc {
        resource["code"] = json!([{ "system": LOINC, "code": code }]);
    }
    let asked = instrument.items.iter().filter(|item| !item.not_asked);
    resource["item"] =
        asked.flat_map(|item| lead_in(item).into_iter().chain([item_of(instrument, item)])).collect();
    Ok(resource)
}

/// A lead-in becomes a display item before its question.
fn lead_in(item: &Item) -> Option<Value> {
    let text = item.lead_in.as_ref()?;
    Some(json!({ "linkId": format!("{}-lead-in", item.id), "type": "display", "text": text }))
}

fn item_of(instrument: &Instrument, item: &Item) -> Value {
    let mut out = Map::new();
    out.insert("linkId".to_owned(), Value::from(item.id.as_str()));
    if let Some(code) = &item.loinc {
        out.insert("code".to_owned(), json!([{ "system": LOINC, "code": code }]));
    }
    if let Some(text) = &item.text {
        out.insert("text".to_owned(), Value::from(text.as_str()));
    }
    out.insert("type".to_owned(), Value::from("choice"));
    if let Some(when) = &item.show_when {
        let of = |question: &String| {
            let choices = instrument.item(question).map(|item| (item, instrument.choices_of(item)));
            let codes = when.codes.iter().filter_map(move |code| {
                let (item, choices) = choices?;
                let choice = choices.iter().find(|choice| choice.code == *code && !choice.off_form)?;
                let mut coding = choice_coding(instrument, &item.choices, choice);
                if let Some(coding) = coding.as_object_mut() {
                    coding.retain(|key, _| key == "system" || key == "code");
                }
                Some(coding)
            });
            let question = question.clone();
            codes
                .map(move |coding| json!({ "question": question, "operator": "=", "answerCoding": coding }))
                .collect::<Vec<_>>()
        };
        let conditions: Vec<Value> = when.any_of.iter().flat_map(of).collect();
        if !conditions.is_empty() {
            out.insert("enableWhen".to_owned(), Value::from(conditions));
            out.insert("enableBehavior".to_owned(), Value::from("any"));
        }
    }
    let shown = instrument.choices_of(item).iter().filter(|choice| !choice.off_form);
    let options =
        shown.map(|choice| json!({ "valueCoding": choice_coding(instrument, &item.choices, choice) }));
    out.insert("answerOption".to_owned(), options.collect());
    Value::Object(out)
}

/// The definition without the wording that the Questionnaire itself carries.
fn without_wording(instrument: &Instrument) -> Instrument {
    let mut bare = instrument.clone();
    bare.instructions = None;
    for item in bare.items.iter_mut().filter(|item| !item.not_asked) {
        (item.text, item.lead_in) = (None, None);
    }
    for choice in bare.choices.values_mut().flatten().filter(|choice| !choice.off_form) {
        choice.label = None;
    }
    bare
}
