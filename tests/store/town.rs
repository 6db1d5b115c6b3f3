//! A small fictitious town for the tests of this binary, with its services opened on a database of its own.

use server::config::Config;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::people::Role;
use server::model::{AdministrationId, Instant};
use server::services::demo::{self, Demo, Plan};
use server::services::sessions::{self, Token, Visitor};
use server::services::{Services, check_in};
use server::store::responses::{self, Response};
use sqlx::AnyConnection;
use tests::{Database, Kind};

/// Services over a filled database.
pub struct Town {
    pub services: Services,
    pub demo: Demo,
    pub database: Database,
}

/// Settings for a database of a test, with further ones as the environment names them.
pub fn configured(database: &Database, settings: &[(&str, &str)]) -> Config {
    let more = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    // One key file for all: towns are many, and a key in a folder of the sources would be somebody's mistake later.
    let folder = tests::place::shared("towns").display().to_string();
    let folder = ("FIRSTLIGHT__DATA_DIR".to_owned(), folder);
    Config::parse("", database.settings().into_iter().chain([folder]).chain(more)).unwrap()
}

/// Keys of no database, for a store whose sealed values nobody reads.
pub fn sealer() -> server::seal::field::Sealer {
    server::seal::field::Sealer::new([0; 32])
}

impl Town {
    /// A town of so many students with one open window and no past.
    pub async fn of(kind: Kind, students: usize) -> Self {
        Self::with(kind, students, &[]).await
    }

    /// The same with further settings.
    pub async fn with(kind: Kind, students: usize, settings: &[(&str, &str)]) -> Self {
        Self::filled(kind, Plan { seed: 11, schools: 1, students, windows: 1 }, settings).await
    }

    /// The same of several schools.
    pub async fn schools(kind: Kind, schools: usize, students: usize) -> Self {
        Self::filled(kind, Plan { seed: 11, schools, students, windows: 1 }, &[]).await
    }

    /// The same of one school, with windows before the open one.
    pub async fn with_past(kind: Kind, students: usize, windows: usize) -> Self {
        Self::filled(kind, Plan { seed: 11, schools: 1, students, windows }, &[]).await
    }

    /// A district with windows before the open one.
    pub async fn district(kind: Kind, schools: usize, students: usize, windows: usize) -> Self {
        Self::filled(kind, Plan { seed: 11, schools, students, windows }, &[]).await
    }

    async fn filled(kind: Kind, plan: Plan, settings: &[(&str, &str)]) -> Self {
        let database = Database::empty(kind).await;
        let services = Services::open(configured(&database, settings)).await.unwrap();
        let demo = demo::fill(&services, plan, |_, _| {}).await.unwrap();
        Self { services, demo, database }
    }

    /// The same town again on a copy of its embedded database, which nobody has open: filling takes longer than most tests.
    pub async fn again(demo: &Demo, database: &Database) -> Self {
        let database = database.copied();
        let services = Services::open(configured(&database, &[])).await.unwrap();
        Self { services, demo: demo.clone(), database }
    }

    /// Codes of children who answer the teen questionnaire.
    pub fn teens(&self) -> Vec<String> {
        let teen = |band: &str| band == "11–13" || band == "14–18";
        self.demo.cards.iter().filter(|c| teen(c.age_band)).map(|c| c.code.clone()).collect()
    }

    /// Signs a child in and gives its context.
    pub async fn child(&self, code: &str) -> Ctx {
        let nobody = Ctx::new(Actor::Nobody);
        let token =
            sessions::sign_in_with_card(&self.services, &nobody, code, [127, 0, 0, 1].into()).await.unwrap();
        self.actor(&token).await
    }

    async fn actor(&self, token: &Token) -> Ctx {
        let nobody = Ctx::new(Actor::Nobody);
        match sessions::visitor(&self.services, &nobody, token.reveal()).await.unwrap() {
            Visitor::Actor(actor) => nobody.with_actor(actor),
            Visitor::OwesCode(_) => panic!("a child owes no code"),
        }
    }

    /// A member of staff by role, the `n`-th of it, as a context at an instant.
    pub async fn staff_at(&self, role: Role, n: usize, now: Instant) -> Ctx {
        let email = &self.demo.staff.iter().filter(|s| s.role == role.as_str()).nth(n).unwrap().email;
        self.person(email, now).await
    }

    /// Everybody of a role at a school, in the demo's order: of counselors the first on duty, then the backup.
    pub async fn people_at(&self, role: Role, school: &str, now: Instant) -> Vec<Ctx> {
        let here = |s: &&demo::DemoStaff| s.role == role.as_str() && s.school.as_deref() == Some(school);
        let mut people = Vec::new();
        for one in self.demo.staff.iter().filter(here) {
            people.push(self.person(&one.email, now).await);
        }
        people
    }

