//! Instants (stored in UTC, to the millisecond) and days (civil dates, as schools count).

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// One point in time, UTC, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(Timestamp);

impl Instant {
    /// From milliseconds since 1970, clamped to what a timestamp can hold.
    pub fn from_millis(millis: i64) -> Self {
        Self(Timestamp::from_millisecond(millis).unwrap_or(if millis < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        }))
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// This many seconds later (or earlier when negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_millis(self.millis().saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds from `earlier` to this instant; negative when it lies before.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.millis() - earlier.millis()) / 1000
    }

    /// The day in a time zone.
    pub fn day_in(self, zone: &TimeZone) -> Day {
        Day(self.0.to_zoned_datetime(zone.clone()).date())
    }

    /// Date and wall clock in a time zone.
    pub fn civil_in(self, zone: &TimeZone) -> civil::DateTime {
        self.0.to_zoned_datetime(zone.clone()).datetime()
    }

    /// The instant at which a school's wall clock shows `hour:00` on `day`. Where a clock change skips that hour,
    /// the first instant after the gap.
    pub fn of_day(day: Day, hour: i8, zone: &TimeZone) -> Self {
        let civil = day.0.at(hour.clamp(0, 23), 0, 0, 0);
        Self(civil.to_zoned_datetime(zone.clone()).map(|z| z.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// The instant at which a school's wall clock shows this minute of `day`; minutes past midnight are the next day's.
    /// Where a clock change skips that minute, the first instant after the gap.
    pub fn of_minute(day: Day, minute: i64, zone: &TimeZone) -> Self {
        let day = day.plus_days(minute.div_euclid(24 * 60));
        let minute = minute.rem_euclid(24 * 60);
        let part = |n: i64| i8::try_from(n).unwrap_or(0);
        let civil = day.0.at(part(minute / 60), part(minute % 60), 0, 0);
        Self(civil.to_zoned_datetime(zone.clone()).map(|z| z.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH))
    }
}

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self::from_millis(at.as_millisecond())
    }
}

/// A civil date, written `2026-03-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub civil::Date);

impl Day {
    /// This many days later (or earlier when negative), staying within the calendar's range.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days.clamp(-3_000_000, 3_000_000))))
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), civil::Weekday::Saturday | civil::Weekday::Sunday)
    }

    /// Completed years of life on this day for somebody born on `birth`.
    pub fn age_of(self, birth: Day) -> u8 {
        let had_birthday = (self.0.month(), self.0.day()) >= (birth.0.month(), birth.0.day());
        let years = self.0.year() - birth.0.year() - i16::from(!had_birthday);
        u8::try_from(years.max(0)).unwrap_or(u8::MAX)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Day {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_child_is_a_year_older_on_the_birthday_and_not_a_day_before() {
        assert_eq!(day("2026-03-02").age_of(day("2012-03-03")), 13);
        assert_eq!(day("2026-03-03").age_of(day("2012-03-03")), 14);
        // Born on a leap day: a year older on 1 March in a common year.
        assert_eq!(day("2026-02-28").age_of(day("2012-02-29")), 13);
        assert_eq!(day("2026-03-01").age_of(day("2012-02-29")), 14);
    }
}
