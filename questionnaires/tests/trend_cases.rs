//! Statistics against the reference implementations, through the layer that `firstlight trend` speaks.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use questionnaires::wire;
use serde_json::{Value, json};

fn close(found: &Value, expected: &Value, tolerance: f64) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            (found - expected).abs() <= tolerance
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| close(f, e, tolerance))
        }
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && expected
                    .iter()
                    .all(|(key, value)| found.get(key).is_some_and(|found| close(found, value, tolerance)))
        }
        _ => found == expected,
    }
}

#[test]
fn every_statistic_agrees_with_its_reference() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("trend_cases.json")).unwrap();
    let mut failures = Vec::new();
    for case in &cases {
        let line = json!({ "function": case["function"], "input": case["input"] }).to_string();
        let reply =
            wire::trend_line(&line).map_or_else(Value::from, |out| serde_json::from_str(&out).unwrap());
        if !close(&reply["output"], &case["expected"], case["tol"].as_f64().unwrap()) {
            failures.push(format!(
                "{} – {}\n   found {reply}\nexpected {}",
                case["function"], case["case"], case["expected"]
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn a_line_without_meaning_is_refused_with_what_to_do() {
    for (line, part) in [
        (
            r#"{"function":"jt_class","input":{"pre":20,"post":8,"sd":5.62,"reliability":0.85}}"#,
            "missing field `cut`",
        ),
        (r#"{"function":"rci","input":{"pre":1,"post":2,"sd":0,"reliability":0.85}}"#, "sd must be above 0"),
        (
            r#"{"function":"benjamini_hochberg","input":{"p":[0.2,1.5],"q":0.05}}"#,
            "p values and q lie from 0 to 1",
        ),
        (r#"{"function":"rogan_gladen","input":{"apparent":0.3,"n":0,"se":0.9,"sp":0.9}}"#, "n above 0"),
        (
            r#"{"function":"rogan_gladen","input":{"apparent":1.3,"n":10,"se":0.9,"sp":0.9}}"#,
            "shares from 0 to 1",
        ),
        (r#"{"function":"slope","input":{"t":[1,1,1],"y":[5,6,7]}}"#, "at least two different t"),
        (r#"{"function":"prop_ci","input":{"k":5,"n":4}}"#, "k is at most n"),
        (r#"{"function":"round_to_5","input":{"count":-3}}"#, "invalid value"),
        (r#"{"function":"rci"}"#, "missing field `input`"),
        ("garbage", "not a line of the form"),
    ] {
        let fault = wire::trend_line(line).unwrap_err();
        assert!(fault.contains(part), "{line}: {fault}");
        let reply: Value = serde_json::from_str(&wire::trend_reply(4, line).line).unwrap();
        assert_eq!((&reply["line"], reply["error"].is_string()), (&json!(4), true));
    }
}

#[test]
fn a_screen_no_better_than_chance_says_nothing_about_prevalence() {
    let line = r#"{"function":"rogan_gladen","input":{"apparent":0.3,"n":100,"se":0.5,"sp":0.5}}"#;
    let reply: Value = serde_json::from_str(&wire::trend_line(line).unwrap()).unwrap();
    assert!(reply["output"].as_object().unwrap().values().all(Value::is_null), "{reply}");
}
