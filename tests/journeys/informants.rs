//! A teacher rates a class and a parent answers through a letter's link, through the real pages without a script (43).

use questionnaires::library;
use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::model::{ChildId, ClassId, WindowId};
use server::services::{Services, families};
use sqlx::Connection;
use tests::{Kind, Server, on_both_databases};

async fn meddle(server: &Server, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
}

/// The open window asks parents and, with a form of their own that a school has imported, teachers.
async fn ask_everybody(server: &mut Server) {
    let text = include_str!("../../questionnaires/instruments/psc17_parent.toml");
    let lines = text.lines().filter(|line| !line.starts_with("lock ="));
    let text: String = lines
        .map(|line| match line {
            line if line.starts_with("id = \"psc17_parent\"") => "id = \"psc17_teacher\"\n".to_owned(),
            line if line.starts_with("informant =") => "informant = \"teacher\"\n".to_owned(),
            line if line.starts_with("short_title =") => "short_title = \"PSC-17 teacher\"\n".to_owned(),
            line => format!("{line}\n"),
        })
        .collect();
    let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("teacher.toml");
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    let import = ["instruments", "import", &file, "--licence", "Made for a test", "--recorded-by", "A. Test"];
    server.command(&import).succeeded();
    assert!(server.stop());
    for (position, id, informant) in [(90, "psc17_parent", "parent"), (91, "psc17_teacher", "teacher")] {
        meddle(
            server,
            &format!(
                "insert into window_instruments (window_id, position, instrument, version, informant, min_age, max_age) \
                 select id, {position}, '{id}', 1, '{informant}', 4, 17 from windows where state = 'open'"
            ),
        )
        .await;
    }
    server.start_again().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

on_both_databases! {
    async fn a_teacher_rates_a_class_and_a_parent_answers_through_a_letter_cap_43(kind: Kind) {
        let mut server = Server::demo(kind).await;
        ask_everybody(&mut server).await;

        let (mut teacher, _) = server.sign_in(server.people().staff("teacher")).await;
        let list = teacher.get("/ratings").await.ok();
        let grid = list.attributes("a[href^='/ratings/']", "href")[0].clone();
        let page = teacher.get(&grid).await.ok();
        let rows = page.attributes("input[name='row']", "value");
        assert!(!rows.is_empty());
        // One cell, kept by the plain form.
        let page = teacher.submit(page.form("#grid").set("0.1", "2")).await.ok();
        assert!(page.says("Saved."), "{}", page.readable());
        assert_eq!(page.form("#grid").value("0.1"), Some("2"), "the grid resumes");
        // A row with empty cells waits; a full one is handed in.
        let page = teacher.submit(page.form("#grid").press("hand_in", "all")).await.ok();
        assert!(page.says("No row is finished yet"), "{}", page.readable());
        let mut form = page.form("#grid");
        for item in 1..=17 {
            form = form.set(&format!("0.{item}"), "2");
        }
        let page = teacher.submit(form.press("hand_in", &rows[0])).await.ok();
        assert!(page.says("Handed in. Thank you."), "{}", page.readable());
        let told = page.readable().to_lowercase();
        assert!(!told.contains("cut-off") && !told.contains("raised"), "a teacher sees no score: {told}");

        // The office: forms of that class, and a letter to print.
        let (mut office, _) = server.sign_in(server.people().staff("administrator")).await;
        let parts: Vec<&str> = grid.split('/').collect();
        let (window, class) = (parts[2], parts[3]);
        let forms = format!("/consent/windows/{window}/classes/{class}/forms");
        let page = office.get(&forms).await.ok();
        assert!(page.says("No letter yet"), "{}", page.readable());
        let child = page.attributes("form input[name='child']", "value")[0].clone();
        let letters = office.submit(page.form("form:has(input[name='child'])")).await.ok();
        assert!(letters.has("svg.qr") && letters.says("Scan the code with a phone."));
        assert!(office.get(&forms).await.ok().says("Letter made"));

        // What a code says cannot be read off a page here; the same service makes a newer letter.
        let services = Services::open(Config::parse("", server.settings().into_iter()).unwrap()).await.unwrap();
        let (window, class): (WindowId, ClassId) = (window.parse().unwrap(), class.parse().unwrap());
        let child: ChildId = child.parse().unwrap();
        let sheet = families::print(&services, &Ctx::new(Actor::Console), window, class, Some(child)).await.unwrap();
        let secret = sheet.letters[0].1.reveal().rsplit('/').next().unwrap().to_owned();

        let mut parent = server.visitor();
        let page = parent.get(&format!("/f/{secret}")).await.ok();
        assert_eq!(page.path(), "/family", "the link leaves the address");
        assert!(!page.body().contains(&secret), "and stands on no page");
        let mut page = parent.get("/family/1").await.ok();
        let pages = library::get("psc17_parent").unwrap().items.len().div_ceil(families::PER_PAGE);
        for n in 1..=pages {
            assert!(!page.body().contains(&secret));
            let mut form = page.form("#questions");
            for name in form.names().into_iter().filter(|name| name.starts_with("answer-")).map(str::to_owned).collect::<std::collections::BTreeSet<_>>() {
                form = form.set(&name, "2");
            }
            page = parent.submit(form).await.ok();
            assert_eq!(page.path(), if n < pages { format!("/family/{}", n + 1) } else { "/family/check".to_owned() });
        }
        assert!(page.says("You have answered all 17 questions."), "{}", page.readable());
        let page = parent.submit(page.form("form[action='/family/hand-in']")).await.ok();
        assert!(page.says("Your answers are handed in."), "{}", page.readable());
        let again = server.visitor().get(&format!("/f/{secret}")).await.ok();
        assert!(again.says("This link has ended") && !again.has("form"), "used once: {}", again.readable());
        assert!(!server.log().contains(&secret), "the secret is in no log");
        server.visitor().get("/family").await.is(404);
        assert!(office.get(&forms).await.ok().says("Answered"));
        services.close().await;
    }
}
