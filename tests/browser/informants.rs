//! Pages of teachers and parents, what they say side by side, and the letter to a guardian (42, 43, C-26): axe 0, no
//! sideways scroll, no policy report, and a picture of each.

use tests::informants::{ask_everybody, newer_letter};
use tests::{Browser, Kind, Screen, Server};

use super::{look, staff};

/// A page as long as it is, for people to look at.
async fn look_whole(browser: &Browser, name: &str) {
    look(browser, name).await;
    browser.screenshot_whole(&format!("{name}-whole")).await;
}

#[tokio::test]
async fn the_pages_of_teachers_and_parents_and_letters_to_guardians_are_clean() {
    let mut server = Server::demo(Kind::Sqlite).await;
    ask_everybody(&mut server).await;

    let teacher = Browser::open(&server.url, Screen::Desktop).await;
    staff(&teacher, &server, "teacher").await;
    teacher.goto("/ratings").await;
    look(&teacher, "ratings").await;
    teacher.goes("a[href^='/ratings/']").await;
    let grid = teacher.path().await;
    let child = teacher.run("return document.querySelector('#grid input[name=row]').value").await;
    let child = child.as_str().unwrap().to_owned();
    look(&teacher, "grid").await;
    let fill = "for (const cell of document.querySelectorAll('#grid tbody tr:first-child select')) { cell.value = '2'; \
        cell.dispatchEvent(new Event('change', { bubbles: true })); }";
    teacher.run(fill).await;
    teacher.reads("All saved.").await;
    look(&teacher, "grid-saved").await;
    teacher.goes("#grid tbody tr:first-child button[name=hand_in]").await;
    teacher.reads("Handed in. Thank you.").await;
    look(&teacher, "grid-handed-in").await;
    teacher.console_is_clean().await;
    drop(teacher);

    let parts: Vec<&str> = grid.split('/').collect();
    let (window, class) = (parts[2], parts[3]);
    let office = Browser::open(&server.url, Screen::Desktop).await;
    staff(&office, &server, "administrator").await;
    office.goto(&format!("/consent/windows/{window}/classes/{class}/forms")).await;
    look(&office, "parent-forms").await;
    office.run("for (const form of document.querySelectorAll('form')) form.target = ''").await;
    office.goes(&format!("form:has(input[name=child][value='{child}']) button")).await;
    look_whole(&office, "parent-letter").await;
    office.console_is_clean().await;
    drop(office);

    let parent = Browser::open(&server.url, Screen::Phone).await;
    parent.goto(&format!("/f/{}", newer_letter(&server, window, class, &child).await)).await;
    look(&parent, "family").await;
    parent.goes("a[href^='/family/1']").await;
    look_whole(&parent, "family-questions").await;
    let answer = "for (const choice of document.querySelectorAll(\"#questions input[type=radio][value='1']\")) choice.checked = true";
    while parent.has("#questions").await {
        parent.run(answer).await;
        parent.goes("#questions button").await;
    }
    look(&parent, "family-check").await;
    parent.goes("form[action='/family/hand-in'] button").await;
    parent.reads("Your answers are handed in.").await;
    look(&parent, "family-done").await;
    parent.console_is_clean().await;
    drop(parent);

    let counselor = Browser::open(&server.url, Screen::Desktop).await;
    staff(&counselor, &server, "counselor").await;
    counselor.goto(&format!("/children/{child}")).await;
    counselor.reads("Who sees what").await;
    look_whole(&counselor, "child-informants").await;
    if counselor.has("form[action$='/claim']").await {
        counselor.goes("form[action$='/claim'] button").await;
        counselor.goto(&format!("/children/{child}")).await;
    }
    counselor.goes("#guardian-letter").await;
    look(&counselor, "guardian-letter").await;
    counselor.fill("textarea[name=added]", "Come on Tuesday at two.").await;
    counselor.run("document.querySelector('select[name=guardian]').selectedIndex = 0").await;
    counselor.goes("form[action$='/guardian-letter'] button[type=submit]").await;
    look_whole(&counselor, "guardian-letter-review").await;
    counselor.run("document.querySelector('input[name=read]').checked = true").await;
    let letter = counselor.path().await.trim_end_matches("/review").to_owned();
    counselor.goes("button[value=release]").await;
    counselor.reads("The letter is released").await;
    counselor.goto(&letter).await;
    look(&counselor, "guardian-letter-released").await;
    counselor.console_is_clean().await;
}
