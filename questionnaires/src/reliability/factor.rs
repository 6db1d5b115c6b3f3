//! McDonald's omega from a one-factor model.

use serde::{Deserialize, Serialize};

use super::{correlations, without_constant_items};

/// Omega of a congeneric scale from standardised loadings (McDonald 1999): (Σλ)² ÷ [(Σλ)² + Σ(1 − λ²)]. Nothing
/// without loadings, or with one outside −1 to 1.
pub fn omega_total(loadings: &[f64]) -> Option<f64> {
    if loadings.is_empty() || loadings.iter().any(|loading| !(-1.0..=1.0).contains(loading)) {
        return None;
    }
    let common = loadings.iter().sum::<f64>().powi(2);
    let own: f64 = loadings.iter().map(|loading| 1.0 - loading * loading).sum();
    (common + own > 0.0).then(|| common / (common + own))
}

/// Loadings and omega estimated from data.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Omega {
    /// Standardised loadings, turned so that their sum is positive.
    pub loadings: Vec<f64>,
    /// Omega.
    pub omega: f64,
}

/// Least own variance of an item; keeps the estimate inside its bounds (a Heywood case otherwise).
const LEAST_UNIQUENESS: f64 = 0.005;
const STEPS: usize = 20_000;

/// Omega from maximum-likelihood loadings of one factor on Pearson correlations, by expectation–maximisation (Rubin &
/// Thayer 1982). Constant items are dropped. Nothing with fewer than three items that vary, since two do not determine
/// a factor.
pub fn omega_from_data(x: &[Vec<f64>]) -> Option<Omega> {
    let r = correlations(&without_constant_items(x))?;
    let k = r.len();
    if k < 3 {
        return None;
    }
    let sums: Vec<f64> = r.iter().map(|row| row.iter().sum()).collect();
    let largest = sums.iter().fold(f64::MIN_POSITIVE, |largest, sum: &f64| largest.max(sum.abs()));
    let mut loadings: Vec<f64> = sums.iter().map(|sum| 0.9 * sum / largest).collect();
    let mut own: Vec<f64> =
        loadings.iter().map(|loading| (1.0 - loading * loading).max(LEAST_UNIQUENESS)).collect();
    for _ in 0..STEPS {
        // Regression of the factor on the items: with one factor the inverse has a closed form.
        let information: f64 = loadings.iter().zip(&own).map(|(loading, own)| loading * loading / own).sum();
        let weights: Vec<f64> =
            loadings.iter().zip(&own).map(|(loading, own)| loading / own / (1.0 + information)).collect();
        let with_factor: Vec<f64> =
            r.iter().map(|row| row.iter().zip(&weights).map(|(r, w)| r * w).sum()).collect();
        let explained: f64 = with_factor.iter().zip(&weights).map(|(c, w)| c * w).sum();
        let second_moment = 1.0 / (1.0 + information) + explained;
        let mut moved = 0.0_f64;
        for i in 0..k {
            let loading = with_factor[i] / second_moment;
            moved = moved.max((loading - loadings[i]).abs());
            loadings[i] = loading;
            own[i] = (1.0 - loading * with_factor[i]).max(LEAST_UNIQUENESS);
        }
        if moved < 1e-12 {
            break;
        }
    }
    if loadings.iter().sum::<f64>() < 0.0 {
        loadings.iter_mut().for_each(|loading| *loading = -*loading);
    }
    let bounded: Vec<f64> = loadings.iter().map(|loading| loading.clamp(-1.0, 1.0)).collect();
    omega_total(&bounded).map(|omega| Omega { loadings: bounded, omega })
}
