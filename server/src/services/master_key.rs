//! Changing the master key while everything goes on (KEY-02).
//!
//! Three steps, and after each one the key in force is where it is looked for: a fresh key is put behind the present one in
//! the file; one transaction wraps every key in the database by the fresh one; the present one leaves the file. Which of
//! the file's keys is in force, the database says. A change that broke off is taken up by the next one.
//!
//! The master key wraps the data keys and the keys of cards, recovery codes, the trail and the like, which stay what they
//! are: no card ends, no link of the trail breaks. Values stay sealed under their data keys; `data_keys::rotate` changes
//! those.

use std::path::PathBuf;

use super::Services;
use super::data_keys::{console, name};
use crate::ctx::Ctx;
use crate::store::{Act, master_key};
use crate::{Error, Result};

/// What a change of the master key did.
#[derive(Clone, Debug)]
pub struct Changed {
    /// How many keys were wrapped anew; none when only a change that broke off was finished.
    pub keys: u64,
    /// The name of the key now in force.
    pub now: String,
    /// Where the old ones were put.
    pub aside: Vec<PathBuf>,
}

/// The first step: a fresh key behind the present one, unless one is there; tells its name. Nodes that have a file of
/// their own get a copy now.
///
/// # Errors
/// [`Error::NotFound`] for anybody but the person at the server's terminal; [`Error::Conflict`] when the file cannot be
/// written; then nothing has changed.
pub async fn prepare(services: &Services, ctx: &Ctx) -> Result<String> {
    console(ctx)?;
    let source = services.config.keys.clone();
    let in_force = in_force(services, ctx).await?;
    let prepared = blocking(move || {
        let masters = source.read()?;
        match masters.last() {
            Some(last) if last.fingerprint() != in_force => Ok(last.clone()),
            _ => source.add_fresh(),
        }
    });
    Ok(name(&prepared.await?.fingerprint()))
}

/// The second step: every key in the database is wrapped by the last one of the file, which is in force from then on.
///
/// # Errors
/// As [`prepare`]; [`Error::Store`] when a key does not open, and then nothing has changed.
pub async fn wrap(services: &Services, ctx: &Ctx) -> Result<u64> {
    console(ctx)?;
    let sealer = services.store.sealer().clone();
    let to = blocking(move || {
        sealer.read_again()?;
        sealer.masters().last().cloned().ok_or_else(|| "there is no key".to_owned())
    });
    let to = to.await?;
    let changed = services.store.write(ctx, Act::new("keys.change_master"), move |tx| {
        let to = to.clone();
        Box::pin(async move {
            tx.detail(format!("to {}", name(&to.fingerprint())));
            Ok(master_key::change(tx, &to).await?)
        })
    });
    changed.await
}

/// The third step: only the key in force stays in the file; older ones are put beside it. Tells where.
///
/// # Errors
/// As [`prepare`].
pub async fn finish(services: &Services, ctx: &Ctx) -> Result<Vec<PathBuf>> {
    console(ctx)?;
    let source = services.config.keys.clone();
    let in_force = in_force(services, ctx).await?;
    let sealer = services.store.sealer().clone();
    let finished = blocking(move || {
        sealer.read_again()?;
        let master =
            sealer.master(&in_force).ok_or_else(|| format!("{source} does not hold the key in force"))?;
        let aside = source.keep_only(&master)?;
        sealer.read_again()?;
        Ok(aside)
    });
    finished.await
}

/// All three steps; or the last one alone, where a change broke off before it.
///
/// # Errors
/// As the steps.
pub async fn change(services: &Services, ctx: &Ctx) -> Result<Changed> {
    console(ctx)?;
    let before = in_force(services, ctx).await?;
    let source = services.config.keys.clone();
    let masters = blocking(move || source.read()).await?;
    let broke_off = masters.len() > 1 && masters.last().is_some_and(|last| last.fingerprint() == before);
    let keys = if broke_off {
        0
    } else {
        prepare(services, ctx).await?;
        wrap(services, ctx).await?
    };
    let aside = finish(services, ctx).await?;
    Ok(Changed { keys, now: name(&in_force(services, ctx).await?), aside })
}

async fn in_force(services: &Services, ctx: &Ctx) -> Result<Vec<u8>> {
    let mut conn = services.store.read(ctx).await?;
    master_key::fingerprint(&mut conn).await?.ok_or(Error::NotFound)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, String> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| Error::Conflict(e.to_string()))?.map_err(Error::Conflict)
}
