//! From the claim to the child who was helped: two people, levels, plans, help outside, hand-over, teachers, rules.

use std::sync::Arc;

use server::Error;
use server::ctx::{Actor, Ctx};
use server::jobs;
use server::model::outside::{Consent, OutsideState};
use server::model::people::Role;
use server::model::referral::{Danger, Outcome, Priority, Urgency, Verb};
use server::model::{Instant, Private, ReferralId};
use server::services::outside::{News, Sending};
use server::services::plans::{NewAssessment, NewPlan};
use server::services::queue::{Asked, Bulk, Share};
use server::services::{concerns, outside, plans, queue, records, referrals, rules, steps};
use tests::crowd::crowd;
use tests::{Kind, on_both_databases};

use crate::town::Town;

fn words(text: &str) -> Private<String> {
    text.to_owned().into()
}

/// The critical referral of a fresh critical answer, claimed by the first counselor.
async fn claimed(town: &Town) -> (ReferralId, Ctx, Ctx, Instant) {
    let t0 = town.critical_answer(0).await;
    let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
    let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(120)).await;
    let asked = Asked { show: Some(Share::Critical), ..Asked::default() };
    let list = queue::queue(&town.services, &first, &asked).await.unwrap();
    let id = list.rows.iter().find(|row| row.state.is_unclaimed()).unwrap().id;
    referrals::claim(&town.services, &first, id).await.unwrap();
    (id, first, second, t0)
}

async fn state(town: &Town, by: &Ctx, id: ReferralId) -> records::Record {
    let child = records::child_of_referral(&town.services, by, id).await.unwrap();
    records::record(&town.services, by, child).await.unwrap()
}

