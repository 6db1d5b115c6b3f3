//! Many children, each in a task of its own, and what became of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::child::{self, Way};
use crate::measure::Steps;

/// When children begin.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// So many are in their check-in at the same time.
    AtOnce(usize),
    /// All begin within so many seconds, evenly, however long each takes.
    Within(f64),
    /// Class by class: see [`class_starts`].
    Classes {
        /// From the first class to the last.
        seconds: f64,
        /// Devices of a class.
        of: usize,
        /// Decides when each begins.
        seed: u64,
    },
}

/// A class has signed in within so many seconds of its beginning.
const SIGNING_IN: f64 = 5.0;

impl Pace {
    /// When each of so many children begins, in seconds, the earliest first; none where they wait for each other.
    fn starts(self, children: usize) -> Option<Vec<f64>> {
        match self {
            Self::AtOnce(_) => None,
            Self::Within(seconds) => {
                Some((0..children).map(|number| seconds * number as f64 / children.max(1) as f64).collect())
            }
            Self::Classes { seconds, of, seed } => Some(class_starts(children, seconds, of, seed)),
        }
    }
}

/// Every class begins at a moment of its own, anywhere within the time, as bells and teachers have it: several may begin at
/// once and a minute may pass without one. Its devices sign in within the five seconds after that.
fn class_starts(children: usize, seconds: f64, of: usize, seed: u64) -> Vec<f64> {
    let (of, signing_in) = (of.max(1), SIGNING_IN.min(seconds));
    let mut dice = Dice(seed);
    let mut all = Vec::with_capacity(children);
    while all.len() < children {
        let bell = dice.part() * (seconds - signing_in);
        let class = of.min(children - all.len());
        all.extend((0..class).map(|_| bell + dice.part() * signing_in));
    }
    all.sort_by(f64::total_cmp);
    all
}

/// SplitMix64: the same numbers from the same seed on every machine.
struct Dice(u64);

impl Dice {
    /// From 0 to below 1.
    fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What became of them.
pub struct Outcome {
    /// How long each step took.
    pub steps: Steps,
    /// Questions of a check-in.
    pub items: usize,
    /// How often somebody was asked to come back later.
    pub put_off: usize,
    /// Why a check-in is not complete, one for each.
    pub failures: Vec<String>,
}

/// All children of these cards.
pub async fn replay(url: &str, way: Way, cards: &[String], pace: Pace) -> Outcome {
    let address: Arc<str> = url.into();
    let limit = match pace {
        Pace::AtOnce(limit) => limit,
        Pace::Within(_) | Pace::Classes { .. } => cards.len(),
    };
    let starts = pace.starts(cards.len());
    let gate = Arc::new(tokio::sync::Semaphore::new(limit.max(1)));
    let done = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut children = Vec::new();
    for (number, code) in cards.iter().enumerate() {
        if let Some(after) = starts.as_ref().and_then(|starts| starts.get(number)) {
            tokio::time::sleep_until((begun + Duration::from_secs_f64(*after)).into()).await;
        }
        let ticket = Arc::clone(&gate).acquire_owned().await.unwrap();
        let (address, code, done) = (Arc::clone(&address), code.clone(), Arc::clone(&done));
        children.push(tokio::spawn(async move {
            let mut device = crate::device(&address);
            let outcome = child::check_in(&mut device, way, &code, number).await;
            drop(ticket);
            let n = done.fetch_add(1, Ordering::Relaxed) + 1;
            if n.is_multiple_of(1000) {
                eprintln!("  {n} children are done after {:.0} s", begun.elapsed().as_secs_f64());
            }
            (device.steps, device.put_off, outcome)
        }));
    }
    let mut all = Outcome { steps: Steps::default(), items: 0, put_off: 0, failures: Vec::new() };
    for child in children {
        let (own, later, outcome) = child.await.unwrap();
        all.steps.add(&own);
        all.put_off += later;
        match outcome {
            Ok(items) => all.items = items,
            Err(why) => all.failures.push(why),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Pace, SIGNING_IN};

    #[test]
    fn a_class_signs_in_within_a_few_seconds_and_classes_begin_apart() {
        let pace = |seed| Pace::Classes { seconds: 600.0, of: 30, seed };
        let starts = pace(7).starts(3000).unwrap();
        assert_eq!(starts.len(), 3000);
        assert_eq!(starts, pace(7).starts(3000).unwrap(), "the same seed, the same morning");
        assert_ne!(starts, pace(8).starts(3000).unwrap());
        assert!(starts.is_sorted() && starts[0] >= 0.0 && starts[2999] < 600.0);
        // Evenly there would be 25 in each five seconds; here some have several classes and some nobody.
        let mut slots = [0; 120];
        starts.iter().for_each(|at| slots[(at / SIGNING_IN) as usize] += 1);
        assert!(slots.iter().max() > Some(&60) && slots.contains(&0), "{slots:?}");
    }

    #[test]
    fn one_class_begins_together() {
        let starts = Pace::Classes { seconds: 600.0, of: 30, seed: 1 }.starts(30).unwrap();
        assert!(starts[29] - starts[0] <= SIGNING_IN);
    }
}
