//! Bad input gets a clear sentence that says what to do, and nothing is lost.

use tests::{Kind, Server, on_both_databases};

use crate::people::{answer, begin, staff, teen_card};

on_both_databases! {
    /// AUT-01, K-26.
    async fn a_wrong_card_is_told_apart_kindly(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let code = teen_card(&server, 0);
        let swapped = if code.ends_with('7') { format!("{}8", &code[..10]) } else { format!("{}7", &code[..10]) };
        for (typed, words) in [
            ("", "ten letters and numbers"),
            ("ABC", "ten letters and numbers"),
            ("ABCDE-FG!JK", "only letters and numbers"),
            (swapped.as_str(), "not right"),
        ] {
            let entry = child.get("/").await.ok();
            let page = child.submit(entry.form("form[action='/card']").set("code", typed)).await.is(422);
            assert!(page.says(words), "{typed}: {}", page.readable());
            assert_eq!(page.path(), "/card");
        }
    }

    /// AUT-02: the codes die with the sitting, and a child in the middle is told kindly.
    async fn a_closed_sitting_lets_nobody_in_and_ends_what_runs(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let page = begin(&mut child, &teen_card(&server, 0)).await;
        let (mut proctor, list) = staff(&server, "proctor").await;
        for board in list.attributes("a[href^='/sittings/']", "href") {
            let board = proctor.get(&board).await.ok();
            if board.has("form[action$='/close']") {
                proctor.submit(board.form("form[action$='/close']")).await.ok();
            }
        }
        let after = child.submit(page.form("form.question").set("answer", "1")).await;
        assert!(after.says("type the code on your card"), "{}", after.readable());
        let entry = child.get("/").await.ok();
        let page = child.submit(entry.form("form[action='/card']").set("code", &teen_card(&server, 1))).await.is(422);
        assert!(page.says("not open right now"), "{}", page.readable());
    }

    /// INP-01: tampering is refused with 4xx and changes nothing.
    async fn a_tampered_form_is_refused_and_changes_nothing(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let page = begin(&mut child, &teen_card(&server, 0)).await;
        let form = || page.form("form.question").set("answer", "1");
        for value in ["7", "-1", "99999999999999999999", "1.5", "x", "'; drop table responses; --"] {
            child.submit(form().tamper("answer", value)).await.is(422);
        }
        child.submit(form().tamper("item", "9")).await.is(422);
        child.submit(form().tamper("item", "nothing")).await.is(422);
        child.submit(form().without("answer")).await.is(422);
        child.submit(form().tamper("token", "0123456789abcdef0123456789abcdef")).await.is(403);
        child.submit(form().without("token")).await.is(403);
        for number in ["0", "14", "999", "abc", "-1"] {
            child.get(&format!("/check-in/question/{number}")).await.is(404);
        }
        let still = child.get("/check-in").await.ok();
        assert!(still.says("Question 1 of 13"), "{}", still.readable());
    }

    /// AUT-09, AUT-06: one sentence for every cause, and a used one-time code is worthless.
    async fn a_wrong_password_and_an_unknown_address_look_the_same(kind: Kind) {
        let server = Server::demo(kind).await;
        let person = server.people().staff("counselor").clone();
        let mut answers = Vec::new();
        for email in [person.email.as_str(), "nobody@nowhere.example"] {
            let mut visitor = server.visitor();
            let page = visitor.get("/sign-in").await.ok();
            let form = page.form("form[action='/sign-in']").set("email", email).set("password", "not the right one");
            let page = visitor.submit(form).await.is(422);
            answers.push(page.texts("main h2, main li, main p").join("|").replace(email, ""));
        }
        assert_eq!(answers[0], answers[1]);
        // The password alone opens nothing.
        let mut visitor = server.visitor();
        let page = visitor.get("/sign-in").await.ok();
        let form =
            page.form("form[action='/sign-in']").set("email", &person.email).set("password", &person.password);
        visitor.submit(form).await.ok();
        assert_ne!(visitor.get("/queue").await.ok().path(), "/queue");
    }

    /// REL-05 through the page: sending the last form twice, or two at once.
    async fn handing_in_twice_is_handing_in_once(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let mut page = begin(&mut child, &teen_card(&server, 0)).await;
        for _ in 0..13 {
            page = answer(&mut child, &page, "0").await;
        }
        let form = page.form("form[action='/check-in/finish']");
        for _ in 0..3 {
            assert_eq!(child.submit(form.clone()).await.ok().path(), "/check-in/done");
        }
    }
}
