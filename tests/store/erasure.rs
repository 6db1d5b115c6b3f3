//! Erasing one child: nothing of it is left, a hold and open work stop it, and what may still hold it is named.

use server::Error;
use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::retention::EraseWhy;
use server::seal::age::Identity;
use server::services::erasure::{self, Wish};
use server::services::{Services, backups, break_glass, proofs, retention};
use tests::place::Scratch;
use tests::{Kind, on_both_databases};

use crate::town::Town;
use crate::whole_child::{NAME, NUMBER, TABLES, add_tables_of_tomorrow, open_again, whole_child};

/// An administrator who has just given the second factor.
async fn administrator(town: &Town) -> Ctx {
    let now = Ctx::new(Actor::Console).now;
    let ctx = town.staff_at(Role::Administrator, 0, now).await;
    Ctx { factor_at: Some(now), ..ctx }
}

fn wish(nevertheless: &str) -> Wish {
    Wish {
        number: NUMBER.to_owned(),
        again: format!(" {NUMBER} "),
        why: EraseWhy::GuardianAsked,
        nevertheless: nevertheless.to_owned(),
    }
}

fn is_invalid(done: Result<server::model::ChildId, Error>, wanted: &str) -> bool {
    matches!(done, Err(Error::Invalid { field, .. }) if field == wanted)
}

