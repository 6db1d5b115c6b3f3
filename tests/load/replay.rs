//! Many children, each in a task of its own, and what became of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tests::device::Device;

use crate::child::{self, Way};
use crate::measure::Steps;

/// When children begin.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// So many are in their check-in at the same time.
    AtOnce(usize),
    /// All begin within so many seconds, evenly, however long each takes.
    Within(f64),
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
    let address: Arc<str> = url.trim_start_matches("http://").into();
    let limit = match pace {
        Pace::AtOnce(limit) => limit,
        Pace::Within(_) => cards.len(),
    };
    let gate = Arc::new(tokio::sync::Semaphore::new(limit.max(1)));
    let done = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut children = Vec::new();
    for (number, code) in cards.iter().enumerate() {
        if let Pace::Within(seconds) = pace {
            let at = begun + Duration::from_secs_f64(seconds * number as f64 / cards.len() as f64);
            tokio::time::sleep_until(at.into()).await;
        }
        let ticket = Arc::clone(&gate).acquire_owned().await.unwrap();
        let (address, code, done) = (Arc::clone(&address), code.clone(), Arc::clone(&done));
        children.push(tokio::spawn(async move {
            let mut device = Device::new(&address);
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
