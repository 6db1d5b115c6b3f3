//! Scoring in the inner loop allocates nothing: not for an item, not for an administration.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use questionnaires::instrument::Instrument;
use questionnaires::library;
use questionnaires::score::RawScores;
use questionnaires::sheet::Sheet;

/// Sheets of every kind: full, with blanks in all places, and empty.
fn forms(instrument: &Instrument) -> Vec<Vec<Option<i32>>> {
    let n = instrument.items.len();
    (0..40)
        .map(|form| {
            let code = |at: usize| {
                let choices = instrument.choices_of(&instrument.items[at]);
                choices.get((at * 7 + form) % choices.len()).map(|choice| choice.code)
            };
            (0..n).map(|at| code(at).filter(|_| form == 0 || !(at + form).is_multiple_of(form))).collect()
        })
        .collect()
}

#[test]
fn scoring_sheet_after_sheet_allocates_nothing() {
    for instrument in library::all() {
        let forms = forms(instrument);
        let (mut sheet, mut scores) = (Sheet::default(), RawScores::default());
        // The first form makes room; every further one uses it again.
        sheet.fill(instrument, &forms[0]).unwrap();
        scores.compute(instrument, &sheet);
        let counted = allocation_counter::measure(|| {
            for form in &forms {
                sheet.fill(instrument, form).unwrap();
                scores.compute(instrument, &sheet);
            }
        });
        assert_eq!(counted.count_total, 0, "{}", instrument.id);
    }
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8, 2, 3])));
    assert_eq!(counted.count_total, 1);
}
