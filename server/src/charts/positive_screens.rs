//! Positive screens by school, one figure per instrument, with Wilson 95 % intervals (D-05), and why no release says how
//! many children are ill.

use questionnaires::instrument::Cutoff;
use questionnaires::library;
use questionnaires::prevalence::rogan_gladen;

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally, whole};
use super::view::{Figures, View, cell, share, title_of};
use super::{Chart, DISTRICT, participation};
use crate::draw::{
    BarsCi, DrawError, Figure, Frame, FunnelPlot, FunnelPoint, GroupRow, HeatGrid, HeatRow, Share, bars_ci,
    funnel_plot, heat_grid, text,
};
use crate::suppression::{CellKey, Exposure, Split, TableError};

pub(super) const NAME: &str = "positive_screens";
pub(super) const POSITIVE: &str = "positive";
pub(super) const NEGATIVE: &str = "negative";
pub(super) const VALID: &str = "valid";

pub(super) const CHART: Chart = Chart { name: NAME, count, finish: |_| {}, add, draw };

fn count(facts: &SchoolFacts, tally: &mut Tally) {
    let school = facts.group();
    for like in &facts.screens {
        let item = if like.positive == 1 { POSITIVE } else { NEGATIVE };
        tally.add(&like.instrument, &school, item, whole(like.n));
    }
}

fn add(adding: &mut Adding<'_>) -> Result<(), TableError> {
    let series = adding.tally.series();
    for instrument in &series {
        adding.kinds_of_schools(instrument, &[POSITIVE, NEGATIVE], VALID)?;
    }
    for group in adding.groups() {
        link(adding, &group, &series)?;
    }
    Ok(())
}

/// The screens of all instruments are a part of the valid ones, so both are protected together.
fn link(adding: &mut Adding<'_>, group: &str, series: &[String]) -> Result<(), TableError> {
    let tables = &mut *adding.tables;
    let Some(valid) = tables.find(&CellKey::new(group, cell(participation::NAME, "", "valid"))) else {
        return Ok(());
    };
    let mut parts = Vec::new();
    for instrument in series {
        let Some(part) = tables.find(&CellKey::new(group, cell(NAME, instrument, VALID))) else { continue };
        parts.push(part);
        // Whoever has a decision on one instrument is among those with valid answers, also where the instruments
        // overlap and their sum says nothing.
        if let Some(rest) = tables.count(valid).checked_sub(tables.count(part)) {
            let without = CellKey::new(group, format!("valid without {instrument}"));
            let rest = tables.cell(without, rest, Exposure::Slack)?;
            tables.relation(valid, &[part, rest], Split::Items)?;
        }
    }
    let sum: u64 = parts.iter().map(|p| tables.count(*p)).sum();
    // A child may answer two instruments; then the sum is no part of the children and links nothing.
    let Some(rest) = tables.count(valid).checked_sub(sum).filter(|_| parts.len() > 1) else {
        return Ok(());
    };
    parts.push(tables.cell(CellKey::new(group, "valid without a cut-off"), rest, Exposure::Slack)?);
    tables.relation(valid, &parts, Split::Items)
}

fn draw(view: &View<'_>) -> Figures {
    let mut figures = Vec::new();
    for instrument in &view.series {
        figures.push((view.name(instrument, ""), by_school(view, instrument)?));
        if let Some(figure) = beyond_chance(view, instrument)? {
            figures.push((view.name(instrument, "chance"), figure));
        }
    }
    figures.extend(need_by_school(view)?.map(|figure| ("need-by-school".to_owned(), figure)));
    Ok(figures)
}

const WHO_IS_NOT_IN_IT: &str = "Students without a valid screen are not in it; they may differ.";

fn by_school(view: &View<'_>, instrument: &str) -> Result<Figure, DrawError> {
    let title = title_of(instrument);
    let measure =
        format!("Students with a positive screen on {title}, % of valid screens, 95% Wilson intervals");
    let mut note = WHO_IS_NOT_IN_IT.to_owned();
    if let Some(words) = no_prevalence(view, instrument) {
        note = format!("{note} {words}");
    }
    let input = BarsCi {
        group: ("school".to_owned(), "schools".to_owned()),
        district: view.estimate(DISTRICT, instrument, POSITIVE, VALID),
        rows: view
            .schools()
            .iter()
            .filter(|(key, _)| view.asks(key, instrument, VALID))
            .map(|(key, name)| GroupRow {
                label: name.clone(),
                estimate: view.estimate(key, instrument, POSITIVE, VALID),
            })
            .collect(),
        about: view.about(measure, note),
    };
    bars_ci(&Frame::points(view.name(instrument, "")), &input)
}

