//! The hours of those who answer for a child (K-44, K-47), by a clock that the test sets.

use questionnaires::response::Answer;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::{Day, Instant, SchoolId, UserId};
use server::services::check_in::{self, Assent, Step};
use server::services::duty;
use server::services::sessions::{self, Visitor};
use server::{Error, Result};
use tests::{Kind, on_both_databases};

use crate::town::Town;

/// A town whose rota knows school hours only, and whose sitting does not end by itself.
async fn town(kind: Kind) -> Town {
    let town = Town::of(kind, 60).await;
    town.meddle("update duty_shifts set removed_at = 1 where from_minute = 0 or to_minute = 1440").await;
    town.meddle("delete from holidays").await;
    town.meddle("update sittings set ends_at = 9000000000000 where state = 'open'").await;
    town
}

/// An instant of an hour on the next weekday of this name, in the school's own time.
async fn at(town: &Town, weekday: i8, hour: i8) -> Instant {
    let name = town.words("select time_zone from schools limit 1").await.remove(0);
    let zone = server::services::scoring::zone(&name);
    let today = Ctx::new(Actor::Nobody).now.day_in(&zone);
    let day: Day =
        (0..7).map(|n| today.plus_days(n)).find(|d| d.0.weekday().to_monday_one_offset() == weekday).unwrap();
    Instant::of_day(day, hour, &zone)
}

async fn signs_in(town: &Town, code: &str, now: Instant) -> Result<Ctx> {
    let nobody = Ctx::at(Actor::Nobody, now);
    let token = sessions::sign_in_with_card(&town.services, &nobody, code, [127, 0, 0, 1].into()).await?;
    match sessions::visitor(&town.services, &nobody, token.reveal()).await? {
        Visitor::Actor(actor) => Ok(nobody.with_actor(actor)),
        Visitor::OwesCode(_) => panic!("a child owes no code"),
    }
}

#[track_caller]
fn rests<T: std::fmt::Debug>(answer: &Result<T>) {
    match answer {
        Err(Error::Invalid { message, .. }) => {
            assert!(message.starts_with("The check-in rests now."), "{message}")
        }
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    async fn nobody_begins_critical_questions_at_night_and_who_has_begun_finishes_k_47(kind: Kind) {
        let town = town(kind).await;
        let (early, late) = (at(&town, 3, 10).await, at(&town, 3, 21).await);
        let code = &town.teens()[0];
        rests(&signs_in(&town, code, late).await);
        rests(&signs_in(&town, code, at(&town, 6, 10).await).await);
        let ctx = signs_in(&town, code, early).await.unwrap();
        check_in::give_assent(&town.services, &ctx, Assent::Yes).await.unwrap();
        // It grows late in the middle: each answer is saved, the card opens the door again, and the end is reached.
        let ctx = signs_in(&town, code, late).await.unwrap();
        let questions = check_in::state(&town.services, &ctx).await.unwrap().questions;
        for number in 1..=questions {
            let (_, question) = check_in::question(&town.services, &ctx, number).await.unwrap();
            let answer = Answer::Code(question.item.choices[0].code);
            check_in::answer(&town.services, &ctx, number, &question.item.id, answer).await.unwrap();
        }
        check_in::submit(&town.services, &ctx, uuid::Uuid::from_u128(7)).await.unwrap();
        assert_eq!(check_in::state(&town.services, &ctx).await.unwrap().step, Step::Done);
    }

    /// LAW-02: somebody must still be there two hours later, and the last shift ends at half past four.
    async fn a_child_that_signed_in_by_day_does_not_say_yes_at_night_but_may_say_no_k_47(kind: Kind) {
        let town = town(kind).await;
        rests(&signs_in(&town, &town.teens()[0], at(&town, 3, 15).await).await);
        let day = signs_in(&town, &town.teens()[0], at(&town, 3, 14).await).await.unwrap();
        let night = Ctx::at(day.actor, at(&town, 3, 21).await);
        rests(&check_in::give_assent(&town.services, &night, Assent::Yes).await);
        check_in::give_assent(&town.services, &night, Assent::No).await.unwrap();
    }

    async fn questions_without_a_critical_one_begin_at_any_hour_k_47(kind: Kind) {
        let town = town(kind).await;
        let young = town.demo.cards.iter().find(|c| c.age_band == "6–7").unwrap();
        let ctx = signs_in(&town, &young.code, at(&town, 3, 21).await).await.unwrap();
        assert_eq!(check_in::state(&town.services, &ctx).await.unwrap().step, Step::Assent);
    }

    /// A promise of help names an hour only where somebody of the rota is in school then.
    async fn what_a_child_reads_about_help_is_true_for_the_hour_k_44(kind: Kind) {
        let town = town(kind).await;
        let code = &town.teens()[0];
        let ctx = signs_in(&town, code, at(&town, 3, 10).await).await.unwrap();
        check_in::give_assent(&town.services, &ctx, Assent::Yes).await.unwrap();
        let mut told = Vec::new();
        for (weekday, hour) in [(3, 7), (3, 10), (3, 15), (3, 16), (3, 21), (6, 10)] {
            let then = Ctx::at(ctx.actor.clone(), at(&town, weekday, hour).await);
            told.push(check_in::state(&town.services, &then).await.unwrap().there_until);
        }
        let sixteen = Some("16:00".to_owned());
        assert_eq!(told, [None, sixteen.clone(), sixteen, None, None, None]);
        // Both are away, and the next page knows it: nothing is promised.
        let lead = town.staff_at(Role::SchoolLead, 0, ctx.now).await;
        let school = SchoolId(town.ids("select id from schools").await.remove(0));
        for user in town.ids("select distinct user_id from duties").await {
            let (from, to) = (Day(jiff::civil::date(2000, 1, 1)), Day(jiff::civil::date(2100, 1, 1)));
            duty::add_absence(&town.services, &lead, school, UserId(user), from, to).await.unwrap();
        }
        let then = Ctx::at(ctx.actor.clone(), at(&town, 3, 10).await);
        assert_eq!(check_in::state(&town.services, &then).await.unwrap().there_until, None);
    }
}
