//! What student, teachers and parents say about one child in the same window, side by side (42).
//!
//! Points are subtracted only where two informants answered the same questions on the same scale; of other pairs only
//! whether both lie above their own cut-offs is said. That informants differ is usual and no error: each sees the child
//! elsewhere.

use questionnaires::library;

use crate::model::WindowId;
use crate::store::children::Screen;

/// One window in which several informants were heard.
#[derive(Clone, Debug, PartialEq)]
pub struct SideBySide {
    /// The window's name.
    pub window: String,
    /// One line for each family of forms.
    pub lines: Vec<Line>,
    /// In words: who lies above a cut-off, and who does not.
    pub agreement: Agreement,
}

/// Forms of one family: what each informant's gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What they have in common: `PSC-17`.
    pub title: String,
    /// What each gave, in the order student, teacher, parent.
    pub scores: Vec<Scored>,
    /// The widest distance in points, where all answered the same questions on the same scale.
    pub difference: Option<f64>,
    /// Whether they agree; none where only one was heard with these forms.
    pub agreement: Option<Agreement>,
}

/// One informant's total.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "as named")]
pub struct Scored {
    pub informant: String,
    pub title: String,
    pub value: Option<f64>,
    pub most: Option<f64>,
    pub raised: Option<bool>,
}

/// Whether informants see the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// All lie above their cut-offs.
    AllRaised,
    /// None does.
    NoneRaised,
    /// Some do.
    Differ,
    /// Too few have a cut-off or a score.
    Unknown,
}

impl Agreement {
    fn of(raised: &[bool]) -> Self {
        match raised {
            [] | [_] => Self::Unknown,
            all if all.iter().all(|r| *r) => Self::AllRaised,
            all if all.iter().any(|r| *r) => Self::Differ,
            _ => Self::NoneRaised,
        }
    }

    /// As it is read.
    pub fn label(self) -> &'static str {
        match self {
            Self::AllRaised => "Agree: raised",
            Self::NoneRaised => "Agree: not raised",
            Self::Differ => "Differ",
            Self::Unknown => "Cannot be compared",
        }
    }
}

const ORDER: [&str; 3] = ["student", "teacher", "parent"];

/// The windows in which more than one informant was heard, newest first.
pub fn compare(screens: &[Screen]) -> Vec<SideBySide> {
    let mut windows: Vec<(WindowId, &str)> = Vec::new();
    for screen in screens.iter().rev() {
        if !windows.iter().any(|(id, _)| *id == screen.window_id) {
            windows.push((screen.window_id, &screen.window_name));
        }
    }
    windows.into_iter().filter_map(|(id, name)| of_window(screens, id, name)).collect()
}

fn of_window(screens: &[Screen], window: WindowId, name: &str) -> Option<SideBySide> {
    let mut totals: Vec<&Screen> =
        screens.iter().filter(|s| s.window_id == window && s.scale == "total").collect();
    totals.sort_by_key(|s| ORDER.iter().position(|i| *i == s.informant).unwrap_or(ORDER.len()));
    let heard = |informant: &str| totals.iter().any(|s| s.informant == informant);
    let informants: Vec<&str> = ORDER.into_iter().filter(|informant| heard(informant)).collect();
    if informants.len() < 2 {
        return None;
    }
    let mut families: Vec<&str> = Vec::new();
    for screen in &totals {
        if !families.contains(&family(&screen.instrument)) {
            families.push(family(&screen.instrument));
        }
    }
    let lines = families.into_iter().map(|one| {
        let of_family: Vec<&Screen> =
            totals.iter().filter(|s| family(&s.instrument) == one).copied().collect();
        line(&of_family)
    });
    let raised: Vec<bool> = informants
        .iter()
        .filter_map(|informant| {
            let own: Vec<bool> =
                totals.iter().filter(|s| s.informant == *informant).filter_map(|s| s.positive).collect();
            (!own.is_empty()).then(|| own.contains(&true))
        })
        .collect();
    let agreement = if raised.len() < informants.len() { Agreement::Unknown } else { Agreement::of(&raised) };
    Some(SideBySide { window: name.to_owned(), lines: lines.collect(), agreement })
}

