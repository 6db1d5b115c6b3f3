//! One child, asked again: planned by a counselor, by the follow-up plan or by the window, behind a card of its own (C-29, 23).

use jiff::tz::TimeZone;
use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::referral::{Priority, Verb};
use server::model::window::{ConsentBy, ConsentStatus};
use server::model::{ChildId, Day, Private, ReferralId, WindowId};
use server::services::consent::{self, Word};
use server::services::queue::{Asked, Share};
use server::services::rescreens::{self, Rescreen, Stage};
use server::services::{check_in, demo, hands, queue, records, referrals, sessions, sittings};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

/// A teen whose screen is positive, with its counselor who has claimed it.
struct Found {
    child: ChildId,
    window: WindowId,
    referral: ReferralId,
    counselor: Ctx,
}

/// The nine scored questions in their third answer; those that follow have only yes and no.
fn raised(item: &str) -> i32 {
    if item.len() == 1 { 2 } else { 0 }
}

async fn found(town: &Town) -> Found {
    let student = town.child_at_first_question(&town.teens()[0]).await;
    town.answer_all(&student, raised).await;
    check_in::submit(&town.services, &student, Uuid::new_v4()).await.unwrap();
    let Actor::Student(who) = student.actor else { panic!("a child") };
    let counselor = town.staff_at(Role::Counselor, 0, Ctx::new(Actor::Console).now).await;
    let record = records::record(&town.services, &counselor, who.child).await.unwrap();
    let referral = record.open.unwrap().referral.id;
    referrals::claim(&town.services, &counselor, referral).await.unwrap();
    Found { child: who.child, window: who.window, referral, counselor }
}

impl Found {
    async fn record(&self, town: &Town) -> records::Record {
        records::record(&town.services, &self.counselor, self.child).await.unwrap()
    }

    async fn newest(&self, town: &Town) -> Rescreen {
        self.record(town).await.casework.rescreens.list.remove(0)
    }

    async fn plan(&self, town: &Town, days: i64) -> Result<(), Error> {
        rescreens::plan(
            &town.services,
            &self.counselor,
            self.referral,
            "phq9_teen".to_owned(),
            self.day(days),
        )
        .await
    }

    fn day(&self, days: i64) -> Day {
        // Of the school: elsewhere it may be another day already.
        let zone = TimeZone::get(demo::ZONE).unwrap();
        self.counselor.now.day_in(&zone).plus_days(days)
    }

    /// The code on a card that is made now.
    async fn card(&self, town: &Town) -> String {
        let id = self.newest(town).await.id;
        let sheet = rescreens::print_card(&town.services, &self.counselor, id).await.unwrap();
        assert_eq!(sheet.cards.len(), 1);
        sheet.cards[0].code.reveal().clone()
    }

    async fn no(&self, town: &Town) {
        let ada = town.staff_at(Role::Administrator, 0, self.counselor.now).await;
        let word = Word {
            status: ConsentStatus::Withdrawn,
            by_role: ConsentBy::Guardian,
            by_name: Private::new("Ana Lin".to_owned()),
            said_on: self.day(0),
            method: "paper",
            proof: "folder 3".to_owned(),
            erase: true,
        };
        consent::record(&town.services, &ada, self.window, self.child, word).await.unwrap();
    }
}

async fn signs_in(town: &Town, code: &str) -> Result<(), Error> {
    let nobody = Ctx::new(Actor::Nobody);
    sessions::sign_in_with_card(&town.services, &nobody, code, [127, 0, 0, 1].into()).await.map(drop)
}

