//! Consent: who may be asked. The notice, what guardians say on paper, through their letter's link or in person, and
//! taking it back, which counts from the same minute (LAW-04, LAW-05, A-06).

mod letters;
mod returns;

pub use letters::{ChildLetter, Invitation, LetterSheet, answer, invitation, print, slip};
pub use returns::{Returned, import};

use super::erasure::{self, WindowErasure};
use super::{Services, require};
use crate::ctx::Ctx;
use crate::model::window::{ConsentBy, ConsentMode, ConsentStatus};
use crate::model::{ChildId, ClassId, Day, DistrictId, Private, SchoolId, WindowId};
use crate::policy::{Action, Place, allow};
pub use crate::store::consent::{ClassConsent, ClassCounts, Notice, Said};
use crate::store::window_plans::{self, CoveredClass};
use crate::store::windows::{self, Window};
use crate::store::{Act, Conn, Tx, children, consent, places, rescreens};
use crate::{Error, Result};
use questionnaires::library;

/// The longest notice, in letters.
const LONGEST_NOTICE: usize = 10_000;
const LONGEST_TEXT: usize = 200;

/// The consent of a window's classes at a glance.
#[derive(Clone, Debug)]
pub struct ConsentPage {
    /// The window.
    pub window: Window,
    /// The newest notice, if one was published.
    pub notice: Option<Notice>,
    /// Schools that the reader may see, each with its covered classes and their counts.
    pub schools: Vec<(places::School, Vec<(CoveredClass, ClassCounts)>)>,
    /// Whether the reader may publish a notice.
    pub may_publish: bool,
}

/// A class with what was said for each of its children.
#[derive(Clone, Debug)]
pub struct ClassPage {
    /// The window.
    pub window: Window,
    /// The class.
    pub class: CoveredClass,
    /// The school.
    pub school: places::School,
    /// Its children.
    pub children: Vec<ClassConsent>,
    /// Below this age only a guardian's yes counts.
    pub guardian_below: u8,
}

/// A word that was typed for one child.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Word {
    pub status: ConsentStatus,
    pub by_role: ConsentBy,
    pub by_name: Private<String>,
    pub said_on: Day,
    pub method: &'static str,
    pub proof: String,
    /// Only for a withdrawal: what was answered in this window is removed too.
    pub erase: bool,
}

/// A window's consent.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps none.
pub async fn page(services: &Services, ctx: &Ctx, id: WindowId) -> Result<ConsentPage> {
    let mut conn = services.store.read(ctx).await?;
    let window = window(&mut conn, ctx, id).await?;
    let covered = window_plans::covered(&mut conn, id).await?;
    let mut schools = Vec::new();
    for school in places::schools_of_window(&mut conn, id).await? {
        if !allow(&ctx.actor, Action::KeepConsent, Place::School(window.district_id, school.id)) {
            continue;
        }
        let counts = consent::counts(&mut conn, id, school.id).await?;
        let of_class = |class: &CoveredClass| {
            let counts = counts.iter().find(|c| c.class_id == class.id)?;
            Some((class.clone(), counts.clone()))
        };
        let classes = covered.iter().filter(|c| c.school_id == school.id).filter_map(of_class).collect();
        schools.push((school, classes));
    }
    if schools.is_empty() && !may_publish(ctx, window.district_id) {
        return Err(Error::NotFound);
    }
    Ok(ConsentPage {
        notice: consent::newest_notice(&mut conn, id).await?,
        may_publish: may_publish(ctx, window.district_id),
        window,
        schools,
    })
}

/// The windows whose consent the reader keeps: those that are not over.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps none.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<Vec<Window>> {
    require(ctx, Action::KeepConsent, Place::Anywhere)?;
    let district = super::staff(ctx)?.district;
    let mut conn = services.store.read(ctx).await?;
    let windows = windows::list(&mut conn, district).await?;
    Ok(windows.into_iter().filter(|w| !w.state.is_over()).collect())
}

/// A class's consent.
///
/// # Errors
/// [`Error::NotFound`] for anybody who keeps none at this school, and for a class that the window does not cover.
pub async fn class(services: &Services, ctx: &Ctx, id: WindowId, class: ClassId) -> Result<ClassPage> {
    let mut conn = services.store.read(ctx).await?;
    let window = window(&mut conn, ctx, id).await?;
    let covered = window_plans::covered(&mut conn, id).await?;
    let class = covered.into_iter().find(|c| c.id == class).ok_or(Error::NotFound)?;
    require(ctx, Action::KeepConsent, Place::School(window.district_id, class.school_id))?;
    Ok(ClassPage {
        school: places::get_school(&mut conn, class.school_id).await?.ok_or(Error::NotFound)?,
        children: consent::of_class(&mut conn, id, class.id).await?,
        guardian_below: services.config.guardian_below,
        window,
        class,
    })
}

