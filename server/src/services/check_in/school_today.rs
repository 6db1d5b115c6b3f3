//! What a child's page tells of its school on this day: who reads the answers, and until when somebody is there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

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

/// For how long a reading serves, where nobody of the staff writes through this process meanwhile: another node's change of
/// a rota is seen after it.
const KEPT: Duration = Duration::from_secs(1);
/// More readings than that are not kept: a district has fewer schools.
const MOST: usize = 4096;

#[derive(Debug)]
struct Kept {
    /// [`Store::changes`] before it was read.
    changes: u64,
    since: std::time::Instant,
    school: Arc<SchoolToday>,
}

/// Reads it, once for all children of the school who ask in the same second.
#[derive(Debug)]
pub(in crate::services) struct SchoolsToday {
    store: Store,
    gather: Gather<Key, Arc<SchoolToday>>,
    kept: Mutex<HashMap<Key, Kept>>,
}

impl SchoolsToday {
    /// Starts the task that reads.
    pub(in crate::services) fn start(store: Store) -> Self {
        let reading = store.clone();
        let gather = Gather::start(1, move |keys: Vec<Key>| {
            let store = reading.clone();
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
                    found.insert(key, Arc::new(SchoolToday { rota, readers, holidays }));
                }
                Ok(found)
            })
        });
        Self { store, gather, kept: Mutex::default() }
    }

    /// A school as it is now.
    pub(in crate::services) async fn of(&self, school: SchoolId, now: Instant) -> Result<Arc<SchoolToday>> {
        let key = (school, now.millis().div_euclid(QUARTER));
        // Asked for before the reading: a change in between makes the next one read again.
        let changes = self.store.changes();
        if let Some(kept) = self.kept().get(&key)
            && kept.changes == changes
            && kept.since.elapsed() < KEPT
        {
            return Ok(Arc::clone(&kept.school));
        }
        let since = std::time::Instant::now();
        let school = self.gather.ask(key).await?.ok_or(Error::NotFound)?;
        let mut all = self.kept();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key, Kept { changes, since, school: Arc::clone(&school) });
        Ok(school)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
