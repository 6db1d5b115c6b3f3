//! Who may be asked: nobody starts against a recorded no, and what is taken back counts from the same minute.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::window::{ConsentBy, ConsentStatus};
use server::model::{ChildId, ClassId, SchoolId, WindowId};
use server::services::check_in::{self, Assent};
use server::services::consent::{self, Word};
use server::services::sessions;
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

struct Class {
    window: WindowId,
    class: ClassId,
    /// A teen's card and the child it belongs to.
    card: String,
    child: ChildId,
}

/// The open window and a child of its who has not begun.
async fn class(town: &Town) -> Class {
    let card = town.teens().remove(0);
    let ctx = town.child(&card).await;
    let Actor::Student(student) = ctx.actor else { panic!("a child") };
    let mut conn = town.store().await;
    let row: Option<(ClassId,)> = conn
        .first(
            "select class_id from sittings where state = 'open' and id in (select sitting_id from sessions)",
            vec![],
        )
        .await
        .unwrap();
    Class { window: student.window, class: row.unwrap().0, card, child: student.child }
}

fn word(status: ConsentStatus, by_role: ConsentBy) -> Word {
    Word {
        status,
        by_role,
        by_name: "Ana Lin".to_owned().into(),
        said_on: Ctx::new(Actor::Console).now.day_in(&jiff::tz::TimeZone::UTC),
        method: "paper",
        proof: "folder 3".to_owned(),
        erase: false,
    }
}

async fn signs_in(town: &Town, card: &str) -> Result<(), Error> {
    let nobody = Ctx::new(Actor::Nobody);
    sessions::sign_in_with_card(&town.services, &nobody, card, [127, 0, 0, 1].into()).await.map(drop)
}

async fn mode(town: &Town, mode: &str) {
    town.meddle(&format!("update windows set consent_mode = '{mode}'")).await;
}

