//! A child with a row in every table that can hold one, and a search for what is left of it that shares no code with the
//! program's.

use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::{ChildId, Private, UserId};
use server::services::check_in;
use server::store::{Act, Store, Val, children, contacts};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tests::Kind;
use uuid::Uuid;

use crate::town::Town;

/// Words that stand nowhere but in this child's rows.
pub const NAME: &str = "Zephyrine-Quillfeather";
pub const NUMBER: &str = "ZQ-40417";
const WORDS: [&str; 4] = [NAME, NUMBER, "wordsofcasework", "+1 555 40417"];

/// Tables in which the child has rows.
pub const TABLES: [&str; 33] = [
    "administrations",
    "assessments",
    "break_glass",
    "bulk_items",
    "cards",
    "child_tags",
    "children",
    "closings",
    "concerns",
    "consents",
    "contacts",
    "deletions_waiting",
    "deliveries",
    "enrollments",
    "flags",
    "follow_ups",
    "guardian_letters",
    "guardians",
    "hand_overs",
    "hands",
    "legal_holds",
    "notes",
    "outbox",
    "outside_events",
    "outside_referrals",
    "plans",
    "referral_events",
    "referral_reasons",
    "referrals",
    "responses",
    "scores",
    "service_links",
    "sessions",
];

pub struct WholeChild {
    pub id: ChildId,
    /// Of everything the child's rows hang on.
    ids: Vec<Uuid>,
}

fn v(value: impl Into<Val>) -> Val {
    value.into()
}

struct Putting<'a> {
    store: &'a Store,
    ctx: Ctx,
}

impl Putting<'_> {
    async fn row(&self, sql: &'static str, values: Vec<Val>) {
        let written = self.store.write(&self.ctx, Act::new("test.row"), move |tx| {
            let values = values.clone();
            Box::pin(async move { Ok(tx.run(sql, values).await.map(drop)?) })
        });
        written.await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    fn id(&self) -> Uuid {
        self.ctx.id()
    }
}

