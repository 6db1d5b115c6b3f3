//! How severe: the bands of each instrument, in the whole district.

use questionnaires::library;

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally, whole};
use super::positive_screens::{NAME as SCREENS, NEGATIVE, POSITIVE, VALID};
use super::view::{Figures, View, cell, share, title_of};
use super::{Chart, DISTRICT};
use crate::draw::{Count, Frame, Mix, MixBars, Part, mix_bars, words};
use crate::suppression::{CellKey, Exposure, Split, TableError};

const NAME: &str = "severity";
/// Where an instrument names no band for a score.
const NO_BAND: &str = "no band";

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    for like in &facts.screens {
        let band = like.band.as_deref().unwrap_or(NO_BAND);
        let side = if like.positive == 1 { POSITIVE } else { NEGATIVE };
        tally.add(&like.instrument, DISTRICT, band, whole(like.n));
        // Bands and decision are of the same children: how many of a band are positive links the two.
        tally.add(&like.instrument, side, band, whole(like.n));
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    for instrument in adding.tally.series() {
        let bands = adding.tally.items(&instrument, DISTRICT);
        let screens = |item: &str| CellKey::new(DISTRICT, cell(SCREENS, &instrument, item));
        let Some(valid) = adding.tables.find(&screens(VALID)).filter(|_| bands.len() > 1) else { continue };
        let mut parts = Vec::new();
        for band in &bands {
            let n = adding.tally.get(&instrument, DISTRICT, band);
            parts.push(adding.cell(DISTRICT, &instrument, band, n)?);
        }
        adding.tables.relation(valid, &parts, Split::Items)?;
        let mut sides = [Vec::new(), Vec::new()];
        for (band, part) in bands.iter().zip(&parts) {
            let [yes, no] = [POSITIVE, NEGATIVE].map(|side| adding.tally.get(&instrument, side, band));
            // Which bands lie on which side of the cut-off is printed in the instrument, so an empty half is known to be
            // empty: the band itself stands for the other half.
            match (yes, no) {
                (_, 0) => sides[0].push(*part),
                (0, _) => sides[1].push(*part),
                (yes, no) => {
                    let half =
                        |side: &str| CellKey::new(DISTRICT, format!("{NAME} {instrument} {band}, {side}"));
                    let yes = adding.tables.cell(half(POSITIVE), yes, Exposure::Implied)?;
                    let no = adding.tables.cell(half(NEGATIVE), no, Exposure::Implied)?;
                    adding.tables.relation(*part, &[yes, no], Split::Groups)?;
                    sides[0].push(yes);
                    sides[1].push(no);
                }
            }
        }
        for (side, parts) in [POSITIVE, NEGATIVE].into_iter().zip(sides) {
            if let Some(total) = adding.tables.find(&screens(side)).filter(|_| !parts.is_empty()) {
                adding.tables.relation(total, &parts, Split::Groups)?;
            }
        }
    }
    Ok(())
}

/// The last band of the instrument with most screens.
fn message(rows: &[Mix]) -> String {
    let worst = rows.first().and_then(|row| Some((&row.label, row.parts.last()?)));
    match worst.and_then(|(label, part)| Some((label, part.share?, &part.label))) {
        Some((label, share, band)) => {
            format!("{} of {label} screens are “{}”", share.text(), band.to_lowercase())
        }
        None => "How severe the screens were".to_owned(),
    }
}

fn draw(view: &View<'_>) -> Figures {
    let mut rows = Vec::new();
    for instrument in &view.series {
        let found = view.items(instrument, DISTRICT);
        if found.len() < 2 {
            continue;
        }
        let known = library::get(instrument)
            .and_then(|i| i.scale("total").map(|s| s.bands.clone()))
            .unwrap_or_default();
        let place = |band: &str| known.iter().position(|b| b.id == band).unwrap_or(known.len());
        let mut bands = found;
        bands.sort_by_key(|band| place(band));
        let whole = view.count_in(SCREENS, DISTRICT, instrument, VALID);
        let part = |band: &String| Part {
            label: known.iter().find(|b| b.id == *band).map_or_else(|| band.clone(), |b| b.label.clone()),
            count: view.count(DISTRICT, instrument, band).map_or(Count::Hidden, Count::Shown),
            share: share(view.percentage_of(
                DISTRICT,
                (NAME, instrument, band),
                (SCREENS, instrument, VALID),
            )),
        };
        rows.push(Mix {
            label: title_of(instrument),
            whole: whole.map_or(Count::Hidden, Count::Shown),
            parts: bands.iter().map(part).collect(),
        });
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let input = MixBars {
        title: message(&rows),
        names: ("Instrument".to_owned(), "Band".to_owned()),
        unit: "Valid screens".to_owned(),
        rows,
        about: view.about(
            "Valid screens by band of each instrument, whole district, % of valid screens",
            format!("Bands of different instruments are not comparable. {}", words::NOT_A_DIAGNOSIS),
        ),
    };
    Ok(vec![(NAME.to_owned(), mix_bars(&Frame::points(NAME), &input)?)])
}
