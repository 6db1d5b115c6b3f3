//! How well each instrument worked here: Cronbach's alpha, forms with unanswered items, forms with marks of careless
//! answering. From a sample of forms, because every answer of a country need not be read for it.

use std::collections::BTreeMap;

use questionnaires::library;
use questionnaires::reliability::{
    Alpha, SMALLEST_SAMPLE, complete_cases, cronbach_alpha, without_constant_items,
};
use questionnaires::validity::{Limits, marks, measure};

use super::adding::Adding;
use super::facts::{FormFact, SchoolFacts, Tally};
use super::view::{CONFIDENCE, Figures, View, share, title_of};
use super::{Chart, DISTRICT};
use crate::draw::{Comparison, Frame, Intervals, Reach, ReachRow, Table, hidden_row, intervals, text};
use crate::suppression::{Split, TableError};

const NAME: &str = "quality";
const FORMS: &str = "forms looked at";
const WHOLE: &str = "all answered";
const GAPS: &str = "with unanswered items";
const MARKED: &str = "with marks";
const UNMARKED: &str = "without marks";
/// Below this a coefficient is called low (Nunnally 1978, by convention).
const USUAL: f64 = 0.7;

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

/// What is known of an instrument's items in this district.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub instrument: String,
    /// None from too few complete forms.
    pub alpha: Option<Alpha>,
}

/// Answers by instrument, for the coefficients.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms(BTreeMap<String, Vec<Vec<Option<f64>>>>);

impl Forms {
    /// Takes a school's forms in.
    pub fn take(&mut self, forms: &[FormFact]) {
        for form in forms {
            let Some(instrument) = library::get(&form.instrument) else { continue };
            let score = |item: &String, reversed: bool| {
                let code = f64::from(form.answers.get(item).code()?);
                // Turned round within the codes of the item; where it begins does not matter to a variance.
                Some(if reversed { -code } else { code })
            };
            let Some(total) = instrument.scale("total") else { continue };
            let row = total.items.iter().map(|item| score(item, total.reverse.contains(item))).collect();
            self.0.entry(form.instrument.clone()).or_default().push(row);
        }
    }

    /// The coefficients of all instruments.
    pub fn judge(self) -> Vec<Judged> {
        let judge = |(instrument, rows): (String, Vec<Vec<Option<f64>>>)| {
            let rows = without_constant_items(&complete_cases(&rows));
            let enough = rows.len() >= SMALLEST_SAMPLE;
            let alpha = enough.then(|| cronbach_alpha(&rows, CONFIDENCE)).flatten();
            Judged { instrument, alpha }
        };
        self.0.into_iter().map(judge).collect()
    }
}

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    let limits: &Limits = &facts.limits;
    for form in &facts.forms {
        let Some(instrument) = library::get(&form.instrument) else { continue };
        let pattern = measure(instrument, &form.answers, form.seconds);
        let gaps = if pattern.missing_share > 0.0 { GAPS } else { WHOLE };
        let marked = if marks(&pattern, limits).is_empty() { UNMARKED } else { MARKED };
        tally.add(&form.instrument, DISTRICT, gaps, 1);
        tally.add(&form.instrument, DISTRICT, marked, 1);
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    for instrument in adding.tally.series() {
        for pair in [[GAPS, WHOLE], [MARKED, UNMARKED]] {
            let counts = pair.map(|item| (item, adding.tally.get(&instrument, DISTRICT, item)));
            let total = counts.iter().map(|(_, n)| n).sum();
            let mut parts = Vec::new();
            for (item, n) in counts {
                parts.push(adding.cell(DISTRICT, &instrument, item, n)?);
            }
            let total = adding.cell(DISTRICT, &instrument, FORMS, total)?;
            // That every form was filled in with care may be said.
            adding.tables.relation(total, &parts, Split::Steps)?;
        }
    }
    Ok(())
}

