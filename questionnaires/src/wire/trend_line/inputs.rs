//! Inputs of the statistics, as scripts name them.

use serde::Deserialize;

use crate::instrument::Polarity;

fn default_confidence() -> f64 {
    0.95
}

/// `high_is_bad` of a script; symptoms unless stated.
#[derive(Deserialize)]
#[serde(from = "bool")]
pub(in crate::wire) struct Direction(Polarity);

impl From<bool> for Direction {
    fn from(high_is_bad: bool) -> Self {
        Self(if high_is_bad { Polarity::HigherWorse } else { Polarity::HigherBetter })
    }
}

impl Default for Direction {
    fn default() -> Self {
        Self(Polarity::HigherWorse)
    }
}

impl Direction {
    pub fn polarity(&self) -> Polarity {
        self.0
    }
}

fn default_min_n() -> u64 {
    10
}

#[derive(Deserialize)]
pub(in crate::wire) struct Pair {
    pub pre: f64,
    pub post: f64,
    pub sd: f64,
    pub reliability: f64,
    #[serde(rename = "high_is_bad", default)]
    pub direction: Direction,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Course {
    pub pre: f64,
    pub post: f64,
    pub cut: f64,
    pub sd: f64,
    pub reliability: f64,
    #[serde(rename = "high_is_bad", default)]
    pub direction: Direction,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Expected {
    pub pre: f64,
    pub mean: f64,
    pub sd: f64,
    pub reliability: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Groups {
    pub m_dys: f64,
    pub sd_dys: f64,
    pub m_fun: f64,
    pub sd_fun: f64,
    #[serde(rename = "high_is_bad", default)]
    pub direction: Direction,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Spread {
    pub sd: f64,
    pub reliability: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Series {
    #[serde(default)]
    pub t: Vec<f64>,
    pub y: Vec<f64>,
    #[serde(default = "default_confidence")]
    pub confidence: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct EwmaInput {
    pub x: Vec<f64>,
    pub target: f64,
    pub sigma: f64,
    pub lambda: f64,
    #[serde(rename = "L")]
    pub width: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct CusumInput {
    pub x: Vec<f64>,
    pub target: f64,
    pub k: f64,
    pub h: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Share {
    pub k: u64,
    pub n: u64,
    #[serde(default = "default_confidence")]
    pub confidence: f64,
    #[serde(default = "default_min_n")]
    pub min_n: u64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct TwoShares {
    pub k1: u64,
    pub n1: u64,
    pub k2: u64,
    pub n2: u64,
    #[serde(default = "default_confidence")]
    pub confidence: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Apparent {
    pub apparent: f64,
    pub n: u64,
    pub se: f64,
    pub sp: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Screen {
    pub prevalence: f64,
    pub se: f64,
    pub sp: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct PValues {
    pub p: Vec<f64>,
    pub q: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Score {
    pub x: f64,
    pub mean: f64,
    pub sd: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Rank {
    pub reference: Vec<f64>,
    pub x: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Data {
    pub x: Vec<Vec<Option<f64>>>,
    #[serde(default = "default_confidence")]
    pub confidence: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Loadings {
    pub standardised_loadings: Vec<f64>,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Lengthened {
    pub r: f64,
    pub factor: f64,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Table {
    pub table: Vec<Vec<u32>>,
    pub k: u32,
    #[serde(default)]
    pub zeros_are_small: bool,
}

#[derive(Deserialize)]
pub(in crate::wire) struct Count {
    pub count: u64,
}
