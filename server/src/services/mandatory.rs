//! What the law asks a school to tell an authority (LAW-12): words in a guided form, two clocks, and a named person who
//! says that it was sent. Firstlight never sends one by itself, and no message out of it says that there is one.

use uuid::Uuid;

use super::drafts::Kept;
use super::referrals::{checked_text, find};
use super::steps::{wanted, worked_on};
use super::{Services, drafts, records, require, scoring, staff};
use crate::ctx::Ctx;
use crate::model::draft::DraftForm;
use crate::model::mandatory::{ReportHow, ReportPart};
use crate::model::{Day, Instant, Private, ReferralId};
use crate::policy::{Action, Place};
pub use crate::store::children::Child;
pub use crate::store::mandatory::{Report, Sent, Waiting, Words};
use crate::store::referrals::{self, Referral};
use crate::store::{Act, Conn, Tx, children, mandatory, outbox};
use crate::{Error, Result};

/// The parts of the form as they were filled in.
pub type Parts = Vec<(ReportPart, Private<String>)>;

/// So long ago, in seconds, a report may have been sent before it is written down here.
const EARLIER_SECONDS: i64 = 30 * 86_400;

/// What the page of a report shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// About whom.
    pub child: Child,
    /// The report with its clocks.
    pub report: Report,
    /// Every version, newest first.
    pub words: Vec<Words>,
    /// How it reached the authority.
    pub sendings: Vec<Sent>,
    /// Whether the reader may decide against it: somebody who wrote none of it.
    pub may_decide: bool,
}

impl Shown {
    /// The newest version, in the order of the form.
    pub fn newest(&self) -> Vec<&Words> {
        let version = self.version();
        let in_form = |part| self.words.iter().find(move |w| w.version == version && w.part == part);
        ReportPart::FORM.into_iter().filter_map(in_form).collect()
    }

    /// The number of the newest version.
    pub fn version(&self) -> i64 {
        let of_form = self.words.iter().filter(|w| w.part != ReportPart::Against);
        of_form.map(|w| w.version).max().unwrap_or(0)
    }

    /// Why it is not sent, where somebody has decided so.
    pub fn against(&self) -> Option<&Words> {
        self.words.iter().find(|w| w.part == ReportPart::Against)
    }
}

/// What the form of a new report offers.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Form {
    pub child: Child,
    pub referral: ReferralId,
    /// The newest words of the report that waits, if one does.
    pub waiting: Option<Shown>,
    /// To whom the settings say that it goes.
    pub recipients: Vec<String>,
    /// Hours until the authority is told, and until it has it in writing.
    pub hours: (i64, i64),
    /// Whether somebody has signed these hours.
    pub signed: bool,
    /// What the reader has typed and not saved.
    pub kept: Option<Kept>,
}

/// The form of a referral's report: empty, or with what stands in the one that waits.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; [`Error::Conflict`] on a referral that nobody has claimed.
pub async fn form(services: &Services, ctx: &Ctx, id: ReferralId) -> Result<Form> {
    let clinical = &services.config.clinical;
    let user = staff(ctx)?.user;
    let (child, waiting, kept) = {
        let mut conn = services.store.read(ctx).await?;
        let referral = worked_on(&mut conn, ctx, id).await?;
        let child = scoring::child_of(&mut conn, referral.child_id).await?;
        let all = mandatory::of_child(&mut conn, child.id).await?;
        let kept = drafts::list(&mut conn, user, child.id).await?;
        let kept = kept.into_iter().find(|kept| kept.form == DraftForm::Report);
        (child, all.into_iter().find(Report::waits), kept)
    };
    let waiting = match waiting {
        Some(report) => Some(show(services, ctx, report.id).await?),
        None => None,
    };
    Ok(Form {
        child,
        referral: id,
        waiting,
        recipients: clinical.mandatory_report.recipients.clone(),
        hours: (clinical.mandatory_report.tell_hours, clinical.mandatory_report.written_hours),
        signed: clinical.is_signed(),
        kept,
    })
}

/// Every part trimmed; the needed ones there.
fn checked(parts: &Parts) -> Result<Parts> {
    let given = |part: ReportPart| {
        let text = parts.iter().find(|(name, _)| *name == part).map(|(_, text)| text.clone());
        let (name, text) = (part.as_str(), text.unwrap_or_default());
        let checked = if part.is_needed() {
            wanted(name, &text, "This is needed; where there is nobody, say so.")
        } else {
            checked_text(name, &text)
        };
        checked.map(|text| (part, text))
    };
    ReportPart::FORM.into_iter().map(given).collect()
}

