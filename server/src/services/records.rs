//! One child, one record: who it is, how it changes, what was done. Looking is audited too.

use questionnaires::instrument::{Instrument, Polarity};
use questionnaires::library;
use questionnaires::trend::{Point, TrendReport, describe};

use super::casework::{self, Casework};
use super::scoring::zone;
use super::side_by_side::{self, SideBySide};
use super::{Services, staff};
use crate::ctx::Ctx;
use crate::draw::{self, Figure};
use crate::model::{AdministrationId, ChildId, Instant, Private};
use crate::policy::Action;
use crate::store::children::Screen;
pub use crate::store::children::{Child, Guardian};
pub use crate::store::contacts::FollowUp;
use crate::store::contacts::{Contact, Note};
use crate::store::referrals::{Event, Reason, Referral};
use crate::store::responses::Flag;
use crate::store::{Act, administrations, children, contacts, referrals, responses};
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

/// A curve with its sentence.
#[derive(Clone, Debug)]
pub struct Trend {
    /// The instrument's short name.
    pub title: String,
    /// The figure with its table.
    pub figure: Figure,
    /// What a counselor reads: what is measured and how sure.
    pub sentence: String,
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
}

/// What a line of the timeline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub enum EntryKind {
    Screen,
    Referral,
    Contact,
    Note,
}

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
    let casework = casework::of(&mut conn, ctx, &child, open.as_ref().map(|o| &o.referral)).await?;
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
        trends: trends(&screens, &zone),
        side_by_side: side_by_side::compare(&screens),
        critical: flags.iter().filter_map(critical_entry).collect(),
        timeline: timeline(&screens, events, contacts, notes),
        screenings,
        casework,
        closed,
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

fn short_title(instrument: &str) -> String {
    library::get(instrument).map_or_else(|| instrument.to_owned(), |i| i.short_title.clone())
}

/// One instrument as one informant answered it.
struct Series {
    instrument: &'static Instrument,
    informant: draw::Informant,
    points: Vec<Point>,
    report: TrendReport,
}

impl Series {
    fn of(screens: &[Screen], id: &str, informant: &str, zone: &jiff::tz::TimeZone) -> Option<Self> {
        let instrument = library::get(id)?;
        let own =
            screens.iter().filter(|s| s.scale == "total" && s.instrument == id && s.informant == informant);
        let points: Vec<Point> = own
            .filter_map(|s| {
                Some(Point {
                    date: s.submitted_at.day_in(zone).0,
                    value: s.value?,
                    version: u32::try_from(s.version).ok()?,
                })
            })
            .collect();
        let report = describe(instrument, "total", &points);
        let informant = match informant {
            "teacher" => draw::Informant::Teacher,
            "parent" => draw::Informant::Guardian,
            _ => draw::Informant::Student,
        };
        Some(Self { instrument, informant, points, report })
    }

    /// Whether two informants' results may stand on one scale: the same questions, range, bands and cut-off.
    fn stands_with(&self, other: &Self) -> bool {
        let scales = (self.instrument.scale("total"), other.instrument.scale("total"));
        let (Some(one), Some(two)) = scales else { return false };
        let zones = |scale: &questionnaires::instrument::Scale| -> Vec<(String, f64)> {
            scale.bands.iter().map(|band| (band.label.clone(), band.min)).collect()
        };
        let cut = |scale: &questionnaires::instrument::Scale| scale.cut_in_use().and_then(|cut| cut.at_least);
        self.informant != other.informant
            && side_by_side::same_scale(&self.instrument.id, &other.instrument.id)
            && zones(one) == zones(two)
            && cut(one) == cut(two)
    }

    /// The newest result leads; of one day's, the student's before a teacher's before a parent's.
    fn newest(&self) -> Option<(jiff::civil::Date, std::cmp::Reverse<draw::Informant>)> {
        Some((self.points.last()?.date, std::cmp::Reverse(self.informant)))
    }
}

fn trends(screens: &[Screen], zone: &jiff::tz::TimeZone) -> Vec<Trend> {
    let mut keys: Vec<(&str, &str)> = Vec::new();
    for screen in screens.iter().filter(|s| s.scale == "total" && s.value.is_some()) {
        if !keys.contains(&(&screen.instrument, &screen.informant)) {
            keys.push((&screen.instrument, &screen.informant));
        }
    }
    let mut charts: Vec<Vec<Series>> = Vec::new();
    for series in keys.into_iter().filter_map(|(id, informant)| Series::of(screens, id, informant, zone)) {
        let beside = |chart: &&mut Vec<Series>| chart.iter().all(|other| series.stands_with(other));
        match charts.iter_mut().find(beside) {
            Some(chart) => chart.push(series),
            None => charts.push(vec![series]),
        }
    }
    charts
        .into_iter()
        .filter_map(|chart| {
            let leads = chart.iter().max_by_key(|series| series.newest())?;
            let figure = curve(leads, &chart)?;
            let (title, sentence) = (common_title(&chart), leads.report.sentence.clone());
            Some(Trend { title, figure, sentence })
        })
        .collect()
}

