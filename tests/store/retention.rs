//! What is over goes by itself: just that, little by little, and never what a hold keeps.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::retention::{DataClass, EraseWhy};
use server::model::{Day, Instant};
use server::services::demo::{self, Plan};
use server::services::retention::{self, Purged};
use server::services::{Services, check_in};
use tests::{Database, Kind, on_both_databases};
use uuid::Uuid;

use crate::town::{Town, configured};
use crate::whole_child::{NUMBER, add_tables_of_tomorrow, whole_child};

const ALL: usize = 100_000;
const DAY: i64 = 86_400;

/// A town with two windows that are half a year apart.
async fn two_windows(kind: Kind) -> Town {
    let database = Database::empty(kind).await;
    let services = Services::open(configured(&database, &[])).await.unwrap();
    let plan = Plan { seed: 5, schools: 1, students: 120, windows: 2 };
    let demo = demo::fill(&services, plan, |_, _| {}).await.unwrap();
    Town { services, demo, database }
}

/// The last days of the windows, oldest first.
async fn last_days(town: &Town) -> Vec<Day> {
    let days = town.words("select closes_on from windows order by closes_on").await;
    days.iter().map(|day| day.parse().unwrap()).collect()
}

/// Midday of a day so many months after another one.
fn job(day: Day, months: i64, days: i64) -> Ctx {
    let day = Day(day.0.saturating_add(jiff::Span::new().months(months))).plus_days(days);
    Ctx::at(Actor::Job("purge"), Instant::of_day(day, 12, &jiff::tz::TimeZone::UTC))
}

async fn administrator(town: &Town, now: Instant) -> Ctx {
    Ctx { factor_at: Some(now), ..town.staff_at(Role::Administrator, 0, now).await }
}

async fn officer(town: &Town, now: Instant) -> Ctx {
    Ctx { factor_at: Some(now), ..town.staff_at(Role::DistrictOfficer, 0, now).await }
}

async fn answers_of(town: &Town, window: Day) -> i64 {
    town.count(&format!(
        "select count(*) from responses r join administrations a on a.id = r.administration_id join windows w \
         on w.id = a.window_id where w.closes_on = '{window}'"
    ))
    .await
}

