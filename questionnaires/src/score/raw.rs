//! The inner loop: a sheet of codes to numbers, without allocating.

use super::Status;
use crate::instrument::{Instrument, MissingKind};
use crate::plan::{ScalePlan, Terms};
use crate::sheet::{BLANK, Sheet};

/// One scale's number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RawScale {
    /// The score in points; 0 and meaningless when `status` is [`Status::NotScored`].
    pub value: f64,
    /// Unanswered items over which the missing rule counts.
    pub missing: u16,
    /// Index of the band in the definition, if the scale has bands and a score.
    pub band: Option<u16>,
    /// Whether the cut-off in use is met.
    pub positive: Option<bool>,
    /// What the missing rule made of it.
    pub status: Status,
}

/// The numbers of one form, one for each scale in file order. Reuse it: computing again does not allocate.
#[derive(Clone, Debug, Default)]
pub struct RawScores {
    scales: Vec<RawScale>,
    critical_hits: u32,
}

const EMPTY: RawScale =
    RawScale { value: 0.0, missing: 0, band: None, positive: None, status: Status::NotScored };

impl RawScores {
    /// All scales in file order.
    pub fn scales(&self) -> &[RawScale] {
        &self.scales
    }

    /// The score of a scale by its place in the file, if it has one.
    pub fn value(&self, scale: usize) -> Option<f64> {
        self.scales.get(scale).filter(|scale| scale.status != Status::NotScored).map(|scale| scale.value)
    }

    /// How many critical items were hit.
    pub fn critical_hits(&self) -> u32 {
        self.critical_hits
    }

    /// Scores a sheet of the same instrument.
    pub fn compute(&mut self, instrument: &Instrument, sheet: &Sheet) {
        let (plan, cells) = (&instrument.plan, sheet.cells());
        // Every entry is overwritten below.
        if self.scales.len() != plan.scales.len() {
            self.scales.resize(plan.scales.len(), EMPTY);
        }
        for &at in &plan.order {
            let Some(scale) = plan.scales.get(at) else { continue };
            let (sum, mut missing) = self.add_up(scale, cells);
            let answered = scale.items.saturating_sub(missing);
            if scale.over_total {
                missing = count_blank(&plan.total_items, cells);
            }
            let mut result = match scale.terms {
                Terms::Nested(_) => self.nested(scale),
                _ => finish(scale, sum, answered, missing),
            };
            if result.status != Status::NotScored {
                // Floors ascend, so the number of those reached tells the band; counting needs no branches.
                let reached =
                    scale.band_floors.iter().map(|floor| u16::from(*floor <= result.value)).sum::<u16>();
                result.band = reached.checked_sub(1);
                let is_met = result.value >= scale.positive_from || result.value <= scale.positive_to;
                result.positive = scale.has_cut.then_some(is_met);
            }
            self.scales[at] = result;
        }
        let hit = |position: usize, at_least: i32| {
            cells.get(position).is_some_and(|&cell| cell != BLANK && i32::from(cell) >= at_least)
        };
        self.critical_hits = plan.critical.iter().map(|one| u32::from(hit(one.position, one.at_least))).sum();
    }

    #[inline]
    fn add_up(&self, scale: &ScalePlan, cells: &[i16]) -> (i64, u16) {
        let (mut sum, mut missing) = (0_i32, 0_u16);
        match &scale.terms {
            Terms::Plain(range) => {
                for &cell in cells.get(range.clone()).unwrap_or_default() {
                    let blank = cell == BLANK;
                    sum += if blank { 0 } else { i32::from(cell) };
                    missing += u16::from(blank);
                }
            }
            Terms::Affine(terms) => {
                for term in terms {
                    let cell = cells.get(term.position as usize).copied().unwrap_or(BLANK);
                    if cell == BLANK {
                        missing += 1;
                    } else {
                        sum += term.base + term.factor * i32::from(cell);
                    }
                }
            }
            Terms::Table(terms) => {
                for term in terms {
                    let cell = cells.get(term.position).copied().unwrap_or(BLANK);
                    match term.addends.iter().find(|(code, _)| *code == cell) {
                        Some((_, addend)) => sum += addend,
                        None => missing += 1,
                    }
                }
            }
            Terms::Nested(_) => {}
        }
        (i64::from(sum), missing)
    }

    /// A scale made of scales has a score only if each part has one, and is as trustworthy as its weakest part.
    fn nested(&self, scale: &ScalePlan) -> RawScale {
        let Terms::Nested(parts) = &scale.terms else { return EMPTY };
        let mut result = RawScale { status: Status::Complete, ..EMPTY };
        for &(part, weight) in parts {
            let part = self.scales[part];
            result.missing += part.missing;
            result.value += part.value * f64::from(weight);
            result.status = match (result.status, part.status) {
                (Status::NotScored, _) | (_, Status::NotScored) => Status::NotScored,
                (status, Status::Complete) => status,
                (_, status) => status,
            };
        }
        result.value *= f64::from(scale.multiply);
        result
    }
}

fn count_blank(positions: &[usize], cells: &[i16]) -> u16 {
    positions.iter().map(|at| u16::from(cells.get(*at).is_none_or(|cell| *cell == BLANK))).sum()
}

/// Applies the missing rule to a sum.
#[inline]
fn finish(scale: &ScalePlan, sum: i64, answered: u16, missing: u16) -> RawScale {
    let status = match scale.rule {
        _ if missing == 0 => Status::Complete,
        MissingKind::CountAnswered => Status::Incomplete,
        _ if missing > scale.allowed || answered == 0 => Status::NotScored,
        MissingKind::Prorate => Status::Prorated,
        MissingKind::BlankAsZero => Status::BlankAsZero,
        MissingKind::Complete => Status::NotScored,
    };
    let points = match (scale.rule, scale.mean) {
        _ if status == Status::NotScored => 0.0,
        (_, true) => sum as f64 / f64::from(answered),
        // With nothing missing this is the sum itself; dividing always is cheaper than guessing whether to.
        (MissingKind::Prorate, false) => {
            prorate(sum, i64::from(scale.items), i64::from(answered.max(1))) as f64
        }
        (_, false) => sum as f64,
    };
    RawScale { value: points * f64::from(scale.multiply), missing, status, ..EMPTY }
}

/// sum × items ÷ answered, rounded half up, in whole numbers: 4.5 becomes 5, never 4.
#[inline]
fn prorate(sum: i64, items: i64, answered: i64) -> i64 {
    let (above, below) = (2 * sum * items + answered, 2 * answered);
    // Real forms fit into 32 bits, where dividing is several times as fast.
    match (u32::try_from(above), u32::try_from(below)) {
        (Ok(above), Ok(below)) => i64::from(above / below),
        _ => above.div_euclid(below),
    }
}

#[cfg(test)]
mod tests {
    use super::prorate;

    #[test]
    fn prorating_rounds_half_up_and_not_to_even() {
        assert_eq!(prorate(4, 9, 8), 5);
        assert_eq!(prorate(8, 9, 7), 10);
        assert_eq!(prorate(9, 7, 6), 11);
        assert_eq!(prorate(-1, 3, 2), -1);
    }
}
