//! A window that nobody could answer for does not open: each piece of what a school owes a child, taken away one by one.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::window::{ConsentMode, WindowState};
use server::model::{Instant, SchoolId, WindowId};
use server::services::windows::{self, Asked, Draft, Needed, SchoolPlan};
use tests::{Kind, on_both_databases};

use crate::town::Town;

async fn open_window(town: &Town) -> WindowId {
    let row = town.store().await.first("select id from windows where state = 'open'", vec![]).await.unwrap();
    let (window,): (WindowId,) = row.unwrap();
    window
}

async fn reopen(town: &Town, window: WindowId) -> Result<(), Error> {
    windows::move_window(&town.services, &Ctx::new(Actor::Console), window, WindowState::Open).await
}

async fn pause(town: &Town, window: WindowId) {
    windows::move_window(&town.services, &Ctx::new(Actor::Console), window, WindowState::Paused)
        .await
        .unwrap();
}

/// Dates `n` days from today, as the tables hold them.
fn day(n: i64) -> String {
    Ctx::new(Actor::Console).now.day_in(&jiff::tz::TimeZone::UTC).plus_days(n).to_string()
}

on_both_databases! {
    /// K-46, LAW-01, LAW-02: fifteen pieces, fifteen refusals, each of which names what is missing.
    async fn each_missing_piece_keeps_a_window_with_critical_items_closed_law_01(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let window = open_window(&town).await;
        pause(&town, window).await;
        // A week that lies wholly ahead and has school days whatever today is.
        town.meddle(&format!("update windows set opens_on = '{}', closes_on = '{}' where state = 'paused'", day(1), day(8))).await;
        reopen(&town, window).await.expect("nothing is missing");
        pause(&town, window).await;

        let all_free: String = (0..20).map(|n| format!("insert into holidays (school_id, on_date, name) select id, '{}', 'x' from schools;", day(n))).collect();
        let break_after: String = (9..20).map(|n| format!("insert into holidays (school_id, on_date, name) select id, '{}', 'x' from schools;", day(n))).collect();
        let pieces: [(&str, &str, &str, &str); 15] = [
            ("no responder", "update duty_shifts set removed_at = 1; delete from duties", "update duty_shifts set removed_at = null", "nobody is on duty on 20"),
            ("no backup", "update duty_shifts set removed_at = 1 where rank > 1", "update duty_shifts set removed_at = null", "the responder has no backup on 20"),
            ("no hours", "update response_plans set opens_minute = null", "update response_plans set opens_minute = 480", "say between which hours check-ins begin"),
            ("no room", "update response_plans set room = ''", "update response_plans set room = 'Library'", "name the room"),
            ("no escalation", "update response_plans set escalation = ''", "update response_plans set escalation = 'The lead'", "say who is called when nobody on duty answers"),
            ("no guardian rule", "update response_plans set guardian_rule = ''", "update response_plans set guardian_rule = 'Same day'", "say who tells guardians"),
            ("ends too late", "update response_plans set closes_minute = 900; update duty_shifts set removed_at = 1 where from_minute = 990 or to_minute = 450", "update response_plans set closes_minute = 810; update duty_shifts set removed_at = null", "check-ins end less than 120 minutes before"),
            ("no school day", &all_free, "delete from holidays", "the window has no school day left"),
            ("up to a break", &break_after, "delete from holidays", "is the last school day before a break"),
            ("no instrument", "delete from window_instruments where window_id in (select id from windows where state = 'paused')", "", "Choose at least one instrument."),
            ("no school", "create table kept as select * from window_schools; delete from window_schools", "insert into window_schools select * from kept; drop table kept", "Choose at least one school."),
            ("no child", "insert into window_grades (window_id, grade) select id, 13 from windows where state = 'paused'", "delete from window_grades", "No child is in the classes of this window."),
            ("no wording", "update windows set languages = 'en ar' where state = 'paused'", "update windows set languages = 'en'", "has no wording in: ar"),
            ("no notice", "create table kept as select * from notices; delete from notices", "insert into notices select * from kept; drop table kept", "Write the notice to guardians"),
            ("nobody to refer to", "update help_services set retired_at = 1", "update help_services set retired_at = null", "Name at least one service"),
        ];
        for (piece, take, give_back, words) in pieces {
            if piece == "no instrument" {
                town.meddle("create table asked as select * from window_instruments").await;
            }
            town.meddle(take).await;
            let refused = reopen(&town, window).await;
            let Err(Error::Conflict(why)) = &refused else { panic!("{piece}: {refused:?}") };
            assert!(why.contains(words), "{piece}: {why}");
            if piece == "no instrument" {
                town.meddle("delete from window_instruments; insert into window_instruments select * from asked; drop table asked").await;
            } else {
                town.meddle(give_back).await;
            }
            reopen(&town, window).await.unwrap_or_else(|e| panic!("{piece} is given back: {e}"));
            pause(&town, window).await;
        }
        town.services.close().await;
    }

    /// A-01, INP: a draft is refused with the field and the reason, and what is ready becomes sittings and no more a draft.
    async fn a_window_is_drafted_checked_planned_and_made_ready_a_01(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let ada = town.staff_at(Role::Administrator, 0, Ctx::new(Actor::Console).now).await;
        let schools: Vec<SchoolId> = windows::schools(&town.services, &ada).await.unwrap().iter().map(|s| s.id).collect();
        let asked = |instrument: &str, min_age, max_age| Asked { instrument: instrument.to_owned(), min_age, max_age };
        let good = Draft {
            name: "Spring 2027".to_owned(),
            opens_on: day(20).parse().unwrap(),
            closes_on: day(34).parse().unwrap(),
            consent_mode: ConsentMode::OptIn,
            languages: vec!["en".to_owned()],
            schools: schools.clone(),
            grades: vec![],
            classes: vec![],
            asked: vec![asked("phq9_teen", 11, 17)],
            rescreen_days: Some(28),
        };
        let bad: [(Draft, &str, &str); 9] = [
            (Draft { name: " ".to_owned(), ..good.clone() }, "name", "Give the window a name"),
            (Draft { closes_on: day(10).parse().unwrap(), ..good.clone() }, "closes_on", "before the first"),
            (Draft { closes_on: day(300).parse().unwrap(), ..good.clone() }, "closes_on", "at most"),
            (Draft { languages: vec![], ..good.clone() }, "languages", "at least one"),
            (Draft { asked: vec![asked("phq9_teen", 8, 17)], ..good.clone() }, "asked", "is made for 11 to 17 years; 8 to 17 lies outside."),
            (Draft { asked: vec![asked("psc17_parent", 3, 16)], ..good.clone() }, "asked", "PSC-17 parent is made for 4 to 17 years; 3 to 16 lies outside."),
            (Draft { rescreen_days: Some(7), ..good.clone() }, "rescreen_days", "asks about the last 14 days"),
            (Draft { rescreen_days: Some(0), ..good.clone() }, "rescreen_days", "1 to 180 days"),
            (Draft { asked: vec![asked("nothing", 6, 16)], ..good.clone() }, "asked", "There is no instrument"),
        ];
        for (draft, wanted, words) in bad {
            match windows::add_draft(&town.services, &ada, draft).await {
                Err(Error::Invalid { field, message }) => {
                    assert_eq!(field, wanted, "{message}");
                    assert!(message.contains(words), "{message}");
                }
                other => panic!("{wanted}: {other:?}"),
            }
        }
        let id = windows::add_draft(&town.services, &ada, good.clone()).await.unwrap();
        let page = windows::get(&town.services, &ada, id).await.unwrap();
        let not_ready = page.missing.iter().filter(|m| m.needed == Needed::ToBeReady).count();
        assert_eq!(not_ready, 5, "hours, room, escalation, guardians and notice: {:#?}", page.missing);
        let refused = windows::move_window(&town.services, &ada, id, WindowState::Ready).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.starts_with("It is not ready yet.")), "{refused:?}");

        let plan = SchoolPlan {
            opens_minute: Some(8 * 60),
            closes_minute: Some(13 * 60),
            room: "Library".to_owned(),
            escalation: "The lead".to_owned(),
            guardian_rule: "The same day".to_owned(),
        };
        let backwards = SchoolPlan { closes_minute: Some(7 * 60), ..plan.clone() };
        assert!(windows::plan_school(&town.services, &ada, id, schools[0], backwards).await.is_err());
        windows::plan_school(&town.services, &ada, id, schools[0], plan).await.unwrap();
        server::services::consent::publish_notice(&town.services, &ada, id, "Dear parents".to_owned()).await.unwrap();
        let younger = Draft { grades: vec![1, 7, 9], ..good.clone() };
        windows::redraft(&town.services, &ada, id, younger).await.unwrap();
        windows::move_window(&town.services, &ada, id, WindowState::Ready).await.unwrap();
        let page = windows::get(&town.services, &ada, id).await.unwrap();
        let sittings = town.count("select count(*) from sittings t join windows w on w.id = t.window_id where w.state = 'ready'").await;
        assert_eq!(usize::try_from(sittings).unwrap(), page.covered.len());
        assert!(page.covered.iter().all(|c| [1, 7, 9].contains(&c.grade)) && !page.covered.is_empty());
        let changed = windows::redraft(&town.services, &ada, id, good).await;
        assert!(matches!(changed, Err(Error::Conflict(_))), "{changed:?}");
        town.meddle("delete from user_roles where role = 'counselor'").await;
        let refused = windows::move_window(&town.services, &ada, id, WindowState::Open).await;
        assert!(matches!(&refused, Err(Error::Conflict(why)) if why.contains("and no counselor is there")), "{refused:?}");
        windows::move_window(&town.services, &ada, id, WindowState::Drafted).await.unwrap();

        for role in [Role::Counselor, Role::Proctor, Role::SchoolLead, Role::DistrictOfficer] {
            let ctx = town.staff_at(role, 0, Instant::from_millis(ada.now.millis())).await;
            assert!(matches!(windows::get(&town.services, &ctx, id).await, Err(Error::NotFound)), "{role:?}");
        }
        town.services.close().await;
    }
}
