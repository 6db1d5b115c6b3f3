//! Two districts in one database, everybody who asks, and the things that the table asks for.

use std::collections::BTreeMap;

use server::config::Config;
use server::model::people::Role;
use server::services::Services;
use server::services::demo::{self, DemoStaff, Plan};
use tests::{Kind, Page, Server, Staff, Visitor, informants};
use uuid::Uuid;

use super::forms;
use super::reach::{Scope, Visits};

/// A browser with the token of its forms.
#[derive(Clone)]
pub struct Asker {
    pub visitor: Visitor,
    pub token: String,
}

impl Asker {
    /// With the token off a page of theirs that has a form.
    pub async fn of(mut visitor: Visitor, page: &str) -> Self {
        let page = visitor.get(page).await;
        let token = page.attributes("input[name='token']", "value").first().cloned();
        Self {
            visitor,
            token: token.unwrap_or_else(|| panic!("no form on {}: {}", page.url, page.readable())),
        }
    }

    /// Sends what has to be taken.
    pub async fn does(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields: Vec<_> = fields.iter().copied().chain([("token", self.token.as_str())]).collect();
        let page = self.visitor.clone().post(path, &fields).await;
        assert!(page.status == 200, "{path} answers {}: {}", page.status, page.readable());
        page
    }

    /// Sends a form as the table sends it, about one thing: so what the table sends is known to be taken.
    pub async fn sends(&self, world: &World, route: &str, kind: &'static str, scope: Scope) -> Page {
        let path = fill(route, world.thing(kind, scope));
        let fields = forms::of(route, world, scope);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.does(&path, &fields).await
    }
}

/// A route's path with these in place of its parameters.
pub fn fill(route: &str, parts: &[String]) -> String {
    let mut parts = parts.iter();
    let filled = route.split('/').map(|part| match part.starts_with('{') {
        true => parts.next().unwrap_or_else(|| panic!("{route} has more parameters than its kind")).clone(),
        false => part.to_owned(),
    });
    let path = filled.collect::<Vec<_>>().join("/");
    assert_eq!(parts.next(), None, "{route} has fewer parameters than its kind");
    path
}

/// An id as the embedded database's SQL writes it.
pub fn blob(id: &str) -> String {
    format!("x'{}'", id.replace('-', ""))
}

pub struct World {
    pub server: Server,
    /// Who asks, by role.
    pub askers: BTreeMap<Visits, Asker>,
    /// The parameters of a route by the kind of thing and the scope: several where what one takes away is asked for by
    /// others too.
    pub things: BTreeMap<(&'static str, Scope), Vec<Vec<String>>>,
    /// What forms about a thing name besides: a guardian, a follow-up, a colleague.
    pub facts: BTreeMap<(&'static str, Scope), String>,
    pub services: Services,
    /// The staff of the first district and of the other.
    pub staff: [Vec<Staff>; 2],
    /// Who has signed in already: a one-time code works only once.
    inside: BTreeMap<(usize, Role, usize), Asker>,
}

impl World {
    pub async fn new() -> Self {
        let mut server = Server::demo(Kind::Sqlite).await;
        let config = Config::parse("", server.settings().into_iter()).unwrap();
        let services = Services::open(config).await.unwrap();
        let plan = Plan { seed: 5, schools: 1, students: 60, windows: 2 };
        let beside = demo::fill_beside(&services, plan).await.unwrap();
        informants::ask_everybody(&mut server).await;
        let staff = [server.people().staff.clone(), beside.staff.iter().map(copy).collect()];
        let (askers, things, facts, inside) = Default::default();
        let mut world = Self { server, askers, things, facts, services, staff, inside };
        world.furnish().await;
        world.let_everybody_in().await;
        world
    }

    pub fn thing(&self, kind: &'static str, scope: Scope) -> &[String] {
        &self.each(kind, scope)[0]
    }

    pub fn each(&self, kind: &'static str, scope: Scope) -> &[Vec<String>] {
        let found = self.things.get(&(kind, scope));
        found.unwrap_or_else(|| panic!("there is no {kind} in scope {scope:?}"))
    }

    pub fn put(&mut self, kind: &'static str, scope: Scope, parts: &[&str]) {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        self.things.entry((kind, scope)).or_default().push(parts);
    }

    pub fn fact(&self, name: &'static str, scope: Scope) -> String {
        self.facts.get(&(name, scope)).cloned().unwrap_or_default()
    }

    pub fn note(&mut self, name: &'static str, scope: Scope, value: &str) {
        self.facts.insert((name, scope), value.to_owned());
    }

    /// The first column of all that a query finds, as text.
    pub async fn find_all(&self, sql: String) -> Vec<String> {
        let mut conn = self.database().await;
        let rows: Vec<(String,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql.clone())).fetch_all(&mut conn).await.unwrap();
        assert!(!rows.is_empty(), "nothing is found by {sql}");
        // Ids are bytes in the database, read here as hexadecimal digits.
        let id = |text: String| Uuid::try_parse(&text).map_or(text, |id| id.to_string());
        rows.into_iter().map(|(text,)| id(text)).collect()
    }

    pub async fn find(&self, sql: String) -> String {
        self.find_all(sql).await.remove(0)
    }

    pub async fn meddle(&self, sql: &str) {
        let mut conn = self.database().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    }

    async fn database(&self) -> sqlx::AnyConnection {
        sqlx::any::install_default_drivers();
        <sqlx::AnyConnection as sqlx::Connection>::connect(&self.server.database.url).await.unwrap()
    }

    /// The `n`-th person of a role in one of the districts signs in.
    pub async fn sign_in(&mut self, district: usize, role: Role, n: usize) -> Asker {
        if let Some(asker) = self.inside.get(&(district, role, n)) {
            return asker.clone();
        }
        let person = self.staff[district].iter().filter(|s| s.role == role.as_str()).nth(n).unwrap();
        let asker = Asker::of(self.server.sign_in(person).await.0, "/account").await;
        self.inside.insert((district, role, n), asker.clone());
        asker
    }

    /// Those who ask.
    async fn let_everybody_in(&mut self) {
        let nobody = Asker::of(self.server.visitor(), "/").await;
        self.askers.insert(Visits::Nobody, nobody);
        let mut guardian = self.server.visitor();
        guardian.get(&fill("/f/{secret}", self.thing("family", Scope::Own))).await.ok();
        self.askers.insert(Visits::Guardian, Asker::of(guardian, "/").await);
        let mut child = self.server.visitor();
        let entry = child.get("/").await.ok();
        let card = self.server.people().cards.iter().find(|card| card.age_band == "14–18").unwrap();
        let assent = child.submit(entry.form("form[action='/card']").set("code", &card.code)).await.ok();
        child.submit(assent.form("form[action='/check-in/assent']").press("assent", "yes")).await.ok();
        self.askers.insert(Visits::Student, Asker::of(child, "/check-in/question/1").await);
        for role in Role::ALL {
            let asker = self.sign_in(0, *role, 0).await;
            self.askers.insert(Visits::Staff(*role), asker);
        }
    }
}

fn copy(made: &DemoStaff) -> Staff {
    Staff {
        role: made.role.to_owned(),
        name: made.name.clone(),
        email: made.email.clone(),
        password: made.password.clone(),
        totp_secret: Some(made.totp_secret.clone()),
    }
}
