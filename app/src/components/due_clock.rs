//! When something is due: on time, near or overdue, as a word and an icon, never as a colour alone (C-07).

use leptos::prelude::*;
use server::model::Instant;
use server::model::referral::{Priority, ReferralState};

use super::icon::Icon;
use crate::when::When;

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is time.
    OnTime,
    /// Less than a quarter of the time is left; for a critical referral always, because it is minutes.
    Near,
    /// The time is over.
    Overdue,
}

/// What a clock is read from.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// How soon it had to be.
    pub priority: Priority,
    /// Where the referral stands.
    pub stage: ReferralState,
    /// When the time began to run.
    pub opened_at: Instant,
    /// When it ends.
    pub due_at: Instant,
}

/// A clock in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How it stands.
    pub state: State,
    /// `4 min left`, `Overdue 1 day`, `Thu 5 Mar`.
    pub words: String,
    /// `acknowledge by 10:57`, `was due Mon 2 Mar 15:00`, `in 2 days, by 15:00`.
    pub exact: String,
}

impl Clock {
    /// Reads the clock.
    pub fn read(&self, when: &When) -> Reading {
        let left = self.due_at.seconds_since(when.now);
        let day = when.day(self.due_at.day_in(&when.zone));
        let time = when.time(self.due_at);
        if left < 0 {
            return Reading {
                state: State::Overdue,
                words: format!("Overdue {}", span(-left)),
                exact: format!("was due {day} {time}"),
            };
        }
        let whole = self.due_at.seconds_since(self.opened_at).max(1);
        let critical = self.priority == Priority::Critical;
        let state = if critical || left * 4 < whole { State::Near } else { State::OnTime };
        let days = when.days_ahead(self.due_at.day_in(&when.zone));
        let unclaimed = matches!(self.stage, ReferralState::Open | ReferralState::Reopened);
        let words = match days {
            0 => format!("{} left", span(left)),
            1 => "Tomorrow".to_owned(),
            _ => day.clone(),
        };
        let exact = match (critical, unclaimed, days) {
            (true, true, _) => format!("acknowledge by {time}"),
            (true, false, 0) => format!("see the child by {time}"),
            (_, _, 0) => format!("due today {time}"),
            (_, _, 1) => format!("by {time}"),
            _ => format!("in {days} days, by {time}"),
        };
        Reading { state, words, exact }
    }
}

/// `4 min`, `3 h`, `2 days`: whole units, the largest that fits.
fn span(seconds: i64) -> String {
    match seconds {
        0..60 => "less than 1 min".to_owned(),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The clock: word and icon, with the exact time where `exact` is wanted below.
#[component]
pub fn DueClock(clock: Clock, when: When) -> AnyView {
    let Reading { state, words, exact } = clock.read(&when);
    let (class, icon) = match state {
        State::OnTime => ("clock", "clock"),
        State::Near => ("clock clock-near", "clock-alert"),
        State::Overdue => ("clock clock-overdue", "clock-alert"),
    };
    view! {
        <span>
            <span class=class>
                <Icon name=icon/>
                <time datetime=when.iso(clock.due_at)>{words}</time>
            </span>
            <span class="table-sub">{exact}</span>
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use server::model::Instant;
    use server::model::referral::{Priority, ReferralState};

    use super::{Clock, State};
    use crate::when::When;

    fn at(text: &str) -> Instant {
        Instant::from(text.parse::<jiff::Timestamp>().unwrap())
    }

    fn read(priority: Priority, stage: ReferralState, opened: &str, due: &str, now: &str) -> (State, String) {
        let clock = Clock { priority, stage, opened_at: at(opened), due_at: at(due) };
        let reading = clock.read(&When::new(at(now), "America/New_York"));
        (reading.state, format!("{} · {}", reading.words, reading.exact))
    }

    #[test]
    fn a_critical_clock_counts_minutes_and_says_what_is_due_c_07() {
        let (opened, due) = ("2026-03-03T15:42:00Z", "2026-03-03T15:57:00Z");
        let open = |now| read(Priority::Critical, ReferralState::Open, opened, due, now);
        assert_eq!(
            open("2026-03-03T15:53:00Z"),
            (State::Near, "4 min left · acknowledge by 10:57".to_owned())
        );
        assert_eq!(
            open("2026-03-03T15:56:30Z"),
            (State::Near, "less than 1 min left · acknowledge by 10:57".to_owned())
        );
        assert_eq!(
            open("2026-03-03T16:10:00Z"),
            (State::Overdue, "Overdue 13 min · was due today 10:57".to_owned())
        );
        let claimed = read(
            Priority::Critical,
            ReferralState::Acknowledged,
            opened,
            "2026-03-03T20:00:00Z",
            "2026-03-03T16:10:00Z",
        );
        assert_eq!(claimed, (State::Near, "3 h left · see the child by 15:00".to_owned()));
    }

    #[test]
    fn another_clock_is_near_in_its_last_quarter_and_counts_days_as_the_school_does() {
        let (opened, due) = ("2026-03-02T15:00:00Z", "2026-03-06T20:00:00Z");
        let open = |now| read(Priority::High, ReferralState::Open, opened, due, now);
        assert_eq!(
            open("2026-03-03T16:00:00Z"),
            (State::OnTime, "Fri 6 Mar · in 3 days, by 15:00".to_owned())
        );
        assert_eq!(open("2026-03-05T20:00:00Z"), (State::Near, "Tomorrow · by 15:00".to_owned()));
        assert_eq!(open("2026-03-06T17:30:00Z"), (State::Near, "2 h left · due today 15:00".to_owned()));
        assert_eq!(
            open("2026-03-08T21:00:00Z"),
            (State::Overdue, "Overdue 2 days · was due Fri 6 Mar 15:00".to_owned())
        );
    }

    #[test]
    fn a_day_of_23_hours_is_still_tomorrow() {
        // The clocks go forward on 8 March 2026 in New York.
        let read = read(
            Priority::Moderate,
            ReferralState::Open,
            "2026-03-02T15:00:00Z",
            "2026-03-08T19:00:00Z",
            "2026-03-07T15:00:00Z",
        );
        assert_eq!(read, (State::Near, "Tomorrow · by 15:00".to_owned()));
    }
}
