//! An instrument's keys resolved once: ids become positions, so that scoring is a loop over numbers.

use std::collections::{BTreeMap, HashMap};

use crate::instrument::{Counting, Instrument, ItemCodes, Method, MissingKind, Scale};

/// Everything scoring needs, by position. Built after the definition has passed its checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    positions: HashMap<String, usize>,
    /// Positions whose absence makes the form incomplete.
    pub required: Vec<usize>,
    /// One for each scale, in file order.
    pub scales: Vec<ScalePlan>,
    /// Scale indices such that nested scales come before those that contain them.
    pub order: Vec<usize>,
    pub total: Option<usize>,
    pub critical: Vec<Threshold>,
    pub rules: Vec<RulePlan>,
    pub decision: Vec<RowPlan>,
    pub positive_items: Vec<(Vec<usize>, Vec<i32>)>,
    /// The codes that each item has.
    pub codes: Vec<CodeRange>,
    /// Items of the total, those of nested scales included.
    pub total_items: Vec<usize>,
}

/// A plan is derived data: two instruments with equal definitions are equal.
impl PartialEq for Plan {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The codes of one item if they follow each other, as they almost always do; otherwise a range that holds nothing, and
/// every code is looked up in the definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeRange {
    pub lowest: i32,
    pub highest: i32,
}

