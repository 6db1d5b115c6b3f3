//! Parents and teachers are asked about a child: only where the child takes part, by the same write path, and nobody of
//! them sees a score.

use questionnaires::instrument::{Availability, Informant};
use questionnaires::library;
use questionnaires::response::Answer;
use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::model::{ChildId, ClassId, WindowId};
use server::services::families::{self, FormState};
use server::services::ratings::{self, NewCell, RowState};
use server::services::side_by_side::Agreement;
use server::services::{check_in, records};
use tests::{Kind, on_both_databases};

use crate::town::Town;

const TEACHERS: &str = "psc17_teacher";

struct Scene {
    town: Town,
    window: WindowId,
    class: ClassId,
    child: ChildId,
    card: String,
    nobody: Ctx,
}

impl Scene {
    /// A town whose open window asks parents and teachers too. The teachers' form is made up for this test, with the
    /// questions of the parents'.
    async fn of(kind: Kind) -> Self {
        let mut form = library::get("psc17_parent").unwrap().clone();
        TEACHERS.clone_into(&mut form.id);
        "PSC-17 teacher".clone_into(&mut form.short_title);
        form.informant = Informant::Teacher;
        form.availability = Availability::Licensed;
        library::add(form).unwrap();

        let town = Town::of(kind, 60).await;
        let card = town.teens().remove(0);
        let Actor::Student(student) = town.child(&card).await.actor else { panic!("a child") };
        let mut conn = town.store().await;
        let row: Option<(ClassId,)> = conn
            .first(
                "select class_id from enrollments where to_date is null and child_id = $1",
                vec![server::store::Val::from(student.child)],
            )
            .await
            .unwrap();
        for (position, instrument, informant) in [(90, "psc17_parent", "parent"), (91, TEACHERS, "teacher")] {
            town.meddle(&format!(
                "insert into window_instruments (window_id, position, instrument, version, informant, min_age, max_age) \
                 select id, {position}, '{instrument}', 1, '{informant}', 4, 17 from windows where state = 'open'"
            ))
            .await;
        }
        Self {
            window: student.window,
            child: student.child,
            class: row.unwrap().0,
            card,
            town,
            nobody: Ctx::new(Actor::Nobody),
        }
    }

    async fn staff(&self, role: Role) -> Ctx {
        self.town.staff_at(role, 0, Ctx::new(Actor::Console).now).await
    }

    /// A fresh letter for the child; gives what its link says.
    async fn letter(&self) -> Result<String, Error> {
        let ada = self.staff(Role::Administrator).await;
        let sheet =
            families::print(&self.town.services, &ada, self.window, self.class, Some(self.child)).await?;
        Ok(sheet.letters[0].1.reveal().rsplit('/').next().unwrap().to_owned())
    }

    async fn opens(&self, link: &str) -> bool {
        families::open(&self.town.services, &self.nobody, link, "en").await.is_ok()
    }

    /// A parent answers every question with one code and hands in.
    async fn parent_answers(&self, link: &str, code: i32) {
        let family = families::open(&self.town.services, &self.nobody, link, "en").await.unwrap();
        for (page, sheet) in (1..).zip(&family.pages) {
            let answers = sheet.items.iter().map(|(item, _)| (item.id.clone(), Answer::Code(code))).collect();
            families::save(&self.town.services, &self.nobody, link, page, "en", answers).await.unwrap();
        }
        families::hand_in(&self.town.services, &self.nobody, link).await.unwrap();
    }

    async fn said(&self, mode: &str, status: Option<&str>) {
        self.town.meddle(&format!("update windows set consent_mode = '{mode}'")).await;
        self.town.meddle("delete from consents").await;
        if let Some(status) = status {
            self.town
                .meddle(&format!(
                    "insert into consents (id, child_id, window_id, status, method, by_name, recorded_at) \
                     select c.id, c.id, w.id, '{status}', 'paper', 'Ana Lin', 0 from children c, windows w"
                ))
                .await;
        }
    }

