//! The routes that speak JSON, asked by a machine: what `firstlight openapi` says is what they do, and what it does not say
//! is refused. A hundred thousand malformed requests in the full run (INP-01), a short form otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use server::model::people::Role;
use tests::Page;

use crate::hostile::{Dice, full};
use crate::table::{Asker, Scope, Visits, World, fill};

const SLOWEST: Duration = Duration::from_secs(2);
const FORM: &str = "application/x-www-form-urlencoded";

/// A route of the document.
struct Operation {
    method: String,
    path: String,
    /// Kind of body and its schema.
    body: Option<(String, Value)>,
    /// Status to the schema of its answer, where it has one.
    answers: BTreeMap<u16, Option<Value>>,
}

impl Operation {
    fn takes_json(&self) -> bool {
        self.body.as_ref().is_some_and(|(kind, _)| kind == "application/json")
    }
}

struct Document(Value);

impl Document {
    fn read() -> Self {
        Self(serde_json::from_str(&app::openapi::document()).unwrap())
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().unwrap() {
            for (method, said) in methods.as_object().unwrap() {
                let content = |part: &Value| {
                    let (kind, of) = part["content"].as_object()?.iter().next()?;
                    Some((kind.clone(), of["schema"].clone()))
                };
                let answers = said["responses"].as_object().unwrap().iter().map(|(status, answer)| {
                    let schema = content(answer).filter(|(kind, _)| kind == "application/json");
                    (status.parse().unwrap(), schema.map(|(_, schema)| schema))
                });
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    body: content(&said["requestBody"]),
                    answers: answers.collect(),
                });
            }
        }
        assert!(operations.len() >= 11, "{}", operations.len());
        operations
    }

    /// A schema in place of a reference to it.
    fn whole<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => {
                let found = &self.0["components"]["schemas"][name.rsplit('/').next().unwrap()];
                assert!(found.is_object(), "{name} is named and not described");
                found
            }
            None => schema,
        }
    }

    /// A value that fits.
    fn fitting(&self, schema: &Value, dice: &mut Dice) -> Value {
        let schema = self.whole(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            return self.fitting(&choices[dice.below(choices.len())], dice);
        }
        if let Some(words) = schema["enum"].as_array() {
            return words[dice.below(words.len())].clone();
        }
        match schema["type"].as_str() {
            Some("object") => {
                let properties = schema["properties"].as_object().cloned().unwrap_or_default();
                properties
                    .iter()
                    .map(|(name, of)| (name.clone(), self.fitting(of, dice)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            Some("array") => (0..1 + dice.below(3)).map(|_| self.fitting(&schema["items"], dice)).collect(),
            Some("integer") => json!(dice.below(5)),
            Some("boolean") => json!(dice.below(2) == 0),
            _ if schema["format"] == "uuid" => {
                json!(uuid::Uuid::from_u128(u128::from(dice.next())).to_string())
            }
            _ => json!(["1", "en", "phq9_teen", "x"][dice.below(4)]),
        }
    }

    /// What is wrong with a value, where something is.
    fn fault(&self, schema: &Value, value: &Value, place: &str) -> Option<String> {
        let schema = self.whole(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            let fits = choices.iter().any(|choice| self.fault(choice, value, place).is_none());
            return (!fits).then(|| format!("{place} fits no choice: {value}"));
        }
        if let Some(words) = schema["enum"].as_array() {
            return (!words.contains(value)).then(|| format!("{place} is none of the words: {value}"));
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        let fits = kinds.is_empty()
            || kinds.iter().any(|kind| match *kind {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "integer" => value.is_i64() || value.is_u64(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                _ => value.is_string(),
            });
        if !fits {
            return Some(format!("{place} is no {kinds:?}: {value}"));
        }
        if let (Some(properties), Some(given)) = (schema["properties"].as_object(), value.as_object()) {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            for name in required {
                if !given.contains_key(name) {
                    return Some(format!("{place} has no {name}"));
                }
            }
            for (name, value) in given {
                // An answer says nothing that is not described.
                let Some(of) = properties.get(name) else { return Some(format!("{place} tells {name}")) };
                if let Some(fault) = self.fault(of, value, &format!("{place}.{name}")) {
                    return Some(fault);
                }
            }
        }
        let items = value.as_array().into_iter().flatten().enumerate();
        items.filter_map(|(n, item)| self.fault(&schema["items"], item, &format!("{place}[{n}]"))).next()
    }
}

/// Who asks an operation, and its path about something of theirs.
fn place(world: &World, operation: &Operation, dice: &mut Dice) -> (Visits, String) {
    let of =
        |role: Role, kind| (Visits::Staff(role), fill(&operation.path, world.thing(kind, Scope::School)));
    match operation.path.as_str() {
        "/ratings/{window}/{class}/{instrument}/cell" => of(Role::Teacher, "grid"),
        "/children/{id}/drafts/{form}" => {
            let (visits, path) = of(Role::Counselor, "draft");
            (visits, format!("{path}?page={}", ["9999999999999", "-1", "", "1e9", "x"][dice.below(5)]))
        }
        "/check-in/audio/{number}/{part}" => {
            let (number, part) =
                (["1", "0", "-1", "99999999999999999999", "x"], ["item", "1", "0", "%00", "999"]);
            (Visits::Student, format!("/check-in/audio/{}/{}", number[dice.below(5)], part[dice.below(5)]))
        }
        "/cover" => (Visits::Staff(Role::Counselor), "/cover?here=1".to_owned()),
        path if path.starts_with("/check-in/") => (Visits::Student, path.to_owned()),
        path => (Visits::Staff(Role::Counselor), path.to_owned()),
    }
}

/// Every node of a value by the way to it.
fn nodes(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, part)| nodes(part, format!("{here}/{name}"), found))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, part)| nodes(part, format!("{here}/{n}"), found))
        }
        _ => {}
    }
    found.push(here);
}

