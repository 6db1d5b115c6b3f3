//! From answers to scores, flags and referrals, inside the transaction of the answer or the submit.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jiff::tz::TimeZone;
use questionnaires::form::Form;
use questionnaires::instrument::Instrument;
use questionnaires::response::{Answer, Answers};
use questionnaires::score::{CriticalHit, Scored, score};
use questionnaires::trend::Point;
use questionnaires::{flag, library};

use super::school_days::due_at;
use super::{duty, rescreens};
use crate::config::Clinical;
use crate::model::administration::TalkWish;
use crate::model::referral::{Priority, ReferralState};
use crate::model::{ChildId, Instant, Private, ReferralId, SchoolId, WindowId};
use crate::referral_rules::{ASKED_TO_TALK, FRIEND, Facts, Finding, RULES, find_all};
use crate::store::administrations::Administration;
use crate::store::referrals::{NewReferral, Reason};
use crate::store::responses::{self, NewScore, Response};
use crate::store::{Tx, children, outbox, places, referrals};
use crate::{Error, Result};

/// Counts up when the scoring itself changes; a re-score adds rows under the newer number.
pub const ENGINE: i64 = 1;

/// The instrument of an administration.
///
/// # Errors
/// [`Error::Conflict`] when the program no longer knows it.
pub fn instrument_of(administration: &Administration) -> Result<&'static Instrument> {
    u32::try_from(administration.version)
        .ok()
        .and_then(|version| library::get_version(&administration.instrument, version))
        .ok_or_else(|| {
            Error::Conflict(format!(
                "This program does not know {} version {}; tell the administrator.",
                administration.instrument, administration.version
            ))
        })
}

/// The form of an administration in its language. Put together once and shared: each request of a child needs it.
///
/// # Errors
/// [`Error::Conflict`] when the program no longer knows the instrument or its text.
pub(super) fn form_of(administration: &Administration) -> Result<Arc<Form>> {
    /// By instrument, version and language.
    type Forms = HashMap<(String, u32, String), Arc<Form>>;
    static FORMS: LazyLock<RwLock<Forms>> = LazyLock::new(RwLock::default);
    let instrument = instrument_of(administration)?;
    let key = (instrument.id.clone(), instrument.version, administration.language.clone());
    let known = FORMS.read().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
    if let Some(form) = known {
        return Ok(form);
    }
    let form = instrument.form(&administration.language).map_err(|e| Error::Conflict(e.to_string()))?;
    let form = Arc::new(form);
    FORMS.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&form));
    Ok(form)
}

/// Stored answers as the scorer takes them.
pub fn to_answers(stored: &[Response]) -> Answers {
    let mut answers = Answers::default();
    for response in stored {
        answers.set(&response.item, response.answer());
    }
    answers
}

/// Looks at one just-saved answer: a critical one is flagged and referred at once, on a half-finished form too.
pub(super) async fn after_answer(
    tx: &mut Tx,
    clinical: &Clinical,
    administration: &Administration,
    item: &str,
    answer: Answer,
) -> Result<()> {
    let instrument = instrument_of(administration)?;
    let Some(hit) = flag::critical_hit(instrument, item, &answer) else { return Ok(()) };
    raise_critical(tx, clinical, administration, instrument, hit).await
}

async fn raise_critical(
    tx: &mut Tx,
    clinical: &Clinical,
    administration: &Administration,
    instrument: &Instrument,
    hit: CriticalHit,
) -> Result<()> {
    let (id, child) = (administration.id, administration.child_id);
    responses::add_flag(tx, id, child, "critical_item", &hit.item, Some(hit.code.into())).await?;
    let hits = [hit];
    let facts = Facts {
        instrument,
        scored: None,
        critical: &hits,
        earlier: &[],
        raised_before: None,
        raised_by_others: &[],
        today: tx.ctx().now.day_in(&TimeZone::UTC),
    };
    let findings: Vec<_> = RULES.iter().flat_map(|rule| (rule.find)(&facts, clinical)).collect();
    raise(tx, clinical, administration.child_id, administration.school_id, Some(administration), &findings)
        .await?;
    Ok(())
}