fn line(screens: &[&Screen]) -> Line {
    let scores: Vec<Scored> = screens.iter().map(|screen| scored(screen)).collect();
    let raised: Vec<bool> = scores.iter().filter_map(|s| s.raised).collect();
    let several = scores.len() > 1;
    let same =
        screens.windows(2).all(|pair| matches!(pair, [a, b] if same_scale(&a.instrument, &b.instrument)));
    let values: Vec<f64> = scores.iter().filter_map(|s| s.value).collect();
    let difference = (several && same && values.len() == scores.len()).then(|| {
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        high - low
    });
    Line {
        title: common(&scores.iter().map(|s| s.title.as_str()).collect::<Vec<_>>()),
        agreement: several
            .then(|| if raised.len() < scores.len() { Agreement::Unknown } else { Agreement::of(&raised) }),
        scores,
        difference,
    }
}

fn scored(screen: &Screen) -> Scored {
    let known = library::get(&screen.instrument);
    Scored {
        informant: screen.informant.clone(),
        title: known.map_or_else(|| screen.instrument.clone(), |i| i.short_title.clone()),
        value: screen.value,
        most: known.and_then(|i| i.range("total")).map(|(_, most)| most),
        raised: screen.positive,
    }
}

/// The words that all titles have, as long as the first begins with them; a single title as it is.
pub(super) fn common(titles: &[&str]) -> String {
    let Some(first) = titles.first() else { return String::new() };
    let of_all = |word: &&str| titles.iter().all(|title| title.split(' ').any(|other| other == *word));
    let words = first.split(' ').take_while(of_all).collect::<Vec<_>>().join(" ");
    if words.is_empty() { (*first).to_owned() } else { words }
}

/// Forms for several informants share the first part of their ids: `psc17_youth`, `psc17_parent`.
pub(super) fn family(instrument: &str) -> &str {
    instrument.split('_').next().unwrap_or(instrument)
}

/// Whether two forms of a family ask as many questions on the same total, so that points may be compared.
pub(super) fn same_scale(one: &str, other: &str) -> bool {
    let (Some(a), Some(b)) = (library::get(one), library::get(other)) else { return false };
    let items = |i: &questionnaires::instrument::Instrument| i.scale("total").map(|scale| scale.items.len());
    family(one) == family(other)
        && a.range("total").is_some()
        && a.range("total") == b.range("total")
        && items(a) == items(b)
        && a.polarity == b.polarity
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Agreement, compare};
    use crate::model::{AdministrationId, Instant, WindowId};
    use crate::store::children::Screen;

    fn screen(instrument: &str, informant: &str, window: u128, value: f64, positive: bool) -> Screen {
        Screen {
            instrument: instrument.to_owned(),
            version: 1,
            informant: informant.to_owned(),
            scale: "total".to_owned(),
            value: Some(value),
            not_scored: None,
            prorated: false,
            band: None,
            positive: Some(positive),
            submitted_at: Instant::from_millis(0),
            window_id: WindowId(Uuid::from_u128(window)),
            window_name: format!("Window {window}"),
            administration_id: AdministrationId(Uuid::nil()),
        }
    }

    #[test]
    fn two_forms_of_one_scale_have_a_difference_and_an_agreement_cap_42() {
        let screens = [
            screen("psc17_parent", "parent", 1, 19.0, true),
            screen("psc17_youth", "student", 1, 12.0, false),
        ];
        let found = compare(&screens);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].agreement, Agreement::Differ);
        let line = &found[0].lines[0];
        assert_eq!(line.title, "PSC-17");
        assert_eq!((line.difference, line.agreement), (Some(7.0), Some(Agreement::Differ)));
        let who: Vec<&str> = line.scores.iter().map(|s| s.informant.as_str()).collect();
        assert_eq!(who, ["student", "parent"]);
    }

    #[test]
    fn points_of_different_forms_are_never_subtracted_cap_42() {
        let screens =
            [screen("phq9_teen", "student", 1, 15.0, true), screen("psc17_parent", "parent", 1, 19.0, true)];
        let found = compare(&screens);
        assert_eq!(found[0].agreement, Agreement::AllRaised);
        assert!(found[0].lines.iter().all(|line| line.difference.is_none() && line.agreement.is_none()));
    }

    #[test]
    fn a_window_with_one_informant_has_nothing_beside_it_cap_42() {
        let screens = [
            screen("psc17_youth", "student", 1, 12.0, false),
            screen("psc17_parent", "parent", 2, 3.0, false),
        ];
        assert!(compare(&screens).is_empty());
    }
}
