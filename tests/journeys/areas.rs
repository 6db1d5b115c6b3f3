//! Levels between the district and its schools, and a counselor who looks after all schools of one.

use tests::{Kind, Page, Server, Visitor, on_both_databases};

use crate::people::staff_nth;

async fn places(admin: &mut Visitor) -> Page {
    admin.get("/setup/places").await.ok()
}

fn value_of(page: &Page, css: &str, words: &str) -> String {
    let values = page.attributes(css, "value");
    let texts = page.texts(css);
    let at = texts
        .iter()
        .position(|text| text.trim().ends_with(words))
        .unwrap_or_else(|| panic!("{words} in {texts:?}"));
    values[at].clone()
}

on_both_databases! {
    /// AZ-03: a role for an area holds at each school below it, from the moment a school lies there until it does not.
    async fn a_role_for_an_area_holds_at_the_schools_below_it_and_nowhere_else_az_03(kind: Kind) {
        let server = Server::demo(kind).await;
        let counselors: Vec<_> =
            server.people().staff.iter().filter(|s| s.role == "counselor").cloned().collect();
        let school_of = |email: &str| email.split('@').nth(1).unwrap().to_owned();
        let far = counselors.iter().position(|s| school_of(&s.email) != school_of(&counselors[0].email)).unwrap();
        let (mut near, queue) = staff_nth(&server, "counselor", 0).await;
        let queue = if queue.has("a[href^='/children/']") { queue } else { near.get("/queue").await.ok() };
        let child = queue.attributes("a[href^='/children/']", "href")[0].clone();
        near.get(&child).await.ok();
        let (mut other, _) = staff_nth(&server, "counselor", far).await;
        other.get(&child).await.is(404);

        // Two levels below the district, and every school of the first counselor in the lower one.
        let (mut admin, _) = staff_nth(&server, "administrator", 0).await;
        let page = places(&mut admin).await;
        admin.submit(page.form("form[action='/setup/places']").set("name", "North")).await.ok();
        let page = places(&mut admin).await;
        let north = value_of(&page, "#parent option", "North");
        let form = page.form("form[action='/setup/places']").set("name", "Hill").set("parent", &north);
        admin.submit(form).await.ok();
        let page = places(&mut admin).await;
        let hill = value_of(&page, "#parent option", "Hill");
        let schools = page.attributes("form[action^='/setup/schools/']", "action");
        assert!(schools.len() > 1);

        // The role is given for the upper level; with no school in it, it opens nothing.
        let people = admin.get("/setup/people").await.ok();
        let email = counselors[far].email.clone();
        let row = people
            .texts("tbody tr")
            .iter()
            .position(|row| row.contains(&email))
            .unwrap();
        let action = people.attributes("form[action$='/add-role']", "action")[row].clone();
        let form = people
            .form(&format!("form[action='{action}']"))
            .set("role", "counselor")
            .set("place", &format!("area:{north}"));
        let people = admin.submit(form).await.ok();
        assert!(people.says("all schools of North"), "{}", people.readable());
        other.get(&child).await.is(404);

        for school in &schools {
            let page = places(&mut admin).await;
            admin.submit(page.form(&format!("form[action='{school}']")).set("area", &hill)).await.ok();
        }
        other.get(&child).await.ok();

        // An area never lies in itself, and nothing is lost by the try.
        let token = page.attributes("input[name='token']", "value")[0].clone();
        let wrong = admin.post(&format!("/setup/places/{north}"), &[("token", &token), ("name", "North"), ("parent", &hill)]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.says("An area cannot lie in itself"));

        // The schools leave one by one; the last one takes the sight with it, at once.
        for school in &schools {
            let page = places(&mut admin).await;
            admin.submit(page.form(&format!("form[action='{school}']")).set("area", "")).await.ok();
        }
        other.get(&child).await.is(404);
        near.get(&child).await.ok();

        let page = places(&mut admin).await;
        admin.submit(page.form(&format!("form[action='/setup/places/{north}/remove']"))).await.ok();
        let page = places(&mut admin).await;
        assert!(page.says("Hill") && !page.texts("h2").iter().any(|head| head == "North"));
        let people = admin.get("/setup/people").await.ok();
        assert!(!people.says("all schools of North"));
        let (_, trail) = staff_nth(&server, "auditor", 0).await;
        assert!(trail.says("Put a school into an area"), "{}", trail.readable());
    }
}
