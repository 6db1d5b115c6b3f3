//! Windows, sittings, cards, screenings and what became of the referrals.

use std::collections::HashMap;
use std::sync::Arc;

use futures::{TryStreamExt, stream};
use questionnaires::form::Form;
use questionnaires::library;
use questionnaires::response::Answer;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::people::{day_within, normal};
use super::places::{Child, Place, ZONE};
use super::{DemoCard, Plan};
use crate::ctx::{Actor, Ctx, Grant, Staff, Student};
use crate::model::people::{AgeBand, Role};
use crate::model::referral::{ContactHow, ContactWith, Outcome, ReferralState};
use crate::model::window::{ConsentBy, ConsentMode, ConsentStatus, WindowState};
use crate::model::{Day, Instant, Private, ReferralId, SchoolId, SittingId, UserId, WindowId};
use crate::services::card_link::CardLink;
use crate::services::{
    Services, card_code, card_door, check_in, referrals, releases, scoring, sign_off, steps,
};
use crate::store::consent::Said;
use crate::store::window_plans::{self, ResponsePlan};
use crate::store::windows::{Window, WindowInstrument};
use crate::store::{Act, Tx, administrations, cards, consent, referrals as stored, windows};
use crate::{Error, Result};

pub(super) type Progress = Arc<dyn Fn(&str, usize) + Send + Sync>;

/// What was made.
pub(super) struct Made {
    pub cards: Vec<DemoCard>,
    pub screenings: usize,
    pub referrals: usize,
}

/// Screenings under way at once: enough to share commits, few enough for a small machine.
const AT_ONCE: usize = 64;
/// Months between windows.
const DAYS_BETWEEN: i64 = 150;
const WINDOW_DAYS: i64 = 14;

pub(super) async fn run(
    services: &Services,
    ctx: &Ctx,
    place: &Place,
    plan: Plan,
    random: &mut StdRng,
    progress: &Progress,
) -> Result<Made> {
    let today = ctx.now.day_in(&jiff::tz::TimeZone::UTC);
    let mut made = Made { cards: Vec::new(), screenings: 0, referrals: 0 };
    for index in 0..plan.windows {
        let ago = i64::try_from(plan.windows - 1 - index).unwrap_or(0);
        let is_open = ago == 0;
        let opens_on = today.plus_days(-ago * DAYS_BETWEEN - 5);
        let window = add_window(services, ctx, place, opens_on, is_open).await?;
        let base = 15 + 80 * index / plan.windows;
        let span = 80 / plan.windows;
        let jobs = plan_screenings(place, &window, opens_on, is_open, random);
        let sittings = add_sittings(services, ctx, place, &window, is_open).await?;
        made.screenings += screen_all(services, jobs, &window, &sittings, base, span, progress).await?;
        made.referrals += follow_up(services, ctx, place, is_open, random, progress, base + span).await?;
        if is_open {
            made.cards = add_cards(services, ctx, place, &window, &sittings, random).await?;
        } else {
            progress("release", base + span);
            let release = releases::build(services, ctx, window.id, |_| {}).await?;
            let why = "A fictitious district: no school leads were asked.";
            sign_off::publish(services, ctx, release, why).await?;
        }
    }
    progress("done", 100);
    Ok(made)
}

