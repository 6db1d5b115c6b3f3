//! One child, one record: who it is, how it changes, what was done. Looking is audited too.

use questionnaires::library;

use super::casework::{self, Casework};
use super::drafts::{self, Kept};
use super::scoring::zone;
use super::side_by_side::{self, SideBySide};
use super::timeline::{self, Written};
pub use super::trends::Trend;
use super::trends::{self, short_title};
use super::{Services, staff};
use crate::ctx::Ctx;
use crate::model::correction::Correctable;
use crate::model::{AdministrationId, ChildId, Instant, Private};
use crate::policy::{Action, Place, allow};
use crate::store::audit::{self, Opening};
pub use crate::store::children::{Child, Guardian};
pub use crate::store::contacts::FollowUp;
use crate::store::referrals::{Event, Reason, Referral};
use crate::store::responses::Flag;
use crate::store::{Act, administrations, children, contacts, corrections, referrals, responses};
use crate::{Error, Result};

/// A child's record as a counselor sees it.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who.
    pub child: Child,
    /// Age in completed years.
    pub age: u8,
    /// Whom one may call, and whom not.
    pub guardians: Vec<Guardian>,
    /// The open referral, if there is one.
    pub open: Option<OpenReferral>,
    /// One curve for each instrument and informant.
    pub trends: Vec<Trend>,
    /// Windows in which several informants were heard.
    pub side_by_side: Vec<SideBySide>,
    /// Critical items in their own strip, newest first (C-23).
    pub critical: Vec<CriticalEntry>,
    /// Everything that happened, newest first.
    pub timeline: Vec<Entry>,
    /// Screenings whose answers can be opened.
    pub screenings: Vec<Screening>,
    /// What is being done, beside the scores.
    pub casework: Casework,
    /// The newest closed referral, where none is open: it can be opened again.
    pub closed: Option<Referral>,
    /// What the reader has typed and not saved (C-28).
    pub kept: Vec<Kept>,
    /// The reader looks through a broken glass: nothing can be done here (AZ-08).
    pub look_only: bool,
    /// The school's time zone, for showing times.
    pub time_zone: String,
}

/// The open referral with its reasons and tasks.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct OpenReferral {
    pub referral: Referral,
    pub reasons: Vec<Reason>,
    pub follow_ups: Vec<FollowUp>,
}

/// A critical item's answer.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct CriticalEntry {
    pub at: Instant,
    pub instrument: String,
    pub item: String,
    pub wording: Private<String>,
    pub answer: Private<String>,
}

/// A handed-in screening.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Screening {
    pub id: AdministrationId,
    pub at: Instant,
    pub instrument: String,
    pub window: String,
}

/// One line of the timeline.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Entry {
    pub at: Instant,
    pub kind: EntryKind,
    pub by: Option<String>,
    pub title: String,
    pub text: Private<String>,
    /// What it is, where it can be corrected: not what was corrected already.
    pub row: Option<(Correctable, uuid::Uuid)>,
    /// Who has corrected it, and when: then it is read struck out.
    pub corrected: Option<(String, Instant)>,
    /// When it was written in place of another one.
    pub corrects_since: Option<Instant>,
}

/// What a line of the timeline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub enum EntryKind {
    Screen,
    Referral,
    Contact,
    Note,
    /// Somebody opened the file.
    Look,
}

/// The title of a note that belongs to the child's record, and not only to whoever works on it now (C-28).
pub const RECORD_NOTE: &str = "Record note";
/// How many of the newest openings of a file its timeline tells of.
const OPENINGS: i64 = 500;

