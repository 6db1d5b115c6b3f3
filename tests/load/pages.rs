//! What the pages of staff cost: the queue of ten thousand open referrals, the file of a child with forty screenings, and
//! the district's page, each asked for by one person after the other, in a district that has many made-up screenings too.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection};
use tests::crowd::{crowd, forty_screenings};
use tests::{Kind, Server, Setup, Staff, totp};

use tests::device::Body;

use crate::many::{self, Place, Plan};
use crate::{Cpu, device};

/// How often each page is asked for before and while it is measured.
const WARM: usize = 20;
const ASKED: usize = 200;
/// Filling ends after so long, with as many screenings as there are then.
const FILLING: Duration = Duration::from_secs(600);

/// Measures every page on one database; a line on the terminal and a figure for each.
pub async fn of_staff(kind: Kind, plan: Plan) -> Vec<Value> {
    eprintln!("{kind:?}: filling a school with 10,000 open referrals …");
    let small = ["--schools", "1", "--students", "60", "--windows", "2"];
    let server = Setup::new().demo(&small).start(kind).await;
    let child = fill(&server, kind).await;
    let mut screenings = 0;
    if plan.screenings > 0 {
        eprintln!("{kind:?}: and {} made-up screenings, and their release …", plan.screenings);
        screenings = many::fill(&server.database, plan, Place::Beside(Instant::now() + FILLING)).await;
        let built = server.command(&["release", "build", "--window", many::WINDOW_ID]);
        assert_eq!(built.code, Some(0), "{built:?}");
    }
    let person = |role: &str| server.people().staff(role);
    let mut figures = Vec::new();
    let counselor = signed_in(&server, person("counselor")).await;
    let officer = signed_in(&server, person("district_officer")).await;
    let cpu = Cpu::of(&server, kind).await;
    let pages = [
        ("queue", "/queue".to_owned(), &counselor),
        ("queue, overdue", "/queue?show=overdue".to_owned(), &counselor),
        ("queue, a name", "/queue?name-part=number77".to_owned(), &counselor),
        ("file, 40 screenings", format!("/children/{child}"), &counselor),
        ("district", "/district".to_owned(), &officer),
    ];
    println!(
        "{kind:?}, {screenings} screenings, one after the other; `server` is the mean of the server's own metric"
    );
    println!("  {:<26}{:>10}{:>10}{:>12}{:>12}{:>10}", "", "p50 ms", "p95 ms", "server ms", "CPU ms", "kB");
    for (name, path, cookies) in pages {
        let mut device = device(&server.url);
        device.cookies((*cookies).clone());
        let mut bytes = 0;
        for _ in 0..WARM {
            let page = device.ask("page", "GET", &path, Body::None).await.unwrap();
            assert!(page.status.is_success(), "{path}: {} to {:?}", page.status, page.location);
            bytes = page.body.len();
        }
        let of = if name == "district" { "figures" } else { "staff" };
        let (before, own_before) = (cpu.seconds(), own_time(&server, of).await);
        let mut times = Vec::new();
        for _ in 0..ASKED {
            let begun = Instant::now();
            device.ask("page", "GET", &path, Body::None).await.unwrap();
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let used = (cpu.seconds() - before) * 1e3 / ASKED as f64;
        let own = own_time(&server, of).await;
        let inside = (own.0 - own_before.0) * 1e3 / (own.1 - own_before.1);
        times.sort_by(f64::total_cmp);
        let (p50, p95) = (times[ASKED / 2], times[ASKED * 95 / 100]);
        println!("  {name:<26}{p50:>10.2}{p95:>10.2}{inside:>12.2}{used:>12.2}{:>10.0}", bytes as f64 / 1e3);
        figures.push(json!({
            "database": format!("{kind:?}"), "page": name, "screenings": screenings, "p50_ms": p50, "p95_ms": p95,
            "server_ms": inside, "cpu_ms": used, "bytes": bytes,
        }));
    }
    figures
}

/// What the server itself says of a kind of page: seconds in all, and how many requests.
async fn own_time(server: &Server, kind: &str) -> (f64, f64) {
    let page = device(&server.url).once("GET", "/metrics", Body::None).await.unwrap();
    let text = String::from_utf8_lossy(&page.body).into_owned();
    let of = |what: &str| {
        let name = format!("firstlight_request_seconds_{what}{{kind=\"{kind}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)?.parse::<f64>().ok()).unwrap()
    };
    (of("sum"), of("count"))
}

/// The crowd behind the program's back; the id of the child with forty screenings.
async fn fill(server: &Server, kind: Kind) -> String {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&server.database.url).await.unwrap();
    for sql in [crowd(kind, 10_000), forty_screenings(kind), "analyze".to_owned()] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    }
    let text = match kind {
        Kind::Sqlite => "select lower(hex(id)) from children where number = 'x1'",
        Kind::Postgres => "select replace(cast(id as text), '-', '') from children where number = 'x1'",
    };
    let (id,): (String,) = sqlx::query_as(text).fetch_one(&mut conn).await.unwrap();
    id
}

/// The cookies of somebody who has signed in.
async fn signed_in(server: &Server, person: &Staff) -> std::collections::BTreeMap<String, String> {
    let mut device = device(&server.url);
    let page = device.ask("door", "GET", "/sign-in", Body::None).await.unwrap();
    let email = person.email.replace('@', "%40");
    let password = person.password.replace(' ', "+");
    let form = format!("token={}&email={email}&password={password}", page.token().unwrap());
    device.ask("password", "POST", "/sign-in", Body::Form(form)).await.unwrap();
    let page = device.ask("code", "GET", "/sign-in/code", Body::None).await.unwrap();
    let code = totp::now(person.totp_secret.as_deref().unwrap());
    let form = format!("token={}&code={code}", page.token().unwrap());
    let done = device.ask("code", "POST", "/sign-in/code", Body::Form(form)).await.unwrap();
    assert_eq!(done.location.as_deref(), Some("/home"), "{} signs in", person.email);
    device.held()
}