on_both_databases! {
    async fn the_purge_removes_just_what_is_due_and_the_preview_says_so_before_prv_15(kind: Kind) {
        let town = two_windows(kind).await;
        let days = last_days(&town).await;
        let (old, new) = (answers_of(&town, days[0]).await, answers_of(&town, days[1]).await);
        assert!(old > 100, "{old}");
        let scores = town.count("select count(*) from scores").await;
        // On the last day of the period everything is there still.
        let before = job(days[0], 36, 0);
        assert_eq!(retention::purge(&town.services, &before, ALL).await.unwrap(), Purged::default());
        let preview = retention::overview(&town.services, &administrator(&town, before.now).await).await.unwrap();
        let answers = preview.classes.iter().find(|c| c.class == DataClass::Answers).unwrap();
        let tomorrow = before.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(1);
        assert_eq!((answers.due.rows, answers.coming[0].0, answers.coming[0].1.rows), (0, tomorrow, old));

        let due = job(days[0], 36, 1);
        let preview = retention::overview(&town.services, &administrator(&town, due.now).await).await.unwrap();
        assert_eq!(preview.classes.iter().find(|c| c.class == DataClass::Answers).unwrap().due.rows, old);
        let purged = retention::purge(&town.services, &due, ALL).await.unwrap();
        assert!(purged.answers > 10 && purged == Purged { answers: purged.answers, ..Purged::default() }, "{purged:?}");
        assert_eq!((answers_of(&town, days[0]).await, answers_of(&town, days[1]).await), (0, new));
        assert_eq!(town.count("select count(*) from scores").await, scores);
        // A purge that has nothing to do does nothing.
        assert_eq!(retention::purge(&town.services, &due, ALL).await.unwrap(), Purged::default());
        // And nothing is taken for a gap by the reconciler.
        let gaps = server::jobs::reconcile(&town.services, &due, server::jobs::Span::Everything).await.unwrap();
        assert_eq!(gaps.total(), 0, "{gaps:?}");
    }

    async fn an_interrupted_purge_goes_on_where_it_was_prv_15(kind: Kind) {
        let town = two_windows(kind).await;
        let days = last_days(&town).await;
        let due = job(days[0], 36, 1);
        let all = town.count(
            "select count(*) from administrations a join windows w on w.id = a.window_id where w.state = 'closed' \
             and exists (select 1 from responses r where r.administration_id = a.id)",
        )
        .await;
        let first = retention::purge(&town.services, &due, 1).await.unwrap();
        assert!(first.answers > 0 && i64::try_from(first.answers).unwrap() < all, "{first:?} of {all}");
        assert!(answers_of(&town, days[0]).await > 0);
        let rest = retention::purge(&town.services, &due, ALL).await.unwrap();
        assert_eq!(i64::try_from(first.answers + rest.answers).unwrap(), all);
        assert_eq!(answers_of(&town, days[0]).await, 0);
    }

    /// After all periods the house is empty but for those who are at school: and each child that goes leaves its tombstone.
    async fn when_every_period_is_over_only_children_at_school_are_left_law_08(kind: Kind) {
        let town = two_windows(kind).await;
        town.meddle("update referrals set state = 'closed', closed_at = opened_at, outcome = 'supported_here'").await;
        // Half of them have left.
        let child = "select min(number) from (select number from children order by number limit 60 offset 60) h";
        let middle = town.words(child).await.remove(0);
        town.meddle(&format!(
            "update enrollments set to_date = '2026-06-30' where child_id in (select id from children where number < '{middle}')"
        ))
        .await;
        add_tables_of_tomorrow(&town).await;
        assert!(town.count("select count(*) from lines_of_tomorrow").await > 0);
        let left = town.count("select count(*) from enrollments where to_date is not null").await;
        let days = last_days(&town).await;
        let mut purged = Purged::default();
        // A leaver's own period begins when it left, so one run long after everything is enough.
        let due = job(days[1], 84, 400);
        for _ in 0..2 {
            let done = retention::purge(&town.services, &due, ALL).await.unwrap();
            purged = if purged == Purged::default() { done } else { purged };
        }
        assert_eq!(i64::try_from(purged.leavers).unwrap(), left, "{purged:?}");
        for table in [
            "responses", "scores", "flags", "administrations", "cards", "talk_requests", "referrals", "referral_reasons",
            "referral_events", "contacts", "notes", "consents", "plans", "outside_referrals", "outbox", "concerns", "letters_of_tomorrow", "lines_of_tomorrow",
        ] {
            assert_eq!(town.count(&format!("select count(*) from {table}")).await, 0, "{table}");
        }
        assert_eq!(town.count("select count(*) from children").await, 120 - left);
        assert_eq!(town.count("select count(*) from tombstones where why = 'retention_ended'").await, left);
        let gaps = server::jobs::reconcile(&town.services, &due, server::jobs::Span::Everything).await.unwrap();
        assert_eq!(gaps.total(), 0);
    }

    /// Results go before the casework that they opened, so that the reconciler never opens it again.
    async fn casework_goes_only_after_the_results_that_opened_it_rel_07(kind: Kind) {
        let town = Town::of(kind, 60).await;
        whole_child(&town).await;
        let last = last_days(&town).await[0];
        // Closed before the window was over: its period still begins with the window's last day.
        town.meddle("update referrals set closed_at = opened_at where closed_at is not null").await;
        town.meddle("delete from deletions_waiting; delete from notes").await;
        let referrals = "select count(*) from referrals where closed_at is not null";
        let closed = town.count(referrals).await;
        let purged = retention::purge(&town.services, &job(last, 84, 0), ALL).await.unwrap();
        assert_eq!((purged.results, purged.casework, town.count(referrals).await), (0, 0, closed), "{purged:?}");
        let purged = retention::purge(&town.services, &job(last, 84, 1), ALL).await.unwrap();
        assert!(purged.results > 0 && purged.casework > 0, "{purged:?}");
        assert_eq!(town.count(referrals).await, 0);
        assert_eq!(town.count("select count(*) from flags").await, 0);
    }

    async fn a_legal_hold_keeps_a_child_or_a_district_from_the_purge_cap_63(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await;
        town.meddle("delete from deletions_waiting; delete from notes").await;
        let other = town.child_at_first_question(&town.teens()[1]).await;
        town.answer_all(&other, |_| 1).await;
        check_in::submit(&town.services, &other, Uuid::new_v4()).await.unwrap();
        let due = job(last_days(&town).await[0], 36, 1);
        let ctx = administrator(&town, due.now).await;
        let answers = town.count("select count(*) from responses").await;
        retention::set_hold(&town.services, &ctx, "", "Ministry, file 3").await.unwrap();
        retention::set_hold(&town.services, &ctx, NUMBER, "County court, file 7").await.unwrap();
        assert_eq!(retention::purge(&town.services, &due, ALL).await.unwrap().total(), 0);
        assert_eq!(town.count("select count(*) from responses").await, answers);
        let release = async |reason: &str| {
            let holds = retention::overview(&town.services, &ctx).await.unwrap().holds;
            let hold = holds.iter().find(|h| h.reason == reason && h.released_at.is_none()).unwrap().id;
            retention::release_hold(&town.services, &ctx, hold).await.unwrap();
        };
        release("Ministry, file 3").await;
        assert!(retention::purge(&town.services, &due, ALL).await.unwrap().answers > 0);
        let mine = child.found_in(&town).await;
        assert!(mine.iter().any(|place| place == "responses.administration_id"), "{mine:?}");
        let kept = town.count("select count(distinct administration_id) from responses").await;
        assert_eq!(kept, 1, "only the held child's answers are left");
        release("County court, file 7").await;
        assert_eq!(retention::purge(&town.services, &due, ALL).await.unwrap().answers, 1);
        assert_eq!(town.count("select count(*) from responses").await, 0);
    }

    /// LAW-04: what one window collected goes; other windows, the referral and the consent stay. A hold only puts it off.
    async fn a_withdrawal_removes_what_its_window_collected_and_nothing_else_law_04(kind: Kind) {
        let town = two_windows(kind).await;
        let job = Ctx::new(Actor::Job("purge"));
        let ctx = administrator(&town, job.now).await;
        // A child with results in both windows and a reason that came from the first one.
        let first = last_days(&town).await[0];
        let numbers = town.words(&format!(
            "select c.number from children c where exists (select 1 from referral_reasons m join administrations a \
             on a.id = m.administration_id join windows w on w.id = a.window_id where a.child_id = c.id \
             and w.closes_on = '{first}') and (select count(distinct a.window_id) from administrations a join scores s \
             on s.administration_id = a.id where a.child_id = c.id) = 2 order by c.number"
        ))
        .await;
        let number = numbers.first().expect("a child with results in both windows");
        let of_child = format!("child_id = (select id from children where number = '{number}')");
        let window = format!("(select id from windows where closes_on = '{first}')");
        let count = async |sql: String| town.count(&sql).await;
        let in_window = format!("select count(*) from administrations where {of_child} and window_id = {window}");
        let elsewhere = format!("select count(*) from administrations where {of_child} and window_id <> {window}");
        let reasons = format!("select count(*) from referral_reasons m join referrals r on r.id = m.referral_id where r.{of_child}");
        let scores = format!("select count(*) from scores s join administrations a on a.id = s.administration_id where a.{of_child}");
        let consents = format!("select count(*) from consents where {of_child}");
        let (others, why, said) = (count(elsewhere.clone()).await, count(reasons.clone()).await, count(consents.clone()).await);
        let scored = count(scores.clone()).await;
        assert!(others > 0 && why > 0 && scored >= 2);

        retention::set_hold(&town.services, &ctx, number, "County court, file 7").await.unwrap();
        town.meddle(&format!(
            "insert into deletions_waiting (child_id, window_id, asked_at) select c.id, w.id, 1 from children c, windows w \
             where c.number = '{number}' and w.closes_on = '{first}'"
        ))
        .await;
        assert_eq!(retention::purge(&town.services, &job, ALL).await.unwrap().total(), 0);
        assert!(count(in_window.clone()).await > 0);
        let hold = retention::overview(&town.services, &ctx).await.unwrap().holds[0].id;
        retention::release_hold(&town.services, &ctx, hold).await.unwrap();
        assert_eq!(retention::purge(&town.services, &job, ALL).await.unwrap().waited, 1);

        assert_eq!(count(in_window).await, 0);
        assert_eq!(count(elsewhere).await, others);
        assert_eq!((count(reasons.clone()).await, count(consents).await), (why, said));
        assert!(count(format!("{reasons} and m.administration_id is null")).await > 0, "a reason lost its reference");
        assert!(count(scores).await < scored);
        assert_eq!(town.count("select count(*) from deletions_waiting").await, 0);
        let gaps = server::jobs::reconcile(&town.services, &job, server::jobs::Span::Everything).await.unwrap();
        assert_eq!(gaps.total(), 0);
    }

    async fn for_a_week_after_other_periods_are_chosen_nothing_goes(kind: Kind) {
        let town = two_windows(kind).await;
        // Shorter by two years in the European profile.
        let now = job(last_days(&town).await[0], 12, 30);
        let ctx = administrator(&town, now.now).await;
        assert_eq!(retention::purge(&town.services, &now, ALL).await.unwrap().total(), 0);
        let unknown = retention::ask_for_profile(&town.services, &ctx, "mars").await;
        assert!(matches!(unknown, Err(Error::Invalid { .. })));
        let change = retention::ask_for_profile(&town.services, &ctx, "eu").await.unwrap();
        let overview = retention::overview(&town.services, &ctx).await.unwrap();
        assert!(overview.change_waits && overview.profile != "eu" && overview.paused_until.is_none());
        retention::decide_profile(&town.services, &officer(&town, now.now).await, change, true, "").await.unwrap();
        let overview = retention::overview(&town.services, &ctx).await.unwrap();
        assert_eq!((overview.profile.as_str(), overview.classes[0].months), ("eu", 12));
        assert_eq!(overview.paused_until, Some(ctx.now.plus_seconds(7 * DAY)));
        let almost = Ctx::at(Actor::Job("purge"), ctx.now.plus_seconds(7 * DAY - 1));
        assert_eq!(retention::purge(&town.services, &almost, ALL).await.unwrap().total(), 0);
        let after = Ctx::at(Actor::Job("purge"), ctx.now.plus_seconds(7 * DAY));
        assert!(retention::purge(&town.services, &after, ALL).await.unwrap().answers > 0);
    }

    /// AUT-11: the one who asks never decides, nothing is decided twice, and a no changes nothing.
    async fn aut_11_other_periods_want_a_second_person_who_decides_once(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let now = Ctx::new(Actor::Console).now;
        let (asker, officer) = (administrator(&town, now).await, officer(&town, now).await);
        let services = &town.services;
        let in_force = async || retention::overview(services, &asker).await.unwrap().profile;
        let before = in_force().await;
        let same = retention::ask_for_profile(services, &asker, &before).await;
        assert!(matches!(same, Err(Error::Invalid { field: "profile", .. })), "{same:?}");
        assert!(matches!(retention::ask_for_profile(services, &officer, "eu").await, Err(Error::NotFound)));
        let id = retention::ask_for_profile(services, &asker, "eu").await.unwrap();
        let second = retention::ask_for_profile(services, &asker, "us").await;
        assert!(matches!(second, Err(Error::Conflict(_))), "{second:?}");

        // Whoever asked; who decides none; without a fresh factor; without a reason for a no.
        let own = retention::decide_profile(services, &asker, id, true, "").await;
        assert!(matches!(&own, Err(Error::Conflict(why)) if why.contains("somebody else decides")), "{own:?}");
        for role in Role::ALL.iter().filter(|r| !matches!(r, Role::Administrator | Role::DistrictOfficer)) {
            let other = Ctx { factor_at: Some(now), ..town.staff_at(*role, 0, now).await };
            let refused = retention::decide_profile(services, &other, id, true, "").await;
            assert!(matches!(refused, Err(Error::NotFound)), "{role:?}");
            assert!(matches!(retention::changes(services, &other).await, Err(Error::NotFound)), "{role:?}");
        }
        let stale = Ctx { factor_at: None, ..officer.clone() };
        assert!(matches!(retention::decide_profile(services, &stale, id, true, "").await, Err(Error::StepUp)));
        let silent = retention::decide_profile(services, &officer, id, false, " ").await;
        assert!(matches!(silent, Err(Error::Invalid { field: "note", .. })), "{silent:?}");
        assert_eq!(in_force().await, before);

        let page = retention::changes(services, &officer).await.unwrap().waiting.unwrap();
        assert!(!page.is_mine && page.now.iter().zip(&page.then).any(|(now, then)| now.months != then.months));
        retention::decide_profile(services, &officer, id, false, "Not before the new law.").await.unwrap();
        let replay = retention::decide_profile(services, &officer, id, true, "").await;
        assert!(matches!(&replay, Err(Error::Conflict(why)) if why.contains("decided before")), "{replay:?}");
        assert_eq!(in_force().await, before);

        // Taken back by the one who asked; then asked for again and approved.
        let id = retention::ask_for_profile(services, &asker, "eu").await.unwrap();
        retention::decide_profile(services, &asker, id, false, "").await.unwrap();
        let id = retention::ask_for_profile(services, &asker, "eu").await.unwrap();
        retention::decide_profile(services, &officer, id, true, "").await.unwrap();
        assert_eq!(in_force().await, "eu");
        let decided = retention::changes(services, &officer).await.unwrap().decided;
        let words: Vec<(Option<bool>, bool)> =
            decided.iter().map(|c| (c.approved, c.decided_by == Some(c.asked_by))).collect();
        assert_eq!(words, [(Some(true), false), (Some(false), true), (Some(false), false)]);
        // The database itself takes no yes of the one who asked.
        let own = "update retention_changes set decided_by = asked_by where approved";
        assert!(town.tries(own).await.is_err());
    }

    async fn a_tombstone_can_neither_be_changed_nor_removed(kind: Kind) {
        let town = Town::of(kind, 60).await;
        town.meddle("update enrollments set to_date = '2020-01-01'; delete from consents").await;
        town.meddle("delete from cards; delete from sessions").await;
        let long_after = Ctx::at(Actor::Job("purge"), Ctx::new(Actor::Console).now.plus_seconds(3 * 365 * DAY));
        let purged = retention::purge(&town.services, &long_after, 1).await.unwrap();
        assert!(purged.leavers > 0, "{purged:?}");
        let stone = town.count("select count(*) from tombstones").await;
        assert_eq!(u64::try_from(stone).unwrap(), purged.leavers);
        for sql in ["update tombstones set note = 'x'", "delete from tombstones"] {
            assert!(town.tries(sql).await.is_err(), "{sql}");
        }
        assert_eq!(EraseWhy::RetentionEnded.as_str(), "retention_ended");
        assert_eq!(town.count("select count(*) from tombstones").await, stone);
    }
}
