//! One JSON line in, one JSON line out: what `firstlight score` and `firstlight trend` speak. Pure.

mod score_line;
mod standing;
mod trend_line;

pub use score_line::{score_line, score_line_with, score_reply, score_value};
pub use trend_line::{FUNCTIONS, trend_line, trend_reply};

use serde_json::{Value, json};

/// What to print for one input line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// One line of JSON: the result, or `{"line":n,"error":"…"}` with what else is known about the fault.
    pub line: String,
    /// Whether it is a fault; the run goes on and its exit status says so.
    pub failed: bool,
}

/// Why a line could not be worked on.
struct Fault {
    /// A word for programs, for example `out_of_range`; the sentence itself where there is none.
    code: Option<&'static str>,
    /// The item, where it is about one.
    item: Option<String>,
    /// What is wrong and what to do.
    message: String,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { code: None, item: None, message: message.into() }
    }

    fn sentence(&self) -> String {
        match self.code {
            Some(code) => format!("{code}: {}", self.message),
            None => self.message.clone(),
        }
    }

    fn reply(&self, number: usize) -> Reply {
        let mut reply = json!({ "line": number, "error": self.code.unwrap_or(&self.message) });
        if let Some(item) = &self.item {
            reply["item"] = id_value(item);
        }
        if self.code.is_some() {
            reply["message"] = Value::from(self.message.as_str());
        }
        Reply { line: reply.to_string(), failed: true }
    }
}

/// The line without the mark that some programs put before the first one.
fn bare(line: &str) -> &str {
    line.trim_start_matches('\u{feff}')
}

fn finish(number: usize, result: Result<Value, Fault>) -> Reply {
    match result {
        Ok(value) => Reply { line: value.to_string(), failed: false },
        Err(fault) => fault.reply(number),
    }
}

/// Item ids that are numbers are printed as numbers.
fn id_value(id: &str) -> Value {
    id.parse::<u32>()
        .ok()
        .filter(|number| number.to_string() == id)
        .map_or_else(|| Value::from(id), Value::from)
}

/// Points without a decimal point where they are whole.
fn points(value: f64) -> Value {
    let is_whole = value.fract() == 0.0 && value.abs() < 1e15;
    if is_whole { Value::from(value as i64) } else { Value::from(value) }
}

/// A mean, to four decimals.
fn fraction(value: f64) -> Value {
    Value::from((value * 1e4).round() / 1e4)
}
