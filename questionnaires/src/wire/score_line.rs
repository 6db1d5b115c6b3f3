//! `firstlight score`: answers to scores.

use serde_json::{Map, Value};

use super::standing::{person, standing};
use super::{Fault, Reply, bare, finish, fraction, id_value, points};
use crate::form::AnswerProblem;
use crate::instrument::Instrument;
use crate::library;
use crate::response::{Answer, Answers};
use crate::score::{FindingValue, ScaleScore, Scored, score};

/// Scores one line, `{"instrument":"phq9_teen","answers":[0,1,null,…]}` in item order, or with
/// `"answers":{"1":0,…}` by item id. `null` is no answer; `"declined"` and `"not_shown"` are understood too. With
/// `"person":{"age":9,"grade":4,"sex":"female"}` the result also says where each scale stands in the instrument's tables.
///
/// ```
/// use questionnaires::wire::score_line;
///
/// let out = score_line(r#"{"instrument":"gad2","answers":[2,1]}"#).unwrap_or_default();
/// assert!(out.starts_with(r#"{"total":3,"status":"complete","missing":[],"subscales":{},"band":"positive""#));
/// assert!(score_line(r#"{"instrument":"gad2","answers":[2,9]}"#).is_err_and(|e| e.starts_with("out_of_range")));
/// ```
///
/// # Errors
/// A sentence that says what is wrong with the line and what to do.
pub fn score_line(line: &str) -> Result<String, String> {
    score_line_with(line, library::get)
}

/// [`score_line`] over other definitions than the shipped ones.
///
/// # Errors
/// As [`score_line`].
pub fn score_line_with<'a>(
    line: &str,
    find: impl Fn(&str) -> Option<&'a Instrument>,
) -> Result<String, String> {
    run(line, find).map(|value| value.to_string()).map_err(|fault| fault.sentence())
}

/// What to print for the `number`-th input line (from 1): the result, or the fault as JSON.
///
/// ```
/// use questionnaires::{library, wire::score_reply};
///
/// let reply = score_reply(7, r#"{"instrument":"gad2","answers":[2,9]}"#, library::get);
/// assert!(reply.failed);
/// assert!(reply.line.starts_with(r#"{"line":7,"error":"out_of_range","item":2"#));
/// ```
pub fn score_reply<'a>(number: usize, line: &str, find: impl Fn(&str) -> Option<&'a Instrument>) -> Reply {
    finish(number, run(line, find))
}

/// The result of a sheet of codes in item order, as [`score_line`] prints it. A code that its item does not have counts
/// as no answer.
pub fn score_value(instrument: &Instrument, codes: &[Option<i32>]) -> Value {
    let pairs = instrument.items.iter().zip(codes);
    let answer = |code: &Option<i32>| code.map_or(Answer::Missing, Answer::Code);
    let answers: Answers = pairs.map(|(item, code)| (item.id.clone(), answer(code))).collect();
    output(&score(instrument, &answers))
}

fn run<'a>(line: &str, find: impl Fn(&str) -> Option<&'a Instrument>) -> Result<Value, Fault> {
    let input: Value = serde_json::from_str(bare(line)).map_err(|fault| {
        Fault::new(format!("not a line of JSON ({fault}); write {{\"instrument\":…,\"answers\":…}}"))
    })?;
    let Some(id) = input.get("instrument").and_then(Value::as_str) else {
        return Err(Fault::new("“instrument” is missing; name it by its id, for example \"phq9_teen\""));
    };
    let Some(instrument) = find(id) else {
        let known =
            library::known().iter().map(|instrument| instrument.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Fault::new(format!("there is no instrument “{id}”; shipped are {known}")));
    };
    let answers = match input.get("answers") {
        Some(Value::Array(list)) => by_position(instrument, list),
        Some(Value::Object(map)) => {
            map.iter().map(|(item, value)| Ok((item.clone(), answer(item, value)?))).collect()
        }
        _ => Err(Fault::new("“answers” is missing; give a list in item order, or an object by item id")),
    }?;
    if let Err(problems) = instrument.check_answers(&answers)
        && let Some(problem) = problems.first()
    {
        return Err(Fault {
            code: Some(match problem {
                AnswerProblem::UnknownItem { .. } => "unknown_item",
                AnswerProblem::UnknownChoice { .. } => "out_of_range",
            }),
            item: Some(problem.item().to_owned()),
            message: problem.to_string(),
        });
    }
    let scored = score(instrument, &answers);
    let mut out = output(&scored);
    if let Some(value) = input.get("person") {
        out["standing"] = standing(instrument, &scored, person(instrument, value)?);
    }
    Ok(out)
}

