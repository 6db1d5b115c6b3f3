//! The things of a district as a whole: windows, settings, accounts, links that somebody holds, figures.

use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::{ChildId, ClassId, WindowId};
use server::services::{consent, families};

use super::reach::Scope;
use super::things::{Place, after};
use super::world::{Asker, World, blob};

impl World {
    /// Windows that are open, over, of another district, and drafts that one school alone takes part in.
    pub(super) async fn windows(&mut self, places: &[Place], admin: &Asker) {
        for scope in Scope::ALL {
            let at = match scope {
                Scope::Sibling => 1,
                Scope::Other => 2,
                _ => 0,
            };
            self.note("draft school", scope, &places[at].school);
        }
        for (scope, at) in [(Scope::Own, 0), (Scope::Sibling, 1)] {
            let page =
                admin.does("/setup/windows", &to_str(&super::forms::of("/setup/windows", self, scope))).await;
            let draft = page.path().rsplit('/').next().unwrap().to_owned();
            self.window(scope, &draft, &places[at].school);
        }
        for (scope, at) in [(Scope::School, 0), (Scope::Other, 2)] {
            let open = self.fact("open window", scope);
            self.window(scope, &open, &places[at].school);
            self.note("school id", scope, &places[at].school);
        }
        let over = self.fact("closed window", Scope::School);
        self.window(Scope::Closed, &over, &places[0].school);
        // Where a counselor sends a child that moves: from one's own school to the other one of the district.
        for scope in Scope::ALL {
            let at = if scope == Scope::Sibling { 0 } else { 1 };
            let class = format!("select hex(id) from classes where school_id = {}", blob(&places[at].school));
            let class = self.find(class).await;
            self.note("move to", scope, &places[at].school);
            self.note("move to class", scope, &class);
        }
    }

    fn window(&mut self, scope: Scope, window: &str, school: &str) {
        self.put("window", scope, &[window]);
        self.put("window-state", scope, &[window, "paused"]);
        self.put("window-school", scope, &[window, school]);
    }

    /// An area, a legal hold, a roster that waits and a service; the district's own also as things that are over.
    pub(super) async fn settings(&mut self, scope: Scope, admin: &Asker, place: &Place) {
        let here = format!("where district_id = {}", blob(&place.district));
        let numbers = self.find_all(format!("select number from children {here} order by id limit 2")).await;
        let mut live = vec![(scope, 0)];
        if scope == Scope::School {
            live.insert(0, (Scope::Closed, 1));
        }
        for (scope, n) in live {
            admin.does("/setup/places", &to_str(&super::forms::of("/setup/places", self, scope))).await;
            let area = self
                .find(format!("select hex(id) from areas {here} order by created_at desc, id desc"))
                .await;
            self.put("area", scope, &[&area]);
            self.note("number", scope, &numbers[n]);
            let held = super::forms::of("/setup/retention/holds", self, scope);
            admin.does("/setup/retention/holds", &to_str(&held)).await;
            let hold = self
                .find(format!("select hex(id) from legal_holds {here} order by set_at desc, id desc"))
                .await;
            self.put("hold", scope, &[&hold]);
            let page = admin.visitor.clone().get("/setup/roster").await.ok();
            let form = page.form("form[action='/setup/roster']");
            let list = b"number,given name,family name,date of birth,school,class,grade\n";
            let sent = admin.visitor.clone().submit_file(form, "file", "list.csv", list).await;
            let upload = after(sent.path(), "/setup/roster/");
            self.put("upload", scope, &[&upload]);
            let services =
                format!("select hex(id) from help_services {here} and retired_at is null order by id");
            let services = self.find_all(services).await;
            for service in &services[..2] {
                self.put("service", scope, &[service]);
            }
            if scope == Scope::Closed {
                admin.does(&format!("/setup/places/{area}/remove"), &[]).await;
                admin.does(&format!("/setup/retention/holds/{hold}/release"), &[]).await;
                admin.does(&format!("/setup/roster/{upload}/discard"), &[]).await;
                for service in &services[..2] {
                    admin.does(&format!("/directory/{service}/retire"), &[]).await;
                }
            }
        }
    }

    /// Accounts, and the links by which people come to theirs.
    pub(super) async fn accounts(&mut self, admin: &Asker) {
        for (scope, email) in [
            (Scope::Own, "administrator@district.example"),
            (Scope::School, "counselor-2@alder-community.example"),
            (Scope::Sibling, "counselor@beech-community.example"),
            (Scope::Other, "counselor@alder-community.lakeside.example"),
            (Scope::Closed, "proctor@beech-community.example"),
        ] {
            let user = self.find(format!("select hex(id) from users where email = '{email}'")).await;
            self.put("account", scope, &[&user, "enable"]);
        }
        let gone = self.thing("account", Scope::Closed)[0].clone();
        admin.does(&format!("/setup/people/{gone}/disable"), &[]).await;
        let user = self
            .find("select hex(id) from users where email = 'school-lead@beech-community.example'".to_owned())
            .await;
        // A second link takes the place of the first.
        for scope in [Scope::Closed, Scope::Own] {
            let page = admin.does(&format!("/setup/people/{user}/reset"), &[]).await;
            self.put("invitation", scope, &[&after(&page.text("#one-time-link"), "/welcome/")]);
        }
    }