on_both_databases! {
    /// C-30: who saw the child, an outcome, and a second person.
    async fn a_critical_referral_is_closed_by_two_people(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, first, second, _) = claimed(&town).await;
        let closing = |seen: &str| referrals::Closing {
            outcome: Outcome::SupportedHere, seen_by: words(seen), reason: words("Support has begun."),
        };
        let unseen = referrals::close(&town.services, &first, id, closing("")).await;
        assert!(matches!(unseen, Err(Error::Invalid { field: "seen_by", .. })), "{unseen:?}");
        let waits = referrals::close(&town.services, &first, id, closing("Ana, 10:50")).await.unwrap();
        assert_eq!(waits, referrals::Closed::WhenConfirmed);
        let twice = referrals::close(&town.services, &first, id, closing("Ana")).await;
        assert!(matches!(twice, Err(Error::Conflict(_))));
        let own = steps::answer_closing(&town.services, &first, id, steps::Answer::Confirmed, words("")).await;
        assert!(matches!(own, Err(Error::Conflict(_))), "nobody confirms their own words");
        steps::answer_closing(&town.services, &second, id, steps::Answer::Returned, words("Call the mother.")).await.unwrap();
        assert!(state(&town, &first, id).await.open.is_some());
        referrals::close(&town.services, &first, id, closing("Ana, 10:50")).await.unwrap();
        steps::answer_closing(&town.services, &second, id, steps::Answer::Confirmed, words("")).await.unwrap();
        let record = state(&town, &first, id).await;
        assert!(record.open.is_none() && record.closed.unwrap().outcome == Some(Outcome::SupportedHere));

        // And back again, with a reason, a clock and an alert of its own.
        let silent = referrals::advance(&town.services, &first, id, Verb::Reopen, words("")).await;
        assert!(matches!(silent, Err(Error::Invalid { .. })));
        referrals::advance(&town.services, &first, id, Verb::Reopen, words("The mother called.")).await.unwrap();
        let record = state(&town, &first, id).await;
        assert!(record.open.unwrap().referral.state.is_unclaimed());
        assert_eq!(town.count("select count(*) from outbox where reason like 'critical_again%'").await, 1);
        town.services.close().await;
    }

    /// 18, 19: another level with its reason; what the rules gave stays; the same answer again does not undo it.
    async fn a_person_s_level_stands_beside_what_the_rules_gave(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, first, _, _) = claimed(&town).await;
        let bare = steps::set_priority(&town.services, &first, id, Priority::High, words(" ")).await;
        assert!(matches!(bare, Err(Error::Invalid { .. })));
        steps::set_priority(&town.services, &first, id, Priority::High, words("Misread the question.")).await.unwrap();
        let record = state(&town, &first, id).await;
        let open = record.open.unwrap();
        assert_eq!(open.referral.priority, Priority::High);
        assert_eq!(open.reasons[0].priority, Priority::Critical, "the rule's finding is still there");
        // The reconciler and a late submit look at the same answer again.
        jobs::reconcile(&town.services, &Ctx::new(Actor::Job("reconcile")), jobs::Span::Everything).await.unwrap();
        assert_eq!(state(&town, &first, id).await.open.unwrap().referral.priority, Priority::High);

        let look = NewAssessment {
            level: Priority::Moderate, danger: Danger::None, summary: words("Calm and clear."), strengths: words(""),
        };
        plans::assess(&town.services, &first, id, look).await.unwrap();
        let record = state(&town, &first, id).await;
        assert_eq!(record.open.unwrap().referral.priority, Priority::Moderate);
        assert_eq!(record.casework.assessments.len(), 1);

        // Now it may be put aside, which a critical one may not.
        let day = first.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(7);
        steps::snooze(&town.services, &first, id, day, words("Exams.")).await.unwrap();
        let all = queue::queue(&town.services, &first, &Asked::default()).await.unwrap();
        assert!(all.rows.iter().all(|r| r.id != id), "put aside, it has left the list");
        let waiting = Asked { show: Some(Share::Waiting), ..Asked::default() };
        let waiting = queue::queue(&town.services, &first, &waiting).await.unwrap();
        assert!(waiting.rows.iter().any(|r| r.id == id));
        assert_eq!(waiting.counts.waiting, i64::try_from(waiting.rows.len()).unwrap(), "C-01");
        steps::set_priority(&town.services, &first, id, Priority::Critical, words("Said it again.")).await.unwrap();
        let refused = steps::snooze(&town.services, &first, id, day, words("Exams.")).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        town.services.close().await;
    }

    /// C-25: six steps, versioned; without five or six only with a reason.
    async fn a_safety_plan_keeps_every_version_and_asks_for_its_last_steps(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, first, _, _) = claimed(&town).await;
        let plan = |five: &str, gap: &str| NewPlan {
            steps: ["Alone", "Music", "Library", "Aunt", five, "Locked drawer"].map(words), gap_reason: words(gap),
        };
        let unsafe_ = plans::write(&town.services, &first, id, 0, plan("", "")).await;
        assert!(matches!(unsafe_, Err(Error::Invalid { field: "professionals", .. })), "{unsafe_:?}");
        plans::write(&town.services, &first, id, 0, plan("", "Wants to think about it until Friday.")).await.unwrap();
        plans::write(&town.services, &first, id, 1, plan("Room 12, 988", "")).await.unwrap();
        let versions = state(&town, &first, id).await.casework.plans;
        assert_eq!(versions.iter().map(|p| p.version).collect::<Vec<_>>(), [2, 1]);
        town.services.close().await;
    }

    /// C-27, 21, 22, 23: consent, a link without an account, confirmation, silence after fourteen days, follow-ups.
    async fn help_outside_comes_back_through_the_link(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, first, _, t0) = claimed(&town).await;
        let directory = outside::directory(&town.services, &first).await.unwrap();
        let clinic = directory.iter().find(|s| s.accepts == Priority::Moderate).unwrap().id;
        let sending = |consent_words: &str| Sending {
            service: clinic, consent: Consent::Guardian, consent_words: words(consent_words), letter: words("Please see her."),
        };
        let bare = outside::send(&town.services, &first, id, sending("")).await;
        assert!(matches!(bare, Err(Error::Invalid { field: "consent_words", .. })));
        let link = outside::send(&town.services, &first, id, sending("Mother, by phone")).await.unwrap();
        let record = state(&town, &first, id).await;
        let planned = record.open.unwrap().follow_ups;
        assert_eq!(planned.len(), 3, "7, 30 and 90 days");

        // Fourteen days of silence: one task, however often the job runs.
        for days in [13, 15, 15, 16] {
            jobs::remind(&town.services, &Ctx::at(Actor::Job("alerts"), t0.plus_seconds(days * 86_400))).await.unwrap();
        }
        assert_eq!(state(&town, &first, id).await.open.unwrap().follow_ups.len(), 4);

        let nobody = Ctx::at(Actor::Nobody, t0.plus_seconds(16 * 86_400));
        let (services, token) = (&town.services, link.token.reveal().clone());
        assert!(matches!(outside::invitation(services, &nobody, "guess").await, Err(Error::NotFound)));
        assert_eq!(outside::invitation(services, &nobody, &token).await.unwrap().outside.state, OutsideState::Sent);
        let skip = outside::answer_by_link(services, &nobody, &token, OutsideState::Completed, words("")).await;
        assert!(matches!(skip, Err(Error::Conflict(_))), "{skip:?}");
        for to in [OutsideState::Accepted, OutsideState::Attended] {
            outside::answer_by_link(services, &nobody, &token, to, words("First date Tuesday")).await.unwrap();
        }
        // A counselor's own word that the child was there needs who confirms it.
        let later = town.staff_at(Role::Counselor, 0, t0.plus_seconds(20 * 86_400)).await;
        let news = |to, source: &str| News { to, source: source.to_owned(), note: words("") };
        outside::note_news(services, &later, link.outside, news(OutsideState::Completed, "")).await.unwrap();
        let ended = outside::answer_by_link(services, &nobody, &token, OutsideState::Completed, words("")).await;
        assert!(matches!(ended, Err(Error::NotFound)), "with the last answer the link ends");
        let again = outside::send(services, &later, id, sending("Mother again")).await;
        let link = again.unwrap();
        let unsourced = outside::note_news(services, &later, link.outside, news(OutsideState::Attended, "")).await;
        assert!(matches!(unsourced, Err(Error::Invalid { field: "source", .. })));
        let fresh = outside::renew_link(services, &later, link.outside).await.unwrap();
        assert!(outside::invitation(services, &nobody, link.token.reveal()).await.is_err(), "the old link ends");
        assert!(outside::invitation(services, &nobody, fresh.token.reveal()).await.is_ok());
        let over = Ctx::at(Actor::Nobody, t0.plus_seconds(200 * 86_400));
        assert!(outside::invitation(services, &over, fresh.token.reveal()).await.is_err(), "and every link is over one day");
        town.services.close().await;
    }

    /// C-31: nothing moves until it is accepted.
    async fn a_hand_over_moves_when_it_is_accepted_and_not_before(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, first, second, _) = claimed(&town).await;
        let Actor::Staff(receiver) = &second.actor else { panic!() };
        let to = receiver.user;
        steps::offer_hand_over(&town.services, &first, id, to, words("See her at 11")).await.unwrap();
        let owner = state(&town, &first, id).await.open.unwrap().referral.owner_id;
        assert_ne!(owner, to);
        let meddling = steps::answer_hand_over(&town.services, &first, id, steps::Accepts::Yes).await;
        assert!(matches!(meddling, Err(Error::Conflict(_))), "only the receiver accepts");
        steps::answer_hand_over(&town.services, &second, id, steps::Accepts::Yes).await.unwrap();
        assert_eq!(state(&town, &second, id).await.open.unwrap().referral.owner_id, to);
        let late = steps::answer_hand_over(&town.services, &second, id, steps::Accepts::No).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        town.services.close().await;
    }

    /// 45: three fields in, "received" and "being handled" out; it opens one referral or joins it.
    async fn a_teacher_s_concern_reaches_the_counselors_and_comes_back_as_one_word(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let now = Ctx::new(Actor::Console).now;
        let teacher = town.staff_at(Role::Teacher, 0, now).await;
        let pupil = concerns::page(&town.services, &teacher).await.unwrap().pupils[0].clone();
        let concern = |seen: &str| concerns::NewConcern {
            child: pupil.id, seen: words(seen), since: words("two weeks"), urgency: Urgency::Today,
        };
        assert!(concerns::report(&town.services, &teacher, concern("")).await.is_err());
        concerns::report(&town.services, &teacher, concern("Cries in class")).await.unwrap();
        concerns::report(&town.services, &teacher, concern("Cries again")).await.unwrap();
        let own = concerns::page(&town.services, &teacher).await.unwrap().own;
        assert_eq!(own.len(), 2);
        assert!(own[0].state.is_unclaimed());
        let open = "select count(*) from referrals where closed_at is null and child_id in (select child_id from concerns)";
        assert_eq!(town.count(open).await, 1, "one child, one open referral");
        assert!(matches!(queue::queue(&town.services, &teacher, &Asked::default()).await, Err(Error::NotFound)));
        let counselor = town.staff_at(Role::Counselor, 0, now.plus_seconds(60)).await;
        let record = records::record(&town.services, &counselor, pupil.id).await.unwrap();
        assert_eq!(record.casework.concerns.len(), 2);
        assert_eq!(record.open.as_ref().unwrap().referral.priority, Priority::High);
        referrals::claim(&town.services, &counselor, record.open.unwrap().referral.id).await.unwrap();
        assert!(!concerns::page(&town.services, &teacher).await.unwrap().own[0].state.is_unclaimed());
        town.services.close().await;
    }

    /// C-44: a district's switch with who, when and why; never for a critical answer.
    async fn a_district_sets_its_rules_and_says_why(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let now = Ctx::new(Actor::Console).now;
        let admin = town.staff_at(Role::Administrator, 0, now).await;
        for (rule, setting, note) in [("critical_item", "off", "no"), ("critical_item", "low", "no"), ("above_cutoff", "off", " "), ("above_cutoff", "loud", "x")] {
            assert!(rules::set(&town.services, &admin, rule, setting, note).await.is_err(), "{rule} {setting}");
        }
        rules::set(&town.services, &admin, "critical_unanswered", "off", "Too many blanks in a pilot.").await.unwrap();
        rules::set(&town.services, &admin, "above_cutoff", "low", "Capacity this term.").await.unwrap();
        let page = rules::page(&town.services, &admin).await.unwrap();
        assert_eq!(page.history.len(), 2);
        let ctx = town.child_at_first_question(&town.teens()[0]).await;
        town.answer_all(&ctx, |item| if item.parse::<u32>().is_ok_and(|n| n <= 8) { 1 } else { 0 }).await;
        let counselor = town.staff_at(Role::Counselor, 0, now.plus_seconds(60)).await;
        server::services::check_in::submit(&town.services, &ctx, uuid::Uuid::new_v4()).await.unwrap();
        let server::ctx::Actor::Student(student) = &ctx.actor else { panic!() };
        let record = records::record(&town.services, &counselor, student.child).await.unwrap();
        let priority = record.open.map(|open| open.referral.priority);
        assert!(priority.is_none_or(|p| p == Priority::Low), "{priority:?}");
        let counselor_cannot = rules::set(&town.services, &counselor, "above_cutoff", "off", "x").await;
        assert!(matches!(counselor_cannot, Err(Error::NotFound)));
        town.services.close().await;
    }

    /// C-09: several lines at once, and back; never a critical one.
    async fn a_bulk_act_is_all_or_nothing_and_can_be_undone(kind: Kind) {
        let town = Town::of(kind, 200).await;
        let (critical, first, second, _) = claimed(&town).await;
        let Actor::Staff(receiver) = &second.actor else { panic!() };
        let rows = queue::queue(&town.services, &first, &Asked::default()).await.unwrap().rows;
        let ids: Vec<ReferralId> = rows.iter().filter(|r| r.priority != Priority::Critical).map(|r| r.id).take(3).collect();
        assert_eq!(ids.len(), 3);
        let mut with_critical = ids.clone();
        with_critical.push(critical);
        let owners = "select count(*) from referral_events where verb = 'reassign'";
        let refused = queue::bulk(&town.services, &first, with_critical, Bulk::Assign(receiver.user)).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        assert_eq!(town.count(owners).await, 0, "all or nothing");
        let act = queue::bulk(&town.services, &first, ids.clone(), Bulk::Assign(receiver.user)).await.unwrap();
        assert_eq!(town.count(owners).await, 3);
        let stranger = queue::undo(&town.services, &second, act).await;
        assert!(matches!(stranger, Err(Error::Conflict(_))));
        assert_eq!(queue::undo(&town.services, &first, act).await.unwrap(), 3);
        assert!(queue::undo(&town.services, &first, act).await.is_err(), "once");
        let late = Ctx { now: first.now.plus_seconds(120), ..first.clone() };
        let act = queue::bulk(&town.services, &first, ids, Bulk::FollowUp(late.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(3))).await.unwrap();
        assert!(matches!(queue::undo(&town.services, &late, act).await, Err(Error::Conflict(_))), "too late");
        town.services.close().await;
    }

    /// REL-09: 64 claimers, each on every one of 1,000 referrals; each is won once.
    async fn of_many_claimers_one_wins_each_referral(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let many = 1_000;
        town.meddle(&crowd(kind, many)).await;
        let now = Ctx::new(Actor::Console).now;
        let claimers = [town.staff_at(Role::Counselor, 0, now).await, town.staff_at(Role::Counselor, 1, now).await];
        let ids = town.ids("select id from referrals where opened_at = 1700000000000").await;
        assert_eq!(ids.len(), many);
        let ids = Arc::new(ids);
        let began = std::time::Instant::now();
        let mut races = Vec::new();
        for n in 0..64 {
            let (services, ctx, ids) = (town.services.clone(), claimers[n % 2].clone(), Arc::clone(&ids));
            races.push(tokio::spawn(async move {
                let (mut won, mut lost) = (0, 0);
                for id in ids.iter() {
                    match referrals::claim(&services, &ctx, ReferralId(*id)).await {
                        Ok(()) => won += 1,
                        Err(Error::Conflict(who)) if who.contains("is on this") => lost += 1,
                        other => panic!("{other:?}"),
                    }
                }
                (won, lost)
            }));
        }
        let (mut won, mut lost) = (0, 0);
        for race in races {
            let (more, less) = race.await.unwrap();
            (won, lost) = (won + more, lost + less);
        }
        println!("{kind:?}: {} claims on {many} referrals in {:?}", won + lost, began.elapsed());
        assert_eq!((won, lost), (many, many * 63));
        let claims = "select count(*) from referral_events e join referrals r on r.id = e.referral_id where e.verb = 'claim' \
            and r.opened_at = 1700000000000";
        assert_eq!(town.count(claims).await, i64::try_from(many).unwrap());
        town.services.close().await;
    }
}