async fn add_window(
    services: &Services,
    ctx: &Ctx,
    place: &Place,
    opens_on: Day,
    is_open: bool,
) -> Result<Window> {
    let season = match opens_on.0.month() {
        3..=5 => "Spring",
        6..=8 => "Summer",
        9..=11 => "Autumn",
        _ => "Winter",
    };
    let window = Window {
        id: WindowId(ctx.id()),
        district_id: place.district,
        name: format!("{season} {}", opens_on.0.year()),
        opens_on,
        closes_on: opens_on.plus_days(WINDOW_DAYS),
        state: if is_open { WindowState::Open } else { WindowState::Closed },
        consent_mode: ConsentMode::OptOut,
        languages: "en".to_owned(),
        rehearsal: false,
        consent_of: None,
        rescreen_days: None,
    };
    // By age: what the library offers to a student of that age. Wording and keys are the instrument's own.
    let wanted = [("checkin_6_7", 6, 7), ("scwbs", 8, 10), ("phq9_teen", 11, 17), ("phq9", 18, 19)];
    let mut instruments = Vec::new();
    for (id, min_age, max_age) in wanted {
        if let Some(instrument) = library::get(id).filter(|i| i.is_offerable()) {
            instruments.push(WindowInstrument {
                position: i64::try_from(instruments.len()).unwrap_or(0) + 1,
                instrument: id.to_owned(),
                version: i64::from(instrument.version),
                informant: "student".to_owned(),
                min_age,
                max_age,
            });
        }
    }
    let schools: Vec<SchoolId> = place.schools.iter().map(|s| s.id).collect();
    let row = window.clone();
    services
        .store
        .write(ctx, Act::new("demo.window"), move |tx| {
            let (row, instruments, schools) = (row.clone(), instruments.clone(), schools.clone());
            Box::pin(async move {
                windows::add(tx, &row, &instruments, &schools).await?;
                prepare(tx, &row, &instruments, &schools).await
            })
        })
        .await?;
    Ok(window)
}

/// How each school answers, and what guardians were told.
async fn prepare(
    tx: &mut Tx,
    window: &Window,
    asked: &[WindowInstrument],
    schools: &[SchoolId],
) -> Result<()> {
    let plan = ResponsePlan {
        opens_minute: Some(8 * 60),
        closes_minute: Some(13 * 60 + 30),
        room: "Quiet room beside the library".to_owned(),
        escalation: "The school lead is called, then the district’s person on call".to_owned(),
        guardian_rule: "The counselor calls a guardian the same day, unless a guardian may be the danger"
            .to_owned(),
    };
    for school in schools {
        window_plans::set_response_plan(tx, window.id, *school, &plan).await?;
    }
    let attached: Vec<String> = asked.iter().map(|a| format!("{} {}", a.instrument, a.version)).collect();
    Ok(consent::add_notice(tx, window.id, NOTICE, &attached.join(", "), None).await?)
}

const NOTICE: &str = "Dear parents and guardians,

twice a year our school asks every child how it is doing. Your child answers a short check-in on a device in class, which \
takes about ten minutes. It may skip any question and stop at any time.

Only the school’s counselors see your child’s answers. When an answer gives reason to, a counselor talks with your child \
and calls you. The answers are no test and no diagnosis, and no grade depends on them.

If you do not want your child to take part, say no on this letter or through its link. You may change your mind at any \
time, and you choose whether what your child has answered is removed.";

/// One sitting per class: in the open window most are open, some are finished and some still to come.
#[derive(Clone, Copy, Debug)]
struct DemoSitting {
    id: SittingId,
    school: usize,
    class: usize,
    state: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Finished,
    Planned,
}

/// In the open window every fifth class has finished and every eleventh is still to come, but the first class of
/// each grade is open, so that every age band has a card.
fn stage(is_open: bool, class: usize) -> Stage {
    match class {
        _ if !is_open => Stage::Finished,
        c if c >= 5 && c % 5 == 0 => Stage::Finished,
        c if c >= 5 && c % 11 == 7 => Stage::Planned,
        _ => Stage::Open,
    }
}

/// Looked for once for each child: a list would make a large district slow.
fn by_class(sittings: &[DemoSitting]) -> HashMap<(usize, usize), &DemoSitting> {
    sittings.iter().map(|s| ((s.school, s.class), s)).collect()
}