/// A body with one thing wrong with it, and what that is.
struct Malformed {
    what: &'static str,
    kind: &'static str,
    bytes: Vec<u8>,
}

/// What stands in place of one value of a body. `"raw"` marks what JSON cannot hold and is put in as text.
const RAW: &str = "\"the place of something raw\"";

fn malformed(document: &Document, schema: &Value, dice: &mut Dice) -> Malformed {
    let mut value = document.fitting(schema, dice);
    let mut places = Vec::new();
    nodes(&value, String::new(), &mut places);
    let at = places[dice.below(places.len())].clone();
    let is_object = |value: &Value, at: &String| value.pointer(at).is_some_and(Value::is_object);
    let objects: Vec<String> = places.iter().filter(|at| is_object(&value, at)).cloned().collect();
    let object = objects[dice.below(objects.len())].clone();
    let mut raw = None;
    let mut kind = "application/json";
    let case = dice.below(14);
    let what = match case {
        0 => {
            let before = value.pointer(&at).cloned().unwrap_or_default();
            let others = [json!(null), json!(1.5), json!([]), json!({"a": 1}), json!([[]]), json!({})];
            let other = others[dice.below(others.len())].clone();
            // An empty list is a list, and no other kind of value than a full one.
            let same = other == before || (other.is_array() && before.is_array());
            *value.pointer_mut(&at).unwrap() = if same { json!(0.5) } else { other };
            "a value of another kind"
        }
        1 => {
            let texts =
                ["-1", "4294967296", "-9223372036854775809", "1e400", "1e-400", "NaN", "0x10", "01", "-0.0"];
            *value.pointer_mut(&at).unwrap() = json!("the place of something raw");
            raw = Some(texts[dice.below(texts.len())].to_owned());
            "a number out of range"
        }
        2 => {
            let map = value.pointer_mut(&object).and_then(Value::as_object_mut).unwrap();
            let names: Vec<String> = map.keys().cloned().collect();
            map.remove(&names[dice.below(names.len())]);
            "a key too few"
        }
        3 => {
            let names = ["role", "__proto__", "", "Token", "id", "answers ", "\u{202e}x", "constructor"];
            let map = value.pointer_mut(&object).and_then(Value::as_object_mut).unwrap();
            map.insert(names[dice.below(names.len())].to_owned(), json!(true));
            "a key too many"
        }
        4 => {
            let depth = [20, 200, 5_000, 30_000][dice.below(4)];
            let (open, close) = if dice.below(2) == 0 { ("[", "]") } else { ("{\"a\":", "}") };
            *value.pointer_mut(&at).unwrap() = json!("the place of something raw");
            raw = Some(format!("{}1{}", open.repeat(depth), close.repeat(depth)));
            "nested too deep"
        }
        5 => {
            let long = [3_000, 60_000, 70_000, 300_000][dice.below(4)];
            *value.pointer_mut(&at).unwrap() = json!("\u{1F4A9}".repeat(long / 4));
            "a huge text"
        }
        6 => {
            let texts =
                ["\u{0}", "\u{202e}", "a\r\nb", "' or 1=1 --", "\u{feff}", "{{7*7}}", "%00", "../../etc"];
            *value.pointer_mut(&at).unwrap() = json!(texts[dice.below(texts.len())]);
            "an odd text"
        }
        7 => {
            *value.pointer_mut(&at).unwrap() = json!("the place of something raw");
            let texts = ["\"\\ud800\"", "\"\\uZZZZ\"", "\"\\x\"", "'a'", "undefined", "\"a", "tru", "\"\t\""];
            raw = Some(texts[dice.below(texts.len())].to_owned());
            "a text that is none"
        }
        8 => "broken UTF-8",
        9 => "cut off",
        10 => {
            kind = [
                "",
                FORM,
                "text/plain",
                "application/xml",
                "multipart/form-data",
                "application/json; charset=utf-7",
            ][dice.below(6)];
            "another kind of content"
        }
        11 => "with something behind it",
        12 => "nothing at all",
        _ => "a key twice",
    };
    let mut bytes = serde_json::to_vec(&value).unwrap();
    if let Some(raw) = raw {
        bytes = String::from_utf8(bytes).unwrap().replacen(RAW, &raw, 1).into_bytes();
    }
    match case {
        8 => bytes.insert(dice.below(bytes.len()), [0xff, 0xc0, 0xed, 0x80][dice.below(4)]),
        9 => bytes.truncate(dice.below(bytes.len())),
        11 => bytes.extend_from_slice([b"}".as_slice(), b",1", b"\0", b"{}"][dice.below(4)]),
        12 => bytes.clear(),
        13 => {
            let text = String::from_utf8(bytes).unwrap();
            let inside = text[1..text.len() - 1].to_owned();
            bytes = format!("{{{inside},{inside}}}").into_bytes();
        }
        _ => {}
    }
    Malformed { what, kind, bytes }
}