/// Opens a child's record. That it was opened is on the trail before anything is shown.
///
/// # Errors
/// [`Error::NotFound`] for a child outside the counselor's schools, exactly as for one that does not exist.
pub async fn record(services: &Services, ctx: &Ctx, id: ChildId) -> Result<Record> {
    let user = staff(ctx)?.user;
    let mut conn = services.store.read(ctx).await?;
    let child = in_scope(&mut conn, ctx, id, Action::SeeChild).await?;
    drop(conn);
    looked(services, ctx, "child.view", "child", id.0).await?;

    let mut conn = services.store.read(ctx).await?;
    let zone = zone(&child.time_zone);
    let screens = children::screens(&mut conn, id).await?;
    let missed = children::missed(&mut conn, &child).await?;
    let flags = responses::flags(&mut conn, id).await?;
    let contacts = contacts::list(&mut conn, id).await?;
    let notes = contacts::list_notes(&mut conn, id, user).await?;
    let guardians = children::guardians(&mut conn, id).await?;
    let mut open: Option<OpenReferral> = None;
    let mut closed = None;
    let mut events: Vec<Event> = Vec::new();
    for referral in referrals::of_child(&mut conn, id).await? {
        events.extend(referrals::events(&mut conn, referral.id).await?);
        if referral.closed_at.is_none() {
            let reasons = referrals::reasons(&mut conn, referral.id).await?;
            let follow_ups = contacts::follow_ups(&mut conn, referral.id).await?;
            open = Some(OpenReferral { referral, reasons, follow_ups });
        } else if closed.is_none() {
            closed = Some(referral);
        }
    }
    closed = closed.filter(|_| open.is_none());
    let looks = looks(audit::openings(&mut conn, id.0, OPENINGS).await?, &zone);
    let tasks = corrections::tasks(&mut conn, id).await?;
    let casework = casework::of(&mut conn, ctx, &child, open.as_ref().map(|o| &o.referral)).await?;
    let assessments = casework.assessments.clone();
    let mut screenings: Vec<Screening> = Vec::new();
    for screen in screens.iter().filter(|s| s.scale == "total") {
        screenings.push(Screening {
            id: screen.administration_id,
            at: screen.submitted_at,
            instrument: short_title(&screen.instrument),
            window: screen.window_name.clone(),
        });
    }
    screenings.reverse();
    Ok(Record {
        age: ctx.now.day_in(&zone).age_of(child.birth_date),
        guardians,
        open,
        trends: trends::of(&screens, &missed, &zone),
        side_by_side: side_by_side::compare(&screens),
        critical: flags.iter().filter_map(critical_entry).collect(),
        timeline: timeline::lines(looks, &screens, events, Written { contacts, notes, assessments, tasks }),
        screenings,
        casework,
        closed,
        kept: drafts::list(&mut conn, user, id).await?,
        look_only: !allow(
            &ctx.actor,
            Action::WorkReferrals,
            Place::School(child.district_id, child.school_id),
        ),
        time_zone: child.time_zone.clone(),
        child,
    })
}

/// One item's answer as given, with the ones it replaced.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct ItemAnswer {
    pub item: String,
    pub wording: String,
    pub answer: Private<String>,
    pub earlier: Vec<Private<String>>,
    /// One of the items that a person must look at.
    pub is_critical: bool,
    /// This answer was one that a person must look at.
    pub is_flagged: bool,
}

