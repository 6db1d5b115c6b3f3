//! Any sequence of steps against a model: no referral without owner, clock or history; never two open for one child;
//! every illegal move is refused and changes nothing.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use server::Error;
use server::ctx::Ctx;
use server::model::people::Role;
use server::model::referral::{Outcome, Priority, ReferralState, Verb};
use server::model::{Private, ReferralId};
use server::services::queue::{Asked, Share};
use server::services::{queue, records, referrals, steps};
use tests::Kind;

use crate::town::Town;

/// A step that somebody tries on the referral.
#[derive(Clone, Copy, Debug)]
enum Try {
    Claim,
    Advance(Verb),
    Close,
    Confirm,
    Return,
    Another,
    Level(Priority),
}

fn any_try() -> impl Strategy<Value = Try> {
    let verbs = vec![
        Verb::StartAssessment,
        Verb::SupportInSchool,
        Verb::PlanFollowUp,
        Verb::ReferOutside,
        Verb::Reopen,
    ];
    prop_oneof![
        3 => Just(Try::Claim),
        5 => proptest::sample::select(verbs).prop_map(Try::Advance),
        3 => Just(Try::Close),
        2 => Just(Try::Confirm),
        1 => Just(Try::Return),
        1 => Just(Try::Another),
        1 => proptest::sample::select(Priority::ALL.to_vec()).prop_map(Try::Level),
    ]
}

/// What the referral should look like.
#[derive(Debug)]
struct Model {
    state: ReferralState,
    priority: Priority,
    closing_waits: bool,
}

impl Model {
    /// Whether a step is legal, and what follows.
    fn take(&mut self, step: Try, open_elsewhere: bool) -> bool {
        let verb = |verb: Verb| self.state.after(verb).ok();
        match step {
            Try::Claim => verb(Verb::Claim).map(|to| self.state = to).is_some(),
            Try::Advance(Verb::Reopen) if open_elsewhere => false,
            Try::Advance(v) => verb(v).map(|to| self.state = to).is_some(),
            Try::Close if self.priority == Priority::Critical => {
                let legal = verb(Verb::Close).is_some() && !self.closing_waits;
                self.closing_waits |= legal;
                legal
            }
            Try::Close => verb(Verb::Close).map(|to| self.state = to).is_some(),
            Try::Confirm if self.closing_waits => {
                let legal = verb(Verb::Close);
                // A refused confirmation leaves the closing waiting: nothing of it was kept.
                legal
                    .map(|to| {
                        self.state = to;
                        self.closing_waits = false;
                    })
                    .is_some()
            }
            Try::Return if self.closing_waits => {
                self.closing_waits = false;
                true
            }
            Try::Confirm | Try::Return => false,
            Try::Another => true,
            Try::Level(priority) => {
                let legal = !self.state.is_unclaimed() && self.state != ReferralState::Closed;
                if legal {
                    self.priority = priority;
                }
                legal
            }
        }
    }
}

async fn run(town: &Town, first: &Ctx, second: &Ctx, id: ReferralId, step: Try) -> Result<(), Error> {
    let services = &town.services;
    let why = || Private::new("Because.".to_owned());
    match step {
        Try::Claim => referrals::claim(services, first, id).await,
        Try::Advance(verb) => referrals::advance(services, first, id, verb, why()).await,
        Try::Close => {
            let closing = referrals::Closing { outcome: Outcome::NoConcern, seen_by: why(), reason: why() };
            referrals::close(services, first, id, closing).await.map(drop)
        }
        Try::Confirm => steps::answer_closing(services, second, id, steps::Answer::Confirmed, why()).await,
        Try::Return => steps::answer_closing(services, second, id, steps::Answer::Returned, why()).await,
        Try::Another => Ok(()),
        Try::Level(priority) => steps::set_priority(services, first, id, priority, why()).await,
    }
}

const WRONG: [&str; 4] = [
    "select count(*) from referrals where owner_id is null or due_at is null",
    "select count(*) from referrals r where not exists (select 1 from referral_events e where e.referral_id = r.id)",
    "select count(*) from (select child_id from referrals where closed_at is null group by child_id, school_id having count(*) > 1) d",
    "select count(*) from referrals where (closed_at is null) <> (outcome is null)",
];

#[test]
fn no_sequence_of_steps_breaks_a_referral() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let taken = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(&proptest::collection::vec(any_try(), 10..60), |tries| {
            runtime.block_on(async {
                let town = Town::of(Kind::Sqlite, 30).await;
                let t0 = town.critical_answer(0).await;
                let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
                let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(60)).await;
                let asked = Asked { show: Some(Share::Critical), ..Asked::default() };
                let id = queue::queue(&town.services, &first, &asked).await.unwrap().rows[0].id;
                let child = records::child_of_referral(&town.services, &first, id).await.unwrap();
                let mut model =
                    Model { state: ReferralState::Open, priority: Priority::Critical, closing_waits: false };
                for (n, step) in tries.iter().enumerate() {
                    let before = town.count("select count(*) from referral_events").await;
                    let done = run(&town, &first, &second, id, *step).await;
                    let legal = model.take(*step, false);
                    prop_assert_eq!(done.is_ok(), legal, "step {} {:?} at {:?}: {:?}", n, step, &model, done);
                    let after = town.count("select count(*) from referral_events").await;
                    if !legal {
                        prop_assert_eq!(before, after, "a refused step leaves nothing: {:?}", step);
                    }
                    let record = records::record(&town.services, &first, child).await.unwrap();
                    let referral = record.open.map(|open| open.referral).or(record.closed).unwrap();
                    prop_assert_eq!(referral.state, model.state);
                    prop_assert_eq!(referral.priority, model.priority);
                    for wrong in WRONG {
                        prop_assert_eq!(town.count(wrong).await, 0, "{}", wrong);
                    }
                    taken.set(taken.get() + 1);
                }
                town.services.close().await;
                Ok(())
            })
        })
        .unwrap();
    println!("{} steps taken", taken.get());
}
