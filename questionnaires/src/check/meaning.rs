//! Does a definition whose ids resolve also make sense?

use super::{Fault, wording_hash};
use crate::instrument::{Availability, Instrument, Method, MissingKind, Polarity, Scale};
use crate::plan::ScalePlan;

/// Faults of meaning, all at once.
pub(crate) fn faults(instrument: &Instrument) -> Vec<Fault> {
    let mut faults = Vec::new();
    about(instrument, &mut faults);
    wording(instrument, &mut faults);
    for (at, (scale, plan)) in instrument.scales.iter().zip(&instrument.plan.scales).enumerate() {
        missing_rule(&format!("scales/{at}/missing"), scale, plan, &mut faults);
        bands(&format!("scales/{at}/bands"), scale, plan, &mut faults);
        cuts(&format!("scales/{at}/cuts"), scale, plan, &mut faults);
        numbers(&format!("scales/{at}"), scale, &mut faults);
    }
    positive(instrument, &mut faults);
    faults
}

fn about(instrument: &Instrument, faults: &mut Vec<Fault>) {
    if instrument.version == 0 {
        faults.push(Fault::new("version", "versions count from 1"));
    }
    if instrument.ages.min > instrument.ages.max {
        faults.push(Fault::new("ages", "the youngest age is above the oldest"));
    }
    for (path, text) in [
        ("title", &instrument.title),
        ("short_title", &instrument.short_title),
        ("citation", &instrument.citation),
        ("licence/terms", &instrument.licence.terms),
    ] {
        if text.trim().is_empty() {
            faults.push(Fault::new(path, format!("{path} is empty; every instrument names it")));
        }
    }
    if instrument.licence.class.is_empty() {
        faults
            .push(Fault::new("licence", "say which kind of licence it is: class = [\"free\"], for example"));
    }
    let permission = instrument.licence.permission.as_deref().unwrap_or_default();
    if instrument.availability == Availability::Licensed && permission.trim().is_empty() {
        let message = "an imported instrument needs a recorded permission: who allowed whom to use it, when, under which reference. An import records it";
        faults.push(Fault::new("licence", message));
    }
    let skeleton = matches!(instrument.availability, Availability::Conditional | Availability::ImportOnly);
    if skeleton && instrument.items.iter().any(|item| item.text.is_some()) {
        let message = "this text may not be given out; leave item texts out, or set availability = \"licensed\" with the permission";
        faults.push(Fault::new("items", message));
    }
}

fn wording(instrument: &Instrument, faults: &mut Vec<Fault>) {
    let base = (instrument.language.as_str(), &instrument.lock, "lock".to_owned());
    let others = instrument.translations.iter().map(|(language, translation)| {
        (language.as_str(), &translation.lock, format!("translations/{language}/lock"))
    });
    for (language, lock, path) in std::iter::once(base).chain(others) {
        let Some(lock) = lock else { continue };
        let hash = wording_hash(instrument, language).unwrap_or_default();
        if hash != *lock {
            let message = format!(
                "the {language} wording is not the one that was locked; restore it letter for letter. If the owner's text has \
                 really changed, raise the version and set lock = \"{hash}\""
            );
            faults.push(Fault::new(path, message));
        }
    }
    for (language, translation) in &instrument.translations {
        let path = format!("translations/{language}");
        for item in instrument.items.iter().filter(|item| !item.not_asked) {
            if !translation.items.contains_key(&item.id) {
                faults.push(Fault::new(&path, format!("item {} has no text in {language}", item.id)));
            }
            let labels = translation.choices.get(&item.choices);
            for choice in instrument.choices_of(item).iter().filter(|choice| !choice.off_form) {
                if labels.is_none_or(|labels| !labels.contains_key(&choice.code.to_string())) {
                    let message =
                        format!("choice {} of “{}” has no label in {language}", choice.code, item.choices);
                    faults.push(Fault::new(&path, message));
                }
            }
        }
        for item in translation.items.keys().chain(translation.order.iter().flatten()) {
            if instrument.item(item).is_none() {
                faults.push(Fault::new(&path, format!("“{item}” is not an item of this instrument")));
            }
        }
    }
}

fn missing_rule(path: &str, scale: &Scale, plan: &ScalePlan, faults: &mut Vec<Fault>) {
    let rule = &scale.missing;
    let limited =
        rule.max_missing.is_some() || rule.max_missing_percent.is_some() || rule.min_answered.is_some();
    match rule.rule {
        MissingKind::Prorate | MissingKind::BlankAsZero if !limited => {
            faults.push(Fault::new(
                path,
                format!("scale {}: say how many answers may be missing (max_missing)", scale.id),
            ));
        }
        MissingKind::Prorate if !scale.weights.is_empty() => {
            let message = format!(
                "scale {} has weights, and a weighted sum cannot be prorated; use rule = \"complete\"",
                scale.id
            );
            faults.push(Fault::new(path, message));
        }
        MissingKind::Prorate | MissingKind::BlankAsZero
            if scale.scales.is_empty() && plan.allowed >= plan.items =>
        {
            faults.push(Fault::new(path, format!("scale {}: at least one answer must be there", scale.id)));
        }
        MissingKind::BlankAsZero if plan.min != 0.0 => {
            faults.push(Fault::new(
                path,
                format!("scale {} does not start at 0, so a blank cannot count 0", scale.id),
            ));
        }
        _ => {}
    }
    if rule.max_missing_percent.is_some_and(|percent| percent > 100) {
        faults.push(Fault::new(path, "max_missing_percent is a share, 0 to 100"));
    }
}

