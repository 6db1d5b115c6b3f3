//! A window is released once, since two releases of one window could be subtracted; and its counts are rounded.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::WindowId;
use server::services::demo::{self, Plan};
use server::services::{Services, releases};
use tests::{Database, Kind, on_both_databases};

use crate::town::configured;

on_both_databases! {
    /// PRV-04, PRV-05: one child who withdraws between two releases would be the difference of the two.
    async fn prv_04_a_released_window_is_not_released_again_after_one_child_withdrew(kind: Kind) {
        let database = Database::empty(kind).await;
        let services = Services::open(configured(&database, &[])).await.unwrap();
        let plan = Plan { seed: 11, schools: 2, students: 120, windows: 2 };
        demo::fill(&services, plan, |_, _| {}).await.unwrap();
        sqlx::any::install_default_drivers();
        let mut conn = <sqlx::AnyConnection as sqlx::Connection>::connect(&database.url).await.unwrap();
        let released = match kind {
            Kind::Sqlite => "select hex(window_id) from releases",
            Kind::Postgres => "select cast(window_id as text) from releases",
        };
        let (window,): (String,) = sqlx::query_as(released).fetch_one(&mut conn).await.unwrap();
        let bodies = "select body from release_figures order by position";
        let before: Vec<(String,)> = sqlx::query_as(bodies).fetch_all(&mut conn).await.unwrap();
        assert!(!before.is_empty());
        let withdrawn = sqlx::query(
            "insert into consents (id, child_id, window_id, status, method, by_name, recorded_at) \
             select a.id, a.child_id, a.window_id, 'withdrawn', 'paper', 'The school', 0 from administrations a \
             where a.state = 'submitted' and a.window_id = (select window_id from releases) and not exists \
             (select 1 from consents c where c.child_id = a.child_id and c.window_id = a.window_id) \
             order by a.id limit 1",
        )
        .execute(&mut conn)
        .await
        .unwrap();
        assert_eq!(withdrawn.rows_affected(), 1, "one child withdraws");

        let window = WindowId(uuid::Uuid::parse_str(&window).unwrap());
        let again = releases::build(&services, &Ctx::new(Actor::Console), window, |_| {}).await;

        assert!(matches!(&again, Err(Error::Conflict(words)) if words.contains("already has a release")), "{again:?}");
        let after: Vec<(String,)> = sqlx::query_as(bodies).fetch_all(&mut conn).await.unwrap();
        assert_eq!(before, after, "the release stays as it was, and there is no other");
    }

    /// PRV-01: every count of a release is a multiple of five, and the figures that share children are there.
    async fn prv_01_every_count_of_a_release_is_rounded_to_five_in_every_figure(kind: Kind) {
        let database = Database::empty(kind).await;
        let services = Services::open(configured(&database, &[])).await.unwrap();
        let plan = Plan { seed: 5, schools: 4, students: 600, windows: 2 };
        demo::fill(&services, plan, |_, _| {}).await.unwrap();
        sqlx::any::install_default_drivers();
        let mut conn = <sqlx::AnyConnection as sqlx::Connection>::connect(&database.url).await.unwrap();
        let figures: Vec<(String, String)> =
            sqlx::query_as("select chart, body from release_figures order by position").fetch_all(&mut conn).await.unwrap();
        let mut counts = 0;
        for (chart, body) in &figures {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            for cell in body["table"]["rows"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).skip(1) {
                let Ok(number) = cell.as_str().unwrap().replace(',', "").parse::<u64>() else { continue };
                assert!(number.is_multiple_of(5), "{chart}: {cell}");
                counts += 1;
            }
        }
        assert!(counts >= 10, "{counts} counts");
        let names: Vec<&str> = figures.iter().map(|(chart, _)| chart.as_str()).collect();
        for wanted in ["participation", "positive-screens-phq9-teen", "referral-funnel"] {
            assert!(names.contains(&wanted), "{wanted} in {names:?}");
        }
    }
}
