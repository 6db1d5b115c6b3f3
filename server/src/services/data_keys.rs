//! The data keys of sealed values: one for each district, changed while everything goes on (KEY-02).

use uuid::Uuid;

use super::Services;
use crate::config::{KeySource, Keys, hex};
use crate::ctx::{Actor, Ctx};
use crate::model::DistrictId;
use crate::seal::field;
use crate::store::sealed::{self, COLUMNS, Column};
use crate::store::{Act, Store, StoreError, child_keys, master_key, responses};
use crate::{Error, Result};

/// How many rows one transaction seals anew.
const BATCH: i64 = 200;
/// How long a replaced key is kept at least, in seconds: longer than any transaction lasts.
const KEPT_SECONDS: i64 = 60;

/// Reads the keys, and gives a database from before there were any its first.
///
/// # Errors
/// A sentence for the terminal: the key file is not this database's.
pub(super) async fn prepare(store: &Store, source: &KeySource) -> std::result::Result<Keys, String> {
    let ctx = Ctx::new(Actor::Job("keys"));
    let (keys, missing) = match read_keys(store, &ctx).await {
        Ok(read) => read,
        Err(Error::Store(StoreError::Sealed(_))) => {
            let needed =
                async { Ok::<_, Error>(master_key::fingerprint(&mut store.read(&ctx).await?).await?) };
            let needed = needed
                .await
                .ok()
                .flatten()
                .map_or(String::new(), |f| format!(" (it needs the key {})", name(&f)));
            return Err(format!(
                "{source} is not the one this database was sealed with{needed}; put the right one in place (keys.file)"
            ));
        }
        Err(other) => return Err(other.to_string()),
    };
    for (district,) in missing {
        let added = store.write(&ctx, Act::new("keys.add"), move |tx| {
            Box::pin(async move {
                tx.about("district", district.0);
                Ok(sealed::add_key(tx, district).await?)
            })
        });
        added.await.map_err(|e| e.to_string())?;
    }
    Ok(keys)
}

/// How a master key is named on the terminal: the beginning of its fingerprint.
pub(super) fn name(fingerprint: &[u8]) -> String {
    hex(fingerprint.get(..4).unwrap_or_default())
}

async fn read_keys(store: &Store, ctx: &Ctx) -> Result<(Keys, Vec<(DistrictId,)>)> {
    let before = {
        let mut conn = store.read(ctx).await?;
        match master_key::fingerprint(&mut conn).await? {
            Some(_) => None,
            None => {
                let master = master_key::of_before(&mut conn, &store.sealer().masters()).await?;
                Some((master, sealed::districts(&mut conn).await?.is_empty()))
            }
        }
    };
    if let Some((master, is_new)) = before {
        // What was derived from the master key until now stays in use; a new database has keys of their own.
        let mut kept = Keys::derived(&master);
        if is_new {
            for key in &mut kept {
                *key = field::fresh_key().map_err(StoreError::from)?;
            }
        }
        let noted = store.write(ctx, Act::recorded_in_itself("keys.note_master"), move |tx| {
            let master = master.clone();
            Box::pin(async move { Ok(master_key::note(tx, &master, &kept).await?) })
        });
        noted.await?;
    }
    let mut conn = store.read(ctx).await?;
    sealed::learn(&mut conn).await?;
    let keys = master_key::kept(&mut conn).await?;
    Ok((keys, sealed::without_key(&mut conn).await?))
}

/// Gives each district a new data key, wraps every child's key under it, and tells how many. What is sealed under the
/// children's keys stays as it is: the old data key opens nothing of it any more. The key it replaces is kept for a minute,
/// for what is being written in this moment: the next rotation, or [`forget_old`], removes it.
///
/// # Errors
/// [`Error::NotFound`] for anybody but the person at the server's terminal; [`Error::Store`] when a key does not open:
/// then every key stays.
pub async fn rotate(services: &Services, ctx: &Ctx) -> Result<u64> {
    console(ctx)?;
    let store = &services.store;
    let districts = {
        let mut conn = store.read(ctx).await?;
        sealed::districts(&mut conn).await?
    };
    for (district,) in &districts {
        let district = *district;
        let added = store.write(ctx, Act::new("keys.rotate"), move |tx| {
            Box::pin(async move {
                tx.about("district", district.0);
                Ok(sealed::add_key(tx, district).await?)
            })
        });
        added.await?;
    }
    // What an older version sealed under a data key itself, or left open.
    seal_open(services, ctx).await?;
    let mut count = 0;
    for (district,) in districts {
        loop {
            let batch = store.write(ctx, Act::recorded_in_itself("keys.rewrap"), move |tx| {
                Box::pin(async move { Ok(child_keys::rewrap(tx, district, BATCH).await?) })
            });
            match batch.await? {
                0 => break,
                done => count += done,
            }
        }
    }
    Ok(count)
}

async fn reseal(store: &Store, ctx: &Ctx, column: &'static Column) -> Result<u64> {
    let (mut after, mut count) = (Uuid::nil(), 0);
    loop {
        let batch = store.write(ctx, Act::recorded_in_itself("keys.reseal"), move |tx| {
            Box::pin(async move { Ok(sealed::reseal(tx, column, after, BATCH).await?) })
        });
        let Some((last, done)) = batch.await? else { return Ok(count) };
        after = last;
        count += done;
    }
}

/// Seals what lies open since a time before its column was sealed, in small batches; tells how many values. Afterwards
/// there is nothing to do, and a few reads tell so.
///
/// # Errors
/// [`Error::Store`] when the database cannot be read or written; the next start tries again.
pub async fn seal_open(services: &Services, ctx: &Ctx) -> Result<u64> {
    let store = &services.store;
    let mut count = 0;
    for column in &COLUMNS {
        let open = {
            let mut conn = store.read(ctx).await?;
            sealed::lies_open(&mut conn, column).await?
        };
        if open {
            count += reseal(store, ctx, column).await?;
        }
    }
    loop {
        let open = {
            let mut conn = store.read(ctx).await?;
            responses::lie_open(&mut conn).await?
        };
        if !open {
            return Ok(count);
        }
        let batch = store.write(ctx, Act::recorded_in_itself("keys.reseal"), move |tx| {
            Box::pin(async move { Ok(responses::seal_open(tx, BATCH).await?) })
        });
        count += batch.await?;
    }
}

/// Removes the data keys that were replaced more than a minute ago and that are not needed any more; tells how many were
/// removed and how many are still needed.
///
/// # Errors
/// [`Error::NotFound`] for anybody but the person at the server's terminal.
pub async fn forget_old(services: &Services, ctx: &Ctx) -> Result<(u64, u64)> {
    console(ctx)?;
    let before = ctx.now.plus_seconds(-KEPT_SECONDS);
    services
        .store
        .write(ctx, Act::new("keys.forget"), move |tx| {
            Box::pin(async move { Ok(sealed::remove_old_keys(tx, before).await?) })
        })
        .await
}

pub(super) fn console(ctx: &Ctx) -> Result<()> {
    if matches!(ctx.actor, Actor::Console) { Ok(()) } else { Err(Error::NotFound) }
}
