//! One thing of each kind for each scope. Most come to be by the pages' own forms, sent by the people of the place.

use server::model::people::Role;

use super::forms;
use super::reach::Scope;
use super::world::{Asker, World, blob, fill};

/// The people of a school who make what is there.
pub(super) struct Place {
    pub district: String,
    pub school: String,
    counselor: Asker,
    backup: Asker,
    teacher: Asker,
}

/// The part of a page's text after `before`, up to the next white space.
pub(super) fn after(text: &str, before: &str) -> String {
    let from = text.find(before).unwrap_or_else(|| panic!("no {before:?} in {text}")) + before.len();
    text[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

impl World {
    pub(super) async fn furnish(&mut self) {
        let by_name = "from schools s join districts d on d.id = s.district_id order by d.name desc, s.name";
        let schools = self.find_all(format!("select hex(s.id) {by_name}")).await;
        let districts = self.find_all(format!("select hex(d.id) {by_name}")).await;
        let mut places = Vec::new();
        // Counselors are named first school by school, then the backups.
        for (n, side, at, backup) in [(0, 0, 0, 2), (1, 0, 1, 3), (2, 1, 0, 1)] {
            places.push(Place {
                district: districts[n].clone(),
                school: schools[n].clone(),
                counselor: self.sign_in(side, Role::Counselor, at).await,
                backup: self.sign_in(side, Role::Counselor, backup).await,
                teacher: self.sign_in(side, Role::Teacher, at).await,
            });
        }
        for (scope, at) in [(Scope::School, 0), (Scope::Sibling, 1), (Scope::Other, 2)] {
            self.school(scope, &places[at]).await;
            self.unclaimed(scope, &places[at]).await;
        }
        self.rooms(&places).await;
        for (scope, at, class) in [
            (Scope::Own, 0, "11A"),
            (Scope::Assigned, 0, "11A"),
            (Scope::Sitting, 0, "9A"),
            (Scope::School, 0, "11A"),
            (Scope::Sibling, 1, "11A"),
            (Scope::Other, 2, "11A"),
            (Scope::Closed, 0, "11A"),
        ] {
            self.case(scope, &places[at], class).await;
        }
        let admins =
            [self.sign_in(0, Role::Administrator, 0).await, self.sign_in(1, Role::Administrator, 0).await];
        self.windows(&places, &admins[0]).await;
        for (scope, admin) in [(Scope::School, &admins[0]), (Scope::Other, &admins[1])] {
            self.settings(scope, admin, &places[if scope == Scope::School { 0 } else { 2 }]).await;
        }
        self.accounts(&admins[0]).await;
        self.links(&admins[0]).await;
        self.figures(&places).await;
    }

    /// What a school has as such: its id, a shift, an absence, and a name for forms.
    async fn school(&mut self, scope: Scope, place: &Place) {
        let school = place.school.as_str();
        self.put("school", scope, &[school]);
        let here = format!("school_id = {}", blob(school));
        let shifts = self.find_all(format!("select hex(id) from duty_shifts where {here} order by id")).await;
        let user = format!(
            "select hex(user_id) from user_roles where {here} and role = 'counselor' order by user_id"
        );
        let user = self.find(user).await;
        self.note("user", scope, &user);
        // One for each role that may take it away.
        for (n, shift) in shifts.iter().take(3).enumerate() {
            self.put("shift", scope, &[school, shift]);
            let (since, until) = (forms::day(40 + 2 * n), forms::day(41 + 2 * n));
            let away = [("away", user.as_str()), ("since", &since), ("until", &until)];
            place.counselor.does(&format!("/duty/{school}/absences"), &away).await;
        }
        let absences = format!("select hex(id) from absences where user_id = {} order by id", blob(&user));
        for absence in self.find_all(absences).await {
            self.put("absence", scope, &[school, &absence]);
        }
        if scope == Scope::School {
            self.put("shift", Scope::Closed, &[school, &shifts[3]]);
            place.counselor.does(&format!("/duty/{school}/shifts/{}/remove", shifts[3]), &[]).await;
        }
        let windows = format!("from windows w where district_id = {}", blob(&place.district));
        let open = self.find(format!("select hex(id) {windows} and state = 'open'")).await;
        let closed = self.find(format!("select hex(id) {windows} and state = 'closed'")).await;
        self.note("open window", scope, &open);
        self.note("closed window", scope, &closed);
    }

    /// Classes, their sittings and who sits there.
    async fn rooms(&mut self, places: &[Place]) {
        for (scope, at, class, state) in [
            (Scope::Assigned, 0, "3B", "planned"),
            (Scope::Sitting, 0, "9A", "open"),
            (Scope::School, 0, "7A", "open"),
            (Scope::Sibling, 1, "9A", "open"),
            (Scope::Other, 2, "9A", "open"),
            (Scope::Closed, 0, "11A", "closed"),
        ] {
            let place = &places[at];
            let of_school = [Scope::School, Scope::Sibling, Scope::Other][at];
            let window = self.fact("open window", of_school);
            let found = format!(
                "from sittings t join classes k on k.id = t.class_id where t.school_id = {} and k.name = '{class}' and \
                 t.state = '{state}' and t.window_id = {}",
                blob(&place.school),
                blob(&window)
            );
            let sitting = self.find(format!("select hex(t.id) {found}")).await;
            let class = self.find(format!("select hex(k.id) {found}")).await;
            let children = format!(
                "select hex(child_id) from enrollments where class_id = {} and to_date is null order by child_id desc",
                blob(&class)
            );
            let children = self.find_all(children).await;
            let child = &children[0];
            self.put("sitting", scope, &[&sitting]);
            self.put("seat", scope, &[&sitting, child]);
            let hand = uuid::Uuid::new_v4().to_string();
            self.meddle(&format!(
                "insert into hands (id, sitting_id, child_id, raised_at) values ({}, {}, {}, 1)",
                blob(&hand),
                blob(&sitting),
                blob(child)
            ))
            .await;
            if scope == Scope::School {
                // In the hands of another proctor.
                self.meddle(&format!("update sittings set proctor_id = null where id = {}", blob(&sitting)))
                    .await;
            }
            // A class has no planned relation to anybody; a class of a window that is over is the closed one.
            if scope != Scope::Assigned {
                let word = if scope == Scope::Closed { "closed window" } else { "open window" };
                let window = self.fact(word, of_school);
                self.put("class", scope, &[&window, &class]);
                for child in &children[..2] {
                    self.put("pupil", scope, &[&window, &class, child]);
                }
                self.put("grid", scope, &[&window, &class, "psc17_teacher"]);
                self.note("pupil", scope, child);
            }
        }
    }

    /// A referral that nobody has taken on.
    async fn unclaimed(&mut self, scope: Scope, place: &Place) {
        let found = format!(
            "select hex(e.child_id) from enrollments e join classes k on k.id = e.class_id where k.school_id = {} and \
             k.name = '5A' and e.to_date is null and not exists (select 1 from referrals r where r.child_id = e.child_id)",
            blob(&place.school)
        );
        let child = self.find(found).await;
        let worry =
            [("child", child.as_str()), ("seen", "Sits alone."), ("since", "May"), ("urgency", "soon")];
        place.teacher.does("/concerns", &worry).await;
        let referral =
            self.find(format!("select hex(id) from referrals where child_id = {}", blob(&child))).await;
        self.put("unclaimed", scope, &[&referral]);
    }

    /// A child that somebody worries about, with one of everything that can be done for it.
    async fn case(&mut self, scope: Scope, place: &Place, class: &str) {
        let found = format!(
            "from administrations a join enrollments e on e.child_id = a.child_id and e.to_date is null join classes k \
             on k.id = e.class_id where k.school_id = {} and k.name = '{class}' and a.state = 'submitted' and \
             a.instrument = 'phq9_teen' and a.informant = 'student' and not exists (select 1 from referrals r where \
             r.child_id = a.child_id) order by a.id",
            blob(&place.school)
        );
        let child = self.find(format!("select hex(a.child_id) {found}")).await;
        let form = self.find(format!("select hex(a.id) {found}")).await;
        self.put("child", scope, &[&child]);
        self.put("answers", scope, &[&child, &form]);
        self.put("draft", scope, &[&child, "note"]);
        let worry =
            [("child", child.as_str()), ("seen", "Sits alone."), ("since", "May"), ("urgency", "soon")];
        place.teacher.does("/concerns", &worry).await;
        let of_child = format!("where child_id = {}", blob(&child));
        let referral = self.find(format!("select hex(id) from referrals {of_child}")).await;
        self.put("referral", scope, &[&referral]);
        self.note("child", scope, &child);
        let guardian =
            self.find(format!("select hex(id) from guardians {of_child} and do_not_contact = 0")).await;
        self.note("guardian", scope, &guardian);
        let service = format!(
            "select hex(id) from help_services where district_id = {} and accepts = 'low' and retired_at is null",
            blob(&place.district)
        );
        let service = self.find(service).await;
        self.note("service", scope, &service);
        let others = matches!(scope, Scope::School | Scope::Assigned);
        let owner = if others { &place.backup } else { &place.counselor };
        let staff = format!(
            "from users u join user_roles r on r.user_id = u.id where r.school_id = {} and r.role = 'counselor'",
            blob(&place.school)
        );
        let second = if others { "not" } else { "" };
        let to =
            self.find(format!("select hex(u.id) {staff} and u.email {second} like 'counselor-2%'")).await;
        self.note("colleague", scope, &to);
        owner.sends(self, "/referrals/{id}/claim", "referral", scope).await;
        for step in ["contact", "note", "outside", "report", "guardian-letter", "guardian-letter", "rescreen"]
        {
            let route = format!("/referrals/{{id}}/{step}");
            let page = owner.sends(self, &route, "referral", scope).await;
            if step == "outside" {
                self.put("service-link", scope, &[&after(&page.readable(), "/letters/")]);
            }
        }
        let only = format!("where referral_id = {}", blob(&referral));
        let follow_up = self.find(format!("select hex(id) from follow_ups {only}")).await;
        self.note("follow-up", scope, &follow_up);
        let note = self.find(format!("select hex(id) from notes {of_child}")).await;
        self.put("line", scope, &[&child, "note", &note]);
        for (kind, table) in
            [("outside", "outside_referrals"), ("report", "mandatory_reports"), ("rescreen", "rescreens")]
        {
            let id = self.find(format!("select hex(id) from {table} {only}")).await;
            self.put(kind, scope, &[&id]);
        }
        let letters = self.find_all(format!("select hex(id) from guardian_letters {only} order by id")).await;
        self.put("letter", scope, &[&letters[0]]);
        self.put("letter-unread", scope, &[&letters[1]]);
        owner.sends(self, "/guardian-letters/{letter}/review", "letter", scope).await;
        owner.sends(self, "/referrals/{id}/plan", "referral", scope).await;
        if scope == Scope::Assigned {
            owner.sends(self, "/referrals/{id}/offer", "referral", scope).await;
        }
        if scope == Scope::Closed {
            // A report is sent before its referral closes, help outside is over, and only then it closes.
            let mut sent = Vec::new();
            for how in ["phone", "letter"] {
                sent.push(how);
                let path = fill("/reports/{report}/sent", self.thing("report", scope));
                let mut fields = forms::of("/reports/{report}/sent", self, scope);
                fields
                    .iter_mut()
                    .filter(|(name, _)| *name == "how")
                    .for_each(|(_, value)| *value = how.to_owned());
                let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
                owner.does(&path, &fields).await;
            }
            let path = fill("/outside/{outside}/news", self.thing("outside", scope));
            owner.does(&path, &[("to", "declined"), ("source", "Call"), ("child", &child)]).await;
            owner.sends(self, "/rescreens/{rescreen}/withdraw", "rescreen", scope).await;
            owner.sends(self, "/referrals/{id}/close", "referral", scope).await;
        }
    }
}
