//! A second scorer, written from the keys alone (`tests/keys.json`), against the first.
//!
//! It shares no line with the library: it walks over item numbers with floating-point sums and looks everything up
//! anew. Set `SCORER_SETS` for the number of random answer sets per instrument; the default is 100,000 in a release
//! build and fewer in a debug build.

mod from_keys;
mod random;

use questionnaires::{library, wire};
use random::Random;
use serde_json::{Value, json};

/// One random answer sheet: some complete, some with few and some with many blanks, some all low.
fn sheet(random: &mut Random, ranges: &[(i64, i64)]) -> Vec<Option<i64>> {
    let blank = [0, 3, 10, 30, 90][random.below(5)];
    let low = [0, 50, 90][random.below(3)];
    ranges
        .iter()
        .map(|(min, max)| {
            if random.below(100) < blank {
                None
            } else if random.below(100) < low {
                Some(*min)
            } else {
                Some(min + random.below((max - min + 1) as usize) as i64)
            }
        })
        .collect()
}

/// Equal as JSON, numbers by value.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| same(value, o)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        _ => one == other,
    }
}

fn agree_on(id: &str, sets: usize, scorer: impl Fn(&[Option<i64>]) -> Value, ranges: &[(i64, i64)]) {
    let instrument = library::get(id).unwrap_or_else(|| panic!("{id} is not shipped"));
    let mut random = Random::seeded(id);
    for _ in 0..sets {
        let answers = sheet(&mut random, ranges);
        let found = wire::score_value(
            instrument,
            &answers.iter().map(|code| code.map(|c| c as i32)).collect::<Vec<_>>(),
        );
        let expected = scorer(&answers);
        assert!(same(&found, &expected), "{id} {}\n   found {found}\nexpected {expected}", json!(answers));
    }
}

fn sets() -> usize {
    let default = if cfg!(debug_assertions) { 1_000 } else { 100_000 };
    std::env::var("SCORER_SETS").ok().and_then(|sets| sets.parse().ok()).unwrap_or(default)
}

#[test]
fn two_independent_scorers_agree_on_every_instrument_with_keys() {
    let keys = from_keys::all();
    let by_hand = ["asq", "yrbs_bullying", "yrbs_sleep"];
    for instrument in library::all().iter().filter(|instrument| !instrument.scales.is_empty()) {
        let has_keys = keys.contains_key(&instrument.id) || by_hand.contains(&instrument.id.as_str());
        assert!(has_keys, "{} has no second set of keys", instrument.id);
    }
    for (id, key) in &keys {
        agree_on(id, sets(), |answers| key.score(answers), &key.ranges());
    }
}

#[test]
fn two_independent_scorers_agree_on_the_suicide_questions() {
    agree_on("asq", sets(), from_keys::suicide_questions, &[(0, 2); 5]);
}

#[test]
fn two_independent_scorers_agree_on_the_survey_items() {
    agree_on("yrbs_bullying", sets(), from_keys::bullying, &[(0, 1); 2]);
    agree_on("yrbs_sleep", sets(), from_keys::sleep, &[(1, 7)]);
}
