//! A second look at what was handed in, by a scorer of its own (REL-07): is each score right, and did each rule refer?
//!
//! A missing referral is made. A score that differs is never overwritten, because nobody knows which of the two is wrong: it
//! is told in the log, in a metric and in the trail.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use questionnaires::instrument::Instrument;
use questionnaires::second_scorer::{self, Verdict};

use super::{Repaired, Span};
use crate::config::Clinical;
use crate::ctx::Ctx;
use crate::model::Instant;
use crate::model::referral::Priority;
use crate::referral_rules::{Finding, KNOWN};
use crate::services::{Services, scoring};
use crate::store::gaps::{self, ChildTotal, Handed, Standing};
use crate::store::rule_settings::{self, RuleSetting};
use crate::store::{Act, administrations, responses};
use crate::{Error, Result, meters};

/// How many forms are looked at together.
const TOGETHER: usize = 256;
/// Each look goes back so far behind the one before: what was being handed in then stands by now.
const OVERLAP: i64 = 60;

pub(super) async fn run(services: &Services, ctx: &Ctx, span: Span, repaired: &mut Repaired) -> Result<()> {
    let two_days = ctx.now.plus_seconds(-2 * 86_400);
    let since = match span {
        Span::Everything => two_days,
        Span::Recent => {
            let looked = Instant::from_millis(services.looked_again.load(Ordering::Relaxed));
            looked.plus_seconds(-OVERLAP).max(two_days)
        }
    };
    let handed = gaps::handed_in(&mut services.store.read(ctx).await?, since).await?;
    for forms in handed.chunks(TOGETHER) {
        for (form, seen) in look(services, ctx, forms).await? {
            if let Some(differs) = seen.differs {
                repaired.differing += usize::from(tell(services, ctx, form, differs).await?);
            }
            if !seen.missing.is_empty() {
                refer(services, ctx, form, seen.missing).await?;
                repaired.submitted += 1;
            }
        }
    }
    services.looked_again.store(ctx.now.millis(), Ordering::Relaxed);
    Ok(())
}

/// What is wrong with a form.
struct Seen {
    /// Scales whose score is another one.
    differs: Option<String>,
    /// Rules that should have referred and did not.
    missing: Vec<Finding>,
}

async fn look<'a>(services: &Services, ctx: &Ctx, forms: &'a [Handed]) -> Result<Vec<(&'a Handed, Seen)>> {
    let mut conn = services.store.read(ctx).await?;
    let ids: Vec<_> = forms.iter().map(|form| form.id).collect();
    let children: Vec<_> = forms.iter().map(|form| form.child_id).collect();
    let mut answers: HashMap<_, Vec<_>> = HashMap::new();
    for answer in responses::current_of_all(&mut conn, &ids).await? {
        answers.entry(answer.administration_id).or_default().push(answer);
    }
    let mut scores: HashMap<_, Vec<Standing>> = HashMap::new();
    for score in gaps::standing(&mut conn, &ids).await? {
        scores.entry(score.administration_id).or_default().push(score);
    }
    let reasons: HashSet<_> = gaps::reasons(&mut conn, &ids).await?.into_iter().collect();
    let mut totals: HashMap<_, Vec<ChildTotal>> = HashMap::new();
    for total in gaps::totals(&mut conn, &children).await? {
        totals.entry(total.child_id).or_default().push(total);
    }
    let mut settings = HashMap::new();
    for form in forms {
        if let Entry::Vacant(missing) = settings.entry(form.district_id.0) {
            missing.insert(rule_settings::list(&mut conn, form.district_id).await?);
        }
    }
    drop(conn);
    let mut wrong = Vec::new();
    for form in forms {
        // Without its answers there is nothing to score anew; an unknown instrument is told where it is opened.
        let (Some(answers), Some(instrument)) = (answers.get(&form.id), instrument_of(form)) else {
            continue;
        };
        let verdict = second_scorer::score(instrument, &scoring::to_answers(answers));
        let of_child = totals.get(&form.child_id).map_or(&[][..], Vec::as_slice);
        let settings = settings.get(&form.district_id.0).map_or(&[][..], Vec::as_slice);
        let mut missing = owed(form, instrument, &verdict, of_child, &services.config.clinical);
        missing.retain(|finding| {
            is_on(settings, finding.rule, form.submitted_at)
                && !reasons.contains(&(form.id, finding.rule.to_owned(), finding.item.clone()))
        });
        let differs = differing(&verdict, scores.get(&form.id).map_or(&[], Vec::as_slice));
        if differs.is_some() || !missing.is_empty() {
            wrong.push((form, Seen { differs, missing }));
        }
    }
    Ok(wrong)
}

fn instrument_of(form: &Handed) -> Option<&'static Instrument> {
    questionnaires::library::get_version(&form.instrument, u32::try_from(form.version).ok()?)
}

