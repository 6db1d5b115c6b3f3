//! Mutated definitions never make a parser panic.
//!
//! Deterministic: the same seed gives the same inputs. `FUZZ_RUNS` sets the number of inputs for each parser
//! (10,000,000 for the long run); `FUZZ_SEED` another starting point.

use questionnaires::import::{LicenceStatement, import};
use questionnaires::response::{Answer, Answers};
use questionnaires::{check, fhir, library, present, score, wire};

struct Random(u64);

impl Random {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Pieces that are likely to reach deep into a parser.
const PIECES: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "99999",
    "2147483647",
    "-2147483648",
    "9223372036854775807",
    "1e308",
    "nan",
    "inf",
    "-0.0",
    "0.5",
    "\"\"",
    "\"total\"",
    "\"1\"",
    "[]",
    "{}",
    "null",
    "true",
    "false",
    "\"x\"",
    "\n",
    "=",
    ",",
    "]",
    "}",
    "\u{1F600}",
    "\"prorate\"",
    "\"mean\"",
    "\"count\"",
    "\"complete\"",
    "\"blank_as_zero\"",
    "\"choice\"",
    "\"group\"",
    "\"display\"",
    "scales = [\"total\"]",
    "reverse = [\"1\"]",
    "weights = { \"1\" = -100 }",
    "multiply = 100",
    "[[scales]]",
    "[[items]]",
    "value = -1000",
    "code = 1000",
    "max_missing_percent = 65535",
    "min_answered = 0",
    "not_asked = true",
];

/// One to four edits of a text: bytes changed, spans removed, doubled or swapped, numbers replaced, pieces put in.
fn mutate(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(40)).min(bytes.len());
        match random.below(8) {
            0 => bytes[at] = random.next() as u8,
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => {
                let piece = PIECES[random.below(PIECES.len())].bytes();
                bytes.splice(at..at, piece);
            }
            4 => {
                // A whole value: from here to the end of the number or word.
                let end = bytes[at..]
                    .iter()
                    .position(|byte| !byte.is_ascii_alphanumeric())
                    .map_or(bytes.len(), |n| at + n);
                let piece = PIECES[random.below(PIECES.len())].bytes();
                bytes.splice(at..end, piece);
            }
            5 => {
                // A whole line goes, or is doubled.
                let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |n| n + 1);
                let stop =
                    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n + 1);
                let line = bytes[start..stop].to_vec();
                if random.below(2) == 0 {
                    drop(bytes.drain(start..stop))
                } else {
                    drop(bytes.splice(start..start, line))
                }
            }
            6 => bytes.truncate(at),
            _ => {
                let to = random.below(bytes.len());
                bytes.swap(at, to);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What passes the checks must also be safe to use.
fn use_it(instrument: &questionnaires::instrument::Instrument, random: &mut Random) {
    let answers: Answers = instrument
        .items
        .iter()
        .map(|item| {
            let choices = instrument.choices_of(item);
            let code = choices.get(random.below(choices.len() + 1)).map(|choice| choice.code);
            (item.id.clone(), code.map_or(Answer::Declined, Answer::Code))
        })
        .collect();
    let scored = score::score(instrument, &answers);
    for result in &scored.scales {
        assert!(result.value.is_none_or(|value| value.is_finite()), "{}", instrument.to_toml());
    }
    let _ = (present::show(instrument), check::lint(instrument), instrument.form(&instrument.language));
    let _ = fhir::observations(instrument, &scored, &fhir::Context::default());
}

fn licence() -> LicenceStatement {
    LicenceStatement {
        statement: "Licence 1".to_owned(),
        recorded_by: "A. Person".to_owned(),
        recorded_on: jiff::civil::date(2026, 1, 1),
    }
}

fn run(sources: &[String], file: &str, default_runs: u64) {
    let mut random = Random(setting("FUZZ_SEED", 2026));
    let mut accepted = 0_u64;
    let runs = setting("FUZZ_RUNS", default_runs);
    for _ in 0..runs {
        let input = mutate(&sources[random.below(sources.len())], &mut random);
        match import(file, &input, &licence()) {
            Ok(imported) => {
                accepted += 1;
                use_it(&imported.instrument, &mut random);
            }
            Err(faults) => {
                assert!(!faults.is_empty());
                let lines = input.lines().count().max(1) + 1;
                assert!(
                    faults.iter().all(|fault| (1..=lines).contains(&fault.line) && !fault.message.is_empty())
                );
            }
        }
    }
    println!("{runs} inputs, {accepted} still accepted");
}

/// Small definitions reach more of the parser in the same time; without locks, so that a change gets past them.
fn definitions() -> impl Iterator<Item = questionnaires::instrument::Instrument> {
    ["phq2", "asq", "scwbs", "dass_y", "psc17_parent", "who5", "yrbs_bullying", "scared5"]
        .into_iter()
        .filter_map(|id| {
            let mut instrument = library::get(id)?.clone();
            // The ids of shipped instruments are taken.
            instrument.id = format!("fuzzed_{}", instrument.id);
            instrument.lock = None;
            instrument.translations.clear();
            Some(instrument)
        })
}

#[test]
fn mutated_toml_never_panics() {
    let sources: Vec<String> = definitions().map(|instrument| instrument.to_toml()).collect();
    run(&sources, "fuzz.toml", 1_500);
}

#[test]
fn mutated_fhir_never_panics() {
    let mut sources: Vec<String> = definitions()
        .filter_map(|instrument| Some(fhir::questionnaire(&instrument, "en").ok()?.to_string()))
        .collect();
    sources.push(include_str!("fixtures/foreign_questionnaire.json").to_owned());
    run(&sources, "fuzz.json", 1_500);
}

#[test]
fn mutated_lines_never_panic() {
    let mut random = Random(setting("FUZZ_SEED", 2026));
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("trend_cases.json")).unwrap_or_default();
    let mut lines: Vec<String> = cases
        .iter()
        .map(|case| serde_json::json!({ "function": case["function"], "input": case["input"] }).to_string())
        .filter(|line| line.len() < 400)
        .collect();
    lines.push(r#"{"instrument":"phq9_teen","answers":[0,1,null,2,3,0,0,0,1,0,0,0,1]}"#.to_owned());
    lines.push(r#"{"instrument":"asq","answers":{"1":0,"2":"declined","3":null}}"#.to_owned());
    for number in 0..setting("FUZZ_RUNS", 3_000) {
        let line = mutate(&lines[random.below(lines.len())], &mut random);
        for reply in [
            wire::score_reply(number as usize, &line, library::get),
            wire::trend_reply(number as usize, &line),
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(&reply.line).is_ok(), "{}", reply.line);
        }
    }
}
