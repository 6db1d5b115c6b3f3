//! More children than the server can take, and half of what it can.
//!
//! The generator runs on the same cores as the server: what it needs for those who are put off, the server does not have.
//! Its share is in the figures.
//!
//! What is offered counts whoever stands at the door, also who was put off and comes back when it was told to, on the
//! connection that it kept: ten times capacity are so many tries, not so many new children each of whom tries thrice.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::device::{Body, Device};
use tests::{Kind, Server};

use crate::child::{self, Way};
use crate::measure;
use crate::replay::{Pace, replay};
use crate::{Arguments, Cpu, checked_in, device, district};

/// So many times what the server can do are offered.
const TIMES: f64 = 10.0;
/// How often somebody who is put off at the door comes back before they leave.
const AT_THE_DOOR: usize = 2;
/// How often somebody does who has begun: their answers are on the device.
const INSIDE: usize = 60;
/// How long capacity is measured.
const CAPACITY_SECONDS: f64 = 10.0;
/// Lone check-ins before, whose median is what is usual.
const LONE: usize = 15;
/// Cards kept for lone check-ins, before and after.
const RESERVED: usize = LONE + 150;
/// So long it is watched until the server is as quick as before, whatever the goal is.
const RECOVERY: f64 = 60.0;

/// A server with enough children for capacity and so many seconds at so many times of it; the rate it can do.
async fn with_capacity(
    arguments: &Arguments,
    kind: Kind,
    way: Way,
    seconds: f64,
    times: f64,
) -> (Server, Vec<String>, f64) {
    eprintln!("{kind:?}: filling a small district, to learn how many children are needed …");
    let (server, cards) = district::with(arguments, kind, 120, true).await;
    let rough = rate(&server, way, &cards, arguments.at_once).await;
    drop(server);
    // Whoever gets in uses a card up, and many are in when it ends.
    let inside = 200 + 3 * arguments.places.unwrap_or(512);
    let measured = CAPACITY_SECONDS.min(seconds);
    let wanted = RESERVED + inside + (rough * (measured + 1.5 * seconds * times)) as usize;
    eprintln!("{kind:?}: about {rough:.0} a second; filling a district for {wanted} children …");
    let (server, mut cards) = district::with(arguments, kind, wanted, true).await;
    let first = (rough * measured).ceil() as usize;
    let capacity = rate(&server, way, &cards[..first], arguments.at_once).await;
    eprintln!("{kind:?}: {capacity:.0} completed a second, {} at once", arguments.at_once);
    (server, cards.split_off(first), capacity)
}

/// Completed a second with so many at once, each in its check-in as fast as the server answers.
async fn rate(server: &Server, way: Way, cards: &[String], at_once: usize) -> f64 {
    let begun = Instant::now();
    let outcome = replay(&server.url, way, cards, Pace::AtOnce(at_once)).await;
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures.first());
    cards.len() as f64 / begun.elapsed().as_secs_f64()
}

/// Children come at half of the rate that the server can do.
pub async fn half(arguments: &Arguments, kind: Kind) -> Value {
    const SECONDS: f64 = 30.0;
    let way = arguments.way.unwrap_or(Way::Islands);
    let (server, cards, capacity) = with_capacity(arguments, kind, way, SECONDS, 0.5).await;
    let come = ((capacity / 2.0 * SECONDS) as usize).min(cards.len());
    let mut figure =
        checked_in(&server, kind, way, &cards[..come], Pace::Within(come as f64 / (capacity / 2.0))).await;
    figure["capacity_per_second"] = json!(capacity);
    figure
}

/// What the children of an overload share.
struct Crowd {
    address: String,
    way: Way,
    /// Cards that nobody has used.
    cards: Mutex<VecDeque<String>>,
    reserved: Mutex<Vec<String>>,
    /// Who was put off at the door, by when it comes back.
    waiting: Mutex<BTreeMap<(Instant, usize), Comer>>,
    /// Offers go on.
    open: AtomicBool,
    completed: AtomicUsize,
    left: AtomicUsize,
    /// Came to a door for which no card was left: the run was planned too small to say how much can be done.
    without_card: AtomicUsize,
    told: Mutex<Told>,
}

/// Somebody at the door.
struct Comer {
    device: Device,
    number: usize,
    /// How often it was put off.
    tried: usize,
}

/// How far a child got that was not put off.
enum Went {
    ToTheEnd,
    /// To the door, where no card was left for it.
    ToTheDoor,
}

