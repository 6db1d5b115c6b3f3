//! Definitions of others: TOML and FHIR, never without a licence statement.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use jiff::civil::date;
use questionnaires::check::{WarningKind, lint};
use questionnaires::fhir;
use questionnaires::import::{Import, LicenceStatement, import};
use questionnaires::instrument::Availability;
use questionnaires::library;
use questionnaires::response::{Answer, Answers};
use questionnaires::score::score;

const FOREIGN: &str = include_str!("fixtures/foreign_questionnaire.json");

fn licence() -> LicenceStatement {
    LicenceStatement {
        statement: "UCLA to Example District, DocuSign 4711".to_owned(),
        recorded_by: "B. Officer".to_owned(),
        recorded_on: date(2026, 8, 1),
    }
}

fn faults(file: &str, text: &str) -> Vec<String> {
    import(file, text, &licence()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_school_with_a_licence_adds_its_text_to_a_skeleton() {
    let mut skeleton = library::get("rcads25").unwrap().clone();
    for item in &mut skeleton.items {
        item.text = Some(format!("Licensed text {}", item.id));
    }
    for choice in skeleton.choices.values_mut().flatten() {
        choice.label = Some(format!("Choice {}", choice.code));
    }
    skeleton.copyright = "© Chorpita & Spence".to_owned();
    let Import { instrument, understood, .. } =
        import("rcads25.toml", &skeleton.to_toml(), &licence()).unwrap();
    assert_eq!(instrument.availability, Availability::Licensed);
    assert!(instrument.is_offerable() && instrument.lock.is_some());
    let permission = instrument.licence.permission.as_deref().unwrap();
    assert_eq!(permission, "UCLA to Example District, DocuSign 4711 (recorded by B. Officer on 2026-08-01)");
    assert!(understood.iter().any(|line| line == "Critical items: 18."), "{understood:?}");

    assert!(!understood.iter().any(|line| line.starts_with("Not scored like")), "{understood:?}");

    let answers: Answers = instrument.items.iter().map(|item| (item.id.clone(), Answer::Code(1))).collect();
    let bare = library::get("rcads25").unwrap();
    assert_eq!(score(&instrument, &answers).scales, score(bare, &answers).scales);
}

#[test]
fn an_import_that_scores_otherwise_than_the_keys_at_hand_says_so() {
    let mut other = library::get("rcads25").unwrap().clone();
    other.scales[1].items.pop();
    other.critical.clear();
    let understood = import("rcads25.toml", &other.to_toml(), &licence()).unwrap().understood;
    let told =
        understood.iter().find(|line| line.starts_with("Not scored like the keys of rcads25")).unwrap();
    assert!(told.contains("critical items, scale depression differ"), "{told}");
}

#[test]
fn nothing_is_imported_without_a_licence_statement() {
    for (statement, recorded_by) in [("", "B. Officer"), ("Licence 1", "  ")] {
        let unsaid = LicenceStatement {
            statement: statement.to_owned(),
            recorded_by: recorded_by.to_owned(),
            ..licence()
        };
        let faults = import("foreign.json", FOREIGN, &unsaid).unwrap_err();
        assert!(faults[0].message.contains("no licence statement"));
    }
}

#[test]
fn a_foreign_questionnaire_is_read_for_what_it_says() {
    let Import { instrument, understood, warnings } = import("foreign.json", FOREIGN, &licence()).unwrap();
    assert_eq!((instrument.id.as_str(), instrument.version), ("sleepworries", 2));
    let ids: Vec<&str> = instrument.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["sleep", "worry", "alone", "grade"]);
    assert_eq!(instrument.items[0].lead_in.as_deref(), Some("Think of the last week."));
    // Two choices share the weight 2, so their places are the codes and the weights stand beside them.
    let worry: Vec<(i32, i32)> = instrument
        .choices_of(&instrument.items[1])
        .iter()
        .map(|choice| (choice.code, choice.score_value()))
        .collect();
    assert_eq!(worry, [(0, 0), (1, 2), (2, 2)]);
    assert_eq!(instrument.scale("total").unwrap().items, ["sleep", "worry", "alone"]);
    assert_eq!(instrument.range("total"), Some((0.0, 5.0)));
    assert!(understood.iter().any(|line| line.contains("Item why (text) is not a choice and was left out")));
    assert!(understood.iter().any(|line| line.contains("Without weights, so not in the total: grade")));
    assert!(understood.iter().any(|line| line.contains("Assumed: student")));
    assert!(understood.iter().any(|line| line.contains("it will screen nobody")));
    assert!(warnings.iter().all(|warning| warning.kind != WarningKind::NoLock));

    let answers: Answers =
        [("sleep", Answer::Code(2)), ("worry", Answer::Code(1)), ("alone", Answer::Code(0))]
            .into_iter()
            .collect();
    assert_eq!(score(&instrument, &answers).total, Some(4.0));
}

#[test]
fn import_then_export_then_import_is_equal() {
    let first = import("foreign.json", FOREIGN, &licence()).unwrap().instrument;
    let exported = fhir::questionnaire(&first, "en").unwrap().to_string();
    let second = import("again.json", &exported, &licence()).unwrap().instrument;
    assert_eq!(second, first);
    let third = import("again.toml", &second.to_toml(), &licence()).unwrap().instrument;
    assert_eq!(third, first);
}

#[test]
fn faults_of_a_fhir_file_name_the_line_and_what_to_do() {
    let line = FOREIGN.lines().position(|line| line.contains("\"linkId\": \"worry\"")).unwrap() + 1;
    let halved = FOREIGN.replacen(
        "\"valueDecimal\": 2 }] },\n            { \"valueCoding\": { \"code\": \"a-lot\"",
        "\"valueDecimal\": 0.5 }] },\n            { \"valueCoding\": { \"code\": \"a-lot\"",
        1,
    );
    let found = faults("foreign.json", &halved);
    assert!(
        found[0].starts_with(&format!(
            "foreign.json:{line}: item worry: the choice weight 0.5 is not a whole number"
        )),
        "{found:?}"
    );

    let unweighted = FOREIGN
        .replace("ordinalValue", "somethingElse")
        .replace("itemWeight", "somethingElse")
        .replace("boolean", "string");
    assert!(faults("foreign.json", &unweighted)[0].contains("nothing can be scored"));

    let elsewhere = FOREIGN.replace("\"#how-often\"", "\"http://example.org/ValueSet/how-often\"");
    assert!(faults("foreign.json", &elsewhere)[0].contains("which is not in this file"));

    assert!(
        faults("foreign.json", "{ \"resourceType\": \"Patient\" }")[0].contains("not a FHIR Questionnaire")
    );
    let broken = faults("foreign.json", "{\n  \"resourceType\": ,\n}");
    assert!(broken[0].starts_with("foreign.json:2: this is not JSON"), "{broken:?}");
}

#[test]
fn an_export_that_was_tampered_with_is_refused() {
    let gad = fhir::questionnaire(library::get("gad7").unwrap(), "en").unwrap();
    let mut reworded = gad.clone();
    reworded["item"][0]["text"] = "Feeling nervous".into();
    assert!(faults("gad7.json", &reworded.to_string())[0].contains("not the one that was locked"));
    let mut reweighted = gad.clone();
    reweighted["item"][0]["answerOption"][3]["valueCoding"]["extension"][0]["valueDecimal"] = 9.into();
    assert!(faults("gad7.json", &reweighted.to_string())[0].contains("not those of the definition"));
    let mut shortened = gad.clone();
    shortened["item"].as_array_mut().unwrap().pop();
    assert!(
        faults("gad7.json", &shortened.to_string())[0]
            .contains("item 7 of the definition is not among the questions")
    );
}

#[test]
fn observations_give_an_absent_score_a_reason_and_never_zero() {
    let phq = library::get("phq9").unwrap();
    let context = fhir::Context {
        id: "r1".to_owned(),
        subject: Some("Patient/p1".to_owned()),
        authored: Some("2026-03-03".to_owned()),
    };
    let full: Answers = (1..=9).map(|n| (n.to_string(), Answer::Code(1))).collect();
    let observation = &fhir::observations(phq, &score(phq, &full), &context)[0];
    assert_eq!(observation["valueQuantity"]["value"], 9.0);
    assert_eq!(observation["code"]["coding"][0]["code"], "44261-6");
    assert_eq!(observation["interpretation"][0]["text"], "Mild");
    assert_eq!(observation["derivedFrom"][0]["reference"], "QuestionnaireResponse/r1");

    let short: Answers = (1..=5).map(|n| (n.to_string(), Answer::Code(1))).collect();
    let observation = &fhir::observations(phq, &score(phq, &short), &context)[0];
    assert!(observation.get("valueQuantity").is_none());
    assert_eq!(observation["dataAbsentReason"]["text"], "4 answers are missing and the rule allows 2");
}

#[test]
fn a_response_with_a_foreign_question_or_choice_is_refused() {
    let gad = library::get("gad7").unwrap();
    let response = serde_json::json!({ "resourceType": "QuestionnaireResponse", "item": [
        { "linkId": "1", "answer": [{ "valueCoding": { "system": "http://loinc.org", "code": "LA6570-1" } }] },
        { "linkId": "2", "answer": [{ "valueInteger": 7 }] },
        { "linkId": "77", "answer": [{ "valueInteger": 1 }] },
    ] });
    let problems = fhir::answers(gad, &response).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.item()).collect::<Vec<_>>(), ["2", "77"]);
}

