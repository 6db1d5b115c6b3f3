//! What whoever runs the server sees: metrics, the dashboard and rules that rest on them, and one id for each request.

use std::collections::BTreeSet;

use tests::{Kind, Setup, on_both_databases, place};

/// The metrics that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words =
        text.split(|c| !word(c)).filter(|w| w.starts_with("firstlight_") || w.starts_with("process_"));
    words.map(str::to_owned).collect()
}

fn file(path: &str) -> String {
    std::fs::read_to_string(place::root().join(path)).unwrap()
}

on_both_databases! {
    async fn every_metric_of_the_dashboard_and_the_rules_is_there(kind: Kind) {
        let server = Setup::new().demo(tests::SMALL).start(kind).await;
        let page = server.visitor().get("/metrics").await.ok();
        let there = named(&page.body());
        let (board, rules) = (file("server/ops/grafana.json"), file("server/ops/alerts.yml"));
        serde_json::from_str::<serde_json::Value>(&board).expect("the dashboard is JSON");
        let wanted: BTreeSet<String> = named(&board).union(&named(&rules)).cloned().collect();
        assert!(wanted.len() > 8, "{wanted:?}");
        let missing: Vec<_> = wanted.difference(&there).collect();
        assert!(missing.is_empty(), "not in /metrics: {missing:?}");
        // And what is there is drawn, but for what the program is.
        let drawn: BTreeSet<String> = named(&board).into_iter().map(|name| base(&name)).collect();
        let silent: Vec<_> =
            there.iter().map(|name| base(name)).filter(|name| !drawn.contains(name) && name != "firstlight_info").collect();
        assert!(silent.is_empty(), "on no panel: {silent:?}");
    }
}

/// A histogram's name without what its lines add.
fn base(name: &str) -> String {
    ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
}

#[tokio::test]
async fn metrics_have_no_label_but_these_log_03() {
    let server = Setup::new().demo(tests::SMALL).start(Kind::Sqlite).await;
    let card = server.people().cards[0].code.clone();
    let mut child = server.visitor();
    let door = child.get("/").await.ok();
    child.submit(door.form("form[action='/card']").set("code", &card)).await;
    let body = server.visitor().get("/metrics").await.ok().body();
    let lines = body.lines().filter(|line| !line.starts_with('#'));
    let labels: BTreeSet<&str> = lines
        .filter_map(|line| Some(line.split_once('{')?.1.split_once('}')?.0))
        .flat_map(|labels| labels.split(','))
        .filter_map(|label| Some(label.split_once('=')?.0))
        .collect();
    assert_eq!(labels, BTreeSet::from(["cause", "class", "database", "kind", "le", "part", "version"]));
    let seen = body
        .lines()
        .find(|line| line.starts_with("firstlight_request_seconds_count{kind=\"child\"}"))
        .unwrap();
    assert!(!seen.ends_with(" 0"), "{seen}");
    assert!(body.contains("firstlight_writes_refused_total{cause=\"disk\"} 0"));
}

#[tokio::test]
async fn every_answer_carries_an_id_that_the_log_has_too_and_nobody_can_choose_it() {
    let server =
        Setup::new().demo(tests::SMALL).environment("FIRSTLIGHT_LOG", "debug").start(Kind::Sqlite).await;
    let mut ids = BTreeSet::new();
    for path in ["/", "/help", "/no-such-page", "/healthz", "/assets/no-such-file"] {
        let page = server.visitor().get(path).await;
        let id = page.header("x-request-id").unwrap_or_else(|| panic!("{path} has no id")).to_owned();
        assert!(uuid::Uuid::parse_str(&id).is_ok(), "{id}");
        assert!(server.logs(&id).await, "the log does not know {id} of {path}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 5, "each has its own");
    let chosen = uuid::Uuid::new_v4().to_string();
    let mut device = tests::device::Device::new(server.url.trim_start_matches("http://"));
    device.header("x-request-id", &chosen);
    let answer = device.once("GET", "/", tests::device::Body::None).await.unwrap();
    assert!(answer.request_id.is_some_and(|id| id != chosen));
    assert!(!server.log().contains(&chosen));
}

#[tokio::test]
async fn an_id_of_a_trusted_proxy_is_taken_over() {
    let server = Setup::new().setting("HTTP__TRUSTED_PROXIES", "127.0.0.1").start(Kind::Sqlite).await;
    let chosen = uuid::Uuid::new_v4().to_string();
    for (given, taken) in [(chosen.as_str(), true), ("a word of somebody's own", false)] {
        let mut device = tests::device::Device::new(server.url.trim_start_matches("http://"));
        device.header("x-request-id", given);
        let answer = device.once("GET", "/", tests::device::Body::None).await.unwrap();
        assert_eq!(answer.request_id.as_deref() == Some(given), taken, "{given}");
    }
}
