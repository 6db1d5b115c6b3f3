//! A child's battery with the answers so far: what each of its pages begins with.
//!
//! It takes four statements. Embedded they cost a few microseconds each; where each is a way to a database server and back,
//! children who ask in the same moment share them.

use std::collections::HashMap;

use questionnaires::form::FormItem;
use questionnaires::response::Answer;

use super::{Asked, Asks, CheckIn, Step};
use crate::ctx::{Actor, Ctx, Student};
use crate::model::administration::AdministrationState;
use crate::model::people::AgeBand;
use crate::model::window::SittingState;
use crate::model::{AdministrationId, ChildId, SittingId, WindowId};
use crate::services::gather::Gather;
use crate::services::{Services, card_door, student};
use crate::store::administrations::{self, Administration};
use crate::store::responses::{self, Response};
use crate::store::windows::Standing;
use crate::store::{Conn, Store, children, windows};
use crate::{Error, Result};

/// A child in a window and a sitting.
type Key = (ChildId, WindowId, SittingId);

/// What stands in the database about one child's check-in.
#[derive(Clone, Debug)]
pub(in crate::services) struct Rows {
    child: children::Child,
    standing: Standing,
    administrations: Vec<Administration>,
    responses: Vec<Response>,
}

/// Reads the rows of many children at once. Who is not there has none.
async fn read(conn: &mut Conn, keys: &[Key]) -> Result<HashMap<Key, Rows>> {
    let ids: Vec<ChildId> = keys.iter().map(|key| key.0).collect();
    let in_windows: Vec<WindowId> = keys.iter().map(|key| key.1).collect();
    let sittings: Vec<SittingId> = keys.iter().map(|key| key.2).collect();
    let sittings: HashMap<SittingId, SittingState> =
        windows::sitting_states(conn, &sittings).await?.into_iter().collect();
    let mut known: HashMap<ChildId, children::Child> = HashMap::new();
    for child in children::get_all(conn, &ids).await? {
        known.entry(child.id).or_insert(child);
    }
    let mut batteries: HashMap<(ChildId, WindowId), Vec<administrations::Standing>> = HashMap::new();
    for row in administrations::batteries(conn, &ids, &in_windows).await? {
        batteries.entry((row.administration.child_id, row.administration.window_id)).or_default().push(row);
    }
    let asked: Vec<AdministrationId> =
        batteries.values().flatten().map(|row| row.administration.id).collect();
    let mut answered: HashMap<AdministrationId, Vec<Response>> = HashMap::new();
    for response in responses::current_of_all(conn, &asked).await? {
        answered.entry(response.administration_id).or_default().push(response);
    }
    let mut found = HashMap::with_capacity(keys.len());
    for key @ (id, window, sitting) in keys {
        let Some(child) = known.get(id).cloned() else { continue };
        let rows = batteries.get(&(*id, *window)).map(Vec::as_slice).unwrap_or_default();
        let standing = match (rows.first(), sittings.get(sitting)) {
            (_, None) => None,
            (Some(row), Some(state)) => Some(row.with_sitting(*state)),
            // Nothing is asked of this child: what its page says then depends on the window alone.
            (None, Some(_)) => windows::standing(conn, *id, *window, *sitting).await?,
        };
        let Some(standing) = standing else { continue };
        let administrations: Vec<Administration> =
            rows.iter().map(|row| row.administration.clone()).collect();
        let responses =
            administrations.iter().filter_map(|a| answered.get(&a.id)).flatten().cloned().collect();
        found.insert(*key, Rows { child, standing, administrations, responses });
    }
    Ok(found)
}

/// Where batteries are read.
#[derive(Debug)]
pub(in crate::services) struct Batteries(Option<Gather<Key, Rows>>);