fn draw(view: &View<'_>) -> Figures {
    let (mut rows, mut table, mut low) = (Vec::new(), Vec::new(), 0);
    for instrument in &view.series {
        let judged = view.release.quality.iter().find(|j| j.instrument == *instrument);
        // Whoever may not see how many forms there are sees nothing of them.
        let forms = view.count(DISTRICT, instrument, FORMS);
        let alpha = judged.and_then(|j| j.alpha.as_ref()).filter(|_| forms.is_some());
        let reach = match alpha {
            None => Err("Too few complete forms to say".to_owned()),
            Some(alpha) => {
                let short = |x: f64| format!("{x:.2}");
                let verdict = if alpha.high < USUAL {
                    low += 1;
                    Some(("below 0.70".to_owned(), Comparison::LikelyLower))
                } else {
                    None
                };
                Ok(Reach {
                    value: alpha.alpha.clamp(0.0, 1.0),
                    interval: (alpha.low.clamp(0.0, 1.0), alpha.high.clamp(0.0, 1.0)),
                    text: format!("{} ({} to {})", short(alpha.alpha), short(alpha.low), short(alpha.high)),
                    verdict,
                })
            }
        };
        let percent = |item: &str| {
            share(view.percentage(DISTRICT, instrument, item, FORMS)).map_or_else(hidden_row, |s| s.text())
        };
        table.push(vec![
            title_of(instrument),
            reach.as_ref().map_or_else(Clone::clone, |r| r.text.clone()),
            forms.map_or_else(hidden_row, text::count),
            percent(GAPS),
            percent(MARKED),
        ]);
        rows.push(ReachRow { label: title_of(instrument), reach });
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let said: Vec<String> = table
        .iter()
        .map(|row| {
            format!("{}: alpha {}, unanswered items in {}, marks in {}.", row[0], row[1], row[3], row[4])
        })
        .collect();
    let measure = "Cronbach’s alpha of each instrument with Feldt’s 95% interval".to_owned();
    let headers =
        ["Instrument", "Alpha (95% interval)", "Forms looked at", "With unanswered items", "With marks"];
    let input = Intervals {
        title: match low {
            0 => "No instrument holds together clearly too little".to_owned(),
            1 => "One instrument holds together too little".to_owned(),
            n => format!("{n} instruments hold together too little"),
        },
        summary: said.join(" "),
        table: Table { caption: measure.clone(), headers: headers.map(str::to_owned).to_vec(), rows: table },
        rows,
        axis: (0.0, 1.0),
        ticks: [0.0, 0.25, 0.5, 0.75, 1.0].map(|t| (t, format!("{t:.2}"))).to_vec(),
        line: (USUAL, "Usual least 0.70".to_owned()),
        n: None,
        about: view.about(
            measure,
            "From the first forms of each school. Marked: answered faster than can be read, much left out, or answers that contradict each other (limits of the clinical settings). Marks change no score.",
        ),
    };
    let name = view.name("", "");
    Ok(vec![(name.clone(), intervals(&Frame::points(name), &input)?)])
}

#[cfg(test)]
mod tests {
    use questionnaires::response::{Answer, Answers};

    use super::Forms;
    use crate::charts::facts::FormFact;

    /// The same coefficient from the same answers, computed plainly here.
    #[test]
    fn alpha_is_that_of_the_complete_forms_and_refused_under_fifty() {
        let answers = |seed: u64| -> Answers {
            (1..=9)
                .map(|item: u64| {
                    let code = ((seed * 7 + item * seed % 5) % 4) as i32;
                    (item.to_string(), Answer::Code(code))
                })
                .collect()
        };
        let form = |seed| FormFact { instrument: "phq9".to_owned(), seconds: None, answers: answers(seed) };
        let of = |n: u64| {
            let mut forms = Forms::default();
            forms.take(&(0..n).map(form).collect::<Vec<_>>());
            forms.judge()
        };
        assert!(of(49)[0].alpha.is_none());
        let found = of(60)[0].alpha.clone().expect("enough");
        let column = |item: u64| {
            (0..60).map(|seed| f64::from(((seed * 7 + item * seed % 5) % 4) as i32)).collect::<Vec<_>>()
        };
        let variance = |x: &[f64]| {
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (x.len() - 1) as f64
        };
        let columns: Vec<Vec<f64>> = (1..=9).map(column).collect();
        let totals: Vec<f64> = (0..60).map(|row| columns.iter().map(|c| c[row]).sum()).collect();
        let parts: f64 = columns.iter().map(|c| variance(c)).sum();
        let expected = 9.0 / 8.0 * (1.0 - parts / variance(&totals));
        assert!((found.alpha - expected).abs() < 1e-9, "{} {expected}", found.alpha);
        assert_eq!((found.n, found.k), (60, 9));
    }
}