    /// What guardians hold: the links of letters about consent and of a parent's form.
    pub(super) async fn links(&mut self, admin: &Asker) {
        let console = Ctx::new(Actor::Console);
        for scope in [Scope::Own, Scope::Other] {
            let of = if scope == Scope::Own { Scope::Sitting } else { scope };
            let [window, class] = <[String; 2]>::try_from(self.thing("class", of).to_vec()).unwrap();
            let (window, class): (WindowId, ClassId) = (window.parse().unwrap(), class.parse().unwrap());
            consent::publish_notice(&self.services, &console, window, "What we ask.".to_owned())
                .await
                .unwrap();
            let sheet = consent::print(&self.services, &console, window, class, false).await.unwrap();
            let link = sheet.letters[0].link.reveal().clone();
            self.put("notice", scope, &[link.rsplit('/').next().unwrap()]);
            let sheet = families::print(&self.services, &console, window, class, None).await.unwrap();
            let link = sheet.letters[0].1.reveal().clone();
            self.put("family", scope, &[link.rsplit('/').next().unwrap()]);
        }
        // A letter that was taken back.
        let [window, class, child] =
            <[String; 3]>::try_from(self.thing("pupil", Scope::School).to_vec()).unwrap();
        let one: ChildId = child.parse().unwrap();
        let sheet = families::print(
            &self.services,
            &console,
            window.parse().unwrap(),
            class.parse().unwrap(),
            Some(one),
        )
        .await
        .unwrap();
        let link = sheet.letters[0].1.reveal().clone();
        self.put("family", Scope::Closed, &[link.rsplit('/').next().unwrap()]);
        admin.does(&format!("/consent/windows/{window}/classes/{class}/forms/{child}"), &[]).await;
        // And letters that can be taken back, of every class that the table asks for.
        for scope in [Scope::Sitting, Scope::School, Scope::Sibling, Scope::Other] {
            for pupil in self.each("pupil", scope) {
                let (window, class) = (pupil[0].parse().unwrap(), pupil[1].parse().unwrap());
                let child: ChildId = pupil[2].parse().unwrap();
                families::print(&self.services, &console, window, class, Some(child)).await.unwrap();
            }
        }
        self.put("card-link", Scope::Own, &["abcdefghijklmnop0123"]);
        self.put("number", Scope::School, &["1"]);
        self.put("recording", Scope::School, &["1", "item"]);
        self.put("rule", Scope::School, &["above_cutoff"]);
        self.put("asset", Scope::School, &["favicon.svg"]);
        let mut visitor = self.server.visitor();
        let lessons = visitor.get("/learn").await.ok().attributes("a[href^='/learn/']", "href");
        self.put("topic", Scope::School, &[&after(&lessons[0], "/learn/")]);
        let body = visitor.get("/").await.ok().body();
        let package: String = body.split("/pkg/").nth(1).unwrap().chars().take_while(|c| *c != '"').collect();
        self.put("package", Scope::School, &[&package]);
    }

    /// Releases, and exports for research in each of their states.
    pub(super) async fn figures(&mut self, places: &[Place]) {
        for (scope, at) in [(Scope::School, 0), (Scope::Sibling, 1), (Scope::Other, 2)] {
            let here = format!("where district_id = {}", blob(&places[at].district));
            let release = self.find(format!("select hex(id) from releases {here}")).await;
            self.put("release-school", scope, &[&release, &places[at].school]);
            if scope != Scope::Sibling {
                self.put("release", scope, &[&release]);
                self.put("release-file", scope, &[&release, "participation.csv"]);
            }
        }
        let officer = self.sign_in(0, Role::DistrictOfficer, 0).await;
        // One change of the periods waits in each district; one before it was refused.
        for (side, scopes) in [(0, vec![Scope::Closed, Scope::School]), (1, vec![Scope::Other])] {
            let admin = self.sign_in(side, Role::Administrator, 0).await;
            for scope in scopes {
                admin.does("/setup/retention", &[("profile", "eu")]).await;
                let change = "select hex(id) from retention_changes order by asked_at desc, id desc";
                let change = self.find(change.to_owned()).await;
                self.put("period-change", scope, &[&change]);
                if scope == Scope::Closed {
                    let path = format!("/setup/retention/change/{change}");
                    officer.does(&path, &[("word", "no"), ("note", "Not so.")]).await;
                }
            }
        }
        for (side, scopes) in [(0, vec![Scope::Closed, Scope::School]), (1, vec![Scope::Other])] {
            let analyst = self.sign_in(side, Role::Analyst, 0).await;
            for scope in scopes {
                let of = if side == 0 { Scope::School } else { Scope::Other };
                analyst
                    .does("/district/research", &to_str(&super::forms::of("/district/research", self, of)))
                    .await;
                let export = self
                    .find("select hex(id) from research_exports order by asked_at desc, id desc".to_owned())
                    .await;
                self.put("export", scope, &[&export]);
                if scope == Scope::Closed {
                    officer
                        .does(&format!("/district/research/{export}"), &[("word", "no"), ("note", "Not so.")])
                        .await;
                }
            }
        }
    }
}

fn to_str(fields: &super::forms::Fields) -> Vec<(&'static str, &str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
