//! Counts failures, never successes: a class behind one address gets in while somebody there guesses (AUT-04). The time is
//! the one that only goes on: a clock that is set back locks nobody out (REL-18).

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures of recent times by what they count against.
#[derive(Debug)]
pub(super) struct Throttle<K> {
    allowed: usize,
    within: Duration,
    begun: Instant,
    failures: Mutex<HashMap<K, VecDeque<Duration>>>,
}

/// Past this many keys the oldest are forgotten: a flood of addresses must not fill the memory.
const KEYS: usize = 50_000;

impl<K: Eq + Hash> Throttle<K> {
    /// Allows so many failures within so many seconds.
    pub(super) fn new(allowed: usize, seconds: u64) -> Self {
        let within = Duration::from_secs(seconds);
        Self { allowed, within, begun: Instant::now(), failures: Mutex::default() }
    }

    /// How many seconds to wait where there were too many failures already.
    pub(super) fn held(&self, key: &K) -> Option<u64> {
        self.held_at(key, self.begun.elapsed())
    }

    /// Notes a failure and tells how many seconds to wait when there were too many.
    pub(super) fn failed(&self, key: K) -> Option<u64> {
        self.failed_at(key, self.begun.elapsed())
    }

    /// Takes the last failure back: it was none.
    pub(super) fn forgive(&self, key: &K) {
        if let Some(times) = self.all().get_mut(key) {
            times.pop_back();
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<K, VecDeque<Duration>>> {
        // Poisoned only by a panic while counting; then counting anew is better than shutting the door.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_at(&self, key: &K, now: Duration) -> Option<u64> {
        let mut failures = self.all();
        let times = failures.get_mut(key)?;
        while times.front().is_some_and(|time| now.saturating_sub(*time) >= self.within) {
            times.pop_front();
        }
        let oldest = times.front().copied().filter(|_| times.len() >= self.allowed)?;
        Some((oldest + self.within).saturating_sub(now).as_secs().max(1))
    }

    fn failed_at(&self, key: K, now: Duration) -> Option<u64> {
        if let Some(seconds) = self.held_at(&key, now) {
            return Some(seconds);
        }
        let mut failures = self.all();
        if failures.len() > KEYS {
            failures
                .retain(|_, times| times.back().is_some_and(|time| now.saturating_sub(*time) < self.within));
            if failures.len() > KEYS {
                failures.clear();
            }
        }
        failures.entry(key).or_default().push_back(now);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::Throttle;

    #[test]
    fn the_twenty_first_failure_waits_and_another_address_does_not_aut_04() {
        let throttle = Throttle::new(20, 600);
        let (here, there): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let at = Duration::from_secs;
        for _ in 0..20 {
            assert_eq!(throttle.held_at(&here, at(0)), None);
            assert_eq!(throttle.failed_at(here, at(0)), None);
        }
        assert_eq!(throttle.held_at(&here, at(100)), Some(500));
        assert_eq!(throttle.failed_at(here, at(100)), Some(500));
        assert_eq!(throttle.failed_at(there, at(100)), None);
        assert_eq!(throttle.failed_at(here, at(600)), None);
    }

    #[test]
    fn what_turns_out_well_was_no_failure_rel_13() {
        let throttle = Throttle::new(3, 600);
        for second in 0..1000 {
            assert_eq!(throttle.failed_at("a school", Duration::from_millis(second)), None);
            throttle.forgive(&"a school");
        }
        throttle.forgive(&"nobody");
    }
}
