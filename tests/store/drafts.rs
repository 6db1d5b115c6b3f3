//! What is typed and not saved: kept for its author alone, gone once it is saved; and a second save overwrites nothing.

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::draft::DraftForm;
use server::model::mandatory::ReportPart;
use server::model::people::Role;
use server::model::{Private, ReferralId, SchoolId};
use server::services::plans::NewPlan;
use server::services::queue::{self, Asked, Share};
use server::services::{drafts, mandatory, plans, records, referrals};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

fn words(text: &str) -> Private<String> {
    text.to_owned().into()
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The critical referral of a fresh answer, claimed by the first of two counselors.
async fn claimed(town: &Town) -> (ReferralId, Ctx, Ctx) {
    let t0 = town.critical_answer(0).await;
    let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
    let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(120)).await;
    let asked = Asked { show: Some(Share::Critical), ..Asked::default() };
    let list = queue::queue(&town.services, &first, &asked).await.unwrap();
    let id = list.rows.iter().find(|row| row.state.is_unclaimed()).unwrap().id;
    referrals::claim(&town.services, &first, id).await.unwrap();
    (id, first, second)
}

fn later(ctx: &Ctx, seconds: i64) -> Ctx {
    Ctx::at(ctx.actor.clone(), ctx.now.plus_seconds(seconds))
}

