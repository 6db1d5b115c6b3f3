//! The worked cases beside each instrument, through the JSON-line layer that `firstlight score` speaks.
//!
//! `answers` is in item order, `-` for no answer. `expected` is the whole result; `"none"` stands for JSON's null.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;

use questionnaires::{library, wire};
use serde_json::{Value, json};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    answers: String,
    expected: toml::Table,
}

fn cases_of(id: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("instruments/{id}.cases.toml"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    toml::from_str::<Cases>(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display())).case
}

fn to_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(word) if word == "none" => Value::Null,
        toml::Value::String(word) => Value::from(word.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(flag) => Value::from(*flag),
        toml::Value::Array(list) => list.iter().map(to_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), to_json(value))).collect())
        }
        toml::Value::Datetime(_) => panic!("a case has no dates"),
    }
}

/// Equal as numbers, whether printed 1 or 1.0, and whatever the order of keys.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| same(value, o)))
        }
        _ => one == other,
    }
}

#[test]
fn every_worked_case_comes_out_as_written() {
    let mut failures = Vec::new();
    let mut count = 0;
    for instrument in library::all() {
        for case in cases_of(&instrument.id) {
            count += 1;
            let answers: Vec<Value> = case
                .answers
                .split_whitespace()
                .map(|word| word.parse::<i32>().map_or(Value::Null, Value::from))
                .collect();
            let line = json!({ "instrument": instrument.id, "answers": answers }).to_string();
            let reply = wire::score_reply(1, &line, library::get);
            let mut found: Value = serde_json::from_str(&reply.line).unwrap();
            if reply.failed {
                let fields = found.as_object_mut().unwrap();
                fields.retain(|key, _| key == "error" || key == "item");
            }
            let expected = to_json(&toml::Value::Table(case.expected));
            if !same(&found, &expected) {
                failures.push(format!(
                    "{} – {}\n   found {found}\nexpected {expected}",
                    instrument.id, case.name
                ));
            }
        }
    }
    println!("{count} cases");
    assert!(failures.is_empty(), "{} of {count} cases differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn answers_by_item_id_give_the_same_as_answers_by_position() {
    for instrument in library::all() {
        for case in cases_of(&instrument.id) {
            let code = |word: &str| word.parse::<i32>().map_or(Value::Null, Value::from);
            let list: Vec<Value> = case.answers.split_whitespace().map(code).collect();
            let map: serde_json::Map<String, Value> = instrument
                .items
                .iter()
                .rev()
                .zip(list.iter().rev())
                .map(|(item, value)| (item.id.clone(), value.clone()))
                .collect();
            let by_position =
                wire::score_line(&json!({ "instrument": instrument.id, "answers": list }).to_string());
            let by_id = wire::score_line(&json!({ "instrument": instrument.id, "answers": map }).to_string());
            assert_eq!(by_position, by_id, "{} – {}", instrument.id, case.name);
        }
    }
}

#[test]
fn unscored_items_at_the_end_may_be_left_off_and_others_may_not() {
    let short = wire::score_line(r#"{"instrument":"phq9_teen","answers":[1,1,1,1,1,0,0,0,0]}"#).unwrap();
    let short: Value = serde_json::from_str(&short).unwrap();
    assert_eq!((&short["total"], &short["critical_unanswered"]), (&json!(5), &json!([12, 13])));
    for answers in ["[1,1,1,1,1,0,0,0]", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "[]"] {
        let line = format!(r#"{{"instrument":"phq9_teen","answers":{answers}}}"#);
        assert!(wire::score_line(&line).unwrap_err().contains("has 13 items"), "{answers}");
    }
}

#[test]
fn a_bad_line_says_what_to_do() {
    for (line, part) in [
        ("", "not a line of JSON"),
        ("{}", "“instrument” is missing"),
        (r#"{"instrument":"phq99","answers":[]}"#, "there is no instrument “phq99”; shipped are phq9_teen"),
        (r#"{"instrument":"phq2"}"#, "“answers” is missing"),
        (r#"{"instrument":"phq2","answers":[0,"maybe"]}"#, "is not an answer to item 2"),
        (
            r#"{"instrument":"phq2","answers":{"1":0,"7":1}}"#,
            "“7” is not an item of phq2; its items are 1, 2",
        ),
        (
            r#"{"instrument":"phq2","answers":[0,4]}"#,
            "item 2 has no choice with code 4; use one of 0, 1, 2, 3",
        ),
    ] {
        let fault = wire::score_line(line).unwrap_err();
        assert!(fault.contains(part), "{line}: {fault}");
        let reply = wire::score_reply(3, line, library::get);
        let reply_json: Value = serde_json::from_str(&reply.line).unwrap();
        assert!(reply.failed && reply_json["line"] == 3 && reply_json["error"].is_string());
    }
    let declined =
        wire::score_line(r#"{"instrument":"asq","answers":{"1":0,"2":"declined","3":0,"4":0}}"#).unwrap();
    assert!(
        declined.contains(r#""band":"positive_acuity_unknown""#) && declined.contains(r#""critical":[2]"#)
    );
}

#[test]
fn the_mark_that_windows_puts_before_a_file_is_no_part_of_the_line() {
    let line = "\u{feff}{\"instrument\":\"gad2\",\"answers\":[2,1]}";
    assert!(wire::score_line(line).unwrap().starts_with(r#"{"total":3"#));
    let line = "\u{feff}{\"function\":\"round_to_5\",\"input\":{\"count\":7}}";
    assert_eq!(wire::trend_line(line).unwrap(), r#"{"output":{"rounded":5}}"#);
}
