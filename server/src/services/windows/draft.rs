//! What is typed about a window, checked before any of it is kept.

use questionnaires::instrument::{Informant, Instrument};
use questionnaires::library;

use crate::model::window::{ConsentMode, WindowState};
use crate::model::{ClassId, Day, DistrictId, SchoolId, WindowId};
use crate::store::window_plans::ResponsePlan;
use crate::store::windows::{Window, WindowInstrument};
use crate::{Error, Result};

/// The longest window, in days: a screening is a campaign and not a year.
const LONGEST: i64 = 120;
/// The longest time until a re-screen, in days.
const LONGEST_TO_RESCREEN: i64 = 180;
/// The longest text of a response plan, in letters.
const LONGEST_TEXT: usize = 500;

/// A window as it is prepared.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Draft {
    pub name: String,
    pub opens_on: Day,
    pub closes_on: Day,
    pub consent_mode: ConsentMode,
    /// Tags of the languages in which it is asked.
    pub languages: Vec<String>,
    pub schools: Vec<SchoolId>,
    /// None means every grade.
    pub grades: Vec<i64>,
    /// None means every class.
    pub classes: Vec<ClassId>,
    /// In the order in which they are asked.
    pub asked: Vec<Asked>,
    /// So many days after a positive screen a child is asked again; none: not by itself.
    pub rescreen_days: Option<i64>,
}

/// An instrument for an age band.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Asked {
    pub instrument: String,
    pub min_age: i64,
    pub max_age: i64,
}

impl Draft {
    /// What does not need the database.
    pub(super) fn check(&self) -> Result<()> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Error::invalid("name", "Give the window a name, as “Autumn 2026”."));
        }
        if self.closes_on < self.opens_on {
            return Err(Error::invalid("closes_on", "The last day lies before the first."));
        }
        if self.opens_on.plus_days(LONGEST) < self.closes_on {
            return Err(Error::invalid("closes_on", format!("A window lasts at most {LONGEST} days.")));
        }
        if self.languages.is_empty() {
            return Err(Error::invalid("languages", "Choose at least one language."));
        }
        self.instruments()?;
        self.check_rescreens()
    }

    /// A re-screen never asks about days that the first screen has asked about already.
    fn check_rescreens(&self) -> Result<()> {
        let Some(days) = self.rescreen_days else { return Ok(()) };
        let refused = |why: String| Err(Error::invalid("rescreen_days", why));
        if !(1..=LONGEST_TO_RESCREEN).contains(&days) {
            return refused(format!(
                "Give 1 to {LONGEST_TO_RESCREEN} days, or leave it empty for no re-screen."
            ));
        }
        for asked in &self.asked {
            let Some(instrument) = library::get(&asked.instrument) else { continue };
            let recall = instrument.recall.as_ref().and_then(|recall| recall.days).map_or(0, i64::from);
            if instrument.informant == Informant::Student && days < recall {
                return refused(format!(
                    "{} asks about the last {recall} days; asked again after {days}, both would speak of the same days. \
                     Give at least {recall}.",
                    instrument.short_title
                ));
            }
        }
        Ok(())
    }

    /// What is asked, with today's versions.
    pub(super) fn instruments(&self) -> Result<Vec<WindowInstrument>> {
        self.asked.iter().zip(1..).map(|(asked, position)| asked.checked(position)).collect()
    }

    pub(super) fn window(&self, id: WindowId, district_id: DistrictId) -> Window {
        Window {
            id,
            district_id,
            name: self.name.trim().to_owned(),
            opens_on: self.opens_on,
            closes_on: self.closes_on,
            state: WindowState::Drafted,
            consent_mode: self.consent_mode,
            languages: self.languages.join(" "),
            rehearsal: false,
            consent_of: None,
            rescreen_days: self.rescreen_days,
        }
    }
}

impl Asked {
    fn checked(&self, position: i64) -> Result<WindowInstrument> {
        let refused = |why: String| Err(Error::invalid("asked", why));
        let Some(instrument) = library::get(&self.instrument) else {
            return refused(format!("There is no instrument “{}”.", self.instrument));
        };
        let title = &instrument.short_title;
        if !can_be_asked(instrument) {
            return refused(format!(
                "{title} cannot be asked: it is an interview by staff, or its wording is not here."
            ));
        }
        let ages = (i64::from(instrument.ages.min), i64::from(instrument.ages.max));
        if self.min_age > self.max_age {
            return refused(format!("{title}: the youngest age is above the oldest."));
        }
        if self.min_age < ages.0 || self.max_age > ages.1 {
            return refused(format!(
                "{title} is made for {} to {} years; {} to {} lies outside.",
                ages.0, ages.1, self.min_age, self.max_age
            ));
        }
        Ok(WindowInstrument {
            position,
            instrument: instrument.id.clone(),
            version: i64::from(instrument.version),
            informant: instrument.informant.as_str().to_owned(),
            min_age: self.min_age,
            max_age: self.max_age,
        })
    }
}

/// Whether a window can ask an instrument: students on their devices, teachers in a grid, parents through a letter.
pub fn can_be_asked(instrument: &Instrument) -> bool {
    let asked = matches!(instrument.informant, Informant::Student | Informant::Teacher | Informant::Parent);
    instrument.is_offerable() && !instrument.staff_only && asked
}

/// How a school answers for a window's children, as it is typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in the plan")]
pub struct SchoolPlan {
    pub opens_minute: Option<i64>,
    pub closes_minute: Option<i64>,
    pub room: String,
    pub escalation: String,
    pub guardian_rule: String,
}

impl SchoolPlan {
    /// A plan may be kept in parts; what is wrong in a part is refused.
    pub(super) fn check(self) -> Result<ResponsePlan> {
        if let (Some(from), Some(to)) = (self.opens_minute, self.closes_minute)
            && to <= from
        {
            return Err(Error::invalid("closes", "The last hour lies before the first."));
        }
        let text = |field: &'static str, text: &str| {
            let text = text.trim();
            if text.chars().count() > LONGEST_TEXT {
                return Err(Error::invalid(field, format!("Say it in at most {LONGEST_TEXT} letters.")));
            }
            Ok(text.to_owned())
        };
        Ok(ResponsePlan {
            opens_minute: self.opens_minute,
            closes_minute: self.closes_minute,
            room: text("room", &self.room)?,
            escalation: text("escalation", &self.escalation)?,
            guardian_rule: text("guardian_rule", &self.guardian_rule)?,
        })
    }
}
