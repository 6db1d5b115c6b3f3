//! Trying rules out: with the settings in force it counts just the referrals that were opened, and it writes nothing.

use std::collections::BTreeMap;

use questionnaires::response::Answer;
use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::administration::TalkWish;
use server::model::people::Role;
use server::referral_rules::KNOWN;
use server::services::demo::{self, Plan};
use server::services::rule_trials::{self, PRIORITIES, Trial};
use server::services::{Services, check_in, rules};
use server::suppression::Cell;
use tests::{Database, Kind, on_both_databases};
use uuid::Uuid;

use crate::town::{Town, configured};

/// A district of two schools with a past, and an open window with what only a running window has: a critical answer on a
/// form that was never handed in, one that was changed to "not at all", and a child that would like to talk.
async fn district(kind: Kind) -> Town {
    let database = Database::empty(kind).await;
    let services = Services::open(configured(&database, &[])).await.unwrap();
    let plan = Plan { seed: 4, schools: 2, students: 400, windows: 3 };
    let demo = demo::fill(&services, plan, |_, _| {}).await.unwrap();
    let town = Town { services, demo, database };
    town.critical_answer(0).await;
    let teens = town.teens();
    let changed = town.child_at_first_question(&teens[1]).await;
    let nine = |code| Answer::Code(code);
    for number in 1..=9 {
        check_in::answer(&town.services, &changed, number, &number.to_string(), nine(i32::from(number == 9)))
            .await
            .unwrap();
    }
    check_in::answer(&town.services, &changed, 9, "9", nine(0)).await.unwrap();
    let talks = town.child_at_first_question(&teens[2]).await;
    town.answer_all(&talks, |_| 0).await;
    check_in::submit(&town.services, &talks, Uuid::from_u128(1)).await.unwrap();
    check_in::wish_to_talk(&town.services, &talks, TalkWish::Today).await.unwrap();
    town
}

async fn tried(town: &Town, window: Option<&str>, set: &[(&str, &str)]) -> Result<Trial, Error> {
    let set: Vec<(String, String)> = set.iter().map(|(r, s)| ((*r).to_owned(), (*s).to_owned())).collect();
    rule_trials::try_at_terminal(&town.services, &Ctx::new(Actor::Console), window, &set, |_, _| {}).await
}

/// School and rank with how many.
type Counted = BTreeMap<(String, i64), u64>;

fn counted(trial: &Trial, then: bool) -> Counted {
    let mut counted = Counted::new();
    for school in trial.schools.values() {
        for priority in PRIORITIES {
            let counts = if then { &school.then } else { &school.now };
            counted.insert((school.name.clone(), priority.rank()), counts.of(priority));
        }
    }
    counted.retain(|_, n| *n > 0);
    counted
}

/// What the referrals' own reasons say: of each child and window the most urgent, with a rule's rank as `rank` has it.
async fn truth(town: &Town, window: &str, rank: &str) -> Counted {
    let sql = format!(
        "select s.name || '|' || cast(x.rank as text) || '|' || cast(count(*) as text) from (select a.school_id, a.child_id, \
         min({rank}) as rank from referral_reasons m join administrations a on a.id = m.administration_id \
         join windows w on w.id = a.window_id where w.name = '{window}' group by a.school_id, a.child_id) x \
         join schools s on s.id = x.school_id where x.rank < 9 group by s.name, x.rank"
    );
    let line = |line: &String| {
        let parts: Vec<&str> = line.split('|').collect();
        ((parts[0].to_owned(), parts[1].parse().unwrap()), parts[2].parse().unwrap())
    };
    town.words(&sql).await.iter().map(line).collect()
}

const RANK: &str =
    "case m.priority when 'critical' then 1 when 'high' then 2 when 'moderate' then 3 else 4 end";

async fn windows(town: &Town) -> Vec<String> {
    town.words("select name from windows order by opens_on").await
}

