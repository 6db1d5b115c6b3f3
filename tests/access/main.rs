//! The access table: every route × every role, through HTTP. The router is built from the same table, so a route
//! without a row does not exist (wall 6, AZ-02).

#![allow(clippy::unwrap_used)]

mod canaries;
mod district;
mod hostile;
mod machine;
mod markup;
mod table;

use std::collections::BTreeMap;

use app::routes::Who;
use server::model::people::Role;
use tests::{Kind, Server, Visitor};

async fn staff(server: &Server, role: Role) -> Visitor {
    server.sign_in(server.people().staff(role.as_str())).await.0
}

/// Everybody who can sign in, once each: a one-time code works only once.
async fn everybody(server: &Server) -> Vec<(Visits, Visitor)> {
    let mut visitors = vec![(Visits::Nobody, server.visitor())];
    for role in Role::ALL {
        visitors.push((Visits::Staff(*role), staff(server, *role).await));
    }
    let mut child = server.visitor();
    let entry = child.get("/").await.ok();
    let code = server.people().cards.iter().find(|c| c.age_band == "14–18").unwrap().code.clone();
    let assent = child.submit(entry.form("form[action='/card']").set("code", &code)).await.ok();
    child.submit(assent.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
    visitors.push((Visits::Student, child));
    visitors
}

/// Ids that exist and that the right role may see, read off its own pages.
async fn real_ids(visitors: &[(Visits, Visitor)]) -> BTreeMap<&'static str, String> {
    let id_in = |path: &str, part: usize| path.split('/').nth(part).unwrap().to_owned();
    let of = |role: Role| visitors.iter().find(|(v, _)| *v == Visits::Staff(role)).unwrap().1.clone();
    let mut ids = BTreeMap::new();
    let queue = of(Role::Counselor).get("/queue").await.ok();
    ids.insert("children", id_in(&queue.attributes("a[href^='/children/']", "href")[0], 2));
    ids.insert("referrals", id_in(&queue.attributes("form[action^='/referrals/']", "action")[0], 2));
    let duty = of(Role::Counselor).get("/duty").await.ok();
    ids.insert("duty", id_in(&duty.attributes("form[action$='/absences']", "action")[0], 2));
    let list = of(Role::Proctor).get("/sittings").await.ok();
    ids.insert("sittings", id_in(&list.attributes("a[href^='/sittings/']", "href")[0], 2));
    let page = of(Role::DistrictOfficer).get("/district").await.ok();
    ids.insert("releases", id_in(&page.attributes("a[href^='/district/releases/']", "href")[0], 3));
    let setup = of(Role::Administrator).get("/setup").await.ok();
    ids.insert("windows", id_in(&setup.attributes("form[action^='/setup/windows/']", "action")[0], 3));
    let people = of(Role::Administrator).get("/setup/people").await.ok();
    ids.insert("people", id_in(&people.attributes("form[action$='/disable']", "action")[0], 3));
    ids
}

/// A route's path with real ids in place of its parameters.
fn path_of(route: &str, ids: &BTreeMap<&'static str, String>) -> String {
    let mut parts = Vec::new();
    let mut last = "";
    for part in route.split('/') {
        parts.push(match part {
            "{number}" => "1".to_owned(),
            "{kind}" => "note".to_owned(),
            "{state}" => "paused".to_owned(),
            "{change}" => "sign-out".to_owned(),
            "{file}" => "participation.csv".to_owned(),
            "{token}" | "{rule}" => "none".to_owned(),
            "{window}" | "{instrument}" | "{letter}" | "{shift}" | "{upload}" | "{class}" | "{school}"
            | "{absence}" | "{outside}" | "{report}" | "{row}" | "{service}" | "{administration}"
            | "{child}" | "{export}" => "01890000-0000-7000-8000-000000000000".to_owned(),
            "{id}" => ids[last].clone(),
            other => other.to_owned(),
        });
        last = part;
    }
    parts.join("/")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visits {
    Nobody,
    Student,
    Staff(Role),
}

fn may(who: Who, visits: Visits) -> bool {
    match (who, visits) {
        (Who::Everybody, _) | (Who::Student, Visits::Student) | (Who::AnyStaff, Visits::Staff(_)) => true,
        (Who::Staff(roles), Visits::Staff(role)) => roles.contains(&role),
        _ => false,
    }
}

/// A child of another school is "not found", with the same page as a child that does not exist (AZ-03).
#[tokio::test]
async fn a_child_of_another_school_and_one_that_does_not_exist_look_the_same() {
    let server = Server::demo(Kind::Sqlite).await;
    let counselors: Vec<_> =
        server.people().staff.iter().filter(|s| s.role == "counselor").cloned().collect();
    let mut pages = Vec::new();
    let mut own_child = String::new();
    for person in counselors.iter().take(2) {
        let (mut visitor, queue) = server.sign_in(person).await;
        if own_child.is_empty() {
            own_child = queue.attributes("a[href^='/children/']", "href")[0].clone();
            visitor.get(&own_child).await.ok();
        } else {
            for path in
                [own_child.as_str(), "/children/01890000-0000-7000-8000-000000000000", "/children/none"]
            {
                pages.push(visitor.get(path).await.is(404).readable());
            }
        }
    }
    assert_eq!(pages.len(), 3);
    assert!(pages.iter().all(|p| *p == pages[0]));
}
