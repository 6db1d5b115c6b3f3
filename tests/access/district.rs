//! A district role at every door there is: no row of a child comes out, by page, file, search or error (AZ, D-14, 28).

use app::routes::ROUTES;
use server::model::people::Role;
use server::store::rosters::KnownChild;
use tests::{Kind, Server, Visitor};

use crate::{Visits, everybody, path_of, real_ids};

/// What would give a child away: number, whole name, id as addresses write it.
async fn children(server: &Server) -> Vec<[String; 3]> {
    let name = |c: &KnownChild| format!("{} {}", c.given_name.reveal(), c.family_name.reveal());
    server.children().await.iter().map(|c| [c.number.clone(), name(c), c.id.to_string()]).collect()
}

/// How many children an answer speaks of. Ids that were asked for do not count when they come back in an address.
fn rows_in(text: &str, children: &[[String; 3]], asked: &str) -> usize {
    let found = |child: &&[String; 3]| {
        child.iter().any(|mark| !asked.contains(mark.as_str()) && text.contains(mark.as_str()))
    };
    children.iter().filter(found).count()
}

#[tokio::test]
async fn a_district_role_gets_no_row_of_a_child_out_of_any_route_file_search_or_error_d_14() {
    let server = Server::demo(Kind::Sqlite).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let children = children(&server).await;
    assert!(children.len() > 100);
    let counselor = visitors.iter().find(|(v, _)| *v == Visits::Staff(Role::Counselor)).unwrap();
    let seen = rows_in(&counselor.1.clone().get("/queue").await.ok().body(), &children, "");
    assert!(seen > 0, "the marks are looked for where they are: a counselor's queue");

    let (mut asked, mut rows) = (0, Vec::new());
    for role in [Role::DistrictOfficer, Role::Analyst] {
        let visitor = &visitors.iter().find(|(v, _)| *v == Visits::Staff(role)).unwrap().1;
        let mut paths: Vec<(String, String)> = Vec::new();
        for route in ROUTES {
            let method = route.method.to_uppercase();
            paths.push((method.clone(), path_of(route.path, &ids)));
            // Every kind of id in every place, and ids of children.
            for child in children.iter().step_by(children.len() / 2) {
                let swapped = path_of(route.path, &ids.keys().map(|k| (*k, child[2].clone())).collect());
                paths.push((
                    method.clone(),
                    swapped.replace("01890000-0000-7000-8000-000000000000", &child[2]),
                ));
            }
        }
        let number = &children[0][0];
        let name = children[0][1].replace(' ', "%20");
        for query in [number.as_str(), &name, "%25", "'%20or%201=1--"] {
            for place in [
                "/queue",
                "/district",
                "/district/schools",
                "/setup/people",
                "/trail",
                "/home",
                "/children",
                "/alerts",
            ] {
                for field in ["q", "search", "child", "number", "view", "school", "done"] {
                    paths.push(("GET".to_owned(), format!("{place}?{field}={query}")));
                }
            }
        }
        let page = visitor.clone().get("/district").await.ok();
        for href in page.attributes("a[href^='/district/releases/']", "href") {
            paths.push(("GET".to_owned(), href));
        }
        for (method, path) in paths {
            if path.contains("sign-out") || path == "/check-in/close" {
                continue;
            }
            let mut visitor: Visitor = visitor.clone();
            let answer = visitor.request(&method, &path, None).await;
            asked += 1;
            let found = rows_in(&answer.body(), &children, &path);
            if found > 0 {
                rows.push(format!("{role:?} {method} {path}: {found}"));
            }
            assert!(answer.status < 500, "{method} {path} answers {}", answer.status);
        }
    }
    println!("{asked} requests of district roles, rows of children: {}", rows.len());
    assert!(asked > 1000, "{asked}");
    assert!(rows.is_empty(), "{}", rows.join("\n"));
}
