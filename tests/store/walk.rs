//! The counselor's walk with the first responder absent, on a clock that the test holds: the child closes its tab, nobody
//! takes it, the ladder climbs to the district, the backup comes and the child is helped (C-06, C-10, C-43, REL-06…10).

use server::ctx::{Actor, Ctx};
use server::jobs;
use server::model::outside::{Consent, OutsideState};
use server::model::people::Role;
use server::model::referral::{Outcome, ReferralState};
use server::model::{Instant, Private};
use server::services::outside::Sending;
use server::services::plans::NewPlan;
use server::services::queue::{Asked, Share};
use server::services::{alerts, outside, plans, queue, records, referrals, steps};
use tests::{Kind, on_both_databases};

use crate::town::Town;

fn words(text: &str) -> Private<String> {
    text.to_owned().into()
}

fn nobody(at: Instant) -> Ctx {
    Ctx::at(Actor::Nobody, at)
}

on_both_databases! {
    async fn a_child_whose_first_responder_is_absent_is_helped_all_the_same_rel_10(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        // The child answers item 9 and is never heard of again: no further answer, no last page.
        let t0 = town.critical_answer(0).await;
        let asked = Asked { show: Some(Share::Critical), ..Asked::default() };
        let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(5)).await;
        let row = queue::queue(services, &first, &asked).await.unwrap().rows[0].clone();
        let minutes = row.due_at.seconds_since(t0) / 60;
        assert!((14..=15).contains(&minutes), "a clock of a quarter of an hour, not {minutes} minutes");
        assert_eq!(alerts::state(services, &first).await.unwrap().urgent, 1, "an alert for its owner");

        // She is ill and nobody has entered it. The minutes pass; the job runs as it does in production.
        for seconds in (0..=36 * 60).step_by(60) {
            let job = Ctx::at(Actor::Job("alerts"), t0.plus_seconds(seconds + 5));
            jobs::escalate(services, &job).await.unwrap();
            jobs::reassign(services, &job).await.unwrap();
        }
        let history = town.words("select reason from outbox where reason like '%:critical' order by created_at").await;
        assert_eq!(history, ["backup:critical", "lead:critical", "district:critical"]);
        assert_eq!(town.count("select count(*) from referral_events where verb = 'escalate'").await, 3);
        let lead = town.staff_at(Role::SchoolLead, 0, t0.plus_seconds(1800)).await;
        assert_eq!(alerts::state(services, &lead).await.unwrap().urgent, 1);
        assert!(queue::queue(services, &lead, &asked).await.is_err(), "a lead is called, and sees no child");

        // The backup acknowledges: it rings nowhere any more, and it is hers.
        let at = |minutes: i64| t0.plus_seconds(minutes * 60);
        let ben = town.staff_at(Role::Counselor, 1, at(40)).await;
        referrals::claim(services, &ben, row.id).await.unwrap();
        let late = referrals::claim(services, &first, row.id).await.unwrap_err();
        assert!(late.to_string().contains(&ben_name(&ben)), "the second learns who has it: {late}");
        for caller in [&first, &ben, &lead] {
            assert_eq!(alerts::state(services, caller).await.unwrap().urgent, 0);
        }
        let plan = NewPlan {
            steps: ["I stop answering.", "", "", "", "Room 12", "Mom keeps the medicine."].map(words),
            gap_reason: words(""),
        };
        plans::write(services, &ben, row.id, 0, plan).await.unwrap();
        let clinic = outside::directory(services, &ben).await.unwrap()[0].id;
        let sending = Sending {
            service: clinic,
            consent: Consent::Guardian,
            consent_words: words("Mother, by phone"),
            letter: words("Please see her."),
        };
        let link = outside::send(services, &ben, row.id, sending).await.unwrap();
        for (days, to) in [(1, OutsideState::Accepted), (7, OutsideState::Attended)] {
            let clinic = nobody(at(days * 1440));
            outside::answer_by_link(services, &clinic, link.token.reveal(), to, words("")).await.unwrap();
        }
        let ben = town.staff_at(Role::Counselor, 1, at(8 * 1440)).await;
        let closing = referrals::Closing {
            outcome: Outcome::ReferredAndSeen,
            seen_by: words("Ben, on the day"),
            reason: words("In care."),
        };
        assert_eq!(referrals::close(services, &ben, row.id, closing).await.unwrap(), referrals::Closed::WhenConfirmed);
        let first = town.staff_at(Role::Counselor, 0, at(9 * 1440)).await;
        steps::answer_closing(services, &first, row.id, steps::Answer::Confirmed, words("")).await.unwrap();

        let child = records::child_of_referral(services, &first, row.id).await.unwrap();
        let record = records::record(services, &first, child).await.unwrap();
        let closed = record.closed.unwrap();
        assert_eq!((closed.state, closed.outcome), (ReferralState::Closed, Some(Outcome::ReferredAndSeen)));
        let told: Vec<&str> = record.timeline.iter().map(|entry| entry.title.as_str()).collect();
        for step in ["Referral opened", "Called the next person", "Claimed", "Safety plan", "Referred outside", "Closing proposed", "Closed"] {
            assert!(told.contains(&step), "the file does not say {step}: {told:?}");
        }
        assert_eq!(told.iter().filter(|title| **title == "Called the next person").count(), 3);
        town.services.close().await;
    }
}

fn ben_name(ben: &Ctx) -> String {
    let Actor::Staff(staff) = &ben.actor else { panic!("a member of staff") };
    staff.name.clone()
}