on_both_databases! {
    /// C-28, KEY-01: kept as it is typed, sealed, read by its author, and no draft any more once the note is saved; what a
    /// page from before sends late is none either.
    async fn what_is_typed_is_kept_for_its_author_until_it_is_saved_c_28(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, second) = claimed(&town).await;
        let child = records::child_of_referral(services, &first, id).await.unwrap();
        let keep = async |ctx: &Ctx, text: &str, page: i64| {
            let typed = fields(&[("body", text), ("visibility", "own")]);
            drafts::keep(services, ctx, child, DraftForm::Note, typed, first.now.plus_seconds(page)).await
        };
        keep(&first, "She said Zeppel", 0).await.unwrap();
        keep(&first, "She said Zeppelin", 0).await.unwrap();
        let kept = records::record(services, &first, child).await.unwrap().kept;
        assert_eq!((kept.len(), kept[0].text("body"), kept[0].text("visibility")), (1, "She said Zeppelin".to_owned(), "own".to_owned()));
        assert!(records::record(services, &second, child).await.unwrap().kept.is_empty(), "nobody else reads it");
        assert!(town.words("select body from drafts where body <> ''").await.iter().all(|body| body.starts_with("s2.")), "sealed");

        let saving = later(&first, 30);
        referrals::add_note(services, &saving, id, "own", words("She said Zeppelin")).await.unwrap();
        let kept = async || records::record(services, &first, child).await.unwrap().kept.len();
        assert_eq!(kept().await, 0);
        let late = keep(&later(&first, 31), "She said Zeppelin", 0).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        assert_eq!(kept().await, 0);
        keep(&later(&first, 41), "Something else", 40).await.unwrap();
        assert_eq!(kept().await, 1);
        drafts::discard(services, &later(&first, 50), child, DraftForm::Note).await.unwrap();
        assert_eq!(kept().await, 0);
        keep(&later(&first, 61), "   ", 60).await.unwrap();
        assert_eq!(kept().await, 0, "a choice alone is no draft");
        let much = fields(&[("body", &"x".repeat(8_001))]);
        let refused = drafts::keep(services, &later(&first, 70), child, DraftForm::Note, much, first.now.plus_seconds(70)).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })));

        keep(&later(&first, 81), "Left behind", 80).await.unwrap();
        let job = |days: i64| Ctx::at(Actor::Job("purge"), first.now.plus_seconds(81 + days * 86_400));
        drafts::remove_old(services, &job(13)).await.unwrap();
        assert_eq!(kept().await, 1);
        drafts::remove_old(services, &job(15)).await.unwrap();
        assert_eq!(kept().await, 0);
        town.services.close().await;
    }

    /// AZ-03: for anybody who does not work on the child there is no child to write about, also behind a broken glass.
    async fn whoever_does_not_work_on_a_child_keeps_nothing_about_it_az_03(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, _) = claimed(&town).await;
        let child = records::child_of_referral(services, &first, id).await.unwrap();
        let Actor::Staff(me) = &first.actor else { panic!("staff") };
        let grants = vec![Grant { role: Role::Counselor, school: Some(SchoolId(Uuid::from_u128(77))) }];
        let outsider = Ctx { factor_at: Some(first.now), ..first.clone().with_actor(Actor::Staff(Staff { grants, ..me.clone() })) };
        let number = town.words(&format!("select number from children where id = {}", crate::trail::literal(kind, child.0))).await.remove(0);
        server::services::break_glass::open(services, &outsider, &number, "Is at our school today and afraid").await.unwrap();
        let through = records::record(services, &outsider, child).await.unwrap();
        assert!(through.look_only && through.kept.is_empty(), "a look from outside changes nothing (AZ-08)");
        assert!(!records::record(services, &first, child).await.unwrap().look_only);
        let mut others = vec![outsider];
        for role in [Role::Teacher, Role::Proctor, Role::SchoolLead, Role::Administrator, Role::Auditor, Role::Analyst] {
            others.push(town.staff_at(role, 0, first.now).await);
        }
        for ctx in &others {
            let typed = fields(&[("body", "x")]);
            let kept = drafts::keep(services, ctx, child, DraftForm::Note, typed, ctx.now).await;
            let thrown = drafts::discard(services, ctx, child, DraftForm::Note).await;
            assert!(matches!((&kept, &thrown), (Err(Error::NotFound), Err(Error::NotFound))), "{:?} {kept:?} {thrown:?}", ctx.actor);
        }
        assert_eq!(town.count("select count(*) from drafts where body <> ''").await, 0);
        town.services.close().await;
    }

    /// C-06: two write a plan, or a report, on top of the same version: the second one learns whose version is newer, and
    /// nothing is overwritten.
    async fn a_second_save_meets_the_first_one_and_overwrites_nothing_c_06(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, second) = claimed(&town).await;
        let plan = |one: &str| NewPlan {
            steps: [one, "Music", "Library", "Aunt", "Room 12, 988", "Locked drawer"].map(words), gap_reason: words(""),
        };
        plans::write(services, &first, id, 0, plan("Alone")).await.unwrap();
        let met = plans::write(services, &second, id, 0, plan("At night")).await;
        let Actor::Staff(me) = &first.actor else { panic!("staff") };
        assert!(matches!(&met, Err(Error::Conflict(words)) if words.starts_with(me.name.as_str())), "{met:?}");
        plans::write(services, &second, id, 1, plan("Alone, at night")).await.unwrap();
        let parts = |text: &str| ReportPart::FORM.map(|part| (part, words(text))).to_vec();
        let report = mandatory::write(services, &first, id, 0, parts("A bruise")).await.unwrap();
        let met = mandatory::write(services, &second, id, 0, parts("A bruise, on the arm")).await;
        assert!(matches!(&met, Err(Error::Conflict(words)) if words.starts_with(me.name.as_str())), "{met:?}");
        mandatory::write(services, &second, id, 1, parts("A bruise, on the arm")).await.unwrap();
        assert_eq!(mandatory::show(services, &first, report).await.unwrap().version(), 2);
        let child = records::child_of_referral(services, &first, id).await.unwrap();
        let versions = records::record(services, &first, child).await.unwrap().casework.plans;
        assert_eq!(versions.iter().map(|plan| plan.warning_signs.reveal().as_str()).collect::<Vec<_>>(), ["Alone, at night", "Alone"]);
        town.services.close().await;
    }
}
