//! Human text about instruments, for `firstlight instruments list` and `show`.

use std::fmt::Write;

use crate::change::detectable_change;
use crate::instrument::{Availability, Cutoff, Instrument, MissingKind, Polarity, Scale};

/// One line for each instrument: id, name, who answers, ages, items, and whether it can be offered.
///
/// ```
/// let list = questionnaires::present::list(questionnaires::library::all());
/// assert!(list.lines().any(|line| line.starts_with("phq9_teen") && line.contains("offered")));
/// ```
pub fn list<'a>(instruments: impl IntoIterator<Item = &'a Instrument>) -> String {
    let mut text =
        format!("{:<20} {:<28} {:<8} {:<6} {:>5}  {}\n", "id", "name", "who", "ages", "items", "state");
    for one in instruments {
        let ages = format!("{}–{}", one.ages.min, one.ages.max);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:<20} {:<28} {:<8} {:<6} {:>5}  {}",
            one.id,
            one.short_title,
            one.informant,
            ages,
            one.items.len(),
            state(one)
        );
    }
    text
}

/// In a few words, whether the instrument can be used and if not, why.
pub fn state(instrument: &Instrument) -> String {
    let mut state = match (instrument.availability, instrument.has_text()) {
        (Availability::Shipped, true) => format!("offered in {}", instrument.languages().join(", ")),
        (Availability::Licensed, true) => {
            format!("offered under your licence in {}", instrument.languages().join(", "))
        }
        (Availability::Shipped | Availability::Licensed, false) => {
            "keys only: no checked text at hand".to_owned()
        }
        (Availability::Conditional, _) => "keys only: the owner's written yes is outstanding".to_owned(),
        (Availability::ImportOnly, _) => "keys only: import the text under your own licence".to_owned(),
    };
    if instrument.staff_only {
        state.push_str("; staff only");
    }
    if instrument.off_by_default {
        state.push_str("; off until switched on");
    }
    state
}

/// Everything a professional should know about one instrument. Not for respondents: it holds cut-offs.
pub fn show(instrument: &Instrument) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{label:<12} {value}");
        }
    };
    line("", &format!("{} ({}, version {})", instrument.title, instrument.id, instrument.version));
    line(
        "answered by",
        &format!("{}, ages {} to {}", instrument.informant, instrument.ages.min, instrument.ages.max),
    );
    line("state", &state(instrument));
    line("recall", instrument.recall.as_ref().map_or("", |recall| recall.text.as_str()));
    line(
        "polarity",
        match instrument.polarity {
            Polarity::HigherWorse => "higher is worse",
            Polarity::HigherBetter => "higher is better",
        },
    );
    for scale in &instrument.scales {
        line("scale", &about_scale(instrument, scale));
        for cut in &scale.cuts {
            let used = if scale.cut_in_use.as_ref() == Some(&cut.id) { " (in use)" } else { "" };
            line("  cut-off", &format!("{}{used} – {}", edge_of(cut), cut.source));
        }
        for cut in &scale.further_cuts {
            line("  elsewhere", &format!("{} – {}", edge_of(cut), cut.source));
        }
        for band in &scale.bands {
            line("  band", &format!("{}–{} {}", band.min, band.max, band.label));
        }
        line("  change", &about_change(scale));
    }
    for critical in &instrument.critical {
        line(
            "critical",
            &format!("item {} at {} or above: {}", critical.item, critical.at_least, critical.meaning),
        );
    }
    for caution in &instrument.cautions {
        line("caution", caution);
    }
    for open in &instrument.to_confirm {
        line("to confirm", open);
    }
    for text in &instrument.unshipped {
        line("not shipped", &format!("{} – {}", text.what, text.why));
    }
    line("licence", &instrument.licence.terms);
    line("permission", instrument.licence.permission.as_deref().unwrap_or_default());
    line("copyright", &instrument.copyright);
    line("cite as", &instrument.citation);
    text
}

fn edge_of(cut: &Cutoff) -> String {
    let edge = cut.at_least.map(|edge| format!("≥ {edge}"));
    edge.or(cut.at_most.map(|edge| format!("≤ {edge}"))).unwrap_or_default()
}

/// From which SD and reliability a change is judged, and by how much it must exceed zero.
fn about_change(scale: &Scale) -> String {
    let Some(((sd, r), norm)) = scale.change_basis().zip(scale.change_norm()) else { return String::new() };
    let limit = detectable_change(sd, r).map_or(String::new(), |change| format!("{:.1}", change.mdc95));
    format!("reliable beyond {limit} points (SD {sd} of {}, reliability {r})", norm.group)
}

fn about_scale(instrument: &Instrument, scale: &Scale) -> String {
    let range = instrument.range(&scale.id).map_or(String::new(), |(min, max)| format!(", {min} to {max}"));
    let parts = if scale.items.is_empty() {
        scale.scales.join(" + ")
    } else {
        format!("{} items", scale.items.len())
    };
    let missing = match (scale.missing.rule, scale.missing.max_missing, scale.missing.max_missing_percent) {
        (MissingKind::Complete, ..) => "nothing may be missing".to_owned(),
        (MissingKind::CountAnswered, ..) => "blanks make it incomplete".to_owned(),
        (MissingKind::Prorate, Some(most), _) => format!("up to {most} missing are prorated"),
        (MissingKind::Prorate, None, Some(share)) => format!("up to {share} % missing are prorated"),
        (MissingKind::BlankAsZero, Some(most), _) => format!("up to {most} blanks count 0"),
        (MissingKind::Prorate | MissingKind::BlankAsZero, ..) => "a minimum must be answered".to_owned(),
    };
    format!("{} ({parts}{range}; {missing})", scale.title)
}
