//! A child goes to another school: its history follows, somebody present owns its referral, and the old school loses
//! sight of it (AZ-07).

use std::sync::Arc;

use server::Error;
use server::ctx::{Actor, Ctx, Staff};
use server::jobs;
use server::model::people::Role;
use server::model::referral::{ContactHow, ContactWith, Outcome, ReferralState};
use server::model::{ChildId, ClassId, Instant, Private, ReferralId, SchoolId, UserId};
use server::services::queue::{self, Asked};
use server::services::referrals::{Closing, NewContact};
use server::services::rosters::{self, Decisions};
use server::services::{check_in, plans, records, referrals, rescreens, sessions, steps, transfers};
use server::store::transfers::schools;
use tests::{Kind, on_both_databases};

use crate::town::Town;
use crate::trail::literal;

fn words(text: &str) -> Private<String> {
    text.to_owned().into()
}

fn user(ctx: &Ctx) -> UserId {
    let Actor::Staff(Staff { user, .. }) = &ctx.actor else { panic!("staff") };
    *user
}

/// Two schools, and at the first one a child whose critical referral its counselor works on.
struct Case {
    town: Town,
    code: String,
    child: ChildId,
    referral: ReferralId,
    old: (SchoolId, String),
    new: (SchoolId, String),
    class: ClassId,
    /// The counselors of both schools: the first on duty, then the backup.
    here: Vec<Ctx>,
    there: Vec<Ctx>,
    now: Instant,
}

impl Case {
    async fn new(kind: Kind) -> Self {
        let town = Town::schools(kind, 2, 120).await;
        let code = town.teens()[0].clone();
        let Actor::Student(student) = town.child(&code).await.actor else { panic!("a child") };
        let now = town.critical_answer(0).await.plus_seconds(60);
        let mut conn = town.store().await;
        let child = server::store::children::get(&mut conn, student.child).await.unwrap().unwrap();
        let all = schools(&mut conn, child.district_id).await.unwrap();
        let new = all.into_iter().find(|(id, _)| *id != child.school_id).unwrap();
        let classes = server::store::transfers::classes(&mut conn, new.0).await.unwrap();
        let here = town.people_at(Role::Counselor, &child.school_name, now).await;
        let there = town.people_at(Role::Counselor, &new.1, now.plus_seconds(60)).await;
        let referral =
            server::store::referrals::get_open(&mut conn, child.id, child.school_id).await.unwrap().unwrap();
        referrals::claim(&town.services, &here[0], referral.id).await.unwrap();
        Self {
            code,
            child: child.id,
            referral: referral.id,
            old: (child.school_id, child.school_name),
            class: classes[0].id,
            new,
            here,
            there,
            now,
            town,
        }
    }

    async fn goes(&self, by: &Ctx, reason: &str) -> Result<(), Error> {
        transfers::transfer(&self.town.services, by, self.child, self.new.0, self.class, words(reason)).await
    }

    /// Nothing of a move has been written.
    async fn nothing_moved(&self, kind: Kind) {
        let id = literal(kind, self.child.0);
        let moved = format!("select count(*) from enrollments where child_id = {id} and to_date is not null");
        assert_eq!(self.town.count(&moved).await, 0);
        let events = "select count(*) from referral_events where verb = 'transfer'";
        assert_eq!(self.town.count(events).await, 0);
    }
}

