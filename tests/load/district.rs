//! The district whose children come.

use sqlx::Connection;
use tests::{Kind, Server, Setup};

use crate::Arguments;

/// A server with so many children who may begin at once, and their cards. One window is open, none was before it.
///
/// Made by the demo, then bent behind the program's back: all of them are fourteen, so that all are asked the same and a
/// third of the district is enough for the same number of children.
pub async fn with(arguments: &Arguments, kind: Kind, children: usize, phq9: bool) -> (Server, Vec<String>) {
    // Seven in ten are in a class whose sitting is open.
    let students = (children * 3 / 2).max(200).to_string();
    let seed = arguments.seed.to_string();
    let schools = (children / 400).clamp(1, 100).to_string();
    let plan = ["--seed", &seed, "--schools", &schools, "--students", &students, "--windows", "1"];
    let begun = std::time::Instant::now();
    let mut setup = Setup::new().demo(&plan);
    if let Some(places) = arguments.places {
        setup = setup.setting("HTTP__AT_ONCE", &places.to_string());
    }
    let server = setup.start(kind).await;
    eprintln!("  {students} students after {:.0} s", begun.elapsed().as_secs_f64());
    let fourteen = match kind {
        Kind::Sqlite => "date('now', '-14 years', '-100 days')",
        Kind::Postgres => "to_char(now() - interval '14 years 100 days', 'YYYY-MM-DD')",
    };
    bend(&server, &format!("update children set birth_date = {fourteen}")).await;
    if phq9 {
        // The demo's windows ask what they were planned with.
        let (id, version) = ("phq9", questionnaires::library::get("phq9").unwrap().version);
        let to = format!("set instrument = '{id}', version = {version} where instrument = 'phq9_teen'");
        let open = "window_id in (select id from windows where state = 'open')";
        bend(&server, &format!("update window_instruments {to} and {open}")).await;
        bend(&server, &format!("update administrations {to} and state = 'offered' and {open}")).await;
    }
    if kind == Kind::Postgres {
        // Its own housekeeping does so a minute after a roster was imported; a run would be over by then.
        bend(&server, "vacuum analyze").await;
    }
    let cards: Vec<String> =
        server.people().cards.iter().map(|card| card.code.replace('-', "")).take(children).collect();
    if cards.len() < children {
        eprintln!("only {} cards fit; the run is that much smaller", cards.len());
    }
    (server, cards)
}

async fn bend(server: &Server, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}