#[derive(Default)]
struct Told {
    statuses: BTreeMap<u16, usize>,
    without_time: usize,
    failures: Vec<String>,
}

impl Crowd {
    /// Who is due to come back, or else a new child of this number.
    fn next(&self, number: usize) -> Comer {
        let mut waiting = self.waiting.lock().unwrap();
        match waiting.first_entry() {
            Some(first) if first.key().0 <= Instant::now() => first.remove(),
            _ => Comer { device: device(&self.address), number, tried: 0 },
        }
    }

    /// One child comes; put off at the door it waits, and leaves after too many times.
    async fn comes(&self, mut comer: Comer) {
        comer.device.patience = 0;
        comer.device.left = false;
        let outcome = self.goes_through(&mut comer.device, comer.number).await;
        if comer.device.left && comer.device.patience == 0 && comer.tried < AT_THE_DOOR {
            comer.tried += 1;
            let back = Instant::now() + Duration::from_secs(comer.device.come_back.unwrap_or(0));
            self.waiting.lock().unwrap().insert((back, comer.number), comer);
            return;
        }
        let device = comer.device;
        self.hears(&device);
        let mut told = self.told.lock().unwrap();
        match outcome {
            // What is done after the offers have ended is no goodput; and as many come back then as waited, for whom no
            // card need be there.
            Ok(_) if !self.open.load(Ordering::Relaxed) => {}
            Ok(Went::ToTheEnd) => drop(self.completed.fetch_add(1, Ordering::Relaxed)),
            Ok(Went::ToTheDoor) => drop(self.without_card.fetch_add(1, Ordering::Relaxed)),
            Err(_) if device.left => drop(self.left.fetch_add(1, Ordering::Relaxed)),
            Err(why) => told.failures.push(why),
        }
    }

    /// Counts what a device was told.
    fn hears(&self, device: &Device) {
        let mut told = self.told.lock().unwrap();
        for (status, times) in &device.statuses {
            *told.statuses.entry(*status).or_default() += times;
        }
        told.without_time += device.without_time;
    }

    async fn goes_through(&self, device: &mut Device, number: usize) -> Result<Went, String> {
        let token = child::door(device).await?;
        let Some(card) = self.cards.lock().unwrap().pop_front() else { return Ok(Went::ToTheDoor) };
        if let Err(why) = child::sign_in(device, &token, &card).await {
            // Somebody else comes with it.
            self.cards.lock().unwrap().push_back(card);
            return Err(why);
        }
        device.patience = INSIDE;
        child::from_assent(device, self.way, number).await.map(|_| Went::ToTheEnd)
    }

    /// A whole check-in of one child.
    async fn lone(&self) -> Result<Duration, String> {
        let card = self.reserved.lock().unwrap().pop().ok_or("no card is left for a lone child")?;
        let begun = Instant::now();
        child::check_in(&mut device(&self.address), self.way, &card, 1).await?;
        Ok(begun.elapsed())
    }