    async fn counted(&self, what: &str) -> i64 {
        self.town.count(&format!("select count(*) from {what}")).await
    }
}

fn cells(child: ChildId, code: i32) -> Vec<NewCell> {
    let form = library::get(TEACHERS).unwrap().form("en").unwrap();
    form.items
        .iter()
        .map(|item| NewCell { child, item: item.id.clone(), answer: Answer::Code(code) })
        .collect()
}

on_both_databases! {
    /// LAW-04, 43: tried for each mode and each word, by the letter, by its link and by the grid.
    async fn nobody_is_asked_about_a_child_without_valid_consent_law_04(kind: Kind) {
        let scene = Scene::of(kind).await;
        let services = &scene.town.services;
        let teacher = scene.staff(Role::Teacher).await;
        scene.said("opt_out", None).await;
        let link = scene.letter().await.unwrap();
        let mut tried = 0;
        for (mode, silence) in [("opt_in", false), ("opt_out", true), ("lawful_duty", true)] {
            for (status, asked) in [
                (None, silence),
                (Some("waiting"), silence),
                (Some("given"), true),
                (Some("refused"), false),
                (Some("withdrawn"), false),
            ] {
                scene.said(mode, status).await;
                let at = format!("{mode}: {status:?}");
                assert_eq!(scene.opens(&link).await, asked, "{at}");
                let saved = families::save(services, &scene.nobody, &link, 1, "en", vec![]).await;
                assert_eq!(saved.is_ok(), asked, "{at}: {saved:?}");
                let ada = scene.staff(Role::Administrator).await;
                let page = families::class(services, &ada, scene.window, scene.class).await.unwrap();
                let state = page.children.iter().find(|(child, ..)| *child == scene.child).unwrap().2;
                assert_eq!(state != FormState::NotAsked, asked, "{at}");
                let grid = ratings::grid(services, &teacher, scene.window, scene.class, TEACHERS).await.unwrap();
                assert_eq!(grid.rows.iter().any(|row| row.child == scene.child), asked, "{at}");
                let cell = vec![cells(scene.child, 0).remove(0)];
                let saved = ratings::save(services, &teacher, scene.window, scene.class, TEACHERS, cell).await;
                assert_eq!(saved.is_ok(), asked, "{at}: {saved:?}");
                tried += 1;
            }
        }
        assert_eq!(tried, 15);
        scene.said("opt_in", Some("refused")).await;
        assert!(matches!(scene.letter().await, Err(Error::Conflict(_))), "no letter against a no");
        services.close().await;
    }

    /// 43: a newer letter, a hand, the end of the window and the hand-in each end a link.
    async fn a_parents_link_holds_until_it_is_withdrawn_replaced_over_or_used_cap_43(kind: Kind) {
        let scene = Scene::of(kind).await;
        let services = &scene.town.services;
        scene.said("opt_out", None).await;
        let first = scene.letter().await.unwrap();
        assert!(scene.opens(&first).await);
        let second = scene.letter().await.unwrap();
        assert!(!scene.opens(&first).await, "a newer letter ends the earlier one");
        assert!(!scene.opens("0123456789abcdef0123456789abcdef").await);

        // What was answered stays for the next letter.
        let first_page = families::open(services, &scene.nobody, &second, "en").await.unwrap().pages[0].clone();
        let answers: Vec<_> = first_page.items.iter().map(|(item, _)| (item.id.clone(), Answer::Code(1))).collect();
        families::save(services, &scene.nobody, &second, 1, "en", answers.clone()).await.unwrap();
        families::save(services, &scene.nobody, &second, 1, "en", answers).await.unwrap();
        assert_eq!(scene.counted("responses r join administrations a on a.id = r.administration_id where a.informant = 'parent'").await, 5, "the same answers again add nothing");
        let foreign = vec![("17".to_owned(), Answer::Code(1))];
        let refused = families::save(services, &scene.nobody, &second, 1, "en", foreign).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "a question of another page: {refused:?}");

        let ada = scene.staff(Role::Administrator).await;
        families::withdraw(services, &ada, scene.window, scene.class, scene.child).await.unwrap();
        assert!(!scene.opens(&second).await);
        let third = scene.letter().await.unwrap();
        let family = families::open(services, &scene.nobody, &third, "en").await.unwrap();
        assert_eq!(family.counts(), (17, 12), "what was answered is still there");

        scene.town.meddle("update windows set state = 'paused' where state = 'open'").await;
        assert!(!scene.opens(&third).await, "a paused window takes no answers");
        scene.town.meddle("update windows set state = 'open' where state = 'paused'").await;
        let (day, late) = ("closes_on = opens_on", scene.nobody.now);
        scene.town.meddle(&format!("update windows set {day} where opens_on < '{}'", late.day_in(&jiff::tz::TimeZone::UTC))).await;
        assert!(!scene.opens(&third).await, "the last day is over");
        scene.town.meddle("update windows set closes_on = '2999-01-01'").await;

        scene.parent_answers(&third, 0).await;
        let family = families::open(services, &scene.nobody, &third, "en").await.unwrap();
        assert!(family.done);
        let changed = families::save(services, &scene.nobody, &third, 1, "en", vec![]).await;
        assert!(matches!(changed, Err(Error::Conflict(_))), "{changed:?}");
        families::hand_in(services, &scene.nobody, &third).await.unwrap();
        assert_eq!(scene.counted("scores s join administrations a on a.id = s.administration_id where a.informant = 'parent' and s.scale = 'total'").await, 1);
        assert_eq!(scene.counted("family_letters where withdrawn_at is null").await, 1);
        services.close().await;
    }

    /// 43: cells are saved one by one, kept when changed, another teacher's row is not touched, and a row with an empty
    /// cell is not handed in.
    async fn a_teachers_grid_is_saved_by_cell_and_handed_in_by_row_cap_43(kind: Kind) {
        let scene = Scene::of(kind).await;
        let services = &scene.town.services;
        scene.said("opt_out", None).await;
        let teacher = scene.staff(Role::Teacher).await;
        let save = async |who: &Ctx, cells| ratings::save(services, who, scene.window, scene.class, TEACHERS, cells).await;
        let grid = async |who: &Ctx| ratings::grid(services, who, scene.window, scene.class, TEACHERS).await.unwrap();
        let hand_in = async |only| ratings::hand_in(services, &teacher, scene.window, scene.class, TEACHERS, only).await.unwrap();

        let mut all = cells(scene.child, 0);
        let last = all.pop().unwrap();
        for cell in all {
            save(&teacher, vec![cell]).await.unwrap();
        }
        let answers = "responses r join administrations a on a.id = r.administration_id where a.informant = 'teacher'";
        assert_eq!(scene.counted(answers).await, 16);
        save(&teacher, vec![NewCell { answer: Answer::Code(2), ..cells(scene.child, 0).remove(0) }]).await.unwrap();
        assert_eq!(scene.counted(answers).await, 17, "a changed rating is kept beside the first");
        let row = grid(&teacher).await.rows.into_iter().find(|row| row.child == scene.child).unwrap();
        assert_eq!(row.answers.get("1"), Some(&Answer::Code(2)), "the page resumes with the newest");
        assert_eq!(hand_in(Some(scene.child)).await.unfinished, 1);
        assert_eq!(scene.counted("scores s join administrations a on a.id = s.administration_id where a.informant = 'teacher'").await, 0);

        // Another teacher of the school.
        let mut other = teacher.clone();
        let lead = scene.staff(Role::Counselor).await;
        if let (Actor::Staff(own), Actor::Staff(another)) = (&mut other.actor, &lead.actor) {
            own.user = another.user;
        }
        assert!(matches!(save(&other, vec![last.clone()]).await, Err(Error::Conflict(_))));
        let row = grid(&other).await.rows.into_iter().find(|row| row.child == scene.child).unwrap();
        assert!(matches!(row.state, RowState::Another(_)) && row.answers.is_empty(), "{row:?}");

        let wrong = NewCell { answer: Answer::Code(9), ..last.clone() };
        assert!(matches!(save(&teacher, vec![wrong]).await, Err(Error::Invalid { .. })));
        save(&teacher, vec![NewCell { answer: Answer::Declined, ..last.clone() }]).await.unwrap();
        assert_eq!(hand_in(None).await.done, 1);
        assert_eq!(scene.counted("scores s join administrations a on a.id = s.administration_id where a.informant = 'teacher' and s.scale = 'total'").await, 1);
        assert!(matches!(save(&teacher, vec![last]).await, Err(Error::Conflict(_))), "handed in");
        assert_eq!(ratings::list(services, &teacher).await.unwrap().iter().filter(|task| task.class.id == scene.class).map(|task| task.done).sum::<usize>(), 1);

        // Nobody but a teacher, and nothing but what the window asks.
        assert!(ratings::grid(services, &lead, scene.window, scene.class, TEACHERS).await.is_err());
        assert!(ratings::grid(services, &teacher, scene.window, scene.class, "psc17_parent").await.is_err());
        services.close().await;
    }

    /// 42, C-22: scored by the same path, so rules see both; and on the child's page all stand side by side.
    async fn what_parent_and_teacher_see_opens_a_referral_and_stands_side_by_side_cap_42(kind: Kind) {
        let scene = Scene::of(kind).await;
        let services = &scene.town.services;
        scene.said("opt_out", None).await;
        let agree = "referral_reasons where rule = 'informants_agree'";
        let before = scene.counted(agree).await;
        let link = scene.letter().await.unwrap();
        scene.parent_answers(&link, 2).await;
        let raised = scene.counted("referral_reasons r join administrations a on a.id = r.administration_id where a.informant = 'parent' and r.rule = 'above_cutoff'").await;
        assert_eq!(raised, 1);
        assert_eq!(scene.counted(agree).await, before, "one informant agrees with nobody");
        let teacher = scene.staff(Role::Teacher).await;
        ratings::save(services, &teacher, scene.window, scene.class, TEACHERS, cells(scene.child, 1)).await.unwrap();
        let done = ratings::hand_in(services, &teacher, scene.window, scene.class, TEACHERS, Some(scene.child)).await.unwrap();
        assert_eq!(done.done, 1);
        assert_eq!(scene.counted(agree).await, before + 1);
        assert_eq!(scene.counted("(select child_id from referrals where closed_at is null group by child_id having count(*) > 1) d").await, 0);

        let counselor = scene.staff(Role::Counselor).await;
        let record = records::record(services, &counselor, scene.child).await.unwrap();
        let beside = &record.side_by_side[0];
        assert_eq!(beside.agreement, Agreement::AllRaised);
        let line = beside.lines.iter().find(|line| line.scores.len() == 2).unwrap();
        let points: Vec<_> = line.scores.iter().map(|s| (s.informant.as_str(), s.value)).collect();
        assert_eq!(points, [("teacher", Some(17.0)), ("parent", Some(34.0))]);
        assert_eq!((line.difference, line.agreement), (Some(17.0), Some(Agreement::AllRaised)));
        let chart = record.trends.iter().find(|trend| trend.title.starts_with("PSC-17")).unwrap();
        for informant in ["Teacher", "Guardian"] {
            assert!(format!("{:?}", chart.figure).contains(informant), "one chart with both, by shape: {informant}");
        }

        // The child's own path is what it was.
        let ctx = scene.town.child_at_first_question(&scene.card).await;
        let asked = check_in::state(services, &ctx).await.unwrap().questions;
        scene.town.answer_all(&ctx, |_| 0).await;
        check_in::submit(services, &ctx, uuid::Uuid::new_v4()).await.unwrap();
        assert!(asked > 0);
        assert_eq!(scene.counted("administrations where informant = 'student' and state = 'submitted' and instrument like 'psc17%'").await, 0);
        services.close().await;
    }
}
