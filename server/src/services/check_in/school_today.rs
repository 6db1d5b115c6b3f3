//! What a child's page tells of its school on this day: who reads the answers, and until when somebody is there.

use std::collections::HashMap;

use crate::ctx::{Actor, Ctx};
use crate::model::{Day, Instant, SchoolId};
use crate::services::duty::Rota;
use crate::services::gather::Gather;
use crate::store::{Store, places};
use crate::{Error, Result};

/// A school, and a quarter of an hour: zones differ by whole quarters, so all of it is on one day there.
type Key = (SchoolId, i64);
const QUARTER: i64 = 15 * 60 * 1000;

/// A school on a day.
#[derive(Clone, Debug)]
pub(in crate::services) struct SchoolToday {
    pub(in crate::services) rota: Rota,
    pub(in crate::services) readers: Vec<String>,
    pub(super) holidays: Vec<Day>,
}

/// Reads it, once for all children of the school who ask in the same moment.
#[derive(Debug)]
pub(in crate::services) struct SchoolsToday(Gather<Key, SchoolToday>);

impl SchoolsToday {
    /// Starts the task that reads.
    pub(in crate::services) fn start(store: Store) -> Self {
        Self(Gather::start(1, move |keys: Vec<Key>| {
            let store = store.clone();
            Box::pin(async move {
                let mut found = HashMap::with_capacity(keys.len());
                // Few rows by the school's key, as everything that a child's page reads.
                let mut conn = store.read(&Ctx::new(Actor::Nobody)).await?;
                for key in keys {
                    let now = Instant::from_millis(key.1 * QUARTER);
                    let rota = match Rota::of(&mut conn, key.0, now).await {
                        Err(Error::NotFound) => continue,
                        read => read?,
                    };
                    let holidays = places::holidays(&mut conn, key.0, now.day_in(&rota.zone), 1).await?;
                    let readers = places::duty_names(&mut conn, key.0).await?;
                    found.insert(key, SchoolToday { rota, readers, holidays });
                }
                Ok(found)
            })
        }))
    }

    /// A school as it is now.
    pub(in crate::services) async fn of(&self, school: SchoolId, now: Instant) -> Result<SchoolToday> {
        self.0.ask((school, now.millis().div_euclid(QUARTER))).await?.ok_or(Error::NotFound)
    }
}
