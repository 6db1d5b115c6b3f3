//! Ids that do not belong together: in a path, and in what a form names beside it (AZ-03).

use tests::Page;
use uuid::Uuid;

use super::reach::{Row, Scope, Visits};
use super::world::{World, fill};
use super::{forms, rows};

/// The parts of a path must belong to each other: with one part that is somebody else's there is nothing.
#[tokio::test]
async fn a_path_of_ones_own_thing_and_somebody_elses_leads_nowhere_az_03() {
    let world = World::new().await;
    let rows = rows();
    let (mut asked, mut wrong) = (0, Vec::new());
    for row in rows.iter().filter(|row| row.kind != "-") {
        for own in [Scope::School, Scope::Sitting, Scope::Own] {
            let Some(parts) = world.things.get(&(row.kind, own)).map(|each| &each[0]) else { continue };
            let ids = parts.iter().filter(|part| part.parse::<Uuid>().is_ok()).count();
            for (at, foreign) in (0..parts.len()).flat_map(|at| [(at, Scope::Sibling), (at, Scope::Other)]) {
                let Some(theirs) = world.things.get(&(row.kind, foreign)).map(|each| &each[0][at]) else {
                    continue;
                };
                if ids < 2 || *theirs == parts[at] {
                    continue;
                }
                let mut mixed = parts.clone();
                mixed[at].clone_from(theirs);
                let path = fill(row.path, &mixed);
                for visits in &row.roles {
                    // A window of the district covers every school: whoever runs it may have any school's class there.
                    let covers = at > 0 && ["class", "window-school"].contains(&row.kind);
                    if covers && row.may.contains(&(*visits, foreign)) {
                        continue;
                    }
                    let page = world.ask(row, *visits, own, &path).await;
                    asked += 1;
                    if page.status != 404 {
                        wrong.push(format!(
                            "{visits:?} with part {at} of {foreign:?}: {} {} ({})",
                            row.method, row.path, page.status
                        ));
                    }
                }
            }
        }
    }
    println!("{asked} mixed paths, {} led somewhere", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A form of one's own thing that names somebody else's: the route, its kind, the field, and what stands there.
const NAMED: &[(&str, &str, &str, Theirs)] = &[
    ("/queue/bulk", "-", "id", Theirs::Thing("referral")),
    ("/referrals/{id}/offer", "referral", "to", Theirs::Fact("colleague")),
    ("/referrals/{id}/follow-up", "referral", "follow_up", Theirs::Fact("follow-up")),
    ("/referrals/{id}/outside", "referral", "service", Theirs::FactOfOther("service")),
    ("/referrals/{id}/guardian-letter", "referral", "guardian", Theirs::Fact("guardian")),
    ("/children/{id}/move", "child", "school", Theirs::FactOfOther("school id")),
    ("/children/{id}/move", "child", "class", Theirs::ClassOfOther),
    ("/concerns", "-", "child", Theirs::Fact("pupil")),
    ("/rules/try", "-", "window", Theirs::FactOfOther("closed window")),
    ("/duty/{id}/shifts", "school", "user", Theirs::Fact("user")),
    ("/duty/{id}/absences", "school", "away", Theirs::Fact("user")),
    ("/consent/windows/{id}/classes/{class}/forms", "class", "child", Theirs::Fact("pupil")),
    ("/sittings/{id}/cards", "sitting", "child", Theirs::Fact("pupil")),
    ("/district/research", "-", "windows", Theirs::FactOfOther("closed window")),
    ("/setup/windows", "-", "schools", Theirs::FactOfOther("school id")),
    ("/setup/calendar", "-", "school", Theirs::FactOfOther("school id")),
    ("/setup/calendar/remove", "-", "school", Theirs::FactOfOther("school id")),
    ("/setup/places", "-", "parent", Theirs::ThingOfOther("area")),
    ("/setup/schools/{school}", "school", "area", Theirs::ThingOfOther("area")),
    ("/setup/people/invite", "-", "place", Theirs::FactOfOther("school id")),
];

/// What stands in the field: of a sibling school and of another district, or only of the latter where a district shares.
#[derive(Clone, Copy)]
enum Theirs {
    Fact(&'static str),
    FactOfOther(&'static str),
    Thing(&'static str),
    ThingOfOther(&'static str),
    ClassOfOther,
}

impl Theirs {
    fn values(self, world: &World) -> Vec<String> {
        match self {
            Self::Fact(name) => [Scope::Sibling, Scope::Other].map(|scope| world.fact(name, scope)).into(),
            Self::FactOfOther(name) => vec![world.fact(name, Scope::Other)],
            Self::Thing(kind) => {
                [Scope::Sibling, Scope::Other].map(|scope| world.thing(kind, scope)[0].clone()).into()
            }
            Self::ThingOfOther(kind) => vec![world.thing(kind, Scope::Other)[0].clone()],
            Self::ClassOfOther => vec![world.thing("class", Scope::Other)[1].clone()],
        }
    }
}

/// How many rows each table has, but for those that grow by being asked.
async fn rows_of(world: &World) -> Vec<String> {
    let tables =
        world.find_all("select name from sqlite_master where type = 'table' order by name".to_owned()).await;
    let grows = ["audit", "sessions", "heartbeats", "throttle"];
    let counted: Vec<String> = tables
        .iter()
        .filter(|table| !grows.iter().any(|grown| table.starts_with(grown)) && !table.starts_with("sqlite"))
        .map(|table| format!("select '{table} ' || count(*) as n from {table}"))
        .collect();
    world.find_all(counted.join(" union all ")).await
}

#[tokio::test]
async fn a_form_that_names_somebody_elses_thing_is_not_taken_az_03() {
    let world = World::new().await;
    let rows = rows();
    let (mut asked, mut wrong) = (0, Vec::new());
    let before = rows_of(&world).await;
    for (path, kind, field, theirs) in NAMED {
        let row: &Row = rows.iter().find(|row| (row.method, row.path) == ("post", path)).unwrap();
        let own = if *kind == "referral" || *kind == "child" { Scope::Own } else { Scope::School };
        let filled = if *kind == "-" { (*path).to_owned() } else { fill(path, world.thing(kind, own)) };
        for visits in &row.roles {
            for value in theirs.values(&world) {
                assert!(!value.is_empty(), "{path} {field}");
                let mut fields = forms::of(path, &world, own);
                fields.retain(|(name, _)| name != field);
                fields.push((field, value));
                if *field == "child" {
                    fields.retain(|(name, _)| *name != "whom");
                }
                let page: Page = send(&world, *visits, &filled, fields).await;
                asked += 1;
                if ![404, 409, 422].contains(&page.status) {
                    wrong.push(format!("{visits:?}: post {path} with {field} of others ({})", page.status));
                }
            }
        }
    }
    let after = rows_of(&world).await;
    let grown: Vec<_> = before.iter().zip(&after).filter(|(one, other)| one != other).collect();
    println!("{asked} forms that name somebody else's, {} taken", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(grown.is_empty(), "something was written: {grown:?}");
}

async fn send(world: &World, visits: Visits, path: &str, mut fields: forms::Fields) -> Page {
    let asker = &world.askers[&visits];
    fields.insert(0, ("token", asker.token.clone()));
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let kind = "application/x-www-form-urlencoded";
    asker.visitor.clone().request("POST", path, Some((kind, body.into_bytes()))).await
}
