//! What was written wrongly is corrected by a row beside it, and nothing is overwritten (C-21, LAW-07).

use server::Error;
use server::ctx::Ctx;
use server::model::correction::Correctable;
use server::model::people::Role;
use server::model::referral::{ContactHow, ContactWith, Danger, Priority};
use server::model::{ChildId, Private, ReferralId};
use server::services::corrections::{self, Words};
use server::services::plans::{self, NewAssessment};
use server::services::records::{self, Entry};
use server::services::referrals::{self, NewContact};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

fn words(text: &str) -> Private<String> {
    text.to_owned().into()
}

/// A child with one of everything that can be corrected, and its counselors.
async fn written(town: &Town) -> (ChildId, Ctx, Ctx) {
    let services = &town.services;
    let t0 = town.critical_answer(0).await;
    let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
    let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(120)).await;
    let sql = "select r.id from referrals r where r.rank = 1 and r.state = 'open' order by r.opened_at desc";
    let (id,): (ReferralId,) = town.store().await.first(sql, vec![]).await.unwrap().unwrap();
    referrals::claim(services, &first, id).await.unwrap();
    let next = Some(t0.day_in(&jiff::tz::TimeZone::UTC).plus_days(2));
    let (with, how) = (ContactWith::Guardian, ContactHow::Phone);
    let contact = NewContact { with, how, reached: true, note: words("wrong contact"), next };
    referrals::log_contact(services, &first, id, contact).await.unwrap();
    referrals::add_note(services, &first, id, "team", words("wrong note")).await.unwrap();
    referrals::add_note(services, &first, id, "own", words("own note")).await.unwrap();
    let (level, danger) = (Priority::Critical, Danger::None);
    let look = NewAssessment { level, danger, summary: words("wrong look"), strengths: words("") };
    plans::assess(services, &first, id, look).await.unwrap();
    (records::child_of_referral(services, &first, id).await.unwrap(), first, second)
}

/// The line with these words, and what can be corrected in it.
fn line<'a>(lines: &'a [Entry], text: &str) -> &'a Entry {
    let found = lines.iter().find(|entry| entry.text.reveal().contains(text));
    found.unwrap_or_else(|| panic!("no line says {text:?}"))
}

fn row(lines: &[Entry], text: &str) -> (Correctable, Uuid) {
    line(lines, text).row.unwrap_or_else(|| panic!("{text:?} cannot be corrected"))
}

on_both_databases! {
    /// C-21: a contact, a note, a second look and a follow-up; the old words stay, struck, with who and when.
    async fn old_words_stay_readable_beside_who_corrected_them_and_when_c_21(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (child, first, second) = written(&town).await;
        let lines = records::record(services, &first, child).await.unwrap().timeline;
        let stored = async || {
            let mut all = town.words("select note from contacts where corrects is null").await;
            all.extend(town.words("select body from notes where corrects is null").await);
            all.extend(town.words("select summary from assessments where corrects is null").await);
            all.extend(town.words("select what from follow_ups where corrects is null").await);
            all.sort();
            all
        };
        let before = stored().await;
        let day = first.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(5);
        let right = [
            ("wrong contact", Words::Contact {
                with: ContactWith::Child, how: ContactHow::InPerson, reached: false, note: words("right contact"),
            }),
            ("wrong note", Words::Note { body: words("right note") }),
            ("wrong look", Words::SecondLook { danger: Danger::Possible, summary: words("right look"), strengths: words("sings") }),
            ("Contact again", Words::FollowUp { due_on: day, what: words("Call the aunt") }),
        ];
        for (wrong, right) in right {
            let (kind, id) = row(&lines, wrong);
            assert_eq!(kind, right.kind());
            let shown = corrections::form(services, &second, child, kind, id).await.unwrap();
            assert_eq!(shown.words.kind(), kind);
            corrections::correct(services, &second, child, id, right.clone()).await.unwrap();
            let twice = corrections::correct(services, &first, child, id, right).await;
            assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
        }
        assert_eq!(stored().await, before, "no row was changed");

        let record = records::record(services, &first, child).await.unwrap();
        let Some(open) = record.open else { panic!("open") };
        let tasks: Vec<_> = open.follow_ups.iter().map(|f| (f.due_on, f.what.reveal().as_str())).collect();
        assert_eq!(tasks, [(day, "Call the aunt")], "only what is right is to do");
        assert_eq!(record.casework.assessments[0].summary.reveal(), "right look");
        let lines = record.timeline;
        for (wrong, right) in [
            ("wrong contact", "right contact"), ("wrong note", "right note"), ("wrong look", "right look"),
            ("Contact again", "Call the aunt"),
        ] {
            let (old, new) = (line(&lines, wrong), line(&lines, right));
            let (by, at) = old.corrected.clone().unwrap();
            assert_eq!((by.is_empty(), at), (false, second.now), "{wrong}");
            assert!(old.row.is_none() && new.row.is_some(), "what stands can be corrected again, what was corrected cannot");
            assert_eq!((old.at, new.corrects_since), (new.at, Some(second.now)), "side by side");
        }
        let (_, id) = row(&lines, "right note");
        corrections::correct(services, &first, child, id, Words::Note { body: words("better note") }).await.unwrap();
        // Time to first contact counts what is right: nobody was reached.
        let reached = "select count(*) from contacts k where k.reached and not exists (select 1 from contacts x where x.corrects = k.id) \
                       and k.child_id in (select child_id from contacts where corrects is not null)";
        let reached = if kind == Kind::Sqlite { reached.to_owned() } else { reached.replace("k.reached and", "k.reached = true and") };
        assert_eq!(town.count(&reached).await, 0);
        assert_eq!(town.count("select count(*) from audit where action = 'record.correct'").await, 5);
        town.services.close().await;
    }

    /// AZ-03: who does not work on the child, and who may not read an own note, corrects nothing.
    async fn nobody_else_corrects_what_stands_in_a_record(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (child, first, second) = written(&town).await;
        let lines = records::record(services, &first, child).await.unwrap().timeline;
        let (_, own) = row(&lines, "own note");
        let (_, note) = row(&lines, "wrong note");
        let body = || Words::Note { body: words("mine") };
        let refused = corrections::correct(services, &second, child, own, body()).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        for role in [Role::Teacher, Role::Proctor, Role::SchoolLead, Role::Administrator, Role::Auditor] {
            let ctx = town.staff_at(role, 0, first.now).await;
            let refused = corrections::correct(services, &ctx, child, note, body()).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{role:?} {refused:?}");
            let refused = corrections::form(services, &ctx, child, Correctable::Note, note).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{role:?}");
        }
        // A row of another kind, another child or none.
        for (child, id) in [(child, Uuid::from_u128(3)), (ChildId(Uuid::from_u128(3)), note)] {
            let refused = corrections::correct(services, &first, child, id, body()).await;
            assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        }
        let crossed = Words::FollowUp { due_on: first.now.day_in(&jiff::tz::TimeZone::UTC), what: words("x") };
        assert!(matches!(corrections::correct(services, &first, child, note, crossed).await, Err(Error::NotFound)));
        let silent = corrections::correct(services, &first, child, note, Words::Note { body: words(" ") }).await;
        assert!(matches!(silent, Err(Error::Invalid { field: "body", .. })));
        town.services.close().await;
    }
}
