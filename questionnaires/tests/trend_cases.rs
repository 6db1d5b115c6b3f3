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
