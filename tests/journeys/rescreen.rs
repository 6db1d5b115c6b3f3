//! Screening a child again, through the pages: its counselor plans it, the child answers behind a card of its own, and the
//! result is a task of today.

use server::ctx::{Actor, Ctx};
use tests::{Kind, Server, on_both_databases};

use crate::people::{answer_all, begin, staff, teen_card};

/// A day so many days from today, as a form sends it.
fn day(days: i64) -> String {
    Ctx::new(Actor::Console).now.day_in(&jiff::tz::TimeZone::UTC).plus_days(days).to_string()
}

on_both_databases! {
    async fn a_child_is_screened_again_from_the_plan_to_the_counselor_s_task_c_29(kind: Kind) {
        let server = Server::demo(kind).await;
        let mut child = server.visitor();
        let page = begin(&mut child, &teen_card(&server, 0)).await;
        let page = answer_all(&mut child, page, |number| if number <= 9 { "2" } else { "0" }).await;
        child.submit(page.form("form[action='/check-in/finish']")).await.ok();

        let (mut counselor, queue) = staff(&server, "counselor").await;
        let rows = queue.texts("tbody tr");
        let row = rows.iter().position(|row| row.to_lowercase().contains("today") && row.contains("Claim")).unwrap();
        let file = queue.attributes("tbody tr a[href^='/children/']", "href")[row].clone();
        let file = file.split('#').next().unwrap().to_owned();
        let record = counselor.get(&file).await.ok();
        counselor.submit(record.form("form[action$='/claim']")).await.ok();
        let record = counselor.get(&file).await.ok();
        let plan = |due_on: &str| {
            record.form("form[action$='/rescreen']").set("instrument", "phq9_teen").set("due_on", due_on)
        };
        let near = counselor.submit(plan(&day(5))).await.is(422);
        assert!(near.says("it would ask about days it has asked about already"), "{}", near.readable());
        let planned = counselor.submit(plan(&day(21))).await.ok();
        assert!(planned.says("The re-screen is planned") && planned.says("No card yet"), "{}", planned.readable());

        let sheet = counselor.submit(planned.form("form[action$='/card']")).await.ok();
        let code = sheet.text(".student-card-code");
        for word in ["PHQ", "screen", "depress"] {
            assert!(!sheet.texts(".student-card").join(" ").to_lowercase().contains(&word.to_lowercase()), "{word}");
        }
        let mut child = server.visitor();
        let page = begin(&mut child, &code).await;
        assert!(!child.get("/help").await.ok().has("form[action='/check-in/hand']"), "nobody would see a hand");
        let page = answer_all(&mut child, page, |_| "0").await;
        child.submit(page.form("form[action='/check-in/finish']")).await.ok();

        let record = counselor.get(&file).await.ok();
        assert!(record.says("Look at the re-screen with"), "{}", record.readable());
        assert!(!record.has("form[action$='/card']"), "answered, it has no card to make");
    }
}