on_both_databases! {
    /// 54: the equality that makes the other numbers worth reading.
    async fn a_trial_of_the_settings_in_force_counts_just_the_referrals_that_were_opened_54(kind: Kind) {
        let town = district(kind).await;
        let names = windows(&town).await;
        assert_eq!(names.len(), 3);
        let mut all = 0;
        for name in &names {
            let trial = tried(&town, Some(name), &[]).await.unwrap();
            assert_eq!(trial.windows, std::slice::from_ref(name));
            assert_eq!(counted(&trial, false), truth(&town, name, RANK).await, "{name}");
            assert_eq!(counted(&trial, true), counted(&trial, false), "nothing was set otherwise");
            let opened = town.count(&format!(
                "select count(*) from referrals r join windows w on w.id = r.window_id where w.name = '{name}'"
            )).await;
            assert_eq!(i64::try_from(trial.all().now.total()).unwrap(), opened, "{name}");
            assert!(opened > 10 && trial.unknown == 0);
            // Two counselors at each of two schools, on each of its days so far.
            assert!(trial.schools.values().all(|s| s.counselor_days % 2.0 == 0.0 && s.counselor_days >= 2.0));
            all += opened;
        }
        let trial = tried(&town, None, &[]).await.unwrap();
        assert_eq!(i64::try_from(trial.all().now.total()).unwrap(), all);
        town.services.close().await;
    }

    /// 54: each rule off, or of another priority, counts as the reasons on the referrals would without it; and once it is
    /// set, it is what is in force.
    async fn a_rule_that_is_tried_out_counts_as_it_will_once_it_is_set_54(kind: Kind) {
        let town = district(kind).await;
        let name = windows(&town).await.pop().unwrap();
        let mut changed = 0;
        for rule in KNOWN.iter().map(|k| k.name).filter(|rule| rule_trials::can_be_tried(rule)) {
            for (setting, becomes) in [("off", 9), ("low", 4), ("critical", 1)] {
                let trial = tried(&town, Some(&name), &[(rule, setting)]).await.unwrap();
                let rank = format!("case when m.rule = '{rule}' then {becomes} else {RANK} end");
                assert_eq!(counted(&trial, true), truth(&town, &name, &rank).await, "{rule} {setting}");
                changed += usize::from(counted(&trial, true) != counted(&trial, false));
            }
        }
        assert!(changed >= 6, "{changed} of the trials say anything");

        let set = [("above_cutoff", "low"), ("two_raised_windows", "off")];
        let before = tried(&town, None, &set).await.unwrap();
        let administrator = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        for (rule, setting) in set {
            rules::set(&town.services, &administrator, rule, setting, "Tried out.").await.unwrap();
        }
        let after = tried(&town, None, &[]).await.unwrap();
        assert_eq!(counted(&after, false), counted(&before, true));
        town.services.close().await;
    }

    /// 54: not a row of any table, but for the line of the trail that says who tried what.
    async fn a_trial_writes_nothing_but_its_line_in_the_trail_54(kind: Kind) {
        let town = district(kind).await;
        let tables = match kind {
            Kind::Sqlite => "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like '\\_%' escape '\\'",
            Kind::Postgres => "select cast(table_name as text) from information_schema.tables where table_schema = 'public' and table_name not like '\\_%'",
        };
        let mut tables = town.words(tables).await;
        tables.retain(|table| !table.starts_with("audit"));
        assert!(tables.len() > 25, "{}", tables.len());
        let rows = async || {
            let mut rows = Vec::new();
            for table in &tables {
                rows.push((table.clone(), town.count(&format!("select count(*) from {table}")).await));
            }
            rows
        };
        let versions = "select cast(sum(version) as bigint) from referrals";
        let (before, version) = (rows().await, town.count(versions).await);
        tried(&town, None, &[("above_cutoff", "critical")]).await.unwrap();
        let administrator = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        rule_trials::try_one(&town.services, &administrator, "above_cutoff", "off", None).await.unwrap();
        assert_eq!(rows().await, before);
        assert_eq!(town.count(versions).await, version);
        assert_eq!(
            town.words("select detail from audit where action = 'rule.try' order by at, id").await,
            ["above_cutoff critical", "above_cutoff off"]
        );
        town.services.close().await;
    }

    /// 54, PRV-01: an administrator sees rounded counts of closed windows alone, and nobody else sees any.
    async fn an_administrator_sees_a_trial_without_learning_who_is_ill_prv_01(kind: Kind) {
        let town = district(kind).await;
        let now = Ctx::new(Actor::Console).now;
        let administrator = town.staff_at(Role::Administrator, 0, now).await;
        let shown = rule_trials::try_one(&town.services, &administrator, "above_cutoff", "high", None).await.unwrap();
        assert_eq!(shown.windows.len(), 2, "the open window is not among them");
        let exact = tried(&town, Some(&shown.window.name), &[("above_cutoff", "high")]).await.unwrap();
        let mut counts = vec![(shown.district.referrals.0, exact.all().now.total()), (shown.district.referrals.1, exact.all().then.total())];
        for (priority, (before, after)) in &shown.priorities {
            counts.extend([(*before, exact.all().now.of(*priority)), (*after, exact.all().then.of(*priority))]);
        }
        for (school, exact) in shown.schools.iter().zip(exact.schools.values()) {
            counts.push((school.referrals.0, exact.now.total()));
        }
        let mut seen = 0;
        for (cell, exact) in counts {
            match cell {
                Cell::Shown(n) => {
                    assert!(n.is_multiple_of(5) && n.abs_diff(exact) <= 4 && (exact == 0 || exact >= shown.smallest), "{n} for {exact}");
                    seen += 1;
                }
                Cell::Hidden => {}
            }
        }
        assert!(seen >= 3, "{seen} counts are shown");

        let counselor = town.staff_at(Role::Counselor, 0, now).await;
        let refused = rule_trials::try_one(&town.services, &counselor, "above_cutoff", "high", None).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        for (rule, setting) in [("critical_item", "low"), ("teacher_concern", "off"), ("above_cutoff", "sometimes")] {
            let refused = rule_trials::try_one(&town.services, &administrator, rule, setting, None).await;
            assert!(matches!(refused, Err(Error::Invalid { .. })), "{rule} {setting}");
        }
        let open: (server::model::WindowId,) =
            town.store().await.first("select id from windows where state = 'open'", vec![]).await.unwrap().unwrap();
        let refused = rule_trials::try_one(&town.services, &administrator, "above_cutoff", "high", Some(open.0)).await;
        assert!(matches!(refused, Err(Error::NotFound)), "an open window would give away the newest child");
        assert!(matches!(tried(&town, Some("No such"), &[]).await, Err(Error::Invalid { field: "window", .. })));
        assert!(matches!(tried(&town, None, &[("no_such", "off")]).await, Err(Error::Invalid { field: "set", .. })));
        town.services.close().await;
    }
}