/// Bands must cover the range of the scale from end to end: without gap, without overlap.
fn bands(path: &str, scale: &Scale, plan: &ScalePlan, faults: &mut Vec<Fault>) {
    let (Some(first), Some(last)) = (scale.bands.first(), scale.bands.last()) else { return };
    let mut fault = |message: String| faults.push(Fault::new(path, message));
    if first.min != plan.min {
        fault(format!("scale {} starts at {} but its first band at {}", scale.id, plan.min, first.min));
    }
    if last.max != plan.max {
        fault(format!("scale {} ends at {} but its last band at {}", scale.id, plan.max, last.max));
    }
    for band in &scale.bands {
        if band.min > band.max {
            fault(format!("band {} of scale {} ends before it starts", band.id, scale.id));
        }
    }
    for pair in scale.bands.windows(2) {
        let (low, high) = (&pair[0], &pair[1]);
        // Whole-number scores leave nothing between 4 and 5; a mean leaves something between 2.99 and 3.
        let next = if scale.method == Method::Mean { low.max + 0.01 } else { low.max + 1.0 };
        if (high.min - next).abs() > 1e-9 {
            fault(format!(
                "scale {}: band {} ends at {} and band {} starts at {}; bands must follow each other without gap or overlap",
                scale.id, low.id, low.max, high.id, high.min
            ));
        }
        if scale.bands.iter().filter(|band| band.id == high.id).count() > 1 {
            fault(format!("scale {}: band {} stands twice", scale.id, high.id));
        }
    }
}

fn cuts(path: &str, scale: &Scale, plan: &ScalePlan, faults: &mut Vec<Fault>) {
    let mut fault = |message: String| faults.push(Fault::new(path, message));
    for cut in scale.cuts.iter().chain(&scale.further_cuts) {
        match (cut.at_least, cut.at_most) {
            (Some(edge), None) | (None, Some(edge)) => {
                if !(plan.min..=plan.max).contains(&edge) {
                    fault(format!(
                        "cut-off {} lies outside the scale's range {}–{}",
                        cut.id, plan.min, plan.max
                    ));
                }
            }
            _ => fault(format!("cut-off {} needs either at_least or at_most", cut.id)),
        }
        if scale.cuts.iter().filter(|other| other.id == cut.id).count() > 1 {
            fault(format!("cut-off {} stands twice", cut.id));
        }
    }
    if let Some(id) = &scale.cut_in_use
        && scale.cut_in_use().is_none()
    {
        fault(format!("cut_in_use names “{id}”, which is not among the cut-offs of scale {}", scale.id));
    }
}

fn numbers(path: &str, scale: &Scale, faults: &mut Vec<Fault>) {
    for norm in &scale.norms {
        if norm.sd.is_some_and(|sd| sd.is_nan() || sd <= 0.0) {
            faults.push(Fault::new(format!("{path}/norms"), format!("norm {}: an SD is above 0", norm.id)));
        }
    }
    for one in &scale.reliability {
        if !(0.0..=1.0).contains(&one.value) {
            faults.push(Fault::new(
                format!("{path}/reliability"),
                format!("reliability {} lies between 0 and 1", one.id),
            ));
        }
    }
    if scale.change.is_some() && scale.change_basis().is_none() {
        let message = format!(
            "change of scale {} must name a norm with an SD and a reliability of the same scale",
            scale.id
        );
        faults.push(Fault::new(format!("{path}/change"), message));
    }
    for (at, table) in scale.lookup.iter().enumerate() {
        let uneven =
            !table.t.is_empty() && !table.percentile.is_empty() && table.t.len() != table.percentile.len();
        if uneven || (table.t.is_empty() && table.percentile.is_empty()) {
            let message = "a lookup table has one T-score or percentile for each raw score";
            faults.push(Fault::new(format!("{path}/lookup/{at}"), message));
        }
    }
    if scale.method == Method::Count && scale.count_codes.is_none() {
        faults.push(Fault::new(path, format!("scale {} counts, so it needs count_codes", scale.id)));
    }
}

fn positive(instrument: &Instrument, faults: &mut Vec<Fault>) {
    let Some(rule) = &instrument.positive else { return };
    let mut fault = |message: String| faults.push(Fault::new("positive", message));
    let ways =
        [rule.scale.is_some(), !rule.any_scale.is_empty(), !rule.any_item.is_empty(), rule.by_decision];
    if ways.iter().filter(|way| **way).count() != 1 {
        fault(
            "say in exactly one way what is positive: scale, any_scale, any_item or by_decision".to_owned(),
        );
    }
    if let Some(id) = &rule.scale {
        match instrument.scale(id).map(Scale::cut_in_use) {
            None => fault(format!("“{id}” is not a scale of this instrument")),
            // A cut_in_use that names nothing is reported with the scale.
            Some(None) if instrument.scale(id).is_some_and(|scale| scale.cut_in_use.is_some()) => {}
            Some(None) => {
                fault(format!("scale {id} needs cut_in_use, so that it can decide what is positive"))
            }
            Some(Some(cut)) => {
                let wrong_way = match instrument.polarity {
                    Polarity::HigherWorse => cut.at_least.is_none() && cut.at_most.is_some(),
                    Polarity::HigherBetter => cut.at_most.is_none() && cut.at_least.is_some(),
                };
                if wrong_way {
                    fault(format!("cut-off {} points the other way than the instrument's polarity", cut.id));
                }
            }
        }
    }
    for id in rule.any_scale.iter().chain(&rule.only_with) {
        match instrument.scale(id) {
            None => fault(format!("“{id}” is not a scale of this instrument")),
            Some(scale) => {
                if let Some(band) = &rule.from_band
                    && scale.bands.iter().all(|one| one.id != *band)
                {
                    fault(format!("scale {id} has no band “{band}”"));
                }
            }
        }
    }
    if rule.by_decision && instrument.decision.is_none() {
        fault("by_decision needs decision rows".to_owned());
    }
}
