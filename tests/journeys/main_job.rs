//! The main job, end to end: a child answers, a counselor helps, the district learns nothing about the child.

use tests::{Kind, Server, on_both_databases};

use crate::people::{answer, answer_all, begin, second_counselor, staff, staff_nth, teen_card};

on_both_databases! {
    /// K-42, C-01…C-04, C-30: the tab is closed after the critical answer, long before the last page.
    async fn a_critical_answer_reaches_a_counselor_who_follows_it_to_an_outcome(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let mut page = begin(&mut child, &teen_card(&server, 0)).await;
        for number in 1..=9 {
            page = answer(&mut child, &page, if number == 9 { "2" } else { "0" }).await;
        }
        drop(child);

        let (mut counselor, queue) = staff(&server, "counselor").await;
        assert_eq!(queue.path(), "/queue");
        let first = queue.text("table tbody tr");
        assert!(first.contains("Critical") && first.contains("Critical item 9"), "{first}");
        let claim = queue.form("form[action$='/claim']");
        let child_page = queue.attributes("a[href^='/children/']", "href")[0].clone();
        counselor.submit(claim).await.ok();

        let record = counselor.get(&child_page).await.ok();
        assert!(record.says("Thoughts that you would be better off dead"), "the critical strip has the wording");
        let contact = record
            .form("form[action$='/contact']")
            .set("with", "child")
            .set("how", "in_person")
            .set("reached", "yes")
            .set("note", "We talked for twenty minutes.");
        let record = counselor.submit(contact).await.ok();
        assert!(record.says("We talked for twenty minutes."));

        let close = || record.form("form[action$='/close']").set("outcome", "supported_here");
        let refused = counselor.submit(close().set("reason", "Support has begun.")).await.is(422);
        assert!(refused.says("Say who saw the child"), "{}", refused.readable());
        let closed = counselor
            .submit(close().set("seen_by", "Ana").set("reason", "Support has begun."))
            .await
            .ok();
        assert!(closed.says("A second person confirms now"), "{}", closed.readable());
        assert!(!closed.has("form[action$='/confirm']"), "nobody confirms their own words");
        let (mut second, _) = staff_nth(&server, "counselor", second_counselor(&server)).await;
        let page = second.get(&child_page).await.ok();
        let confirmed = second.submit(page.form("form[action$='/confirm']").press("answer", "yes")).await.ok();
        assert!(confirmed.says("Confirmed: the referral is closed"), "{}", confirmed.readable());
        let queue = counselor.get("/queue").await.ok();
        let links = queue.attributes("a[href^='/children/']", "href");
        assert!(!links.contains(&child_page), "a closed referral has left the queue");
    }

    /// K-40, K-41, PRV-08: whoever watches the screen learns nothing.
    async fn the_last_page_is_the_same_for_every_child(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut pages = Vec::new();
        for (n, code) in ["0", "3"].into_iter().enumerate() {
            let mut child = server.visitor();
            let first = begin(&mut child, &teen_card(&server, n)).await;
            let review = answer_all(&mut child, first, |number| match number {
                10 | 12 | 13 if code == "3" => "1",
                10.. => "0",
                _ if code == "3" => "3",
                _ => "0",
            })
            .await;
            let done = child.submit(review.form("form[action='/check-in/finish']")).await.ok();
            assert_eq!(done.path(), "/check-in/done");
            for word in ["score", "severe", "depress", "result", "27"] {
                assert!(!done.readable().to_lowercase().contains(word), "the last page says '{word}'");
            }
            pages.push(done.texts("main").join(" "));
            // Back leads nowhere but to the same page, and closing leaves nothing.
            assert_eq!(child.get("/check-in/question/3").await.ok().path(), "/check-in/done");
            let closed = child.submit(done.form("form[action='/check-in/close']")).await.ok();
            assert_eq!(closed.path(), "/all-done");
            assert_eq!(child.get("/check-in").await.ok().path(), "/all-done", "K-35: one page is left to go back to");
        }
        assert_eq!(pages[0], pages[1]);
    }

    /// K-30: declining creates no flag, no referral and a page that looks like any other.
    async fn no_thanks_leads_to_a_quiet_page_and_raises_nothing(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let entry = child.get("/").await.ok();
        let assent = child.submit(entry.form("form[action='/card']").set("code", &teen_card(&server, 0))).await.ok();
        let quiet = child.submit(assent.form("form[action='/check-in/assent']").press("assent", "no")).await.ok();
        assert_eq!(quiet.path(), "/quiet");
    }

    /// K-13, K-37: every item may be declined, and a child that comes back is where it was.
    async fn any_item_may_be_declined_and_a_child_resumes_where_it_was(kind: Kind) {
        let server = Server::demo(kind).await;
        let code = teen_card(&server, 0);
        let mut child = server.visitor();
        let mut page = begin(&mut child, &code).await;
        for value in ["declined", "1", "declined"] {
            page = answer(&mut child, &page, value).await;
        }
        let mut elsewhere = server.visitor();
        let entry = elsewhere.get("/").await.ok();
        let resumed = elsewhere.submit(entry.form("form[action='/card']").set("code", &code)).await.ok();
        assert!(resumed.says("Question 4 of 13"), "{}", resumed.readable());
        assert!(page.says("Question 4 of 13"));
    }

    /// D-02, D-05, D-06, PRV-04: the district's page comes from a release and holds no child.
    async fn the_district_reads_a_frozen_release_with_small_cells_hidden(kind: Kind) {
        let server = Server::demo(kind).await;
        // The window that is open now is closed by the administrator; until then nothing of it is released.
        let built = server.command(&["release", "build"]).succeeded();
        assert!(built.contains("no closed window waits"), "{built}");
        let (mut administrator, setup) = staff(&server, "administrator").await;
        administrator.submit(setup.form("form[action^='/setup/windows/'][action$='/closed']")).await.ok();
        let built = server.command(&["release", "build"]).succeeded();
        assert!(built.contains("release 1 of "), "{built}");
        let window = built.split("release 1 of ").nth(1).and_then(|rest| rest.split(" built").next()).unwrap();
        let (mut officer, page) = staff(&server, "district_officer").await;
        assert_eq!(page.path(), "/district");
        assert!(page.says(window), "the page shows the release just built: {}", page.readable());
        assert!(page.says("Enrolled") && page.says("95% Wilson"), "{}", page.readable());
        assert!(page.has("figure svg") && page.has("figure table"), "each chart has its table");
        for cell in page.texts("figure td") {
            let small = cell.trim().parse::<u64>().is_ok_and(|n| (1..=10).contains(&n));
            assert!(!small, "a count of {cell} is published");
        }
        assert_eq!(officer.get("/queue").await.header("content-type").map(|_| ()), Some(()));
        officer.get("/queue").await.is(404);
        assert!(officer.get("/children/01890000-0000-7000-8000-000000000000").await.is(404).says("not yours"));
    }
}
