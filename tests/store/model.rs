//! Any sequence of steps against a model: no referral without owner, clock or history; never two open for one child;
//! every illegal move is refused and changes nothing.
//!
//! In the suite a short run of one seed; `FIRSTLIGHT_MODEL_CASES=20000 FIRSTLIGHT_MODEL_SEED=7` makes a longer one, and
//! `FIRSTLIGHT_MODEL_SIDE_BY_SIDE=4` spreads it over so many seeds that follow on that one. 20,000 cases are a million steps.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use server::ctx::{Actor, Ctx};
use server::jobs;
use server::model::outside::Consent;
use server::model::people::Role;
use server::model::referral::{
    ContactHow, ContactWith, Danger, Outcome, Priority, ReferralState, Urgency, Verb,
};
use server::model::{ChildId, Instant, Private, ReferralId, UserId};
use server::services::demo::Demo;
use server::services::plans::{NewAssessment, NewPlan};
use server::services::queue::{Asked, Share};
use server::services::{concerns, duty, outside, plans, queue, records, referrals, steps};
use server::{Error, Result};
use sqlx::AnyConnection;
use tests::{Database, Kind, figure, set};

use crate::town::Town;

/// A step that somebody tries on the referral.
#[derive(Clone, Copy, Debug)]
enum Try {
    /// A teacher reports a concern: it joins what is open, or opens anew.
    Trigger,
    Claim,
    Advance(Verb),
    Contact,
    FollowUp,
    Plan,
    Assess(Priority),
    Outside,
    Close,
    Confirm,
    ConfirmOwn,
    Return,
    Level(Priority),
    Snooze,
    Offer,
    Accept,
    Decline,
    /// The referral before this one is opened again.
    ReopenOld,
    /// The first counselor is away from today on, and the job runs.
    Away,
    /// The ladder's job runs an hour later.
    Climb,
}

fn any_try() -> impl Strategy<Value = Try> {
    use proptest::sample::select;
    let verbs = vec![
        Verb::StartAssessment,
        Verb::SupportInSchool,
        Verb::PlanFollowUp,
        Verb::ReferOutside,
        Verb::Reopen,
    ];
    prop_oneof![
        3 => Just(Try::Trigger),
        6 => Just(Try::Claim),
        6 => select(verbs).prop_map(Try::Advance),
        2 => select(vec![Try::Contact, Try::FollowUp, Try::Plan, Try::Outside, Try::Snooze]),
        2 => select(Priority::ALL.to_vec()).prop_map(Try::Assess),
        4 => Just(Try::Close),
        4 => select(vec![Try::Confirm, Try::Confirm, Try::ConfirmOwn, Try::Return]),
        2 => select(Priority::ALL.to_vec()).prop_map(Try::Level),
        4 => select(vec![Try::Offer, Try::Offer, Try::Accept, Try::Accept, Try::Decline]),
        2 => select(vec![Try::ReopenOld, Try::Away, Try::Climb]),
    ]
}

/// What the child's newest referral should look like.
#[derive(Debug)]
struct Model {
    state: ReferralState,
    priority: Priority,
    closing_waits: bool,
    offer_waits: bool,
    /// The one before it, which is closed.
    old: Option<(ReferralId, Priority)>,
    /// The least urgent level that any service takes.
    accepted: Priority,
    follow_ups: usize,
}

impl Model {
    fn moves(&mut self, verb: Verb) -> bool {
        let Ok(to) = self.state.after(verb) else { return false };
        self.state = to;
        if to == ReferralState::Closed {
            (self.closing_waits, self.offer_waits) = (false, false);
        }
        true
    }

