//! Answers of many children that arrive in the same moment are saved together: a few statements for a whole class
//! instead of a few for each child.
//!
//! Nothing changes for the child: it is told "saved" after the commit that holds its answer, each answer stands exactly
//! once, and a critical one is referred in the same transaction. Waiting for others costs nothing either: while one
//! batch is being written, the next one gathers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use questionnaires::form::Form;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::Asks;
use super::answers::{self, Mark, Saved, Sent};
use crate::config::Config;
use crate::ctx::{Actor, Ctx, Student};
use crate::model::window::SittingState;
use crate::model::{AdministrationId, ChildId, Instant, SittingId, WindowId};
use crate::services::scoring;
use crate::store::administrations::{self, Administration};
use crate::store::responses::{self, Response};
use crate::store::windows;
use crate::store::{Act, Store, StoreError, Tx};
use crate::{Error, Result};

/// How many answers share one transaction. More would make the first wait for the last.
const MOST: usize = 64;
/// How many may wait; then callers are held back.
const QUEUE: usize = 4096;

/// One answer, whose it is, and when it came.
#[derive(Clone, Debug)]
struct One {
    student: Student,
    sent: Sent,
    now: Instant,
}

struct Waiting {
    ctx: Ctx,
    one: One,
    answer: oneshot::Sender<Result<Saved>>,
}

/// Where answers wait for each other.
#[derive(Debug)]
pub(in crate::services) struct Together {
    queue: mpsc::Sender<Waiting>,
}

impl Together {
    /// Starts the task that saves them. It ends with this value.
    pub(in crate::services) fn start(store: Store, config: Arc<Config>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(gather(store, config, waiting));
        Self { queue }
    }

    /// Saves one answer of a child.
    pub(super) async fn save(&self, ctx: &Ctx, student: Student, sent: Sent) -> Result<Saved> {
        let (answer, answered) = oneshot::channel();
        let one = One { student, sent, now: ctx.now };
        let waiting = Waiting { ctx: ctx.clone(), one, answer };
        self.queue.send(waiting).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

async fn gather(store: Store, config: Arc<Config>, mut waiting: mpsc::Receiver<Waiting>) {
    // One writer takes one batch at a time; a database server works on several.
    let turns = Arc::new(Semaphore::new(if store.has_one_writer() { 1 } else { 4 }));
    loop {
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
        let mut batch = Vec::with_capacity(MOST);
        if waiting.recv_many(&mut batch, MOST).await == 0 {
            return;
        }
        let (store, config) = (store.clone(), Arc::clone(&config));
        tokio::spawn(async move {
            save_all(&store, &config, batch).await;
            drop(turn);
        });
    }
}

async fn save_all(store: &Store, config: &Arc<Config>, batch: Vec<Waiting>) {
    // Two answers to one item (a replay beside its first) are saved after each other.
    let mut items = HashSet::new();
    let (first, again): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .partition(|w| items.insert((w.one.student.child, w.one.sent.part, w.one.sent.item.clone())));
    let all: Arc<[One]> = first.iter().map(|waiting| waiting.one.clone()).collect();
    let now = all.iter().map(|one| one.now).max_by_key(|now| now.millis());
    let ctx = Ctx::at(Actor::Job("answers"), now.unwrap_or(Instant::from_millis(0)));
    let settings = Arc::clone(config);
    let saved = store.write(&ctx, Act::recorded_in_itself("answer.save_batch"), move |tx| {
        let (all, config) = (Arc::clone(&all), Arc::clone(&settings));
        Box::pin(async move { in_one(tx, &config, &all).await })
    });
    let alone = match saved.await {
        Ok(outcomes) => {
            for (waiting, outcome) in first.into_iter().zip(outcomes) {
                let _ = waiting.answer.send(outcome);
            }
            again
        }
        // Another node took the same number in this moment: a child alone is tried again, or told.
        Err(Error::Store(StoreError::Constraint(_))) => first.into_iter().chain(again).collect(),
        Err(Error::Store(error)) => {
            // The first caller learns why, the others that nothing was saved; all of them send again.
            let mut error = Some(error);
            for waiting in first.into_iter().chain(again) {
                let _ = waiting.answer.send(Err(error.take().unwrap_or(StoreError::NotCommitted).into()));
            }
            return;
        }
        // What stops one child's answer must not stop the others'.
        Err(_) => first.into_iter().chain(again).collect(),
    };
    for Waiting { ctx, one, answer } in alone {
        let outcome = answers::save_alone(store, config, &ctx, one.student, vec![one.sent]).await;
        let _ = answer.send(outcome);
    }
}

/// One child's answer with its place among what the child is asked.
struct Placed {
    at: usize,
    administration: Administration,
    form: Arc<Form>,
}

/// All answers in one transaction; each child gets its own outcome.
async fn in_one(tx: &mut Tx, config: &Config, all: &[One]) -> Result<Vec<Result<Saved>>> {
    let mut outcomes: Vec<Option<Result<Saved>>> = all.iter().map(|_| None).collect();
    let placed = place(tx, all, &mut outcomes).await?;
    let ids: Vec<AdministrationId> = placed.iter().map(|p| p.administration.id).collect();
    let items: HashSet<&str> =
        placed.iter().filter_map(|p| Some(all.get(p.at)?.sent.item.as_str())).collect();
    let items: Vec<&str> = items.into_iter().collect();
    let mut latest: HashMap<(AdministrationId, String), Response> = HashMap::new();
    if !placed.is_empty() {
        for response in responses::latest_of(tx, &ids, &items).await? {
            latest.insert((response.administration_id, response.item.clone()), response);
        }
    }
    let mut rows = Vec::with_capacity(placed.len());
    for Placed { at, administration, form } in &placed {
        let Some(one) = all.get(*at) else { continue };
        let last = latest.get(&(administration.id, one.sent.item.clone()));
        rows.push(answers::kept_response(&one.sent, administration, form, last, one.now));
    }
    let new: HashSet<(AdministrationId, String)> =
        responses::add_all_once(tx, &rows).await?.into_iter().collect();
    for (Placed { at, administration, form }, row) in placed.iter().zip(&rows) {
        let Some(one) = all.get(*at) else { continue };
        let key = (administration.id, one.sent.item.clone());
        if new.contains(&key) {
            let before = latest.remove(&key);
            answers::keep_latest(tx, administration.child_id, before, &row.response, form).await?;
            let clinical = &config.clinical;
            scoring::after_answer(tx, clinical, administration, &one.sent.item, one.sent.answer).await?;
        }
        set(&mut outcomes, *at, Ok(Saved { saved: vec![Mark::of(&one.sent)], refused: Vec::new() }));
    }
    Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(Error::NotFound))).collect())
}

