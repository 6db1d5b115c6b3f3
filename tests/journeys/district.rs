//! A release on its way: built and audited at the terminal, confirmed by a school, published by the district, taken away.

use tests::place::Scratch;
use tests::{Kind, Server, on_both_databases};

use crate::people::{staff, staff_nth};

/// Closes the open window and builds its release; gives the release's id.
async fn built(server: &Server) -> String {
    let (mut administrator, setup) = staff(server, "administrator").await;
    administrator.submit(setup.form("form[action^='/setup/windows/'][action$='/closed']")).await.ok();
    let built = server.command(&["release", "build"]).succeeded();
    built.split(" built: ").nth(1).unwrap().trim().to_owned()
}

on_both_databases! {
    /// The district publishes after the schools were heard; until then nobody but its officers reads the release.
    async fn a_school_doubts_a_release_and_the_district_publishes_it_with_a_reason(kind: Kind) {
        let server = Server::demo(kind).await;
        let id = built(&server).await;
        let address = format!("/district/releases/{id}");
        let (mut analyst, before) = staff(&server, "analyst").await;
        assert!(!before.body().contains(&id), "an analyst is not shown what is not published");
        analyst.get(&address).await.is(404);
        analyst.get(&format!("{address}/participation.csv")).await.is(404);

        let (mut lead, _) = staff(&server, "school_lead").await;
        let page = lead.get("/school/releases").await.ok();
        let forms = page.attributes("form[action^='/school/releases/']", "action");
        assert_eq!(forms.len(), 1, "one school, one release that is not published yet: {forms:?}");
        assert!(page.says("Enrolled") && !page.readable().contains("ositive"), "{}", page.readable());
        let silent = page.form("form[action^='/school/releases/']").press("word", "doubt");
        let refused = lead.submit(silent).await.is(422);
        assert!(refused.says("Say what does not fit"), "{}", refused.readable());
        let doubt = page.form("form[action^='/school/releases/']").set("note", "A class is missing.").press("word", "doubt");
        assert!(lead.submit(doubt).await.ok().says("Doubted by"));
        // Another school's lead has a form of its own school only.
        let (mut other, _) = staff_nth(&server, "school_lead", 1).await;
        let theirs = other.get("/school/releases").await.ok();
        assert_ne!(forms, theirs.attributes("form[action^='/school/releases/']", "action"));
        let token = &theirs.attributes("input[name='token']", "value")[0];
        other.post(&forms[0], &[("token", token), ("word", "fits"), ("note", "")]).await.is(404);
        lead.get(&address).await.is(404);

        let (mut officer, _) = staff(&server, "district_officer").await;
        let page = officer.get(&address).await.ok();
        assert!(page.says("1 school in doubt") && page.says("“A class is missing.”"), "{}", page.readable());
        let publish = || page.form("form[action$='/publish']");
        assert!(officer.submit(publish()).await.is(422).says("Not every school has confirmed"));
        let done = officer.submit(publish().set("note", "The class was away.")).await.ok();
        assert!(done.says("Published by") && done.says("“The class was away.”"), "{}", done.readable());
        assert!(analyst.get(&address).await.ok().says("Enrolled"));
        let late = page.form("form[action$='/publish']").set("note", "Again.");
        officer.submit(late).await.is(409);
        let after = lead.get("/school/releases").await.ok();
        assert!(!after.has("form[action^='/school/releases/']"), "what is published is not judged any more");
        for visitor in [&mut officer, &mut analyst] {
            visitor.get("/district?grade=7").await.is(400);
            visitor.get(&format!("{address}?school=1")).await.is(400);
            visitor.get(&format!("{address}/participation.csv?min=1")).await.is(400);
        }
    }

    /// PRV-03: a pattern that gives a cell away is named by the audit, and the program ends with a code of its own.
    async fn prv_03_the_terminal_audits_a_release_and_names_the_cell_that_gives_way(kind: Kind) {
        let server = Server::demo(kind).await;
        let id = built(&server).await;
        let audit = server.command(&["release", "audit", &id]).succeeded();
        assert!(audit.contains(" hidden; the closest") && !audit.contains("printed differently"), "{audit}");
        let folder = Scratch::new();
        let to = folder.path().join("out");
        let export = server.command(&["release", "export", &id, "--to", to.to_str().unwrap()]).succeeded();
        assert!(export.contains(" files of release 1 of "), "{export}");
        let (mut officer, _) = staff(&server, "district_officer").await;
        let mut files = 0;
        for file in std::fs::read_dir(&to).unwrap() {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let page = officer.get(&format!("/district/releases/{id}/{name}")).await.ok();
            assert_eq!(std::fs::read(file.path()).unwrap(), page.bytes, "{name} is the same at the terminal and on the page");
            files += 1;
        }
        assert!(files > 5);

        // Somebody changes the frozen counts so that a hidden cell is shown.
        let shown = tampered(&server).await;
        let audit = server.command(&["release", "audit", &id]);
        assert_eq!(audit.code, Some(4), "{audit:?}");
        assert!(audit.err.contains(&shown), "{shown} is named: {audit:?}");
        let unknown = server.command(&["release", "audit", "01890000-0000-7000-8000-000000000000"]);
        assert!(unknown.err.contains("there is no release with this id"), "{unknown:?}");
    }
}

