//! The whole access table through HTTP: every route × eleven who ask × seven scopes, with real things in a real database
//! of two districts (AZ-02). `table.txt` says who may; this asks and compares.

mod district;
mod forms;
mod mixed;
mod reach;
mod things;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use app::routes::{ROUTES, Who};
use reach::Row;
pub use reach::Scope;
pub use reach::Visits;
use tests::Page;
use uuid::Uuid;
pub use world::{Asker, World, fill};

const TABLE: &str = include_str!("table.txt");

fn rows() -> Vec<Row> {
    TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Row::read).collect()
}

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It was shown or done.
    Open,
    /// Whoever asks may, only not now or not so: a sentence about what was sent.
    Held,
    /// As if it did not exist, or sent to a door.
    Refused,
}

/// One question of the table.
struct Cell<'a> {
    row: &'a Row,
    visits: Visits,
    scope: Scope,
    path: String,
}

impl Cell<'_> {
    fn may(&self) -> bool {
        self.row.may.contains(&(self.visits, self.scope))
    }

    fn answer(&self, page: &Page) -> Answer {
        let location = page.header("location").unwrap_or_default();
        // What everybody may use sends people about as it likes.
        let own_door = self.row.kind == "-" && self.row.roles.len() == Visits::all().len();
        // A child that opens a page of staff is sent back to its own.
        let back =
            location == "/check-in" && self.visits == Visits::Student && !self.path.starts_with("/check-in");
        let door = ["/", "/sign-in", "/sign-in/code", "/all-done"].contains(&location) || back;
        match page.status {
            403 | 404 => Answer::Refused,
            303 if door && !own_door => Answer::Refused,
            200..=399 => Answer::Open,
            _ => Answer::Held,
        }
    }

    /// When it is asked among all that is allowed: first what is only looked at, then what is changed, then what ends or
    /// takes away what others ask for, and last what ends a sign-in.
    fn turn(&self) -> usize {
        match self.row.path {
            "/sign-out" | "/check-in/close" | "/sittings/{id}/start/{child}" => LAST,
            "/outside/{outside}/link" | "/family/hand-in" => 3,
            "/referrals/{id}/close"
            | "/children/{id}/move"
            | "/consent/windows/{id}/classes/{class}/forms/{child}"
            | "/consent/windows/{id}/classes/{class}/forms"
            | "/sittings/{id}/close"
            | "/setup/windows/{id}/{state}" => 4,
            _ => 1 + usize::from(self.row.method == "post"),
        }
    }
}

/// The turn of what ends a sign-in.
const LAST: usize = 5;

impl World {
    fn cells<'a>(&self, rows: &'a [Row]) -> Vec<Cell<'a>> {
        let mut cells = Vec::new();
        for row in rows {
            let scopes = Scope::ALL.into_iter().filter(|scope| match row.kind {
                "-" => *scope == Scope::School,
                kind => self.things.contains_key(&(kind, *scope)),
            });
            for scope in scopes {
                for visits in Visits::all() {
                    let path = match row.kind {
                        "-" => row.path.to_owned(),
                        kind => {
                            let nth = row.roles.iter().position(|role| *role == visits).unwrap_or(0);
                            let each = self.each(kind, scope);
                            fill(row.path, &each[nth % each.len()])
                        }
                    };
                    cells.push(Cell { row, visits, scope, path });
                }
            }
        }
        cells
    }

    async fn ask(&self, row: &Row, visits: Visits, scope: Scope, path: &str) -> Page {
        let asker = &self.askers[&visits];
        let mut visitor = asker.visitor.clone();
        // A draft says of which page it is; one of a page from before is not kept.
        let path = &if row.kind == "draft" { format!("{path}?page=9999999999999") } else { path.to_owned() };
        if row.method == "get" {
            return visitor.request("GET", path, None).await;
        }
        if let Some(body) = forms::json(row.path, self, scope) {
            let mut visitor = visitor.with_header("x-form-token", &asker.token);
            return visitor.request("POST", path, Some(("application/json", body.into_bytes()))).await;
        }
        let mut fields = forms::of(row.path, self, scope);
        fields.insert(0, ("token", asker.token.clone()));
        if forms::has_file(row.path) {
            let (kind, body) = forms::with_file(&fields);
            return visitor.request("POST", path, Some((kind, body))).await;
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        visitor.request("POST", path, Some(("application/x-www-form-urlencoded", body.into_bytes()))).await
    }
}

/// A path that names nothing, as long as one that does.
fn absent(row: &Row, parts: &[String]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| part.parse::<Uuid>().map_or_else(|_| part.clone(), |_| Uuid::new_v4().to_string()))
        .collect();
    fill(row.path, &parts)
}