on_both_databases! {
    /// C-29: instrument and date, a card for the child, the result on the same curve and in front of its counselor.
    async fn a_child_is_screened_again_and_the_result_lands_on_the_same_curve_c_29(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let found = found(&town).await;
        let near = found.plan(&town, 7).await;
        assert!(
            matches!(&near, Err(Error::Invalid { field: "due_on", message }) if message.contains("already")),
            "PHQ-9 asks about two weeks: {near:?}"
        );
        assert!(matches!(found.plan(&town, -1).await, Err(Error::Invalid { field: "due_on", .. })));
        let other = rescreens::plan(&town.services, &found.counselor, found.referral, "gad7".to_owned(), found.day(20)).await;
        assert!(matches!(other, Err(Error::Invalid { field: "instrument", .. })), "never asked, so nothing agreed: {other:?}");
        found.plan(&town, 20).await.unwrap();
        assert!(matches!(found.plan(&town, 30).await, Err(Error::Conflict(_))), "one waits already");
        assert_eq!(found.newest(&town).await.stage, Stage::Planned);

        let first = found.card(&town).await;
        let code = found.card(&town).await;
        assert!(signs_in(&town, &first).await.is_err(), "a new card voids the one before");
        assert!(matches!(found.newest(&town).await.stage, Stage::CardOut(_)));
        let again = town.child_at_first_question(&code).await;
        let Actor::Student(who) = again.actor else { panic!("a child") };
        assert!(who.child == found.child && who.window != found.window);
        assert_eq!(hands::is_raised(&town.services, &again).await.unwrap(), None, "no room would see a hand");
        town.answer_all(&again, |_| 0).await;
        check_in::submit(&town.services, &again, Uuid::new_v4()).await.unwrap();

        let record = found.record(&town).await;
        assert_eq!(record.trends.len(), 1);
        assert!(record.trends[0].sentence.starts_with('0'), "{}", record.trends[0].sentence);
        assert_eq!(record.screenings.len(), 2);
        assert!(matches!(record.casework.rescreens.list[0].stage, Stage::Answered(_)));
        let tasks: Vec<String> = record.open.unwrap().follow_ups.iter().map(|f| f.what.reveal().clone()).collect();
        assert!(tasks.iter().any(|task| task.starts_with("Look at the re-screen")), "{tasks:?}");
        let over = rescreens::print_card(&town.services, &found.counselor, record.casework.rescreens.list[0].id).await;
        assert!(matches!(over, Err(Error::Conflict(_))));

        // It is nobody's window but this child's: no proctor, no list, no share of positives holds it.
        let proctor = town.staff_at(Role::Proctor, 0, found.counselor.now).await;
        assert!(sittings::list(&town.services, &proctor).await.unwrap().iter().all(|s| s.window_id == found.window));
        let mut conn = town.store().await;
        let district = record.child.district_id;
        assert_eq!(server::store::windows::list(&mut conn, district).await.unwrap().len(), 1);
        town.meddle("update windows set state = 'closed'").await;
        let history = server::store::capacity::history(&mut conn, district).await.unwrap();
        let all = town.count("select count(*) from administrations where state = 'submitted'").await;
        assert_eq!(history.iter().map(|row| row.screened).sum::<i64>(), all - 1, "all but the re-screen");
        town.services.close().await;
    }

    /// LAW-04: what was said about the window that asked first holds, at the card, at the door, and at each answer.
    async fn a_no_ends_a_re_screen_in_the_same_minute_law_04(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let found = found(&town).await;
        found.plan(&town, 20).await.unwrap();
        let code = found.card(&town).await;
        let again = town.child_at_first_question(&code).await;
        let (_, question) = check_in::question(&town.services, &again, 1).await.unwrap();
        // The window is over by then, and a no still counts.
        town.meddle("update windows set state = 'closed' where consent_of is null").await;
        found.no(&town).await;
        let answer = questionnaires::response::Answer::Code(1);
        let refused = check_in::answer(&town.services, &again, 1, &question.item.id, answer).await;
        assert!(matches!(refused, Err(Error::Conflict(_) | Error::SignedOut | Error::NotFound)), "{refused:?}");
        let nobody_in = signs_in(&town, &code).await;
        assert!(matches!(nobody_in, Err(Error::Invalid { field: "code", .. })), "{nobody_in:?}");
        let record = found.record(&town).await;
        assert!(record.screenings.is_empty(), "both screens are removed");
        let reasons = record.open.unwrap().reasons;
        assert!(!reasons.is_empty() && reasons.iter().all(|r| r.why.reveal() == "The answers behind it have been removed"), "{reasons:?}");
        let id = found.newest(&town).await.id;
        let refused = rescreens::print_card(&town.services, &found.counselor, id).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        town.services.close().await;
    }

    /// 23: a window can ask for it, once for a child that is positive; its list in the queue is as long as its count (C-01).
    async fn a_window_plans_the_re_screens_of_its_positive_children_23(kind: Kind) {
        let town = Town::of(kind, 30).await;
        town.meddle("update windows set rescreen_days = 28").await;
        let found = found(&town).await;
        let well = town.child_at_first_question(&town.teens()[1]).await;
        town.answer_all(&well, |_| 0).await;
        check_in::submit(&town.services, &well, Uuid::new_v4()).await.unwrap();
        assert_eq!(town.count("select count(*) from rescreens").await, 1, "the other child is well");
        let planned = found.newest(&town).await;
        assert!(planned.planned_by.is_none() && planned.due_on >= found.day(28) && planned.due_on <= found.day(32));
        // The follow-up plan asks for one too, and there is one.
        referrals::advance(&town.services, &found.counselor, found.referral, Verb::StartAssessment, Private::default()).await.unwrap();
        referrals::advance(&town.services, &found.counselor, found.referral, Verb::SupportInSchool, Private::default()).await.unwrap();
        assert_eq!(town.count("select count(*) from rescreens").await, 1);

        let asked = Asked { show: Some(Share::Rescreen), ..Asked::default() };
        let far = queue::queue(&town.services, &found.counselor, &asked).await.unwrap();
        assert_eq!((far.counts.rescreen, far.rows.len()), (0, 0), "four weeks away");
        let later = town.staff_at(Role::Counselor, 0, found.counselor.now.plus_seconds(25 * 86_400)).await;
        let near = queue::queue(&town.services, &later, &asked).await.unwrap();
        assert_eq!((near.counts.rescreen, near.rows.len()), (1, 1));
        rescreens::withdraw(&town.services, &later, planned.id).await.unwrap();
        assert!(matches!(rescreens::withdraw(&town.services, &later, planned.id).await, Err(Error::Conflict(_))));
        let none = queue::queue(&town.services, &later, &asked).await.unwrap();
        assert_eq!((none.counts.rescreen, none.rows.len()), (0, 0));
        town.services.close().await;
    }

    /// 23, C-29: the follow-up plan holds a re-screen with what found the child; taken back, its card opens nothing.
    async fn the_follow_up_plan_holds_a_re_screen_that_can_be_taken_back_23(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let found = found(&town).await;
        referrals::advance(&town.services, &found.counselor, found.referral, Verb::StartAssessment, Private::default()).await.unwrap();
        referrals::advance(&town.services, &found.counselor, found.referral, Verb::SupportInSchool, Private::default()).await.unwrap();
        let planned = found.newest(&town).await;
        assert!(planned.planned_by.is_none() && planned.due_on >= found.day(30));
        let code = found.card(&town).await;
        signs_in(&town, &code).await.unwrap();
        rescreens::withdraw(&town.services, &found.counselor, planned.id).await.unwrap();
        assert!(signs_in(&town, &code).await.is_err());
        assert_eq!(found.newest(&town).await.stage, Stage::Withdrawn);

        // Still raised when it is asked the next time: that weighs more than the first time did.
        found.plan(&town, 15).await.unwrap();
        let again = town.child_at_first_question(&found.card(&town).await).await;
        town.answer_all(&again, |item| if item == "9" { 0 } else { raised(item) }).await;
        check_in::submit(&town.services, &again, Uuid::new_v4()).await.unwrap();
        let open = found.record(&town).await.open.unwrap();
        let twice = open.reasons.iter().find(|r| r.rule == "two_raised_windows").expect("raised twice");
        assert_eq!(twice.priority, Priority::High);
        town.services.close().await;
    }

    /// AZ-04: another school's counselor, a proctor and an administrator can neither plan nor print nor take back.
    async fn only_who_works_on_the_child_screens_it_again(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let found = found(&town).await;
        found.plan(&town, 20).await.unwrap();
        let id = found.newest(&town).await.id;
        for role in [Role::Proctor, Role::Administrator, Role::SchoolLead, Role::Teacher, Role::DistrictOfficer] {
            let other = town.staff_at(role, 0, found.counselor.now).await;
            let plan = rescreens::plan(&town.services, &other, found.referral, "phq9_teen".to_owned(), found.day(20)).await;
            assert!(matches!(plan, Err(Error::NotFound)), "{role:?}: {plan:?}");
            assert!(matches!(rescreens::print_card(&town.services, &other, id).await, Err(Error::NotFound)), "{role:?}");
            assert!(matches!(rescreens::withdraw(&town.services, &other, id).await, Err(Error::NotFound)), "{role:?}");
        }
        town.services.close().await;
    }
}
