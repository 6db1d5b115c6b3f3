//! Answers for research: two people, one export of a window, nobody who stands alone, and no way from an id to a child.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::services::research::{self, NewExport, Standing};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

/// A district with two closed windows, and those who ask and decide.
struct District {
    town: Town,
    officer: Ctx,
    analyst: Ctx,
    administrator: Ctx,
}

impl District {
    async fn of(kind: Kind) -> Self {
        let town = Town::district(kind, 4, 900, 3).await;
        let now = Ctx::new(Actor::Console).now;
        let fresh = async |role| Ctx { factor_at: Some(now), ..town.staff_at(role, 0, now).await };
        let officer = fresh(Role::DistrictOfficer).await;
        let analyst = fresh(Role::Analyst).await;
        let administrator = fresh(Role::Administrator).await;
        Self { town, officer, analyst, administrator }
    }

    async fn wanted(&self, how_many: usize) -> NewExport {
        let page = research::page(&self.town.services, &self.analyst).await.unwrap();
        NewExport {
            recipient: "Institute of Child Health".to_owned(),
            purpose: "How answers to single items hang together.".to_owned(),
            basis: "Ethics committee 2026-14".to_owned(),
            windows: page.windows.iter().take(how_many).map(|(id, _)| *id).collect(),
        }
    }

    /// Asked for by the analyst, approved by the officer, taken by the analyst.
    async fn export(&self, how_many: usize) -> (Uuid, BTreeMap<String, String>) {
        let id =
            research::ask(&self.town.services, &self.analyst, self.wanted(how_many).await).await.unwrap();
        research::decide(&self.town.services, &self.officer, id, true, "").await.unwrap();
        (id, self.taken(id).await)
    }

    async fn taken(&self, id: Uuid) -> BTreeMap<String, String> {
        let file = research::take(&self.town.services, &self.analyst, id).await.unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(file.bytes)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        names
            .into_iter()
            .map(|name| {
                let mut text = String::new();
                zip.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
                (name, text)
            })
            .collect()
    }
}

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

/// The rows of a CSV file.
fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

