//! One batch of children with what the rules find about them.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use questionnaires::library;

use crate::Result;
use crate::config::Clinical;
use crate::model::administration::AdministrationState;
use crate::model::{AdministrationId, ChildId, SchoolId};
use crate::referral_rules::Finding;
use crate::referral_rules::replay::{Past, Total, findings};
use crate::services::scoring;
use crate::store::places::School;
use crate::store::windows::Window;
use crate::store::{Conn, rule_trials as stored};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// By child and school, before a district's settings; empty where nothing was found.
    pub found: BTreeMap<(ChildId, SchoolId), Vec<Finding>>,
    /// Administrations whose instrument is not known.
    pub unknown: u64,
}

/// Reads what these children answered in a window, with their earlier totals, and runs the rules over it.
pub(super) async fn batch(
    conn: &mut Conn,
    window: &Window,
    children: &[ChildId],
    schools: &[School],
    clinical: &Clinical,
) -> Result<Batch> {
    let zones: HashMap<SchoolId, TimeZone> =
        schools.iter().map(|school| (school.id, scoring::zone(&school.time_zone))).collect();
    let zone = |school: SchoolId| zones.get(&school).cloned().unwrap_or(TimeZone::UTC);
    let mut batch = Batch::default();
    let mut pasts: HashMap<AdministrationId, (ChildId, SchoolId, Past)> = HashMap::new();
    let begun = stored::begun(conn, window.id, children).await?;
    for row in &begun {
        batch.found.entry((row.child_id, row.school_id)).or_default();
        let version = u32::try_from(row.version).unwrap_or(0);
        let Some(instrument) = library::get_version(&row.instrument, version) else {
            batch.unknown += 1;
            continue;
        };
        let handed_in = row.submitted_at.filter(|_| row.state == AdministrationState::Submitted);
        let submitted = handed_in.map(|at| (at, at.day_in(&zone(row.school_id))));
        let past = Past::new(instrument, window.id, row.informant.clone(), submitted);
        pasts.insert(row.id, (row.child_id, row.school_id, past));
    }
    let ids: Vec<AdministrationId> = begun.iter().map(|row| row.id).collect();
    for response in stored::answers(conn, &ids).await? {
        let Some((_, _, past)) = pasts.get_mut(&response.administration_id) else { continue };
        past.answer(&response.item, response.answer());
    }
    let mut totals: HashMap<ChildId, Vec<Total>> = HashMap::new();
    for row in stored::totals(conn, children).await? {
        let day = row.submitted_at.day_in(&zone(row.school_id));
        totals.entry(row.child_id).or_default().push(Total {
            window: row.window_id,
            instrument: row.instrument,
            version: u32::try_from(row.version).unwrap_or(0),
            informant: row.informant,
            submitted: (row.submitted_at, day.0),
            value: row.value,
            positive: row.positive,
        });
    }
    for (child, school, past) in pasts.values() {
        let totals = totals.get(child).map_or(&[][..], Vec::as_slice);
        batch.found.entry((*child, *school)).or_default().extend(findings(past, totals, clinical));
    }
    for (child, wish) in stored::wishes(conn, window.id, children).await? {
        // Asked after the hand-in it is part of the screening; at the door beside it, it is not.
        let Some(row) = begun.iter().find(|row| {
            row.child_id == child && row.state == AdministrationState::Submitted && row.informant == "student"
        }) else {
            continue;
        };
        batch.found.entry((child, row.school_id)).or_default().extend(scoring::wished(clinical, wish));
    }
    Ok(batch)
}
