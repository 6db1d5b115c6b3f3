//! A school is screened: a spreadsheet of two thousand children with sixty faults is mended and taken over, guardians
//! answer, cards are printed, a class of forty answers at once, two were away, two did not finish, and a make-up sitting
//! and the window's end close it. All of it through the pages.

use tokio::task::JoinSet;

use tests::{Kind, Page, Server, Visitor, on_both_databases};

use crate::people::answer;

const CLASS: usize = 44;

/// Two thousand rows in classes of the demo's first school; every fault is in another class than the one that is asked.
fn spreadsheet(school: &str, mended: bool) -> String {
    let mut text = String::from("学籍号;姓名;性别;出生日期;学校;年级;班级\n");
    for n in 0..2000 {
        let class = if n < CLASS { "7Z".to_owned() } else { format!("7-{}", n / 40) };
        let mut number = format!("T{n:05}");
        let mut born = "2013-03-05".to_owned();
        let mut sex = "女";
        if !mended && (1000..1060).contains(&n) {
            match n % 4 {
                0 => born = "31/02/2013".to_owned(),
                1 => born = String::new(),
                2 => sex = "x1",
                _ => number = "T01003".to_owned(),
            }
        }
        text.push_str(&format!("{number};Lin, Mei{n};{sex};{born};{school};7;{class}\n"));
    }
    text
}

/// The days before and after today, as forms write them.
fn day(n: i64) -> String {
    server::ctx::Ctx::new(server::ctx::Actor::Console)
        .now
        .day_in(&jiff::tz::TimeZone::UTC)
        .plus_days(n)
        .to_string()
}

async fn codes(proctor: &mut Visitor, sitting: &str, whom: &str) -> Vec<String> {
    let choose = proctor.get(&format!("{sitting}/cards")).await.ok();
    let form = choose.form("form:has(button[value='class'])").press("whom", whom);
    proctor.submit(form).await.ok().texts(".student-card-code")
}

