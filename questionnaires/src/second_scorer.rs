//! A second scorer: the same instruments, read another way, so that a fault of the first does not go unseen (REL-07,
//! REL-20).
//!
//! It shares nothing with [`score`](crate::score), [`flag`](crate::flag) and [`change`](crate::change) but the definitions
//! themselves: it walks over item ids with floating-point sums and looks everything up anew. It is slow and plain, and
//! must stay so; whoever changes one of the two never copies from the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::instrument::{Counting, Instrument, ItemCodes, Method, MissingKind, Polarity, Scale};
use crate::response::{Answer, Answers};

/// What a form says, by the second scorer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Every scale by its id.
    pub scales: BTreeMap<String, ScaleVerdict>,
    /// Whether the screen is positive; nothing if it cannot be said.
    pub positive: Option<bool>,
    /// Critical items that were hit, with the code.
    pub critical: BTreeMap<String, i32>,
    /// Critical items that were due and have no answer.
    pub open: BTreeSet<String>,
}

/// What a scale says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScaleVerdict {
    /// The score, if there is one.
    pub value: Option<f64>,
    /// Id of the band.
    pub band: Option<String>,
    /// Whether the cut-off in use is met.
    pub positive: Option<bool>,
}

/// A score that stands somewhere, to be held against this scorer's.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The scale's id.
    pub scale: &'a str,
    /// The score, if there is one.
    pub value: Option<f64>,
    /// The band's id.
    pub band: Option<&'a str>,
    /// Whether it is positive; with the total stands whether the whole screen is.
    pub positive: Option<bool>,
}

/// Two scores so near are the same.
const NEAR: f64 = 1e-6;

impl Verdict {
    /// The scales whose score, band or finding stands otherwise, is missing, or is none of the instrument's.
    pub fn otherwise<'v>(&'v self, standing: &[Standing<'v>]) -> Vec<&'v str> {
        let same = |id: &str| {
            let (mine, score) = (self.scales.get(id)?, standing.iter().find(|score| score.scale == id)?);
            let near = match (mine.value, score.value) {
                (Some(one), Some(other)) => (one - other).abs() < NEAR,
                (one, other) => one == other,
            };
            let positive = if id == "total" { self.positive } else { mine.positive };
            Some(near && mine.band.as_deref() == score.band && positive == score.positive)
        };
        let strange = standing.iter().map(|score| score.scale).filter(|id| !self.scales.contains_key(*id));
        let wrong = self.scales.keys().map(String::as_str).filter(|id| same(id) != Some(true));
        wrong.chain(strange).collect()
    }
}

/// Scores a form.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use questionnaires::{library, response::Answer, second_scorer};
///
/// let gad = library::get("gad2").ok_or("not shipped")?;
/// let answers = [("1", 2), ("2", 1)].map(|(item, code)| (item.to_owned(), Answer::Code(code)));
/// let verdict = second_scorer::score(gad, &answers.into_iter().collect());
/// assert_eq!(verdict.scales["total"].value, Some(3.0));
/// assert_eq!(verdict.positive, Some(true));
/// # Ok(()) }
/// ```
pub fn score(instrument: &Instrument, answers: &Answers) -> Verdict {
    let form = Form::of(instrument, answers);
    let values: HashMap<&str, f64> = instrument
        .scales
        .iter()
        .filter_map(|scale| Some((scale.id.as_str(), form.value(scale, 0)?)))
        .collect();
    let verdict = |scale: &Scale| {
        let value = values.get(scale.id.as_str()).copied();
        ScaleVerdict {
            value,
            band: value.and_then(|value| band(scale, value)).map(|at| scale.bands[at].id.clone()),
            positive: value.and_then(|value| cut(scale, value)),
        }
    };
    Verdict {
        scales: instrument.scales.iter().map(|scale| (scale.id.clone(), verdict(scale))).collect(),
        positive: form.positive(&values),
        critical: instrument
            .critical
            .iter()
            .filter_map(|rule| Some((rule.item.clone(), form.hit(&rule.item)?)))
            .collect(),
        open: instrument
            .critical
            .iter()
            .filter(|rule| !form.codes.contains_key(rule.item.as_str()) && form.is_due(&rule.item))
            .map(|rule| rule.item.clone())
            .collect(),
    }
}

/// The code of one answer, if it must reach a person the same day.
pub fn critical(instrument: &Instrument, item: &str, answer: Answer) -> Option<i32> {
    let answers: Answers = [(item.to_owned(), answer)].into_iter().collect();
    Form::of(instrument, &answers).hit(item)
}

/// Whether a total is worse than an earlier one by more than measurement error (Jacobson & Truax 1991). Never where the
/// instrument names no spread and no reliability.
pub fn is_worse(instrument: &Instrument, before: f64, now: f64) -> bool {
    let spread = || {
        let total = instrument.scales.iter().find(|scale| scale.id == "total")?;
        let basis = total.change.as_ref()?;
        let sd = total.norms.iter().find(|norm| norm.id == basis.norm)?.sd?;
        let reliability = total.reliability.iter().find(|one| one.id == basis.reliability)?.value;
        Some((sd, reliability))
    };
    let Some((sd, reliability)) = spread() else { return false };
    let worse = match instrument.polarity {
        Polarity::HigherWorse => now - before,
        Polarity::HigherBetter => before - now,
    };
    let error = sd * (2.0 * (1.0 - reliability)).sqrt();
    error > 0.0 && worse > 1.96 * error
}

/// The answers that count, by item.
struct Form<'a> {
    instrument: &'a Instrument,
    codes: HashMap<&'a str, i32>,
}

