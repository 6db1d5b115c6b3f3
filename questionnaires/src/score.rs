//! From answers to scores, bands and findings. Pure and deterministic: the same answers give the same result, whatever
//! order they came in.

mod raw;
mod result;

pub use raw::{RawScale, RawScores};
pub use result::{
    CriticalHit, CutResult, DerivedValue, Finding, FindingValue, NotScored, ScaleScore, Scored, Status,
};

use crate::band;
use crate::instrument::{Instrument, Method, Role};
use crate::plan::RulePlan;
use crate::response::Answers;
use crate::sheet::Sheet;

/// Scores one form.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use questionnaires::{library, response::{Answer, Answers}, score::{score, Status}};
///
/// let phq = library::get("phq9_teen").ok_or("not shipped")?;
/// let mut answers: Answers = (1..=8).map(|n| (n.to_string(), Answer::Code(i32::from(n <= 4)))).collect();
/// answers.set("9", Answer::Declined);
///
/// let scored = score(phq, &answers);
/// assert_eq!(scored.status, Status::Prorated);
/// assert_eq!(scored.total, Some(5.0)); // 4 × 9 ÷ 8 = 4.5, rounded half up
/// assert_eq!(scored.band.as_deref(), Some("mild"));
/// assert_eq!(scored.critical_unanswered, ["9", "12", "13"]);
/// # Ok(()) }
/// ```
pub fn score(instrument: &Instrument, answers: &Answers) -> Scored {
    let mut sheet = Sheet::default();
    let impossible = sheet.lay_out(instrument, answers);
    let mut scored = score_sheet(instrument, &sheet);
    scored.impossible = impossible.into_iter().map(|at| instrument.items[at].id.clone()).collect();
    scored
}

/// Scores a sheet that was filled by position.
pub fn score_sheet(instrument: &Instrument, sheet: &Sheet) -> Scored {
    let plan = &instrument.plan;
    let mut raw = RawScores::default();
    raw.compute(instrument, sheet);
    let missing: Vec<usize> = plan.required.iter().copied().filter(|at| sheet.is_blank(*at)).collect();
    let status = match (&instrument.decision, plan.total.and_then(|total| raw.scales().get(total))) {
        (None, Some(total)) => total.status,
        _ if missing.is_empty() => Status::Complete,
        _ => Status::Incomplete,
    };
    let mut scales: Vec<ScaleScore> =
        (0..instrument.scales.len()).map(|at| scale_score(instrument, &raw, at)).collect();
    if let Some(total) = plan.total {
        scales[..=total].rotate_right(1);
    }
    let total = plan.total.and(scales.first());
    let outcome = decide(instrument, sheet);
    let id = |at: &usize| instrument.items[*at].id.clone();
    let hits = plan.critical.iter().filter_map(|critical| {
        let code = sheet.code(critical.position).filter(|code| *code >= critical.at_least)?;
        Some(CriticalHit { item: id(&critical.position), code })
    });
    let open = plan.critical.iter().map(|critical| critical.position);
    let open = open.filter(|at| sheet.is_blank(*at) && is_due(instrument, sheet, *at));
    Scored {
        instrument: instrument.id.clone(),
        version: instrument.version,
        status,
        total: total.and_then(|total| total.value),
        band: match &outcome {
            Some((band, _)) => Some(band.clone()),
            None => total.and_then(|total| total.band.clone()),
        },
        positive: positive(instrument, sheet, &scales, outcome.and_then(|(_, positive)| positive)),
        missing: missing.iter().map(id).collect(),
        critical: hits.collect(),
        critical_unanswered: open.map(|at| id(&at)).collect(),
        findings: findings(instrument, sheet, &scales),
        scales,
        impossible: Vec::new(),
    }
}

fn scale_score(instrument: &Instrument, raw: &RawScores, at: usize) -> ScaleScore {
    let (scale, plan) = (&instrument.scales[at], &instrument.plan.scales[at]);
    let value = raw.value(at);
    let result = raw.scales()[at];
    let cut = |cut: &crate::instrument::Cutoff| value.map(|value| cut.is_met(value));
    ScaleScore {
        scale: scale.id.clone(),
        value,
        not_scored: value.is_none().then(|| match plan.terms {
            crate::plan::Terms::Nested(_) => NotScored::PartNotScored,
            _ => NotScored::TooManyMissing { missing: result.missing, allowed: plan.allowed.min(plan.items) },
        }),
        prorated: result.status == Status::Prorated,
        band: value.and_then(|value| band::of(scale, value)).map(|band| band.id.clone()),
        positive: scale.cut_in_use().and_then(cut),
        cuts: scale.cuts.iter().map(|one| CutResult { id: one.id.clone(), met: cut(one) }).collect(),
        min: plan.min,
        max: plan.max,
        fractional: scale.method == Method::Mean,
        is_validity: scale.role == Role::Validity,
        judged: scale.cut_in_use.is_some(),
        banded: !scale.bands.is_empty(),
        derived: scale
            .derived
            .iter()
            .map(|derived| DerivedValue {
                id: derived.id.clone(),
                value: value.map(|value| {
                    value * f64::from(derived.multiply.unwrap_or(1)) / f64::from(derived.divide.unwrap_or(1))
                }),
                fractional: derived.divide.is_some(),
            })
            .collect(),
    }
}