async fn signs_in(mut child: Visitor, code: String) -> (Visitor, Page) {
    let door = child.get("/").await.ok();
    let assent = child.submit(door.form("form[action='/card']").set("code", &code)).await.ok();
    let first =
        child.submit(assent.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
    (child, first)
}

async fn finishes(mut child: Visitor, mut page: Page) {
    while page.has("form.question input[name='answer']") {
        page = answer(&mut child, &page, "0").await;
    }
    let done = child.submit(page.form("form[action='/check-in/finish']")).await.ok();
    assert_eq!(done.path(), "/check-in/done");
}

/// The class's sitting in this window, from the proctor's list.
async fn sitting_of(proctor: &mut Visitor, make_up: bool) -> String {
    let list = proctor.get("/sittings").await.ok();
    let rows = list.texts("tbody tr");
    let links = list.attributes("tbody th a", "href");
    let wanted = |row: &&String| {
        row.contains("Class 7Z") && row.contains("Journey") && row.contains("Make-up") == make_up
    };
    let at = rows.iter().position(|row| wanted(&row)).unwrap_or_else(|| panic!("no sitting in {rows:?}"));
    links[at].clone()
}

on_both_databases! {
    async fn a_school_is_prepared_from_a_spreadsheet_and_a_class_of_forty_answers_at_once(kind: Kind) {
        let server = Server::demo(kind).await;
        let (mut ada, _) = server.sign_in(server.people().staff("administrator")).await;
        let (mut bo, _) = server.sign_in(server.people().staff("proctor")).await;
        let school = server.people().cards[0].school.as_str().unwrap().to_owned();

        // The roster: sixty rows are wrong, and nothing is written before they are mended.
        let page = ada.get("/setup/roster").await.ok();
        let look = ada.submit_file(page.form("form[enctype]"), "file", "名单.csv", spreadsheet(&school, false).as_bytes()).await.ok();
        assert!(look.says("60 Rejected rows") && look.says("1940 New"), "{:.600}", look.readable());
        ada.submit(look.form("form[action$='/take-over']")).await.is(409);
        let page = ada.get("/setup/roster").await.ok();
        let look = ada.submit_file(page.form("form[enctype]"), "file", "名单.csv", spreadsheet(&school, true).as_bytes()).await.ok();
        assert!(look.says("0 Rejected rows") && look.says("2000 New"), "{:.600}", look.readable());
        assert!(ada.submit(look.form("form[action$='/take-over']")).await.ok().says("The roster is taken over."));

        // The window: grade 7, opt-in, then only one class of it.
        let new = ada.get("/setup/windows/new").await.ok();
        let form = new
            .form("form[action='/setup/windows']")
            .set("name", "Journey")
            .set("opens_on", &day(0))
            .set("closes_on", &day(7))
            .set("consent_mode", "opt_in")
            .choose(&school)
            .set("asked", "phq9_teen");
        let window = ada.submit(form).await.ok();
        let path = window.path().to_owned();
        assert!(window.says("Saved.") && window.says("name the room"), "{}", window.readable());
        let edit = ada.get(&format!("{path}/edit")).await.ok();
        ada.submit(edit.form("form[action$='/edit']").choose(&format!("7Z, {school}"))).await.ok();
        let refused = moves(&mut ada, &path, "/ready").await.is(409);
        assert!(refused.says("It is not ready yet."), "{}", refused.readable());
        let page = ada.get(&path).await.ok();
        let plan = page
            .form("form[action*='/schools/']")
            .set("opens", "08:00")
            .set("closes", "13:00")
            .set("room", "Library")
            .set("escalation", "The lead is called")
            .set("guardian_rule", "The counselor calls the same day");
        ada.submit(plan).await.ok();
        let consent = path.replace("/setup", "/consent");
        let board = ada.get(&consent).await.ok();
        ada.submit(board.form("form[action$='/notice']").set("body", "Dear parents, we ask every child how it is doing.")).await.ok();
        moves(&mut ada, &path, "/ready").await.ok();

        // Guardians answer: two say no, the others yes.
        let slips: String = (0..CLASS).map(|n| format!("T{n:05},{},{},Lin,folder 3\n", if n < 2 { "no" } else { "yes" }, day(-1))).collect();
        let board = ada.get(&consent).await.ok();
        let file = format!("number,answer,date,by,slip\n{slips}");
        let board = ada.submit_file(board.form("form[enctype]"), "file", "slips.csv", file.as_bytes()).await.ok();
        assert!(board.says("42 Yes") && board.says("2 No"), "{}", board.readable());
        moves(&mut ada, &path, "/open").await.ok();

        // The class: forty sign in at once, two are away, two of the forty do not finish.
        let sitting = sitting_of(&mut bo, false).await;
        let codes_of_class = codes(&mut bo, &sitting, "class").await;
        assert_eq!(codes_of_class.len(), CLASS - 2, "nobody without a yes gets a card");
        let page = bo.get(&sitting).await.ok();
        bo.submit(page.form("form[action$='/open']")).await.ok();
        let mut arriving = JoinSet::new();
        for code in codes_of_class.iter().take(40) {
            arriving.spawn(signs_in(server.visitor(), code.clone()));
        }
        let mut children = arriving.join_all().await;
        for (mut child, first) in children.drain(..2) {
            answer(&mut child, &first, "0").await;
        }
        let mut answering = JoinSet::new();
        for (child, first) in children {
            answering.spawn(finishes(child, first));
        }
        answering.join_all().await;
        let page = bo.get(&sitting).await.ok();
        assert!(page.says("38 Finished") && page.says("2 Working") && page.says("2 Not started"), "{}", page.readable());
        for _ in 0..2 {
            let page = bo.get(&sitting).await.ok();
            bo.submit(page.form("form[action*='/absent/']:has(button[value='away'])").press("mark", "away")).await.ok();
        }
        let page = bo.get(&sitting).await.ok();
        assert!(page.says("4 Not today"), "who was away and who may not be asked look the same: {}", page.readable());
        bo.submit(page.form("form[action$='/close']")).await.ok();

        // The make-up list has built itself; four more finish, and the window is over.
        let list = bo.get("/make-ups").await.ok();
        let cards = list.texts("section.card");
        let at = cards.iter().position(|card| card.contains("Class 7Z")).unwrap();
        assert!(cards[at].contains("4 children"), "{}", cards[at]);
        let action = &list.attributes("section.card form", "action")[at];
        bo.submit(list.form(&format!("form[action='{action}']"))).await.ok();
        let make_up = sitting_of(&mut bo, true).await;
        let fresh = codes(&mut bo, &make_up, "not_finished").await;
        assert_eq!(fresh.len(), 4);
        let page = bo.get(&make_up).await.ok();
        bo.submit(page.form("form[action$='/open']")).await.ok();
        for code in &fresh {
            let mut child = server.visitor();
            let door = child.get("/").await.ok();
            let page = child.submit(door.form("form[action='/card']").set("code", code)).await.ok();
            // Two have begun and go on where they were; two are asked first.
            let first = match page.has("form[action='/check-in/assent']") {
                true => child.submit(page.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok(),
                false => page,
            };
            finishes(child, first).await;
        }
        let page = bo.get(&make_up).await.ok();
        assert!(page.says("42 Finished") && page.says("2 Not today"), "{}", page.readable());
        bo.submit(page.form("form[action$='/close']")).await.ok();
        let list = bo.get("/make-ups").await.ok();
        assert!(!list.texts("section.card").iter().any(|card| card.contains("Class 7Z")), "nobody is missing any more");
        moves(&mut ada, &path, "/closed").await.ok();
        let over = ada.get(&path).await.ok();
        assert!(over.says("The window is over."), "{}", over.readable());
    }
}

/// Moves the window on, by its page.
async fn moves(ada: &mut Visitor, path: &str, to: &str) -> Page {
    let page = ada.get(path).await.ok();
    ada.submit(page.form(&format!("form[action$='{to}']"))).await
}