fn set(outcomes: &mut [Option<Result<Saved>>], at: usize, outcome: Result<Saved>) {
    if let Some(place) = outcomes.get_mut(at) {
        *place = Some(outcome);
    }
}

/// Finds each answer's place; who may not answer now, or answers what nobody asked, has its outcome at once.
async fn place(tx: &mut Tx, all: &[One], outcomes: &mut [Option<Result<Saved>>]) -> Result<Vec<Placed>> {
    let children: Vec<ChildId> = all.iter().map(|one| one.student.child).collect();
    let sittings: Vec<SittingId> = all.iter().map(|one| one.student.sitting).collect();
    let sittings: HashMap<SittingId, SittingState> =
        windows::sitting_states(tx, &sittings).await?.into_iter().collect();
    let mut batteries: HashMap<(ChildId, WindowId), Vec<administrations::Standing>> = HashMap::new();
    let in_windows: Vec<WindowId> = all.iter().map(|one| one.student.window).collect();
    for row in administrations::batteries(tx, &children, &in_windows).await? {
        batteries.entry((row.administration.child_id, row.administration.window_id)).or_default().push(row);
    }
    let mut placed = Vec::with_capacity(all.len());
    for (at, one) in all.iter().enumerate() {
        let rows = batteries.get(&(one.student.child, one.student.window));
        match asks_of(rows, sittings.get(&one.student.sitting)) {
            Err(error) => set(outcomes, at, Err(error)),
            Ok(asks) => match answers::place_of(&asks, &one.sent) {
                None => {
                    let refused = vec![Mark::of(&one.sent)];
                    set(outcomes, at, Ok(Saved { saved: Vec::new(), refused }));
                }
                Some((administration, form)) => {
                    placed.push(Placed {
                        at,
                        administration: administration.clone(),
                        form: Arc::clone(form),
                    });
                }
            },
        }
    }
    Ok(placed)
}

fn asks_of(rows: Option<&Vec<administrations::Standing>>, sitting: Option<&SittingState>) -> Result<Asks> {
    let (Some(rows), Some(sitting)) = (rows, sitting) else { return Err(Error::NotFound) };
    let first = rows.first().ok_or(Error::NotFound)?;
    let asks =
        Asks::of(&first.with_sitting(*sitting), rows.iter().map(|row| row.administration.clone()).collect())?;
    asks.takes_answers()?;
    Ok(asks)
}