/// The answers of one screening, item by item. That they were opened is on the trail (C-23).
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools.
pub async fn answers(
    services: &Services,
    ctx: &Ctx,
    child: ChildId,
    administration: AdministrationId,
) -> Result<(Child, Screening, Vec<ItemAnswer>)> {
    let mut conn = services.store.read(ctx).await?;
    let child = in_scope(&mut conn, ctx, child, Action::SeeAnswers).await?;
    let administration = administrations::get(&mut conn, administration)
        .await?
        .filter(|a| a.child_id == child.id)
        .ok_or(Error::NotFound)?;
    drop(conn);
    looked(services, ctx, "answers.view", "administration", administration.id.0).await?;

    let mut conn = services.store.read(ctx).await?;
    let given = responses::history(&mut conn, administration.id).await?;
    let flags = responses::flags(&mut conn, child.id).await?;
    let flagged =
        |item: &str| flags.iter().any(|f| f.administration_id == administration.id && f.item == item);
    let instrument = super::scoring::instrument_of(&administration)?;
    let form = instrument.form(&administration.language).map_err(|e| Error::Conflict(e.to_string()))?;
    let label = |item: &questionnaires::form::FormItem, code: Option<i64>| -> Private<String> {
        code.map_or_else(
            || "Did not want to answer".to_owned(),
            |code| {
                item.choices
                    .iter()
                    .find(|c| i64::from(c.code) == code)
                    .map_or_else(|| code.to_string(), |c| c.label.clone())
            },
        )
        .into()
    };
    let items = form
        .items
        .iter()
        .map(|item| {
            let mut mine: Vec<_> = given.iter().filter(|r| r.item == item.id).collect();
            mine.sort_by_key(|r| r.seq);
            let last = mine.pop();
            ItemAnswer {
                item: item.id.clone(),
                wording: item.text.clone(),
                answer: last.map_or_else(|| "No answer".to_owned().into(), |r| label(item, r.code)),
                earlier: mine.iter().map(|r| label(item, r.code)).collect(),
                is_critical: instrument.critical_item(&item.id).is_some(),
                is_flagged: flagged(&item.id),
            }
        })
        .collect();
    let screening = Screening {
        id: administration.id,
        at: administration.submitted_at.unwrap_or(ctx.now),
        instrument: instrument.title.clone(),
        window: String::new(),
    };
    Ok((child, screening, items))
}

pub(super) async fn in_scope(
    conn: &mut crate::store::Conn,
    ctx: &Ctx,
    id: ChildId,
    action: Action,
) -> Result<Child> {
    super::break_glass::see(conn, ctx, id, action).await
}

pub(super) async fn looked(
    services: &Services,
    ctx: &Ctx,
    action: &'static str,
    kind: &'static str,
    id: uuid::Uuid,
) -> Result<()> {
    services
        .store
        .write(ctx, Act::new(action), move |tx| {
            Box::pin(async move {
                tx.about(kind, id);
                Ok(())
            })
        })
        .await
}

fn critical_entry(flag: &Flag) -> Option<CriticalEntry> {
    let instrument = library::get(&flag.instrument)?;
    let form = instrument.form("en").ok()?;
    let item = form.items.iter().find(|i| i.id == flag.item)?;
    let answer = match flag.code {
        Some(code) => item
            .choices
            .iter()
            .find(|c| i64::from(c.code) == code)
            .map_or_else(|| code.to_string(), |c| c.label.clone()),
        None => "Not answered: needs a look".to_owned(),
    };
    Some(CriticalEntry {
        at: flag.flagged_at,
        instrument: instrument.short_title.clone(),
        item: flag.item.clone(),
        wording: item.text.clone().into(),
        answer: answer.into(),
    })
}

/// One line for each person and day, at the last time: who works on a child opens its file often (C-21).
fn looks(openings: Vec<Opening>, zone: &jiff::tz::TimeZone) -> Vec<Entry> {
    let mut lines: Vec<(Entry, usize)> = Vec::new();
    for Opening { at, by_name } in openings {
        let same = |(line, _): &&mut (Entry, usize)| {
            line.by.as_ref() == Some(&by_name) && line.at.day_in(zone) == at.day_in(zone)
        };
        match lines.iter_mut().find(same) {
            Some((_, times)) => *times += 1,
            None => {
                let (title, text) = (String::new(), Private::default());
                lines.push((timeline::entry(at, EntryKind::Look, Some(by_name), title, text), 1));
            }
        }
    }
    let titled = |(mut line, times): (Entry, usize)| {
        line.title = match times {
            1 => "File opened".to_owned(),
            n => format!("File opened {n} times"),
        };
        line
    };
    lines.into_iter().map(titled).collect()
}

/// The child of a referral that the reader may work on.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools.
pub async fn child_of_referral(
    services: &Services,
    ctx: &Ctx,
    id: crate::model::ReferralId,
) -> Result<ChildId> {
    let mut conn = services.store.read(ctx).await?;
    Ok(super::referrals::find(&mut conn, ctx, id).await?.child_id)
}