on_both_databases! {
    /// AZ-07, AZ-03, REL-10: the whole way, with a closing and an offer under way.
    async fn a_child_moves_with_its_history_and_the_old_school_loses_sight_of_it_az_07(kind: Kind) {
        let case = Case::new(kind).await;
        let (services, town) = (&case.town.services, &case.town);
        let (owner, second) = (&case.here[0], &case.here[1]);
        let contact = NewContact {
            with: ContactWith::Child, how: ContactHow::InPerson, reached: true, note: words("Talked by the river."), next: None,
        };
        referrals::log_contact(services, owner, case.referral, contact).await.unwrap();
        steps::offer_hand_over(services, owner, case.referral, user(second), words("See her on Friday.")).await.unwrap();
        let closing = Closing { outcome: Outcome::SupportedHere, seen_by: words("Ana"), reason: words("Calm.") };
        referrals::close(services, owner, case.referral, closing).await.unwrap();

        let preview = transfers::preview(services, owner, case.child, Some(case.new.0)).await.unwrap();
        assert!(preview.closing_waits && preview.offer_waits);
        assert!(preview.chosen.unwrap().owner.is_some());
        case.goes(owner, "Her father drinks; speak to her mother only.").await.unwrap();

        // The old school: no child, no referral, no line, no alert, at once.
        for ctx in [owner, second] {
            let seen = records::record(services, ctx, case.child).await;
            assert!(matches!(seen, Err(Error::NotFound)), "{seen:?}");
            for tried in [
                referrals::claim(services, ctx, case.referral).await,
                referrals::add_note(services, ctx, case.referral, "team", words("x")).await,
                steps::answer_closing(services, ctx, case.referral, steps::Answer::Confirmed, words("")).await,
                steps::answer_hand_over(services, ctx, case.referral, steps::Accepts::Yes).await,
                plans::set_tag(services, ctx, case.referral, server::model::referral::DistressTag::Other, plans::Mark::On).await,
                case.goes(ctx, "again").await,
            ] {
                assert!(matches!(tried, Err(Error::NotFound)), "{tried:?}");
            }
            let list = queue::queue(services, ctx, &Asked::default()).await.unwrap();
            assert!(list.rows.iter().all(|row| row.id != case.referral));
            let mut conn = town.store().await;
            let waiting = server::store::outbox::waiting(&mut conn, user(ctx)).await.unwrap();
            assert!(waiting.iter().all(|alert| alert.referral_id != case.referral));
        }
        let entered = sessions::sign_in_with_card(services, &Ctx::new(Actor::Nobody), &case.code, [127, 0, 0, 1].into()).await;
        assert!(entered.is_err(), "the old school's card is void");
        let child = literal(kind, case.child.0);
        assert_eq!(town.count(&format!("select count(*) from sessions where child_id = {child}")).await, 0);

        // The new school: the whole history, an owner on duty, and a clock that rings.
        let receiver = &case.there[0];
        let record = records::record(services, receiver, case.child).await.unwrap();
        assert_eq!(record.child.school_id, case.new.0);
        let open = record.open.unwrap().referral;
        assert_eq!((open.id, open.state, open.owner_id), (case.referral, ReferralState::Open, user(receiver)));
        let said: Vec<_> = record.timeline.iter().map(|entry| (entry.title.as_str(), entry.text.reveal().as_str())).collect();
        assert!(said.iter().any(|(_, text)| *text == "Talked by the river."));
        let (_, moved) = said.iter().find(|(title, _)| *title == "Moved to another school").unwrap();
        assert!(moved.starts_with(&format!("From {} to {}. Her father", case.old.1, case.new.1)), "{moved}");
        assert!(record.casework.closing.is_none() && record.casework.hand_over.is_none());
        assert_eq!(town.words("select answer from closings").await, ["returned"]);
        assert_eq!(town.words("select answer from hand_overs").await, ["withdrawn"]);
        let rung = format!("select count(*) from outbox where reason like 'critical_moved%' and acknowledged_at is null \
                            and user_id = {}", literal(kind, user(receiver).0));
        assert_eq!(town.count(&rung).await, 1);
        jobs::escalate(services, &Ctx::at(Actor::Job("escalate"), receiver.now.plus_seconds(40 * 60))).await.unwrap();
        let backup = format!("select count(*) from outbox where reason like 'backup:critical_moved%' and user_id = {}",
            literal(kind, user(&case.there[1]).0));
        assert_eq!(town.count(&backup).await, 1, "nobody took it: the new school's backup is called");
        let trail = format!("select count(*) from audit where action = 'child.transfer' and subject_id = {child}");
        assert_eq!(town.count(&trail).await, 1);

        // An answer whose referral went missing joins the one that moved: never one at the old school again.
        town.meddle("delete from referral_reasons").await;
        jobs::reconcile(services, &Ctx::new(Actor::Job("reconcile")), jobs::Span::Everything).await.unwrap();
        let where_ = format!("select count(*) from referrals where child_id = {child} and school_id = {}", literal(kind, case.old.0.0));
        assert_eq!(town.count(&where_).await, 0);
        assert_eq!(town.count(&format!("select count(*) from referrals where child_id = {child}")).await, 1);
        // Figures still count it where it was found.
        let found = format!("select count(*) from referrals where child_id = {child} and opened_school_id = {}", literal(kind, case.old.0.0));
        assert_eq!(town.count(&found).await, 1);
        town.services.close().await;
    }

    /// C-10: refused, and nothing half-done.
    async fn a_move_is_refused_without_its_owner_a_class_a_word_or_somebody_present(kind: Kind) {
        let case = Case::new(kind).await;
        let (services, town) = (&case.town.services, &case.town);
        let owner = &case.here[0];
        let refused = case.goes(&case.here[1], "I am not the owner.").await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("owns this child")), "{refused:?}");
        assert!(matches!(case.goes(&case.there[0], "Not mine.").await, Err(Error::NotFound)));
        for role in [Role::Teacher, Role::Proctor, Role::SchoolLead, Role::Administrator, Role::Auditor, Role::Analyst] {
            let ctx = town.staff_at(role, 0, case.now).await;
            let refused = case.goes(&ctx, "Not by me.").await;
            assert!(matches!(refused, Err(Error::NotFound)), "{role:?} {refused:?}");
        }
        assert!(matches!(case.goes(owner, "  ").await, Err(Error::Invalid { field: "reason", .. })));
        let own = transfers::transfer(services, owner, case.child, case.old.0, case.class, words("Stays.")).await;
        assert!(matches!(own, Err(Error::Invalid { field: "school", .. })), "{own:?}");
        let nowhere = SchoolId(uuid::Uuid::from_u128(9));
        let lost = transfers::transfer(services, owner, case.child, nowhere, case.class, words("Where?")).await;
        assert!(matches!(lost, Err(Error::NotFound)));
        let class = ClassId(uuid::Uuid::from_u128(9));
        let lost = transfers::transfer(services, owner, case.child, case.new.0, class, words("Which?")).await;
        assert!(matches!(lost, Err(Error::Invalid { field: "class", .. })));
        for away in &case.there {
            town.meddle(&format!("update users set disabled_at = 1 where id = {}", literal(kind, user(away).0))).await;
            town.meddle(&format!("delete from duties where user_id = {}", literal(kind, user(away).0))).await;
            town.meddle(&format!("update duty_shifts set removed_at = 1 where user_id = {}", literal(kind, user(away).0))).await;
        }
        let preview = transfers::preview(services, owner, case.child, Some(case.new.0)).await.unwrap();
        assert!(preview.chosen.unwrap().owner.is_none());
        let refused = case.goes(owner, "Nobody is there.").await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("nobody would own")), "{refused:?}");
        case.nothing_moved(kind).await;
        assert!(records::record(services, owner, case.child).await.is_ok());
        town.services.close().await;
    }

    /// A-04, AZ-07: a roster moves a child by the same function, or keeps it where nobody would take it over.
    async fn a_roster_that_names_another_school_moves_a_child_with_its_referral(kind: Kind) {
        let case = Case::new(kind).await;
        let (services, town) = (&case.town.services, &case.town);
        let id = literal(kind, case.child.0);
        let line = format!("select number || ',' || given_name || ',' || family_name || ',' || birth_date || ',f,{},9,9Z' \
                            from children where id = {id}", case.new.1);
        let line = town.words(&line).await.remove(0);
        let header = "number,given name,family name,birth date,sex,school,grade,class\n";
        let today = case.now.day_in(&jiff::tz::TimeZone::UTC);
        let read = || Arc::new(server::roster::read(format!("{header}{line}\n").as_bytes(), today, server::roster::Limits::UPLOAD).unwrap());
        let admin = town.staff_at(Role::Administrator, 0, case.now).await;
        let import = || rosters::commit(services, &admin, read(), Decisions::default(), Arc::new(|_| ()));
        let present = format!("update users set disabled_at = null where id in ({}, {})",
            literal(kind, user(&case.there[0]).0), literal(kind, user(&case.there[1]).0));
        town.meddle(&present.replace("= null", "= 1")).await;
        town.meddle("delete from duties").await;
        town.meddle("update duty_shifts set removed_at = 1").await;
        // Besides, whoever is cared for at the new school and is not in this file stays there.
        let cared = format!("select count(*) from referrals where closed_at is null and school_id = {}", literal(kind, case.new.0.0));
        let others = usize::try_from(town.count(&cared).await).unwrap();
        let done = import().await.unwrap();
        assert_eq!((done.held, done.changed), (others + 1, 0), "nobody present would own it");
        case.nothing_moved(kind).await;

        town.meddle(&present).await;
        let done = import().await.unwrap();
        assert_eq!((done.held, done.changed), (others, 1));
        let seen = records::record(services, &case.here[0], case.child).await;
        assert!(matches!(seen, Err(Error::NotFound)));
        let record = records::record(services, &case.there[0], case.child).await.unwrap();
        let open = record.open.unwrap().referral;
        assert_eq!((open.id, open.school_id, open.state), (case.referral, case.new.0, ReferralState::Open));
        let moved = record.timeline.iter().find(|entry| entry.title == "Moved to another school").unwrap();
        assert!(moved.text.reveal().contains("By the district’s roster"));
        let trail = format!("select count(*) from audit where action = 'child.transfer' and subject_id = {id}");
        assert_eq!(town.count(&trail).await, 1);
        town.services.close().await;
    }

    /// Never two open for one child: what comes is closed into what is there, with everything still to do.
    async fn two_open_referrals_of_a_child_that_moves_become_one(kind: Kind) {
        let case = Case::new(kind).await;
        let (services, town) = (&case.town.services, &case.town);
        let (id, new) = (literal(kind, case.child.0), literal(kind, case.new.0.0));
        let other = case.here[0].id();
        let receiver = user(&case.there[0]);
        town.meddle(&format!(
            "insert into referrals (id, child_id, school_id, priority, rank, state, owner_id, opened_at, due_at, opened_school_id) \
             values ({}, {id}, {new}, 'low', 4, 'acknowledged', {}, 1, 9999999999999, {new})",
            literal(kind, other), literal(kind, receiver.0)
        )).await;
        case.goes(&case.here[0], "Also known to you.").await.unwrap();
        let record = records::record(services, &case.there[0], case.child).await.unwrap();
        let open = record.open.unwrap();
        assert_eq!((open.referral.id.0, open.referral.priority.rank()), (other, 1), "raised to the more urgent");
        assert!(!open.reasons.is_empty(), "with the reasons of both");
        let closed = format!("select count(*) from referrals where child_id = {id} and school_id = {new} and outcome = 'moved'");
        assert_eq!(town.count(&closed).await, 1);
        town.services.close().await;
    }

    /// AZ-07, C-29: what a re-screen finds after the move is found at the new school.
    async fn a_half_answered_re_screen_goes_along_and_is_referred_at_the_new_school(kind: Kind) {
        let case = Case::new(kind).await;
        let (services, town) = (&case.town.services, &case.town);
        let student = town.child(&case.code).await;
        check_in::submit(services, &student, uuid::Uuid::new_v4()).await.unwrap();
        let day = case.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(20);
        rescreens::plan(services, &case.here[0], case.referral, "phq9_teen".to_owned(), day).await.unwrap();
        let record = records::record(services, &case.here[0], case.child).await.unwrap();
        let id = record.casework.rescreens.list[0].id;
        let card = rescreens::print_card(services, &case.here[0], id).await.unwrap();
        let old_card = card.cards[0].code.reveal().clone();
        town.child_at_first_question(&old_card).await;
        case.goes(&case.here[0], "Moved house.").await.unwrap();
        let refused = sessions::sign_in_with_card(services, &Ctx::new(Actor::Nobody), &old_card, [127, 0, 0, 1].into()).await;
        assert!(refused.is_err(), "the old school's card works no more");

        let there = &case.there[0];
        let card = rescreens::print_card(services, there, id).await.unwrap();
        let again = town.child_at_first_question(card.cards[0].code.reveal()).await;
        town.answer_all(&again, |item| if item.len() == 1 { 2 } else { 0 }).await;
        check_in::submit(services, &again, uuid::Uuid::new_v4()).await.unwrap();
        assert_eq!(
            town.count(&format!("select count(*) from referrals where child_id = {}", literal(kind, case.child.0))).await,
            1,
            "no second one at the old school"
        );
        let record = records::record(services, there, case.child).await.unwrap();
        let rules: Vec<String> = record.open.unwrap().reasons.iter().map(|r| r.rule.clone()).collect();
        assert!(rules.iter().any(|rule| rule == "above_cutoff"), "{rules:?}");
        town.services.close().await;
    }
}
