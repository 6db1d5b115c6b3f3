//! What the law asks a school to report: written by people, sent by people, counted by Firstlight (LAW-12).

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::jobs;
use server::model::mandatory::{ReportHow, ReportPart};
use server::model::people::Role;
use server::model::referral::Outcome;
use server::model::{Private, ReferralId, SchoolId};
use server::services::mandatory::{self, Parts, Sending};
use server::services::referrals::{self, Closing};
use server::services::{records, steps};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

fn words(text: &str) -> Private<String> {
    text.to_owned().into()
}

fn parts(seen: &str) -> Parts {
    let text = |part: ReportPart| if part == ReportPart::Seen { seen } else { "Zeppelin nobody" };
    ReportPart::FORM.into_iter().map(|part| (part, words(text(part)))).collect()
}

/// A critical referral that the first counselor works on, and the second one.
async fn claimed(town: &Town) -> (ReferralId, Ctx, Ctx) {
    let t0 = town.critical_answer(0).await;
    let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
    let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(120)).await;
    let mut conn = town.store().await;
    let sql = "select r.id from referrals r where r.rank = 1 and r.state = 'open' order by r.opened_at desc";
    let (id,): (ReferralId,) = conn.first(sql, vec![]).await.unwrap().unwrap();
    referrals::claim(&town.services, &first, id).await.unwrap();
    (id, first, second)
}

fn sending(ctx: &Ctx, how: ReportHow) -> Sending {
    let day = ctx.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(-1);
    Sending { how, day, minute: 600, by: words("Zeppelin Ana"), reference: words("Zeppelin 77/26") }
}

