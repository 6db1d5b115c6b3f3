//! Scored administrations per second on one core, beside a loop written by hand over the same data.
//!
//! `cargo bench -p questionnaires`. The column "allocs" must be empty for the sheet: no allocation per administration,
//! let alone per item.

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use questionnaires::library;
use questionnaires::response::{Answer, Answers};
use questionnaires::score::{RawScores, score};
use questionnaires::sheet::Sheet;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// Few enough that a sample is rarely interrupted.
const FORMS: usize = 1_000;

fn main() {
    divan::main();
}

/// Answers to thirteen items, one in twenty blank; the same at every start.
fn forms() -> Vec<[Option<i32>; 13]> {
    let mut state = 2026_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i32
    };
    let highest = |item: usize| if matches!(item, 9 | 11 | 12) { 1 } else { 3 };
    let answer = |item: usize, random: &mut dyn FnMut() -> i32| {
        let code = random() % (highest(item) + 1);
        (random() % 20 != 0).then_some(code)
    };
    (0..FORMS).map(|_| std::array::from_fn(|item| answer(item, &mut random))).collect()
}

/// What the loops report: total, band, whether positive, critical hits.
type Outcome = (Option<i32>, u8, bool, u32);

/// PHQ-9 for teens by hand: total with prorating, band, cut-off, critical items. The limit of what is possible.
fn by_hand(answers: &[Option<i32>; 13]) -> Outcome {
    let (mut sum, mut answered) = (0, 0);
    for code in answers[..9].iter().flatten() {
        sum += code;
        answered += 1;
    }
    let critical =
        [8, 11, 12].iter().filter(|item| answers[**item].is_some_and(|code| code >= 1)).count() as u32;
    if answered < 7 {
        return (None, 0, false, critical);
    }
    let total = (2 * sum * 9 + answered) / (2 * answered);
    let band = match total {
        0..=4 => 0,
        5..=9 => 1,
        10..=14 => 2,
        15..=19 => 3,
        _ => 4,
    };
    (Some(total), band, total >= 10, critical)
}

#[divan::bench(sample_count = 1000)]
fn loop_by_hand(bencher: Bencher) {
    let forms = forms();
    bencher.counter(ItemsCount::new(FORMS)).bench_local(|| {
        for form in &forms {
            black_box(by_hand(black_box(form)));
        }
    });
}

/// The same by hand with a look at every code first, as whoever scores answers from outside must take.
fn by_hand_with_checks(answers: &[Option<i32>; 13]) -> Option<Outcome> {
    let highest = [3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 3, 1, 1];
    let fits = |(code, highest): (&Option<i32>, &i32)| code.is_none_or(|code| (0..=*highest).contains(&code));
    answers.iter().zip(&highest).all(fits).then(|| by_hand(answers))
}

#[divan::bench(sample_count = 1000)]
fn loop_by_hand_with_checks(bencher: Bencher) {
    let forms = forms();
    bencher.counter(ItemsCount::new(FORMS)).bench_local(|| {
        for form in &forms {
            black_box(by_hand_with_checks(black_box(form)));
        }
    });
}

/// Scoring of sheets that were laid out and checked when the answers came in.
#[divan::bench(sample_count = 1000)]
fn checked_sheets(bencher: Bencher) {
    let Some(phq) = library::get("phq9_teen") else { return };
    let sheet = |form: &[Option<i32>; 13]| {
        let mut sheet = Sheet::default();
        sheet.fill(phq, form).ok().map(|()| sheet)
    };
    let sheets: Vec<Sheet> = forms().iter().filter_map(sheet).collect();
    let mut scores = RawScores::default();
    bencher.counter(ItemsCount::new(sheets.len())).bench_local(|| {
        for sheet in &sheets {
            scores.compute(phq, black_box(sheet));
            black_box(&scores);
        }
    });
}

/// The same with laying out and checking every code: the like of [`loop_by_hand_with_checks`].
#[divan::bench(sample_count = 1000)]
fn sheet_and_raw_scores(bencher: Bencher) {
    let forms = forms();
    let Some(phq) = library::get("phq9_teen") else { return };
    let (mut sheet, mut scores) = (Sheet::default(), RawScores::default());
    bencher.counter(ItemsCount::new(FORMS)).bench_local(|| {
        for form in &forms {
            if sheet.fill(phq, black_box(form)).is_ok() {
                scores.compute(phq, &sheet);
                black_box(&scores);
            }
        }
    });
}

#[divan::bench(sample_count = 1000)]
fn full_report(bencher: Bencher) {
    let Some(phq) = library::get("phq9_teen") else { return };
    let by_id = |form: &[Option<i32>; 13]| -> Answers {
        let pairs = phq.items.iter().zip(form);
        pairs.map(|(item, code)| (item.id.clone(), code.map_or(Answer::Missing, Answer::Code))).collect()
    };
    let forms: Vec<Answers> = forms().iter().map(by_id).collect();
    bencher.counter(ItemsCount::new(FORMS)).bench_local(|| {
        for form in &forms {
            black_box(score(phq, black_box(form)));
        }
    });
}
