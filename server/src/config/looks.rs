//! From when on looks at children's files are worth asking about (AZ-09).

use super::{Fault, SETTINGS};

/// Limits of one person's looks; at or above one, a week is marked for the auditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// Different children within sixty minutes.
    pub children_an_hour: usize,
    /// Different children outside a school's day in a week, without duty and without an urgent case.
    pub off_hours_a_week: usize,
    /// Different children in a week for whom no referral stood.
    pub without_case_a_week: usize,
    /// Different children of the person's own family name in a week.
    pub own_name_a_week: usize,
    /// Different children of other schools in a week, each opened with a reason.
    pub broken_glass_a_week: usize,
    /// A family name that more children of a school bear says nothing.
    pub rare_name: usize,
    /// The minutes of a school's day, from and to.
    pub day: (i64, i64),
}

impl Default for Looks {
    /// As the table of settings has them.
    fn default() -> Self {
        let shipped = |name: &str| {
            SETTINGS
                .iter()
                .find(|setting| setting.name == name)
                .map_or("", |setting| setting.default)
                .to_owned()
        };
        Self::read(&shipped, &mut Vec::new())
    }
}

impl Looks {
    pub(super) fn read(value: &impl Fn(&str) -> String, faults: &mut Vec<Fault>) -> Self {
        let mut number = |name: &str| {
            let given = value(name).parse().ok().filter(|n| (1..=10_000).contains(n));
            given.unwrap_or_else(|| {
                faults.push(Fault::new(name, "must be a whole number from 1 to 10000"));
                1
            })
        };
        let mut looks = Self {
            day: (0, 0),
            children_an_hour: number("looks.children_an_hour"),
            off_hours_a_week: number("looks.off_hours_a_week"),
            without_case_a_week: number("looks.without_case_a_week"),
            own_name_a_week: number("looks.own_name_a_week"),
            broken_glass_a_week: number("looks.broken_glass_a_week"),
            rare_name: number("looks.rare_name"),
        };
        match span(&value("looks.day")) {
            Some(day) => looks.day = day,
            None => faults.push(Fault::new("looks.day", "must be two times of a day, such as 06:00-20:00")),
        }
        looks
    }
}

/// `06:00-20:00` in minutes.
fn span(text: &str) -> Option<(i64, i64)> {
    let minutes = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        let at = hour * 60 + minute;
        ((0..60).contains(&minute) && (0..=24 * 60).contains(&at)).then_some(at)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::{Looks, span};
    use crate::config::Config;

    #[test]
    fn the_shipped_limits_are_the_default_and_senseless_ones_are_refused() {
        let shipped = Config::parse("", std::iter::empty()).unwrap();
        assert_eq!(shipped.looks, Looks::default());
        assert_eq!((shipped.looks.children_an_hour, shipped.looks.day), (25, (6 * 60, 20 * 60)));
        assert_eq!(span("06:00-20:00"), Some((360, 1200)));
        assert_eq!(span("00:00 - 24:00"), Some((0, 1440)));
        for wrong in ["", "6-20", "20:00-06:00", "06:60-20:00", "06:00-25:00", "six to eight"] {
            assert_eq!(span(wrong), None, "{wrong}");
        }
        let none = ("FIRSTLIGHT__LOOKS__CHILDREN_AN_HOUR".to_owned(), "0".to_owned());
        assert!(Config::parse("", std::iter::once(none)).is_err());
    }
}