/// Begins a report, or writes the next version of the one that waits, after the one that its writer has seen (0 for none);
/// tells which. Its clocks run from the beginning.
///
/// # Errors
/// [`Error::Invalid`] where a needed part is empty; [`Error::Conflict`] on a referral that nobody has claimed, or when
/// somebody has saved a version that the writer has not seen (C-06).
pub async fn write(services: &Services, ctx: &Ctx, id: ReferralId, seen: i64, parts: Parts) -> Result<Uuid> {
    let user = staff(ctx)?.user;
    let parts = checked(&parts)?;
    let hours = services.config.clinical.mandatory_report.clone();
    services
        .store
        .write(ctx, Act::new("report.write"), move |tx| {
            let (parts, hours) = (parts.clone(), hours.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                let child = referral.child_id;
                tx.about("child", child.0);
                let all = mandatory::of_child(tx, child).await?;
                let (report, version) = match all.into_iter().find(Report::waits) {
                    Some(waiting) => {
                        let last = mandatory::words(tx, waiting.id).await?;
                        if let Some(newer) = last.first().filter(|words| words.version != seen) {
                            return Err(written_meanwhile(&newer.by_name));
                        }
                        (waiting.id, seen + 1)
                    }
                    None => {
                        let report = ctx.id();
                        let clocks = (
                            ctx.now.plus_seconds(hours.tell_hours * 3600),
                            ctx.now.plus_seconds(hours.written_hours * 3600),
                        );
                        if !mandatory::begin(tx, report, (child, id), user, clocks).await? {
                            return Err(written_meanwhile("Somebody"));
                        }
                        if referral.owner_id != user {
                            outbox::add(tx, id, referral.owner_id, &format!("report:{report}")).await?;
                        }
                        (report, 1)
                    }
                };
                if !mandatory::write(tx, report, child, user, version, &parts).await? {
                    return Err(written_meanwhile("Somebody"));
                }
                drafts::settle(tx, user, child, DraftForm::Report).await?;
                note(tx, &referral, "report", &format!("Version {version}")).await?;
                Ok(report)
            })
        })
        .await
}

fn written_meanwhile(who: &str) -> Error {
    Error::Conflict(format!(
        "{who} saved a version while you were writing. Both are below: put them together, then save."
    ))
}

/// A line of the referral's history: that something was done, never what the report says.
async fn note(tx: &mut Tx, referral: &Referral, verb: &str, words: &str) -> Result<()> {
    let user = staff(&tx.ctx())?.user;
    let (state, words) = (referral.state, Private::new(words.to_owned()));
    Ok(referrals::add_event(tx, referral.id, Some(user), verb, Some(state), state, &words).await?)
}