async fn add_sittings(
    services: &Services,
    ctx: &Ctx,
    place: &Place,
    window: &Window,
    is_open: bool,
) -> Result<Vec<DemoSitting>> {
    let mut sittings = Vec::new();
    for (school, at) in place.schools.iter().enumerate() {
        for class in 0..at.classes.len() {
            sittings.push(DemoSitting {
                id: SittingId(ctx.id()),
                school,
                class,
                state: stage(is_open, class),
            });
        }
    }
    // A demo's codes live as long as its window: nobody tries everything in one lesson.
    let ends_at = Instant::of_day(window.closes_on.plus_days(1), 0, &jiff::tz::TimeZone::UTC);
    let rows: Vec<_> = sittings
        .iter()
        .map(|s| {
            let school = &place.schools[s.school];
            (s.id, school.id, school.classes[s.class].id, school.proctor, s.state)
        })
        .collect();
    let id = window.id;
    services
        .store
        .write(ctx, Act::new("demo.sittings"), move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                for (sitting, school, class, proctor, stage) in rows {
                    windows::add_sitting(tx, sitting, id, school, class, Some(proctor)).await?;
                    if stage != Stage::Planned {
                        windows::open_sitting(tx, sitting, ends_at).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
    Ok(sittings)
}

struct Job {
    child: Child,
    at: Instant,
    seed: u64,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Finishes,
    Refused,
    SaysNo,
    Stops,
    Absent,
}

fn plan_screenings(
    place: &Place,
    window: &Window,
    opens_on: Day,
    is_open: bool,
    random: &mut StdRng,
) -> Vec<Job> {
    let zone = jiff::tz::TimeZone::get(ZONE).unwrap_or(jiff::tz::TimeZone::UTC);
    let mut jobs = Vec::new();
    for child in &place.children {
        if is_open && stage(true, child.class) != Stage::Finished {
            continue;
        }
        let day = if is_open {
            // The window is a few days old: its screenings lie in those days.
            opens_on.plus_days(random.random_range(0..4))
        } else {
            day_within(opens_on, WINDOW_DAYS - 2, random)
        };
        let minute = i64::from(random.random_range(0..300u32));
        let fate = match random.random_range(0..100u32) {
            0..4 => Fate::Refused,
            4..6 => Fate::SaysNo,
            6..8 => Fate::Stops,
            8..14 => Fate::Absent,
            _ => Fate::Finishes,
        };
        let at = Instant::of_day(day.min(window.closes_on), 9, &zone).plus_seconds(minute * 60);
        jobs.push(Job { child: child.clone(), at, seed: random.random(), fate });
    }
    jobs
}

async fn screen_all(
    services: &Services,
    jobs: Vec<Job>,
    window: &Window,
    sittings: &[DemoSitting],
    base: usize,
    span: usize,
    progress: &Progress,
) -> Result<usize> {
    let total = jobs.len().max(1);
    let finished = jobs.iter().filter(|j| j.fate == Fate::Finishes).count();
    let (id, district, name) = (window.id, window.district_id, window.name.clone());
    let done = std::sync::atomic::AtomicUsize::new(0);
    let of_class = by_class(sittings);
    stream::iter(jobs.into_iter().map(Ok::<_, Error>))
        .try_for_each_concurrent(AT_ONCE, |job| {
            let sitting = of_class.get(&(job.child.school, job.child.class)).map(|s| s.id);
            let (services, done, name) = (services.clone(), &done, &name);
            async move {
                let Some(sitting) = sitting else { return Ok(()) };
                screen(&services, Student { district, child: job.child.id, window: id, sitting }, &job)
                    .await?;
                let n = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if n.is_multiple_of(100) {
                    progress(&format!("{name}: {n} of {total} screenings"), base + span * n / total);
                }
                Ok(())
            }
        })
        .await?;
    Ok(finished)
}

/// One child's screening on the real path, in one unit of work at an instant of the past.
async fn screen(services: &Services, student: Student, job: &Job) -> Result<()> {
    let ctx = Ctx::at(Actor::Student(student), job.at);
    let (seed, burden, fate) = (job.seed, job.child.burden, job.fate);
    let config = Arc::clone(&services.config);
    services
        .store
        .write(&ctx, Act::new("demo.screening"), move |tx| {
            let config = Arc::clone(&config);
            Box::pin(async move {
                tx.about("child", student.child.0);
                if fate == Fate::Refused {
                    let said = Said {
                        status: ConsentStatus::Refused,
                        method: "paper".to_owned(),
                        by_role: ConsentBy::Guardian,
                        by_name: Private::new("Guardian".to_owned()),
                        said_on: tx.ctx().now.day_in(&jiff::tz::TimeZone::UTC),
                        proof: "folder in the school office".to_owned(),
                    };
                    consent::set(tx, student.child, student.window, &said).await?;
                    return Ok(());
                }
                if fate == Fate::Absent {
                    return Ok(());
                }
                card_door::Asked::load(tx, student).await?.offer(tx, student).await?;
                if fate == Fate::SaysNo {
                    return Ok(administrations::decline(tx, student.window, student.child).await?);
                }
                administrations::start(tx, student.window, student.child).await?;
                let mut random = StdRng::seed_from_u64(seed);
                let drift = 0.45 * normal(&mut random);
                for administration in administrations::battery(tx, student.window, student.child).await? {
                    let instrument = scoring::instrument_of(&administration)?;
                    let form = instrument.form("en").map_err(|e| Error::Conflict(e.to_string()))?;
                    let answers = invent(instrument, &form, burden + drift, &mut random);
                    let keep = if fate == Fate::Stops { answers.len() / 2 } else { answers.len() };
                    for (item, answer) in answers.into_iter().take(keep) {
                        check_in::save(tx, &config.clinical, &administration, &item, answer).await?;
                    }
                    if fate == Fate::Finishes {
                        let key = Uuid::from_u64_pair(seed, 1);
                        administrations::submit(tx, administration.id, key, &key.simple().to_string())
                            .await?;
                        scoring::after_submit(tx, &config.clinical, &administration).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Made-up answers of a child with this burden: most calm, a few heavy, now and then a skipped item.
fn invent(
    instrument: &questionnaires::instrument::Instrument,
    form: &Form,
    burden: f64,
    random: &mut StdRng,
) -> Vec<(String, Answer)> {
    use questionnaires::instrument::Polarity;
    form.items
        .iter()
        .map(|item| {
            if random.random_bool(0.01) {
                return (item.id.clone(), Answer::Declined);
            }
            let mut codes: Vec<i32> = item.choices.iter().map(|c| c.code).collect();
            codes.sort_unstable();
            let critical = instrument.critical_item(&item.id).is_some();
            let lean = if critical { burden - 4.2 } else { 0.95 * burden - 1.35 };
            let chance = 1.0 / (1.0 + (-lean).exp());
            let steps = codes.len().saturating_sub(1);
            let mut step = (0..steps).filter(|_| random.random_bool(chance)).count();
            if instrument.polarity == Polarity::HigherBetter {
                step = steps - step;
            }
            (item.id.clone(), codes.get(step).map_or(Answer::Declined, |code| Answer::Code(*code)))
        })
        .collect()
}

/// What counselors did with the referrals: those of past windows are closed, of the open one some are claimed.
async fn follow_up(
    services: &Services,
    ctx: &Ctx,
    place: &Place,
    is_open: bool,
    random: &mut StdRng,
    progress: &Progress,
    percent: usize,
) -> Result<usize> {
    progress("referrals and contacts", percent.min(96));
    let open = {
        let mut conn = services.store.read(ctx).await?;
        stored::list_open(&mut conn, place.district).await?
    };
    let opened = open.iter().filter(|r| r.state == ReferralState::Open).count();
    let mut acts = Vec::new();
    for referral in open.into_iter().filter(|r| r.state == ReferralState::Open) {
        let fate = random.random_range(0..100u32);
        if is_open && fate >= 45 {
            continue;
        }
        let outcome = [
            Outcome::NoConcern,
            Outcome::SupportedHere,
            Outcome::SupportedHere,
            Outcome::ReferredAndSeen,
            Outcome::ReferredNotSeen,
            Outcome::AlreadyInCare,
        ][random.random_range(0..6usize)];
        let closes = !is_open;
        acts.push((
            referral.id,
            referral.owner_id,
            referral.opened_at,
            random.random_range(300..70_000i64),
            closes,
            outcome,
        ));
    }
    let latest = ctx.now;
    let district = place.district;
    stream::iter(acts.into_iter().map(Ok::<_, Error>))
        .try_for_each_concurrent(AT_ONCE, |(id, owner, opened_at, after, closes, outcome)| async move {
            let at = |seconds| {
                let at = opened_at.plus_seconds(seconds);
                Ctx::at(Actor::Staff(counselor(district, owner)), at.min(latest))
            };
            let second = place.schools.iter().find(|s| s.counselor == owner).map_or(owner, |s| s.backup);
            let confirmed =
                Ctx::at(Actor::Staff(counselor(district, second)), at(after + 86_400 * 9 + 3600).now);
            let times = [at(after), at(after + 7200), at(after + 86_400 * 9), confirmed];
            work_on(services, id, times, closes, outcome).await
        })
        .await?;
    Ok(opened)
}

pub(super) fn counselor(district: crate::model::DistrictId, user: UserId) -> Staff {
    Staff { user, district, name: String::new(), grants: vec![Grant { role: Role::Counselor, school: None }] }
}

async fn work_on(
    services: &Services,
    id: ReferralId,
    [claimed, contacted, closed, confirmed]: [Ctx; 4],
    closes: bool,
    outcome: Outcome,
) -> Result<()> {
    referrals::claim(services, &claimed, id).await?;
    let contact = referrals::NewContact {
        with: ContactWith::Child,
        how: ContactHow::InPerson,
        reached: true,
        note: "First talk. Agreed to meet again.".to_owned().into(),
        next: (!closes).then(|| closed.now.day_in(&jiff::tz::TimeZone::UTC).plus_days(3)),
    };
    referrals::log_contact(services, &contacted, id, contact).await?;
    if closes {
        let closing = referrals::Closing {
            outcome,
            seen_by: "the counselor".to_owned().into(),
            reason: "Follow-up finished.".to_owned().into(),
        };
        if referrals::close(services, &closed, id, closing).await? == referrals::Closed::WhenConfirmed {
            let seen = Private::new("Seen it too.".to_owned());
            steps::answer_closing(services, &confirmed, id, steps::Answer::Confirmed, seen).await?;
        }
    }
    Ok(())
}

async fn add_cards(
    services: &Services,
    ctx: &Ctx,
    place: &Place,
    window: &Window,
    sittings: &[DemoSitting],
    random: &mut StdRng,
) -> Result<Vec<DemoCard>> {
    let mut cards = Vec::new();
    let mut rows = Vec::new();
    let of_class = by_class(sittings);
    for child in &place.children {
        let stage = of_class.get(&(child.school, child.class)).map(|s| s.state);
        let code = card_code::generate(|| random.random());
        let link = CardLink::of(random.random());
        rows.push((child.id, services.keys.card_hash(&code), link.hash(&services.keys)));
        if stage == Some(Stage::Open) {
            let school = &place.schools[child.school];
            cards.push(DemoCard {
                code: card_code::printed(&code),
                link: link.path(),
                age_band: AgeBand::of_age(window.opens_on.age_of(child.birth)).label(),
                school: school.name.clone(),
                class: school.classes[child.class].name.clone(),
                child: child.name.clone(),
            });
        }
    }
    let id = window.id;
    let batches: Vec<Vec<_>> = rows.chunks(500).map(<[_]>::to_vec).collect();
    stream::iter(batches.into_iter().map(Ok::<_, Error>))
        .try_for_each(|batch| async move {
            services
                .store
                .write(ctx, Act::new("demo.cards"), move |tx| {
                    let batch = batch.clone();
                    Box::pin(async move {
                        for (child, code, link) in batch {
                            cards::add(tx, id, child, code, Some(link)).await?;
                        }
                        Ok(())
                    })
                })
                .await
        })
        .await?;
    // Finished classes' sittings are closed only now: their devices are long back in the cupboard.
    let finished: Vec<SittingId> =
        sittings.iter().filter(|s| s.state == Stage::Finished).map(|s| s.id).collect();
    services
        .store
        .write(ctx, Act::new("demo.sittings"), move |tx| {
            let finished = finished.clone();
            Box::pin(async move {
                for id in finished {
                    windows::close_sitting(tx, id).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(cards)
}
