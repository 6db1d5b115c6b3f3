//! How reliable a scale is in a given group.
//!
//! All functions take a table with one row for each person and one column for each item, complete cases only
//! ([`complete_cases`]). Print n beside every coefficient, and do not report one from fewer than
//! [`SMALLEST_SAMPLE`] people.

mod factor;

pub use factor::{Omega, omega_from_data, omega_total};

use serde::{Deserialize, Serialize};

use crate::prevalence::beta_quantile;
use crate::trend::mean;

/// Fewest people from whom a coefficient may be reported.
pub const SMALLEST_SAMPLE: usize = 50;

/// Rows in which every item was answered.
pub fn complete_cases(rows: &[Vec<Option<f64>>]) -> Vec<Vec<f64>> {
    rows.iter().filter_map(|row| row.iter().copied().collect()).collect()
}

/// The table without items that everybody answered the same; they carry no information and break correlations.
pub fn without_constant_items(x: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let Some(first) = x.first() else { return Vec::new() };
    let varies: Vec<bool> =
        (0..first.len()).map(|item| x.iter().any(|row| row.get(item) != first.get(item))).collect();
    let kept = |row: &Vec<f64>| {
        row.iter().zip(&varies).filter(|(_, varies)| **varies).map(|(value, _)| *value).collect()
    };
    x.iter().map(kept).collect()
}

/// Cronbach's alpha with Feldt's interval.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Alpha {
    /// k ÷ (k − 1) · (1 − Σ item variances ÷ variance of the sum). At most 1; below 0 for items that disagree.
    pub alpha: f64,
    /// Lower end of Feldt's interval.
    pub low: f64,
    /// Upper end of Feldt's interval.
    pub high: f64,
    /// Alpha of the rest when each item is left out; nothing where no two items remain.
    pub if_dropped: Vec<Option<f64>>,
    /// Number of people.
    pub n: usize,
    /// Number of items.
    pub k: usize,
}

/// Cronbach's alpha (1951) with an interval of the given confidence (Feldt 1965). Nothing with fewer than two people
/// or items, rows of different length, or sums that do not vary.
pub fn cronbach_alpha(x: &[Vec<f64>], confidence: f64) -> Option<Alpha> {
    let (n, k) = shape(x)?;
    let all: Vec<usize> = (0..k).collect();
    let alpha = alpha_of(x, &all)?;
    let tail = (1.0 - confidence) / 2.0;
    if !(tail > 0.0 && tail < 0.5) {
        return None;
    }
    let (df1, df2) = ((n - 1) as f64, ((n - 1) * (k - 1)) as f64);
    let if_dropped = all.iter().map(|out| {
        let rest: Vec<usize> = all.iter().copied().filter(|item| item != out).collect();
        alpha_of(x, &rest)
    });
    Some(Alpha {
        alpha,
        low: 1.0 - (1.0 - alpha) * f_quantile(1.0 - tail, df1, df2)?,
        high: 1.0 - (1.0 - alpha) * f_quantile(tail, df1, df2)?,
        if_dropped: if_dropped.collect(),
        n,
        k,
    })
}

/// People and items, if there are at least two of each and all rows are equally long and finite.
pub(crate) fn shape(x: &[Vec<f64>]) -> Option<(usize, usize)> {
    let k = x.first()?.len();
    let sound = x.iter().all(|row| row.len() == k && row.iter().all(|value| value.is_finite()));
    (x.len() >= 2 && k >= 2 && sound).then_some((x.len(), k))
}

fn alpha_of(x: &[Vec<f64>], items: &[usize]) -> Option<f64> {
    let k = items.len() as f64;
    if items.len() < 2 {
        return None;
    }
    let parts: f64 = items.iter().map(|item| variance(x.iter().map(|row| row[*item]))).sum();
    let whole = variance(x.iter().map(|row| items.iter().map(|item| row[*item]).sum()));
    (whole > 0.0).then(|| k / (k - 1.0) * (1.0 - parts / whole))
}

fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    let mean = mean(&values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// Quantile of F through the beta distribution.
fn f_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> {
    let share = beta_quantile(df1 / 2.0, df2 / 2.0, p)?;
    Some(df2 * share / (df1 * (1.0 - share)))
}

/// Pearson correlations of all items. Nothing if one does not vary.
pub(crate) fn correlations(x: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let (_, k) = shape(x)?;
    let centred: Vec<Vec<f64>> = (0..k)
        .map(|item| {
            let column: Vec<f64> = x.iter().map(|row| row[item]).collect();
            let mean = mean(&column);
            column.iter().map(|value| value - mean).collect()
        })
        .collect();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length: Vec<f64> = centred.iter().map(|column| product(column, column).sqrt()).collect();
    if length.iter().any(|length| *length <= 0.0) {
        return None;
    }
    let row =
        |i: usize| (0..k).map(|j| product(&centred[i], &centred[j]) / (length[i] * length[j])).collect();
    Some((0..k).map(row).collect())
}

/// Alpha of standardised items.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct StandardisedAlpha {
    /// k · r̄ ÷ (1 + (k − 1) · r̄).
    pub alpha: f64,
    /// Mean correlation between items.
    pub mean_r: f64,
}

/// Alpha from the mean correlation between items. Nothing if an item does not vary.
pub fn standardised_alpha(x: &[Vec<f64>]) -> Option<StandardisedAlpha> {
    let r = correlations(x)?;
    let k = r.len();
    let sum: f64 = (0..k).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| r[i][j]).sum();
    let mean_r = sum / (k * (k - 1) / 2) as f64;
    let k = k as f64;
    Some(StandardisedAlpha { alpha: k * mean_r / (1.0 + (k - 1.0) * mean_r), mean_r })
}

/// Spearman–Brown: reliability of a scale `factor` times as long, from reliability `r`. Nothing where the formula has
/// no meaning (a factor not above 0, or a denominator of 0).
pub fn spearman_brown(r: f64, factor: f64) -> Option<f64> {
    let denominator = 1.0 + (factor - 1.0) * r;
    (factor > 0.0 && denominator != 0.0 && r.is_finite()).then(|| factor * r / denominator)
}