/// Why the share of positive screens is not turned into a share of ill children (Rogan and Gladen 1978): in words, and
/// with the numbers that the instrument's file has.
fn no_prevalence(view: &View<'_>, instrument: &str) -> Option<String> {
    let definition = library::get(instrument)?;
    let scale = definition.positive.as_ref()?.scale.as_deref()?;
    let cut = definition.scale(scale)?.cut_in_use()?;
    let share = view.estimate(DISTRICT, instrument, POSITIVE, VALID)?;
    Some(refusal(cut, share.share, share.n))
}

/// The refusal in words.
pub(super) fn refusal(cut: &Cutoff, share: Share, n: u64) -> String {
    let (Some(sensitivity), Some(specificity)) = (cut.sensitivity, cut.specificity) else {
        return "How often this cut-off errs is not published for such students, so nothing here says how many are ill."
            .to_owned();
    };
    let alarms = text::percent((1.0 - specificity) * 100.0);
    let corrected = rogan_gladen(share.position() / 100.0, n, sensitivity, specificity);
    match corrected {
        Some(corrected) if corrected.raw > 0.0 => format!(
            "Among students who are not ill, {alarms} screen positive all the same (specificity {specificity}, found in \
             other people), so this share is not the share of ill students, and no release states one."
        ),
        _ => format!(
            "If nobody were ill, {alarms} would screen positive all the same (specificity {specificity}); the share found \
             is no higher. It says nothing about how many are ill, and no release states that."
        ),
    }
}

/// Which schools differ beyond chance: the same counts, without a ranking (D-03).
fn beyond_chance(view: &View<'_>, instrument: &str) -> Result<Option<Figure>, DrawError> {
    let percent = |group: &str| match share(view.percentage(group, instrument, POSITIVE, VALID)) {
        Some(Share::Percent(percent)) => Some(percent),
        // A share that is coded at the end has no place on the axis.
        _ => None,
    };
    let (Some(district), Some(n)) = (percent(DISTRICT), view.count(DISTRICT, instrument, VALID)) else {
        return Ok(None);
    };
    let points: Vec<FunnelPoint> = view
        .schools()
        .iter()
        .filter(|(key, _)| view.asks(key, instrument, VALID))
        .map(|(key, name)| FunnelPoint {
            label: name.clone(),
            value: view.count(key, instrument, VALID).filter(|n| *n > 0).zip(percent(key)),
        })
        .collect();
    // With two schools there is no funnel to see.
    if points.iter().filter(|point| point.value.is_some()).count() < 3 {
        return Ok(None);
    }
    let measure = format!(
        "Share of positive screens on {} against the number of screens, with the limits of chance",
        title_of(instrument)
    );
    let about = view.about(measure, WHO_IS_NOT_IN_IT);
    let frame = Frame::points(view.name(instrument, "chance"));
    funnel_plot(&frame, &FunnelPlot { district, n, points, about }).map(Some)
}

/// Where need is: schools by instruments, the number in each cell.
fn need_by_school(view: &View<'_>) -> Result<Option<Figure>, DrawError> {
    if view.series.len() < 2 {
        return Ok(None);
    }
    let cell = |school: &str, instrument: &str| share(view.percentage(school, instrument, POSITIVE, VALID));
    let rows: Vec<HeatRow> = view
        .schools()
        .iter()
        .filter(|(key, _)| view.series.iter().any(|instrument| view.asks(key, instrument, VALID)))
        .map(|(key, name)| HeatRow {
            label: name.clone(),
            cells: view.series.iter().map(|instrument| cell(key, instrument)).collect(),
        })
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let about = view.about(
        "Students with a positive screen by school and instrument, % of valid screens",
        format!("{WHO_IS_NOT_IN_IT} Instruments have cut-offs of their own: compare down, not across."),
    );
    let columns = view.series.iter().map(|instrument| title_of(instrument)).collect();
    heat_grid(&Frame::points("need-by-school"), &HeatGrid { columns, rows, about }).map(Some)
}

#[cfg(test)]
mod tests {
    use questionnaires::library;

    use super::refusal;
    use crate::draw::Share;

    #[test]
    fn no_share_of_ill_children_is_ever_printed_d_05() {
        let instrument = library::get("gad7").expect("shipped");
        let cut = instrument.scale("total").and_then(|s| s.cut_in_use()).expect("has one");
        let below = refusal(cut, Share::Percent(15.0), 900);
        assert!(below.contains("If nobody were ill, 18% would screen positive all the same"), "{below}");
        let above = refusal(cut, Share::Percent(40.0), 900);
        assert!(above.contains("this share is not the share of ill students"), "{above}");
        assert!(!above.contains("31%"), "the corrected share itself is not said: {above}");
        let unknown = questionnaires::instrument::Cutoff { specificity: None, ..cut.clone() };
        assert!(refusal(&unknown, Share::Percent(40.0), 900).contains("nothing here says how many are ill"));
    }
}