impl Batteries {
    /// Starts what reads them together, where that is worth it.
    pub(in crate::services) fn start(store: &Store) -> Self {
        let store = store.clone();
        let together = (!store.has_one_writer()).then(|| {
            Gather::start(2, move |keys: Vec<Key>| {
                let store = store.clone();
                Box::pin(async move {
                    let mut conn = store.read(&Ctx::new(Actor::Nobody)).await?;
                    read(&mut conn, &keys).await
                })
            })
        });
        Self(together)
    }

    async fn rows(&self, store: &Store, ctx: &Ctx, key: Key) -> Result<Rows> {
        let found = match &self.0 {
            Some(gather) => gather.ask(key).await?,
            None => read(&mut store.read(ctx).await?, &[key]).await?.remove(&key),
        };
        found.ok_or(Error::NotFound)
    }
}

/// A child's whole battery with the answers so far.
pub(super) struct Battery {
    child: children::Child,
    pub(super) band: AgeBand,
    pub(super) asks: Asks,
    rehearsal: bool,
    answers: HashMap<AdministrationId, HashMap<String, Answer>>,
}

impl Battery {
    /// The signed-in child's.
    pub(super) async fn of(services: &Services, ctx: &Ctx) -> Result<Self> {
        let Student { child, window, sitting, .. } = student(ctx)?;
        let rows = services.batteries.rows(&services.store, ctx, (child, window, sitting)).await?;
        let asks = Asks::of(&rows.standing, rows.administrations)?;
        let mut answers: HashMap<_, HashMap<_, _>> = HashMap::new();
        for response in rows.responses {
            let answer = response.answer();
            answers.entry(response.administration_id).or_default().insert(response.item, answer);
        }
        let band = AgeBand::of_age(asks.opens_on.age_of(rows.child.birth_date));
        Ok(Self { child: rows.child, band, asks, rehearsal: rows.standing.rehearsal, answers })
    }

    /// Whether the child must not begin now (see [`card_door::must_wait`]).
    pub(super) async fn must_wait(&self, services: &Services, ctx: &Ctx) -> Result<bool> {
        if self.rehearsal || self.asks.administrations.iter().any(|a| a.state != AdministrationState::Offered)
        {
            return Ok(false);
        }
        let instruments = self.asks.administrations.iter().map(|a| a.instrument.as_str());
        card_door::must_wait(services, ctx, self.child.school_id, instruments).await
    }

    pub(super) fn asked(&self) -> impl Iterator<Item = Asked<'_>> {
        self.asks.items().map(|(part, administration, form, item)| Asked {
            part,
            form,
            item,
            answer: self.answer(administration, item),
        })
    }

    /// The administration of a part, from 1.
    pub(super) fn administration(&self, part: usize) -> Result<&Administration> {
        part.checked_sub(1).and_then(|at| self.asks.administrations.get(at)).ok_or(Error::NotFound)
    }

    fn answer(&self, administration: &Administration, item: &FormItem) -> Option<Answer> {
        self.answers.get(&administration.id)?.get(&item.id).copied()
    }

    /// What the pages need around a question. No connection may be held meanwhile: this one asks for its own.
    pub(super) async fn check_in(&self, services: &Services, ctx: &Ctx) -> Result<CheckIn> {
        let today = services.schools_today.of(self.child.school_id, ctx.now).await?;
        Ok(CheckIn {
            first_name: self.child.given_name.clone(),
            band: self.band,
            step: self.step(),
            there_until: today.rota.in_school_until(&services.config.clinical, &today.holidays, ctx.now),
            readers: today.readers.clone(),
            questions: self.asked().count(),
        })
    }

    pub(super) fn step(&self) -> Step {
        let asks = &self.asks;
        if asks.administrations.is_empty() {
            Step::Nothing
        } else if asks.all(AdministrationState::Submitted) {
            Step::Done
        } else if asks.any(AdministrationState::Declined) {
            Step::Quiet
        } else if asks.all(AdministrationState::Offered) {
            Step::Assent
        } else {
            self.asked().position(|a| a.answer.is_none()).map_or(Step::Review, |i| Step::Question(i + 1))
        }
    }
}
