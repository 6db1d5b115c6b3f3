//! `firstlight audit`: is the trail whole, and who has seen a child's record.

use server::ctx::{Actor, Ctx};
use server::model::ChildId;
use server::services::{disclosures, trail};

use super::Stop;

/// The exit code when the trail was meddled with.
const MEDDLED: u8 = 4;
/// How many faults are printed one by one.
const SHOWN: usize = 100;

/// Seals what waits and checks every line of the trail.
///
/// # Errors
/// Exit code 4 with a line for each fault.
pub async fn verify() -> Result<(), Stop> {
    let services = super::services().await?;
    let ctx = Ctx::new(Actor::Console);
    trail::seal(&services, &ctx).await?;
    let verdict = trail::verify(&services, &ctx).await?;
    services.close().await;
    println!(
        "{} lines in {} chains and {} checkpoints checked; {} acts wait for their seal",
        verdict.lines, verdict.chains, verdict.checkpoints, verdict.waiting
    );
    if verdict.faults.is_empty() {
        println!("the trail is whole");
        return Ok(());
    }
    for fault in verdict.faults.iter().take(SHOWN) {
        println!("{fault}");
    }
    let line = format!("the trail was meddled with: {} faults", verdict.faults.len());
    Err(Stop { line, code: MEDDLED })
}

/// Writes a child's ledger of disclosures as CSV to standard output.
///
/// # Errors
/// When there is no such child.
pub async fn child(child: ChildId) -> Result<(), Stop> {
    let services = super::services().await?;
    let entries = disclosures::ledger(&services, &Ctx::new(Actor::Console), child).await;
    services.close().await;
    let entries = entries.map_err(|error| match error {
        server::Error::NotFound => Stop::new("there is no child of this id"),
        other => other.into(),
    })?;
    print!("{}", disclosures::csv(&entries));
    Ok(())
}
