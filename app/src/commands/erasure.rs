//! `firstlight erasure`: is anything left of a child that was erased?

use jiff::tz::TimeZone;
use server::ctx::{Actor, Ctx};
use server::model::Instant;
use server::services::proofs::{self, Proof};

use super::Stop;

/// The exit code when something is left.
const LEFT: u8 = 4;

/// Looks through every table and says what is left.
///
/// # Errors
/// Exit code 4 with a line for each place where the child still stands.
pub async fn verify(child: &str) -> Result<(), Stop> {
    let services = super::services().await?;
    let proof = proofs::prove(&services, &Ctx::new(Actor::Console), child).await;
    let database = services.database();
    services.close().await;
    let proof = proof.map_err(|error| match error {
        server::Error::NotFound => Stop::new("no child and no tombstone is known by this number or id"),
        other => other.into(),
    })?;
    println!("{} columns of {} tables looked through ({database})", proof.columns, proof.tables);
    if let Some(stone) = &proof.tombstone {
        let (rows, tables) = stone.total();
        println!(
            "erased on {}: {}; {rows} rows of {tables} tables went",
            day(stone.erased_at),
            stone.why.label().to_lowercase()
        );
    }
    println!("{} lines of the trail name its id, and no name", proof.trail_lines);
    if !proof.holds() {
        return Err(Stop { line: left(&proof), code: LEFT });
    }
    println!("no row is left but the tombstone");
    for backup in &proof.backups {
        let who =
            if backup.is_here { "removed by itself" } else { "moved away: to be destroyed by its keeper" };
        println!(
            "the backup of {} may still hold the child until {}, {who} ({})",
            day(backup.made_at),
            day(backup.goes_at),
            backup.file
        );
    }
    match proof.clean_at {
        Some(at) => {
            println!("from {} on no backup holds it, if none is kept longer than backup.keep_days", day(at))
        }
        None => println!("no backup of this server from before the erasure is within its days"),
    }
    Ok(())
}

fn left(proof: &Proof) -> String {
    let mut lines = Vec::new();
    if proof.tombstone.is_none() {
        lines.push("this child was not erased".to_owned());
    }
    lines.extend(proof.traces.iter().map(|t| format!("{}.{}: {} rows", t.table, t.column, t.rows)));
    if proof.loose_ends > 0 {
        lines.push(format!("{} rows point to one that is not there", proof.loose_ends));
    }
    lines.join("\n  ")
}

fn day(at: Instant) -> String {
    at.day_in(&TimeZone::UTC).to_string()
}