    /// Whether a step is legal, and what follows.
    fn take(&mut self, step: Try) -> bool {
        let closed = self.state == ReferralState::Closed;
        let worked_on = !closed && !self.state.is_unclaimed();
        let critical = self.priority == Priority::Critical;
        match step {
            Try::Trigger => {
                if !closed && self.priority.rank() > Priority::High.rank() {
                    self.priority = Priority::High;
                }
                true
            }
            Try::Claim => self.moves(Verb::Claim),
            Try::Advance(verb) => self.moves(verb),
            Try::Contact | Try::Plan => worked_on,
            Try::FollowUp => worked_on && self.follow_ups > 0,
            Try::Assess(level) | Try::Level(level) => {
                if worked_on {
                    self.priority = level;
                }
                worked_on
            }
            Try::Outside => {
                worked_on && self.priority.rank() <= self.accepted.rank() && self.moves(Verb::ReferOutside)
            }
            Try::Close if critical => {
                let legal = worked_on && !self.closing_waits;
                self.closing_waits |= legal;
                legal
            }
            Try::Close => self.moves(Verb::Close),
            // Closing needs somebody who is on it; what waits stays until then.
            Try::Confirm => self.closing_waits && self.moves(Verb::Close),
            Try::ConfirmOwn => false,
            Try::Return => std::mem::take(&mut self.closing_waits),
            Try::Snooze => worked_on && !critical,
            Try::Offer => {
                let legal = worked_on && !self.offer_waits;
                self.offer_waits |= legal;
                legal
            }
            Try::Accept | Try::Decline => std::mem::take(&mut self.offer_waits),
            Try::ReopenOld => self.old.is_some() && closed,
            Try::Away | Try::Climb => true,
        }
    }
}

/// What every case begins with, made once: filling a town takes longer than its steps.
struct Start {
    demo: Demo,
    database: Database,
    now: Instant,
}

impl Start {
    async fn new() -> Self {
        let town = Town::of(Kind::Sqlite, 30).await;
        let now = town.critical_answer(0).await.plus_seconds(60);
        town.services.close().await;
        Self { demo: town.demo, database: town.database, now }
    }
}

/// Who acts, on whom.
struct Scene {
    /// Reads behind the program's back, after every step.
    raw: AnyConnection,
    town: Town,
    first: Ctx,
    second: Ctx,
    teacher: Ctx,
    child: ChildId,
    id: ReferralId,
}

fn user(ctx: &Ctx) -> UserId {
    let Actor::Staff(staff) = &ctx.actor else { panic!("a member of staff") };
    staff.user
}

fn words() -> Private<String> {
    "Because.".to_owned().into()
}

impl Scene {
    async fn new(start: &Start) -> (Self, Model) {
        let (town, now) = (Town::again(&start.demo, &start.database).await, start.now);
        let raw = town.raw().await;
        let (first, second) =
            (town.staff_at(Role::Counselor, 0, now).await, town.staff_at(Role::Counselor, 1, now).await);
        let teacher = town.staff_at(Role::Teacher, 0, now).await;
        let asked = Asked { show: Some(Share::Critical), ..Asked::default() };
        let id = queue::queue(&town.services, &first, &asked).await.unwrap().rows[0].id;
        let child = records::child_of_referral(&town.services, &first, id).await.unwrap();
        let services = outside::directory(&town.services, &first).await.unwrap();
        let accepted = services.iter().map(|s| s.accepts).max_by_key(|level| level.rank()).unwrap();
        let model = Model {
            state: ReferralState::Open,
            priority: Priority::Critical,
            closing_waits: false,
            offer_waits: false,
            old: None,
            accepted,
            follow_ups: 0,
        };
        (Self { raw, town, first, second, teacher, child, id }, model)
    }

