//! Instants and days as people say them, in a school's own time: "today 10:42", "Tue 3 Mar".

use jiff::civil;
use jiff::tz::TimeZone;
use server::model::{Day, Instant};

/// Now, and where: what turns an instant into words.
#[derive(Clone, Debug)]
pub struct When {
    /// The instant of the request.
    pub now: Instant,
    /// The school's zone.
    pub zone: TimeZone,
}

impl When {
    /// In the zone of this name; UTC where the name is not known.
    pub fn new(now: Instant, zone: &str) -> Self {
        Self { now, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// The day of now.
    pub fn today(&self) -> Day {
        self.now.day_in(&self.zone)
    }

    /// `today 10:42`, `yesterday 15:05`, `Tue 3 Mar 10:42`.
    pub fn at(&self, at: Instant) -> String {
        format!("{} {}", self.day(at.day_in(&self.zone)), self.time(at))
    }

    /// `10:42`.
    pub fn time(&self, at: Instant) -> String {
        at.civil_in(&self.zone).strftime("%H:%M").to_string()
    }

    /// `today`, `tomorrow`, `yesterday`, `Tue 3 Mar`, `Tue 3 Mar 2025`.
    pub fn day(&self, day: Day) -> String {
        match self.days_ahead(day) {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            -1 => "yesterday".to_owned(),
            _ => self.date(day),
        }
    }

    /// `Tue 3 Mar`, with the year where it is another one.
    pub fn date(&self, day: Day) -> String {
        let same_year = day.0.year() == self.today().0.year();
        day.0.strftime(if same_year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()
    }

    /// `Tue 3 Mar 2026`, for paper, which is read in another year too.
    pub fn dated(&self, day: Day) -> String {
        day.0.strftime("%a %-d %b %Y").to_string()
    }

    /// `Tue 3 Mar 2026 10:42`, for paper.
    pub fn dated_at(&self, at: Instant) -> String {
        format!("{} {}", self.dated(at.day_in(&self.zone)), self.time(at))
    }

    /// For a machine: `2026-03-03T10:42`.
    pub fn iso(&self, at: Instant) -> String {
        at.civil_in(&self.zone).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Calendar days from today; negative for the past.
    pub fn days_ahead(&self, day: Day) -> i32 {
        days_between(self.today().0, day.0)
    }
}

fn days_between(from: civil::Date, to: civil::Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The first letter as a capital: a sentence or a cell that begins with "today".
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A small number as a word, as a sentence's first word needs it.
pub fn spelled(n: usize) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    WORDS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

#[cfg(test)]
mod tests {
    use server::model::Instant;

    use super::When;

    fn at(text: &str) -> Instant {
        Instant::from(text.parse::<jiff::Timestamp>().unwrap())
    }

    #[test]
    fn an_instant_reads_as_the_school_s_wall_clock_shows_it() {
        // 03:30 UTC is still the evening before in New York.
        let when = When::new(at("2026-03-04T03:30:00Z"), "America/New_York");
        assert_eq!(when.at(at("2026-03-03T15:42:00Z")), "today 10:42");
        assert_eq!(when.at(at("2026-03-02T20:05:00Z")), "yesterday 15:05");
        assert_eq!(when.at(at("2026-03-04T15:00:00Z")), "tomorrow 10:00");
        assert_eq!(when.at(at("2026-02-27T15:00:00Z")), "Fri 27 Feb 10:00");
        assert_eq!(when.at(at("2025-11-14T15:00:00Z")), "Fri 14 Nov 2025 10:00");
    }
}