/// Signs the first teen in, lets it answer (a critical answer among them) and hand in, and puts casework of every kind
/// beside it, all closed.
pub async fn whole_child(town: &Town) -> WholeChild {
    let before = Ctx::new(Actor::Console);
    let student = town.child_at_first_question(&town.teens()[0]).await;
    town.answer_all(&student, |_| 1).await;
    check_in::submit(&town.services, &student, Uuid::new_v4()).await.unwrap();
    let Actor::Student(who) = student.actor else { panic!() };
    let (one, two) = (
        town.staff_at(Role::Counselor, 0, before.now).await,
        town.staff_at(Role::Proctor, 0, before.now).await,
    );
    let (Actor::Staff(one), Actor::Staff(two)) = (one.actor, two.actor) else { panic!() };
    let (one, two): (UserId, UserId) = (one.user, two.user);
    let store = Store::open(&town.database.url, town.services.config().keys.sealer().unwrap()).await.unwrap();
    let put = Putting { store: &store, ctx: Ctx::new(Actor::Console) };
    let (child, district, now) = (who.child, who.district, put.ctx.now);
    put.row(
        "update children set given_name = $2, family_name = $2, number = $3 where id = $1",
        vec![child.into(), NAME.into(), NUMBER.into()],
    )
    .await;
    let sealed = store.write(&put.ctx, Act::new("test.sealed"), move |tx| {
        Box::pin(async move {
            let guardian = children::Guardian {
                name: Private::new(NAME.to_owned()),
                relation: "wordsofcasework".to_owned(),
                phone: Private::new("+1 555 40417".to_owned()),
                do_not_contact: false,
            };
            children::add_guardian(tx, child, &guardian).await?;
            Ok(contacts::add_note(tx, child, one, "team", &Private::new(NAME.to_owned())).await?)
        })
    });
    sealed.await.unwrap();
    let mut conn = store.read(&put.ctx).await.unwrap();
    let (referral,): (Uuid,) = conn
        .first("select id from referrals where child_id = $1", vec![child.into()])
        .await
        .unwrap()
        .unwrap();
    let (school,): (Uuid,) = conn
        .first("select school_id from referrals where id = $1", vec![referral.into()])
        .await
        .unwrap()
        .unwrap();
    let [follow_up, bulk, outside, service, alert] = [put.id(), put.id(), put.id(), put.id(), put.id()];
    let text = || v("wordsofcasework");
    put.row(
        "insert into contacts (id, referral_id, child_id, user_id, at, with_whom, how, reached, note) \
         values ($1, $2, $3, $4, $5, 'child', 'phone', true, $6)",
        vec![v(put.id()), v(referral), v(child), v(one), v(now), text()],
    )
    .await;
    put.row(
        "insert into follow_ups (id, referral_id, due_on, what, created_at) values ($1, $2, '2026-01-01', $3, $4)",
        vec![v(follow_up), v(referral), text(), v(now)],
    )
    .await;
    put.row(
        "insert into plans (id, child_id, referral_id, version, user_id, written_at, warning_signs, own_coping, \
         people_and_places, people_to_ask, professionals, safer_place, gap_reason) \
         values ($1, $2, $3, 90, $4, $5, $6, '', '', '', '', '', '')",
        vec![v(put.id()), v(child), v(referral), v(one), v(now), text()],
    )
    .await;
    put.row(
        "insert into assessments (id, referral_id, child_id, user_id, at, level, danger, summary, strengths) \
         values ($1, $2, $3, $4, $5, 'low', 'none', $6, '')",
        vec![v(put.id()), v(referral), v(child), v(one), v(now), text()],
    )
    .await;
    put.row(
        "insert into guardian_letters (id, child_id, referral_id, guardian_id, template, language, body, made_by, made_at) \
         select $1, $2, $3, g.id, 'talk', 'en', $4, $5, $6 from guardians g where g.child_id = $2 order by g.id limit 1",
        vec![v(put.id()), v(child), v(referral), text(), v(one), v(now)],
    )
    .await;
    put.row(
        "insert into closings (id, referral_id, outcome, seen_by, reason, proposed_by, proposed_at, answered_by, \
         answered_at, answer) values ($1, $2, 'supported_here', '', $3, $4, $5, $6, $5, 'confirmed')",
        vec![v(put.id()), v(referral), text(), v(one), v(now), v(two)],
    )
    .await;
    put.row(
        "insert into hand_overs (id, referral_id, from_user, to_user, next_step, offered_at) values ($1, $2, $3, $4, $5, $6)",
        vec![v(put.id()), v(referral), v(one), v(two), text(), v(now)],
    )
    .await;
    put.row(
        "insert into bulk_acts (id, user_id, kind, made_at) values ($1, $2, 'follow_up', $3)",
        vec![v(bulk), v(one), v(now)],
    )
    .await;
    put.row(
        "insert into bulk_items (bulk_id, referral_id, owner_before, due_before, follow_up_id, version_after) \
         values ($1, $2, $3, $4, $5, 1)",
        vec![v(bulk), v(referral), v(one), v(now), v(follow_up)],
    )
    .await;
    put.row(
        "insert into child_tags (id, child_id, tag, set_by, set_at) values ($1, $2, 'other', $3, $4)",
        vec![v(put.id()), v(child), v(one), v(now)],
    )
    .await;
    put.row(
        "insert into help_services (id, district_id, system, name, contact, hours, capacity, accepts, added_at) \
         values ($1, $2, 'medical', 'Clinic', '', '', '', 'low', $3)",
        vec![v(service), v(district), v(now)],
    )
    .await;
    put.row(
        "insert into outside_referrals (id, referral_id, child_id, service_id, state, consent, consent_words, letter, sent_by, \
         sent_at, news_at) values ($1, $2, $3, $4, 'sent', 'guardian', '', $5, $6, $7, $7)",
        vec![v(outside), v(referral), v(child), v(service), text(), v(one), v(now)],
    )
    .await;
    put.row(
        "insert into outside_events (id, outside_id, at, to_state, source, note) values ($1, $2, $3, 'sent', '', $4)",
        vec![v(put.id()), v(outside), v(now), text()],
    )
    .await;
    put.row(
        "insert into service_links (id, outside_id, token_hash, made_at, expires_at) values ($1, $2, $3, $4, $4)",
        vec![v(put.id()), v(outside), v(put.id().as_bytes().to_vec()), v(now)],
    )
    .await;
    put.row(
        "insert into concerns (id, child_id, school_id, user_id, referral_id, seen, since, urgency, at) \
         values ($1, $2, $3, $4, $5, $6, '', 'soon', $7)",
        vec![v(put.id()), v(child), v(school), v(one), v(referral), text(), v(now)],
    )
    .await;
    put.row(
        "insert into rescreens (id, referral_id, child_id, instrument, due_on, planned_at) \
         values ($1, $2, $3, 'phq9_teen', '2026-01-01', $4)",
        vec![v(put.id()), v(referral), v(child), v(now)],
    )
    .await;
    put.row(
        "insert into break_glass (id, user_id, child_id, reason, opened_at, ends_at) values ($1, $2, $3, $4, $5, $5)",
        vec![v(put.id()), v(one), v(child), text(), v(now)],
    )
    .await;
    put.row(
        "insert into hands (id, sitting_id, child_id, raised_at, lowered_at) values ($1, $2, $3, $4, $4)",
        vec![v(put.id()), v(who.sitting), v(child), v(now)],
    )
    .await;
    put.row(
        "insert into outbox (id, referral_id, user_id, reason, created_at) values ($1, $2, $3, 'test', $4)",
        vec![v(alert), v(referral), v(one), v(now)],
    )
    .await;
    put.row(
        "insert into deliveries (id, alert_id, channel, urgent, due_at) values ($1, $2, 'email', false, $3)",
        vec![v(put.id()), v(alert), v(now)],
    )
    .await;
    put.row(
        "insert into legal_holds (id, district_id, child_id, reason, set_at, released_at) values ($1, $2, $3, $4, $5, $5)",
        vec![v(put.id()), v(district), v(child), text(), v(now)],
    )
    .await;
    put.row(
        "insert into deletions_waiting (child_id, window_id, asked_at) values ($1, $2, $3)",
        vec![v(child), v(who.window), v(now)],
    )
    .await;
    put.row(
        "insert into consents (id, child_id, window_id, status, method, by_name, recorded_at) \
         values ($1, $2, $3, 'given', 'paper', $4, $5) on conflict (child_id, window_id) do update set by_name = $4",
        vec![v(put.id()), v(child), v(who.window), v(NAME), v(now)],
    )
    .await;
    close_referral(&put, referral).await;
    let mut ids = vec![child.0, referral, follow_up, outside, alert];
    let rows: Vec<(Uuid,)> =
        conn.all("select id from administrations where child_id = $1", vec![child.into()]).await.unwrap();
    ids.extend(rows.into_iter().map(|(id,)| id));
    drop(conn);
    store.close().await;
    WholeChild { id: child, ids }
}

