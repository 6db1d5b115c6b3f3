//! Properties that hold for every instrument and every answer sheet.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use questionnaires::check::parse_and_check;
use questionnaires::instrument::{Instrument, MissingKind, Polarity};
use questionnaires::response::{Answer, Answers};
use questionnaires::score::{Scored, Status, score};
use questionnaires::{fhir, flag, library};

fn instruments() -> impl Strategy<Value = &'static Instrument> {
    (0..library::all().len()).prop_map(|at| &library::all()[at])
}

/// An answer by weight: mostly codes, some blanks and refusals.
fn sheets() -> impl Strategy<Value = (&'static Instrument, Answers)> {
    instruments().prop_flat_map(|instrument| {
        let items = instrument.items.iter().map(|item| {
            let codes: Vec<i32> = instrument.choices_of(item).iter().map(|choice| choice.code).collect();
            let answer = prop_oneof![
                12 => prop::sample::select(codes).prop_map(Answer::Code),
                1 => Just(Answer::Declined),
                1 => Just(Answer::Missing),
            ];
            (Just(item.id.clone()), answer)
        });
        (Just(instrument), items.collect::<Vec<_>>())
            .prop_map(|(instrument, pairs)| (instrument, pairs.into_iter().collect()))
    })
}

/// Reads the definition again after a change, without locks, since the change is meant.
fn again(mut instrument: Instrument) -> Instrument {
    instrument.lock = None;
    instrument.translations.clear();
    parse_and_check("changed.toml", &instrument.to_toml()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn sorted(mut scored: Scored) -> Scored {
    scored.missing.sort();
    scored.critical.sort_by(|a, b| a.item.cmp(&b.item));
    scored.critical_unanswered.sort();
    scored
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn permuting_items_changes_nothing((instrument, answers) in sheets(), seed in any::<u64>()) {
        let mut shuffled = instrument.clone();
        let n = shuffled.items.len();
        for at in (1..n).rev() {
            let with = (seed.wrapping_mul(at as u64 + 7) >> 7) as usize % (at + 1);
            shuffled.items.swap(at, with);
        }
        for scale in &mut shuffled.scales {
            let by = (seed % 5) as usize % scale.items.len().max(1);
            scale.items.rotate_left(by);
        }
        prop_assert_eq!(sorted(score(&again(shuffled), &answers)), sorted(score(instrument, &answers)));
    }

    #[test]
    fn reversing_twice_is_identity((instrument, answers) in sheets()) {
        let Some(total) = instrument.scale("total").filter(|total| total.count_codes.is_none()) else { return Ok(()) };
        let toggle = |instrument: &Instrument| {
            let mut changed = instrument.clone();
            for scale in &mut changed.scales {
                scale.reverse = scale.items.iter().filter(|item| !scale.reverse.contains(item)).cloned().collect();
            }
            again(changed)
        };
        let once = toggle(instrument);
        let (low, high) = instrument.range(&total.id).unwrap();
        let (before, turned) = (score(instrument, &answers), score(&once, &answers));
        if before.status == Status::Complete {
            // A full sheet mirrors exactly; prorating rounds half up in both directions.
            prop_assert_eq!(turned.total.map(|turned| low + high - turned), before.total);
        }
        prop_assert_eq!(score(&toggle(&once), &answers), before);
    }

    #[test]
    fn a_decline_is_a_blank_unless_the_instrument_scores_a_refusal((instrument, answers) in sheets()) {
        let blanked: Answers = answers
            .iter()
            .map(|(item, answer)| match (answer, instrument.declined_as) {
                (Answer::Declined, Some(code)) => (item.to_owned(), Answer::Code(code)),
                (Answer::Declined, None) => (item.to_owned(), Answer::Missing),
                _ => (item.to_owned(), answer),
            })
            .collect();
        prop_assert_eq!(score(instrument, &answers), score(instrument, &blanked));
    }

    #[test]
    fn a_decline_never_raises_a_symptom_score((instrument, answers) in sheets(), at in any::<prop::sample::Index>()) {
        if instrument.polarity == Polarity::HigherBetter || instrument.declined_as.is_some() {
            return Ok(());
        }
        let item = &instrument.items[at.index(instrument.items.len())];
        let mut declined = answers.clone();
        declined.set(&item.id, Answer::Declined);
        let after = score(instrument, &declined);
        for result in &after.scales {
            let scale = instrument.scale(&result.scale).unwrap();
            if !scale.items.contains(&item.id) {
                continue;
            }
            let Some(value) = result.value else { continue };
            // Never above the worst answer to that item …
            let worst = instrument.choices_of(item).iter().filter_map(|choice| {
                let mut with = answers.clone();
                with.set(&item.id, Answer::Code(choice.code));
                score(instrument, &with).scale(&result.scale)?.value
            });
            prop_assert!(worst.fold(f64::MIN, f64::max) >= value, "{} {}", instrument.id, item.id);
            // … and where blanks count 0, never above any answer at all.
            if scale.missing.rule == MissingKind::BlankAsZero {
                let before = score(instrument, &answers).scale(&result.scale).and_then(|scale| scale.value);
                prop_assert!(before.is_none_or(|before| before >= value));
            }
        }
        let symptoms = |scored: &Scored| scored.critical.len();
        prop_assert!(symptoms(&after) <= symptoms(&score(instrument, &answers)));
    }

    #[test]
    fn every_score_lies_in_its_range_and_in_one_band((instrument, answers) in sheets()) {
        for result in score(instrument, &answers).scales {
            let scale = instrument.scale(&result.scale).unwrap();
            let Some(value) = result.value else {
                prop_assert!(result.band.is_none() && result.not_scored.is_some());
                continue;
            };
            prop_assert!((result.min..=result.max).contains(&value), "{} {}", instrument.id, result.scale);
            let holding: Vec<_> = scale.bands.iter().filter(|band| (band.min..=band.max).contains(&value)).collect();
            prop_assert_eq!(holding.len(), usize::from(!scale.bands.is_empty()));
            prop_assert_eq!(result.band.as_ref(), holding.first().map(|band| &band.id));
        }
    }

    #[test]
    fn flags_of_single_answers_are_the_critical_answers_of_the_form((instrument, answers) in sheets()) {
        let mut single: Vec<_> =
            answers.iter().filter_map(|(item, answer)| flag::critical_hit(instrument, item, &answer)).collect();
        single.sort_by_key(|hit| instrument.items.iter().position(|item| item.id == hit.item));
        prop_assert_eq!(score(instrument, &answers).critical, single);
    }

    #[test]
    fn critical_answers_stand_on_an_unfinished_form((instrument, answers) in sheets()) {
        for critical in &instrument.critical {
            let alone: Answers = [(critical.item.clone(), answers.get(&critical.item))].into_iter().collect();
            let hit = |scored: &Scored| scored.critical.iter().any(|hit| hit.item == critical.item);
            prop_assert_eq!(hit(&score(instrument, &alone)), hit(&score(instrument, &answers)));
        }
    }

    #[test]
    fn a_response_survives_the_way_through_fhir((instrument, answers) in sheets()) {
        let resource = fhir::questionnaire_response(instrument, &answers, &fhir::Context::default());
        let back = fhir::answers(instrument, &serde_json::from_str(&resource.to_string()).unwrap()).unwrap();
        prop_assert_eq!(score(instrument, &back), score(instrument, &answers));
        for item in &instrument.items {
            prop_assert_eq!(back.get(&item.id), answers.get(&item.id));
        }
    }
}

#[test]
fn every_reachable_score_has_exactly_one_band() {
    for instrument in library::all() {
        for scale in instrument.scales.iter().filter(|scale| !scale.bands.is_empty()) {
            let (min, max) = instrument.range(&scale.id).unwrap();
            let mut score = min;
            while score <= max {
                let holding =
                    scale.bands.iter().filter(|band| (band.min..=band.max).contains(&score)).count();
                assert_eq!(holding, 1, "{} {} {score}", instrument.id, scale.id);
                score += 1.0;
            }
        }
    }
}

#[test]
fn every_definition_survives_the_way_through_toml() {
    for instrument in library::all() {
        let again = parse_and_check("again.toml", &instrument.to_toml())
            .unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(&again, instrument);
    }
}

#[test]
fn every_definition_survives_the_way_through_fhir() {
    for instrument in library::all() {
        let resource = fhir::questionnaire(instrument, &instrument.language).unwrap().to_string();
        let (again, _) =
            fhir::read_questionnaire("again.json", &resource).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(&again, instrument);
        let twice = fhir::questionnaire(&again, &again.language).unwrap().to_string();
        assert_eq!(twice, resource);
    }
}

#[test]
fn a_translation_is_exported_as_a_form_of_its_own() {
    let phq = library::get("phq9").unwrap();
    for language in phq.languages() {
        let resource = fhir::questionnaire(phq, language).unwrap();
        let (again, _) =
            fhir::read_questionnaire("again.json", &resource.to_string()).unwrap_or_else(|f| panic!("{f:?}"));
        assert_eq!(again.form(language).unwrap().items, phq.form(language).unwrap().items, "{language}");
        assert_eq!(again.scales, phq.scales);
    }
}
