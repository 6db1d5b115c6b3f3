//! Mandatory reports that wait, above the queue: the law's clock stands beside the referral's own.

use leptos::prelude::*;
use server::model::Instant;
use server::model::referral::{Priority, ReferralState};

use crate::api::mandatory::Waiting;
use crate::components::due_clock::{Clock, DueClock};
use crate::when::When;

/// The list; nothing where none waits.
#[component]
pub(super) fn ReportsDue(reports: Vec<Waiting>, now: Instant, initials: bool) -> AnyView {
    let lines = reports
        .into_iter()
        .map(|report| {
            let when = When::new(now, &report.time_zone);
            let (given, family) = (report.given_name.reveal(), report.family_name.reveal());
            let name = if initials {
                let letter = |name: &str| name.chars().next().map(|c| format!("{c}.")).unwrap_or_default();
                format!("{} {}", letter(given), letter(family))
            } else {
                format!("{given} {family}")
            };
            let step = if report.told_at.is_none() { "to be told" } else { "to be sent in writing" };
            let clock = Clock {
                priority: Priority::High,
                stage: ReferralState::FollowUp,
                opened_at: report.begun_at,
                due_at: report.due_at,
            };
            view! {
                <li>
                    <a href=format!("/reports/{}", report.id)>{name}</a>
                    <span>
                        {format!("Mandatory report, {step}")}
                        <span class="table-sub">{format!("Class {} · {}", report.class_name, report.owner_name)}</span>
                    </span>
                    <DueClock clock when/>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!lines.is_empty())
        .then(|| {
            view! {
                <section class="card" aria-labelledby="reports-due-head">
                    <h2 id="reports-due-head">"Reports that wait"</h2>
                    <ul class="strip">{lines}</ul>
                </section>
            }
        })
        .into_any()
}
