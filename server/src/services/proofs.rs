//! The proof of an erasure: every table of the database is looked through for the child's id, and what may still hold the
//! child outside the database is named with its end.

use uuid::Uuid;

use super::{Services, require, staff};
use crate::ctx::{Actor, Ctx};
use crate::model::{ChildId, DistrictId, Instant};
use crate::policy::{Action, Place};
pub use crate::store::erasure::Trace;
pub use crate::store::tombstones::Tombstone;
use crate::store::{Conn, backups, erasure, sealed, tombstones};
use crate::{Error, Result};

/// A backup from before the erasure that may still be somewhere.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct OldBackup {
    pub file: String,
    pub made_at: Instant,
    /// Its days are over then.
    pub goes_at: Instant,
    /// Whether it lies where it was made, so that the server itself removes it.
    pub is_here: bool,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Proof {
    pub child: ChildId,
    pub tombstone: Option<Tombstone>,
    pub tables: usize,
    pub columns: usize,
    /// Where the child's id still stands, besides the tombstone and the trail.
    pub traces: Vec<Trace>,
    /// Lines of the trail with the id: acts without a name, which stay.
    pub trail_lines: i64,
    /// Rows that point to one that is not there.
    pub loose_ends: i64,
    /// Backups from before the erasure that this server made and has not removed.
    pub backups: Vec<OldBackup>,
    /// From then on no backup holds the child, if every one is kept for as long as the settings say.
    pub clean_at: Option<Instant>,
}

impl Proof {
    /// Whether nothing is left in the database but the tombstone and the trail.
    pub fn holds(&self) -> bool {
        self.tombstone.is_some() && self.traces.is_empty() && self.loose_ends == 0
    }
}

/// Columns of the trail and of the tombstones in which the id stays.
const STAYS: [(&str, &str); 3] = [("tombstones", "child_id"), ("audit", "actor_id"), ("audit", "subject_id")];

/// Looks for a child that was erased, by its id or the district's own number.
///
/// # Errors
/// [`Error::NotFound`] for anybody but the district's administrator and the server's terminal, and when neither a child nor
/// a tombstone is known by it.
pub async fn prove(services: &Services, ctx: &Ctx, asked: &str) -> Result<Proof> {
    let mut conn = services.store.read(ctx).await?;
    let districts = match &ctx.actor {
        Actor::Console => sealed::districts(&mut conn).await?.into_iter().map(|(id,)| id).collect(),
        _ => vec![staff(ctx)?.district],
    };
    for district in &districts {
        require(ctx, Action::ManageRetention, Place::District(*district))?;
    }
    let child = find(services, &mut conn, &districts, asked.trim()).await?;
    let tombstone = tombstones::get(&mut conn, child).await?;
    let search = erasure::search(&mut conn, child.0).await?;
    let trail_lines = search.traces.iter().filter(|t| t.table == "audit" && stays(t)).map(|t| t.rows).sum();
    let mut proof = Proof {
        child,
        tables: search.tables,
        columns: search.columns,
        traces: search.traces.into_iter().filter(|t| !stays(t)).collect(),
        trail_lines,
        loose_ends: search.loose_ends,
        backups: Vec::new(),
        clean_at: None,
        tombstone,
    };
    if let Some(stone) = &proof.tombstone {
        let kept = services.config.retention.backup_days * 86_400;
        let from = ctx.now.plus_seconds(-kept);
        let old = backups::not_removed(&mut conn, from, stone.erased_at).await?;
        proof.backups = old
            .into_iter()
            .map(|b| OldBackup {
                file: b.file,
                made_at: b.made_at,
                goes_at: b.made_at.plus_seconds(kept),
                is_here: b.state == "kept",
            })
            .collect();
        proof.clean_at = if services.store.has_one_writer() {
            proof.backups.iter().map(|b| b.goes_at).max()
        } else {
            // Its backups are made by other tools, so that only the setting is known.
            Some(stone.erased_at.plus_seconds(kept)).filter(|at| *at > ctx.now)
        };
    }
    Ok(proof)
}

fn stays(trace: &Trace) -> bool {
    STAYS.iter().any(|(table, column)| trace.table == *table && trace.column == *column)
}

async fn find(
    services: &Services,
    conn: &mut Conn,
    districts: &[DistrictId],
    asked: &str,
) -> Result<ChildId> {
    if let Ok(id) = asked.parse::<Uuid>() {
        let child = ChildId(id);
        let living = erasure::subject(conn, child).await?.map(|s| s.district_id);
        let erased = tombstones::get(conn, child).await?.map(|t| t.district_id);
        let known = living.or(erased).is_some_and(|district| districts.contains(&district));
        return if known { Ok(child) } else { Err(Error::NotFound) };
    }
    for district in districts {
        // A living child first: the number may have been given again.
        if let Some(subject) = erasure::subject_of_number(conn, *district, asked).await? {
            return Ok(subject.id);
        }
        let hash = services.keys.erased_hash(district.0, asked);
        if let Some(stone) = tombstones::of_number(conn, hash).await? {
            return Ok(stone.child_id);
        }
    }
    Err(Error::NotFound)
}
