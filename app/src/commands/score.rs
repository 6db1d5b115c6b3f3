//! `firstlight score` and `firstlight trend`: JSON lines in, JSON lines out, without any server.

use std::io::{BufRead, BufWriter, Write};

use super::Stop;

/// One line's answer.
pub type Answer = fn(usize, &str) -> (String, bool);

/// Answers every line of standard input. A bad line is answered with what is wrong, and the run goes on.
///
/// # Errors
/// A [`Stop`] with exit code 1 when a line failed, or when input or output broke off.
pub fn run(answer: Answer) -> Result<(), Stop> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut failed = 0usize;
    for (index, line) in std::io::stdin().lock().split(b'\n').enumerate() {
        let line = line.map_err(|e| Stop::new(format!("standard input broke off: {e}")))?;
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        let (reply, bad) = answer(index + 1, line.trim());
        failed += usize::from(bad);
        writeln!(out, "{reply}")?;
    }
    out.flush()?;
    match failed {
        0 => Ok(()),
        n => {
            Err(Stop::new(format!("{n} of the lines could not be answered; each says why in its \"error\"")))
        }
    }
}

/// Scores one line.
pub fn score(number: usize, line: &str) -> (String, bool) {
    let reply = questionnaires::wire::score_reply(number, line, questionnaires::library::get);
    (reply.line, reply.failed)
}

/// Computes one line.
pub fn trend(number: usize, line: &str) -> (String, bool) {
    match questionnaires::wire::trend_line(line) {
        Ok(reply) => (reply, false),
        Err(error) => (serde_json::json!({ "line": number, "error": error }).to_string(), true),
    }
}
