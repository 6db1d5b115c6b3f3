//! Backups: consistent while everything goes on, readable by nobody but the identity's keeper, and checked when restored.

use std::path::Path;
use std::sync::Arc;

use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::seal::age::Identity;
use server::services::Services;
use server::services::backups;
use server::services::demo::{self, Plan};
use server::store::{Act, Store, Val};
use tests::place::Scratch;
use tokio::sync::Semaphore;

fn console() -> Ctx {
    Ctx::new(Actor::Console)
}

fn config(folder: &Path, identity: &Identity) -> Config {
    let settings = [
        ("FIRSTLIGHT__DATA_DIR", folder.join("data").display().to_string()),
        ("FIRSTLIGHT__BACKUP__RECIPIENT", identity.recipient().to_string()),
    ];
    Config::parse("", settings.into_iter().map(|(k, v)| (k.to_owned(), v))).unwrap()
}

fn give_key(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("data")).unwrap();
    std::fs::copy(from.join("data/key.hex"), to.join("data/key.hex")).unwrap();
}

/// BKP-01, BKP-02: what comes back is what was there, and a thief of the file learns nothing from it.
#[tokio::test]
async fn a_backup_opens_for_its_identity_alone_and_comes_back_whole_bkp_02() {
    let (here, there, identity) = (Scratch::new(), Scratch::new(), Identity::fresh().unwrap());
    let services = Services::open(config(here.path(), &identity)).await.unwrap();
    let plan = Plan { seed: 3, schools: 1, students: 120, windows: 2 };
    demo::fill(&services, plan, |_, _| {}).await.unwrap();
    let file = here.path().join("one.age");
    let made = backups::backup(&services, &console(), &file).await.unwrap();
    services.close().await;
    assert!(made.rows.iter().any(|(table, rows)| table == "children" && *rows == 120), "{:?}", made.rows);
    // A backup never writes over another.
    let services = Services::open(config(here.path(), &identity)).await.unwrap();
    assert!(backups::backup(&services, &console(), &file).await.unwrap_err().contains("exists"));
    services.close().await;

    let bytes = std::fs::read(&file).unwrap();
    let readable = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
    assert!(bytes.starts_with(b"age-encryption.org/v1\n"));
    assert!(!readable(b"SQLite format") && !readable(b"create table") && !readable(b"phq9"));

    let target = config(there.path(), &identity);
    let missing = backups::restore(target.clone(), &console(), &file, &identity).await.unwrap_err();
    assert!(missing.contains("key file"), "{missing}");
    give_key(here.path(), there.path());
    let stranger = Identity::fresh().unwrap();
    let refused = backups::restore(target.clone(), &console(), &file, &stranger).await.unwrap_err();
    assert!(refused.contains("another identity"), "{refused}");
    let done = backups::restore(target.clone(), &console(), &file, &identity).await.unwrap();
    assert_eq!((done.manifest.rows.clone(), done.repaired.total()), (made.rows, 0));
    assert!(done.trail.lines > 0 && done.trail.faults.is_empty());
    // It never writes over a database, and leaves nothing plain behind.
    let again = backups::restore(target, &console(), &file, &identity).await.unwrap_err();
    assert!(again.contains("exists"), "{again}");
    let left: Vec<String> = std::fs::read_dir(there.path().join("data"))
        .unwrap()
        .map(|f| f.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("whole") || name.contains("restoring") || name.contains("part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A key file of another server is noticed before the database is put in place.
#[tokio::test]
async fn a_restore_with_another_key_file_is_refused() {
    let (here, there, identity) = (Scratch::new(), Scratch::new(), Identity::fresh().unwrap());
    let services = Services::open(config(here.path(), &identity)).await.unwrap();
    demo::fill(&services, Plan { seed: 3, schools: 1, students: 30, windows: 1 }, |_, _| {}).await.unwrap();
    let file = here.path().join("one.age");
    backups::backup(&services, &console(), &file).await.unwrap();
    services.close().await;
    let target = config(there.path(), &identity);
    std::fs::create_dir_all(there.path().join("data")).unwrap();
    std::fs::write(there.path().join("data/key.hex"), "ab".repeat(32)).unwrap();
    backups::restore(target, &console(), &file, &identity).await.unwrap_err();
    assert!(!there.path().join("data/firstlight.db").exists());
}

/// BKP-03: each write puts in two rows; no copy made in between has one of them alone.
#[tokio::test]
async fn a_backup_under_load_holds_no_half_transaction_bkp_03() {
    let (here, identity) = (Scratch::new(), Identity::fresh().unwrap());
    let services = Services::open(config(here.path(), &identity)).await.unwrap();
    let store =
        Store::open(&config(here.path(), &identity).database_url, crate::town::sealer()).await.unwrap();
    // So many writes beside each backup: a writer without an end would make each copy longer than the one before.
    let allowed = Arc::new(Semaphore::new(0));
    let writer = {
        let (store, allowed) = (store.clone(), Arc::clone(&allowed));
        tokio::spawn(async move {
            let mut written = 0;
            while let Ok(permit) = allowed.acquire().await {
                permit.forget();
                let ctx = console();
                let id = ctx.id();
                let write = store.write(&ctx, Act::new("test.pair"), move |tx| {
                    Box::pin(async move {
                        let now = tx.ctx().now;
                        let values = vec![Val::from(id), Val::from("pair"), Val::from(now)];
                        tx.run("insert into districts (id, name, created_at) values ($1, $2, $3)", values)
                            .await?;
                        Ok(())
                    })
                });
                write.await.unwrap();
                written += 1;
            }
            written
        })
    };
    let mut seen = Vec::new();
    for n in 0..20 {
        let file = here.path().join(format!("{n}.age"));
        allowed.add_permits(200);
        let made = backups::backup(&services, &console(), &file).await.unwrap();
        let rows = |table: &str| made.rows.iter().find(|(name, _)| name == table).unwrap().1;
        // Every audit row is a pair's, but for one that each backup leaves itself.
        assert_eq!(rows("districts"), rows("audit") - n - 1, "a half transaction in backup {n}");
        seen.push(rows("districts"));
    }
    allowed.close();
    let written: i64 = writer.await.unwrap();
    println!("20 backups while {written} writes went on: districts in each {seen:?}");
    assert!(seen.is_sorted() && written > 20);
    store.close().await;
    services.close().await;
}
