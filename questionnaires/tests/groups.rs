//! Numbers about groups: what may be shown, and what a share is worth.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use questionnaires::change::{Outcome, outcome};
use questionnaires::disclosure::{Zeros, recode_share, round_to_5, suppress};
use questionnaires::instrument::{Ages, Grades, Informant, LookupTable, Polarity, Scale, Sex};
use questionnaires::norm::{Person, lookup, percentile_rank, t_score};
use questionnaires::prevalence::{clopper_pearson, newcombe_difference, rogan_gladen, wilson};
use questionnaires::reliability::{
    complete_cases, cronbach_alpha, omega_from_data, spearman_brown, without_constant_items,
};
use questionnaires::trend::{line, mann_kendall, theil_sen};
use questionnaires::{library, validity};

fn tables() -> impl Strategy<Value = Vec<Vec<u32>>> {
    (2..6_usize, 2..6_usize).prop_flat_map(|(rows, columns)| {
        prop::collection::vec(prop::collection::vec(0..40_u32, columns), rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_hidden_cell_can_be_worked_out_from_the_totals(table in tables(), k in 2..12_u32) {
        let safe = suppress(&table, k, Zeros::Shown).unwrap();
        let open = safe.hidden.iter().flatten().filter(|hidden| !**hidden).count();
        for cell in &safe.audit {
            let value = u64::from(table[cell.row][cell.column]);
            prop_assert!((cell.low..=cell.high).contains(&value));
            // Only a table of which everything is hidden may leave a cell that its totals give away.
            prop_assert!(cell.low < cell.high || open == 0, "{table:?} {safe:?}");
        }
        for (row, line) in table.iter().enumerate() {
            for (column, count) in line.iter().enumerate() {
                prop_assert_eq!(safe.primary[row][column], (1..k).contains(count));
                prop_assert!(safe.hidden[row][column] || !safe.primary[row][column]);
            }
        }
    }

    #[test]
    fn nothing_is_hidden_where_nothing_is_small(rows in 1..5_usize, columns in 1..5_usize) {
        let safe = suppress(&vec![vec![25; columns]; rows], 10, Zeros::Small).unwrap();
        prop_assert!(safe.audit.is_empty());
    }

    #[test]
    fn intervals_hold_their_estimate(k in 0..60_u64, more in 0..60_u64) {
        let n = k + more;
        if n == 0 {
            prop_assert!(wilson(0, 0, 1.96).is_none());
            return Ok(());
        }
        for interval in [wilson(k, n, 1.96).unwrap(), clopper_pearson(k, n, 0.95).unwrap()] {
            prop_assert!(interval.low <= interval.estimate && interval.estimate <= interval.high);
            prop_assert!(interval.low >= 0.0 && interval.high <= 1.0);
        }
        let same = newcombe_difference(k, n, k, n, 1.96).unwrap();
        prop_assert!(same.low <= 0.0 && same.high >= 0.0 && same.estimate == 0.0);
    }

    #[test]
    fn an_exact_mann_kendall_p_is_a_share_of_orders(values in prop::collection::vec(0..6_i32, 2..8)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let (there, back) = (mann_kendall(&values).unwrap(), mann_kendall(&values.iter().rev().copied().collect::<Vec<_>>()).unwrap());
        let p = there.p_exact.unwrap();
        prop_assert!(p > 0.0 && p <= 1.0);
        prop_assert_eq!((there.s, p), (-back.s, back.p_exact.unwrap()));
    }
}

#[test]
fn a_table_must_be_even() {
    assert!(suppress(&[vec![1, 2], vec![3]], 5, Zeros::Shown).is_err());
    assert!(suppress(&[], 5, Zeros::Shown).is_err());
}

#[test]
fn shares_of_small_groups_are_suppressed_and_ends_are_coded() {
    for (count, n, text) in [
        (2, 9, "suppressed"),
        (0, 10, "<=20%"),
        (2, 10, "<=20%"),
        (3, 10, "30%"),
        (8, 10, ">=80%"),
        (3, 30, "<=10%"),
        (4, 30, "13%"),
        (27, 30, ">=90%"),
        (2, 40, "<=5%"),
        (38, 40, ">=95%"),
        (3, 150, "<=2%"),
        (4, 150, "3%"),
        (300, 300, ">=99%"),
        (150, 300, "50%"),
        (5, 4, "suppressed"),
    ] {
        assert_eq!(recode_share(count, n, 10), text, "{count}/{n}");
    }
    assert_eq!([0, 2, 3, 7, 8, 12, 13].map(round_to_5), [0, 0, 5, 5, 10, 10, 15]);
}

fn scale_with(tables: Vec<LookupTable>) -> Scale {
    let mut scale = library::get("rcads25").unwrap().scale("depression").unwrap().clone();
    scale.lookup = tables;
    scale
}

fn made_up(sex: Option<Sex>, ages: Option<Ages>, t: &[f64]) -> LookupTable {
    LookupTable {
        sex,
        ages,
        grades: None,
        informant: Some(Informant::Student),
        first_raw: 0,
        t: t.to_vec(),
        percentile: Vec::new(),
        t_ceiling: Some(80.0),
        source: "made up".to_owned(),
    }
}

#[test]
fn tables_are_read_by_age_sex_and_informant() {
    let ages = |min, max| Some(Ages { min, max });
    let scale = scale_with(vec![
        made_up(Some(Sex::Female), ages(8, 10), &[40.0, 55.0, 81.0]),
        made_up(Some(Sex::Male), ages(8, 10), &[42.0, 60.0, 70.0]),
    ]);
    let girl =
        Person { age: Some(9), grade: Some(3), sex: Some(Sex::Female), informant: Some(Informant::Student) };
    assert_eq!(lookup(&scale, 1.0, girl).unwrap().t, Some(55.0));
    assert_eq!(lookup(&scale, 2.0, girl).unwrap().t_text.as_deref(), Some("> 80"));
    assert_eq!(lookup(&scale, 1.0, Person { sex: Some(Sex::Male), ..girl }).unwrap().t, Some(60.0));
    // Nothing for another age, an unknown sex, another informant, or a score outside the table.
    assert_eq!(lookup(&scale, 1.0, Person { age: Some(11), ..girl }), None);
    assert_eq!(lookup(&scale, 1.0, Person { sex: None, ..girl }), None);
    assert_eq!(lookup(&scale, 1.0, Person { informant: Some(Informant::Parent), ..girl }), None);
    assert_eq!(lookup(&scale, 3.0, girl), None);
    assert_eq!(lookup(&scale, -1.0, girl), None);

    let third = LookupTable {
        grades: Some(Grades { min: 3, max: 4 }),
        ..made_up(Some(Sex::Female), None, &[41.0, 56.0])
    };
    let scale = scale_with(vec![third]);
    assert_eq!(lookup(&scale, 1.0, girl).unwrap().t, Some(56.0));
    assert_eq!(lookup(&scale, 1.0, Person { grade: Some(5), ..girl }), None);
    assert_eq!(lookup(&scale, 1.0, Person { grade: None, ..girl }), None);
}

#[test]
fn statistics_refuse_what_has_no_meaning() {
    assert!(t_score(1.0, 0.0, 0.0).is_none());
    assert!(percentile_rank(&[], 1.0).is_none());
    assert!(rogan_gladen(0.3, 100, 0.5, 0.5).is_none(), "a screen no better than chance");
    assert!(line(&[1.0, 1.0], &[2.0, 3.0], 0.95).is_none());
    assert!(theil_sen(&[1.0, 1.0], &[2.0, 3.0]).is_none());
    assert!(mann_kendall(&[1.0]).is_none());
    assert!(cronbach_alpha(&[vec![1.0, 2.0]], 0.95).is_none());
    assert!(omega_from_data(&[vec![1.0, 2.0], vec![2.0, 1.0], vec![3.0, 3.0]]).is_none());
    assert!(spearman_brown(0.5, 0.0).is_none());
}

#[test]
fn a_constant_series_has_a_slope_of_zero_and_no_p() {
    let flat = line(&[0.0, 1.0, 2.0], &[5.0, 5.0, 5.0], 0.95).unwrap();
    assert_eq!((flat.slope, flat.p, flat.r), (0.0, None, None));
    let test = mann_kendall(&[5.0, 5.0, 5.0]).unwrap();
    assert_eq!((test.s, test.p_exact, test.tau_b), (0, Some(1.0), None));
}

#[test]
fn incomplete_rows_and_constant_items_are_dropped() {
    let rows = vec![vec![Some(1.0), None], vec![Some(1.0), Some(2.0)], vec![Some(1.0), Some(4.0)]];
    let complete = complete_cases(&rows);
    assert_eq!(complete, [[1.0, 2.0], [1.0, 4.0]]);
    assert_eq!(without_constant_items(&complete), [[2.0], [4.0]]);
}

#[test]
fn recovery_needs_a_reliable_change_across_the_cut_off() {
    let class = |pre, post| outcome(pre, post, 15.0, 5.62, 0.85, Polarity::HigherWorse).unwrap();
    assert_eq!(class(20.0, 8.0), Outcome::Recovered);
    assert_eq!(class(25.0, 16.0), Outcome::Improved);
    assert_eq!(class(16.0, 14.0), Outcome::Unchanged);
    assert_eq!(class(10.0, 18.0), Outcome::Deteriorated);
    let wellbeing = |pre, post| outcome(pre, post, 12.0, 5.0, 0.85, Polarity::HigherBetter).unwrap();
    assert_eq!(wellbeing(8.0, 20.0), Outcome::Recovered);
}

#[test]
fn careless_answering_is_marked_and_changes_nothing_else() {
    use questionnaires::response::{Answer, Answers};
    use questionnaires::validity::{Limits, Mark};
    let kessler = library::get("k10").unwrap();
    let mut answers: Answers = (1..=10).map(|n| (n.to_string(), Answer::Code(1))).collect();
    answers.set("3", Answer::Code(5));
    answers.set("10", Answer::Declined);
    let pattern = validity::measure(kessler, &answers, None);
    assert_eq!((pattern.longest_run, pattern.longest_possible_run, pattern.seconds_per_item), (6, 10, None));
    assert_eq!(pattern.contradictions, ["Never nervous, yet often so nervous that nothing could calm"]);
    assert!((pattern.missing_share - 0.1).abs() < 1e-12);
    let limits = Limits {
        least_seconds_per_item: Some(1.0),
        longest_run: Some(6),
        most_missing: Some(0.05),
        contradictions: Some(1),
    };
    assert_eq!(
        validity::marks(&pattern, &limits),
        [Mark::SameAnswer, Mark::ManyMissing, Mark::Contradiction]
    );
    assert!(validity::marks(&pattern, &Limits::default()).is_empty());
}

#[test]
fn runs_stop_where_the_choices_change_and_at_blanks() {
    use questionnaires::response::{Answer, Answers};
    let phq = library::get("phq9_teen").unwrap();
    let mut answers: Answers = (1..=13).map(|n| (n.to_string(), Answer::Code(0))).collect();
    assert_eq!(validity::measure(phq, &answers, None).longest_run, 9);
    answers.set("5", Answer::Missing);
    assert_eq!(validity::measure(phq, &answers, None).longest_run, 4);
}

#[test]
fn a_line_with_a_person_also_says_where_the_score_stands() {
    let mut rcads = library::get("rcads25").unwrap().clone();
    rcads.scales[1].lookup = vec![made_up(Some(Sex::Female), None, &[40.0; 31])];
    let rcads = questionnaires::check::parse_and_check("rcads25.toml", &rcads.to_toml()).unwrap();
    let reply = |person: serde_json::Value| -> Result<serde_json::Value, String> {
        let answers = vec![1; 25];
        let line =
            serde_json::json!({ "instrument": "rcads25", "answers": answers, "person": person }).to_string();
        let out = questionnaires::wire::score_line_with(&line, |_| Some(&rcads))?;
        Ok(serde_json::from_str(&out).unwrap())
    };
    let girl = reply(serde_json::json!({ "age": 9, "sex": "female" })).unwrap();
    assert_eq!(girl["standing"]["depression"]["t_text"], "40");
    assert_eq!(girl["standing"].as_object().unwrap().len(), 1);
    assert_eq!(reply(serde_json::json!({ "sex": "male" })).unwrap()["standing"], serde_json::json!({}));
    assert!(reply(serde_json::json!({ "height": 140 })).unwrap_err().contains("“person” cannot be read"));
}
