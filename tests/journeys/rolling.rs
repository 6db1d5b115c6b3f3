//! Nodes are stopped and started one after the other while children check in (REL-21).

use server::store::Record;
use tests::{Kind, Page, Server, Visitor};

use crate::people::teen_card;

const CHILDREN: usize = 8;
const FORM: &str = "application/x-www-form-urlencoded";

/// A child's browser behind a proxy with two nodes: what one refuses, or breaks off, goes to the other as it is.
struct Behind {
    child: Visitor,
    nodes: [String; 2],
    at: usize,
}

impl Behind {
    async fn ask(&mut self, method: &str, path: &str, body: Option<String>) -> Page {
        // Each try goes to one of two nodes of which one is up: many of them in a row mean that both are away.
        for _ in 0..100_000 {
            let mut here = self.child.at(&self.nodes[self.at]);
            let body = body.clone().map(|body| (FORM, body.into_bytes()));
            match here.try_request(method, path, body).await {
                Ok(page) if page.status != 503 => {
                    self.child = here;
                    return page;
                }
                _ => self.at = 1 - self.at,
            }
        }
        panic!("no node answers {method} {path}");
    }

    /// Opens a page, and whatever it leads to.
    async fn get(&mut self, path: &str) -> Page {
        let mut page = self.ask("GET", path, None).await;
        while let Some(next) = page.header("location").map(str::to_owned) {
            page = self.ask("GET", &next, None).await;
        }
        page.ok()
    }

    /// Sends a form's fields and opens what comes of it.
    async fn send(&mut self, path: &str, fields: &[(String, String)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let page = self.ask("POST", path, Some(body)).await;
        match page.header("location").map(str::to_owned) {
            Some(next) => self.get(&next).await,
            None => page.ok(),
        }
    }
}

/// The hidden fields of a form and what is pressed or chosen in it.
fn filled(page: &Page, css: &str, name: &str, value: &str) -> (String, Vec<(String, String)>) {
    let form = page.form(css);
    let action = page.attributes(css, "action").into_iter().next().unwrap_or_else(|| page.path().to_owned());
    let hidden = page.attributes(&format!("{css} input[type='hidden']"), "name");
    let mut fields: Vec<(String, String)> = hidden
        .into_iter()
        .map(|name| (name.clone(), form.value(&name).unwrap_or_default().to_owned()))
        .collect();
    if !name.is_empty() {
        fields.push((name.to_owned(), value.to_owned()));
    }
    (action, fields)
}

async fn check_in(mut one: Behind, code: String) {
    let door = one.get("/").await;
    let (action, fields) = filled(&door, "form[action='/card']", "code", &code);
    let assent = one.send(&action, &fields).await;
    let (action, fields) = filled(&assent, "form[action='/check-in/assent']", "assent", "yes");
    let mut page = one.send(&action, &fields).await;
    for number in 1..=13 {
        assert!(page.says(&format!("Question {number} of 13")), "{}", page.readable());
        let (action, fields) = filled(&page, "form.question", "answer", if number == 9 { "1" } else { "0" });
        page = one.send(&action, &fields).await;
    }
    let (action, fields) = filled(&page, "form[action='/check-in/finish']", "", "");
    let done = one.send(&action, &fields).await;
    assert_eq!(done.path(), "/check-in/done");
}

async fn count<T: Record>(server: &Server, sql: &'static str) -> Vec<T> {
    server.reading().await.all(sql, vec![]).await.unwrap()
}

/// Threads of their own for the children: the test itself waits for each node to end. Every child comes to its last page, and everything it gave is there once: answers, the hand-in, the referral.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_fails_no_check_in_and_doubles_none_rel_21() {
    let mut one = Server::demo(Kind::Postgres).await;
    let mut two = one.second().await;
    let before: Vec<(i64,)> =
        count(&one, "select count(*) from administrations where state = 'submitted'").await;
    let nodes = [one.url.clone(), two.url.clone()];
    let mut children = Vec::new();
    for n in 0..CHILDREN {
        let behind = Behind { child: one.visitor(), nodes: nodes.clone(), at: n % 2 };
        let code = teen_card(&one, n);
        children.push(tokio::spawn(async move {
            check_in(behind, code).await;
        }));
    }
    // Each node goes and comes back, again and again, for as long as a child is under way.
    let mut rounds = 0;
    while rounds == 0 || children.iter().any(|child| !child.is_finished()) {
        for node in [&mut one, &mut two] {
            assert!(node.stop(), "a node did not end cleanly");
            node.start_again().await;
        }
        rounds += 1;
    }
    for child in children {
        child.await.unwrap();
    }
    let after: Vec<(i64,)> =
        count(&one, "select count(*) from administrations where state = 'submitted'").await;
    assert_eq!(after[0].0 - before[0].0, i64::try_from(CHILDREN).unwrap());
    let doubled: Vec<(i64,)> = count(
        &one,
        "select count(*) from (select administration_id, item from responses group by administration_id, item \
         having count(*) > 1) x",
    )
    .await;
    assert_eq!(doubled[0].0, 0);
}
