//! What people do again and again.

use tests::{Page, Server, Visitor};

/// A teen's card that nobody has used in this server: the `n`-th.
pub fn teen_card(server: &Server, n: usize) -> String {
    let cards = &server.people().cards;
    cards.iter().filter(|c| c.age_band == "14–18" || c.age_band == "11–13").nth(n).unwrap().code.clone()
}

/// A child signs in and says yes; gives the first question.
pub async fn begin(child: &mut Visitor, code: &str) -> Page {
    let entry = child.get("/").await.ok();
    let assent = child.submit(entry.form("form[action='/card']").set("code", code)).await.ok();
    assert!(assent.says("Hi "), "{}", assent.readable());
    child.submit(assent.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok()
}

/// Answers the question on a page with a code, or `declined`.
pub async fn answer(child: &mut Visitor, page: &Page, value: &str) -> Page {
    child.submit(page.form("form.question").set("answer", value)).await.ok()
}

/// Answers all thirteen items with the code that `choose` gives for a number; gives the last page.
pub async fn answer_all(child: &mut Visitor, mut page: Page, choose: impl Fn(usize) -> &'static str) -> Page {
    for number in 1..=13 {
        assert!(page.says(&format!("Question {number} of 13")), "{}", page.readable());
        page = answer(child, &page, choose(number)).await;
    }
    page
}

/// A member of staff signs in with both factors.
pub async fn staff(server: &Server, role: &str) -> (Visitor, Page) {
    staff_nth(server, role, 0).await
}

/// The backup of the first school's counselor, counted among counselors.
pub fn second_counselor(server: &Server) -> usize {
    let counselors: Vec<_> = server.people().staff.iter().filter(|s| s.role == "counselor").collect();
    let school = counselors[0].email.split('@').nth(1).unwrap();
    let second = |email: &str| email == format!("counselor-2@{school}");
    counselors.iter().position(|s| second(&s.email)).unwrap()
}

/// The `n`-th member of staff with a role signs in with both factors.
pub async fn staff_nth(server: &Server, role: &str, n: usize) -> (Visitor, Page) {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], " ");
    let person =
        server.people().staff.iter().filter(|s| plain(&s.role) == plain(role)).nth(n).unwrap().clone();
    server.sign_in(&person).await
}
