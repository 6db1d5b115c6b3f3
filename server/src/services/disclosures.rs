//! Who has had a child's record before them: the ledger of disclosures (AUD-03) for the auditor, for the guardian who
//! asks, and for the counselor who wants to know who looked.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Services, require, staff};
use crate::ctx::{Actor, Ctx};
use crate::model::people::Role;
use crate::model::{ChildId, Instant, UserId};
use crate::policy::{Action, Place};
use crate::spreadsheet::quoted;
use crate::store::{Conn, audit_chain, children, users};
use crate::{Error, Result};

/// One entry of the ledger: who, in which role, when, what, and with which interest (34 CFR 99.32).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Disclosure {
    pub at: Instant,
    /// The person's name, or what else acted.
    pub who: String,
    /// The roles the person holds now.
    pub roles: Vec<Role>,
    /// The code of the act, `answers.view`.
    pub action: String,
    /// What it was about: the child, a screening, a referral.
    pub about: String,
    /// Why: the interest behind it, and the reason given where one was asked for.
    pub why: String,
    pub request_id: Uuid,
}

/// A child's ledger for the auditor (or at the terminal): ids and acts, no answer, no score, no child's name.
///
/// # Errors
/// [`Error::NotFound`] for anybody else, and for a child of another district.
pub async fn ledger(services: &Services, ctx: &Ctx, child: ChildId) -> Result<Vec<Disclosure>> {
    let mut conn = services.store.read(ctx).await?;
    let district = children::district(&mut conn, child).await?;
    match (&ctx.actor, district) {
        (Actor::Console, Some(_)) => {}
        (_, Some(district)) => require(ctx, Action::SeeAudit, Place::District(district))?,
        (_, None) => {
            if !matches!(ctx.actor, Actor::Console) {
                staff(ctx)?;
            }
            return Err(Error::NotFound);
        }
    }
    entries(&mut conn, child).await
}

/// Who has opened or changed a child's record, for a counselor who may see the child: newest first.
///
/// # Errors
/// [`Error::NotFound`] for a child outside the counselor's schools.
pub async fn seen_by(services: &Services, ctx: &Ctx, child: ChildId) -> Result<Vec<Disclosure>> {
    let mut conn = services.store.read(ctx).await?;
    let found = children::get(&mut conn, child).await?.ok_or(Error::NotFound)?;
    require(ctx, Action::SeeChild, Place::School(found.district_id, found.school_id))?;
    let mut entries = entries(&mut conn, child).await?;
    entries.reverse();
    Ok(entries)
}

async fn entries(conn: &mut Conn, child: ChildId) -> Result<Vec<Disclosure>> {
    let mut roles: BTreeMap<Uuid, Vec<Role>> = BTreeMap::new();
    let mut entries = Vec::new();
    for row in audit_chain::disclosures(conn, child).await? {
        let held = match row.actor_id.filter(|_| row.actor_kind == "staff") {
            None => Vec::new(),
            Some(id) => match roles.get(&id) {
                Some(known) => known.clone(),
                None => {
                    let mut held: Vec<Role> =
                        users::roles(conn, UserId(id)).await?.iter().map(|r| r.role).collect();
                    held.sort_unstable();
                    held.dedup();
                    roles.insert(id, held.clone());
                    held
                }
            },
        };
        entries.push(Disclosure {
            at: row.at,
            who: row.actor_name.unwrap_or_else(|| acts_as(&row.actor_kind).to_owned()),
            why: why(&row.action, &row.detail, &held),
            roles: held,
            action: row.action,
            about: row.subject_kind,
            request_id: row.request_id,
        });
    }
    Ok(entries)
}

fn acts_as(kind: &str) -> &'static str {
    match kind {
        "job" => "Firstlight, by itself",
        "console" => "Somebody at the server's terminal",
        _ => "Somebody not signed in",
    }
}

/// The interest behind an act: the reason that was asked for, or the duty of the role.
fn why(action: &str, detail: &str, roles: &[Role]) -> String {
    if action.starts_with("break_glass") {
        return format!("Reason given: {detail}");
    }
    let duty = if roles.contains(&Role::Counselor) {
        "Legitimate educational interest: answers for the school's referrals"
    } else if roles.is_empty() {
        "Running of the screening itself"
    } else {
        "Legitimate educational interest: duty of the role"
    };
    if detail.is_empty() { duty.to_owned() } else { format!("{duty} ({})", detail.replace('_', " ")) }
}

/// The ledger as CSV with the fields that 34 CFR 99.32 asks for; a cell never starts a formula (INP-05).
pub fn csv(entries: &[Disclosure]) -> String {
    let mut text = String::from("when (UTC),who,role,act,about,interest,request\r\n");
    for entry in entries {
        let roles = entry.roles.iter().map(|r| r.label()).collect::<Vec<_>>().join("; ");
        let cells = [
            &utc(entry.at),
            &entry.who,
            &roles,
            &entry.action,
            &entry.about,
            &entry.why,
            &entry.request_id.to_string(),
        ];
        text.push_str(&cells.map(|cell| quoted(cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// An instant as the ledger writes it, to the second.
fn utc(at: Instant) -> String {
    at.civil_in(&jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_never_starts_a_formula_inp_05() {
        for start in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1"] {
            assert!(quoted(start).starts_with("\"'"), "{start}");
        }
        assert_eq!(quoted("a \"quoted\" word"), "\"a \"\"quoted\"\" word\"");
    }
}
