//! What this process counts of itself. Totals of the whole node: no school, no child, no small group (LOG-03). Kept by hand:
//! a dozen numbers need no registry, and whoever counts waits for nobody.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::store::StoreError;

/// How many fell under each of some bounds, and their sum.
#[derive(Debug)]
pub struct Histogram {
    /// In the unit that is counted: microseconds, or things.
    bounds: &'static [u64],
    counts: [AtomicU64; 12],
    sum: AtomicU64,
}

/// Bounds of durations in microseconds, from a millisecond to ten seconds.
pub const DURATIONS: &[u64] =
    &[1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 10_000_000];
/// Bounds of how many units of work a commit holds.
const UNITS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128];

impl Histogram {
    const fn new(bounds: &'static [u64]) -> Self {
        Self { bounds, counts: [const { AtomicU64::new(0) }; 12], sum: AtomicU64::new(0) }
    }

    /// Counts one.
    pub fn add(&self, value: u64) {
        let at = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        if let Some(count) = self.counts.get(at) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts how long something took.
    pub fn took(&self, time: Duration) {
        self.add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Each bound with how many lie under it, in the end all of them, and the sum.
    pub fn read(&self) -> (Vec<(Option<u64>, u64)>, u64) {
        let mut below = 0;
        let bounds = self.bounds.iter().map(|bound| Some(*bound)).chain([None]);
        let rows = bounds.zip(&self.counts).map(|(bound, count)| {
            below += count.load(Ordering::Relaxed);
            (bound, below)
        });
        (rows.collect(), self.sum.load(Ordering::Relaxed))
    }
}

/// Kinds of pages: how long their requests take.
pub const KINDS: [&str; 5] = ["child", "staff", "figures", "help", "other"];
/// How long requests took, by kind of page.
pub static REQUESTS: [Histogram; 5] = [const { Histogram::new(DURATIONS) }; 5];
/// Answers by class of status, 1xx to 5xx.
pub static RESPONSES: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];
/// Requests that are worked on now.
pub static UNDER_WAY: AtomicI64 = AtomicI64::new(0);
/// Requests that were asked to come back.
pub static PUT_OFF: AtomicU64 = AtomicU64::new(0);
/// How long commits took, with the disk's sync.
pub static COMMITS: Histogram = Histogram::new(DURATIONS);
/// Units of work in a commit.
pub static UNITS_PER_COMMIT: Histogram = Histogram::new(UNITS);
/// What the reconciler had to mend.
pub static REPAIRED: AtomicU64 = AtomicU64::new(0);

/// How often a job broke off by a fault of the program and began again.
pub static JOB_PANICS: AtomicU64 = AtomicU64::new(0);

/// Forms with a score that the second scorer does not get.
pub static DIFFERING: AtomicU64 = AtomicU64::new(0);

/// Why the store did not write, in the order of [`refused`].
pub const CAUSES: [&str; 6] = ["busy", "constraint", "disk", "failed", "not_committed", "closed"];
/// How often it did not.
pub static REFUSED: [AtomicU64; 6] = [const { AtomicU64::new(0) }; 6];

/// Counts a write that was refused.
pub(crate) fn refused(error: &StoreError) {
    let at = match error {
        StoreError::Busy(_) => 0,
        StoreError::Constraint(_) => 1,
        StoreError::Disk(_) => 2,
        StoreError::NotCommitted => 4,
        StoreError::Closed => 5,
        StoreError::Refused(_) | StoreError::Failed(_) | StoreError::Panicked | StoreError::Sealed(_) => 3,
    };
    if let Some(count) = REFUSED.get(at) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// What must never fall silent. The outbox writes every ten seconds, so a silent writer is one that is stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A commit was made.
    Writer,
    /// The reconciler went through.
    Reconciler,
    /// What had to leave by mail or gateway was taken up.
    Outbox,
    /// Whoever had to be called was called.
    Ladder,
}

/// Every part with its name.
pub const PARTS: [(Part, &str); 4] = [
    (Part::Writer, "writer"),
    (Part::Reconciler, "reconciler"),
    (Part::Outbox, "outbox"),
    (Part::Ladder, "ladder"),
];

/// Since when this process counts; its own clock, which no correction of the day's moves.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);
static BEATS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// Begins to count.
pub(crate) fn start() {
    LazyLock::force(&START);
}

/// A sign of life.
pub(crate) fn beat(part: Part) {
    if let Some(beat) = BEATS.get(part as usize) {
        beat.store(START.elapsed().as_secs(), Ordering::Relaxed);
    }
}

/// For how many seconds a part has given none; at first since the process began.
pub fn silent_seconds(part: Part) -> u64 {
    let last = BEATS.get(part as usize).map_or(0, |beat| beat.load(Ordering::Relaxed));
    START.elapsed().as_secs().saturating_sub(last)
}

#[cfg(test)]
mod tests {
    use super::{Histogram, UNITS};

    #[test]
    fn a_value_is_counted_under_every_bound_that_it_does_not_exceed() {
        let histogram = Histogram::new(UNITS);
        for value in [1, 2, 3, 500] {
            histogram.add(value);
        }
        let (rows, sum) = histogram.read();
        assert_eq!(rows[..4], [(Some(1), 1), (Some(2), 2), (Some(4), 3), (Some(8), 3)]);
        assert_eq!(rows.last(), Some(&(None, 4)));
        assert_eq!(sum, 506);
    }
}