on_both_databases! {
    async fn an_erased_child_leaves_no_row_in_any_table_but_a_tombstone_cap_63(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await;
        add_tables_of_tomorrow(&town).await;
        let before = child.found_in(&town).await;
        assert!(before.len() > 40, "{before:?}");
        assert!(before.iter().any(|place| place == "letters_of_tomorrow.child_id"));
        let lines = town.count("select count(*) from lines_of_tomorrow").await;
        let others = town.count("select count(*) from responses").await;
        let ctx = administrator(&town).await;
        assert_eq!(erasure::erase(&town.services, &ctx, wish("")).await.unwrap(), child.id);

        assert_eq!(town.count("select count(*) from lines_of_tomorrow").await, lines - 1);
        let left = child.found_in(&town).await;
        assert_eq!(left, ["audit.actor_id", "audit.subject_id", "tombstones.child_id"], "before: {before:?}");
        let stone = retention::overview(&town.services, &ctx).await.unwrap().tombstones.remove(0);
        let went: Vec<&str> = stone.counts.split(", ").filter_map(|part| Some(part.rsplit_once(' ')?.0)).collect();
        for table in TABLES {
            assert!(went.contains(&table), "{table} had no row of the child: {}", stone.counts);
        }
        assert_eq!((stone.child_id, stone.why), (child.id, EraseWhy::GuardianAsked));
        assert!(town.count("select count(*) from responses").await < others);
        assert!(town.count("select count(*) from children").await == 59);
        assert_eq!(town.count("select count(*) from audit where action = 'child.erase'").await, 1);
        // What was found by looking for it says the same as what was counted, also by the number nobody can read any more.
        for asked in [child.id.to_string(), NUMBER.to_owned()] {
            let proof = proofs::prove(&town.services, &Ctx::new(Actor::Console), &asked).await.unwrap();
            assert!(proof.holds() && proof.child == child.id && proof.trail_lines > 0, "{proof:?}");
        }
        // A second time there is nobody to erase.
        assert!(is_invalid(erasure::erase(&town.services, &ctx, wish("")).await, "number"));
    }

    async fn a_proof_finds_what_somebody_put_back_behind_the_programs_back_prv_15(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await;
        let ctx = administrator(&town).await;
        let living = proofs::prove(&town.services, &ctx, NUMBER).await.unwrap();
        assert!(!living.holds() && living.tombstone.is_none() && living.traces.len() > 15, "{living:?}");
        erasure::erase(&town.services, &ctx, wish("")).await.unwrap();
        let id = child.id;
        town.meddle(&format!("insert into heartbeats (worker, at) values ('about {id}', 1)")).await;
        let proof = proofs::prove(&town.services, &ctx, NUMBER).await.unwrap();
        assert!(!proof.holds());
        assert_eq!(proof.traces.len(), 1, "{:?}", proof.traces);
        assert_eq!((proof.traces[0].table.as_str(), proof.traces[0].rows), ("heartbeats", 1));
    }

    async fn a_legal_hold_refuses_an_erasure_and_says_so_cap_63(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await;
        let ctx = administrator(&town).await;
        for number in [NUMBER, ""] {
            retention::set_hold(&town.services, &ctx, number, "County court, file 7/26").await.unwrap();
            let refused = erasure::erase(&town.services, &ctx, wish("")).await;
            let Err(Error::Conflict(sentence)) = refused else { panic!("{refused:?}") };
            assert!(sentence.contains("County court, file 7/26") && sentence.contains("hold"), "{sentence}");
            assert!(child.found_in(&town).await.len() > 40);
            let holds = retention::overview(&town.services, &ctx).await.unwrap().holds;
            let hold = holds.iter().find(|h| h.released_at.is_none()).unwrap();
            retention::release_hold(&town.services, &ctx, hold.id).await.unwrap();
            let twice = retention::release_hold(&town.services, &ctx, hold.id).await;
            assert!(matches!(twice, Err(Error::Conflict(_))));
        }
        erasure::erase(&town.services, &ctx, wish("")).await.unwrap();
    }

    async fn open_work_on_a_child_stops_an_erasure_until_somebody_says_why_not(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await;
        open_again(&town, child.id).await;
        let ctx = administrator(&town).await;
        assert!(is_invalid(erasure::erase(&town.services, &ctx, wish(" ")).await, "nevertheless"));
        let naming = format!("the guardian of {NAME} insists");
        assert!(is_invalid(erasure::erase(&town.services, &ctx, wish(&naming)).await, "nevertheless"));
        let said = "The family moved abroad; the counselor agrees.";
        erasure::erase(&town.services, &ctx, wish(said)).await.unwrap();
        let stone = retention::overview(&town.services, &ctx).await.unwrap().tombstones.remove(0);
        assert_eq!(stone.note, said);
    }

    async fn nobody_but_an_administrator_with_a_fresh_factor_erases_aut_10(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await;
        let ctx = administrator(&town).await;
        let stale = Ctx { factor_at: Some(ctx.now.plus_seconds(-301)), ..ctx.clone() };
        for stale in [stale, Ctx { factor_at: None, ..ctx.clone() }] {
            let services = &town.services;
            assert!(matches!(erasure::erase(services, &stale, wish("")).await, Err(Error::StepUp)));
            assert!(matches!(retention::set_hold(services, &stale, "", "Court, file 1").await, Err(Error::StepUp)));
            assert!(matches!(retention::ask_for_profile(services, &stale, "eu").await, Err(Error::StepUp)));
        }
        for role in [Role::Counselor, Role::SchoolLead, Role::DistrictOfficer, Role::Auditor, Role::Proctor] {
            let other = Ctx { factor_at: Some(ctx.now), ..town.staff_at(role, 0, ctx.now).await };
            let services = &town.services;
            assert!(matches!(erasure::erase(services, &other, wish("")).await, Err(Error::NotFound)), "{role:?}");
            assert!(matches!(retention::overview(services, &other).await, Err(Error::NotFound)));
            assert!(matches!(proofs::prove(services, &other, NUMBER).await, Err(Error::NotFound)));
        }
        let typo = Wish { again: "ZQ-40418".to_owned(), ..wish("") };
        assert!(is_invalid(erasure::erase(&town.services, &ctx, typo).await, "again"));
        let made_up = Wish { why: EraseWhy::RetentionEnded, ..wish("") };
        assert!(is_invalid(erasure::erase(&town.services, &ctx, made_up).await, "why"));
        assert!(child.found_in(&town).await.len() > 40);
    }

    /// The trail outlives the child, so nothing that a person types may bring its name there.
    async fn a_reason_that_stays_in_the_trail_does_not_name_the_child_aud_03(kind: Kind) {
        let town = Town::of(kind, 60).await;
        whole_child(&town).await;
        let now = Ctx::new(Actor::Console).now;
        let counselor = Ctx { factor_at: Some(now), ..town.staff_at(Role::Counselor, 0, now).await };
        let naming = format!("{NAME} was seen crying in the yard");
        let refused = break_glass::open(&town.services, &counselor, NUMBER, &naming).await;
        assert!(is_invalid(refused, "reason"));
        let ctx = administrator(&town).await;
        let hold = retention::set_hold(&town.services, &ctx, NUMBER, &format!("Court, about {NAME}")).await;
        assert!(matches!(hold, Err(Error::Invalid { field: "reason", .. })), "{hold:?}");
        assert_eq!(town.count(&format!("select count(*) from audit where detail like '%{NAME}%'")).await, 0);
    }
}