/// Scores a handed-in administration, stores scores and flags, and refers where a rule says so.
pub(super) async fn after_submit(
    tx: &mut Tx,
    clinical: &Clinical,
    administration: &Administration,
) -> Result<Scored> {
    let instrument = instrument_of(administration)?;
    let answers = to_answers(&responses::current(tx, administration.id).await?);
    let scored = score(instrument, &answers);
    for scale in &scored.scales {
        let not_scored = scale.not_scored.as_ref().map(ToString::to_string);
        let new = NewScore {
            administration: administration.id,
            scale: &scale.scale,
            engine: ENGINE,
            value: scale.value,
            not_scored: not_scored.as_deref(),
            prorated: scale.prorated,
            band: scale.band.as_deref(),
            positive: if scale.scale == "total" { scored.positive } else { scale.positive },
        };
        responses::add_score(tx, &new).await?;
    }
    for hit in &scored.critical {
        let (id, child) = (administration.id, administration.child_id);
        responses::add_flag(tx, id, child, "critical_item", &hit.item, Some(hit.code.into())).await?;
    }
    for item in &scored.critical_unanswered {
        let (id, child) = (administration.id, administration.child_id);
        responses::add_flag(tx, id, child, "critical_unanswered", item, None).await?;
    }
    let zone = zone_of(tx, administration.school_id).await?;
    let before = responses::earlier(
        tx,
        administration.child_id,
        &administration.instrument,
        &administration.informant,
        administration.window_id,
    )
    .await?;
    let raised_before = before.last().and_then(|e| e.positive);
    let earlier: Vec<Point> = before
        .into_iter()
        .map(|e| Point {
            date: e.submitted_at.day_in(&zone).0,
            value: e.value,
            version: u32::try_from(e.version).unwrap_or(0),
        })
        .collect();
    let (child, window) = (administration.child_id, administration.window_id);
    let others: Vec<String> = responses::raised_by_others(tx, child, window, &administration.informant)
        .await?
        .into_iter()
        .map(
            |(informant, _)| {
                if informant == "student" { "the student".to_owned() } else { format!("a {informant}") }
            },
        )
        .collect();
    let facts = Facts {
        instrument,
        scored: Some(&scored),
        critical: &scored.critical,
        earlier: &earlier,
        raised_before,
        raised_by_others: &others,
        today: tx.ctx().now.day_in(&zone),
    };
    let findings = find_all(&facts, clinical);
    let (child, school) = (administration.child_id, administration.school_id);
    let referral = raise(tx, clinical, child, school, Some(administration), &findings).await?;
    let positive = scored.positive == Some(true);
    rescreens::after_submit(tx, clinical, administration, positive, referral).await?;
    Ok(scored)
}

/// What a child that would like to talk gives rise to: a referral reason of its own, without any score.
pub(super) fn wished(clinical: &Clinical, wish: TalkWish) -> Option<Finding> {
    let (priority, why) = match wish {
        TalkWish::No => return None,
        TalkWish::Today => (clinical.priorities.talk_today.0, "Asked to talk: today"),
        TalkWish::ThisWeek => (clinical.priorities.talk_this_week.0, "Asked to talk: this week"),
    };
    Some(Finding { rule: ASKED_TO_TALK, item: String::new(), priority, why: why.to_owned() })
}

/// What a child that worries about a friend gives rise to, so that somebody asks it.
pub(super) fn worried(clinical: &Clinical) -> Finding {
    let priority = clinical.priorities.talk_this_week.0;
    Finding { rule: FRIEND, item: String::new(), priority, why: "Worried about a friend".to_owned() }
}

