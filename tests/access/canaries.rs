//! Texts that must stay where they belong: three hundred marks put into every field there is, and then looked for in
//! logs, metrics, error pages and other people's pages (LOG-02, LOG-03, AZ-04).

use app::routes::ROUTES;
use server::model::people::Role;
use sqlx::{AnyConnection, Connection};
use tests::{Kind, Server, Setup, Visitor};

use crate::hostile::Dice;
use crate::{Visits, everybody, path_of, real_ids};

/// Marks that stand nowhere else.
struct Canaries {
    dice: Dice,
    made: Vec<String>,
}

impl Canaries {
    fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), made: Vec::new() }
    }

    fn next(&mut self) -> String {
        let mark = format!("canary{:016x}", self.dice.next());
        self.made.push(mark.clone());
        mark
    }

    fn none_in(&self, place: &str, text: &str) {
        for mark in &self.made {
            assert!(!text.contains(mark.as_str()), "{place} holds {mark}:\n{}", around(text, mark));
        }
    }
}

fn around(text: &str, mark: &str) -> String {
    let at = text.find(mark).unwrap_or(0);
    let from = (0..=at.saturating_sub(200)).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    text[from..].chars().take(500).collect()
}

async fn meddle(server: &Server, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&server.database.url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
}

/// What a counselor writes about a child: the page after it.
async fn write_contact(counselor: &mut Visitor, child_page: &str, note: &str) -> tests::Page {
    let page = counselor.get(child_page).await.ok();
    let form = page.form("form[action$='/contact']");
    let filled =
        form.tamper("with", "child").tamper("how", "in_person").tamper("reached", "yes").tamper("note", note);
    counselor.submit(filled).await
}

/// A counselor at the page of a child whose referral is the counselor's own.
async fn counselors_child(visitors: &[(Visits, Visitor)]) -> (Visitor, String) {
    let mut counselor =
        visitors.iter().find(|(v, _)| *v == Visits::Staff(Role::Counselor)).unwrap().1.clone();
    let queue = counselor.get("/queue").await.ok();
    let child = queue.attributes("a[href^='/children/']", "href")[0].clone();
    let claim = queue.attributes("form[action$='/claim']", "action").first().cloned();
    if let Some(action) = claim {
        counselor.submit(queue.form(&format!("form[action='{action}']"))).await.ok();
    }
    (counselor, child)
}

