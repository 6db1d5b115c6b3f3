//! The network goes, the battery dies, and no answer is lost or doubled.

use tests::{Kind, Server, on_both_databases};

use crate::child::{Child, card, count};

const OURS: &str = "select count(*) from responses where client is not null";

on_both_databases! {
    /// K-38, K-42: the network is gone from the second question to the end.
    async fn without_a_network_everything_waits_on_the_device_and_arrives_once_k_38(kind: Kind) {
        let server = Server::demo(kind).await;
        let critical = "select count(*) from flags where kind = 'critical_item'";
        let before = count(&server, critical).await;
        let child = Child::signed_in(&server, "14–18").await;
        child.says_yes().await;
        child.walks().await;
        child.answers(1, 13, "0").await;
        child.browser.reads("Saved").await;
        child.browser.offline(true).await;
        for number in 2..=13 {
            child.answers(number, 13, if number == 9 { "1" } else { "0" }).await;
            if number == 2 {
                child.browser.reads("Saved here, waiting for Wi-Fi").await;
            }
        }
        child.browser.reads("That was the last question").await;
        let kept = child.kept().await;
        assert!(kept.contains("record "), "nothing is kept on the device");
        let record = kept.split("record ").nth(1).unwrap();
        assert!(!record.contains("answer") && !record.contains("\"code\""), "it is kept in the clear");
        child.next().await;
        child.browser.reads("Please show your teacher this screen").await;
        child.browser.offline(false).await;
        child.browser.reads("Would you like to talk to someone?").await;
        assert_eq!(child.browser.path().await, "/check-in/done");
        assert_eq!(count(&server, OURS).await, 13, "each answer once");
        assert_eq!(count(&server, critical).await, before + 1);
        assert!(!child.kept().await.contains("record "), "nothing is left on the device");
    }
}

/// K-37, K-38: the tab dies while it is offline; the same child's card on the same device brings everything.
#[tokio::test]
async fn what_a_dead_tab_had_kept_arrives_when_the_child_comes_back_k_37() {
    let server = Server::demo(Kind::Sqlite).await;
    let code = card(&server, "14–18", 0);
    let child = Child::with_card(&server, &code).await;
    child.says_yes().await;
    child.walks().await;
    child.answers(1, 13, "1").await;
    child.browser.reads("Question 2 of 13").await;
    child.browser.reads("Saved").await;
    child.browser.offline(true).await;
    for number in 2..=4 {
        child.answers(number, 13, "2").await;
    }
    child.browser.reads("Saved here, waiting for Wi-Fi").await;
    child.browser.client().goto("about:blank").await.unwrap();
    child.browser.offline(false).await;
    // The sign-in has run out meanwhile: the card opens the same check-in again.
    child.browser.goto("/healthz").await;
    child.browser.client().delete_all_cookies().await.unwrap();
    child.type_card(&code).await;
    child.walks().await;
    for _ in 0..100 {
        if count(&server, OURS).await == 4 {
            break;
        }
        child.browser.run("return new Promise(done => setTimeout(done, 50))").await;
    }
    assert_eq!(count(&server, OURS).await, 4);
    child.browser.goto("/check-in").await;
    child.browser.reads("Question 5 of 13").await;
}

/// REL-12: a server that has too many says when to come back. Until then the device asks nothing, however often Next is pressed;
/// then everything arrives.
#[tokio::test]
async fn a_device_that_was_told_to_come_back_later_asks_nothing_until_then_rel_12() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Child::signed_in(&server, "14–18").await;
    child.says_yes().await;
    child.walks().await;
    // The first request of the walk is put off for an hour, which is more than anybody waits: two minutes.
    let put_off = "const real = window.fetch.bind(window); window.asked = 0; window.fetch = (what, how) => { \
        if (!String(what.url ?? what).startsWith('/check-in/')) return real(what, how); window.asked += 1; \
        return window.asked > 1 ? real(what, how) : Promise.resolve(new Response('{\"problem\":\"wait\"}', \
        {status: 503, headers: {'retry-after': '3600'}})); };";
    child.browser.run(put_off).await;
    for number in 1..=3 {
        child.answers(number, 13, "0").await;
    }
    child.browser.reads("Saved here, waiting for Wi-Fi").await;
    // More than one look of the device at what it has to send.
    child.browser.run("return new Promise(done => setTimeout(done, 5000))").await;
    assert_eq!(child.browser.run("return window.asked").await, 1);
    assert_eq!(count(&server, OURS).await, 0);
    // Two minutes and a second later, by the page's own clock.
    child
        .browser
        .run("const now = performance.now.bind(performance); performance.now = () => now() + 121500")
        .await;
    child.browser.find("body:not([data-unsent])").await;
    assert_eq!(count(&server, OURS).await, 3, "each answer once");
}

/// K-37: another device, the same item.
#[tokio::test]
async fn another_device_goes_on_at_the_same_item_k_37() {
    let server = Server::demo(Kind::Sqlite).await;
    let code = card(&server, "11–13", 0);
    let first = Child::with_card(&server, &code).await;
    first.says_yes().await;
    first.walks().await;
    for number in 1..=3 {
        first.answers(number, 13, "1").await;
    }
    first.browser.reads("Question 4 of 13").await;
    first.browser.reads("Saved").await;
    while count(&server, OURS).await < 3 {
        first.browser.run("return new Promise(done => setTimeout(done, 50))").await;
    }
    drop(first);
    let second = Child::with_card(&server, &code).await;
    second.browser.reads("Question 4 of 13").await;
}

/// K-12, K-16, K-26, K-35 and the way back, without touching a mouse.
#[tokio::test]
async fn a_check_in_by_keyboard_alone_k_12() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Child::signed_in(&server, "14–18").await;
    child.says_yes().await;
    child.walks().await;
    let pause = "return new Promise(done => setTimeout(done, 300))";
    // Enter on a question without an answer: a calm sentence, and the focus on the first answer.
    child.browser.press("\u{E007}").await;
    child.browser.reads("Pick one, or tap").await;
    for number in 1..=13 {
        child.browser.reads(&format!("Question {number} of 13")).await;
        child.browser.run(pause).await;
        child.browser.press("2").await;
        child.browser.press("\u{E007}").await;
    }
    child.browser.reads("That was the last question").await;
    // Back leads to the question before with its answer, forth again to the last sheet.
    child.browser.client().back().await.unwrap();
    child.browser.reads("Question 13 of 13").await;
    assert!(child.browser.has(".answers label:nth-of-type(2) input:checked").await);
    child.browser.client().forward().await.unwrap();
    child.browser.reads("That was the last question").await;
    child.browser.run(pause).await;
    child.browser.press("\u{E007}").await;
    child.browser.reads("Would you like to talk to someone?").await;
    assert_eq!(count(&server, OURS).await, 13);
    child.browser.console_is_clean().await;
}