on_both_databases! {
    /// PRV-07, AUT-11: an analyst asks, nobody approves for herself, an officer approves, and the files are the analyst's.
    async fn answers_for_research_leave_after_a_second_person_has_approved(kind: Kind) {
        let server = Server::demo(kind).await;
        let (mut analyst, home) = staff(&server, "analyst").await;
        assert!(home.says("Answers for research"), "{}", home.readable());
        let page = analyst.get("/district/research").await.ok();
        let form = || page.form("form[action='/district/research']");
        let empty = analyst.submit(form().set("recipient", "Institute").set("purpose", "x")).await.is(422);
        assert!(empty.says("Say in a sentence what they are for"), "{}", empty.readable());
        assert_eq!(empty.form("form[action='/district/research']").value("recipient"), Some("Institute"), "what was typed stays");
        // What a browser shows as text holds no mark of the renderer's.
        assert_eq!(empty.form("form[action='/district/research']").value("purpose").map(str::trim), Some("x"));
        assert_eq!(empty.text("title"), "Answers for research · Firstlight");
        let window = form().choices("windows")[0].to_owned();
        let ask = form()
            .set("windows", &window)
            .set("recipient", "Institute of Child Health")
            .set("purpose", "How answers to single items hang together.")
            .set("basis", "Ethics committee 2026-14");
        let asked = analyst.submit(ask).await.ok();
        assert!(asked.says("Waits for a second person") && !asked.has("button[value='yes']"), "{}", asked.readable());
        assert!(!asked.has("form[action$='/files']"), "nothing leaves yet");

        let (mut officer, _) = staff(&server, "district_officer").await;
        let seen = officer.get("/district/research").await.ok();
        assert!(seen.says("How answers to single items hang together."), "{}", seen.readable());
        let approve = seen.form("form[action^='/district/research/']").press("word", "yes");
        let done = officer.submit(approve).await.ok();
        assert!(done.says("Approved by") && !done.has("form[action$='/files']"), "only who asked takes: {}", done.readable());

        let open = analyst.get("/district/research").await.ok();
        let file = analyst.submit(open.form("form[action$='/files']")).await.ok();
        assert_eq!(file.header("content-type"), Some("application/zip"));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file.bytes.clone())).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        for wanted in ["long.csv", "wide_phq9_teen_v1.csv", "wide_phq9_teen_v1.sps", "manifest.json"] {
            assert!(names.iter().any(|name| name == wanted), "{wanted} in {names:?}");
        }
        let mut manifest = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("manifest.json").unwrap(), &mut manifest).unwrap();
        assert!(manifest.contains("Ethics committee 2026-14"), "{manifest}");
        assert!(analyst.get("/district/research").await.ok().says("Taken"));

        let (mut auditor, _) = staff(&server, "auditor").await;
        let trail = auditor.get("/trail").await.ok();
        for act in ["Asked for answers for research", "Approved answers for research", "Took answers for research"] {
            assert!(trail.says(act), "{act}: {}", trail.readable());
        }
    }
}

/// Shows every hidden cell of the newest release; gives what the audit must say of one of them.
async fn tampered(server: &Server) -> String {
    use sqlx::Connection;
    sqlx::any::install_default_drivers();
    let settings = server.settings();
    let (_, url) = settings.into_iter().find(|(name, _)| name == "FIRSTLIGHT__DATABASE__URL").unwrap();
    let mut conn = sqlx::AnyConnection::connect(&url).await.unwrap();
    let newest = "select t.body from release_tables t join releases r on r.id = t.release_id order by r.built_at desc limit 1";
    let (body,): (String,) = sqlx::query_as(newest).fetch_one(&mut conn).await.unwrap();
    let mut tables: serde_json::Value = serde_json::from_str(&body).unwrap();
    let cells = tables["cells"].as_array_mut().unwrap();
    for cell in cells.iter_mut().filter(|cell| cell["cell"] == "hidden") {
        cell["cell"] = serde_json::json!({ "shown": 15 });
    }
    assert!(cells.iter().any(|cell| cell["cell"]["shown"] == 15), "something was hidden");
    let update = "update release_tables set body = $1 where release_id = (select id from releases order by built_at desc limit 1)";
    sqlx::query(update).bind(tables.to_string()).execute(&mut conn).await.unwrap();
    "is shown, though it is only".to_owned()
}