on_both_databases! {
    /// From the form to paper: versions stay, the clocks stop one after the other, and only then it can be closed.
    async fn a_report_is_written_told_and_sent_in_writing_by_named_people(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, second) = claimed(&town).await;
        let mut incomplete = parts("Bruises");
        incomplete.retain(|(part, _)| *part != ReportPart::NotTold);
        let refused = mandatory::write(services, &first, id, 0, incomplete).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "not_told", .. })), "{refused:?}");
        let report = mandatory::write(services, &first, id, 0, parts("Zeppelin bruises")).await.unwrap();
        let waiting = mandatory::waiting(services, &second).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].id), (1, report));
        assert_eq!(waiting[0].due_at, first.now.plus_seconds(24 * 3600));
        let again = mandatory::write(services, &second, id, 1, parts("Zeppelin bruises, two")).await.unwrap();
        assert_eq!(again, report, "one that waits is written on, never a second one");
        let shown = mandatory::show(services, &first, report).await.unwrap();
        assert_eq!((shown.version(), shown.newest().len()), (2, 7));
        assert_eq!(shown.words.iter().filter(|w| w.part == ReportPart::Seen).count(), 2, "both versions stay");

        // Its clock cannot be closed away.
        let closing = || Closing { outcome: Outcome::SupportedHere, seen_by: words("Ana"), reason: words("Calm.") };
        let refused = referrals::close(services, &first, id, closing()).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("mandatory report waits")), "{refused:?}");

        let mut ahead = sending(&first, ReportHow::Phone);
        ahead.day = ahead.day.plus_days(3);
        let refused = mandatory::note_sent(services, &first, report, ahead).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "day", .. })), "{refused:?}");
        let nameless = Sending { by: words(" "), ..sending(&first, ReportHow::Phone) };
        let refused = mandatory::note_sent(services, &first, report, nameless).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "by", .. })));
        mandatory::note_sent(services, &first, report, sending(&first, ReportHow::Phone)).await.unwrap();
        let shown = mandatory::show(services, &first, report).await.unwrap();
        assert!(shown.report.waits() && shown.report.told_at.is_some() && shown.report.written_at.is_none());
        mandatory::note_sent(services, &second, report, sending(&first, ReportHow::Letter)).await.unwrap();
        assert!(mandatory::waiting(services, &first).await.unwrap().is_empty());
        let twice = mandatory::note_sent(services, &first, report, sending(&first, ReportHow::Letter)).await;
        assert!(matches!(twice, Err(Error::Conflict(_))));
        let late = mandatory::decide_against(services, &second, report, words("Too late.")).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        referrals::close(services, &first, id, closing()).await.unwrap();
        steps::answer_closing(services, &second, id, steps::Answer::Confirmed, words("")).await.unwrap();

        // KEY-01, C-42: no word of it lies open in any table, and no message has one.
        for (table, column) in [
            ("mandatory_words", "body"), ("mandatory_sendings", "sent_by_name"), ("mandatory_sendings", "reference"),
            ("referral_events", "reason"), ("audit", "detail"), ("outbox", "reason"),
        ] {
            let open = town.words(&format!("select {column} from {table}")).await;
            assert!(open.iter().all(|text| !text.contains("Zeppelin")), "{table}.{column}");
        }
        town.services.close().await;
    }

    /// A no needs two: whoever wrote in it does not decide, and the reason stays.
    async fn a_second_person_decides_against_a_report_with_a_reason(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, second) = claimed(&town).await;
        let report = mandatory::write(services, &first, id, 0, parts("A bruise")).await.unwrap();
        let own = mandatory::decide_against(services, &first, report, words("It was football.")).await;
        assert!(matches!(own, Err(Error::Conflict(_))), "{own:?}");
        assert!(!mandatory::show(services, &first, report).await.unwrap().may_decide);
        let silent = mandatory::decide_against(services, &second, report, words("  ")).await;
        assert!(matches!(silent, Err(Error::Invalid { field: "reason", .. })));
        assert!(mandatory::show(services, &second, report).await.unwrap().may_decide);
        mandatory::decide_against(services, &second, report, words("Seen by a doctor: football.")).await.unwrap();
        let shown = mandatory::show(services, &first, report).await.unwrap();
        assert!(!shown.report.waits());
        assert_eq!(shown.against().unwrap().body.reveal(), "Seen by a doctor: football.");
        assert_eq!((shown.version(), shown.newest().len()), (1, 7), "what was written stays readable");
        let sent = mandatory::note_sent(services, &first, report, sending(&first, ReportHow::Phone)).await;
        assert!(matches!(sent, Err(Error::Conflict(_))));
        // Something new is a new report, and whoever wrote in that one does not decide about it.
        let next = mandatory::write(services, &first, id, 0, parts("Another bruise")).await.unwrap();
        assert_ne!(next, report);
        mandatory::write(services, &second, id, 1, parts("Another bruise, on the arm")).await.unwrap();
        let wrote = mandatory::decide_against(services, &second, next, words("No.")).await;
        assert!(matches!(wrote, Err(Error::Conflict(_))));
        town.services.close().await;
    }

    /// AZ-03: a report does not exist for anybody who does not work on the child, also not through a broken glass.
    async fn only_who_works_on_the_child_learns_that_there_is_a_report(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, _) = claimed(&town).await;
        let report = mandatory::write(services, &first, id, 0, parts("A bruise")).await.unwrap();
        let child = records::child_of_referral(services, &first, id).await.unwrap();
        assert_eq!(records::record(services, &first, child).await.unwrap().casework.reports.len(), 1);
        let Actor::Staff(me) = &first.actor else { panic!("staff") };
        let grants = vec![Grant { role: Role::Counselor, school: Some(SchoolId(Uuid::from_u128(77))) }];
        let outsider = Ctx { factor_at: Some(first.now), ..first.clone().with_actor(Actor::Staff(Staff { grants, ..me.clone() })) };
        let number = town.words(&format!("select number from children where id = {}", crate::trail::literal(kind, child.0))).await.remove(0);
        server::services::break_glass::open(services, &outsider, &number, "Is at our school today and afraid").await.unwrap();
        let through = records::record(services, &outsider, child).await.unwrap();
        assert!(through.casework.reports.is_empty());
        let mut others = vec![outsider];
        for role in [Role::Teacher, Role::Proctor, Role::SchoolLead, Role::Administrator, Role::Auditor, Role::Analyst] {
            others.push(town.staff_at(role, 0, first.now).await);
        }
        for ctx in &others {
            for tried in [
                mandatory::show(services, ctx, report).await.map(drop),
                mandatory::show(services, ctx, Uuid::from_u128(5)).await.map(drop),
                mandatory::form(services, ctx, id).await.map(drop),
                mandatory::write(services, ctx, id, 0, parts("x")).await.map(drop),
                mandatory::note_sent(services, ctx, report, sending(ctx, ReportHow::Phone)).await,
                mandatory::decide_against(services, ctx, report, words("No.")).await,
            ] {
                assert!(matches!(tried, Err(Error::NotFound)), "{:?} {tried:?}", ctx.actor);
            }
        }
        let looks = format!("select count(*) from audit where action = 'report.view' and subject_id = {}", crate::trail::literal(kind, child.0));
        assert_eq!(town.count(&looks).await, 0, "nobody has looked yet");
        mandatory::show(services, &first, report).await.unwrap();
        assert_eq!(town.count(&looks).await, 1);
        town.services.close().await;
    }

    /// LAW-12: each of the two clocks reminds the owner once, and the message says nothing.
    async fn each_clock_that_runs_out_reminds_the_owner_once(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, second) = claimed(&town).await;
        let report = mandatory::write(services, &second, id, 0, parts("A bruise")).await.unwrap();
        assert_eq!(town.count("select count(*) from outbox where reason like 'report:%'").await, 1, "the owner hears at once");
        let at = |hours: i64| Ctx::at(Actor::Job("remind"), second.now.plus_seconds(hours * 3600));
        let reminded = "select count(*) from outbox where reason like 'report_told:%' or reason like 'report_written:%'";
        jobs::remind(services, &at(23)).await.unwrap();
        assert_eq!(town.count(reminded).await, 0);
        for hours in [24, 25, 30] {
            jobs::remind(services, &at(hours)).await.unwrap();
            assert_eq!(town.count(reminded).await, 1);
        }
        mandatory::note_sent(services, &first, report, sending(&first, ReportHow::InPerson)).await.unwrap();
        jobs::remind(services, &at(47)).await.unwrap();
        assert_eq!(town.count(reminded).await, 1);
        for hours in [48, 60] {
            jobs::remind(services, &at(hours)).await.unwrap();
            assert_eq!(town.count(reminded).await, 2);
        }
        mandatory::note_sent(services, &first, report, sending(&first, ReportHow::Online)).await.unwrap();
        jobs::remind(services, &at(90)).await.unwrap();
        assert_eq!(town.count(reminded).await, 2);
        town.services.close().await;
    }

    /// LAW-12: an overdue report climbs: the owner, four hours later the school's lead, a day later the district, each once
    /// for each clock. The lead sees how many are overdue, and neither of them whose.
    async fn an_overdue_report_climbs_to_the_lead_and_the_district(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let (id, first, _) = claimed(&town).await;
        mandatory::write(services, &first, id, 0, parts("A bruise")).await.unwrap();
        let lead = town.staff_at(Role::SchoolLead, 0, first.now.plus_seconds(29 * 3600)).await;
        let Actor::Staff(lead_user) = &lead.actor else { panic!("staff") };
        let Actor::Staff(owner) = &first.actor else { panic!("staff") };
        let at = |hours: i64| Ctx::at(Actor::Job("remind"), first.now.plus_seconds(hours * 3600));
        let literal = |user: server::model::UserId| crate::trail::literal(kind, user.0);
        let told = async |user: Option<server::model::UserId>| {
            let who = user.map_or_else(String::new, |user| format!(" and user_id = {}", literal(user)));
            town.count(&format!("select count(*) from outbox where reason like 'report_told%'{who}")).await
        };
        jobs::remind(services, &at(24)).await.unwrap();
        assert_eq!((told(None).await, told(Some(owner.user)).await), (1, 1));
        for _ in 0..2 {
            jobs::remind(services, &at(28)).await.unwrap();
            assert_eq!((told(None).await, told(Some(lead_user.user)).await), (2, 1), "the school's lead, once");
        }
        for _ in 0..2 {
            jobs::remind(services, &at(48)).await.unwrap();
            assert_eq!(told(None).await, 3, "and a day after the clock the district");
        }
        let counts = server::services::referrals::school_counts(services, &lead).await.unwrap();
        assert_eq!(counts.iter().map(|school| school.reports_overdue).sum::<i64>(), 1);
        let record = mandatory::show(services, &lead, Uuid::from_u128(5)).await;
        assert!(matches!(record, Err(Error::NotFound)));
        let steps = town.count("select count(*) from referral_events where verb = 'escalate'").await;
        assert_eq!(steps, 2, "each call is a line of the history");
        town.services.close().await;
    }
}
