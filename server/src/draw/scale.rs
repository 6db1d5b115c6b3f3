//! Axes: from values to chart units, and where their ticks stand.

use jiff::civil::Date;

/// A linear axis from a range of values to a range of chart units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// Maps `from..to` to `start..end`. An empty range maps everything to the middle.
    pub fn new((from, to): (f64, f64), (start, end): (f64, f64)) -> Self {
        Self { from, to, start, end }
    }

    /// The position of a value; values outside are held at the edge.
    pub fn at(&self, value: f64) -> f64 {
        let span = self.to - self.from;
        if span.abs() < f64::EPSILON {
            return (self.start + self.end) / 2.0;
        }
        let share = ((value - self.from) / span).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }
}

/// Days from a fixed day, so that an axis is true to dates (C-22).
pub fn days(date: Date) -> f64 {
    // A span between two civil dates in days always exists; the fallback keeps the function total.
    Date::constant(2000, 1, 1).until((jiff::Unit::Day, date)).map_or(0.0, |span| f64::from(span.get_days()))
}

/// The smallest of 5, 10, 20, 25, 30, 40, 50, 60, 80, 100 percent that holds a maximum, so that axes of neighbouring
/// charts look alike.
pub fn percent_top(max: f64) -> f64 {
    const TOPS: [f64; 10] = [5.0, 10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0];
    TOPS.into_iter().find(|top| *top >= max).unwrap_or(100.0)
}

/// Ticks of a percent axis: four to six round steps from 0.
pub fn percent_ticks(top: f64) -> Vec<f64> {
    let step = match top {
        t if t <= 5.0 => 1.0,
        t if t <= 10.0 => 2.0,
        t if t <= 25.0 => 5.0,
        t if t <= 60.0 => 10.0,
        _ => 20.0,
    };
    let steps = (top / step).floor() as u32;
    (0..=steps).map(|i| f64::from(i) * step).collect()
}

/// Round ticks of a count axis from 0 to at least `max`.
pub fn count_ticks(max: f64) -> Vec<f64> {
    let raw = (max.max(1.0) / 5.0).max(1.0);
    let magnitude = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * magnitude).find(|s| *s >= raw).unwrap_or(raw);
    let steps = (max / step).ceil().max(1.0) as u32;
    (0..=steps).map(|i| f64::from(i) * step).collect()
}