/// Turns findings into a referral: joins the child's open one at its school (the given one where it is enrolled nowhere)
/// or opens it, with owner, clock,
/// history and alert. The same finding twice changes nothing.
pub(super) async fn raise(
    tx: &mut Tx,
    clinical: &Clinical,
    child: ChildId,
    school: SchoolId,
    administration: Option<&Administration>,
    findings: &[Finding],
) -> Result<Option<ReferralId>> {
    if findings.is_empty() {
        return Ok(None);
    }
    // A form begun at the old school is handed in after the move: whoever works on the child now must hear of it.
    let school = children::get(tx, child).await?.map_or(school, |child| child.school_id);
    let place = places::get_school(tx, school).await?.ok_or(Error::NotFound)?;
    if place.rehearsal {
        return Ok(None);
    }
    let findings = super::rules::in_force(tx, place.district_id).await?.apply(findings);
    let Some(priority) = findings.iter().map(|f| f.priority).min_by_key(|p| p.rank()) else {
        return Ok(None);
    };
    let ctx = tx.ctx();
    let zone = zone_of(tx, school).await?;
    let due = due(tx, clinical, school, priority, &zone).await?;
    let window: Option<WindowId> = administration.map(|a| a.window_id);
    let referral = match referrals::get_open(tx, child, school).await? {
        Some(open) => open,
        None => {
            let owner = duty::owner_now(tx, school, ctx.now).await?.ok_or_else(|| {
                Error::Conflict(
                    "No member of staff can own a referral; add one with 'firstlight user add'.".to_owned(),
                )
            })?;
            let id = ReferralId(ctx.id());
            let new = NewReferral { id, child, school, window, priority, owner, due_at: due };
            if referrals::open(tx, &new).await? {
                let opened = Private::new("Opened by a screening rule".to_owned());
                referrals::add_event(tx, id, None, "open", None, ReferralState::Open, &opened).await?;
            }
            // Somebody else's transaction may have opened it in this moment: then that one is joined.
            referrals::get_open(tx, child, school).await?.ok_or(Error::NotFound)?
        }
    };
    let mut news = false;
    for finding in &findings {
        let reason = Reason {
            rule: finding.rule.to_owned(),
            item: finding.item.clone(),
            priority: finding.priority,
            why: finding.why.clone().into(),
            found_at: ctx.now,
        };
        news |=
            referrals::add_reason(tx, (referral.id, child), administration.map(|a| a.id), &reason).await?;
    }
    // Only what is new raises: a level that a person has set since is not undone by the same answer again.
    if news && referrals::raise(tx, referral.id, priority, due).await? {
        let why = Private::new(format!("Raised to {}", priority.label().to_lowercase()));
        referrals::add_event(tx, referral.id, None, "raise", Some(referral.state), referral.state, &why)
            .await?;
    }
    let reason = if priority == Priority::Critical { "critical" } else { "new" };
    outbox::add(tx, referral.id, referral.owner_id, reason).await?;
    Ok(Some(referral.id))
}

async fn due(
    tx: &mut Tx,
    clinical: &Clinical,
    school: SchoolId,
    priority: Priority,
    zone: &TimeZone,
) -> Result<Instant> {
    let now = tx.ctx().now;
    if priority == Priority::Critical {
        return Ok(due_at(clinical, priority, now, zone, &[]));
    }
    let holidays = places::holidays(tx, school, now.day_in(zone), 400).await?;
    Ok(due_at(clinical, priority, now, zone, &holidays))
}

/// A school's time zone; UTC where the name is not known, so that a wrong name can never stop a submit.
pub(super) async fn zone_of(tx: &mut Tx, school: SchoolId) -> Result<TimeZone> {
    let school = places::get_school(tx, school).await?.ok_or(Error::NotFound)?;
    Ok(zone(&school.time_zone))
}

/// The time zone of a name; UTC where the name is not known.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Derives again what should stand for one answer to a critical item: used by the reconciler.
pub(super) async fn repair_critical(
    tx: &mut Tx,
    clinical: &Clinical,
    administration: &Administration,
    hit: CriticalHit,
) -> Result<()> {
    let instrument = instrument_of(administration)?;
    raise_critical(tx, clinical, administration, instrument, hit).await
}

/// A child's first name and place, or "not found".
pub(super) async fn child_of(conn: &mut crate::store::Conn, id: ChildId) -> Result<children::Child> {
    children::get(conn, id).await?.ok_or(Error::NotFound)
}