on_both_databases! {
    /// LAW-04: tried by the door itself, for each mode and each word.
    async fn nobody_without_valid_consent_can_start_law_04(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let at = class(&town).await;
        let ada = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        let mut tried = 0;
        for (consent_mode, silence) in [("opt_in", false), ("opt_out", true), ("lawful_duty", true)] {
            mode(&town, consent_mode).await;
            town.meddle("delete from consents").await;
            assert_eq!(signs_in(&town, &at.card).await.is_ok(), silence, "{consent_mode}: silence");
            for (status, opens) in [
                (ConsentStatus::Waiting, silence),
                (ConsentStatus::Given, true),
                (ConsentStatus::Refused, false),
                (ConsentStatus::Withdrawn, false),
            ] {
                town.meddle("delete from consents").await;
                consent::record(&town.services, &ada, at.window, at.child, word(status, ConsentBy::Guardian)).await.unwrap();
                assert_eq!(signs_in(&town, &at.card).await.is_ok(), opens, "{consent_mode}: {status:?}");
                tried += 1;
            }
        }
        assert_eq!(tried, 12);
        let history = town.count("select count(*) from consent_events where recorded_by is not null").await;
        assert_eq!(history, 12, "every word stays in the history");
        town.services.close().await;
    }

    /// LAW-04, LAW-05, A-06: taken back in the middle of a sitting, with what was answered removed.
    async fn a_yes_taken_back_ends_the_check_in_in_the_same_minute_and_removes_what_was_answered(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let at = class(&town).await;
        let ctx = town.child(&at.card).await;
        check_in::give_assent(&town.services, &ctx, Assent::Yes).await.unwrap();
        let answers = async |n: usize| {
            let (_, question) = check_in::question(&town.services, &ctx, n).await?;
            let code = questionnaires::response::Answer::Code(question.item.choices[0].code);
            check_in::answer(&town.services, &ctx, n, &question.item.id, code).await
        };
        answers(1).await.unwrap();
        answers(2).await.unwrap();
        let own = "select count(*) from responses r join administrations a on a.id = r.administration_id where a.child_id in (select child_id from consent_events where window_id = a.window_id)";

        // A guardian's letter, opened and answered without an account.
        let ada = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        let sheet = consent::print(&town.services, &ada, at.window, at.class, false).await.unwrap();
        let nobody = Ctx::new(Actor::Nobody);
        let mut letter = None;
        for one in &sheet.letters {
            let token = one.link.reveal().rsplit('/').next().unwrap().to_owned();
            let invitation = consent::invitation(&town.services, &nobody, &token).await.unwrap();
            if invitation.letter.child_id == at.child {
                assert!(invitation.instruments[0].1[0].to_lowercase().contains("feeling down"), "every question, word for word");
                let titles: Vec<_> = invitation.instruments.iter().map(|(title, _)| title.clone()).collect();
                assert_eq!(one.attached, titles, "the letter names what a child of this age is asked");
                letter = Some(token);
            }
        }
        let letter = letter.expect("the child has a letter");
        // Who keeps consent there and scans the letter comes to the slip of this child; nobody else does.
        let slip = consent::slip(&town.services, &ada, &letter).await.unwrap();
        assert_eq!(slip, Some((at.window, at.class, at.child)));
        assert_eq!(consent::slip(&town.services, &nobody, &letter).await.unwrap(), None);
        let counselor = town.staff_at(Role::Counselor, 0, Ctx::new(Actor::Console).now).await;
        assert_eq!(consent::slip(&town.services, &counselor, &letter).await.unwrap(), None);
        consent::answer(&town.services, &nobody, &letter, true, "Ana Lin".to_owned().into(), false).await.unwrap();
        answers(3).await.unwrap();
        assert_eq!(town.count(own).await, 3);
        consent::answer(&town.services, &nobody, &letter, false, "Ana Lin".to_owned().into(), true).await.unwrap();
        assert!(matches!(answers(4).await, Err(Error::SignedOut | Error::Conflict(_) | Error::NotFound)), "the next answer is not taken");
        assert_eq!(town.count(own).await, 0, "what was answered is gone");
        assert!(signs_in(&town, &at.card).await.is_err());
        let told = town.words("select status from consents").await;
        assert!(told.contains(&"withdrawn".to_owned()), "a no after a yes takes it back: {told:?}");
        let none = consent::answer(&town.services, &nobody, "none", true, "Ana".to_owned().into(), false).await;
        assert!(matches!(none, Err(Error::NotFound)));
        town.services.close().await;
    }

    /// LAW-05, INP-06: slips from a file, all of them or none; a school lead records those of the own school alone.
    async fn slips_count_all_or_not_at_all_and_only_for_ones_own_school(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let at = class(&town).await;
        let now = Ctx::new(Actor::Console).now;
        let lead = town.staff_at(Role::SchoolLead, 0, now).await;
        let numbers = town.words("select number from children order by number").await;
        let file = |answers: &[(&str, &str)]| {
            let lines: String = answers.iter().map(|(n, a)| format!("{n},{a},2026-11-20,Ana Lin,folder 3\n")).collect();
            format!("number,answer,date,by,slip\n{lines}").into_bytes()
        };
        let import = async |answers: &[(&str, &str)]| consent::import(&town.services, &lead, at.window, &file(answers)).await.unwrap();
        let wrong = import(&[(&numbers[0], "yes"), ("nobody", "yes"), (&numbers[1], "maybe")]).await;
        assert_eq!((wrong.yes, wrong.faults.len()), (0, 2), "{:?}", wrong.faults);
        assert_eq!(town.count("select count(*) from consent_events").await, 0);
        let right = import(&[(&numbers[0], "yes"), (&numbers[1], "no")]).await;
        assert_eq!((right.yes, right.no, right.faults.len()), (1, 1, 0));
        assert_eq!(town.count("select count(*) from consents where method = 'paper'").await, 2);

        // A lead of another school knows none of these numbers, and sees none of this school's classes.
        let mut other = lead.clone();
        let Actor::Staff(staff) = &mut other.actor else { panic!("staff") };
        staff.grants.iter_mut().for_each(|grant| grant.school = Some(SchoolId(Uuid::nil())));
        let elsewhere = consent::import(&town.services, &other, at.window, &file(&[(&numbers[0], "no")])).await.unwrap();
        assert!(elsewhere.faults[0].contains("is the number of no child"), "{:?}", elsewhere.faults);
        assert!(matches!(consent::class(&town.services, &other, at.window, at.class).await, Err(Error::NotFound)));
        for role in [Role::Counselor, Role::Proctor, Role::DistrictOfficer, Role::Auditor] {
            let ctx = town.staff_at(role, 0, now).await;
            assert!(matches!(consent::page(&town.services, &ctx, at.window).await, Err(Error::NotFound)), "{role:?}");
        }
        let young = word(ConsentStatus::Given, ConsentBy::Student);
        town.meddle("update children set birth_date = '2015-01-01'").await;
        let refused = consent::record(&town.services, &lead, at.window, at.child, young).await;
        assert!(matches!(&refused, Err(Error::Invalid { message, .. }) if message.contains("only a guardian’s yes counts")), "{refused:?}");
        town.services.close().await;
    }
}
