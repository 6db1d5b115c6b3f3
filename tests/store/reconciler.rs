//! The reconciler brings back what should have followed from the answers (REL-07).

use questionnaires::response::Answer;
use server::ctx::{Actor, Ctx};
use server::jobs::{Repaired, Span, reconcile};
use server::model::people::Role;
use server::services::{check_in, rules};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

on_both_databases! {
    /// Flags, referrals and scores are deleted behind the program's back.
    async fn what_was_deleted_behind_its_back_is_restored_and_told(kind: Kind) {
        let town = Town::of(kind, 120).await;
        for (n, code) in town.teens().iter().take(12).enumerate() {
            let ctx = town.child_at_first_question(code).await;
            town.answer_all(&ctx, |item| i32::from(item == "9" && n < 8)).await;
            if n >= 4 {
                check_in::submit(&town.services, &ctx, Uuid::new_v4()).await.unwrap();
            }
        }
        let job = Ctx::new(Actor::Job("reconcile"));
        let healthy = reconcile(&town.services, &job, Span::Everything).await.unwrap();
        assert_eq!(healthy, Repaired::default(), "a healthy house has no gap");

        let count = async || {
            (
                // What a person reported has no answers to be derived from again.
                town.count("select count(*) from referral_reasons where administration_id is not null").await,
                town.count("select count(*) from flags").await,
                town.count("select count(*) from scores").await,
            )
        };
        let before = count().await;
        town.meddle(
            "delete from deliveries; delete from closings; delete from bulk_items; delete from hand_overs; \
             delete from plans; delete from assessments; delete from outside_events; delete from service_links; \
             delete from outside_referrals; delete from concerns; \
             delete from referral_reasons; delete from referral_events; delete from outbox; delete from follow_ups; \
             delete from contacts; delete from referrals; delete from flags; delete from scores",
        )
        .await;
        let repaired = reconcile(&town.services, &Ctx::new(Actor::Job("reconcile")), Span::Everything).await.unwrap();
        assert!(repaired.critical >= 8, "{repaired:?}");
        assert_eq!(count().await, before);
        assert!(town.count("select count(*) from audit where action like 'reconcile.%'").await >= 8);
        let again = reconcile(&town.services, &Ctx::new(Actor::Job("reconcile")), Span::Everything).await.unwrap();
        assert_eq!(again, Repaired::default());
    }

    /// A rule that the district has switched off leaves no gap: nothing is looked at again each minute for two days.
    async fn a_rule_that_is_off_owes_no_referral_and_one_switched_on_later_owes_none_for_before(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let admin = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        rules::set(&town.services, &admin, "above_cutoff", "off", "A pilot without referrals by score.").await.unwrap();
        let ctx = town.child_at_first_question(&town.teens()[0]).await;
        town.answer_all(&ctx, |item| if ("1"..="8").contains(&item) && item.len() == 1 { 2 } else { 0 }).await;
        check_in::submit(&town.services, &ctx, Uuid::new_v4()).await.unwrap();
        let job = Ctx::new(Actor::Job("reconcile"));
        let off = reconcile(&town.services, &job, Span::Recent).await.unwrap();
        assert_eq!(off, Repaired::default(), "off");
        let later = Ctx { now: admin.now.plus_seconds(3600), ..admin };
        rules::set(&town.services, &later, "above_cutoff", "moderate", "The pilot is over.").await.unwrap();
        let on = reconcile(&town.services, &job, Span::Recent).await.unwrap();
        assert_eq!(on, Repaired::default(), "on again");
        // While it is on, a missing referral is a gap as ever.
        let ctx = town.child_at_first_question(&town.teens()[1]).await;
        town.answer_all(&ctx, |item| if ("1"..="8").contains(&item) && item.len() == 1 { 2 } else { 0 }).await;
        check_in::submit(&town.services, &ctx, Uuid::new_v4()).await.unwrap();
        assert_eq!(town.count("select count(*) from audit where action = 'reconcile.submitted'").await, 0);
    }

    /// An answer alone is enough: the child closed the tab after it.
    async fn an_abandoned_form_with_a_critical_answer_is_found_too(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let ctx = town.child_at_first_question(&town.teens()[0]).await;
        check_in::answer(&town.services, &ctx, 9, "9", Answer::Code(3)).await.unwrap();
        town.meddle("delete from referral_reasons where rule = 'critical_item'").await;
        let repaired = reconcile(&town.services, &Ctx::new(Actor::Job("reconcile")), Span::Recent).await.unwrap();
        assert!(repaired.critical >= 1);
        assert!(town.count("select count(*) from referral_reasons where rule = 'critical_item' and item = '9'").await >= 1);
    }

    /// REL-07: by a scorer of its own, rule by rule; and a score that differs is told and left alone.
    async fn a_wrong_score_and_a_missing_referral_of_each_rule_are_found_by_the_second_scorer_rel_07(kind: Kind) {
        const RULES: [&str; 6] = [
            "above_cutoff",
            "critical_item",
            "critical_unanswered",
            "informants_agree",
            "reliable_deterioration",
            "two_raised_windows",
        ];
        let town = Town::with_past(kind, 240, 3).await;
        let literal = |id: Uuid| match kind {
            Kind::Sqlite => format!("x'{}'", id.simple()),
            Kind::Postgres => format!("'{id}'"),
        };
        let yes = match kind { Kind::Sqlite => "1", Kind::Postgres => "true" };
        let past = |child: &str| format!(
            "from administrations where child_id = {child} and state = 'submitted' and instrument = 'phq9_teen' and informant = 'student'"
        );
        // A child who has been asked twice before.
        let mut found = None;
        for code in town.teens() {
            let ctx = town.child(&code).await;
            let Actor::Student(student) = &ctx.actor else { unreachable!() };
            let child = literal(student.child.0);
            if town.count(&format!("select count(*) {}", past(&child))).await >= 2 {
                found = Some((code, child));
                break;
            }
        }
        let (code, child) = found.expect("a teen with two earlier screenings");
        let ctx = town.child_at_first_question(&code).await;
        // One of them was raised, and far less than now; the other becomes its mother's of this window.
        town.meddle(&format!(
            "update scores set value = 10, positive = {yes} where scale = 'total' and administration_id in (select id {})",
            past(&child)
        ))
        .await;
        town.meddle(&format!(
            "update administrations set informant = 'parent', window_id = (select window_id from administrations where child_id = {child} \
             and state = 'started') where id = (select id {} order by submitted_at limit 1)",
            past(&child)
        ))
        .await;
        for number in 1..=check_in::state(&town.services, &ctx).await.unwrap().questions {
            let (_, question) = check_in::question(&town.services, &ctx, number).await.unwrap();
            let item = question.item.id.clone();
            let answer = match item.as_str() {
                "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" => Answer::Code(3),
                "9" => Answer::Code(1),
                "12" => Answer::Declined,
                _ => Answer::Code(0),
            };
            check_in::answer(&town.services, &ctx, number, &item, answer).await.unwrap();
        }
        check_in::submit(&town.services, &ctx, Uuid::new_v4()).await.unwrap();
        let form = format!("(select id {} order by submitted_at desc limit 1)", past(&child));
        let reasons = format!("select distinct rule from referral_reasons where administration_id = {form} order by rule");
        assert_eq!(town.words(&reasons).await, RULES);
        let look = async || reconcile(&town.services, &Ctx::new(Actor::Job("reconcile")), Span::Everything).await.unwrap();
        // Her form was made positive behind the program's back, so it needs a reason from there too.
        town.meddle(&format!(
            "insert into referral_reasons (id, referral_id, administration_id, rule, item, priority, why, found_at) \
             select {}, r.referral_id, a.id, r.rule, r.item, r.priority, r.why, r.found_at from referral_reasons r \
             join administrations a on a.child_id = {child} and a.informant = 'parent' \
             where r.rule = 'above_cutoff' and r.administration_id = {form}",
            literal(Uuid::new_v4())
        ))
        .await;
        assert_eq!(look().await, Repaired::default(), "nothing is missing yet");

        for rule in RULES {
            town.meddle(&format!("delete from referral_reasons where rule = '{rule}' and administration_id = {form}")).await;
            assert_eq!(look().await.total(), 1, "{rule}");
            assert_eq!(town.words(&reasons).await, RULES, "{rule}");
        }
        // A critical answer and a total above the cutoff were missed before the second look came to them.
        assert_eq!(town.count("select count(*) from audit where action = 'reconcile.referral'").await, 4);

        town.meddle(&format!("update scores set value = 3 where scale = 'total' and administration_id = {form}")).await;
        assert_eq!(look().await, Repaired { differing: 1, ..Repaired::default() });
        let stands = format!("select cast(value as bigint) from scores where scale = 'total' and administration_id = {form}");
        assert_eq!(town.count(&stands).await, 3, "nothing is overwritten");
        assert_eq!(town.count("select count(*) from audit where action = 'reconcile.differs'").await, 1);
        assert_eq!(look().await, Repaired::default(), "it is told once");
    }
}