impl<'a> Form<'a> {
    fn of(instrument: &'a Instrument, answers: &Answers) -> Self {
        let given: HashMap<&str, Answer> = answers.iter().collect();
        let mut codes = HashMap::new();
        for item in &instrument.items {
            let code = match given.get(item.id.as_str()) {
                Some(Answer::Code(code)) => Some(*code),
                Some(Answer::Declined) => instrument.declined_as,
                _ => None,
            };
            let offered = instrument.choices.get(&item.choices).into_iter().flatten();
            if let Some(code) = code.filter(|code| offered.clone().any(|choice| choice.code == *code)) {
                codes.insert(item.id.as_str(), code);
            }
        }
        Self { instrument, codes }
    }

    fn hit(&self, item: &str) -> Option<i32> {
        let rule = self.instrument.critical.iter().find(|rule| rule.item == item)?;
        self.codes.get(item).copied().filter(|code| *code >= rule.at_least)
    }

    fn is_due(&self, item: &str) -> bool {
        let asked = self.instrument.items.iter().find(|one| one.id == item);
        let Some(when) = asked.and_then(|item| item.show_when.as_ref()) else { return true };
        when.any_of.iter().filter_map(|item| self.codes.get(item.as_str())).any(|code| {
            when.codes.contains(code) || (when.or_declined && self.instrument.declined_as == Some(*code))
        })
    }

    /// What an answered item adds to a scale, before its weight.
    fn points(&self, scale: &Scale, item: &str) -> Option<f64> {
        let code = self.codes.get(item)?;
        if scale.method == Method::Count {
            return Some(f64::from(u8::from(scale.count_codes.iter().flatten().any(|one| one == code))));
        }
        let set = &self.instrument.items.iter().find(|one| one.id == item)?.choices;
        let worth = |choice: &crate::instrument::Choice| f64::from(choice.value.unwrap_or(choice.code));
        let choices = self.instrument.choices.get(set)?;
        let points = worth(choices.iter().find(|choice| choice.code == *code)?);
        if !scale.reverse.iter().any(|one| one == item) {
            return Some(points);
        }
        let low = choices.iter().map(worth).fold(f64::INFINITY, f64::min);
        let high = choices.iter().map(worth).fold(f64::NEG_INFINITY, f64::max);
        Some(high - (points - low))
    }

    /// A scale's score. `depth` ends a circle of scales, which no checked definition has.
    fn value(&self, scale: &Scale, depth: usize) -> Option<f64> {
        let times = f64::from(scale.multiply.unwrap_or(1));
        let weight = |id: &str| f64::from(scale.weights.get(id).copied().unwrap_or(1));
        if !scale.scales.is_empty() {
            let mut sum = 0.0;
            for part in &scale.scales {
                let part = self.scale(part).filter(|_| depth < self.instrument.scales.len())?;
                sum += self.value(part, depth + 1)? * weight(&part.id);
            }
            return Some(sum * times);
        }
        let given: Vec<f64> =
            scale.items.iter().filter_map(|item| Some(self.points(scale, item)? * weight(item))).collect();
        let blank = match scale.missing.counted_over {
            Counting::Scale => scale.items.len() - given.len(),
            Counting::Total => {
                let total = self.scale("total").map(|total| self.leaves(total, 0)).unwrap_or_default();
                total.iter().filter(|item| !self.codes.contains_key(*item)).count()
            }
        };
        let sum: f64 = given.iter().sum();
        let (all, answered) = (scale.items.len() as f64, given.len() as f64);
        if blank > 0 && scale.missing.rule != MissingKind::CountAnswered {
            let too_many = blank > most_blank(scale) || given.is_empty();
            if too_many || scale.missing.rule == MissingKind::Complete {
                return None;
            }
        }
        let points = match (scale.method, scale.missing.rule) {
            (Method::Mean, _) => sum / answered,
            // A tiny push keeps an exact half on its upper side in floating point.
            (_, MissingKind::Prorate) if blank > 0 => (sum * all / answered + 0.5 + 1e-9).floor(),
            _ => sum,
        };
        Some(points * times)
    }

