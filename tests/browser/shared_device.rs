//! One device, one child after another.

use tests::{Kind, Server, axe};

use crate::child::{Child, card};

/// K-35, K-36, PRV-10: after Close there is one page to go back to, and nothing of the first child anywhere.
#[tokio::test]
async fn the_next_child_finds_nothing_of_the_first_and_back_shows_only_all_done_k_35() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Child::signed_in(&server, "11–13").await;
    let greeting = child.browser.text().await;
    let name = greeting.split("Hi ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert!(name.len() > 1, "{greeting}");
    child.says_yes().await;
    child.walks().await;
    let item = child.browser.run("return document.querySelector('main h1').innerText").await;
    let item = item.as_str().unwrap().to_owned();
    for number in 1..=13 {
        child.answers(number, 13, "1").await;
    }
    child.browser.reads("That was the last question").await;
    child.next().await;
    child.browser.reads("Would you like to talk to someone?").await;
    child.browser.click("form[action='/check-in/close'] button").await;
    child.browser.reads("All done").await;
    for _ in 0..20 {
        child.browser.client().back().await.unwrap();
        let text = child.browser.text().await;
        assert!(!text.contains(&name) && !text.contains(&item) && !text.contains("Question"), "{text}");
        if child.browser.path().await.starts_with("/check-in") {
            panic!("{} is shown again", child.browser.path().await);
        }
    }
    child.type_card(&card(&server, "11–13", 1)).await;
    let kept = child.kept().await;
    for string in [name.as_str(), item.as_str(), "record "] {
        assert!(!kept.contains(string), "{string:?} is left");
    }
}

/// K-33: one frame, the page below cannot be reached, and the tab says nothing.
#[tokio::test]
async fn a_hidden_page_is_covered_within_a_frame_and_comes_back_as_it_was_k_33() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Child::signed_in(&server, "8–10").await;
    child.says_yes().await;
    child.walks().await;
    child.pick("1").await;
    let frames = child
        .browser
        .run(
            "return new Promise(done => { const cover = document.querySelector('dialog.cover'); let n = 0; \
             const step = () => { n += 1; cover.open ? done(n) : n > 9 ? done(99) : requestAnimationFrame(step); }; \
             for (let i = 0; i < 3; i++) document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift', bubbles: true })); \
             requestAnimationFrame(step); })",
        )
        .await;
    assert_eq!(frames, 1);
    assert_eq!(child.browser.run("return document.title").await, "School");
    assert!(child.browser.has("main[inert]").await);
    child.browser.screenshot("hidden").await;
    child.browser.click("dialog.cover button").await;
    assert!(child.browser.has("input[name='answer'][value='1']:checked").await);
    assert!(!child.browser.has("main[inert]").await);
}

/// K-25: the language changes at item 5 and back; answers and place stay, direction and keys follow.
#[tokio::test]
async fn a_change_of_language_at_item_five_keeps_answers_and_place_k_25() {
    let server = Server::demo(Kind::Sqlite).await;
    let child = Child::signed_in(&server, "11–13").await;
    child.says_yes().await;
    child.walks().await;
    for number in 1..=4 {
        child.answers(number, 13, "1").await;
    }
    child.browser.reads("Question 5 of 13").await;
    child.browser.reads("Saved").await;
    child.reads_in("ar").await;
    assert!(child.browser.has("html[dir='rtl']").await);
    child.browser.reads("السؤال 5 من 13").await;
    child.walks().await;
    child.browser.run("return new Promise(done => setTimeout(done, 300))").await;
    child.browser.run("document.querySelector('main h1').focus()").await;
    child.browser.press("2").await;
    assert!(child.browser.has("input[name='answer'][value='1']:checked").await, "the second as labelled");
    child.next().await;
    child.browser.reads("السؤال 6 من 13").await;
    child.reads_in("en").await;
    child.browser.reads("Question 6 of 13").await;
    child.browser.goto("/check-in/question/4").await;
    assert!(child.browser.has("input[name='answer'][value='1']:checked").await);
    child.browser.console_is_clean().await;
}

/// K-34: three minutes without a touch ask, one more locks; the device's clock is moved on, not waited for.
#[tokio::test]
async fn a_page_that_nobody_touches_asks_and_then_locks_without_losing_anything_k_34() {
    let server = Server::demo(Kind::Sqlite).await;
    let code = card(&server, "14–18", 0);
    let child = Child::with_card(&server, &code).await;
    child.says_yes().await;
    child.walks().await;
    child.answers(1, 13, "1").await;
    child.browser.reads("Question 2 of 13").await;
    let later = |minutes: f64| {
        format!("const real = window.realNow ??= Date.now; Date.now = () => real() + {minutes} * 60000")
    };
    child.browser.run(&later(3.1)).await;
    child.browser.reads("Are you still there?").await;
    axe::is_clean(&child.browser).await;
    child.browser.screenshot("idle").await;
    child.browser.click("dialog.idle button").await;
    child.browser.run("return new Promise(done => setTimeout(done, 1200))").await;
    assert!(!child.browser.has("dialog.idle[open]").await, "a touch starts the three minutes anew");
    child.browser.run(&later(8.0)).await;
    child.browser.reads("All done").await;
    child.type_card(&code).await;
    child.browser.reads("Question 2 of 13").await;
}
