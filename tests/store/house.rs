//! An empty house with its first accounts, at a time that the test sets.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::{Instant, UserId};
use server::services::sessions::{self, Visitor, code_now};
use server::services::{Services, accounts, second_factor};
use sqlx::{AnyConnection, Connection};
use tests::{Database, Kind};

use crate::town::configured;

pub const PASSWORD: &str = "lantern otter plum sixty";
pub const HERE: std::net::IpAddr = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// A house at a time that the test sets.
pub struct House {
    pub services: Services,
    pub database: Database,
    pub now: Instant,
}

impl House {
    pub async fn new(kind: Kind) -> Self {
        Self::with(kind, &[]).await
    }

    /// The same with settings.
    pub async fn with(kind: Kind, settings: &[(&str, &str)]) -> Self {
        let database = Database::empty(kind).await;
        let services = Services::open(configured(&database, settings)).await.unwrap();
        Self { services, database, now: Ctx::new(Actor::Console).now }
    }

    pub fn ctx(&self, actor: Actor) -> Ctx {
        Ctx::at(actor, self.now)
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// Uses a one-time link and gives the secret of the second factor and the recovery codes.
    pub async fn accept(&self, link: &str, email: &str) -> (String, Vec<String>) {
        let ctx = self.ctx(Actor::Nobody);
        let secret = accounts::welcome(&self.services, &ctx, link).await.unwrap().totp_secret;
        let code = code_now(&ctx, &secret).unwrap();
        let codes = accounts::accept(&self.services, &ctx, link, email, PASSWORD, &code).await.unwrap();
        (secret, codes)
    }

    /// Signs in with this second factor and gives the session's token.
    pub async fn sign_in(&self, email: &str, code: &str) -> Result<String, Error> {
        let ctx = self.ctx(Actor::Nobody);
        let half = sessions::sign_in_with_password(&self.services, &ctx, email, PASSWORD, HERE).await?;
        let full =
            second_factor::confirm_code(&self.services, &ctx, half.reveal(), code, HERE, "Firefox on Linux");
        Ok(full.await?.reveal().to_owned())
    }

    /// The context of a session at this time; nobody's when it has ended.
    pub async fn visit(&self, token: &str) -> Ctx {
        let nobody = self.ctx(Actor::Nobody);
        let seen = sessions::visit(&self.services, &nobody, token).await.unwrap();
        match seen.visitor {
            Visitor::Actor(actor) => Ctx { factor_at: seen.factor_at, ..nobody.with_actor(actor) },
            Visitor::OwesCode(_) => nobody,
        }
    }

    /// The password is given; what is owed is the second step.
    pub async fn half(&self, email: &str) -> String {
        let ctx = self.ctx(Actor::Nobody);
        let half =
            sessions::sign_in_with_password(&self.services, &ctx, email, PASSWORD, HERE).await.unwrap();
        half.reveal().to_owned()
    }

    /// The account of an e-mail address, as an administrator's list has it.
    pub async fn account(&self, admin: &Ctx, email: &str) -> UserId {
        let (people, _) = accounts::list(&self.services, admin).await.unwrap();
        people.iter().find(|p| p.account.email == email).unwrap().account.id
    }

    /// One number, asked of the database itself.
    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&self.database.url).await.unwrap();
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
    }

    /// The first administrator, signed in: the session and the secret.
    pub async fn administrator(&self) -> (String, String, Vec<String>) {
        let link = accounts::first_run(&self.services, &self.ctx(Actor::Console)).await.unwrap().unwrap();
        let (secret, codes) = self.accept(link.reveal(), "anna@district.example").await;
        let code = code_now(&self.ctx(Actor::Nobody), &secret).unwrap();
        (self.sign_in("anna@district.example", &code).await.unwrap(), secret, codes)
    }
}

/// Whether somebody is signed in.
pub fn signed_in(ctx: &Ctx) -> bool {
    matches!(ctx.actor, Actor::Staff(_))
}