    /// Asks for the page of health as a balancer does, on a connection of its own each time; milliseconds, and how often it
    /// was not there.
    async fn health(&self) -> (Vec<f64>, usize) {
        let (mut times, mut away) = (Vec::new(), 0);
        while self.open.load(Ordering::Relaxed) {
            let begun = Instant::now();
            let answer = device(&self.address).once("GET", "/healthz", Body::None).await;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            away += usize::from(!answer.is_ok_and(|answer| answer.status.is_success()));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        times.sort_by(f64::total_cmp);
        (times, away)
    }
}

/// Ten times capacity.
pub async fn ten_times(arguments: &Arguments, kind: Kind, seconds: f64) -> Value {
    let way = arguments.way.unwrap_or(Way::Islands);
    let (server, cards, capacity) = with_capacity(arguments, kind, way, seconds, 1.0).await;
    let mut cards = cards;
    let reserved = cards.split_off(cards.len().saturating_sub(RESERVED));
    let crowd = Arc::new(Crowd {
        address: server.url.clone(),
        way,
        cards: Mutex::new(cards.into()),
        reserved: Mutex::new(reserved),
        waiting: Mutex::default(),
        open: AtomicBool::new(true),
        completed: AtomicUsize::new(0),
        left: AtomicUsize::new(0),
        without_card: AtomicUsize::new(0),
        told: Mutex::default(),
    });
    let mut alone = Vec::new();
    for _ in 0..LONE {
        alone.push(crowd.lone().await.expect("a lone check-in of a server at rest"));
    }
    alone.sort_unstable();
    let usual = alone[LONE / 2];

    let cpu = Cpu::of(&server, kind).await;
    let (before, own_before) = (cpu.seconds(), measure::processor_seconds(std::process::id()));
    let health = tokio::spawn({
        let crowd = Arc::clone(&crowd);
        async move { crowd.health().await }
    });
    let offered = capacity * TIMES;
    let mut running = tokio::task::JoinSet::new();
    let (begun, mut arrived, mut children) = (Instant::now(), 0usize, 0usize);
    while begun.elapsed().as_secs_f64() < seconds {
        // As many as are due by now: a timer that is late must not make the load smaller.
        let due = (begun.elapsed().as_secs_f64() * offered) as usize;
        while arrived < due {
            let (crowd, comer) = (Arc::clone(&crowd), crowd.next(children));
            children += usize::from(comer.tried == 0);
            running.spawn(async move { crowd.comes(comer).await });
            arrived += 1;
        }
        while running.try_join_next().is_some() {}
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = begun.elapsed().as_secs_f64();
    crowd.open.store(false, Ordering::Relaxed);
    let completed = crowd.completed.load(Ordering::Relaxed);
    let used = cpu.seconds() - before;
    let own = measure::processor_seconds(std::process::id()) - own_before;
    let recovery = recovered(&crowd, usual, arguments.recovery.max(RECOVERY)).await;
    while running.join_next().await.is_some() {}
    let still = std::mem::take(&mut *crowd.waiting.lock().unwrap());
    for comer in still.values() {
        crowd.hears(&comer.device);
    }
    let (times, away) = health.await.unwrap();
    let told = std::mem::take(&mut *crowd.told.lock().unwrap());
    let health_p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    let goodput = completed as f64 / took;
    let left = crowd.left.load(Ordering::Relaxed);
    let seen = Seen {
        goodput: goodput / capacity,
        without_card: crowd.without_card.load(Ordering::Relaxed),
        statuses: &told.statuses,
        without_time: told.without_time,
        recovered: recovery,
        broken: told.failures.len(),
        health_away: away,
    };
    let reasons = seen.reasons(arguments);
    println!(
        "{kind:?}, {}, {TIMES} times capacity for {took:.0} s (this generator runs on the same cores):",
        way.name()
    );
    println!("  capacity               {capacity:8.0} completed a second, {} at once", arguments.at_once);
    println!(
        "  came                   {:8.0} a second, {children} children {arrived} times",
        arrived as f64 / took
    );
    println!("  completed              {goodput:8.0} a second: {:.2} of capacity", goodput / capacity);
    println!("  left                   {left:8}, put off too often");
    let without_card = crowd.without_card.load(Ordering::Relaxed);
    if without_card > 0 {
        println!("  without a card         {without_card:8}: planned too small, more could have been done");
    }
    println!(
        "  told                   {:?}, {} without a time to come back",
        told.statuses, told.without_time
    );
    println!("  failed                 {:8}", told.failures.len());
    for why in told.failures.iter().take(3) {
        println!("    {why}");
    }
    println!(
        "  health                 {health_p99:8.1} ms at the 99th percentile of {}, {away} times away",
        times.len()
    );
    println!(
        "  a lone check-in        {:8.1} ms before; as quick again {}",
        usual.as_secs_f64() * 1e3,
        recovery.map_or("never".to_owned(), |after| format!("{after:.1} s after"))
    );
    println!(
        "  processor              {:8.2} cores in the server and its database, {:.2} in the generator",
        used / took,
        own / took
    );
    json!({
        "database": format!("{kind:?}"), "way": way.name(), "seconds": took, "times": TIMES,
        "capacity_per_second": capacity, "offered_per_second": arrived as f64 / took, "came": arrived, "children": children,
        "completed": completed, "goodput_per_second": goodput, "goodput_share": goodput / capacity, "left": left,
        "without_card": without_card,
        "waiting_at_the_end": still.len(), "statuses": told.statuses, "without_retry_after": told.without_time,
        "failed": told.failures.len(), "reasons": reasons,
        "failures": told.failures.iter().take(3).collect::<Vec<_>>(), "health_p99_ms": health_p99, "health_asked": times.len(),
        "health_away": away, "lone_check_in_ms": usual.as_secs_f64() * 1e3, "recovered_after_s": recovery,
        "server_cores": used / took, "generator_cores": own / took,
        "memory_most_mib": measure::mebibytes(server.id(), "VmHWM"),
    })
}

/// What an overload is judged by.
struct Seen<'a> {
    goodput: f64,
    without_card: usize,
    statuses: &'a BTreeMap<u16, usize>,
    without_time: usize,
    recovered: Option<f64>,
    broken: usize,
    health_away: usize,
}

impl Seen<'_> {
    /// Why it is not good enough, a line for each; a short run is too small for what hangs on a clock.
    fn reasons(&self, goals: &Arguments) -> Vec<String> {
        let mut reasons = Vec::new();
        for (status, times) in self.statuses {
            if !matches!(status, 200 | 303 | 429 | 503) {
                reasons.push(format!("status: {status} was answered {times} times"));
            }
        }
        if self.without_time > 0 {
            reasons.push(format!("retry-after: {} times 429 or 503 did not say when", self.without_time));
        }
        if self.broken > 0 {
            reasons.push(format!("failed: {} who were not put off", self.broken));
        }
        if self.health_away > 0 {
            reasons.push(format!("health: not there {} times", self.health_away));
        }
        if goals.short {
            return reasons;
        }
        if self.goodput < goals.goodput {
            let small = if self.without_card > 0 { " (planned too small: cards ran out)" } else { "" };
            reasons.push(format!("goodput: {:.2} of capacity, under {}{small}", self.goodput, goals.goodput));
        }
        if self.recovered.is_none_or(|after| after > goals.recovery) {
            let after = self.recovered.map_or("never".to_owned(), |after| format!("{after:.1} s after"));
            reasons.push(format!("recovery: as quick as before {after}, over {} s", goals.recovery));
        }
        reasons
    }
}