/// Publishes the notice to guardians. Letters that were printed with an earlier version stay good, and what was said
/// names the version that was the newest then.
///
/// # Errors
/// [`Error::Invalid`] for an empty text.
pub async fn publish_notice(services: &Services, ctx: &Ctx, id: WindowId, body: String) -> Result<()> {
    let body = body.trim().replace("\r\n", "\n");
    if body.is_empty() || body.chars().count() > LONGEST_NOTICE {
        return Err(Error::invalid(
            "body",
            format!("Write what guardians are told, in at most {LONGEST_NOTICE} letters."),
        ));
    }
    services
        .store
        .write(ctx, Act::new("consent.publish"), move |tx| {
            let body = body.clone();
            Box::pin(async move {
                tx.about("window", id.0);
                let ctx = tx.ctx();
                let window = window(tx, &ctx, id).await?;
                require(&ctx, Action::PrepareWindow, Place::District(window.district_id))?;
                not_over(&window)?;
                let asked = windows::instruments(tx, id).await?;
                let attached: Vec<String> =
                    asked.iter().map(|a| format!("{} {}", a.instrument, a.version)).collect();
                let by = super::staff(&ctx).ok().map(|staff| staff.user);
                Ok(consent::add_notice(tx, id, &body, &attached.join(", "), by).await?)
            })
        })
        .await
}

/// Records what was said for one child.
///
/// # Errors
/// [`Error::Invalid`] when it cannot count: a yes of a child that is too young to say it for itself.
pub async fn record(services: &Services, ctx: &Ctx, id: WindowId, child: ChildId, word: Word) -> Result<()> {
    let guardian_below = services.config.guardian_below;
    services
        .store
        .write(ctx, Act::new("consent.record"), move |tx| {
            let word = word.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                let window = window(tx, &ctx, id).await?;
                let known = children::get(tx, child).await?.ok_or(Error::NotFound)?;
                require(&ctx, Action::KeepConsent, Place::School(window.district_id, known.school_id))?;
                if known.district_id != window.district_id {
                    return Err(Error::NotFound);
                }
                say(tx, &window, child, known.birth_date, &word, guardian_below).await
            })
        })
        .await
}

/// The same from the list of a class: for a child of that class, and no other.
///
/// # Errors
/// As [`record`]; [`Error::NotFound`] also for a child that is not in the class.
pub async fn record_in_class(
    services: &Services,
    ctx: &Ctx,
    id: WindowId,
    of: ClassId,
    child: ChildId,
    word: Word,
) -> Result<()> {
    let page = class(services, ctx, id, of).await?;
    if !page.children.iter().any(|listed| listed.child_id == child) {
        return Err(Error::NotFound);
    }
    record(services, ctx, id, child, word).await
}

/// Writes one word down, whoever brings it: it is checked here and nowhere else.
async fn say(
    tx: &mut Tx,
    window: &Window,
    child: ChildId,
    birth: Day,
    word: &Word,
    guardian_below: u8,
) -> Result<()> {
    // A no counts also when the window is over: what it collected is still kept, and the child may be screened again.
    if !matches!(word.status, ConsentStatus::Refused | ConsentStatus::Withdrawn) {
        not_over(window)?;
    }
    check(word, birth, guardian_below)?;
    let status = match (word.status, consent::get(tx, child, window.id).await?) {
        // A no after a yes takes it back.
        (ConsentStatus::Refused, Some(ConsentStatus::Given)) => ConsentStatus::Withdrawn,
        (status, _) => status,
    };
    let said = Said {
        status,
        method: word.method.to_owned(),
        by_role: word.by_role,
        by_name: Private::new(word.by_name.reveal().trim().chars().take(LONGEST_TEXT).collect()),
        said_on: word.said_on,
        proof: word.proof.trim().chars().take(LONGEST_TEXT).collect(),
    };
    consent::set(tx, child, window.id, &said).await?;
    tx.about("child", child.0);
    tx.detail(format!("{}, {}", status.as_str(), word.method));
    if word.erase && matches!(status, ConsentStatus::Withdrawn | ConsentStatus::Refused) {
        // A re-screen lives by the same word.
        for (again,) in rescreens::living_by(tx, child, window.id).await? {
            erasure::erase_window_data(tx, child, again).await?;
        }
        let answers = match erasure::erase_window_data(tx, child, window.id).await? {
            WindowErasure::Done(_) => "answers removed",
            WindowErasure::Held => "answers kept until a legal hold is released",
        };
        tx.detail(format!("{}, {}, {answers}", status.as_str(), word.method));
    }
    Ok(())
}

