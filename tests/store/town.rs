//! A small fictitious town for the tests of this binary, with its services opened on a database of its own.

use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::services::demo::{self, Demo, Plan};
use server::services::sessions::{self, Token, Visitor};
use server::services::{Services, check_in};
use sqlx::AnyConnection;
use tests::{Database, Kind};

/// Services over a filled database.
pub struct Town {
    pub services: Services,
    pub demo: Demo,
    pub database: Database,
}

/// Settings for a database of a test.
pub fn config(database: &Database) -> Config {
    Config::parse("", database.settings().into_iter()).unwrap()
}

impl Town {
    /// A town of so many students with one open window and no past.
    pub async fn of(kind: Kind, students: usize) -> Self {
        let database = Database::empty(kind).await;
        let services = Services::open(config(&database)).await.unwrap();
        let plan = Plan { seed: 11, schools: 1, students, windows: 1 };
        let demo = demo::fill(&services, plan, |_, _| {}).await.unwrap();
        Self { services, demo, database }
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

    /// Changes the database behind the program's back.
    pub async fn meddle(&self, sql: &str) {
        let mut conn = self.raw().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    }

    async fn raw(&self) -> AnyConnection {
        use sqlx::Connection;
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.database.url).await.unwrap()
    }
}
