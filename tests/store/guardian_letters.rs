//! Letters to guardians: no result in them, nobody sees one before its review, and never to whom must not be contacted.

use server::Error;
use server::ctx::Ctx;
use server::model::people::Role;
use server::model::referral::Priority;
use server::model::{Private, ReferralId};
use server::services::guardian_letters::{self as letters, HasRead, NewLetter};
use server::services::queue::{self, Asked};
use server::services::{records, referrals, steps};
use tests::crowd::crowd;
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

/// A claimed referral with its counselor and a guardian who may be written to.
async fn claimed(town: &Town) -> (ReferralId, Ctx, Uuid) {
    let at = town.critical_answer(0).await;
    let ctx = town.staff_at(Role::Counselor, 0, at.plus_seconds(60)).await;
    let row = queue::queue(&town.services, &ctx, &Asked::default()).await.unwrap().rows.remove(0);
    referrals::claim(&town.services, &ctx, row.id).await.unwrap();
    let guardian = letters::choices(&town.services, &ctx, row.id).await.unwrap().recipients[0].0;
    (row.id, ctx, guardian)
}

fn letter(guardian: Uuid, added: &str) -> NewLetter {
    let added = Private::new(added.to_owned());
    NewLetter { template: "talk".to_owned(), guardian, language: "es".to_owned(), added }
}

on_both_databases! {
    /// C-09: the released letters of several children at once, who has none, and never together with a critical one.
    async fn released_letters_of_several_children_are_printed_together_c_09(kind: Kind) {
        let town = Town::of(kind, 30).await;
        town.meddle(&crowd(kind, 1)).await;
        let (id, ctx, guardian) = claimed(&town).await;
        let made = letters::make(&town.services, &ctx, id, letter(guardian, "Puede venir.")).await.unwrap();
        letters::release(&town.services, &ctx, made, HasRead::Yes).await.unwrap();
        let without = town.ids("select r.id from referrals r join children c on c.id = r.child_id where c.number = 'x1'").await;
        let both = vec![id, ReferralId(without[0])];
        let with_critical = letters::released_of_many(&town.services, &ctx, both.clone()).await;
        assert!(matches!(with_critical, Err(Error::Conflict(_))), "{with_critical:?}");
        let why = Private::new("Seen; safe for now.".to_owned());
        steps::set_priority(&town.services, &ctx, id, Priority::Moderate, why).await.unwrap();
        let bundle = letters::released_of_many(&town.services, &ctx, both.clone()).await.unwrap();
        assert_eq!((bundle.letters.len(), bundle.without.len()), (1, 1));
        assert_eq!(town.count("select count(*) from audit where action = 'guardian_letter.view'").await, 1);
        assert!(matches!(letters::released_of_many(&town.services, &ctx, vec![]).await, Err(Error::Invalid { .. })));
        for role in [Role::Teacher, Role::SchoolLead, Role::Analyst] {
            let other = town.staff_at(role, 0, ctx.now).await;
            let tried = letters::released_of_many(&town.services, &other, both.clone()).await;
            assert!(matches!(tried, Err(Error::NotFound)), "{role:?} {tried:?}");
        }
        town.services.close().await;
    }

    /// C-26, item 10: made, read, released; not found before, and nothing but the relation in the history.
    async fn a_letter_is_not_found_before_a_counselor_has_read_and_released_it_c_26(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, ctx, guardian) = claimed(&town).await;
        let words = "Puede venir el martes a las 14:00.";
        let made = letters::make(&town.services, &ctx, id, letter(guardian, words)).await.unwrap();
        assert!(matches!(letters::released(&town.services, &ctx, made).await, Err(Error::NotFound)));
        let read = letters::to_review(&town.services, &ctx, made).await.unwrap();
        let text = read.letter.body.reveal().clone();
        assert!(text.contains(words) && text.contains(read.child.given_name.reveal().as_str()), "{text}");
        assert!(!text.contains('{'), "every word is filled in: {text}");
        let unread = letters::release(&town.services, &ctx, made, HasRead::No).await;
        assert!(matches!(unread, Err(Error::Invalid { field: "read", .. })));
        letters::release(&town.services, &ctx, made, HasRead::Yes).await.unwrap();
        let again = letters::release(&town.services, &ctx, made, HasRead::Yes).await;
        assert!(matches!(again, Err(Error::Conflict(_))));
        assert!(matches!(letters::discard(&town.services, &ctx, made).await, Err(Error::Conflict(_))));
        let shown = letters::released(&town.services, &ctx, made).await.unwrap();
        assert_eq!(*shown.letter.body.reveal(), text, "what was read is what goes out");
        let pdf = letters::pdf(&town.services, &ctx, &shown, "2026-03-03").await.unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        let record = records::record(&town.services, &ctx, shown.child.id).await.unwrap();
        assert_eq!(record.casework.letters.len(), 1);
        assert!(record.casework.letters[0].body.reveal().is_empty(), "the list holds no text");
        assert!(record.timeline.iter().any(|line| line.title == "Letter to a guardian released"));
        for action in ["make", "read", "release", "view", "print"] {
            let sql = format!("select count(*) from audit where action = 'guardian_letter.{action}'");
            assert!(town.count(&sql).await >= 1, "{action} is on the trail");
        }
        assert!(town.words("select body from guardian_letters").await.iter().all(|body| body.starts_with("s2.")), "sealed");
        town.services.close().await;
    }

    /// No result and no questionnaire; nobody who must not be contacted, also where that is recorded after the review.
    async fn a_letter_tells_no_result_and_goes_to_nobody_who_must_not_be_contacted_c_26(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let (id, ctx, guardian) = claimed(&town).await;
        for told in ["Her score was 16.", "She filled in the PHQ-9 Teen.", "It is moderately severe."] {
            let refused = letters::make(&town.services, &ctx, id, letter(guardian, told)).await;
            assert!(matches!(refused, Err(Error::Invalid { field: "added", .. })), "{told}");
        }
        let made = letters::make(&town.services, &ctx, id, letter(guardian, "")).await.unwrap();
        letters::release(&town.services, &ctx, made, HasRead::Yes).await.unwrap();
        let other = letters::make(&town.services, &ctx, id, letter(guardian, "")).await.unwrap();
        let banned = if town.database.url.starts_with("sqlite") { "1" } else { "true" };
        town.meddle(&format!("update guardians set do_not_contact = {banned}")).await;
        assert!(matches!(letters::released(&town.services, &ctx, made).await, Err(Error::Conflict(_))));
        let release = letters::release(&town.services, &ctx, other, HasRead::Yes).await;
        assert!(matches!(release, Err(Error::Conflict(_))), "{release:?}");
        let third = letters::make(&town.services, &ctx, id, letter(guardian, "")).await;
        assert!(matches!(third, Err(Error::Invalid { field: "guardian", .. })));
        // Somebody who is no counselor of the school learns of none.
        let lead = town.staff_at(Role::SchoolLead, 0, ctx.now).await;
        assert!(matches!(letters::to_review(&town.services, &lead, other).await, Err(Error::NotFound)));
        assert!(matches!(letters::released(&town.services, &lead, made).await, Err(Error::NotFound)));
        town.services.close().await;
    }
}
