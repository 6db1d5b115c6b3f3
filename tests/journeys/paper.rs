//! What a counselor prints: the letter to a service, the safety plan to take home, the hand-over sheet. Paper says what
//! the screen says, and that it was printed is on the child's list of looks.

use tests::{Kind, Page, Server, Visitor, on_both_databases};

use crate::people::{answer, begin, staff, teen_card};

/// The paper says every word of the screen's sheet.
fn says_the_same(screen: &Page, paper: &Page) {
    let printed = paper.pdf().concat();
    let words = screen.texts(".sheet h1, .sheet h2, .sheet p, .sheet li, .sheet dt");
    assert!(words.len() > 6, "{words:?}");
    for words in words {
        let words: String = words.split_whitespace().collect();
        assert!(printed.contains(&words), "the paper lacks “{words}”: {printed}");
    }
}

/// A counselor on a child with a critical answer, a second look, a plan and a referral outside.
async fn on_a_child(server: &Server) -> (Visitor, String, String) {
    let mut child = server.visitor();
    let mut page = begin(&mut child, &teen_card(server, 0)).await;
    for number in 1..=9 {
        page = answer(&mut child, &page, if number == 9 { "2" } else { "0" }).await;
    }
    let (mut counselor, queue) = staff(server, "counselor").await;
    let file = queue.attributes("a[href^='/children/']", "href")[0].clone();
    counselor.submit(queue.form("form[action$='/claim']")).await.ok();
    let record = counselor.get(&file).await.ok();
    let path = |end: &str| record.attributes(&format!("a[href$='/{end}']"), "href")[0].clone();
    let look = counselor.get(&path("assessment")).await.ok();
    let look = look.form("form[action$='/assessment']").set("danger", "possible").set("level", "critical");
    counselor.submit(look.set("summary", "Low for weeks.").set("strengths", "Her aunt.")).await.ok();
    let plan = counselor.get(&path("plan")).await.ok();
    let plan = plan.form("form[action$='/plan']").set("warning_signs", "I stop answering.\nI stay in bed.");
    let plan = plan.set("professionals", "Room 12").set("safer_place", "Mom keeps the medicine.");
    counselor.submit(plan).await.ok();
    let outside = counselor.get(&path("outside")).await.ok();
    let service = outside.attributes("select[name=service] option:not([value=''])", "value")[0].clone();
    let outside =
        outside.form("form[action$='/outside']").set("service", &service).set("consent", "guardian");
    let outside = outside
        .set("consent_words", "Mother, by phone.")
        .set("letter", "Please see her soon.\nShe sleeps badly.");
    let sent = counselor.submit(outside).await.ok();
    let letter = sent.attributes("a[href$='/letter']", "href")[0].clone();
    (counselor, file, letter)
}

on_both_databases! {
    async fn what_is_printed_says_what_the_screen_says_and_is_on_the_list_of_looks_c_25_c_27_c_31(kind: Kind) {
        let server = Server::demo(kind).await;
        let (mut counselor, file, letter) = on_a_child(&server).await;

        let screen = counselor.get(&letter).await.ok();
        let paper = counselor.get(&format!("{letter}/pdf")).await.ok();
        says_the_same(&screen, &paper);
        assert!(screen.says("Please see her soon.") && !screen.says("Critical item"), "the letter says what was written for the service, and no more");

        let screen = counselor.get(&format!("{file}/plan")).await.ok();
        for size in ["", "?paper=a6"] {
            let paper = counselor.get(&format!("{file}/plan/pdf{size}")).await.ok();
            says_the_same(&screen, &paper);
        }
        assert!(screen.says("I stop answering.") && screen.says("Mom keeps the medicine."));
        for word in ["Critical", "PHQ", "score", "Low for weeks."] {
            assert!(!screen.texts(".sheet").join(" ").contains(word), "a child's plan says {word}");
        }

        let screen = counselor.get(&format!("{file}/hand-over")).await.ok();
        let paper = counselor.get(&format!("{file}/hand-over/pdf")).await.ok();
        says_the_same(&screen, &paper);
        assert_eq!(paper.pdf().len(), 1, "a hand-over is one page");
        for part in ["Critical item 9", "Low for weeks.", "I stop answering.", "Look again after 7 days", "Phones"] {
            assert!(screen.says(part), "the hand-over lacks {part}: {}", screen.readable());
        }

        let times = async |counselor: &mut Visitor| {
            let looks = counselor.get(&format!("{file}/looks")).await.ok();
            let often = looks.texts("td[data-label='How often']");
            often.iter().filter_map(|words| words.split(' ').next()?.parse::<usize>().ok()).max().unwrap()
        };
        let before = times(&mut counselor).await;
        counselor.get(&format!("{file}/plan/pdf")).await.ok();
        assert_eq!(times(&mut counselor).await, before + 2, "the file was opened, and its plan printed");
    }
}