async fn close_referral(put: &Putting<'_>, referral: Uuid) {
    put.row(
        "update referrals set state = 'closed', closed_at = $2, outcome = 'supported_here' where id = $1",
        vec![referral.into(), put.ctx.now.into()],
    )
    .await;
}

/// A table that nobody knows of yet, with a row for each child and window of which something was said, and one that hangs
/// on it.
pub async fn add_tables_of_tomorrow(town: &Town) {
    let (id, strict) = match town.database.kind {
        Kind::Sqlite => ("blob", "strict"),
        Kind::Postgres => ("uuid", ""),
    };
    town.meddle(&format!(
        "create table letters_of_tomorrow (id {id} primary key, child_id {id} not null references children (id), \
         window_id {id} not null references windows (id), words text not null) {strict}; \
         create table lines_of_tomorrow (letter_id {id} not null references letters_of_tomorrow (id), words text not null) {strict}; \
         insert into letters_of_tomorrow select id, child_id, window_id, 'said' from consents; \
         insert into lines_of_tomorrow select id, 'said' from letters_of_tomorrow"
    ))
    .await;
}

/// Opens the child's referral again, behind the program's back.
pub async fn open_again(town: &Town, child: ChildId) {
    let store = Store::open(&town.database.url, crate::town::sealer()).await.unwrap();
    let put = Putting { store: &store, ctx: Ctx::new(Actor::Console) };
    let sql = "update referrals set state = 'reopened', closed_at = null, outcome = null where child_id = $1";
    put.row(sql, vec![child.into()]).await;
    store.close().await;
}

impl WholeChild {
    /// Every table and column in which an id or a word of the child stands, read as text, whatever its type.
    pub async fn found_in(&self, town: &Town) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let mut conn = AnyConnection::connect(&town.database.url).await.unwrap();
        let (sql, as_text) = match town.database.kind {
            Kind::Sqlite => (
                "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'",
                "lower(hex(\"COLUMN\")) || ' ' || coalesce(cast(\"COLUMN\" as text), '')",
            ),
            Kind::Postgres => (
                "select cast(table_name as text), cast(column_name as text) from information_schema.columns \
                 where table_schema = 'public'",
                "lower(replace(cast(\"COLUMN\" as text), '-', '')) || ' ' || cast(\"COLUMN\" as text)",
            ),
        };
        let columns: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(&mut conn).await.unwrap();
        assert!(columns.len() > 250, "{} columns", columns.len());
        let ids = self.ids.iter().flat_map(|id| [id.simple().to_string(), id.to_string()]);
        let wanted: Vec<String> = ids.chain(WORDS.iter().map(|word| (*word).to_owned())).collect();
        let mut found = Vec::new();
        for (table, column) in columns {
            let text = as_text.replace("COLUMN", &column);
            let tests: Vec<String> = wanted.iter().map(|word| format!("{text} like '%{word}%'")).collect();
            let sql = format!("select count(*) from \"{table}\" where {}", tests.join(" or "));
            let (rows,): (i64,) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut conn).await.unwrap();
            if rows > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
        found.sort();
        found
    }

    /// Whether a word or an id of the child stands anywhere in the bytes of the database's files.
    pub fn stands_in_files(&self, town: &Town) -> Vec<String> {
        let file = town.database.url.trim_start_matches("sqlite://").to_owned();
        let mut found = Vec::new();
        for suffix in ["", "-wal"] {
            let Ok(bytes) = std::fs::read(format!("{file}{suffix}")) else { continue };
            for word in WORDS {
                if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                    found.push(format!("{word} in the file{suffix}"));
                }
            }
        }
        found
    }
}