    /// One number from the database.
    async fn count(&mut self, sql: &str) -> i64 {
        let row = sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut self.raw).await;
        let (n,): (i64,) = row.unwrap();
        n
    }

    async fn record(&self) -> records::Record {
        records::record(&self.town.services, &self.first, self.child).await.unwrap()
    }

    async fn run(&self, step: Try, model: &Model) -> Result<()> {
        let (services, id) = (&self.town.services, self.id);
        let (first, second) = (&self.first, &self.second);
        match step {
            Try::Trigger => {
                let (seen, since) = (words(), words());
                let concern =
                    concerns::NewConcern { child: self.child, seen, since, urgency: Urgency::Today };
                concerns::report(services, &self.teacher, concern).await
            }
            Try::Claim => referrals::claim(services, first, id).await,
            Try::Advance(verb) => referrals::advance(services, first, id, verb, words()).await,
            Try::Contact => {
                let (with, how) = (ContactWith::Child, ContactHow::InPerson);
                let contact = referrals::NewContact { with, how, reached: true, note: words(), next: None };
                referrals::log_contact(services, first, id, contact).await
            }
            Try::FollowUp => {
                let open = self.record().await.open.map(|open| open.follow_ups).unwrap_or_default();
                let task = open.iter().find(|task| task.done_at.is_none());
                let task = task.map_or(uuid::Uuid::nil(), |task| task.id);
                steps::finish_follow_up(services, first, id, task).await
            }
            Try::Plan => {
                let plan = NewPlan { steps: std::array::from_fn(|_| words()), gap_reason: words() };
                let seen = self.record().await.casework.plans.first().map_or(0, |plan| plan.version);
                plans::write(services, first, id, seen, plan).await
            }
            Try::Assess(level) => {
                let (summary, strengths) = (words(), words());
                let look = NewAssessment { danger: Danger::Possible, level, summary, strengths };
                plans::assess(services, first, id, look).await
            }
            Try::Outside => {
                let directory = outside::directory(services, first).await?;
                let service = directory.iter().find(|s| s.accepts == model.accepted).unwrap().id;
                let (consent, consent_words, letter) = (Consent::Guardian, words(), words());
                let sending = outside::Sending { service, consent, consent_words, letter };
                outside::send(services, first, id, sending).await.map(drop)
            }
            Try::Close => {
                let closing =
                    referrals::Closing { outcome: Outcome::NoConcern, seen_by: words(), reason: words() };
                referrals::close(services, first, id, closing).await.map(drop)
            }
            Try::Confirm => {
                steps::answer_closing(services, second, id, steps::Answer::Confirmed, words()).await
            }
            Try::ConfirmOwn => {
                steps::answer_closing(services, first, id, steps::Answer::Confirmed, words()).await
            }
            Try::Return => {
                steps::answer_closing(services, second, id, steps::Answer::Returned, words()).await
            }
            Try::Level(level) => steps::set_priority(services, first, id, level, words()).await,
            Try::Snooze => {
                let until = first.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(5);
                steps::snooze(services, first, id, until, words()).await
            }
            Try::Offer => steps::offer_hand_over(services, first, id, user(second), words()).await,
            Try::Accept => steps::answer_hand_over(services, second, id, steps::Accepts::Yes).await,
            Try::Decline => steps::answer_hand_over(services, second, id, steps::Accepts::No).await,
            Try::ReopenOld => match model.old {
                Some((old, _)) => referrals::advance(services, first, old, Verb::Reopen, words()).await,
                None => Err(Error::NotFound),
            },
            Try::Away => {
                let page = duty::page(services, first, None).await?;
                let today = first.now.day_in(&page.rota.zone);
                let until = today.plus_days(3);
                duty::add_absence(services, first, page.school.id, user(first), today, until).await?;
                jobs::reassign(services, &self.job()).await.map(drop)
            }
            Try::Climb => jobs::escalate(services, &self.job()).await.map(drop),
        }
    }

    fn job(&self) -> Ctx {
        Ctx::at(Actor::Job("alerts"), self.first.now)
    }

    /// Every step has its own second: the history is read in its order.
    fn pass(&mut self, seconds: i64) {
        for person in [&mut self.first, &mut self.second, &mut self.teacher] {
            person.now = person.now.plus_seconds(seconds);
        }
    }

    /// A step, whether it was legal, and whether what is stored is what the model says.
    async fn check(&mut self, step: Try, model: &mut Model) -> std::result::Result<(), TestCaseError> {
        let trace = "select (select count(*) from referral_events) + (select count(*) from outbox) \
            + (select coalesce(sum(version), 0) from referrals)";
        let before = self.count(trace).await;
        self.pass(if matches!(step, Try::Climb) { 3600 } else { 1 });
        let done = self.run(step, model).await;
        let legal = model.take(step);
        prop_assert_eq!(done.is_ok(), legal, "{:?} at {:?}: {:?}", step, &model, done);
        if !legal {
            prop_assert_eq!(before, self.count(trace).await, "a refused step leaves nothing: {:?}", step);
        }
        let record = self.record().await;
        let (follow_ups, open) = match record.open {
            Some(open) => (open.follow_ups, Some(open.referral)),
            None => (Vec::new(), None),
        };
        match (step, &open) {
            // What was closed stays closed; a new one begins.
            (Try::Trigger, Some(new)) if new.id != self.id => {
                model.old = Some((self.id, model.priority));
                (model.state, model.priority) = (ReferralState::Open, Priority::High);
                self.id = new.id;
            }
            (Try::ReopenOld, Some(again)) if legal => {
                let (old, priority) = model.old.take().unwrap();
                prop_assert_eq!(old, again.id);
                model.old = Some((self.id, model.priority));
                (model.state, model.priority) = (ReferralState::Reopened, priority);
                self.id = old;
            }
            (Try::Away, Some(open)) => {
                prop_assert_ne!(open.owner_id, user(&self.first), "an owner who is away")
            }
            _ => {}
        }
        model.follow_ups = follow_ups.iter().filter(|task| task.done_at.is_none()).count();
        match open {
            Some(open) => prop_assert_eq!((open.state, open.priority), (model.state, model.priority)),
            None => prop_assert_eq!(ReferralState::Closed, model.state),
        }
        for wrong in WRONG {
            prop_assert_eq!(self.count(wrong).await, 0, "after {:?}: {}", step, wrong);
        }
        Ok(())
    }
}