fn by_position(instrument: &Instrument, list: &[Value]) -> Result<Answers, Fault> {
    // What comes after the scored items (how difficult, ever, …) may be left off; then it is unanswered.
    let shortest = instrument.plan.required.last().map_or(instrument.items.len(), |last| last + 1);
    if !(shortest..=instrument.items.len()).contains(&list.len()) {
        return Err(Fault::new(format!(
            "{} has {} items and the line has {} answers; give one for each item in form order, null for no answer, or \
             name them: {{\"answers\":{{\"1\":0}}}}",
            instrument.id,
            instrument.items.len(),
            list.len()
        )));
    }
    let pairs = instrument.items.iter().zip(list);
    pairs.map(|(item, value)| Ok((item.id.clone(), answer(&item.id, value)?))).collect()
}

fn answer(item: &str, value: &Value) -> Result<Answer, Fault> {
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 1e9).then_some(number as i32);
    match value {
        Value::Null => Some(Answer::Missing),
        Value::Number(number) => number.as_f64().and_then(whole).map(Answer::Code),
        Value::String(word) => match word.as_str() {
            "declined" => Some(Answer::Declined),
            "not_shown" => Some(Answer::NotShown),
            "missing" => Some(Answer::Missing),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| Fault {
        code: Some("not_an_answer"),
        item: Some(item.to_owned()),
        message: format!(
            "{value} is not an answer to item {item}; give the code of a choice, null or \"declined\""
        ),
    })
}

fn output(scored: &Scored) -> Value {
    let number = |scale: &ScaleScore| {
        scale.value.map_or(Value::Null, if scale.fractional { fraction } else { points })
    };
    let total = scored.scale("total");
    let others = || scored.scales.iter().filter(|scale| scale.scale != "total");
    let ids = |ids: &[String]| Value::from(ids.iter().map(|id| id_value(id)).collect::<Vec<_>>());
    let object = |pairs: Vec<(&str, Value)>| {
        Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("total", total.map_or(Value::Null, number));
    put("status", Value::from(scored.status.as_str()));
    put("missing", ids(&scored.missing));
    put("subscales", object(others().map(|scale| (scale.scale.as_str(), number(scale))).collect()));
    put("band", Value::from(scored.band.clone()));
    for derived in total.iter().flat_map(|total| &total.derived) {
        let value = derived.value.map_or(Value::Null, if derived.fractional { fraction } else { points });
        put(&derived.id, value);
    }
    let judged: Vec<_> = others()
        .filter(|scale| scale.judged)
        .map(|scale| (scale.scale.as_str(), Value::from(scale.positive)))
        .collect();
    if !judged.is_empty() {
        put("subscales_positive", object(judged));
    }
    let banded: Vec<_> = others()
        .filter(|scale| scale.banded)
        .map(|scale| (scale.scale.as_str(), Value::from(scale.band.clone())))
        .collect();
    if !banded.is_empty() {
        put("subscale_bands", object(banded));
    }
    let cuts = total.iter().flat_map(|total| &total.cuts);
    put("cuts", object(cuts.map(|cut| (cut.id.as_str(), Value::from(cut.met))).collect()));
    put("positive", Value::from(scored.positive));
    put("critical", Value::from(scored.critical.iter().map(|hit| id_value(&hit.item)).collect::<Vec<_>>()));
    put("critical_unanswered", ids(&scored.critical_unanswered));
    for finding in &scored.findings {
        let value = match finding.value {
            FindingValue::Flag(flag) => Value::from(flag),
            FindingValue::Count(count) => Value::from(count),
            FindingValue::Unknown => Value::Null,
        };
        put(&finding.id, value);
    }
    Value::Object(out)
}
