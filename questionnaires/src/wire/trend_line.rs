//! `firstlight trend`: one statistic a line.

mod functions;
mod inputs;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fault, Reply, bare, finish};

/// Names that `function` may have.
pub const FUNCTIONS: [&str; 25] = [
    "rci",
    "edwards_nunnally",
    "csc_cutoffs",
    "jt_class",
    "mdc",
    "slope",
    "mann_kendall",
    "theil_sen",
    "ewma",
    "cusum",
    "prop_ci",
    "prop_diff_newcombe",
    "rogan_gladen",
    "predictive_values",
    "benjamini_hochberg",
    "t_score",
    "percentile_rank",
    "cronbach_alpha",
    "standardised_alpha",
    "omega_total",
    "omega_from_data",
    "spearman_brown",
    "suppress_table",
    "nces_recode",
    "round_to_5",
];

/// Computes one line, `{"function":"mdc","input":{"sd":5.62,"reliability":0.85}}`, to `{"output":{…}}`. A number that
/// has no meaning with this input (a p value of two points, a quotient by zero) is `null`.
///
/// ```
/// use questionnaires::wire::trend_line;
///
/// let out = trend_line(r#"{"function":"round_to_5","input":{"count":102}}"#);
/// assert_eq!(out.as_deref(), Ok(r#"{"output":{"rounded":100}}"#));
/// assert!(trend_line(r#"{"function":"magic","input":{}}"#).is_err_and(|e| e.contains("there is no function “magic”")));
/// ```
///
/// # Errors
/// A sentence that says what is wrong with the line and what to do.
pub fn trend_line(line: &str) -> Result<String, String> {
    run(line).map(|value| value.to_string()).map_err(|fault| fault.sentence())
}

/// What to print for the `number`-th input line (from 1): the result, or `{"line":n,"error":"…"}`.
pub fn trend_reply(number: usize, line: &str) -> Reply {
    finish(number, run(line))
}

#[derive(Deserialize)]
struct Call {
    function: String,
    input: Value,
}

fn run(line: &str) -> Result<Value, Fault> {
    let call: Call = serde_json::from_str(bare(line)).map_err(|fault| {
        Fault::new(format!("not a line of the form {{\"function\":…,\"input\":{{…}}}} ({fault})"))
    })?;
    let output = functions::call(&call.function, call.input)?;
    Ok(json!({ "output": output }))
}
