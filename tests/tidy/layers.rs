//! Wall 10: who may call whom. `pages` call `api`, `api` calls `services`, `http` and `jobs` call `services`, and only
//! `services` (and `charts`, which read) call `store`.

use crate::lexer::{skeleton, without_tests};
use crate::none;
use crate::repository::{Source, has_word, sources};

/// A folder or file, and the modules that it must not name.
const CLOSED: &[(&str, &[&str])] = &[
    ("app/src/pages", &["services", "store", "charts", "jobs", "config"]),
    ("app/src/islands", &["services", "store", "charts", "jobs", "config", "policy"]),
    ("app/src/staff_islands", &["services", "store", "charts", "jobs", "config", "policy"]),
    ("app/src/components", &["services", "store", "charts", "jobs", "config"]),
    ("app/src/api", &["store", "jobs"]),
    ("server/src/http", &["store"]),
    ("server/src/jobs", &["store"]),
    ("server/src/draw", &["store", "services", "charts", "ctx"]),
    ("server/src/model", &["store", "services", "charts", "ctx", "http", "jobs"]),
    ("server/src/policy.rs", &["store", "services", "charts", "http", "jobs"]),
    ("server/src/referral_rules", &["store", "services", "charts", "http", "jobs"]),
    ("server/src/capacity", &["store", "services", "charts", "ctx", "http", "jobs"]),
    ("server/src/suppression", &["store", "services", "charts", "http", "jobs"]),
    ("server/src/store", &["services", "charts", "http", "jobs"]),
    ("server/src/services", &["http", "jobs"]),
    ("server/src/charts", &["services", "http", "jobs"]),
];

#[test]
fn each_layer_calls_only_the_one_below() {
    let breaches = CLOSED.iter().flat_map(|(place, closed)| {
        sources(&[place], &["rs"]).iter().flat_map(|source| calls(source, closed)).collect::<Vec<_>>()
    });
    none(breaches.collect(), "go through the layer between");
}

fn calls(source: &Source, closed: &[&str]) -> Vec<String> {
    let plain = skeleton(without_tests(&source.text));
    source.lines(&plain, |line| {
        closed.iter().find(|module| names(line, module)).map(|module| format!("names {module}"))
    })
}

/// Whether a line names a module of the server: `server::store`, `crate::store`, `super::store`, or inside braces
/// `{store::x, …}`; `reactive::store` and a field `store` are something else.
fn names(line: &str, module: &str) -> bool {
    if !has_word(line, module) {
        return false;
    }
    let roots = ["server", "crate", "super"].iter().any(|root| has_word(line, &format!("{root}::{module}")));
    let inside = line.contains("server::{") || line.contains("crate::{") || line.contains("super::{");
    roots || (inside && has_word(line, module))
}

#[test]
fn a_page_that_reaches_past_its_api_is_noticed() {
    let page = "use server::model::ChildId;\n// server::store is closed\nuse server::{model::Day, services};\n\
                let x = server::store::children::get(id);\nlet store = provide(store);\nuse crate::api::queue;";
    let found = calls(&Source::new("x.rs", page), CLOSED[0].1);
    assert_eq!(found, ["x.rs:3: names services", "x.rs:4: names store"]);
}

#[test]
fn a_transaction_is_begun_only_in_the_store() {
    let files = sources(&["server/src", "app/src"], &["rs"]);
    let others = files.iter().filter(|source| !source.path.starts_with("server/src/store/"));
    none(others.flat_map(begins).collect(), "use `store.write(&ctx, …)`: it carries the actor and the audit");
}

fn begins(source: &Source) -> Vec<String> {
    let plain = skeleton(without_tests(&source.text));
    source.lines(&plain, |line| line.contains(".begin(").then(|| "begins a transaction".into()))
}

#[test]
fn a_transaction_without_a_ctx_is_noticed() {
    assert_eq!(
        begins(&Source::new("x.rs", "let tx = pool.begin().await?;")),
        ["x.rs:1: begins a transaction"]
    );
}
