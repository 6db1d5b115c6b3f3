//! Due times in school days: weekends and holidays do not count, and a due day ends when the school does (C-07).

use jiff::tz::TimeZone;

use crate::config::Clinical;
use crate::model::referral::Priority;
use crate::model::{Day, Instant};

/// When a referral of this priority is due. Critical counts wall clock, the others school days after today.
pub(super) fn due_at(
    clinical: &Clinical,
    priority: Priority,
    now: Instant,
    zone: &TimeZone,
    holidays: &[Day],
) -> Instant {
    let clocks = &clinical.clocks;
    if priority == Priority::Critical {
        return now.plus_seconds(clocks.critical_minutes * 60);
    }
    let mut day = now.day_in(zone);
    let mut left = until_contact(clinical, priority);
    // A calendar with nothing but holidays must not hang the submit: two years is past any due time.
    for _ in 0..730 {
        if left == 0 {
            break;
        }
        day = day.plus_days(1);
        if is_school_day(day, holidays) {
            left -= 1;
        }
    }
    Instant::of_day(day, clocks.school_day_ends_hour, zone)
}

/// School days until contact; none for critical, who is seen on the same day.
pub(super) fn until_contact(clinical: &Clinical, priority: Priority) -> u32 {
    match priority {
        Priority::Critical => 0,
        Priority::High => clinical.clocks.high_school_days,
        Priority::Moderate => clinical.clocks.moderate_school_days,
        Priority::Low => clinical.clocks.low_school_days,
    }
}

/// Whether a school has lessons on a day.
pub(super) fn is_school_day(day: Day, holidays: &[Day]) -> bool {
    !day.is_weekend() && !holidays.contains(&day)
}

/// This day, or the first one after it on which the school has lessons.
pub(super) fn on_or_after(day: Day, holidays: &[Day]) -> Day {
    let mut day = day;
    // A calendar with nothing but holidays must not hang anybody.
    for _ in 0..60 {
        if is_school_day(day, holidays) {
            break;
        }
        day = day.plus_days(1);
    }
    day
}

/// Whether a school day is the last one before so many days in a row without school.
pub(super) fn is_before_break(day: Day, holidays: &[Day], break_days: i64) -> bool {
    break_days > 0 && (1..=break_days).all(|n| !is_school_day(day.plus_days(n), holidays))
}

/// By when a child is to be seen on whom somebody is now: the same day (C-07), before the school closes if it can be.
pub(super) fn same_day(clinical: &Clinical, now: Instant, zone: &TimeZone) -> Instant {
    let today = now.day_in(zone);
    let closes = Instant::of_day(today, clinical.clocks.school_day_ends_hour, zone);
    if now < closes { closes } else { Instant::of_day(today.plus_days(1), 0, zone) }
}

/// When a task of this day is due: when the school closes on it.
pub(super) fn end_of(clinical: &Clinical, day: Day, zone: &TimeZone) -> Instant {
    Instant::of_day(day, clinical.clocks.school_day_ends_hour, zone)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{due_at, same_day};
    use crate::config::Clinical;
    use crate::model::referral::Priority;
    use crate::model::{Day, Instant};

    fn due(priority: Priority, now: &str, holidays: &[&str]) -> String {
        let zone = TimeZone::get("America/New_York").unwrap();
        let now = Instant::from(now.parse::<jiff::Timestamp>().unwrap());
        let holidays: Vec<Day> = holidays.iter().map(|d| d.parse().unwrap()).collect();
        due_at(&Clinical::shipped().unwrap(), priority, now, &zone, &holidays).civil_in(&zone).to_string()
    }

    #[test]
    fn critical_counts_wall_clock_even_on_a_friday_evening_c_07() {
        assert_eq!(due(Priority::Critical, "2026-03-06T23:00:00Z", &[]), "2026-03-06T18:15:00");
    }

    #[test]
    fn high_is_due_two_school_days_later_over_weekend_holiday_and_clock_change_c_07() {
        assert_eq!(due(Priority::High, "2026-03-03T15:00:00Z", &[]), "2026-03-05T16:00:00");
        // Friday; clocks go forward on Sunday 8 March; Monday is a holiday.
        assert_eq!(due(Priority::High, "2026-03-06T15:00:00Z", &["2026-03-09"]), "2026-03-11T16:00:00");
    }

    #[test]
    fn a_long_weekend_is_no_break_and_a_week_of_holidays_is_one_law_02() {
        let day = |text: &str| -> Day { text.parse().unwrap() };
        let friday = day("2026-12-18");
        let before = |holidays: &[&str]| {
            let holidays: Vec<Day> = holidays.iter().map(|d| day(d)).collect();
            super::is_before_break(friday, &holidays, 4)
        };
        assert!(!before(&[]));
        assert!(!before(&["2026-12-21"]), "three days without school are a long weekend");
        assert!(before(&["2026-12-21", "2026-12-22"]));
        assert!(!super::is_before_break(day("2026-12-17"), &[day("2026-12-21"), day("2026-12-22")], 4));
    }

    #[test]
    fn a_child_is_to_be_seen_the_day_somebody_is_on_it_c_07() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let clinical = Clinical::shipped().unwrap();
        let by = |now: &str| {
            let now = Instant::from(now.parse::<jiff::Timestamp>().unwrap());
            same_day(&clinical, now, &zone).civil_in(&zone).to_string()
        };
        assert_eq!(by("2026-03-03T15:46:00Z"), "2026-03-03T16:00:00");
        assert_eq!(by("2026-03-03T23:00:00Z"), "2026-03-04T00:00:00");
    }
}
