//! The counselor's walk when things go wrong: two counselors on one child, and a mail server that takes nothing.

use tests::{Kind, MailServer, Server, Setup, Visitor, on_both_databases};

use crate::live_queue::{follow, until};
use crate::people::{answer, begin, second_counselor, staff, staff_nth, teen_card};

/// A teen answers item 9 and closes the tab.
async fn critical_answer(server: &Server) {
    let mut child = server.visitor();
    let mut page = begin(&mut child, &teen_card(server, 0)).await;
    for number in 1..=9 {
        page = answer(&mut child, &page, if number == 9 { "2" } else { "0" }).await;
    }
}

/// Loads a page again whenever an open tab would be told to, until it says what is wanted.
async fn comes_to_say(server: &Server, visitor: &mut Visitor, wanted: impl Fn(&str) -> bool) {
    let mut stream = follow(server, visitor).await;
    let mut text = String::new();
    until(&mut stream, &mut text, "text/event-stream").await;
    while !wanted(&visitor.get("/account").await.ok().readable()) {
        text.clear();
        until(&mut stream, &mut text, "data:").await;
    }
}

on_both_databases! {
    async fn of_two_counselors_who_claim_at_once_one_has_it_and_the_other_learns_who_c_06(kind: Kind) {
        let server = Server::demo(kind).await;
        critical_answer(&server).await;
        let (mut ana, queue) = staff(&server, "counselor").await;
        let (mut ben, same) = staff_nth(&server, "counselor", second_counselor(&server)).await;
        let form = queue.form("form[action$='/claim']");
        let child = queue.attributes("a[href^='/children/']", "href")[0].clone();
        assert_eq!(same.attributes("a[href^='/children/']", "href")[0], child, "both see the critical one first");
        let (one, two) = tokio::join!(ana.submit(form), ben.submit(same.form("form[action$='/claim']")));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        assert!(won.says("You are on this now"), "{}", won.readable());
        assert_eq!(lost.status, 409, "{}", lost.readable());
        let says = lost.readable();
        let names: Vec<&str> = server.people().staff.iter().map(|s| s.name.as_str()).collect();
        assert!(names.iter().any(|name| says.contains(&format!("{name} is on this already"))), "{says}");
        // Whoever was slower loses nothing: the file opens, and says who is on it.
        let file = ben.get(&child).await.ok();
        assert!(file.says("is on this since"), "{}", file.readable());
    }

    async fn with_the_mail_server_down_responders_are_told_and_the_mail_leaves_when_it_is_back_rel_11(kind: Kind) {
        let mail = MailServer::start().await;
        mail.refuse(usize::MAX);
        let setup = Setup::new()
            .demo(tests::SMALL)
            .setting("ALERTS__SMTP", &mail.url())
            .setting("ALERTS__FROM", "Firstlight <alerts@school.example>");
        let server = setup.start(kind).await;
        critical_answer(&server).await;
        let (mut counselor, queue) = staff(&server, "counselor").await;
        // Nothing is lost: the queue has it at once, and every responder's page says that no mail leaves.
        assert!(queue.says("Critical item 9"));
        comes_to_say(&server, &mut counselor, |page| page.contains("could not leave")).await;
        let (mut lead, _) = staff(&server, "school_lead").await;
        assert!(lead.get("/account").await.ok().says("could not leave"));
        assert_eq!(mail.mails().len(), 0);

        mail.refuse(0);
        comes_to_say(&server, &mut counselor, |page| !page.contains("could not leave")).await;
        let urgent = mail.mails().into_iter().filter(|mail| mail.contains("urgent")).count();
        assert!(urgent >= 1, "what could not leave has left: {:?}", mail.mails());
        counselor.submit(queue.form("form[action$='/claim']")).await.ok();
    }
}