#[test]
fn every_route_has_one_row_of_the_table_that_says_no_more_than_the_route_az_02() {
    let rows = rows();
    let mut wrong = Vec::new();
    for route in ROUTES {
        let found: Vec<_> =
            rows.iter().filter(|r| (r.method, r.path) == (route.method, route.path)).collect();
        let [row] = found[..] else {
            wrong.push(format!(
                "{} {} stands {} times in tests/access/table/table.txt: write one line for it, with the kind of thing \
                 that its path names and who may at which of them. A new kind needs its things in table/things.rs or \
                 table/district.rs, a form its fields in table/forms.rs.",
                route.method,
                route.path,
                found.len()
            ));
            continue;
        };
        let named: BTreeSet<Visits> = match route.who {
            Who::Everybody => Visits::all().into_iter().collect(),
            Who::Student => [Visits::Student].into(),
            Who::AnyStaff => Visits::all().into_iter().filter(|v| matches!(v, Visits::Staff(_))).collect(),
            Who::Staff(roles) => roles.iter().map(|role| Visits::Staff(*role)).collect(),
        };
        let fits = match route.who {
            Who::Everybody => row.roles.is_subset(&named),
            _ => row.roles == named,
        };
        if !fits {
            wrong.push(format!(
                "{} {}: the router's table and table.txt name other roles",
                route.method, route.path
            ));
        }
    }
    for row in &rows {
        if !ROUTES.iter().any(|route| (row.method, row.path) == (route.method, route.path)) {
            wrong.push(format!(
                "{} {} is no route any more: take its line out of table.txt",
                row.method, row.path
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_route_answers_each_role_at_each_scope_as_the_table_says_az_02() {
    let world = World::new().await;
    let rows = rows();
    let mut cells = world.cells(&rows);
    // What must be refused changes nothing, so it is asked first, of a world that is still whole.
    cells.sort_by_key(|cell| if cell.may() { cell.turn() } else { 0 });
    world.meddle("create table kept as select * from sessions").await;
    let mut wrong = Vec::new();
    let mut nothing: BTreeMap<(&str, &str, Visits), usize> = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut speaks: BTreeSet<(&str, &str)> = BTreeSet::new();
    for cell in &cells {
        let Cell { row, visits, scope, path } = cell;
        if cell.may() && cell.turn() == LAST {
            // What the cell before ended goes on.
            world.meddle("delete from sessions; insert into sessions select * from kept").await;
        }
        let page = world.ask(row, *visits, *scope, path).await;
        let (given, may) = (cell.answer(&page), cell.may());
        let place = format!("{visits:?} at {scope:?}: {} {}", row.method, row.path);
        assert!(page.status < 500, "{place} answers {}: {}", page.status, page.readable());
        if page.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            speaks.insert((row.method, row.path));
        }
        match (may, given) {
            (true, Answer::Refused) => wrong.push(format!("refused, {place} ({})", page.status)),
            (false, Answer::Open | Answer::Held) => wrong.push(format!("let in, {place} ({})", page.status)),
            _ => {}
        }
        *counts
            .entry(match (may, given) {
                (true, Answer::Open) => "allowed and done",
                (true, _) => "allowed, answered about what was sent",
                (false, _) => "refused",
            })
            .or_default() += 1;
        // Who may use the route for other things learns nothing about this one: not even by the size of the answer.
        if !may && page.status == 404 && row.kind != "-" && row.roles.contains(visits) {
            let key = (row.method, row.path, *visits);
            let size = match nothing.get(&key) {
                Some(size) => *size,
                None => {
                    let other = absent(row, world.thing(row.kind, *scope));
                    let page = world.ask(row, *visits, *scope, &other).await;
                    if page.status != 404 {
                        wrong.push(format!("what does not exist answers {}, {place}", page.status));
                    }
                    nothing.insert(key, page.bytes.len());
                    page.bytes.len()
                }
            };
            if size != page.bytes.len() {
                wrong.push(format!(
                    "{} bytes in place of {size} for what does not exist, {place}",
                    page.bytes.len()
                ));
            }
        }
    }
    let whole = ROUTES.len() * Visits::all().len() * Scope::ALL.len();
    println!(
        "{} routes × {} who ask × {} scopes: {} cells asked ({counts:?}), {} have no thing of such a scope, {} answers \
         compared in size with what does not exist, {} mismatches",
        ROUTES.len(),
        Visits::all().len(),
        Scope::ALL.len(),
        cells.len(),
        whole - cells.len(),
        nothing.len(),
        wrong.len()
    );
    let document: serde_json::Value = serde_json::from_str(&app::openapi::document()).unwrap();
    let described = |(method, path): &(&str, &str)| document["paths"][path][method].is_object();
    let silent: Vec<_> = speaks.iter().filter(|route| !described(route)).collect();
    assert!(silent.is_empty(), "these answer JSON and app/src/openapi.rs does not list them: {silent:?}");
    println!("{} routes answered JSON, each of them described", speaks.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
