//! When the server may be asked again: not before it said, and not all devices of a room at the same moment.

use std::cell::Cell;

use leptos::prelude::window;
use web_sys::Response;

/// How long the first pause is at most where nothing was said, in milliseconds; each one after it is twice as long.
const FIRST: f64 = 2_000.0;
/// The longest pause that a device makes by itself.
const LONGEST: f64 = 16_000.0;
/// More than this nobody waits, whatever was said: a child sits there.
const LONGEST_TOLD: f64 = 120_000.0;

/// Until when nothing is asked. Times are milliseconds since the page began.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    until: Cell<f64>,
    failures: Cell<u32>,
}

impl Pause {
    /// Whether the server may be asked now.
    pub(crate) fn lets_ask(&self) -> bool {
        self.is_over(now())
    }

    /// Notes what came of asking; nothing where the network was away.
    pub(crate) fn heard(&self, response: Option<&Response>) {
        match response {
            Some(response) if response.status() < 500 && response.status() != 429 => self.answered(),
            other => {
                let later = other.and_then(|response| response.headers().get("retry-after").ok().flatten());
                let told = later.and_then(|seconds| seconds.parse().ok());
                self.failed(now(), told, js_sys::Math::random());
            }
        }
    }

    fn is_over(&self, now: f64) -> bool {
        now >= self.until.get()
    }

    /// The server answered, or the network is there again.
    pub(crate) fn answered(&self) {
        self.failures.set(0);
        self.until.set(0.0);
    }

    /// It could not: it said after how many seconds to come back, or nothing at all. `chance` is between 0 and 1.
    fn failed(&self, now: f64, told: Option<u32>, chance: f64) {
        let failures = self.failures.get();
        self.failures.set(failures.saturating_add(1));
        let wait = match told {
            Some(seconds) => (f64::from(seconds) * 1000.0).min(LONGEST_TOLD) + chance * 1000.0,
            None => (FIRST * f64::from(1u32 << failures.min(8))).min(LONGEST) * (0.5 + chance / 2.0),
        };
        self.until.set(now + wait);
    }
}

/// A time that only goes on: a device whose clock is set back must not wait for a day.
fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Pause};

    #[test]
    fn nobody_asks_before_the_server_said_and_a_room_does_not_ask_at_once_rel_12() {
        for (chance, over) in [(0.0, 7_000.0), (0.5, 7_500.0), (1.0, 8_000.0)] {
            let pause = Pause::default();
            assert!(pause.is_over(0.0));
            pause.failed(0.0, Some(7), chance);
            assert!(!pause.is_over(over - 1.0) && pause.is_over(over), "{chance}");
        }
        let pause = Pause::default();
        pause.failed(0.0, Some(u32::MAX), 0.0);
        assert!(pause.is_over(120_000.0), "a child sits there");
    }

    #[test]
    fn without_a_word_each_pause_is_longer_up_to_a_limit_and_an_answer_ends_it() {
        let pause = Pause::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            pause.failed(0.0, None, 1.0);
            let wait = (0..).map(f64::from).find(|ms| pause.is_over(*ms)).unwrap();
            waits.push(wait);
        }
        assert!(waits.windows(2).all(|two| two[0] <= two[1]), "{waits:?}");
        assert!(waits[0] <= 2_000.0 && waits[11] <= LONGEST, "{waits:?}");
        pause.answered();
        assert!(pause.is_over(0.0));
    }
}
