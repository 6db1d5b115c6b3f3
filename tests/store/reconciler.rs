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
}