/// Whether a word can count (LAW-05).
fn check(word: &Word, birth: Day, guardian_below: u8) -> Result<()> {
    if word.by_name.reveal().trim().is_empty() {
        return Err(Error::invalid("by_name", "Say who said it."));
    }
    let age = word.said_on.age_of(birth);
    if word.status == ConsentStatus::Given && word.by_role == ConsentBy::Student && age < guardian_below {
        return Err(Error::invalid(
            "by_role",
            format!("Below {guardian_below} years only a guardian’s yes counts; this child was {age}."),
        ));
    }
    Ok(())
}

fn not_over(window: &Window) -> Result<()> {
    match window.state.is_over() {
        true => Err(Error::Conflict("This window is over.".to_owned())),
        false => Ok(()),
    }
}

fn may_publish(ctx: &Ctx, district: DistrictId) -> bool {
    allow(&ctx.actor, Action::PrepareWindow, Place::District(district))
}

/// A window of the reader's own district, when the reader keeps consent anywhere.
async fn window(conn: &mut Conn, ctx: &Ctx, id: WindowId) -> Result<Window> {
    require(ctx, Action::KeepConsent, Place::Anywhere)?;
    let window = windows::get(conn, id).await?.filter(Window::is_of_cohort).ok_or(Error::NotFound)?;
    match &ctx.actor {
        crate::ctx::Actor::Staff(staff) if staff.district != window.district_id => Err(Error::NotFound),
        _ => Ok(window),
    }
}

/// The names of the instruments that a notice is about, of those for which `wanted` says so by their id.
pub fn attached(notice: &Notice, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let named = |line: &str| {
        let id = line.split(' ').next().unwrap_or(line);
        library::get(id).map_or_else(|| line.to_owned(), |instrument| instrument.title.clone())
    };
    let id = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let lines = notice.instruments.split(", ").filter(|line| !line.is_empty());
    lines.filter(|line| wanted(&id(line))).map(named).collect()
}

/// What silence means.
pub fn silence(mode: ConsentMode) -> &'static str {
    match mode {
        ConsentMode::OptIn => "Without a yes a child is not asked.",
        ConsentMode::OptOut => "Without a no a child is asked, and may decline itself.",
        ConsentMode::LawfulDuty => {
            "The law orders the screening; a guardian’s no and a child’s no count all the same."
        }
    }
}

/// The schools of a window that the actor keeps consent for.
fn keeps(ctx: &Ctx, district: DistrictId, school: SchoolId) -> bool {
    allow(&ctx.actor, Action::KeepConsent, Place::School(district, school))
}

#[cfg(test)]
mod tests {
    use super::{Word, check};
    use crate::model::window::{ConsentBy, ConsentStatus};

    fn yes(by_role: ConsentBy, said_on: &str) -> Word {
        Word {
            status: ConsentStatus::Given,
            by_role,
            by_name: "Ana".to_owned().into(),
            said_on: said_on.parse().unwrap(),
            method: "paper",
            proof: String::new(),
            erase: false,
        }
    }

    /// The day before the fourteenth birthday and the birthday itself; a leap day's child has its birthday in March.
    #[test]
    fn a_childs_own_yes_counts_from_the_birthday_on_law_05() {
        for (birth, day, counts) in [
            ("2012-11-27", "2026-11-26", false),
            ("2012-11-26", "2026-11-26", true),
            ("2012-02-29", "2026-02-28", false),
            ("2012-02-29", "2026-03-01", true),
        ] {
            let birth = birth.parse().unwrap();
            assert_eq!(check(&yes(ConsentBy::Student, day), birth, 14).is_ok(), counts, "{birth:?} on {day}");
            assert!(check(&yes(ConsentBy::Guardian, day), birth, 14).is_ok());
        }
    }

    #[test]
    fn a_childs_no_counts_at_any_age_and_every_word_has_a_name_law_06() {
        let birth = "2020-01-01".parse().unwrap();
        let no = Word { status: ConsentStatus::Refused, ..yes(ConsentBy::Student, "2026-11-26") };
        assert!(check(&no, birth, 14).is_ok());
        let nobody = Word { by_name: " ".to_owned().into(), ..no };
        assert!(check(&nobody, birth, 14).is_err());
    }
}
