//! Changing the master key: what is sealed stays readable, wherever the change breaks off, and the old key opens nothing
//! any more (KEY-02, ASVS 13.3.4).

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use server::ctx::{Actor, Ctx};
use server::model::Private;
use server::services::{Services, master_key, trail};
use server::store::{Act, Store, children, sealed};
use tests::place::Scratch;
use tests::{Kind, on_both_databases};

use crate::town::{Town, configured};

fn console() -> Ctx {
    Ctx::new(Actor::Console)
}

/// A town whose master key lies in a folder of its own.
async fn town(kind: Kind) -> (Town, Scratch, PathBuf) {
    let scratch = Scratch::new();
    let file = scratch.path().join("key.hex");
    let town = Town::with(kind, 40, &[("FIRSTLIGHT__KEYS__FILE", &file.display().to_string())]).await;
    (town, scratch, file)
}

/// Another node on the same database, with this key file.
async fn open_with(town: &Town, file: &Path) -> Result<Services, String> {
    Services::open(configured(&town.database, &[("FIRSTLIGHT__KEYS__FILE", &file.display().to_string())]))
        .await
}

fn lines(file: &Path) -> usize {
    std::fs::read_to_string(file).unwrap().lines().count()
}

async fn add_guardian(town: &Town, store: &Store, name: &str) -> Result<(), server::Error> {
    let (child,) =
        town.store().await.first("select id from children order by id limit 1", vec![]).await?.unwrap();
    let name = name.to_owned();
    let ctx = console();
    let written = store.write(&ctx, Act::new("test.guardian"), move |tx| {
        let guardian = children::Guardian {
            name: Private::new(name.clone()),
            relation: "aunt".to_owned(),
            phone: Private::new(String::new()),
            do_not_contact: false,
        };
        Box::pin(async move { Ok(children::add_guardian(tx, child, &guardian).await?) })
    });
    written.await
}

async fn guardians(town: &Town, store: &Store) -> Vec<String> {
    let (child,) = town
        .store()
        .await
        .first("select id from children order by id limit 1", vec![])
        .await
        .unwrap()
        .unwrap();
    let mut conn = store.read(&console()).await.unwrap();
    let all = children::guardians(&mut conn, child).await.unwrap();
    all.into_iter().map(|g| g.name.reveal().clone()).collect()
}

async fn node(file: &Path, town: &Town) -> Store {
    let config = configured(&town.database, &[("FIRSTLIGHT__KEYS__FILE", &file.display().to_string())]);
    Store::open(&town.database.url, config.keys.sealer().unwrap()).await.unwrap()
}