/// PRV-15: the pages and the log of writes hold nothing of the child either.
#[tokio::test]
async fn of_an_erased_child_not_a_word_stands_in_the_files_prv_15() {
    let town = Town::of(Kind::Sqlite, 60).await;
    let child = whole_child(&town).await;
    let before = child.stands_in_files(&town);
    assert!(before.len() >= 3, "{before:?}");
    erasure::erase(&town.services, &administrator(&town).await, wish("")).await.unwrap();
    // A node that reads in that moment keeps the log; the purge empties it within the hour.
    retention::purge(&town.services, &Ctx::new(Actor::Job("purge")), 10).await.unwrap();
    assert_eq!(child.stands_in_files(&town), Vec::<String>::new());
}

fn settings(folder: &std::path::Path, identity: &Identity) -> [(&'static str, String); 3] {
    [
        ("FIRSTLIGHT__DATA_DIR", folder.join("data").display().to_string()),
        ("FIRSTLIGHT__BACKUP__RECIPIENT", identity.recipient().to_string()),
        ("FIRSTLIGHT__BACKUP__KEEP_DAYS", "10".to_owned()),
    ]
}

/// PRV-15, BKP-02: the proof names the backups that still hold the child and when they go, they go, and one that is put in
/// place before that forgets the child again.
#[tokio::test]
async fn older_backups_are_named_removed_in_time_and_forget_the_child_when_restored_prv_15() {
    let (here, there, identity) = (Scratch::new(), Scratch::new(), Identity::fresh().unwrap());
    let own = settings(here.path(), &identity);
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let town = Town::with(Kind::Sqlite, 60, &own).await;
    let id = whole_child(&town).await.id;
    let services = &town.services;
    let at = Ctx::new(Actor::Console);
    let [stays, moved, changed] =
        ["stays.age", "moved.age", "changed.age"].map(|name| here.path().join(name));
    for file in [&stays, &moved, &changed] {
        backups::backup(services, &at, file).await.unwrap();
    }
    let elsewhere = there.path().join("elsewhere.age");
    std::fs::copy(&stays, &elsewhere).unwrap();

    let administrator = administrator(&town).await;
    let later = Ctx { now: at.now.plus_seconds(1), factor_at: Some(at.now), ..administrator };
    assert_eq!(erasure::erase(services, &later, wish("")).await.unwrap(), id);
    let ledger = std::fs::read_to_string(here.path().join("data/erasures.jsonl")).unwrap();
    assert!(ledger.contains(&id.to_string()) && !ledger.contains(NUMBER), "{ledger}");

    let day = 86_400;
    let proof = proofs::prove(services, &later, NUMBER).await.unwrap();
    assert!(proof.holds());
    assert_eq!(proof.backups.len(), 3);
    assert!(proof.backups.iter().all(|b| b.is_here && b.goes_at == at.now.plus_seconds(10 * day)));
    assert_eq!(proof.clean_at, Some(at.now.plus_seconds(10 * day)));

    std::fs::rename(&moved, here.path().join("away.age")).unwrap();
    std::fs::write(&changed, "somebody's own file").unwrap();
    let purge = |seconds: i64| Ctx::at(Actor::Job("purge"), at.now.plus_seconds(seconds));
    assert_eq!(retention::purge(services, &purge(9 * day), 10).await.unwrap().backups, 0);
    assert!(stays.exists());
    assert_eq!(retention::purge(services, &purge(10 * day + 1), 10).await.unwrap().backups, 1);
    assert!(!stays.exists() && changed.exists());
    let afterwards = Ctx::at(Actor::Console, at.now.plus_seconds(11 * day));
    let proof = proofs::prove(services, &afterwards, NUMBER).await.unwrap();
    assert!(proof.backups.is_empty() && proof.clean_at.is_none(), "{proof:?}");
    services.close().await;

    // The copy that lay elsewhere is restored on another machine, which has the key file and the file of erasures.
    std::fs::create_dir_all(there.path().join("data")).unwrap();
    for file in ["key.hex", "erasures.jsonl"] {
        std::fs::copy(here.path().join("data").join(file), there.path().join("data").join(file)).unwrap();
    }
    let new = settings(there.path(), &identity);
    let target = Config::parse("", new.into_iter().map(|(k, v)| (k.to_owned(), v))).unwrap();
    let restored = backups::restore(target.clone(), &at, &elsewhere, &identity).await.unwrap();
    assert_eq!(restored.forgotten, 1);
    assert!(restored.manifest.rows.iter().any(|(table, rows)| table == "children" && *rows == 60));
    let services = Services::open(target).await.unwrap();
    let proof = proofs::prove(&services, &at, &id.to_string()).await.unwrap();
    assert!(proof.holds(), "{proof:?}");
    assert_eq!(proof.tombstone.unwrap().why, EraseWhy::CameBack);
    services.close().await;
}
