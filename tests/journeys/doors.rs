//! The doors of a child: the link on its card, and the one for a child that wants to talk.

use tests::{Kind, Server, Visitor, on_both_databases};

async fn counselor_reads(server: &Server, words: &str) -> bool {
    for person in server.people().staff.iter().filter(|s| s.role == "counselor") {
        let (_, queue) = server.sign_in(person).await;
        if queue.says(words) {
            return true;
        }
    }
    false
}

async fn scan(visitor: &mut Visitor, link: &str) -> tests::Page {
    let page = visitor.get(link).await.ok();
    visitor.submit(page.form("form[action='/c']")).await
}

on_both_databases! {
    /// K-39, AUT-01: the link signs in after a tap, and neither an address nor the log ever shows what it says.
    async fn a_scanned_card_signs_in_by_a_tap_and_its_secret_stays_in_no_address_k_39(kind: Kind) {
        let server = Server::demo(kind).await;
        let card = server.people().cards[0].clone();
        let secret = card.link.strip_prefix("/c/").unwrap().to_owned();
        assert_eq!(secret.len(), 26);
        let mut visitor = server.visitor();
        let answer = visitor.request("GET", &card.link, None).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/c")));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        // Looking at the link has signed nobody in.
        let mut looked = visitor.clone();
        assert!(looked.get("/check-in").await.path() != "/check-in");
        let page = visitor.get("/c").await.ok();
        assert_eq!(page.texts("main button").len(), 1, "one button and nothing else");
        let page = visitor.submit(page.form("form[action='/c']")).await.ok();
        assert_eq!(page.path(), "/check-in");
        assert!(page.says("Hi "));
        assert!(!page.body().contains(&secret));
        // The way back does not open it again.
        assert_eq!(visitor.get("/c").await.path(), "/check-in");
        assert!(!server.log().contains(&secret), "the log tells what a card's link says");
    }

    /// A link works only while the class's sitting is open, and says the same as a typed code.
    async fn a_link_of_a_closed_sitting_and_its_typed_code_get_the_same_answer(kind: Kind) {
        let server = Server::demo(kind).await;
        let card = server.people().cards[0].clone();
        let proctors = server.people().staff.iter().filter(|s| s.role == "proctor").cloned();
        for person in proctors.collect::<Vec<_>>() {
            let (mut proctor, page) = server.sign_in(&person).await;
            for sitting in page.attributes("a[href^='/sittings/']", "href") {
                let board = proctor.get(&sitting).await.ok();
                if board.has("form[action$='/close']") {
                    proctor.submit(board.form("form[action$='/close']")).await.ok();
                }
            }
        }
        let scanned = scan(&mut server.visitor(), &card.link).await.is(422);
        let mut typing = server.visitor();
        let page = typing.get("/").await.ok();
        let typed = typing.submit(page.form("form[action='/card']").set("code", &card.code)).await.is(422);
        let sentence = "Your check-in is not open right now. Ask your teacher.";
        assert!(scanned.says(sentence), "{}", scanned.readable());
        assert!(typed.says(sentence), "{}", typed.readable());
    }

    /// AUT-04: whoever guesses links waits like whoever guesses codes, and the class beside is let in.
    async fn guessed_links_wait_and_a_good_card_from_the_same_address_does_not_aut_04(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut guesses = server.visitor();
        let mut last = 0;
        for n in 0..21 {
            last = scan(&mut guesses, &format!("/c/{n:026}")).await.status;
        }
        assert_eq!(last, 429);
        let page = scan(&mut server.visitor(), &server.people().cards[1].link).await.ok();
        assert_eq!(page.path(), "/check-in");
    }

    /// Outside every window a child's card still says who wants to talk; what was asked stands in no address.
    async fn a_child_asks_to_talk_at_a_door_of_its_own_and_a_counselor_sees_it(kind: Kind) {
        let server = Server::demo(kind).await;
        let card = server.people().cards[2].clone();
        let mut child = server.visitor();
        let front = child.get("/").await.ok();
        let page = child.click(&front, "ask to talk to someone").await.ok();
        let wrong = child.submit(page.form("form[action='/talk']").set("code", "7KD2M-9QX4T").press("ask", "today")).await.is(422);
        assert!(wrong.has("#code-error"));
        let page = child.get("/talk").await.ok();
        let done = child.submit(page.form("form[action='/talk']").set("code", &card.code).press("ask", "today")).await.ok();
        assert!(done.says("We have noted it"));
        assert_eq!(done.path(), "/talk");
        let page = child.get("/talk").await.ok();
        let again = child.submit(page.form("form[action='/talk']").set("code", &card.code).press("ask", "friend")).await.ok();
        assert_eq!(again.readable(), done.readable(), "the answer tells what was asked");
        // It signed nobody in.
        assert!(child.get("/check-in").await.path() != "/check-in");
        assert!(counselor_reads(&server, "Asked to talk: today (asked outside a check-in)").await);
    }
}

/// K-27: a raised hand tells the proctor who, and nothing else; the child reads that somebody comes; no script needed.
#[tokio::test]
async fn a_raised_hand_shows_a_name_on_the_board_until_somebody_was_there_k_27() {
    let server = Server::demo(Kind::Sqlite).await;
    let card = server.people().cards[0].clone();
    let mut child = server.visitor();
    let page = scan(&mut child, &card.link).await.ok();
    child.submit(page.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
    let help = child.get("/help").await.ok();
    assert!(!help.says("Your hand is up"));
    let told = child.submit(help.form("form[action='/check-in/hand']")).await.ok();
    assert!(told.says("Your hand is up. An adult in the room can see it and comes to you."));
    // Twice is once.
    child.submit(told.form("form[action='/check-in/hand']")).await.ok();
    let first = card.child.as_str().unwrap().split(' ').next().unwrap().to_owned();
    let mut boards = 0;
    for person in server.people().staff.iter().filter(|s| s.role == "proctor") {
        let (mut proctor, page) = server.sign_in(person).await;
        for sitting in page.attributes("a[href^='/sittings/']", "href") {
            let board = proctor.get(&sitting).await.ok();
            let lower = "form[action*='/hands/']";
            if !board.has(lower) {
                continue;
            }
            boards += 1;
            assert_eq!(board.attributes(lower, "action").len(), 1);
            let line = board.text(lower);
            assert!(line.contains(&first) && !line.contains("Question"), "{line}");
            let board = proctor.submit(board.form(lower)).await.ok();
            assert!(board.says("The hand is down again.") && !board.has(lower));
        }
    }
    assert_eq!(boards, 1, "one proctor's board shows the hand");
    assert!(!child.get("/help").await.ok().says("Your hand is up"));
}