on_both_databases! {
    /// Under load: names are written, read and new data keys made on two nodes, while the master key is changed three times.
    async fn the_master_key_is_changed_under_load_without_an_error_key_02(kind: Kind) {
        let (town, _scratch, file) = town(kind).await;
        let other = node(&file, &town).await;
        let old = std::fs::read_to_string(&file).unwrap();
        let changing = async {
            for _ in 0..3 {
                let changed = master_key::change(&town.services, &console()).await.unwrap();
                assert!(changed.keys >= 8, "{changed:?}");
                assert_eq!(changed.aside.len(), 1);
            }
        };
        let writing = async {
            for n in 0..40 {
                add_guardian(&town, &other, &format!("guardian {n}")).await.unwrap();
                if n % 4 == 0 {
                    let (id,) = town.store().await.first("select id from districts order by id limit 1", vec![]).await.unwrap().unwrap();
                    let ctx = console();
                    let added = other.write(&ctx, Act::new("keys.add"), move |tx| {
                        Box::pin(async move { Ok(sealed::add_key(tx, id).await?) })
                    });
                    added.await.unwrap();
                }
            }
        };
        tokio::join!(changing, writing);
        let now = std::fs::read_to_string(&file).unwrap();
        assert_ne!(old.trim(), now.trim());
        assert_eq!(lines(&file), 1);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        for store in [&other, &node(&file, &town).await] {
            let named = guardians(&town, store).await.iter().filter(|name| name.starts_with("guardian ")).count();
            assert_eq!(named, 40);
        }
        let again = open_with(&town, &file).await.unwrap();
        // The old key, which was valid a moment ago, is that of no database any more; the refusal names the key it needs.
        let aside = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|f| f.unwrap().path());
        let aside: Vec<PathBuf> = aside.filter(|f| f.display().to_string().contains(".old-")).collect();
        assert_eq!(aside.len(), 3);
        for old in aside {
            let refused = open_with(&town, &old).await.unwrap_err();
            assert!(refused.contains("it needs the key"), "{refused}");
        }
        again.close().await;
        other.close().await;
    }

    /// Wherever a change breaks off, the file holds the key in force, and the next change goes on from there.
    async fn a_change_that_breaks_off_leaves_a_key_that_works_key_02(kind: Kind) {
        let (town, _scratch, file) = town(kind).await;
        add_guardian(&town, &node(&file, &town).await, "before").await.unwrap();
        let opens = async || {
            let services = open_with(&town, &file).await.unwrap();
            services.close().await;
            assert!(guardians(&town, &node(&file, &town).await).await.contains(&"before".to_owned()));
        };
        let first = master_key::prepare(&town.services, &console()).await.unwrap();
        assert_eq!(lines(&file), 2);
        opens().await;
        // Prepared twice is prepared once.
        assert_eq!(master_key::prepare(&town.services, &console()).await.unwrap(), first);
        assert_eq!(lines(&file), 2);
        assert!(master_key::wrap(&town.services, &console()).await.unwrap() >= 8);
        assert_eq!(lines(&file), 2);
        opens().await;
        let changed = master_key::change(&town.services, &console()).await.unwrap();
        assert_eq!((changed.keys, changed.now, changed.aside.len(), lines(&file)), (0, first, 1, 1));
        opens().await;
        // Nobody but the person at the terminal.
        let child = town.child(&town.teens()[0]).await;
        assert!(master_key::change(&town.services, &child).await.is_err());
    }

    /// What was made of the first key outlives it: cards that are open, the trail with its checkpoints.
    async fn open_cards_and_the_trail_outlive_the_master_key_key_02(kind: Kind) {
        let scratch = Scratch::new();
        let file = scratch.path().join("key.hex");
        let checkpoints = scratch.path().join("checkpoints").display().to_string();
        let settings = [("FIRSTLIGHT__KEYS__FILE", &*file.display().to_string()), ("FIRSTLIGHT__AUDIT__CHECKPOINTS", &checkpoints)];
        let town = Town::with(kind, 40, &settings).await;
        trail::seal(&town.services, &console()).await.unwrap();
        trail::checkpoint(&town.services, &console()).await.unwrap();
        master_key::change(&town.services, &console()).await.unwrap();
        let after = Services::open(configured(&town.database, &settings)).await.unwrap();
        let nobody = Ctx::new(Actor::Nobody);
        let code = &town.teens()[0];
        server::services::sessions::sign_in_with_card(&after, &nobody, code, [127, 0, 0, 1].into()).await.unwrap();
        trail::seal(&after, &console()).await.unwrap();
        trail::checkpoint(&after, &console()).await.unwrap();
        let verdict = trail::verify(&after, &console()).await.unwrap();
        assert!(verdict.faults.is_empty() && verdict.checkpoints >= 2 && verdict.lines > 10, "{verdict:?}");
        after.close().await;
    }

    /// A database from before the master key was noted keeps the keys that were derived from it.
    async fn a_database_from_before_keeps_its_derived_keys(kind: Kind) {
        let (town, _scratch, file) = town(kind).await;
        add_guardian(&town, &node(&file, &town).await, "before").await.unwrap();
        town.meddle("delete from kept_keys").await;
        town.meddle("delete from master_key").await;
        let upgraded = open_with(&town, &file).await.unwrap();
        assert_eq!(town.count("select count(*) from kept_keys").await, 7);
        let card = upgraded.keys().card_hash("a card");
        master_key::change(&upgraded, &console()).await.unwrap();
        upgraded.close().await;
        let later = open_with(&town, &file).await.unwrap();
        assert_eq!(later.keys().card_hash("a card"), card);
        assert!(guardians(&town, &node(&file, &town).await).await.contains(&"before".to_owned()));
        later.close().await;
    }

    /// The key may come from a program; the new one stands on a line after the present one while it is changed.
    async fn a_program_gives_the_master_key(kind: Kind) {
        let scratch = Scratch::new();
        let keys = scratch.path().join("service");
        std::fs::write(&keys, format!("{}\n", "1f".repeat(32))).unwrap();
        let command = format!("cat {}", keys.display());
        let town = Town::with(kind, 30, &[("FIRSTLIGHT__KEYS__COMMAND", &command)]).await;
        let refused = master_key::change(&town.services, &console()).await.unwrap_err().to_string();
        assert!(refused.contains("line after the present one"), "{refused}");
        std::fs::write(&keys, format!("{}\n{}\n", "1f".repeat(32), "2e".repeat(32))).unwrap();
        assert!(master_key::change(&town.services, &console()).await.unwrap().keys >= 8);
        std::fs::write(&keys, format!("{}\n", "2e".repeat(32))).unwrap();
        let settings = [("FIRSTLIGHT__KEYS__COMMAND", &*command)];
        Services::open(configured(&town.database, &settings)).await.unwrap().close().await;
        std::fs::write(&keys, format!("{}\n", "1f".repeat(32))).unwrap();
        assert!(Services::open(configured(&town.database, &settings)).await.is_err());
        for wrong in ["false", "/does/not/exist"] {
            let settings = [("FIRSTLIGHT__KEYS__COMMAND", wrong)];
            assert!(Services::open(configured(&town.database, &settings)).await.unwrap_err().contains("key command"));
        }
    }
}
