//! A teacher rates a class and a parent answers through a letter's link, through the real pages without a script (43).

use questionnaires::library;
use server::services::families;
use tests::informants::{ask_everybody, newer_letter};
use tests::{Kind, Server, on_both_databases};

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

        let secret = newer_letter(&server, window, class, &child).await;

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
    }
}
