//! Which named range a score lies in.

use crate::instrument::{Band, Instrument, Polarity, Scale};

/// The band of a score: the last one that starts at or below it. The definition's checks make sure that bands cover
/// the whole range of the scale without gaps, so every reachable score has exactly one.
pub fn of(scale: &Scale, score: f64) -> Option<&Band> {
    scale.bands.iter().rfind(|band| band.min <= score)
}

/// Whether a score lies in the named band or a worse one. Nothing if the scale has no such band.
///
/// Worse means higher where more is worse, and lower where more is better.
pub fn reaches(instrument: &Instrument, scale: &Scale, score: f64, band: &str) -> Option<bool> {
    let place = |id: &str| scale.bands.iter().position(|one| one.id == id);
    let (edge, found) = (place(band)?, place(&of(scale, score)?.id)?);
    Some(match instrument.polarity {
        Polarity::HigherWorse => found >= edge,
        Polarity::HigherBetter => found <= edge,
    })
}
