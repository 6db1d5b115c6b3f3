//! Counts failures, never successes: a class behind one address gets in while somebody there guesses (AUT-04).

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Mutex;

use crate::model::Instant;

/// Failures of recent times by address.
#[derive(Debug)]
pub(super) struct Throttle {
    allowed: usize,
    seconds: i64,
    failures: Mutex<HashMap<IpAddr, VecDeque<Instant>>>,
}

/// Past this many addresses the oldest are forgotten: a flood of addresses must not fill the memory.
const ADDRESSES: usize = 50_000;

impl Throttle {
    /// Allows so many failures within so many seconds.
    pub(super) fn new(allowed: usize, seconds: i64) -> Self {
        Self { allowed, seconds, failures: Mutex::default() }
    }

    /// Notes a failure and tells how many seconds to wait when there were too many.
    pub(super) fn failed(&self, address: IpAddr, now: Instant) -> Option<u64> {
        // Poisoned only by a panic while counting; then counting anew is better than shutting the door.
        let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if failures.len() > ADDRESSES {
            failures.retain(|_, times| times.back().is_some_and(|t| now.seconds_since(*t) < self.seconds));
            if failures.len() > ADDRESSES {
                failures.clear();
            }
        }
        let times = failures.entry(address).or_default();
        while times.front().is_some_and(|t| now.seconds_since(*t) >= self.seconds) {
            times.pop_front();
        }
        if times.len() >= self.allowed {
            let oldest = times.front().copied().unwrap_or(now);
            return Some(u64::try_from(self.seconds - now.seconds_since(oldest)).unwrap_or(1).max(1));
        }
        times.push_back(now);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::Throttle;
    use crate::model::Instant;

    #[test]
    fn the_twenty_first_failure_waits_and_another_address_does_not_aut_04() {
        let throttle = Throttle::new(20, 600);
        let (here, there): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let at = |s| Instant::from_millis(1_000_000).plus_seconds(s);
        for _ in 0..20 {
            assert_eq!(throttle.failed(here, at(0)), None);
        }
        assert_eq!(throttle.failed(here, at(100)), Some(500));
        assert_eq!(throttle.failed(there, at(100)), None);
        assert_eq!(throttle.failed(here, at(600)), None);
    }
}