/// The first decision row that holds: its band, and whether it is positive.
fn decide(instrument: &Instrument, sheet: &Sheet) -> Option<(String, Option<bool>)> {
    let rows = &instrument.decision.as_ref()?.rows;
    let has = |any: &Option<(Vec<usize>, Vec<i32>)>| {
        any.as_ref().is_none_or(|(positions, codes)| sheet.has_any(positions, codes))
    };
    let holds = instrument.plan.decision.iter().position(|row| {
        let open = row.any_unanswered.is_empty() || row.any_unanswered.iter().any(|at| sheet.is_blank(*at));
        open && has(&row.any) && has(&row.and_any)
    })?;
    rows.get(holds).map(|row| (row.band.clone(), row.positive))
}

/// Yes if any is yes; otherwise unknown if any is unknown; otherwise no.
fn any_of(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(false);
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => result = None,
        }
    }
    result
}

fn positive(
    instrument: &Instrument,
    sheet: &Sheet,
    scales: &[ScaleScore],
    decided: Option<bool>,
) -> Option<bool> {
    let rule = instrument.positive.as_ref()?;
    let result = |id: &str| scales.iter().find(|scale| scale.scale == id);
    if rule.by_decision {
        return decided;
    }
    if let Some(scale) = &rule.scale {
        return result(scale)?.positive;
    }
    if !instrument.plan.positive_items.is_empty() {
        return any_of(instrument.plan.positive_items.iter().flat_map(|(positions, codes)| {
            positions.iter().map(|at| sheet.code(*at).map(|code| codes.contains(&code)))
        }));
    }
    if let Some(with) = &rule.only_with {
        result(with)?.value?;
    }
    any_of(rule.any_scale.iter().map(|id| {
        let value = result(id)?.value?;
        match (&rule.from_band, rule.at_least) {
            (Some(band), _) => band::reaches(instrument, instrument.scale(id)?, value, band),
            (None, Some(edge)) => Some(value >= edge),
            (None, None) => result(id)?.positive,
        }
    }))
}

fn findings(instrument: &Instrument, sheet: &Sheet, scales: &[ScaleScore]) -> Vec<Finding> {
    let reached = |thresholds: &[crate::plan::Threshold]| {
        thresholds
            .iter()
            .filter(|one| sheet.code(one.position).is_some_and(|code| code >= one.at_least))
            .count()
    };
    let count = |rule: usize| match instrument.plan.rules.get(rule) {
        Some(RulePlan::Count(thresholds)) => u16::try_from(reached(thresholds)).unwrap_or(u16::MAX),
        _ => 0,
    };
    let rules =
        instrument.rules.iter().zip(&instrument.plan.rules).enumerate().map(|(at, (rule, plan))| Finding {
            id: rule.id.clone(),
            value: match plan {
                RulePlan::Count(_) => FindingValue::Count(count(at)),
                RulePlan::Syndrome { of, min, max, core } => {
                    FindingValue::Flag((*min..=*max).contains(&count(*of)) && reached(core) > 0)
                }
            },
        });
    let marks = instrument.validity.iter().map(|rule| {
        let value = scales.iter().find(|scale| scale.scale == rule.scale).and_then(|scale| scale.value);
        Finding {
            id: rule.id.clone(),
            value: value.map_or(FindingValue::Unknown, |value| {
                let high = rule.at_least.is_some_and(|edge| value >= edge);
                FindingValue::Flag(high || rule.at_most.is_some_and(|edge| value <= edge))
            }),
        }
    });
    rules.chain(marks).collect()
}

/// Whether the item at a position was to be asked, given the rest of the sheet.
fn is_due(instrument: &Instrument, sheet: &Sheet, at: usize) -> bool {
    instrument.items[at].show_when.as_ref().is_none_or(|when| {
        let positions = when.any_of.iter().filter_map(|item| instrument.plan.position(item));
        positions.into_iter().any(|at| {
            sheet.code(at).is_some_and(|code| {
                when.codes.contains(&code) || (when.or_declined && instrument.declined_as == Some(code))
            })
        })
    })
}