on_both_databases! {
    /// PRV-07: every row of every file is looked at: eleven alike, two bands at least, and nothing that names anybody.
    async fn prv_07_every_row_of_an_export_is_like_ten_others_whose_bands_differ_and_names_nobody(kind: Kind) {
        let district = District::of(kind).await;
        let (_, files) = district.export(2).await;
        let long = rows(&files["long.csv"]);
        assert!(long.len() > 5_000, "{} answers", long.len());
        let wide: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("wide_") && name.ends_with(".csv")).collect();
        assert!(!wide.is_empty());
        // Per person: what is told, which forms, and the band of each.
        let mut people: BTreeMap<String, (Vec<String>, Row)> = BTreeMap::new();
        for (name, text) in wide {
            let instrument = name.trim_start_matches("wide_").trim_end_matches(".csv").rsplit_once("_v").unwrap().0;
            for row in rows(text) {
                let told = ["grade", "sex", "school_size", "student_language"].map(|c| row[c].clone()).to_vec();
                let person = people.entry(row["student_pid"].clone()).or_insert_with(|| (told.clone(), BTreeMap::new()));
                assert_eq!(person.0, told, "one description a person");
                assert_eq!(row["language"].is_empty(), row["student_language"].is_empty(), "a form's language tells the child's");
                let form = format!("{instrument} {}", row["term"]);
                person.1.insert(form.clone(), String::new());
                for (scale, band) in row.iter().filter(|(column, _)| column.ends_with("_band")) {
                    person.1.insert(format!("{form} {scale}"), band.clone());
                }
            }
        }
        let mut classes: BTreeMap<(Vec<String>, Vec<String>), Vec<&Row>> = BTreeMap::new();
        for (told, forms) in people.values() {
            classes.entry((told.clone(), forms.keys().cloned().collect())).or_default().push(forms);
        }
        for ((told, forms), members) in &classes {
            assert!(members.len() >= 11, "{told:?}: {} alike", members.len());
            for form in forms {
                let bands: BTreeSet<&String> = members.iter().map(|m| &m[form]).filter(|b| !b.is_empty()).collect();
                assert!(bands.len() != 1, "{told:?} gives the band of {form} away");
            }
        }
        println!("{} people in {} classes, {} answers: 0 violations", people.len(), classes.len(), long.len());
        assert!(people.len() > 300, "{} people", people.len());
        assert!(long.iter().all(|row| people.contains_key(&row["student_pid"])));

        sqlx::any::install_default_drivers();
        let mut conn = <sqlx::AnyConnection as sqlx::Connection>::connect(&district.town.database.url).await.unwrap();
        let id = match kind { Kind::Sqlite => "lower(hex(id))", Kind::Postgres => "replace(cast(id as text), '-', '')" };
        let text = format!("select number, given_name, family_name, {id} from children");
        let children: Vec<(String, String, String, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(text)).fetch_all(&mut conn).await.unwrap();
        let all = files.values().cloned().collect::<String>();
        // As a whole word: the digits of a number may stand by chance within a longer random id.
        let words: BTreeSet<&str> = all.split(|c: char| !c.is_alphanumeric()).collect();
        let joined = all.replace('-', "");
        for (number, given, family, id) in &children {
            assert!(!words.contains(number.as_str()), "{number} leaves");
            for mark in [format!("{given} {family}"), id.clone()] {
                assert!(!joined.contains(&mark), "{mark} leaves");
            }
        }
        let manifest: serde_json::Value = serde_json::from_str(&files["manifest.json"]).unwrap();
        assert_eq!(manifest["protection"]["students"], people.len());
        assert!(people.keys().all(|pid| pid.starts_with(manifest["mark"].as_str().unwrap())), "each id bears the copy's mark");
        assert_eq!(manifest["files"][0]["rows"], long.len());
        assert!(files.keys().any(|name| name.ends_with(".sps")));
    }

    /// AUT-11: the one who asks never decides, nothing is decided twice, and a window leaves once.
    async fn aut_11_a_second_person_decides_once_and_a_window_leaves_once(kind: Kind) {
        let district = District::of(kind).await;
        let (services, officer, analyst) = (&district.town.services, &district.officer, &district.analyst);
        let stale = Ctx { factor_at: None, ..officer.clone() };
        let wanted = district.wanted(1).await;
        assert!(matches!(research::ask(services, &stale, wanted.clone()).await, Err(Error::StepUp)));
        let id = research::ask(services, officer, wanted.clone()).await.unwrap();
        let again = research::ask(services, analyst, wanted.clone()).await;
        assert!(matches!(&again, Err(Error::Conflict(why)) if why.contains("asked for already")), "{again:?}");

        let own = research::decide(services, officer, id, true, "").await;
        assert!(matches!(&own, Err(Error::Conflict(why)) if why.contains("somebody else decides")), "{own:?}");
        assert!(matches!(research::decide(services, analyst, id, true, "").await, Err(Error::NotFound)), "an analyst decides nothing");
        let early = research::take(services, officer, id).await;
        assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");
        let silent = research::decide(services, &district.administrator, id, false, "").await;
        assert!(matches!(silent, Err(Error::Invalid { field: "note", .. })), "{silent:?}");
        research::decide(services, &district.administrator, id, false, "The contract is missing.").await.unwrap();
        let replay = research::decide(services, &district.administrator, id, true, "").await;
        assert!(matches!(&replay, Err(Error::Conflict(why)) if why.contains("decided before")), "{replay:?}");

        // A no frees the window.
        let id = research::ask(services, analyst, wanted).await.unwrap();
        research::decide(services, &district.administrator, id, true, "Seen the contract.").await.unwrap();
        assert!(matches!(research::take(services, officer, id).await, Err(Error::NotFound)), "only the one who asked");
        research::take(services, analyst, id).await.unwrap();
        let page = research::page(services, analyst).await.unwrap();
        assert!(matches!(page.exports[0].standing, Standing::Open(_)) && page.exports[0].may_take);
    }

    /// PRV-05, PRV-07: a second file is the first to the letter or does not leave; after a week no id leads back.
    async fn prv_07_a_file_that_would_differ_does_not_leave_and_ids_of_two_exports_cannot_be_linked(kind: Kind) {
        let district = District::of(kind).await;
        let (id, first) = district.export(1).await;
        assert_eq!(first, district.taken(id).await, "the same file to the letter");
        let (_, second) = district.export(1).await;
        let ids = |files: &BTreeMap<String, String>| -> BTreeSet<String> {
            let of = |row: Row| [row["student_pid"].clone(), row["response_id"].clone()];
            // Without the mark, which differs by itself.
            rows(&files["long.csv"]).into_iter().flat_map(of).map(|id| id.split_once('-').unwrap().1.to_owned()).collect()
        };
        let (one, other) = (ids(&first), ids(&second));
        assert!(one.len() > 100 && other.len() > 100 && one.is_disjoint(&other), "linkage of two exports by id: 0");

        sqlx::any::install_default_drivers();
        let mut conn = <sqlx::AnyConnection as sqlx::Connection>::connect(&district.town.database.url).await.unwrap();
        let changed = "update responses set answer = null, code = 0 where item = '1'";
        assert!(sqlx::query(changed).execute(&mut conn).await.unwrap().rows_affected() > 0);
        let differs = research::take(&district.town.services, &district.analyst, id).await;
        assert!(matches!(&differs, Err(Error::Conflict(why)) if why.contains("two files could be compared")), "{differs:?}");

        let later = Ctx { now: district.analyst.now.plus_seconds(8 * 24 * 3600), ..Ctx::new(Actor::Job("purge")) };
        assert_eq!(research::forget_old(&district.town.services, &later).await.unwrap(), 2);
        let (left,): (i64,) =
            sqlx::query_as("select count(*) from research_exports where secret is not null").fetch_one(&mut conn).await.unwrap();
        assert_eq!(left, 0);
        let over = research::take(&district.town.services, &district.analyst, id).await;
        assert!(matches!(over, Err(Error::Conflict(_))), "{over:?}");
    }
}
