//! What is sealed in the database: readable through the program, and by nobody who has the files (KEY-01, KEY-02).

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::outside::{Consent, OutsideState};
use server::model::people::{Role, Sex};
use server::model::referral::{ContactHow, ContactWith, Danger, Outcome, Priority, Urgency};
use server::model::retention::EraseWhy;
use server::model::{AdministrationId, ChildId, ClassId, DistrictId, Private, ReferralId, SchoolId, UserId};
use server::services::erasure::{self, Wish};
use server::services::outside::{News, Sending};
use server::services::plans::{NewAssessment, NewPlan};
use server::services::referrals::NewContact;
use server::services::{Services, concerns, data_keys, outside, plans, records, referrals, steps};
use server::store::{Act, Store, StoreError, children, contacts, responses, rosters, users};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;
use crate::trail::literal;
use crate::whole_child::{NUMBER, whole_child};

fn console() -> Ctx {
    Ctx::new(Actor::Console)
}

/// Another node on the same database, with the same key file.
async fn node(town: &Town) -> Store {
    Store::open(&town.database.url, town.services.config().keys.sealer().unwrap()).await.unwrap()
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

/// The names of all children as the program reads them.
async fn names(town: &Town) -> Vec<String> {
    let mut conn = town.store().await;
    let ids: Vec<(ChildId,)> =
        conn.all("select child_id from enrollments where to_date is null", vec![]).await.unwrap();
    let ids: Vec<ChildId> = ids.into_iter().map(|(id,)| id).collect();
    let full = |c: children::Child| format!("{} {}", c.given_name.reveal(), c.family_name.reveal());
    children::get_all(&mut conn, &ids).await.unwrap().into_iter().map(full).collect()
}

/// Adds a child and a file that waits, both of which name it.
async fn add_child(store: &Store, user: UserId, mark: String) {
    let ctx = console();
    let mut conn = store.read(&ctx).await.unwrap();
    let at: Option<(DistrictId, SchoolId, ClassId)> = conn
        .first(
            "select s.district_id, s.id, k.id from schools s join classes k on k.school_id = s.id limit 1",
            vec![],
        )
        .await
        .unwrap();
    let (district_id, school_id, class_id) = at.unwrap();
    drop(conn);
    let written = store.write(&ctx, Act::new("test.child"), move |tx| {
        let child = children::NewChild {
            id: ChildId(Uuid::new_v4()),
            district_id,
            number: tx.ctx().id().to_string(),
            given_name: Private::new(format!("given{mark}")),
            family_name: Private::new(format!("family{mark}")),
            birth_date: "2014-01-01".parse().unwrap(),
            sex: Sex::Unknown,
            language: "en".to_owned(),
            school_id,
            class_id,
            enrolled_on: "2025-01-01".parse().unwrap(),
        };
        let file = format!("name\nfile{mark}\n");
        Box::pin(async move {
            children::add(tx, &child).await?;
            let id = tx.ctx().id();
            rosters::keep_upload(tx, id, district_id, user, "roster.csv", file.as_bytes()).await?;
            let kept = rosters::upload(tx, id, user).await?;
            assert_eq!(kept.map(|(_, body, _)| body), Some(file.into_bytes()));
            Ok(())
        })
    });
    written.await.unwrap();
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

    /// KEY-01: what counselors and teachers write about a child lies open nowhere, is read through the program, and what an
    /// older version left open is sealed at the start.
    async fn casework_is_sealed_and_what_lay_open_before_is_sealed_at_the_start_key_01(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let services = &town.services;
        let t0 = town.critical_answer(0).await;
        let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
        let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(120)).await;
        let sql = "select r.id from referrals r where r.rank = 1 and r.state = 'open' order by r.opened_at desc";
        let (id,): (ReferralId,) = town.store().await.first(sql, vec![]).await.unwrap().unwrap();
        let words = |text: &str| Private::new(format!("Zeppelin {text}"));
        referrals::claim(services, &first, id).await.unwrap();
        let tomorrow = t0.day_in(&jiff::tz::TimeZone::UTC).plus_days(1);
        let contact = NewContact {
            with: ContactWith::Child, how: ContactHow::Phone, reached: true, note: words("contact"), next: Some(tomorrow),
        };
        referrals::log_contact(services, &first, id, contact).await.unwrap();
        let plan = NewPlan { steps: [(); 6].map(|()| words("plan")), gap_reason: words("gap") };
        plans::write(services, &first, id, 0, plan).await.unwrap();
        let look = NewAssessment { level: Priority::Critical, danger: Danger::None, summary: words("look"), strengths: words("good") };
        plans::assess(services, &first, id, look).await.unwrap();
        let record = records::record(services, &first, records::child_of_referral(services, &first, id).await.unwrap()).await.unwrap();
        let child = record.child.id;
        let service = record.casework.directory.iter().find(|s| s.accepts == Priority::Critical || s.accepts == Priority::Low).unwrap().id;
        let sending = Sending { service, consent: Consent::Guardian, consent_words: words("consent"), letter: words("letter") };
        outside::send(services, &first, id, sending).await.unwrap();
        let sent = records::record(services, &first, child).await.unwrap().casework.outside[0].id;
        let news = News { to: OutsideState::Received, source: "Zeppelin source".to_owned(), note: words("news") };
        outside::note_news(services, &first, sent, news).await.unwrap();
        steps::offer_hand_over(services, &first, id, user(&second), words("next")).await.unwrap();
        let closing = referrals::Closing { outcome: Outcome::SupportedHere, seen_by: words("seen"), reason: words("why") };
        referrals::close(services, &first, id, closing).await.unwrap();
        let teacher = town.staff_at(Role::Teacher, 0, t0.plus_seconds(180)).await;
        let concern = concerns::NewConcern { child, seen: words("noticed"), since: words("since"), urgency: Urgency::Soon };
        concerns::report(services, &teacher, concern).await.unwrap();

        let columns = [
            ("plans", "warning_signs"), ("plans", "own_coping"), ("plans", "people_and_places"), ("plans", "people_to_ask"),
            ("plans", "professionals"), ("plans", "safer_place"), ("plans", "gap_reason"), ("assessments", "summary"),
            ("assessments", "strengths"), ("outside_referrals", "consent_words"), ("outside_referrals", "letter"),
            ("outside_events", "source"), ("outside_events", "note"), ("concerns", "seen"), ("concerns", "since"),
            ("follow_ups", "what"), ("referral_events", "reason"), ("closings", "seen_by"), ("closings", "reason"),
            ("hand_overs", "next_step"), ("contacts", "note"), ("referral_reasons", "why"), ("children", "given_name"),
            ("children", "family_name"), ("consent_events", "by_name"),
        ];
        let lie_open = async || {
            let mut open = 0;
            for (table, column) in columns {
                let all = town.words(&format!("select {column} from {table} where {column} <> ''")).await;
                assert!(!all.is_empty(), "nothing in {table}.{column}");
                open += all.iter().filter(|text| !text.starts_with("s2.")).count();
            }
            open
        };
        assert_eq!(lie_open().await, 0);
        let read = async || {
            let record = records::record(services, &first, child).await.unwrap();
            let work = &record.casework;
            let plan = &work.plans[0];
            let said = |text: &Private<String>, word: &str| assert!(text.reveal().contains(word), "{word}");
            said(&plan.warning_signs, "plan");
            said(&plan.gap_reason, "gap");
            said(&work.assessments[0].strengths, "good");
            said(&work.outside[0].letter, "letter");
            said(&work.outside_events[0].source, "source");
            said(&work.concerns[0].since, "since");
            said(&work.closing.as_ref().unwrap().reason, "why");
            said(&work.hand_over.as_ref().unwrap().next_step, "next");
            assert!(record.timeline.iter().any(|entry| entry.text.reveal().contains("Zeppelin seen")));
            assert!(record.open.unwrap().follow_ups.iter().any(|f| f.what.reveal().starts_with("Contact again")));
        };
        read().await;

        // As an older version had written them.
        for (table, column, text) in [
            ("plans", "warning_signs", "plan"), ("assessments", "strengths", "good"), ("outside_events", "source", "source"),
            ("referral_events", "reason", "Zeppelin seen"), ("hand_overs", "next_step", "next"), ("closings", "reason", "why"),
        ] {
            town.meddle(&format!("update {table} set {column} = '{text}'")).await;
        }
        town.meddle("update children set given_name = 'Zeppelin' where family_name <> ''").await;
        let children = town.count("select count(*) from children").await;
        assert!(lie_open().await > 6 + usize::try_from(children).unwrap());
        read().await;
        let sealed = data_keys::seal_open(services, &Ctx::new(Actor::Job("seal"))).await.unwrap();
        assert!(sealed > 6, "{sealed}");
        assert_eq!(lie_open().await, 0);
        assert_eq!(data_keys::seal_open(services, &Ctx::new(Actor::Job("seal"))).await.unwrap(), 0);
        read().await;
        data_keys::rotate(services, &console()).await.unwrap();
        read().await;
        town.services.close().await;
    }

    /// KEY-01: what a child answers and is called is sealed, is read through the program, and what an older version left
    /// open is sealed at the start.
    async fn answers_and_names_are_sealed_and_what_lay_open_before_is_sealed_at_the_start_key_01(kind: Kind) {
        let town = Town::of(kind, 30).await;
        town.critical_answer(0).await;
        let open = async || {
            town.count("select count(*) from responses where code is not null or declined = (1 = 1) or answer is null").await
                + town.count("select count(*) from flags where code is not null").await
                + town.count("select count(*) from children where given_name not like 's2.%' or family_name not like 's2.%'").await
        };
        assert_eq!(open().await, 0);
        let answers = town.answers().await;
        let newest = answers.iter().max_by_key(|answer| answer.answered_at).unwrap().administration_id;
        let given: Vec<_> = answers.iter().filter(|a| a.administration_id == newest).filter_map(|a| a.code).collect();
        assert_eq!(given, [0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let flags = town.count("select count(*) from flags").await;
        let flagged = async || responses::flags(&mut town.store().await, child_and_counselor(&town).await.0).await.unwrap();
        assert_eq!(flagged().await.iter().map(|flag| flag.code).collect::<Vec<_>>(), [Some(1)]);
        let names = names(&town).await;
        assert!(names.len() == 30 && names.iter().all(|name| !name.contains("s2.")));

        // As an older version had written them.
        let lengths = town.count("select count(distinct length(answer)) from responses").await;
        assert_eq!(lengths, 1, "the length of a sealed answer tells nothing");
        town.meddle("update responses set answer = null, code = 2; update flags set answer = null, code = 2; \
                     update children set family_name = 'Zeppelin'").await;
        let all = answers.len() as u64 + flags as u64 + 30;
        assert_eq!(open().await, all as i64);
        let job = Ctx::new(Actor::Job("seal"));
        for sealed in [all, 0] {
            assert_eq!(data_keys::seal_open(&town.services, &job).await.unwrap(), sealed);
            assert_eq!(open().await, 0);
            assert!(town.answers().await.iter().all(|answer| answer.code == Some(2)));
            assert_eq!(flagged().await[0].code, Some(2));
            assert!(self::names(&town).await.iter().all(|name| name.ends_with(" Zeppelin")));
        }
    }

    /// KEY-01: an answer that was moved to another question, form or child opens nowhere.
    async fn an_answer_in_another_row_is_refused_key_01(kind: Kind) {
        let town = Town::of(kind, 30).await;
        town.critical_answer(0).await;
        let forms = town.ids("select distinct administration_id from responses where item = '9'").await;
        town.meddle("update responses set answer = (select o.answer from responses o where o.item = '9' \
                     and o.administration_id = responses.administration_id order by o.seq limit 1) where item = '1'").await;
        let mut conn = town.store().await;
        assert!(!forms.is_empty());
        for form in forms {
            let read = responses::current(&mut conn, AdministrationId(form)).await;
            assert!(matches!(read, Err(StoreError::Sealed(_))), "{read:?}");
        }
        let child = child_and_counselor(&town).await.0;
        town.meddle("update children set given_name = (select max(o.given_name) from children o where o.id <> children.id)").await;
        let read = children::get(&mut conn, child).await;
        assert!(matches!(read, Err(StoreError::Sealed(_))), "a name of another child");
    }

    /// A child that an older version had added has no key; it gets one with the first value that is sealed for it. A key
    /// that was made in an act that was undone is nobody's.
    async fn a_child_from_before_gets_a_key_that_outlives_only_a_commit(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let ((_, ctx), store) = (child_and_counselor(&town).await, node(&town).await);
        let child = ChildId(Uuid::new_v4());
        town.meddle(&format!(
            "insert into children (id, district_id, number, given_name, family_name, birth_date, sex, language, created_at) \
             select {}, district_id, 'from before', 'Old', 'Timer', birth_date, sex, language, created_at from children limit 1",
            literal(kind, child.0)
        )).await;
        let user = user(&ctx);
        for _ in 0..2 {
            let undone: Result<(), Error> = store.write(&ctx, Act::new("test.undone"), move |tx| {
                Box::pin(async move {
                    contacts::add_note(tx, child, user, "team", &Private::new("undone".to_owned())).await?;
                    assert_eq!(contacts::list_notes(tx, child, user).await?.len(), 1, "readable where it was written");
                    Err(Error::NotFound)
                })
            }).await;
            assert!(matches!(undone, Err(Error::NotFound)));
        }
        write_note(&store, &ctx, child, user, "kept".to_owned()).await;
        write_note(&store, &ctx, child, user, "kept too".to_owned()).await;
        let fresh = node(&town).await;
        for reader in [&store, &fresh] {
            assert_eq!(notes(reader, &ctx, child).await.unwrap().len(), 2);
        }
    }

    /// KEY-01, PRV-15: the key of an erased child goes with its row. What is left of its words, in pages not written over
    /// yet or in a copy of one table, opens no more, not even for a child of the same id.
    async fn what_is_left_of_an_erased_child_opens_no_more_key_01(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = whole_child(&town).await.id;
        let (ctx, store) = (child_and_counselor(&town).await.1, node(&town).await);
        write_note(&store, &ctx, child, user(&ctx), "left over".to_owned()).await;
        let mine = literal(kind, child.0);
        let kept = town.words(&format!("select body from notes where child_id = {mine} order by id desc limit 1")).await.remove(0);
        let id = town.store().await.all::<(Uuid,)>(
            "select id from notes where child_id = $1 order by id desc limit 1", vec![child.into()]).await.unwrap()[0].0;
        let admin = town.staff_at(Role::Administrator, 0, console().now).await;
        let admin = Ctx { factor_at: Some(admin.now), ..admin };
        let wish = Wish {
            number: NUMBER.to_owned(), again: NUMBER.to_owned(), why: EraseWhy::GuardianAsked, nevertheless: String::new(),
        };
        erasure::erase(&town.services, &admin, wish).await.unwrap();
        town.meddle(&format!(
            "insert into children (id, district_id, number, given_name, family_name, birth_date, sex, language, created_at) \
             select {mine}, district_id, 'again', 'A', 'B', birth_date, sex, language, created_at from children limit 1; \
             insert into notes (id, child_id, user_id, visibility, body, written_at) values ({}, {mine}, {}, 'team', '{kept}', 0)",
            literal(kind, id), literal(kind, user(&ctx).0),
        )).await;
        // Whoever has the database and the key file, and never met the child.
        let fresh = node(&town).await;
        let read = notes(&fresh, &ctx, child).await;
        assert!(matches!(read, Err(Error::Store(StoreError::Sealed(_)))), "{read:?}");
        write_note(&fresh, &ctx, child, user(&ctx), "of the new one".to_owned()).await;
        let read = notes(&fresh, &ctx, child).await;
        assert!(matches!(read, Err(Error::Store(StoreError::Sealed(_)))), "under a key of its own still: {read:?}");
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

/// 300 marks in notes, names of children, files that wait, names and numbers of guardians: none is in the database's files, the log of writes included.
#[tokio::test]
async fn of_three_hundred_marks_none_is_in_the_files_key_01() {
    let town = Town::of(Kind::Sqlite, 30).await;
    let ((child, ctx), store) = (child_and_counselor(&town).await, node(&town).await);
    let mut marks = Vec::new();
    for n in 0..150 {
        let mark = format!("mark{}", Uuid::new_v4().simple());
        match n % 3 {
            0 => write_note(&store, &ctx, child, user(&ctx), format!("note{mark}")).await,
            1 => add_guardian(&store, child, mark.clone()).await,
            _ => add_child(&store, user(&ctx), mark.clone()).await,
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
