//! A letter to a guardian: nobody sees or prints it before a counselor has read it.

use tests::{Kind, Server, on_both_databases};

use crate::people::{answer, begin, staff, teen_card};

on_both_databases! {
    async fn a_guardian_letter_cannot_be_seen_or_printed_before_its_review_c_26(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let mut page = begin(&mut child, &teen_card(&server, 0)).await;
        for number in 1..=9 {
            page = answer(&mut child, &page, if number == 9 { "2" } else { "0" }).await;
        }
        let (mut counselor, queue) = staff(&server, "counselor").await;
        let child_page = queue.attributes("a[href^='/children/']", "href")[0].clone();
        counselor.submit(queue.form("form[action$='/claim']")).await.ok();
        let record = counselor.get(&child_page).await.ok();
        let write = record.attributes("#guardian-letter", "href")[0].clone();
        let form = counselor.get(&write).await.ok();
        let told = form.form("form[action$='/guardian-letter']").set("added", "The PHQ-9 Teen was high.");
        let refused = counselor.submit(told).await.is(422);
        assert!(refused.says("a letter says what happens next"), "{}", refused.readable());
        let plain = refused.form("form[action$='/guardian-letter']").set("added", "Come on Tuesday at two.");
        let review = counselor.submit(plain).await.ok();
        assert!(review.says("Come on Tuesday at two."), "{}", review.readable());
        let letter = review.path().trim_end_matches("/review").to_owned();
        assert!(letter.starts_with("/guardian-letters/"), "{letter}");
        for early in [letter.clone(), format!("{letter}/pdf")] {
            counselor.get(&early).await.is(404);
        }
        assert!(!counselor.get(&child_page).await.ok().says("Come on Tuesday"), "the file shows that one waits, not what it says");
        let unread = counselor
            .submit(review.form("form[action$='/review']").press("answer", "release"))
            .await
            .is(422);
        assert!(unread.says("Read the letter first"));
        counselor.get(&letter).await.is(404);
        let release = unread.form("form[action$='/review']").set("read", "yes").press("answer", "release");
        let after = counselor.submit(release).await.ok();
        assert!(after.says("The letter is released"), "{}", after.readable());
        let sheet = counselor.get(&letter).await.ok();
        assert!(sheet.says("Come on Tuesday at two."));
        for word in ["PHQ", "score", "severe", "Critical"] {
            assert!(!sheet.texts(".letter").join(" ").contains(word), "the letter says {word}");
        }
        let pdf = counselor.get(&format!("{letter}/pdf")).await.ok();
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    }
}