const WRONG: [&str; 7] = [
    "select count(*) from referrals where owner_id is null or due_at is null",
    "select count(*) from referrals r where not exists (select 1 from referral_events e where e.referral_id = r.id)",
    "select count(*) from (select child_id from referrals where closed_at is null group by child_id, school_id having count(*) > 1) d",
    "select count(*) from referrals where (closed_at is null) <> (outcome is null)",
    "select count(*) from referrals r where r.state <> (select e.to_state from referral_events e where e.referral_id = r.id \
     order by e.at desc, e.id desc limit 1)",
    "select count(*) from closings c join referrals r on r.id = c.referral_id where c.answered_at is null and r.closed_at is not null",
    "select count(*) from hand_overs h join referrals r on r.id = h.referral_id where h.answered_at is null and r.closed_at is not null",
];

/// Each step with how often it was tried and how often it moved something.
type Taken = BTreeMap<String, (usize, usize)>;

/// So many cases of one seed; gives what was tried.
fn cases_of(seed: u32, cases: u32) -> Taken {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let start = runtime.block_on(Start::new());
    let taken = RefCell::new(Taken::new());
    let done = Cell::new(0);
    TestRunner::new_with_rng(config, rng)
        .run(&proptest::collection::vec(any_try(), 20..80), |tries| {
            runtime.block_on(async {
                let (mut scene, mut model) = Scene::new(&start).await;
                for step in tries {
                    let before = format!("{model:?}");
                    scene.check(step, &mut model).await?;
                    let name = format!("{step:?}").split('(').next().unwrap_or_default().to_owned();
                    let mut taken = taken.borrow_mut();
                    let (all, moved) = taken.entry(name).or_default();
                    *all += 1;
                    *moved += usize::from(before != format!("{model:?}"));
                }
                scene.town.services.close().await;
                done.set(done.get() + 1);
                if done.get() % 500 == 0 {
                    println!("seed {seed}: {} of {cases} cases", done.get());
                }
                Ok(())
            })
        })
        .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    taken.into_inner()
}

#[test]
fn no_sequence_of_steps_breaks_a_referral_rel_15() {
    let cases = set("FIRSTLIGHT_MODEL_CASES", 12);
    let first = u32::try_from(set("FIRSTLIGHT_MODEL_SEED", 1)).unwrap();
    let side_by_side = set("FIRSTLIGHT_MODEL_SIDE_BY_SIDE", 1);
    let each = u32::try_from(cases.div_ceil(side_by_side)).unwrap();
    let seeds: Vec<u32> = (first..).take(side_by_side).collect();
    let running: Vec<_> =
        seeds.iter().map(|&seed| std::thread::spawn(move || cases_of(seed, each))).collect();
    let mut taken = Taken::new();
    for seed in running {
        for (name, (all, moved)) in seed.join().unwrap() {
            let sum = taken.entry(name).or_default();
            *sum = (sum.0 + all, sum.1 + moved);
        }
    }
    let steps: usize = taken.values().map(|(all, _)| all).sum();
    println!(
        "{steps} steps of seeds {seeds:?}; each with how often it was tried and how often it moved something:"
    );
    println!("{taken:?}");
    figure(&serde_json::json!({
        "fault": "any sequence of steps against the model", "steps": steps, "cases": each * u32::try_from(side_by_side).unwrap(),
        "seeds": seeds, "wrong": 0,
    }));
}