/// LOG-02: at the loudest level, through sign-ins, a check-in, notes and forced failures.
#[tokio::test]
async fn nothing_private_reaches_a_log_a_metric_or_an_error_page_log_02() {
    let server = Setup::new()
        .environment("FIRSTLIGHT_LOG", "trace")
        .demo(&["--seed", "7", "--schools", "2", "--students", "400", "--windows", "2"])
        .start(Kind::Sqlite)
        .await;
    let mut marks = Canaries::new(0x00C0_FFEE);
    // Names of children and guardians, in the database before anybody looks.
    let (given, family, guardian, phone) = (marks.next(), marks.next(), marks.next(), marks.next());
    meddle(
        &server,
        &format!(
            "update children set given_name = '{given}', family_name = '{family}'; \
             update guardians set name = '{guardian}', phone = '{phone}'"
        ),
    )
    .await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let (mut counselor, child_page) = counselors_child(&visitors).await;
    let mut errors = Vec::new();
    for _ in 0..5 {
        let note = marks.next();
        write_contact(&mut counselor, &child_page, &note).await;
    }
    // Wrong passwords, codes, cards and links.
    for _ in 0..12 {
        let mut stranger = server.visitor();
        let page = stranger.get("/sign-in").await.ok();
        let (email, password) = (format!("{}@school.example", marks.next()), marks.next());
        stranger
            .submit(page.form("form[action='/sign-in']").set("email", &email).set("password", &password))
            .await;
        let entry = stranger.get("/").await.ok();
        let card = marks.next();
        errors.push(stranger.submit(entry.form("form[action='/card']").set("code", &card)).await);
        errors.push(stranger.get(&format!("/welcome/{}", marks.next())).await);
    }
    // Every route, with a mark in the path, the query, the form, a header and a cookie.
    for route in ROUTES {
        for (_, visitor) in visitors.iter().step_by(3) {
            let mut visitor = visitor.clone().with_header("user-agent", &marks.next());
            visitor.set_cookie("other", &marks.next());
            let path = path_of(route.path, &ids);
            let (word, value, field) = (marks.next(), marks.next(), marks.next());
            let body = format!("token=none&note={field}&email={field}&code={field}&reason={field}");
            let form = ("application/x-www-form-urlencoded", body.into_bytes());
            let answer = visitor
                .request(&route.method.to_uppercase(), &format!("{path}?q={word}&done={value}"), Some(form))
                .await;
            if answer.status >= 400
                && answer.header("content-type").is_some_and(|t| !t.starts_with("text/css"))
            {
                errors.push(answer);
            }
        }
    }
    // Forced failures in the middle of a write and of a read.
    meddle(&server, "alter table contacts rename to contacts_gone").await;
    let note = marks.next();
    let page = counselor.get("/queue").await;
    let referral = &ids["referrals"];
    let token = page.attributes("input[name='token']", "value")[0].clone();
    for path in [format!("/referrals/{referral}/contact"), format!("/children/{}", ids["children"])] {
        let fields = [
            ("token", token.as_str()),
            ("note", &note),
            ("with", "child"),
            ("how", "phone"),
            ("reached", "yes"),
        ];
        let answer = if path.ends_with("contact") {
            counselor.post(&path, &fields).await
        } else {
            counselor.get(&path).await
        };
        assert!(answer.status >= 400, "{path} answers {}", answer.status);
        errors.push(answer);
    }
    meddle(&server, "alter table contacts_gone rename to contacts").await;

    assert!(marks.made.len() >= 300, "{}", marks.made.len());
    let log = server.log();
    assert!(log.contains("a request was answered"), "the log is not at its loudest: {log:.300}");
    marks.none_in("the log", &log);
    marks.none_in("the metrics", &server.visitor().get("/metrics").await.ok().body());
    // An error page may show what was typed into its own form again; it holds no name, no cause and no other's text.
    for answer in &errors {
        let body = answer.body().to_lowercase();
        for cause in [
            "sqlite",
            // With what stands around it: four letters alone come up in a form's random token one day.
            "sqlx::",
            "returned from database",
            "contacts_gone",
            "no such table",
            "panicked",
            "src/",
            "select * ",
            " from children",
            "insert into",
        ] {
            assert!(!body.contains(cause), "an error page says '{cause}'");
        }
        for name in [&given, &family, &guardian, &phone] {
            assert!(!body.contains(name.as_str()), "an error page holds a name");
        }
    }
    println!("{} marks, {} error pages, {} bytes of log: 0 hits", marks.made.len(), errors.len(), log.len());
}

/// AZ-04: what a counselor reads, and names, on the pages of everybody else.
#[tokio::test]
async fn a_counselors_notes_and_childrens_names_reach_no_page_of_another_role_az_04() {
    let server = Server::demo(Kind::Sqlite).await;
    let mut names = Canaries::new(0x0BAD_CAFE);
    let (given, family) = (names.next(), names.next());
    meddle(&server, &format!("update children set given_name = '{given}', family_name = '{family}'")).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let (mut counselor, child_page) = counselors_child(&visitors).await;
    let mut notes = Canaries::new(0x0FEE_D5EED);
    for _ in 0..8 {
        let note = notes.next();
        let after = write_contact(&mut counselor, &child_page, &note).await;
        assert!(after.status < 400, "the note was not taken: {}", after.status);
    }
    // They are really there to be seen, by the counselor.
    let own = counselor.get(&child_page).await.ok().body();
    assert!(notes.made.iter().all(|note| own.contains(note.as_str())) && own.contains(given.as_str()));
    let mut looked = 0;
    for route in ROUTES.iter().filter(|r| r.method == "get") {
        let path = path_of(route.path, &ids);
        for (visits, visitor) in visitors.iter().filter(|(v, _)| *v != Visits::Staff(Role::Counselor)) {
            let answer = visitor.clone().get(&path).await;
            let place = format!("{} for {visits:?}", route.path);
            notes.none_in(&place, &answer.body());
            // A proctor and a teacher know their class by name, and a child itself; nobody else needs a name.
            let knows = matches!(visits, Visits::Student | Visits::Staff(Role::Proctor | Role::Teacher));
            if !knows {
                names.none_in(&place, &answer.body());
            }
            looked += 1;
        }
    }
    println!("{looked} pages of other roles: 0 notes, 0 names");
}