/// Seconds until a lone check-in takes no more than twice what is usual.
async fn recovered(crowd: &Crowd, usual: Duration, most: f64) -> Option<f64> {
    let ended = Instant::now();
    while ended.elapsed().as_secs_f64() < most {
        match crowd.lone().await {
            Ok(took) if took < usual * 2 => return Some(ended.elapsed().as_secs_f64()),
            Ok(_) => {}
            Err(why) => eprintln!("  not yet: {why}"),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    None
}

#[cfg(test)]
mod own {
    use std::collections::BTreeMap;

    use clap::Parser;

    use super::Seen;
    use crate::Arguments;

    fn reasons(change: impl FnOnce(&mut Seen), statuses: &[(u16, usize)], more: &[&str]) -> Vec<String> {
        let statuses: BTreeMap<u16, usize> = statuses.iter().copied().collect();
        let mut seen = Seen {
            goodput: 0.9,
            without_card: 0,
            statuses: &statuses,
            without_time: 0,
            recovered: Some(12.0),
            broken: 0,
            health_away: 0,
        };
        change(&mut seen);
        let arguments = Arguments::try_parse_from([&["load"], more].concat()).unwrap();
        let named = seen.reasons(&arguments);
        named.iter().filter_map(|reason| Some(reason.split_once(':')?.0.to_owned())).collect()
    }

    const GOOD: &[(u16, usize)] = &[(200, 9), (303, 4), (429, 1), (503, 70)];

    #[test]
    fn an_overload_that_misses_a_goal_fails_by_the_goals_name_rel_12() {
        assert!(reasons(|_| (), GOOD, &[]).is_empty());
        assert_eq!(reasons(|seen| seen.goodput = 0.79, GOOD, &[]), ["goodput"]);
        assert_eq!(reasons(|seen| seen.recovered = Some(31.0), GOOD, &[]), ["recovery"]);
        assert_eq!(reasons(|seen| seen.recovered = None, GOOD, &[]), ["recovery"]);
        assert_eq!(reasons(|seen| seen.without_time = 1, GOOD, &[]), ["retry-after"]);
        assert_eq!(reasons(|_| (), &[(200, 1), (500, 1), (404, 2)], &[]), ["status", "status"]);
        assert_eq!(reasons(|seen| seen.health_away = 1, GOOD, &[]), ["health"]);
        assert_eq!(reasons(|seen| seen.broken = 1, GOOD, &[]), ["failed"]);
    }

    #[test]
    fn goals_are_arguments_and_a_short_run_leaves_out_what_hangs_on_a_clock() {
        assert!(reasons(|seen| seen.goodput = 0.6, GOOD, &["--goodput", "0.5"]).is_empty());
        assert!(reasons(|seen| seen.recovered = Some(50.0), GOOD, &["--recovery", "60"]).is_empty());
        let late = |seen: &mut Seen| (seen.goodput, seen.recovered) = (0.1, None);
        assert!(reasons(late, GOOD, &["--short"]).is_empty());
        assert_eq!(reasons(late, &[(500, 1)], &["--short"]), ["status"]);
    }
}