/// The same for a form: fields that are there twice, broken escapes, no token, a token of somebody else.
fn malformed_form(token: &str, dice: &mut Dice) -> Malformed {
    let long = "9".repeat(70_000);
    let bodies: [(&str, String); 9] = [
        ("nothing at all", String::new()),
        ("no token", "a=1&b".to_owned()),
        ("a made-up token", format!("token={}", "0".repeat(32))),
        ("a broken escape", format!("token={token}&a=%")),
        ("broken UTF-8", format!("token={token}&a=%ff%fe")),
        ("a huge text", format!("token={token}&secret={long}")),
        ("many fields", format!("token={token}{}", "&a=1".repeat(2_000))),
        ("odd texts", format!("token={token}&secret=%00%0d%0a&body={}&page=%F0%9F%92%A9", "&".repeat(50))),
        ("JSON in place of a form", format!("{{\"token\":\"{token}\"}}")),
    ];
    let (what, body) = &bodies[dice.below(bodies.len())];
    Malformed { what, kind: [FORM, "application/json", ""][dice.below(3)], bytes: body.clone().into_bytes() }
}

async fn send(asker: &Asker, operation: &Operation, path: &str, body: Option<(&str, Vec<u8>)>) -> Page {
    let mut visitor = asker.visitor.clone().with_header("x-form-token", &asker.token);
    // A connection on which too much was sent is closed with the answer, and the next request may still find it in the
    // pool: it goes on another one.
    let mut last = String::new();
    for _ in 0..3 {
        match visitor.try_request(&operation.method, path, body.clone()).await {
            Ok(page) => return page,
            Err(error) => last = error,
        }
    }
    panic!("{} {path}: {last}", operation.method);
}

/// Whether an answer is one that the document knows.
fn known(document: &Document, operation: &Operation, page: &Page) -> Option<String> {
    let place = format!("{} {} answers {}", operation.method, operation.path, page.status);
    let Some(schema) = operation.answers.get(&page.status) else {
        return Some(format!("{place}, which is not described: {}", page.readable()));
    };
    let is_json = page.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let (true, Some(schema)) = (is_json, schema) else { return None };
    let value = serde_json::from_slice(&page.bytes).unwrap_or_default();
    document.fault(schema, &value, "it").map(|fault| format!("{place}: {fault}"))
}