    async fn person(&self, email: &str, now: Instant) -> Ctx {
        let ctx = Ctx::at(Actor::Console, now);
        let mut conn = self.store().await;
        let user = server::store::users::get_by_email(&mut conn, email).await.unwrap().unwrap();
        let roles = server::store::users::roles(&mut conn, user.id).await.unwrap();
        let grants = roles.iter().map(|r| Grant { role: r.role, school: r.school_id }).collect();
        ctx.with_actor(Actor::Staff(Staff {
            user: user.id,
            district: user.district_id,
            name: user.name,
            grants,
        }))
    }

    /// A connection of its own, for reading with the store's verbs.
    pub async fn store(&self) -> server::store::Conn {
        let sealer = self.services.config().keys.sealer().unwrap();
        let store = server::store::Store::open(&self.database.url, sealer).await.unwrap();
        store.read(&Ctx::new(Actor::Console)).await.unwrap()
    }

    /// Every answer there is, with those that were replaced, as the program reads it.
    pub async fn answers(&self) -> Vec<Response> {
        let mut conn = self.store().await;
        let forms: Vec<(AdministrationId,)> =
            conn.all("select id from administrations order by id", vec![]).await.unwrap();
        let mut answers = Vec::new();
        for (form,) in forms {
            answers.extend(responses::history(&mut conn, form).await.unwrap());
        }
        answers
    }

    /// A teen gives a critical answer now; gives the instant just before it.
    pub async fn critical_answer(&self, n: usize) -> Instant {
        use questionnaires::response::Answer;
        let before = Ctx::new(Actor::Console).now;
        let ctx = self.child_at_first_question(&self.teens()[n]).await;
        for number in 1..=9 {
            let (_, question) = check_in::question(&self.services, &ctx, number).await.unwrap();
            let code = Answer::Code(if number == 9 { 1 } else { 0 });
            check_in::answer(&self.services, &ctx, number, &question.item.id, code).await.unwrap();
        }
        before
    }

    /// All rows of one text column, read behind the program's back.
    pub async fn words(&self, sql: &str) -> Vec<String> {
        let mut conn = self.raw().await;
        let rows: Vec<(String,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(&mut conn).await.unwrap();
        rows.into_iter().map(|(word,)| word).collect()
    }

    /// All rows of one column of ids, read behind the program's back.
    pub async fn ids(&self, sql: &'static str) -> Vec<uuid::Uuid> {
        let rows: Vec<(uuid::Uuid,)> = self.store().await.all(sql, vec![]).await.unwrap();
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// Signs a child in and takes it to its first question.
    pub async fn child_at_first_question(&self, code: &str) -> Ctx {
        let ctx = self.child(code).await;
        check_in::give_assent(&self.services, &ctx, check_in::Assent::Yes).await.unwrap();
        ctx
    }

    /// Answers every question of the teen questionnaire with the code that `choose` gives for an item.
    pub async fn answer_all(&self, ctx: &Ctx, choose: impl Fn(&str) -> i32) {
        use questionnaires::response::Answer;
        for number in 1..=check_in::state(&self.services, ctx).await.unwrap().questions {
            let (_, question) = check_in::question(&self.services, ctx, number).await.unwrap();
            let item = question.item.id.clone();
            let answer = Answer::Code(choose(&item));
            check_in::answer(&self.services, ctx, number, &item, answer).await.unwrap();
        }
    }

    /// One number from the database, read behind the program's back.
    pub async fn count(&self, sql: &str) -> i64 {
        let mut conn = self.raw().await;
        let row: (i64,) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await.unwrap();
        row.0
    }

    /// The names of all tables.
    pub async fn tables(&self) -> Vec<String> {
        let sql = if self.database.url.starts_with("sqlite") {
            "select name from sqlite_master where type = 'table' order by name"
        } else {
            "select cast(table_name as text) from information_schema.tables where table_schema = current_schema() \
             order by table_name"
        };
        self.words(sql).await
    }

    /// Changes the database behind the program's back.
    pub async fn meddle(&self, sql: &str) {
        let mut conn = self.raw().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    }

    /// Tries to change the database behind the program's back.
    pub async fn tries(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut conn = self.raw().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.map(drop)
    }

    /// A connection that reads behind the program's back.
    pub async fn raw(&self) -> AnyConnection {
        use sqlx::Connection;
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.database.url).await.unwrap()
    }
}
