//! Several `firstlight serve` on one PostgreSQL are one Firstlight.

use tests::{Kind, Server};

use crate::people::{answer, begin, staff, teen_card};

/// A child that begins at one node goes on at another with the same cookie, its critical answer is at once in the queue
/// of both, and of two counselors' claims at two nodes one wins.
#[tokio::test]
async fn a_child_and_a_counselor_may_change_nodes_in_the_middle() {
    let one = Server::demo(Kind::Postgres).await;
    let two = one.second().await;
    let mut child = one.visitor();
    begin(&mut child, &teen_card(&one, 0)).await;
    for number in 1..=9 {
        let mut at_its_node = child.at(if number % 2 == 0 { &one.url } else { &two.url });
        let page = at_its_node.get("/check-in").await.ok();
        assert!(page.says(&format!("Question {number} of 13")), "{}", page.readable());
        answer(&mut at_its_node, &page, if number == 9 { "3" } else { "1" }).await;
    }

    let (mut counselor, queue) = staff(&two, "counselor").await;
    let first = queue.text("table tbody tr");
    assert!(first.contains("Critical item 9"), "{first}");
    let mut elsewhere = counselor.at(&one.url);
    let same = elsewhere.get("/queue").await.ok();
    assert_eq!(same.text("table tbody tr td"), queue.text("table tbody tr td"));
    counselor.submit(queue.form("form[action$='/claim']")).await.ok();
    let late = elsewhere.submit(same.form("form[action$='/claim']")).await.is(409);
    assert!(late.says("is on this already"), "{}", late.readable());
}