/// The scales whose score is not the second scorer's.
fn differing(verdict: &Verdict, scores: &[Standing]) -> Option<String> {
    let standing: Vec<_> = scores.iter().map(Standing::held).collect();
    let wrong = verdict.otherwise(&standing);
    (!wrong.is_empty()).then(|| wrong.join(", "))
}

/// Every referral that this form owes, rule by rule, from the answers and the child's other totals alone.
fn owed(
    form: &Handed,
    instrument: &Instrument,
    verdict: &Verdict,
    totals: &[ChildTotal],
    clinical: &Clinical,
) -> Vec<Finding> {
    let mut owed = Vec::new();
    let priorities = &clinical.priorities;
    let mut owes = |rule: &str, item: &str, priority: Priority| {
        if let Some(known) = KNOWN.iter().find(|known| known.name == rule) {
            let why = format!(
                "{}: {}, found again from the answers",
                instrument.short_title,
                known.label.to_lowercase()
            );
            owed.push(Finding { rule: known.name, item: item.to_owned(), priority, why });
        }
    };
    for item in verdict.critical.keys() {
        owes("critical_item", item, priorities.critical_item.0);
    }
    for item in &verdict.open {
        owes("critical_unanswered", item, priorities.critical_unanswered.0);
    }
    let before = totals.iter().filter(|total| {
        total.value.is_some()
            && total.window_id != form.window_id
            && total.instrument == form.instrument
            && total.informant == form.informant
            && total.submitted_at < form.submitted_at
    });
    let comparable = before.clone().rfind(|total| total.version == form.version);
    let now = verdict.scales.get("total").and_then(|total| total.value);
    if let (Some(before), Some(now)) = (comparable.and_then(|total| total.value), now)
        && second_scorer::is_worse(instrument, before, now)
    {
        owes("reliable_deterioration", "", priorities.reliable_deterioration.0);
    }
    if verdict.positive == Some(true) {
        let band = verdict.scales.get("total").and_then(|total| total.band.as_ref());
        let severe = band.is_some_and(|band| priorities.severe_bands.contains(band));
        let priority = if severe { &priorities.above_cutoff_severe } else { &priorities.above_cutoff };
        owes("above_cutoff", "", priority.0);
        if before.clone().next_back().is_some_and(|last| last.positive == Some(true)) {
            owes("two_raised_windows", "", priorities.two_raised_windows.0);
        }
        let agrees = |total: &ChildTotal| {
            total.window_id == form.window_id
                && total.informant != form.informant
                && total.positive == Some(true)
                && total.submitted_at <= form.submitted_at
        };
        if totals.iter().any(agrees) {
            owes("informants_agree", "", priorities.informants_agree.0);
        }
    }
    owed
}

/// Whether a rule was on when the form was handed in, and still is. A critical answer cannot be switched off.
fn is_on(newest_first: &[RuleSetting], rule: &str, then: Instant) -> bool {
    let mut of_rule = newest_first.iter().filter(|setting| setting.rule == rule);
    let now = of_rule.clone().next();
    let then = of_rule.find(|setting| setting.set_at <= then);
    rule == "critical_item" || ![now, then].into_iter().flatten().any(|setting| setting.setting == "off")
}

/// Tells that a score differs; false when that was told before.
async fn tell(services: &Services, ctx: &Ctx, form: &Handed, scales: String) -> Result<bool> {
    const ACT: &str = "reconcile.differs";
    let detail = format!("{} version {}: {scales}", form.instrument, form.version);
    if gaps::is_told(&mut services.store.read(ctx).await?, form.id, ACT, &detail).await? {
        return Ok(false);
    }
    meters::DIFFERING.fetch_add(1, Ordering::Relaxed);
    tracing::error!(
        administration = %form.id.0,
        detail,
        "a stored score is not the second scorer's; nothing was overwritten, a person must look"
    );
    let id = form.id;
    services
        .store
        .write(ctx, Act::new(ACT), move |tx| {
            let detail = detail.clone();
            Box::pin(async move {
                tx.about("administration", id.0);
                tx.detail(detail);
                Ok(())
            })
        })
        .await?;
    Ok(true)
}

async fn refer(services: &Services, ctx: &Ctx, form: &Handed, missing: Vec<Finding>) -> Result<()> {
    let (id, missing) = (form.id, Arc::new(missing));
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("reconcile.referral"), move |tx| {
            let (config, missing) = (Arc::clone(&config), Arc::clone(&missing));
            Box::pin(async move {
                tx.about("administration", id.0);
                let form = administrations::get(tx, id).await?.ok_or(Error::NotFound)?;
                tx.detail(missing.iter().map(|finding| finding.rule).collect::<Vec<_>>().join(", "));
                scoring::raise(tx, &config.clinical, form.child_id, form.school_id, Some(&form), &missing)
                    .await?;
                Ok(())
            })
        })
        .await
}