#[test]
fn lint_finds_each_kind_of_fault_in_a_form_for_young_children() {
    let faulty = r#"id = "faulty"
version = 1
title = "Faulty"
short_title = "Faulty"
informant = "student"
ages = { min = 6, max = 9 }
polarity = "higher_worse"
availability = "licensed"
language = "en"
copyright = "© A. Owner"
citation = "Owner A. 2020."
items = [
    { id = "1", text = "I do not feel unhappy", choices = "often" },
    { id = "2", text = "I am sad and I am angry", choices = "often" },
    { id = "3", text = "Visits doctor with doctor finding considerable psychosomatic deterioration", choices = "often" },
    { id = "4", text = "On most days of the week I go to bed and then I lie there for a long time", choices = "many" },
]
[licence]
class = ["restricted"]
terms = "By permission."
permission = "A. Owner"
[choices]
often = [{ code = 0, label = "Never" }, { code = 1, label = "Often" }]
many = [{ code = 0, label = "a" }, { code = 1, label = "b" }, { code = 2, label = " " }, { code = 3, label = "d" }, { code = 4, label = "e" }, { code = 5, label = "f" }]
"#;
    let faulty = questionnaires::check::parse_and_check("faulty.toml", faulty).unwrap();
    let found: Vec<(WarningKind, Option<String>)> =
        lint(&faulty).into_iter().map(|warning| (warning.kind, warning.item)).collect();
    for (kind, item) in [
        (WarningKind::NoLock, None),
        (WarningKind::NegatedStem, Some("1")),
        (WarningKind::DoubleBarrelled, Some("2")),
        (WarningKind::ReadingLevel, Some("3")),
        (WarningKind::TooManyOptions, Some("4")),
        (WarningKind::UnlabelledOption, Some("4")),
        (WarningKind::TooManyWords, Some("4")),
    ] {
        assert!(found.contains(&(kind, item.map(str::to_owned))), "{kind:?} not found in {found:?}");
    }
    let (foreign, _) = fhir::read_questionnaire("foreign.json", FOREIGN).unwrap();
    assert!(lint(&foreign).iter().any(|warning| warning.kind == WarningKind::NoLicence));
    assert!(lint(library::get("mht").unwrap()).iter().any(|warning| warning.kind == WarningKind::NoText));
}
