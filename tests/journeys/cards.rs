//! Cards that a proctor prints, and a check-in begun on the device in the proctor's hand.

use tests::{Kind, Page, Server, Visitor, on_both_databases};

async fn proctor(server: &Server) -> Visitor {
    server.sign_in(server.people().staff("proctor")).await.0
}

/// The first sitting that is open, with its board.
async fn open_sitting(proctor: &mut Visitor) -> (String, Page) {
    let list = proctor.get("/sittings").await.ok();
    for sitting in list.attributes("a[href^='/sittings/']", "href") {
        let board = proctor.get(&sitting).await.ok();
        if board.has("form[action$='/close']") && board.has("form[action*='/start/']") {
            return (sitting, board);
        }
    }
    panic!("no open sitting with children who have not finished");
}

async fn types(server: &Server, code: &str) -> Page {
    let mut child = server.visitor();
    let door = child.get("/").await.ok();
    child.submit(door.form("form[action='/card']").set("code", code)).await
}

on_both_databases! {
    /// A-05, AUT-03: new cards work at once by code and by link, and the ones before stop working.
    async fn a_printed_card_works_and_the_one_before_it_does_not_aut_03(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut proctor = proctor(&server).await;
        let (sitting, _) = open_sitting(&mut proctor).await;
        let choose = proctor.get(&format!("{sitting}/cards")).await.ok();
        let sheet = proctor.submit(choose.form("form:has(button[value='class'])").press("whom", "class")).await.ok();
        let codes = sheet.texts(".student-card-code");
        assert!(codes.len() > 5, "{} cards", codes.len());
        assert_eq!(sheet.attributes(".student-card svg.qr path", "d").len(), codes.len());
        let words = sheet.text("ul.cards-sheet").to_lowercase();
        for topic in ["mood", "feel", "mental", "depress", "worry", "screen"] {
            assert!(!words.contains(topic), "a card says {topic:?}");
        }
        let first = types(&server, &codes[0]).await.ok();
        assert_eq!(first.path(), "/check-in", "{}", first.readable());

        let choose = proctor.get(&format!("{sitting}/cards")).await.ok();
        let child = choose.attributes("#child option[value]", "value").into_iter().filter(|v| !v.is_empty()).collect::<Vec<_>>();
        // The lost card of the first child on the sheet, whose name is the first of the list too.
        let again = proctor.submit(choose.form("form:has(#child)").set("child", &child[0])).await.ok();
        let renewed = again.texts(".student-card-code");
        assert_eq!(renewed.len(), 1);
        let dead = codes.iter().filter(|code| **code != renewed[0]);
        let mut replaced = 0;
        for code in dead {
            replaced += usize::from(types(&server, code).await.says("This card has been replaced"));
        }
        assert_eq!(replaced, 1, "exactly the renewed child's earlier card is dead");
        assert_eq!(types(&server, &renewed[0]).await.ok().path(), "/check-in");
        let empty = proctor.post(&format!("{sitting}/cards"), &[]).await;
        assert!(empty.status == 403 || empty.status == 422, "{}", empty.status);
    }

    /// the same cards as a file, which no cache keeps.
    async fn cards_come_as_a_pdf_file_too_a_05(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut proctor = proctor(&server).await;
        let (sitting, _) = open_sitting(&mut proctor).await;
        let choose = proctor.get(&format!("{sitting}/cards")).await.ok();
        let form = choose.form("form:has(button[value='class'])").set("as", "pdf").press("whom", "class");
        let file = proctor.submit(form).await.ok();
        assert_eq!(file.header("content-type"), Some("application/pdf"));
        assert!(file.header("content-disposition").is_some_and(|name| name.contains("cards.pdf")));
        assert!(file.header("cache-control").is_some_and(|rule| rule.contains("no-store")));
        assert!(file.bytes.starts_with(b"%PDF-"));
    }

    /// the device becomes the child's; nothing of the proctor is left on it.
    async fn a_child_without_a_card_begins_on_the_device_in_the_proctors_hand_a_08(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut device = proctor(&server).await;
        let (_, board) = open_sitting(&mut device).await;
        let before = device.clone();
        let page = device.submit(board.form("form[action*='/start/']")).await.ok();
        assert!(page.path().starts_with("/check-in"), "{}", page.path());
        assert!(page.says("Hi "));
        for path in ["/sittings", "/home"] {
            let page = device.get(path).await;
            assert!(!page.has("a[href^='/sittings/']"), "{path} still shows the proctor's page");
        }
        // The trail knows who began it, and for whom.
        let form = page.form("form[action='/check-in/assent']").press("assent", "yes");
        device.submit(form).await.ok();
        let trail = server.sign_in(server.people().staff("auditor")).await.1;
        assert!(trail.says("Began a child’s check-in on their own device"), "{}", trail.readable());
        // Nor does the old cookie open anything.
        let mut old = before;
        assert_eq!(old.get("/sittings").await.path(), "/sign-in");
    }
}
