//! What is sealed in the database: readable through the program, and by nobody who has the files (KEY-01, KEY-02).

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::people::Role;
use server::model::{ChildId, DistrictId, Private, UserId};
use server::services::{Services, data_keys, records};
use server::store::{Act, Store, StoreError, children, contacts, users};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

fn console() -> Ctx {
    Ctx::new(Actor::Console)
}

/// Another node on the same database, with the same key file.
async fn node(town: &Town) -> Store {
    Store::open(&town.database.url, town.services.keys().sealer()).await.unwrap()
}

/// A child and its counselor's context.
async fn child_and_counselor(town: &Town) -> (ChildId, Ctx) {
    let ctx = town.child(&town.teens()[0]).await;
    let Actor::Student(student) = ctx.actor else { panic!() };
    let store = node(town).await;
    let email = &town.demo.staff.iter().find(|s| s.role == "counselor").unwrap().email;
    let user = users::get_by_email(&mut store.read(&ctx).await.unwrap(), email).await.unwrap().unwrap().id;
    store.close().await;
    let grants = vec![Grant { role: Role::Counselor, school: None }];
    let staff = Staff { user, district: DistrictId(student.district.0), name: String::new(), grants };
    (student.child, Ctx::new(Actor::Staff(staff)))
}

async fn write_note(store: &Store, ctx: &Ctx, child: ChildId, user: UserId, text: String) {
    let written = store.write(ctx, Act::new("test.note"), move |tx| {
        let body = Private::new(text.clone());
        Box::pin(async move { Ok(contacts::add_note(tx, child, user, "team", &body).await?) })
    });
    written.await.unwrap();
}

async fn add_guardian(store: &Store, child: ChildId, mark: String) {
    let ctx = console();
    let written = store.write(&ctx, Act::new("test.guardian"), move |tx| {
        let guardian = children::Guardian {
            name: Private::new(format!("name{mark}")),
            relation: "aunt".to_owned(),
            phone: Private::new(format!("phone{mark}")),
            do_not_contact: false,
        };
        Box::pin(async move { Ok(children::add_guardian(tx, child, &guardian).await?) })
    });
    written.await.unwrap();
}

fn user(ctx: &Ctx) -> UserId {
    let Actor::Staff(staff) = &ctx.actor else { panic!() };
    staff.user
}

async fn notes(store: &Store, ctx: &Ctx, child: ChildId) -> Result<Vec<String>, Error> {
    let mut conn = store.read(ctx).await?;
    let notes = contacts::list_notes(&mut conn, child, user(ctx)).await?;
    Ok(notes.into_iter().map(|note| note.body.reveal().clone()).collect())
}

on_both_databases! {
    /// A note moved to another row, or another child's, opens nowhere; the page says so instead of showing it.
    async fn a_value_in_another_row_is_refused_key_01(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let ((child, ctx), store) = (child_and_counselor(&town).await, node(&town).await);
        for n in 0..2 {
            write_note(&store, &ctx, child, user(&ctx), format!("note {n}")).await;
        }
        assert_eq!(notes(&store, &ctx, child).await.unwrap().len(), 2);
        town.meddle("update notes set body = (select max(o.body) from notes o where o.id <> notes.id)").await;
        let read = notes(&store, &ctx, child).await;
        assert!(matches!(read, Err(Error::Store(StoreError::Sealed(_)))), "{read:?}");
    }

    /// Another key file does not open the database at all, and says what to do.
    async fn a_database_does_not_open_with_another_key_file(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let other = tests::place::Scratch::new();
        let mut settings = town.database.settings();
        settings.push(("FIRSTLIGHT__DATA_DIR".into(), other.path().join("data").display().to_string()));
        let refused = Services::open(server::config::Config::parse("", settings.into_iter()).unwrap()).await;
        assert!(refused.is_err_and(|line| line.contains("key file")));
    }

    /// KEY-02: new keys while somebody writes; every value stays readable, and the old keys go.
    async fn keys_are_changed_while_notes_are_written_key_02(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let ((child, ctx), store) = (child_and_counselor(&town).await, node(&town).await);
        // Another node, which learns of the new key only by meeting it.
        let other = node(&town).await;
        for n in 0..20 {
            write_note(&store, &ctx, child, user(&ctx), format!("before {n}")).await;
        }
        let writing = async {
            for n in 0..20 {
                write_note(&other, &ctx, child, user(&ctx), format!("meanwhile {n}")).await;
            }
        };
        let at = console();
        let (sealed, ()) = tokio::join!(data_keys::rotate(&town.services, &at), writing);
        assert!(sealed.unwrap() >= 20);
        write_note(&other, &ctx, child, user(&ctx), "after".to_owned()).await;
        for node in [&store, &other] {
            assert_eq!(notes(node, &ctx, child).await.unwrap().len(), 41);
        }
        let later = Ctx::at(Actor::Console, at.now.plus_seconds(120));
        data_keys::rotate(&town.services, &at).await.unwrap();
        let (removed, needed) = data_keys::forget_old(&town.services, &later).await.unwrap();
        assert_eq!((removed, needed), (2, 0));
        assert_eq!(town.count("select count(*) from data_keys").await, 1);
        let fresh = node(&town).await;
        assert_eq!(notes(&fresh, &ctx, child).await.unwrap().len(), 41);
        fresh.close().await;
        other.close().await;
    }

    /// The counselor's page shows what was sealed.
    async fn the_record_shows_notes_and_guardians_in_the_clear(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let ((child, ctx), store) = (child_and_counselor(&town).await, node(&town).await);
        write_note(&store, &ctx, child, user(&ctx), "a note to read".to_owned()).await;
        add_guardian(&store, child, "-to-read".to_owned()).await;
        let record = records::record(&town.services, &ctx, child).await.unwrap();
        assert!(record.timeline.iter().any(|entry| entry.text.reveal().contains("a note to read")));
        assert!(record.guardians.iter().any(|g| g.name.reveal() == "name-to-read" && g.phone.reveal() == "phone-to-read"));
    }
}

/// 200 marks in notes, names and numbers of guardians: none is in the database's files, the log of writes included.
#[tokio::test]
async fn of_two_hundred_marks_none_is_in_the_files_key_01() {
    let town = Town::of(Kind::Sqlite, 30).await;
    let ((child, ctx), store) = (child_and_counselor(&town).await, node(&town).await);
    let mut marks = Vec::new();
    for n in 0..100 {
        let mark = format!("mark{}", Uuid::new_v4().simple());
        if n % 2 == 0 {
            write_note(&store, &ctx, child, user(&ctx), format!("note{mark}")).await;
        } else {
            add_guardian(&store, child, mark.clone()).await;
        }
        marks.extend([format!("note{mark}"), mark]);
    }
    let file = town.database.url.trim_start_matches("sqlite://").to_owned();
    let mut read = 0;
    for suffix in ["", "-wal", "-shm"] {
        let Ok(bytes) = std::fs::read(format!("{file}{suffix}")) else { continue };
        read += bytes.len();
        for mark in &marks {
            assert!(
                !bytes.windows(mark.len()).any(|w| w == mark.as_bytes()),
                "{mark} stands in {file}{suffix}"
            );
        }
    }
    println!("{} marks, {read} bytes of files: 0 found", marks.len());
    assert!(read > 100_000);
}