    fn scale(&self, id: &str) -> Option<&'a Scale> {
        self.instrument.scales.iter().find(|scale| scale.id == id)
    }

    /// The items under a scale.
    fn leaves(&self, scale: &'a Scale, depth: usize) -> Vec<&'a str> {
        if scale.scales.is_empty() || depth > self.instrument.scales.len() {
            return scale.items.iter().map(String::as_str).collect();
        }
        let parts = scale.scales.iter().filter_map(|part| self.scale(part));
        parts.flat_map(|part| self.leaves(part, depth + 1)).collect()
    }

    fn any(&self, of: &ItemCodes) -> bool {
        let codes = of.items.iter().filter_map(|item| self.codes.get(item.as_str()));
        codes.into_iter().any(|code| of.codes.contains(code))
    }

    fn positive(&self, values: &HashMap<&str, f64>) -> Option<bool> {
        let rule = self.instrument.positive.as_ref()?;
        if rule.by_decision {
            let rows = &self.instrument.decision.as_ref()?.rows;
            let row = rows.iter().find(|row| {
                let open = row.any_unanswered.iter().any(|item| !self.codes.contains_key(item.as_str()));
                (open || row.any_unanswered.is_empty())
                    && row.any.as_ref().is_none_or(|of| self.any(of))
                    && row.and_any.as_ref().is_none_or(|of| self.any(of))
            });
            return row?.positive;
        }
        if let Some(id) = &rule.scale {
            return cut(self.scale(id)?, *values.get(id.as_str())?);
        }
        if !rule.any_item.is_empty() {
            let blank = |item: &String| !self.codes.contains_key(item.as_str());
            let yes = rule.any_item.iter().any(|of| self.any(of));
            let unsure = rule.any_item.iter().any(|of| of.items.iter().any(blank));
            return yes.then_some(true).or((!unsure).then_some(false));
        }
        if rule.only_with.as_ref().is_some_and(|with| !values.contains_key(with.as_str())) {
            return None;
        }
        let raised = |id: &String| {
            let (scale, value) = (self.scale(id)?, *values.get(id.as_str())?);
            match (&rule.from_band, rule.at_least) {
                (Some(from), _) => {
                    let (edge, here) =
                        (scale.bands.iter().position(|band| band.id == *from)?, band(scale, value)?);
                    Some(match self.instrument.polarity {
                        Polarity::HigherWorse => here >= edge,
                        Polarity::HigherBetter => here <= edge,
                    })
                }
                (None, Some(edge)) => Some(value >= edge),
                (None, None) => cut(scale, value),
            }
        };
        let raised: Vec<Option<bool>> = rule.any_scale.iter().map(raised).collect();
        match (raised.contains(&Some(true)), raised.contains(&None)) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        }
    }
}

/// The most items that may be blank.
fn most_blank(scale: &Scale) -> usize {
    let (rule, items) = (&scale.missing, scale.items.len());
    let limits = [
        rule.max_missing.map(usize::from),
        rule.max_missing_percent.map(|percent| items * usize::from(percent) / 100),
        rule.min_answered.map(|answered| items.saturating_sub(usize::from(answered))),
    ];
    limits.into_iter().flatten().min().unwrap_or(0)
}

/// The place of the band that a score has reached.
fn band(scale: &Scale, value: f64) -> Option<usize> {
    let reached = scale.bands.iter().enumerate().filter(|(_, band)| value >= band.min);
    reached.max_by(|(_, one), (_, other)| one.min.total_cmp(&other.min)).map(|(at, _)| at)
}

/// Whether the cut-off in use is met; nothing without one.
fn cut(scale: &Scale, value: f64) -> Option<bool> {
    let id = scale.cut_in_use.as_ref()?;
    let cut = scale.cuts.iter().find(|cut| cut.id == *id)?;
    Some(cut.at_least.is_some_and(|edge| value >= edge) || cut.at_most.is_some_and(|edge| value <= edge))
}