impl CodeRange {
    /// `codes` are all different.
    fn of(codes: impl Iterator<Item = i32> + Clone) -> Self {
        let lowest = codes.clone().min().unwrap_or(0);
        let highest = codes.clone().max().unwrap_or(-1);
        let follow_each_other =
            usize::try_from(highest - lowest).is_ok_and(|steps| steps + 1 == codes.count());
        if follow_each_other { CodeRange { lowest, highest } } else { CodeRange { lowest: 0, highest: -1 } }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Threshold {
    pub position: usize,
    pub at_least: i32,
}

#[derive(Clone, Debug)]
pub(crate) enum RulePlan {
    Count(Vec<Threshold>),
    Syndrome { of: usize, min: u16, max: u16, core: Vec<Threshold> },
}

#[derive(Clone, Debug)]
pub(crate) struct RowPlan {
    pub any: Option<(Vec<usize>, Vec<i32>)>,
    pub and_any: Option<(Vec<usize>, Vec<i32>)>,
    pub any_unanswered: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct ScalePlan {
    pub terms: Terms,
    pub items: u16,
    pub rule: MissingKind,
    /// Most items that may be missing.
    pub allowed: u16,
    pub over_total: bool,
    pub mean: bool,
    pub multiply: i32,
    pub min: f64,
    pub max: f64,
    /// Lower edges of the bands, ascending.
    pub band_floors: Vec<f64>,
    /// Whether a cut-off is in use; if so, a score is positive from `positive_from` up or from `positive_to` down.
    pub has_cut: bool,
    pub positive_from: f64,
    pub positive_to: f64,
}

/// How answers become addends.
#[derive(Clone, Debug)]
pub(crate) enum Terms {
    /// The codes of neighbouring items as they are: the fastest case.
    Plain(std::ops::Range<usize>),
    /// base + factor × code: the usual case.
    Affine(Vec<Affine>),
    /// By table, where choices have values of their own or codes are counted.
    Table(Vec<TableTerm>),
    /// Sums of other scales, with weights.
    Nested(Vec<(usize, i32)>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Affine {
    pub position: u32,
    pub base: i32,
    pub factor: i32,
}

#[derive(Clone, Debug)]
pub(crate) struct TableTerm {
    pub position: usize,
    pub addends: Vec<(i16, i32)>,
}

impl Plan {
    pub fn position(&self, item: &str) -> Option<usize> {
        self.positions.get(item).copied()
    }

    pub fn of(instrument: &Instrument) -> Plan {
        let mut plan = Plan {
            positions: instrument.items.iter().enumerate().map(|(at, item)| (item.id.clone(), at)).collect(),
            total: instrument.scales.iter().position(|scale| scale.id == "total"),
            codes: instrument
                .items
                .iter()
                .map(|item| CodeRange::of(instrument.choices_of(item).iter().map(|choice| choice.code)))
                .collect(),
            ..Plan::default()
        };
        plan.scales = instrument.scales.iter().map(|scale| plan.scale(instrument, scale)).collect();
        plan.order = nested_first(&plan.scales).unwrap_or_default();
        for at in plan.order.clone() {
            plan.set_nested_range(at);
        }
        plan.total_items = plan.total.map(|total| plan.leaves(total)).unwrap_or_default();
        plan.required = plan.required_items(instrument);
        plan.critical =
            plan.thresholds(instrument.critical.iter().map(|critical| (&critical.item, critical.at_least)));
        plan.critical.sort_by_key(|critical| critical.position);
        plan.rules = instrument
            .rules
            .iter()
            .map(|rule| match &rule.of {
                None => RulePlan::Count(plan.thresholds(rule.count.iter().map(|(item, at)| (item, *at)))),
                Some(of) => RulePlan::Syndrome {
                    of: instrument.rules.iter().position(|rule| rule.id == *of).unwrap_or_default(),
                    min: rule.min.unwrap_or(0),
                    max: rule.max.unwrap_or(u16::MAX),
                    core: plan.thresholds(rule.core.iter().map(|(item, at)| (item, *at))),
                },
            })
            .collect();
        let rows = instrument.decision.iter().flat_map(|decision| &decision.rows);
        plan.decision = rows
            .map(|row| RowPlan {
                any: row.any.as_ref().map(|any| plan.item_codes(any)),
                and_any: row.and_any.as_ref().map(|any| plan.item_codes(any)),
                any_unanswered: plan.all_positions(&row.any_unanswered),
            })
            .collect();
        let positive = instrument.positive.iter().flat_map(|positive| &positive.any_item);
        plan.positive_items = positive.map(|any| plan.item_codes(any)).collect();
        plan
    }

    fn all_positions(&self, items: &[String]) -> Vec<usize> {
        items.iter().filter_map(|item| self.position(item)).collect()
    }

    fn item_codes(&self, any: &ItemCodes) -> (Vec<usize>, Vec<i32>) {
        (self.all_positions(&any.items), any.codes.clone())
    }

    fn thresholds<'a>(&self, pairs: impl Iterator<Item = (&'a String, i32)>) -> Vec<Threshold> {
        pairs
            .filter_map(|(item, at_least)| Some(Threshold { position: self.position(item)?, at_least }))
            .collect()
    }

    /// Items that decide whether a form is complete: those of the total; without one, of every scale and rule.
    fn required_items(&self, instrument: &Instrument) -> Vec<usize> {
        let mut required = match (&instrument.decision, self.total) {
            (Some(decision), _) => self.all_positions(&decision.required),
            (None, Some(total)) => self.leaves(total),
            (None, None) => {
                let of_scales = (0..self.scales.len()).flat_map(|at| self.leaves(at));
                let of_rule = instrument.positive.iter().flat_map(|positive| &positive.any_item);
                let of_rule = of_rule.flat_map(|any| self.all_positions(&any.items));
                of_scales.chain(of_rule).collect()
            }
        };
        required.sort_unstable();
        required.dedup();
        required
    }

    /// The positions of a scale's items, those of nested scales included.
    pub fn leaves(&self, scale: usize) -> Vec<usize> {
        match self.scales.get(scale).map(|scale| &scale.terms) {
            Some(Terms::Plain(range)) => range.clone().collect(),
            Some(Terms::Affine(terms)) => terms.iter().map(|term| term.position as usize).collect(),
            Some(Terms::Table(terms)) => terms.iter().map(|term| term.position).collect(),
            Some(Terms::Nested(parts)) if self.order.contains(&scale) => {
                parts.iter().flat_map(|(part, _)| self.leaves(*part)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn scale(&self, instrument: &Instrument, scale: &Scale) -> ScalePlan {
        let nested =
            scale.scales.iter().filter_map(|id| instrument.scales.iter().position(|other| other.id == *id));
        let nested: Vec<_> =
            nested.map(|at| (at, weight_of(&scale.weights, &instrument.scales[at].id))).collect();
        let tables: Vec<_> =
            scale.items.iter().filter_map(|item| self.table(instrument, scale, item)).collect();
        let (low, high) = tables.iter().fold((0_i32, 0_i32), |(low, high), term| {
            let addends = term.addends.iter().map(|(_, addend)| *addend);
            (low + addends.clone().min().unwrap_or(0), high + addends.max().unwrap_or(0))
        });
        let multiply = scale.multiply.unwrap_or(1);
        let items = u16::try_from(tables.len()).unwrap_or(u16::MAX);
        let divisor = if scale.method == Method::Mean { f64::from(items.max(1)) } else { 1.0 };
        ScalePlan {
            items,
            rule: scale.missing.rule,
            allowed: allowed_missing(scale, items),
            over_total: scale.missing.counted_over == Counting::Total,
            mean: scale.method == Method::Mean,
            multiply,
            min: f64::from(low) * f64::from(multiply) / divisor,
            max: f64::from(high) * f64::from(multiply) / divisor,
            band_floors: scale.bands.iter().map(|band| band.min).collect(),
            has_cut: scale.cut_in_use().is_some(),
            positive_from: scale.cut_in_use().and_then(|cut| cut.at_least).unwrap_or(f64::INFINITY),
            positive_to: scale.cut_in_use().and_then(|cut| cut.at_most).unwrap_or(f64::NEG_INFINITY),
            terms: if nested.is_empty() { simplest(tables) } else { Terms::Nested(nested) },
        }
    }

    fn table(&self, instrument: &Instrument, scale: &Scale, item: &String) -> Option<TableTerm> {
        let position = self.position(item)?;
        let choices = instrument.choices_of(instrument.items.get(position)?);
        let lowest = choices.iter().map(|choice| choice.score_value()).min()?;
        let highest = choices.iter().map(|choice| choice.score_value()).max()?;
        let weight = weight_of(&scale.weights, item);
        let addends = choices.iter().filter_map(|choice| {
            let value = match (scale.method, scale.reverse.contains(item)) {
                (Method::Count, _) => {
                    i32::from(scale.count_codes.as_ref().is_some_and(|codes| codes.contains(&choice.code)))
                }
                (_, true) => lowest + highest - choice.score_value(),
                (_, false) => choice.score_value(),
            };
            Some((i16::try_from(choice.code).ok()?, value * weight))
        });
        Some(TableTerm { position, addends: addends.collect() })
    }

    /// A nested scale's range is the sum of its parts' ranges; parts come first in `order`.
    fn set_nested_range(&mut self, at: usize) {
        let Terms::Nested(parts) = &self.scales[at].terms else { return };
        let parts = parts.clone();
        let multiply = f64::from(self.scales[at].multiply);
        let (mut min, mut max) = (0.0, 0.0);
        for (part, weight) in &parts {
            let weight = f64::from(*weight) * multiply;
            let ends = (self.scales[*part].min * weight, self.scales[*part].max * weight);
            min += f64::min(ends.0, ends.1);
            max += f64::max(ends.0, ends.1);
        }
        let scale = &mut self.scales[at];
        (scale.min, scale.max) = (min, max);
        scale.items = u16::try_from(parts.len()).unwrap_or(u16::MAX);
    }
}

fn weight_of(weights: &BTreeMap<String, i32>, id: &str) -> i32 {
    weights.get(id).copied().unwrap_or(1)
}

/// The strictest of the stated limits.
fn allowed_missing(scale: &Scale, items: u16) -> u16 {
    let rule = &scale.missing;
    match rule.rule {
        MissingKind::Complete => 0,
        MissingKind::CountAnswered => u16::MAX,
        MissingKind::Prorate | MissingKind::BlankAsZero => {
            let by_share = rule.max_missing_percent.map(|percent| {
                u16::try_from(u32::from(items) * u32::from(percent) / 100).unwrap_or(u16::MAX)
            });
            let by_answered = rule.min_answered.map(|answered| items.saturating_sub(answered));
            [rule.max_missing, by_share, by_answered].into_iter().flatten().min().unwrap_or(0)
        }
    }
}

/// The simplest terms that give the same sums.
fn simplest(tables: Vec<TableTerm>) -> Terms {
    let Some(terms) = as_affine(&tables) else { return Terms::Table(tables) };
    let first = terms.first().map_or(0, |term| term.position as usize);
    let in_a_row =
        |(at, term): (usize, &Affine)| (term.position as usize, term.base, term.factor) == (first + at, 0, 1);
    if terms.iter().enumerate().all(in_a_row) {
        return Terms::Plain(first..first + terms.len());
    }
    Terms::Affine(terms)
}

/// base + factor × code for every item, if the tables are straight lines.
fn as_affine(tables: &[TableTerm]) -> Option<Vec<Affine>> {
    tables
        .iter()
        .map(|term| {
            let (&(code, addend), rest) = term.addends.split_first()?;
            let (code, addend) = (i32::from(code), addend);
            let factor = rest.first().map_or(0, |&(next, value)| match i32::from(next) - code {
                0 => 0,
                step => (value - addend) / step,
            });
            let base = addend - factor * code;
            let fits = rest.iter().all(|&(code, addend)| base + factor * i32::from(code) == addend);
            fits.then_some(Affine { position: u32::try_from(term.position).ok()?, base, factor })
        })
        .collect()
}

/// Scales in an order in which parts come before wholes, or nothing if they go in circles.
pub(crate) fn nested_first(scales: &[ScalePlan]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = Vec::with_capacity(scales.len());
    while order.len() < scales.len() {
        let ready = (0..scales.len()).find(|at| {
            !order.contains(at)
                && match &scales[*at].terms {
                    Terms::Nested(parts) => parts.iter().all(|(part, _)| order.contains(part)),
                    Terms::Plain(_) | Terms::Affine(_) | Terms::Table(_) => true,
                }
        })?;
        order.push(ready);
    }
    Some(order)
}
