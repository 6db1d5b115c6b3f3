//! `firstlight backup`, `restore` and `backup-key`.

use std::path::Path;

use server::ctx::{Actor, Ctx};
use server::seal::age::Identity;
use server::services::backups;

use super::Stop;

/// Makes a sealed backup while the server goes on.
///
/// # Errors
/// What to do first.
pub async fn make(file: &Path) -> Result<(), Stop> {
    let services = super::services().await?;
    let made = backups::backup(&services, &Ctx::new(Actor::Console), file).await;
    services.close().await;
    let made = made.map_err(Stop::new)?;
    let rows: i64 = made.rows.iter().map(|(_, rows)| rows).sum();
    println!("{rows} rows of {} tables sealed in {}", made.rows.len(), file.display());
    println!("keep the key file in another safe: without it the backup cannot be used");
    Ok(())
}

/// Puts a backup in place of a database that is not there yet, and checks it.
///
/// # Errors
/// What is wrong with it.
pub async fn restore(file: &Path, identity: &Path) -> Result<(), Stop> {
    let text = std::fs::read_to_string(identity)
        .map_err(|e| Stop::new(format!("cannot read {}: {e}", identity.display())))?;
    let identity = Identity::read(&text).map_err(|e| Stop::new(format!("{} {e}", identity.display())))?;
    let config = super::config()?;
    let done = backups::restore(config, &Ctx::new(Actor::Console), file, &identity).await;
    let done = done.map_err(Stop::new)?;
    let rows: i64 = done.manifest.rows.iter().map(|(_, rows)| rows).sum();
    println!(
        "restored {rows} rows of {} tables; counts and checksum are as they were",
        done.manifest.rows.len()
    );
    println!("the trail is whole: {} lines in {} chains", done.trail.lines, done.trail.chains);
    println!("the reconciler found {} gaps", done.repaired.total());
    println!("{} children that had been erased since the backup were erased again", done.forgotten);
    Ok(())
}

/// Prints a fresh pair: the identity for a safe place, the recipient for the setting.
///
/// # Errors
/// When the system has no randomness to give.
pub fn key() -> Result<(), Stop> {
    let identity = Identity::fresh()?;
    println!("# keep this line away from the server; whoever has it can open the backups");
    println!("{}", identity.reveal());
    println!("# the setting backup.recipient:");
    println!("# {}", identity.recipient());
    Ok(())
}