/// INP-01: whatever is sent, it is refused in one of the ways that are described, at once, and nothing breaks.
#[tokio::test]
async fn malformed_json_is_refused_as_the_document_says_inp_01() {
    let world = World::new().await;
    let document = Document::read();
    let operations = document.operations();
    let rounds = if full() { 100_000 } else { 4_000 };
    let mut dice = Dice(0x0A11_CE5E_ED01);
    let (mut counts, mut by_status) = (BTreeMap::<&str, usize>::new(), BTreeMap::<u16, usize>::new());
    let (mut slowest, mut wrong) = (Duration::ZERO, BTreeSet::new());
    for _ in 0..rounds {
        // Three of four go to the routes that take JSON.
        let any = dice.below(4) == 0;
        let chosen: Vec<&Operation> = operations.iter().filter(|o| any || o.takes_json()).collect();
        let operation = chosen[dice.below(chosen.len())];
        let (visits, path) = place(&world, operation, &mut dice);
        let asker = &world.askers[&visits];
        let sent = match &operation.body {
            Some((kind, schema)) if kind == "application/json" => {
                let sent = malformed(&document, schema, &mut dice);
                // A whole hand-in under another kind of content is a hand-in: the check-in would be over.
                let whole = ["another kind of content", "an odd text"].contains(&sent.what);
                if whole && operation.path == "/check-in/hand-in" { continue } else { sent }
            }
            Some(_) => malformed_form(&asker.token, &mut dice),
            None => Malformed { what: "an odd address", kind: "", bytes: Vec::new() },
        };
        let from = Instant::now();
        let body = operation.body.as_ref().map(|_| (sent.kind, sent.bytes.clone()));
        let page = send(asker, operation, &path, body).await;
        slowest = slowest.max(from.elapsed());
        *counts.entry(sent.what).or_default() += 1;
        *by_status.entry(page.status).or_default() += 1;
        let place = format!("{} {path} with {}", operation.method, sent.what);
        assert!(page.status < 500, "{place} answers {}: {}", page.status, page.readable());
        wrong.extend(known(&document, operation, &page));
        // What can be no value of this route is never taken.
        let never = [
            "a value of another kind",
            "a key too few",
            "a key too many",
            "nested too deep",
            "a text that is none",
            "broken UTF-8",
            "cut off",
            "with something behind it",
            "nothing at all",
            "a key twice",
        ];
        let optional = sent.what == "a key too few" && operation.path == "/check-in/answers";
        if page.status < 300 && never.contains(&sent.what) && !optional && operation.body.is_some() {
            let text = String::from_utf8_lossy(&sent.bytes).chars().take(200).collect::<String>();
            wrong.insert(format!("{place} is taken ({}): {text}", page.status));
        }
    }
    let log = world.server.log();
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(world.server.visitor().status("/readyz").await, Some(200));
    println!(
        "{rounds} malformed requests to {} operations ({counts:?}): by status {by_status:?}, 0 failures of ours, 0 panics, \
         the slowest {slowest:?}",
        operations.len()
    );
    assert!(slowest < SLOWEST, "{slowest:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The printed document is what the routes do: each answers a request that fits with an answer that is described.
#[tokio::test]
async fn what_the_document_says_is_what_the_routes_do_inp_01() {
    let world = World::new().await;
    let document = Document::read();
    let printed = world.server.command(&["openapi"]).succeeded();
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), document.0);
    let mut wrong = Vec::new();
    let mut done = BTreeSet::new();
    // Handing in comes last: it ends the check-in.
    let mut operations = document.operations();
    operations.sort_by_key(|operation| operation.path == "/check-in/hand-in");
    for operation in &operations {
        let mut dice = Dice(7);
        let (visits, path) = place(&world, operation, &mut dice);
        let asker = &world.askers[&visits];
        let body = operation.body.as_ref().map(|(kind, schema)| match kind.as_str() {
            "application/json" => {
                let mut fitting = document.fitting(schema, &mut dice);
                if operation.path.ends_with("/cell") {
                    fitting["value"] = json!("");
                }
                (kind.as_str(), serde_json::to_vec(&fitting).unwrap())
            }
            _ => (kind.as_str(), format!("token={}", asker.token).into_bytes()),
        });
        let page = send(asker, operation, &path, body.clone()).await;
        wrong.extend(known(&document, operation, &page));
        if page.status < 300 {
            done.insert(operation.path.clone());
        }
        // And the same from somebody who is not signed in is refused in a described way.
        let page = send(&world.askers[&Visits::Nobody], operation, &path, body).await;
        wrong.extend(known(&document, operation, &page));
        assert!(page.status >= 300, "{} is open to nobody", operation.path);
    }
    println!(
        "{} operations described, {} done by a request that fits: {done:?}",
        operations.len(),
        done.len()
    );
    for needed in ["/check-in/forms", "/check-in/answers", "/check-in/here", "/check-in/hand-in"] {
        assert!(done.contains(needed), "{needed} was not done");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