/// The curves of one scale by informant, with bands and cut-off as the instrument has them; the newest result leads.
fn curve(leads: &Series, chart: &[Series]) -> Option<Figure> {
    let Series { instrument, report, .. } = leads;
    let scale = instrument.scale("total")?;
    let (min, max) = instrument.range("total")?;
    let input = draw::Trend {
        scale: common_title(chart),
        range: (min, max),
        step: 1.0,
        polarity: match instrument.polarity {
            Polarity::HigherWorse => draw::Polarity::HigherIsWorse,
            Polarity::HigherBetter => draw::Polarity::HigherIsBetter,
        },
        bands: scale
            .bands
            .iter()
            .map(|band| draw::ScoreBand { label: band.label.clone(), from: band.min })
            .collect(),
        cutoff: scale
            .cut_in_use()
            .and_then(|cut| cut.at_least.or(cut.at_most))
            .map(|score| draw::Cutoff { score }),
        reliable_change: report
            .change
            .as_ref()
            .and_then(|change| change.threshold)
            .map(|threshold| draw::ReliableChange { threshold }),
        points: chart
            .iter()
            .flat_map(|series| {
                series.points.iter().map(|p| draw::TrendPoint {
                    date: p.date,
                    score: p.value,
                    informant: series.informant,
                    version: p.version.to_string(),
                })
            })
            .collect(),
        missed: Vec::new(),
        source: sources(chart),
    };
    let word = leads.informant.word().to_lowercase();
    let frame = draw::Frame::points(format!("trend-{}-{word}", instrument.id.replace('_', "-")));
    draw::trend(&frame, &input)
        .inspect_err(|error| tracing::error!(%error, "a child's curve could not be drawn"))
        .ok()
}

/// What the forms of a chart are called together.
fn common_title(chart: &[Series]) -> String {
    let titles: Vec<&str> = chart.iter().map(|series| series.instrument.short_title.as_str()).collect();
    side_by_side::common(&titles)
}

/// Who answered, in words.
fn sources(chart: &[Series]) -> String {
    let mut who: Vec<draw::Informant> = chart.iter().map(|series| series.informant).collect();
    who.sort_unstable();
    let words = who.into_iter().map(|informant| match informant {
        draw::Informant::Student => "the student’s own answers",
        draw::Informant::Teacher => "a teacher’s answers",
        draw::Informant::Guardian => "a guardian’s answers",
    });
    words.collect::<Vec<_>>().join(" and ")
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

fn timeline(screens: &[Screen], events: Vec<Event>, contacts: Vec<Contact>, notes: Vec<Note>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for screen in screens.iter().filter(|s| s.scale == "total") {
        let score = match (screen.value, &screen.band) {
            (Some(value), Some(band)) => format!("{value} ({})", band.replace('_', " ")),
            (Some(value), None) => value.to_string(),
            (None, _) => "too few answers for a score".to_owned(),
        };
        let prorated = if screen.prorated { ", prorated" } else { "" };
        entries.push(Entry {
            at: screen.submitted_at,
            kind: EntryKind::Screen,
            by: None,
            title: format!("{} finished", short_title(&screen.instrument)),
            text: format!("{score}{prorated} · {}", screen.window_name).into(),
        });
    }
    for event in events {
        entries.push(Entry {
            at: event.at,
            kind: EntryKind::Referral,
            title: match event.verb.as_str() {
                "open" => "Referral opened",
                "raise" => "Referral raised",
                "claim" => "Claimed",
                "close" => "Closed",
                "escalate" => "Called the next person",
                "reassign" => "Given to somebody else",
                "set_priority" => "Another level set",
                "assess" => "Second look",
                "snooze" => "Put aside",
                "propose_close" => "Closing proposed",
                "return_close" => "Closing sent back",
                "offer" => "Hand-over offered",
                "decline_offer" => "Hand-over declined",
                "withdraw_offer" => "Hand-over withdrawn",
                "report" => "Mandatory report written",
                "report_sent" => "Mandatory report sent",
                "report_against" => "Mandatory report decided against",
                "transfer" => "Moved to another school",
                "plan" => "Safety plan",
                "plan_rescreen" => "Re-screen planned",
                "rescreen_card" => "Card of a re-screen made",
                "withdraw_rescreen" => "Re-screen taken back",
                "guardian_letter" => "Letter to a guardian released",
                _ => event.to_state.label(),
            }
            .to_owned(),
            by: event.by_name,
            text: event.reason,
        });
    }
    for contact in contacts {
        let reached = if contact.reached { "" } else { ", not reached" };
        entries.push(Entry {
            at: contact.at,
            kind: EntryKind::Contact,
            by: Some(contact.by_name),
            title: format!("{} · {}{reached}", contact.with_whom.label(), contact.how.label().to_lowercase()),
            text: contact.note,
        });
    }
    for note in notes {
        entries.push(Entry {
            at: note.written_at,
            kind: EntryKind::Note,
            by: Some(note.by_name),
            title: if note.visibility == "own" { "Own note".to_owned() } else { "Note".to_owned() },
            text: note.body,
        });
    }
    entries.sort_by_key(|e| std::cmp::Reverse(e.at));
    entries
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
