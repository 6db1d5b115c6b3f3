//! Answers from a device that keeps its own queue: a whole batch in one write, each answer exactly once.
//!
//! A device numbers its answers itself and sends every one again until it has been told that it is saved. What makes
//! this safe is one unique key, (administration, item, client, sequence): a replay adds nothing and is answered like
//! the first time. A batch costs one write, so a class that comes back from a dead network is one write per child.

use std::sync::Arc;

use questionnaires::form::Form;
use questionnaires::response::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Asks, Battery, Step, shapes};
use crate::config::Config;
use crate::ctx::{Ctx, Student};
use crate::model::{ChildId, Instant};
use crate::policy::{Action, Place};
use crate::services::{Services, require, scoring, student};
use crate::store::administrations::Administration;
use crate::store::responses::{self, Kept, KeptResponse, Response};
use crate::store::{Act, Store, Tx};
use crate::{Error, Result};

/// More answers at once are not a child's: a battery has fewer items, and a device asks again for what is left.
pub const LARGEST_BATCH: usize = 200;
/// No answer can be older than a sign-in lasts, in seconds.
const OLDEST: u32 = 2 * 3600;

/// One answer from a device's queue.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// The tab that kept it: a random id, made when the tab opened.
    pub client: Uuid,
    /// Which form of the battery, counted from 1.
    pub part: usize,
    /// The item's id on that form.
    pub item: String,
    /// The tab's own count of its answers.
    #[schema(value_type = i64, minimum = 0, maximum = 4294967295_i64)]
    pub sequence: u32,
    /// A choice or `declined`.
    #[schema(value_type = shapes::Told)]
    pub answer: Answer,
    /// How long the question was on screen before this answer.
    #[schema(value_type = i64, minimum = 0, maximum = 4294967295_i64)]
    pub seconds: u32,
    /// How long ago the answer was given, so that a late one never stands above a newer one from another device.
    #[serde(default)]
    #[schema(value_type = i64, minimum = 0, maximum = 4294967295_i64)]
    pub ago: u32,
    /// The language in which the child read the item.
    pub language: String,
}

/// Which answer of the device is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mark {
    /// As it was sent.
    pub part: usize,
    /// As it was sent.
    pub item: String,
    /// As it was sent.
    pub sequence: u32,
}

impl Mark {
    pub(super) fn of(sent: &Sent) -> Self {
        Self { part: sent.part, item: sent.item.clone(), sequence: sent.sequence }
    }
}

/// What became of a batch. It says nothing about what was answered: a positive answer has the same bytes as any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Saved {
    /// Stored now or before; the device may forget them.
    pub saved: Vec<Mark>,
    /// No answer to any item of this child's battery, so sending it again is of no use.
    pub refused: Vec<Mark>,
}

/// Saves a batch of answers in one transaction; a critical one is flagged and referred in it, as with a single answer.
///
/// # Errors
/// [`Error::SignedOut`] when the sitting has been closed, [`Error::Conflict`] when the check-in was handed in already,
/// [`Error::NotFound`] before the child has said yes, [`Error::Invalid`] for more than [`LARGEST_BATCH`] answers.
pub async fn save_batch(services: &Services, ctx: &Ctx, batch: Vec<Sent>) -> Result<Saved> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    if batch.len() > LARGEST_BATCH {
        return Err(Error::invalid("answers", "Too many answers at once; send the rest in a second batch."));
    }
    match <[Sent; 1]>::try_from(batch) {
        Ok([sent]) => services.together.save(ctx, student, sent).await,
        Err(batch) => save_alone(&services.store, &services.config, ctx, student, batch).await,
    }
}

/// Saves one child's answers after each other in a transaction of their own.
pub(super) async fn save_alone(
    store: &Store,
    config: &Arc<Config>,
    ctx: &Ctx,
    student: Student,
    batch: Vec<Sent>,
) -> Result<Saved> {
    let (config, batch) = (Arc::clone(config), Arc::new(batch));
    store
        .write(ctx, Act::recorded_in_itself("answer.save_batch"), move |tx| {
            let (config, batch) = (Arc::clone(&config), Arc::clone(&batch));
            Box::pin(async move {
                let asks = Asks::load(tx, student).await?;
                asks.takes_answers()?;
                let mut outcome = Saved::default();
                for sent in batch.iter() {
                    let mark = Mark::of(sent);
                    match place_of(&asks, sent) {
                        None => outcome.refused.push(mark),
                        Some((administration, form)) => {
                            if keep(tx, administration, form, sent).await? {
                                let clinical = &config.clinical;
                                scoring::after_answer(tx, clinical, administration, &sent.item, sent.answer)
                                    .await?;
                            }
                            outcome.saved.push(mark);
                        }
                    }
                }
                Ok(outcome)
            })
        })
        .await
}