/// A report whose child the actor works on.
async fn within_scope(conn: &mut Conn, ctx: &Ctx, id: Uuid) -> Result<(Report, Referral)> {
    let Some(report) = mandatory::get(conn, id).await? else {
        require(ctx, Action::WorkReferrals, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let referral = find(conn, ctx, report.referral_id).await?;
    Ok((report, referral))
}

/// A report with all its words. That it was opened is on the trail.
///
/// # Errors
/// [`Error::NotFound`] for anybody who does not work on the child.
pub async fn show(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Shown> {
    let user = staff(ctx)?.user;
    let report = {
        let mut conn = services.store.read(ctx).await?;
        within_scope(&mut conn, ctx, id).await?.0
    };
    records::looked(services, ctx, "report.view", "child", report.child_id.0).await?;
    let mut conn = services.store.read(ctx).await?;
    let child = children::get(&mut conn, report.child_id).await?.ok_or(Error::NotFound)?;
    let may_decide = report.waits()
        && report.told_at.is_none()
        && report.begun_by != user
        && !mandatory::wrote(&mut conn, id, user).await?;
    Ok(Shown {
        child,
        words: mandatory::words(&mut conn, id).await?,
        sendings: mandatory::sendings(&mut conn, id).await?,
        may_decide,
        report,
    })
}

/// How a report was sent, outside Firstlight.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Sending {
    pub how: ReportHow,
    pub day: Day,
    /// Minutes of the school's wall clock since midnight.
    pub minute: i64,
    /// Who sent it.
    pub by: Private<String>,
    /// The authority's number for it, or who took it.
    pub reference: Private<String>,
}

/// Notes that a report was sent: the clock stops, and the one for paper too where it went in writing.
///
/// # Errors
/// [`Error::Invalid`] without a name and a reference, or for a moment that is to come or long over; [`Error::Conflict`]
/// when it does not wait any more.
pub async fn note_sent(services: &Services, ctx: &Ctx, id: Uuid, sending: Sending) -> Result<()> {
    let user = staff(ctx)?.user;
    let by = wanted("by", &sending.by, "Say who sent it.")?;
    let reference = wanted("reference", &sending.reference, "Give the authority’s number, or who took it.")?;
    services
        .store
        .write(ctx, Act::new("report.sent"), move |tx| {
            let (by, reference, sending) = (by.clone(), reference.clone(), sending.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let (report, referral) = within_scope(tx, &ctx, id).await?;
                tx.about("child", report.child_id.0);
                tx.detail(sending.how.as_str());
                let zone = scoring::zone_of(tx, referral.school_id).await?;
                let at = Instant::of_minute(sending.day, sending.minute, &zone);
                if at > ctx.now || at < report.begun_at.plus_seconds(-EARLIER_SECONDS) {
                    return Err(Error::invalid("day", "Give the day and time at which it was sent."));
                }
                if !mandatory::note_sent(tx, &report, user, (sending.how, at), &by, &reference).await? {
                    return Err(Error::Conflict("This report does not wait any more.".to_owned()));
                }
                note(tx, &referral, "report_sent", sending.how.label()).await
            })
        })
        .await
}

/// Decides that a report is not sent, with the reason: somebody who wrote none of it.
///
/// # Errors
/// [`Error::Invalid`] without a reason; [`Error::Conflict`] for somebody who wrote in it, or once the authority knows.
pub async fn decide_against(services: &Services, ctx: &Ctx, id: Uuid, reason: Private<String>) -> Result<()> {
    let user = staff(ctx)?.user;
    let ask = "Say what speaks against it, and what is done instead.";
    let reason = wanted("reason", &reason, ask)?;
    services
        .store
        .write(ctx, Act::new("report.against"), move |tx| {
            let reason = reason.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                let (report, referral) = within_scope(tx, &ctx, id).await?;
                tx.about("child", report.child_id.0);
                if report.begun_by == user || mandatory::wrote(tx, id, user).await? {
                    return Err(Error::Conflict("Another person decides: you wrote in it.".to_owned()));
                }
                let last = mandatory::words(tx, id).await?;
                let version = last.first().map_or(1, |words| words.version + 1);
                if !mandatory::decide_against(tx, id, user).await? {
                    return Err(Error::Conflict(
                        "The authority knows already, or it was decided.".to_owned(),
                    ));
                }
                let words = [(ReportPart::Against, reason)];
                mandatory::write(tx, id, report.child_id, user, version, &words).await?;
                note(tx, &referral, "report_against", "").await
            })
        })
        .await
}

/// Passes only where no report of the referral's child waits: its clock must not be closed away.
pub(super) async fn none_waits(conn: &mut Conn, referral: &Referral) -> Result<()> {
    if mandatory::waits(conn, referral.child_id).await? {
        let ask = "A mandatory report waits. Note that it was sent, or have it decided against; then close.";
        return Err(Error::Conflict(ask.to_owned()));
    }
    Ok(())
}

/// The reports that wait at the reader's schools, most urgent first: a part of a counselor's work.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no counselor.
pub async fn waiting(services: &Services, ctx: &Ctx) -> Result<Vec<Waiting>> {
    require(ctx, Action::WorkReferrals, Place::Anywhere)?;
    let me = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    Ok(mandatory::waiting(&mut conn, me.district, me.user).await?)
}

/// Tells owners of reports whose clock has run out, once for each clock; tells how many.
pub(crate) async fn remind(services: &Services, ctx: &Ctx) -> Result<usize> {
    let late = {
        let mut conn = services.store.read(ctx).await?;
        mandatory::overdue(&mut conn, ctx.now).await?
    };
    let mut told = 0;
    for report in late {
        told += usize::from(
            services
                .store
                .write(ctx, Act::new("report.remind"), move |tx| {
                    let report = report.clone();
                    Box::pin(async move {
                        tx.about("child", report.child_id.0);
                        if !mandatory::remind(tx, &report).await? {
                            return Ok(false);
                        }
                        let referral =
                            referrals::get(tx, report.referral_id).await?.ok_or(Error::NotFound)?;
                        let clock = if report.told_at.is_none() { "told" } else { "written" };
                        let reason = format!("report_{clock}:{}", report.id);
                        outbox::add(tx, referral.id, referral.owner_id, &reason).await?;
                        Ok(true)
                    })
                })
                .await?,
        );
    }
    Ok(told)
}
