//! The library's two scorers against each other, and the first against a third that is written from the keys alone
//! (`tests/keys.json`): the first two share the definitions, the third not even those.
//!
//! The third walks over item numbers with floating-point sums and looks everything up anew. Set `SCORER_SETS` for the number of random answer sets per instrument; the default is 100,000 in a release
//! build and fewer in a debug build.

mod from_keys;
mod random;

use questionnaires::change::{Verdict, reliable_change};
use questionnaires::instrument::Instrument;
use questionnaires::response::{Answer, Answers};
use questionnaires::{flag, library, score, second_scorer, wire};
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

/// What is answered, declined, or left open, at random.
fn answers(random: &mut Random, instrument: &Instrument) -> Answers {
    let (blank, declined) = ([0, 3, 10, 30, 90][random.below(5)], [0, 0, 5, 30][random.below(4)]);
    let low = [0, 50, 90][random.below(3)];
    let mut answers = Answers::default();
    for item in &instrument.items {
        let choices = instrument.choices_of(item);
        let answer = match random.below(100) {
            n if n < blank || choices.is_empty() => continue,
            n if n < blank + declined => Answer::Declined,
            n if n < blank + declined + low => Answer::Code(choices[0].code),
            _ => Answer::Code(choices[random.below(choices.len())].code),
        };
        answers.set(&item.id, answer);
    }
    answers
}

/// REL-20: scores, bands, findings and critical answers, of every instrument there is.
#[test]
fn the_scorer_that_the_reconciler_uses_agrees_with_the_first_on_every_instrument_rel_20() {
    for instrument in library::all() {
        let mut random = Random::seeded(&instrument.id);
        for _ in 0..sets() {
            let answers = answers(&mut random, instrument);
            let first = score::score(instrument, &answers);
            let second = second_scorer::score(instrument, &answers);
            let at = || format!("{} {answers:?}\n {first:?}\n{second:?}", instrument.id);
            assert_eq!(first.scales.len(), second.scales.len(), "{}", at());
            for scale in &first.scales {
                let other = &second.scales[&scale.scale];
                let near = match (scale.value, other.value) {
                    (Some(one), Some(other)) => (one - other).abs() < 1e-9,
                    (one, other) => one == other,
                };
                assert!(near, "{}: {}", scale.scale, at());
                assert_eq!((&scale.band, scale.positive), (&other.band, other.positive), "{}", at());
            }
            assert_eq!(first.positive, second.positive, "{}", at());
            let hits = first.critical.iter().map(|hit| (hit.item.clone(), hit.code)).collect();
            assert_eq!(second.critical, hits, "{}", at());
            assert_eq!(second.open, first.critical_unanswered.iter().cloned().collect(), "{}", at());
            for (item, answer) in answers.iter() {
                let hit = flag::critical_hit(instrument, item, &answer).map(|hit| hit.code);
                assert_eq!(second_scorer::critical(instrument, item, answer), hit, "{item} {}", at());
            }
        }
        let Some((sd, reliability)) = instrument.scale("total").and_then(|total| total.change_basis()) else {
            assert!(!second_scorer::is_worse(instrument, 0.0, 1e9), "{}", instrument.id);
            continue;
        };
        for (before, now) in
            (0..60).flat_map(|before| (0..60).map(move |now| (f64::from(before), f64::from(now))))
        {
            let change = reliable_change(before, now, sd, reliability, instrument.polarity).unwrap();
            let worse = change.verdict == Verdict::Deteriorated;
            assert_eq!(
                second_scorer::is_worse(instrument, before, now),
                worse,
                "{} {before} {now}",
                instrument.id
            );
        }
    }
}