/// Where an answer belongs, if it is one of this battery's.
pub(super) fn place_of<'a>(asks: &'a Asks, sent: &Sent) -> Option<(&'a Administration, &'a Arc<Form>)> {
    let at = sent.part.checked_sub(1)?;
    let (administration, form) = (asks.administrations.get(at)?, asks.forms.get(at)?);
    let told = matches!(sent.answer, Answer::Code(_) | Answer::Declined);
    (told && form.check(&sent.item, &sent.answer).is_ok()).then_some((administration, form))
}

/// Adds an answer unless it is there; tells whether it was new.
async fn keep(tx: &mut Tx, administration: &Administration, form: &Form, sent: &Sent) -> Result<bool> {
    let latest = responses::latest(tx, administration.id, &sent.item).await?;
    let row = kept_response(sent, administration, form, latest.as_ref(), tx.ctx().now);
    if responses::add_all_once(tx, std::slice::from_ref(&row)).await?.is_empty() {
        return Ok(false);
    }
    keep_latest(tx, administration.child_id, latest, &row.response, form).await?;
    Ok(true)
}

/// The row of an answer after the latest one to its item.
pub(super) fn kept_response(
    sent: &Sent,
    administration: &Administration,
    form: &Form,
    latest: Option<&Response>,
    now: Instant,
) -> KeptResponse {
    let response = Response {
        administration_id: administration.id,
        item: sent.item.clone(),
        seq: latest.map_or(1, |l| l.seq + 1),
        code: sent.answer.code().map(i64::from),
        declined: sent.answer == Answer::Declined,
        answered_at: now.plus_seconds(-i64::from(sent.ago.min(OLDEST))),
    };
    let kept = Kept { client: sent.client, sequence: sent.sequence, seconds: sent.seconds };
    KeptResponse {
        child: administration.child_id,
        response,
        language: language_of(sent, administration, form),
        kept,
    }
}

/// An answer that is older than the latest one, because its device was offline while the child went on elsewhere, is
/// kept too, but the latest stays the latest.
pub(super) async fn keep_latest(
    tx: &mut Tx,
    child: ChildId,
    latest: Option<Response>,
    added: &Response,
    form: &Form,
) -> Result<()> {
    if let Some(mut later) = latest.filter(|l| l.answered_at > added.answered_at) {
        later.seq = added.seq + 1;
        responses::add(tx, child, &later, &form.language).await?;
    }
    Ok(())
}

/// The language in which the child read the item. An interface language that the form does not have is not that.
fn language_of(sent: &Sent, administration: &Administration, form: &Form) -> String {
    let worded =
        scoring::instrument_of(administration).is_ok_and(|i| i.languages().contains(&sent.language.as_str()));
    if worded { sent.language.clone() } else { form.language.clone() }
}

/// The whole battery as a device holds it: forms without cut-offs, and what was answered before.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Held {
    /// The forms in the order in which they are asked.
    #[schema(value_type = Vec<shapes::Sheet>)]
    pub forms: Vec<Form>,
    /// What is saved by now.
    pub answers: Vec<HeldAnswer>,
    /// The number of the first question without an answer; one more than there are questions when none is left.
    pub next: usize,
}

/// One saved answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "as in `Sent`")]
pub struct HeldAnswer {
    pub part: usize,
    pub item: String,
    #[schema(value_type = shapes::Told)]
    pub answer: Answer,
}

/// The battery of the signed-in child. A [`Form`] has no band, cut-off or critical mark, so none can leave.
///
/// # Errors
/// As [`super::question`].
pub async fn hold(services: &Services, ctx: &Ctx) -> Result<Held> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let battery = Battery::of(services, ctx).await?;
    let next = match battery.step() {
        Step::Question(number) => number,
        Step::Review => battery.asks.items().count() + 1,
        _ => return Err(Error::NotFound),
    };
    let mut answers = Vec::new();
    for asked in battery.asked() {
        if let Some(answer) = asked.answer {
            answers.push(HeldAnswer { part: asked.part, item: asked.item.id.clone(), answer });
        }
    }
    let forms = battery.asks.forms.iter().map(|form| Form::clone(form)).collect();
    Ok(Held { forms, answers, next })
}
