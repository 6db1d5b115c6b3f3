//! Nobody's alert is lost: the ladder, absences, and the ways out, on a clock that the test holds.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use server::ctx::{Actor, Ctx};
use server::jobs;
use server::model::Instant;
use server::model::people::Role;
use server::services::queue::{Asked, View};
use server::services::{Services, alerts, duty, queue, referrals};
use tests::{Gateway, Kind, MailServer, on_both_databases};

use crate::town::{Town, configured};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn job(at: Instant) -> Ctx {
    Ctx::at(Actor::Job("alerts"), at)
}

fn mine() -> Asked {
    Asked { view: View::Mine, ..Asked::default() }
}

async fn reasons(town: &Town) -> Vec<String> {
    town.words("select reason from outbox where reason <> 'new' order by created_at, id").await
}

on_both_databases! {
    /// REL-10: nobody takes it; each rung is called once, at its minute, with its row in the history.
    async fn a_critical_referral_climbs_the_ladder_until_somebody_takes_it(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let t0 = town.critical_answer(0).await;
        let after = |minutes: i64| job(t0.plus_seconds(minutes * 60 + 5));
        for (minutes, calls) in [(14, 0), (15, 1), (15, 0), (24, 0), (26, 1), (36, 1), (60, 0)] {
            let called = jobs::escalate(&town.services, &after(minutes)).await.unwrap();
            assert_eq!(called, calls, "after {minutes} minutes");
        }
        assert_eq!(reasons(&town).await, ["critical", "backup:critical", "lead:critical", "district:critical"]);
        let called = "select u.email from outbox o join users u on u.id = o.user_id where o.reason <> 'new' \
            order by o.created_at, o.id";
        let called = town.words(called).await;
        let starts: Vec<&str> = called.iter().map(|email| email.split('@').next().unwrap()).collect();
        assert_eq!(starts, ["counselor", "counselor-2", "school-lead", "district-officer"]);
        let history = "select count(*) from referral_events where verb = 'escalate'";
        assert_eq!(town.count(history).await, 3);

        // The backup owns it now, sees the alert, and ends the ringing by taking it.
        let backup = town.staff_at(Role::Counselor, 1, t0.plus_seconds(3700)).await;
        assert_eq!(alerts::state(&town.services, &backup).await.unwrap().urgent, 1);
        let rows = queue::queue(&town.services, &backup, &mine()).await.unwrap();
        referrals::claim(&town.services, &backup, rows.rows[0].id).await.unwrap();
        assert_eq!(alerts::state(&town.services, &backup).await.unwrap().urgent, 0);
        assert_eq!(jobs::escalate(&town.services, &after(600)).await.unwrap(), 0);
        // Whoever has taken the child is not called away from it by the ladder.
        assert_eq!(town.count("select count(*) from outbox where acknowledged_at is null and reason <> 'new'").await, 0);
        town.services.close().await;
    }

    /// REL-10 on two nodes at once: one call for each rung.
    async fn two_nodes_climb_one_ladder(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let other = Services::open(configured(&town.database, &[])).await.unwrap();
        let t0 = town.critical_answer(0).await;
        let late = job(t0.plus_seconds(3600));
        let (one, two) = tokio::join!(jobs::escalate(&town.services, &late), jobs::escalate(&other, &late));
        assert_eq!(one.unwrap() + two.unwrap(), 3);
        assert_eq!(town.count("select count(*) from referral_events where verb = 'escalate'").await, 3);
        other.close().await;
        town.services.close().await;
    }

    /// C-10, C-43: who is away is never called, and what they own goes to who is there.
    async fn an_absent_responder_is_neither_called_nor_left_with_a_referral(kind: Kind) {
        let town = Town::of(kind, 30).await;
        // The fixed list answers at every hour, so that this holds whenever it runs: the backup has no shift at night.
        town.meddle("update duty_shifts set removed_at = 1").await;
        let t0 = town.critical_answer(0).await;
        let first = town.staff_at(Role::Counselor, 0, t0).await;
        let rows = queue::queue(&town.services, &first, &mine()).await.unwrap();
        assert_eq!(rows.rows.iter().filter(|r| r.priority.rank() == 1).count(), 1);
        let owned = rows.rows.len();
        let page = duty::page(&town.services, &first, None).await.unwrap();
        let user = page.rota.people.iter().find(|p| p.role == Role::Counselor && {
            let server::ctx::Actor::Staff(staff) = &first.actor else { panic!() };
            staff.user == p.user_id
        }).unwrap().user_id;
        let today = t0.day_in(&page.rota.zone);
        duty::add_absence(&town.services, &first, page.school.id, user, today, today.plus_days(2)).await.unwrap();

        let moved = jobs::reassign(&town.services, &job(t0.plus_seconds(60))).await.unwrap();
        assert_eq!(moved, owned, "everything the absent person owned has moved");
        assert_eq!(jobs::reassign(&town.services, &job(t0.plus_seconds(61))).await.unwrap(), 0);
        let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(120)).await;
        let theirs = queue::queue(&town.services, &second, &mine()).await.unwrap();
        assert_eq!(theirs.rows.len(), owned);
        assert_eq!(town.count("select count(*) from referral_events where verb = 'reassign'").await,
            i64::try_from(owned).unwrap());

        // A new one goes past the absent person at once.
        town.critical_answer(1).await;
        let theirs = queue::queue(&town.services, &second, &mine()).await.unwrap();
        assert_eq!(theirs.rows.iter().filter(|r| r.priority.rank() == 1).count(), 2);
        town.services.close().await;
    }

    /// REL-10, C-42: mail down, then back; gateway flapping; two nodes; one message each, and nothing private in it.
    async fn an_alert_leaves_once_by_each_way_however_often_it_must_be_tried(kind: Kind) {
        let (mail, gateway) = (MailServer::start().await, Gateway::start().await);
        let (smtp, hook) = (mail.url(), gateway.url());
        let settings = [
            ("FIRSTLIGHT__ALERTS__SMTP", smtp.as_str()),
            ("FIRSTLIGHT__ALERTS__FROM", "Firstlight <alerts@school.example>"),
            ("FIRSTLIGHT__ALERTS__WEBHOOK", hook.as_str()),
            ("FIRSTLIGHT__ALERTS__WEBHOOK_SECRET", SECRET),
        ];
        let town = Town::with(kind, 30, &settings).await;
        let other = Services::open(configured(&town.database, &settings)).await.unwrap();
        mail.refuse(2);
        gateway.refuse(1);
        let t0 = town.critical_answer(0).await;
        let at = |seconds: i64| job(t0.plus_seconds(seconds));
        jobs::deliver(&town.services, &at(5)).await.unwrap();
        assert_eq!((mail.mails().len(), gateway.calls().len()), (0, 0));
        // A responder sees that nothing leaves (REL-11: well within 150 seconds).
        let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(6)).await;
        assert_eq!(alerts::state(&town.services, &first).await.unwrap().stuck, 2);
        // Too early for another try.
        jobs::deliver(&town.services, &at(10)).await.unwrap();
        assert_eq!(gateway.calls().len(), 0);
        for seconds in [25, 60, 120, 240, 600] {
            let (now, then) = (at(seconds), at(seconds));
            let (one, two) = tokio::join!(jobs::deliver(&town.services, &now), jobs::deliver(&other, &then));
            one.unwrap();
            two.unwrap();
        }
        let urgent: Vec<String> =
            mail.mails().into_iter().filter(|mail| mail.contains("urgent")).collect();
        let calls: Vec<String> = gateway.calls().into_iter().filter(|c| c.contains("alert.urgent")).collect();
        assert_eq!((urgent.len(), calls.len()), (1, 1));
        assert_eq!(alerts::state(&town.services, &first).await.unwrap().stuck, 0);
        assert_eq!(town.count("select count(*) from deliveries where urgent and delivered_at is null").await, 0);

        let names = town.words("select given_name from children").await;
        let schools = town.words("select name from schools").await;
        for message in urgent.iter().chain(&calls) {
            let text = message.split("\n\n").last().unwrap();
            for private in names.iter().chain(&schools) {
                assert!(!text.contains(private.as_str()), "a message says {private}");
            }
            for word in ["PHQ", "score", "item 9", "suicid", "children/", "referral"] {
                assert!(!message.to_lowercase().contains(&word.to_lowercase()), "a message says {word}");
            }
        }
        signed_by_us(&calls[0]);
        other.close().await;
        town.services.close().await;
    }

    /// REL-11: the worker falls silent; a responder sees it, and so does the probe.
    async fn a_silent_worker_is_seen_by_every_responder(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let t0 = Ctx::new(Actor::Console).now;
        jobs::deliver(&town.services, &job(t0)).await.unwrap();
        for (seconds, silent) in [(60, false), (119, false), (125, true)] {
            let now = t0.plus_seconds(seconds);
            let reader = town.staff_at(Role::Counselor, 0, now).await;
            assert_eq!(alerts::state(&town.services, &reader).await.unwrap().silent, silent, "{seconds} s");
            assert_eq!(alerts::worker_is_silent(&town.services, &job(now)).await.unwrap(), silent);
        }
        jobs::deliver(&town.services, &job(t0.plus_seconds(126))).await.unwrap();
        let reader = town.staff_at(Role::SchoolLead, 0, t0.plus_seconds(130)).await;
        assert!(!alerts::state(&town.services, &reader).await.unwrap().silent);
        town.services.close().await;
    }

    /// C-41: five triggers, one alert.
    async fn five_triggers_make_one_alert(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let code = town.teens()[0].clone();
        let ctx = town.child_at_first_question(&code).await;
        town.answer_all(&ctx, |item| if ["9", "12", "13"].contains(&item) { 1 } else { 0 }).await;
        for _ in 0..5 {
            town.answer_all(&ctx, |item| if item == "9" { 2 } else { 0 }).await;
        }
        assert_eq!(town.count("select count(*) from outbox where reason = 'critical'").await, 1);
        town.services.close().await;
    }
}

/// The other side's check of a call, as the Standard Webhooks specification has it.
#[track_caller]
fn signed_by_us(call: &str) {
    use hmac::{Hmac, KeyInit, Mac};
    let (head, body) = call.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let found =
            head.lines().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
        found.unwrap().1.trim().to_owned()
    };
    let key = BASE64_STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    let wanted = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(header("webhook-signature"), wanted);
}
